//! Suggestions for misspelt names.

/// The smallest similarity of two names, from 0 to 1, at which one is suggested for the other.
const SIMILARITY_MIN: f64 = 0.8;

/// The largest number of suggestions.
const SUGGESTIONS_MAX: usize = 3;

/// Returns the names that are similar to `word`, the most similar first.
pub(crate) fn to<'a>(word: &str, names: &[&'a str]) -> Vec<&'a str> {
    let mut alike: Vec<(f64, &str)> = names
        .iter()
        .map(|name| (strsim::jaro_winkler(word, name), *name))
        .filter(|(alike, _)| *alike >= SIMILARITY_MIN)
        .collect();
    alike.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    alike.dedup_by_key(|(_, name)| *name);
    alike
        .into_iter()
        .take(SUGGESTIONS_MAX)
        .map(|(_, name)| name)
        .collect()
}

/// Formats the suggestions, or all names if there are none.
pub(crate) fn listed(alike: &[&str], all: &[&str]) -> String {
    if alike.is_empty() {
        format!("expected {}", all.join(", "))
    } else {
        format!("did you mean {}?", alike.join(" or "))
    }
}

#[cfg(test)]
mod tests {
    use super::{listed, to};

    const NAMES: [&str; 3] = ["limit-zero", "limit-word", "token-missing"];

    #[test]
    fn suggests_only_similar_names_most_similar_first() {
        assert_eq!(to("limit-zera", &NAMES), ["limit-zero", "limit-word"]);
        assert_eq!(to("tokn-missing", &NAMES), ["token-missing"]);
        assert_eq!(to("xyz", &NAMES), Vec::<&str>::new());
    }

    #[test]
    fn lists_suggestions_or_all_names() {
        assert_eq!(listed(&["a", "b"], &NAMES), "did you mean a or b?");
        assert_eq!(
            listed(&[], &NAMES),
            "expected limit-zero, limit-word, token-missing"
        );
    }
}
