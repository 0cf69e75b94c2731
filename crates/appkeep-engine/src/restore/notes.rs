//! Metadata that a restore could not set: a count and the first examples of each detail.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;

use rustix::io::Errno;

use crate::failure::lock;

/// The number of examples that are kept of each detail.
const EXAMPLES_MAX: usize = 3;

/// A property of an entry other than its content and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Detail {
    /// Owner and group, and therefore a set-user-ID bit, which would grant the rights of another user.
    Owner,
    /// Permissions.
    Mode,
    /// An access control list.
    AccessList,
    /// Another extended attribute.
    Attribute,
    /// The modification time.
    Time,
    /// The nanoseconds of the modification time.
    Nanoseconds,
}

impl Detail {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owners",
            Self::Mode => "permissions",
            Self::AccessList => "access control lists",
            Self::Attribute => "extended attributes",
            Self::Time => "times",
            Self::Nanoseconds => "nanoseconds of times",
        }
    }
}

#[derive(Debug, Default)]
struct Noted {
    /// The reason why the first one was refused. `None` if the target silently stored something else.
    why: Option<Errno>,
    entries: u64,
    examples: Vec<String>,
}

/// The metadata that could not be set.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    details: Mutex<BTreeMap<Detail, Noted>>,
}

impl Notes {
    /// Records that the target refused a detail. It counts only if an entry is found without it.
    pub(crate) fn refused(&self, detail: Detail, why: Errno) {
        lock(&self.details)
            .entry(detail)
            .or_default()
            .why
            .get_or_insert(why);
    }

    /// Whether the target refused this detail of any entry.
    pub(crate) fn is_refused(&self, detail: Detail) -> bool {
        lock(&self.details)
            .get(&detail)
            .is_some_and(|noted| noted.why.is_some())
    }

    /// Records that an entry lacks a detail; `named` says which one, if that is ambiguous.
    pub(crate) fn differs(&self, detail: Detail, path: &Path, named: Option<&str>) {
        let mut details = lock(&self.details);
        let noted = details.entry(detail).or_default();
        noted.entries += 1;
        if noted.examples.len() < EXAMPLES_MAX {
            let path = path.display();
            let example = named.map_or_else(|| path.to_string(), |named| format!("{path} ({named})"));
            tracing::warn!(path = %example.escape_debug(), why = noted.why.map(tracing::field::display),
                "{} could not be restored", detail.as_str());
            noted.examples.push(example);
        }
    }

    /// Formats one line per detail.
    pub(crate) fn into_lines(self) -> Vec<String> {
        let details = self.details.into_inner().unwrap_or_default();
        let noted = details.into_iter().filter(|(_, noted)| noted.entries > 0);
        let lines = noted.map(|(detail, noted)| {
            let (what, entries) = (detail.as_str(), noted.entries);
            let of = if entries == 1 { "entry" } else { "entries" };
            let mut line = format!("{what} of {entries} {of} not restored");
            if let Some(why) = noted.why {
                let _ = write!(line, " ({why})");
            }
            let examples = noted.examples.join(", ");
            if noted.examples.len() as u64 == entries {
                let _ = write!(line, ": {examples}");
            } else {
                let _ = write!(line, ", for example {examples}");
            }
            line
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_detail_is_counted_with_its_first_examples() {
        let notes = Notes::default();
        notes.refused(Detail::Owner, Errno::PERM);
        notes.refused(Detail::Time, Errno::INVAL);
        for number in 0..5 {
            notes.differs(Detail::Owner, Path::new(&format!("data/{number}")), None);
        }
        notes.differs(Detail::Attribute, Path::new("data/file"), Some("user.colour"));
        assert!(notes.is_refused(Detail::Time));
        assert!(!notes.is_refused(Detail::Attribute));
        assert_eq!(
            notes.into_lines(),
            [
                "owners of 5 entries not restored (Operation not permitted (os error 1)), for example data/0, \
                 data/1, data/2",
                "extended attributes of 1 entry not restored: data/file (user.colour)",
            ]
        );
    }
}
