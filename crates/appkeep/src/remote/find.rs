//! Finds resources by their names, ids, and prefixes of either.

use std::collections::BTreeSet;

use appkeep_client::Uuid;

use crate::failure::{AMBIGUOUS, Failure, NOT_FOUND};
use crate::nearest;

use super::print::{confirmed, is_interactive, note, suggested};

/// The number of characters of an id that count as a full id; tables show at least as many.
pub(crate) const ID_CHARS_SHOWN: usize = 8;

/// The largest number of candidates in a message.
const CANDIDATES_MAX: usize = 10;

/// The largest number of existing names in a message about an unknown one.
const NAMED_MAX: usize = 5;

/// A resource with an id and a name.
pub(crate) trait Named {
    /// The kind of resource, for example `backup`.
    const KIND: &'static str;

    /// Returns the id.
    fn id(&self) -> Uuid;

    /// Returns the name.
    fn name(&self) -> &str;

    /// Returns what distinguishes the resource from others of the same name, for example its creation time.
    fn distinction(&self) -> Option<String> {
        None
    }

    /// Returns the app that the resource belongs to, if it does and the app is known.
    fn of_app(&self) -> Option<Uuid> {
        None
    }
}

/// The part of a resource's name or id that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// The full name, or as many characters of the id as tables show.
    Exact,
    /// Only a prefix.
    Prefix,
}

/// The result of a search.
#[derive(Debug)]
pub(crate) struct Found<T> {
    pub(crate) thing: T,
    pub(crate) how: How,
}

/// Asks for confirmation to delete the resources that were found for the names `wanted`. Without a terminal, full names
/// and ids need none.
///
/// # Errors
/// When the user declines, or a name is only a prefix and there is no terminal.
pub(crate) fn deletion_confirmed<T: Named>(found: &[Found<T>], wanted: &[String]) -> Result<(), Failure> {
    let mut pairs = found.iter().zip(wanted);
    let prefix = pairs.find(|(found, _)| found.how == How::Prefix);
    let refusal = match prefix {
        None if !is_interactive() => return Ok(()),
        None => String::new(),
        Some((Found { thing, .. }, wanted)) => {
            format!("{wanted:?} is only a prefix of {} ({})", thing.name(), thing.id())
        }
    };
    let things: Vec<&T> = found.iter().map(|found| &found.thing).collect();
    confirmed(&deletion_of(&things), &refusal)
}

/// Returns the question whether to delete the resources. Several are listed on stderr.
pub(crate) fn deletion_of<T: Named>(things: &[&T]) -> String {
    let kind = T::KIND;
    if let [thing] = things {
        return format!("Delete {kind} {} ({})?", thing.name(), thing.id());
    }
    for thing in things {
        note(&described(*thing));
    }
    format!("Delete these {} {kind}s?", things.len())
}

/// Returns the name, the id, and the distinction of a resource.
pub(crate) fn described<T: Named>(thing: &T) -> String {
    match thing.distinction() {
        Some(distinction) => format!("{} ({}, {distinction})", thing.name(), thing.id()),
        None => format!("{} ({})", thing.name(), thing.id()),
    }
}

/// Finds the one matching resource: by its id, else by its name, else by a prefix of either.
///
/// # Errors
/// When there is none: suggests similar ones. When there are several: lists their names and ids.
pub(crate) fn find<T: Named>(wanted: &str, things: Vec<T>) -> Result<Found<T>, Failure> {
    let wanted = wanted.trim();
    let lower = wanted.to_ascii_lowercase();
    let exact = Uuid::try_parse(wanted).ok();
    let candidates = if things.iter().any(|thing| Some(thing.id()) == exact) {
        chosen(&things, |thing| Some(thing.id()) == exact)
    } else if things.iter().any(|thing| thing.name() == wanted) {
        chosen(&things, |thing| thing.name() == wanted)
    } else if wanted.is_empty() {
        Vec::new()
    } else {
        chosen(&things, |thing| {
            thing.name().starts_with(wanted) || thing.id().to_string().starts_with(&lower)
        })
    };
    match candidates[..] {
        [] => Err(not_found(wanted, &things)),
        [index] => {
            let mut things = things;
            let thing = things.swap_remove(index);
            let how = how(&thing, wanted, &lower);
            Ok(Found { thing, how })
        }
        _ => {
            let candidates: Vec<&T> = candidates.iter().filter_map(|index| things.get(*index)).collect();
            Err(ambiguous(wanted, &candidates))
        }
    }
}

fn chosen<T>(things: &[T], is_meant: impl Fn(&T) -> bool) -> Vec<usize> {
    let chosen = things.iter().enumerate().filter(|(_, thing)| is_meant(thing));
    chosen.map(|(index, _)| index).collect()
}

fn how<T: Named>(thing: &T, wanted: &str, lower: &str) -> How {
    let by_id = lower.len() >= ID_CHARS_SHOWN && thing.id().to_string().starts_with(lower);
    if thing.name() == wanted || by_id || Uuid::try_parse(wanted).is_ok() {
        How::Exact
    } else {
        How::Prefix
    }
}

