//! Differences that clients and servers can't notice: descriptions, examples, extensions and equivalent
//! notation.

use serde_json::Value;

use super::changes::Changes;
use super::coverage::Coverage;
use super::reach::{Reach, Usage};
use super::text::name;
use super::tree::{Difference, Kind, differences, target};
use super::{Code, security};
use crate::document::{local, reference_to};

/// Maximum number of characters of a text that a change shows.
const CHARS_MAX: usize = 60;

/// Number of characters shown before the first difference.
const CONTEXT_CHARS: usize = 16;

/// Compares the trees of both documents. This has to be the last comparison, because it skips differences that an
/// earlier comparison has already reported.
pub(super) fn compare(changes: &mut Changes<'_>) {
    let reach = (Reach::of(changes.old), Reach::of(changes.new));
    let coverage = (Coverage::of(reach.0.root()), Coverage::of(reach.1.root()));
    differences(reach.0.root(), reach.1.root(), &mut |difference| {
        let at = |side: &Option<(&Value, String)>| side.as_ref().map(|(_, at)| at.clone());
        let (old_at, new_at) = (at(&difference.old), at(&difference.new));
        let code = match (difference.kind, &difference.old, &difference.new) {
            (Kind::Words, ..) => Some(Code::DescriptionChanged),
            (Kind::Extension, ..) => Some(Code::ExtensionChanged),
            (Kind::Example, None, _) => Some(Code::ExampleAdded),
            (Kind::Example, _, None) => Some(Code::ExampleRemoved),
            (Kind::Example, ..) => Some(Code::ExampleChanged),
            (Kind::Deprecation, ..) => Some(Code::DeprecationChanged),
            _ => effect(changes, &reach, &coverage, &difference),
        };
        if let Some(code) = code {
            let what = words(&difference);
            changes.note(code, None, what, old_at.as_deref(), new_at.as_deref());
        }
    });
}

/// The code of a difference that clients or servers may notice; `None` if another change explains it.
fn effect(
    changes: &Changes<'_>,
    reach: &(Reach<'_>, Reach<'_>),
    coverage: &(Coverage, Coverage),
    difference: &Difference<'_>,
) -> Option<Code> {
    let (old, new) = (&difference.old, &difference.new);
    let sides = [(&reach.0, old), (&reach.1, new)];
    let places = || {
        sides
            .iter()
            .filter_map(|(reach, side)| Some((*reach, side.as_ref()?.1.as_str())))
    };
    if places().all(|(_, at)| at.starts_with("/info/")) {
        return Some(Code::DescriptionChanged);
    }
    if places().any(|(reach, at)| reach.is_in_a_callback(at)) {
        return Some(Code::CallbackChanged);
    }
    match places().map(|(reach, at)| reach.usage(at)).max() {
        None | Some(Usage::Unused) => return Some(Code::Unused),
        Some(Usage::ByEncoding) => return Some(Code::EncodingChanged),
        Some(Usage::ByOperation) => {}
    }
    match difference.kind {
        Kind::Access => return Some(Code::AccessChanged),
        Kind::Default => return Some(Code::DefaultChanged),
        Kind::Encoding => return Some(Code::EncodingChanged),
        Kind::Callback => return Some(Code::CallbackChanged),
        _ => {}
    }
    let is_compared = |coverage: &Coverage, side: &Option<(&Value, String)>| {
        side.as_ref().is_none_or(|(_, at)| coverage.is_compared(at))
    };
    if !is_compared(&coverage.0, old) || !is_compared(&coverage.1, new) {
        return Some(Code::Unexplained);
    }
    (!is_explained(changes, difference)).then_some(Code::Rewritten)
}

/// Whether a recorded change explains the value at this place, or the value that it refers to.
fn is_explained(changes: &Changes<'_>, difference: &Difference<'_>) -> bool {
    let places = |side: &Option<(&Value, String)>| {
        let mut places: Vec<String> = Vec::new();
        if let Some((value, at)) = side {
            places.extend(target(value));
            if at.ends_with("/$ref") {
                places.extend(value.as_str().and_then(|reference| local(reference).ok()));
            }
            places.push(at.clone());
        }
        places
    };
    let (old, new) = (places(&difference.old), places(&difference.new));
    let of_a_scheme = |places: &[String]| {
        places
            .iter()
            .any(|place| place.starts_with("/components/securitySchemes"))
    };
    changes.explain(&old, &new)
        || (of_a_scheme(&old) || of_a_scheme(&new)) && changes.has_any(&security::CODES)
}

fn words(difference: &Difference<'_>) -> String {
    match (&difference.old, &difference.new) {
        (Some((old, at)), Some((new, _))) => {
            let (old, new) = excerpts(&text(old), &text(new));
            format!("{}: {old} became {new}", name(at))
        }
        (Some((_, at)), None) => format!("{} was removed", name(at)),
        (None, Some((_, at))) => format!("{} is new", name(at)),
        (None, None) => String::new(),
    }
}

fn text(value: &Value) -> String {
    match shown(value) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// A value with its references as they are written: those to other files are local ones in the tree.
fn shown(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with("#/") => {
            local(text).map_or_else(|_| value.clone(), |at| reference_to(&at).into())
        }
        Value::Array(items) => items.iter().map(shown).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| (key.clone(), shown(member)))
            .collect(),
        _ => value.clone(),
    }
}

/// Excerpts of both texts around the first difference.
fn excerpts(old: &str, new: &str) -> (String, String) {
    let same = old
        .chars()
        .zip(new.chars())
        .take_while(|(one, other)| one == other)
        .count();
    let begin = same.saturating_sub(CONTEXT_CHARS);
    let excerpt = |text: &str| {
        let rest: String = text.chars().skip(begin).take(CHARS_MAX).collect();
        let before = if begin > 0 { "…" } else { "" };
        let after = if text.chars().count() > begin + CHARS_MAX {
            "…"
        } else {
            ""
        };
        format!("\"{before}{}{after}\"", rest.replace('\n', " ").trim_end())
    };
    (excerpt(old), excerpt(new))
}

#[cfg(test)]
mod tests {
    use super::{CHARS_MAX, excerpts};

    #[test]
    fn excerpts_show_differences_and_cuts() {
        let show = |old: &str, new: &str| excerpts(old, new);
        assert_eq!(show("one", "two"), ("\"one\"".to_owned(), "\"two\"".to_owned()));
        let long = "word ".repeat(40);
        let (old, new) = show(&format!("{long}begins"), &format!("{long}ends"));
        assert!(old.starts_with("\"…") && old.ends_with("begins\""), "{old}");
        assert!(new.starts_with("\"…") && new.ends_with("ends\""), "{new}");
        let whole = "x".repeat(CHARS_MAX);
        assert_eq!(show(&whole, "").0, format!("\"{whole}\""));
        let (old, _) = show(&long, "");
        assert!(old.starts_with("\"word") && old.ends_with("…\""), "{old}");
    }
}