fn not_found<T: Named>(wanted: &str, things: &[T]) -> Failure {
    let kind = T::KIND;
    let names: Vec<&str> = things.iter().map(Named::name).collect();
    let alike = nearest::to(wanted, &names);
    let failure = Failure::new(NOT_FOUND, format!("there is no {kind} {wanted:?}"));
    if things.is_empty() {
        failure.next(format!("there are no {kind}s"))
    } else if alike.is_empty() && names.len() <= NAMED_MAX {
        failure.next(format!("expected {}", names.join(", ")))
    } else if alike.is_empty() {
        failure.next(format!(
            "{} shows all",
            suggested(&format!("appkeep {kind} list"))
        ))
    } else {
        failure.next(format!("did you mean {}?", alike.join(" or ")))
    }
}

/// Lists the resources that match.
pub(crate) fn ambiguous<T: Named>(wanted: &str, candidates: &[&T]) -> Failure {
    let (kind, count) = (T::KIND, candidates.len());
    let mut listed: Vec<String> = candidates
        .iter()
        .take(CANDIDATES_MAX)
        .map(|thing| described(*thing))
        .collect();
    if count > CANDIDATES_MAX {
        listed.push(format!("and {} more", count - CANDIDATES_MAX));
    }
    let apps: BTreeSet<_> = candidates.iter().filter_map(|thing| thing.of_app()).collect();
    let next = if apps.len() > 1 {
        "specify --app, or more characters of the id"
    } else {
        "specify more characters of the id"
    };
    Failure::new(
        AMBIGUOUS,
        format!("{wanted:?} matches {count} {kind}s: {}", listed.join(", ")),
    )
    .next(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{AMBIGUOUS, NOT_FOUND};

    #[derive(Debug)]
    struct Thing(Uuid, &'static str);

    impl Named for Thing {
        const KIND: &'static str = "backup";

        fn id(&self) -> Uuid {
            self.0
        }

        fn name(&self) -> &str {
            self.1
        }
    }

    fn things() -> Vec<Thing> {
        vec![
            Thing(Uuid::from_u128(0x1a2b_3c4d << 96), "nightly-1"),
            Thing(Uuid::from_u128(0x1a2b_3c4e << 96), "nightly-2"),
            Thing(Uuid::from_u128(0x2000_0000 << 96), "nightly"),
            Thing(Uuid::from_u128(0x3000_0000 << 96), "twice"),
            Thing(Uuid::from_u128(0x3100_0000 << 96), "twice"),
            Thing(Uuid::from_u128(0x4000_0000 << 96), "20"),
        ]
    }

    #[test]
    fn resources_are_found_by_name_id_or_prefix() {
        for (wanted, id, how) in [
            ("nightly", 0x2000_0000_u128, How::Exact),
            ("nightly-1", 0x1a2b_3c4d, How::Exact),
            ("1a2b3c4e", 0x1a2b_3c4e, How::Exact),
            ("1A2B3C4E-0000", 0x1a2b_3c4e, How::Exact),
            ("20000000-0000-0000-0000-000000000000", 0x2000_0000, How::Exact),
            ("2000", 0x2000_0000, How::Prefix),
            // A full name takes precedence over a prefix of an id.
            ("20", 0x4000_0000, How::Exact),
            ("31", 0x3100_0000, How::Prefix),
        ] {
            let found = find(wanted, things()).unwrap();
            assert_eq!(found.thing.0, Uuid::from_u128(id << 96), "{wanted}");
            assert_eq!(found.how, how, "{wanted}");
        }
    }

    #[test]
    fn ambiguous_names_list_the_candidates() {
        for (wanted, count) in [
            ("1a2b3c4", 2),
            ("nightly-", 2),
            ("night", 3),
            ("twice", 2),
            ("3", 2),
        ] {
            let failure = find(wanted, things()).unwrap_err();
            assert_eq!(failure.code(), AMBIGUOUS, "{wanted}");
            let text = failure.to_string();
            assert!(
                text.starts_with(&format!("{wanted:?} matches {count} backups: ")),
                "{text}"
            );
        }
        let text = find("twice", things()).unwrap_err().to_string();
        assert_eq!(
            text,
            "\"twice\" matches 2 backups: twice (30000000-0000-0000-0000-000000000000), \
             twice (31000000-0000-0000-0000-000000000000); specify more characters of the id"
        );
    }

    #[test]
    fn unknown_names_suggest_similar_ones() {
        let text = |wanted| {
            let failure = find(wanted, things()).unwrap_err();
            assert_eq!(failure.code(), NOT_FOUND);
            failure.to_string()
        };
        assert_eq!(
            text("nihgtly-1"),
            "there is no backup \"nihgtly-1\"; did you mean nightly-1 or nightly-2 or nightly?"
        );
        assert_eq!(
            text("zzz"),
            "there is no backup \"zzz\"; appkeep backup list shows all"
        );
        assert_eq!(text(""), "there is no backup \"\"; appkeep backup list shows all");
        let none = find("a", Vec::<Thing>::new()).unwrap_err().to_string();
        assert_eq!(none, "there is no backup \"a\"; there are no backups");
    }

    #[test]
    fn only_ten_candidates_are_listed() {
        let things = (0..25)
            .map(|number| Thing(Uuid::from_u128(number), "same"))
            .collect();
        let text = find("same", things).unwrap_err().to_string();
        assert_eq!(text.matches("same (").count(), 10);
        assert!(
            text.ends_with(", and 15 more; specify more characters of the id"),
            "{text}"
        );
    }
}
