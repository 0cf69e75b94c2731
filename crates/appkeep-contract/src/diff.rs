//! What changed from one document to the next, and whom it breaks.
//!
//! Two questions about OLD and NEW. **For clients:** can code that was written against OLD go on with a server
//! of NEW? Then its requests must still be accepted (OLD ⊆ NEW) and the answers be ones that it knows
//! (NEW ⊆ OLD). **For servers:** does a server that was written for OLD keep NEW? The other way round. Schemas
//! are compared by the same proofs as in static verification; what can't be proven safe counts as breaking,
//! under a code of its own. Words, examples and extensions are compared too, as changes that break nobody.
//!
//! What order says nothing in (members, `required`, `enum`, branches, parameters, alternatives of security)
//! is no change. This module reads documents; it neither fetches nor writes them.

mod bodies;
mod changes;
mod codes;
mod documentation;
mod links;
mod operations;
mod parameters;
mod responses;
mod security;
mod servers;
mod text;
mod tree;
mod version;

use serde::Serialize;

pub use codes::{Code, Effect, Level};
pub use text::diff_text;
pub use version::Versioning;

use crate::document::Document;
use crate::report::Outcome;

/// One change, wherever it can be noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What kind of change; stable.
    pub code: Code,
    /// What it asks of the next version.
    pub level: Level,
    /// What it does to clients that were written against OLD.
    pub clients: Effect,
    /// What it does to servers that were written for OLD.
    pub servers: Effect,
    /// What differs.
    pub what: String,
    /// Where it is noticed; empty where it belongs to no operation.
    pub uses: Vec<Use>,
    /// Where in OLD, as a JSON pointer; `None` where nothing stands there.
    pub old_at: Option<String>,
    /// Where in NEW.
    pub new_at: Option<String>,
}

/// A place at which a change is noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Use {
    /// The operation's id in OLD, or in NEW where OLD has none.
    pub operation: String,
    /// The parameter, status, header, link or media type; empty for the operation itself.
    pub subject: String,
    /// Where in a value, `/items/*/name`; empty for the value itself and where there is none.
    pub path: String,
}

/// All changes between two documents.
#[derive(Debug, Clone, Serialize)]
pub struct DiffReport {
    /// OLD's name.
    pub old: String,
    /// NEW's name.
    pub new: String,
    /// The `info.version` of OLD.
    pub old_version: Option<String>,
    /// The `info.version` of NEW.
    pub new_version: Option<String>,
    /// What the changes ask of the next version, all together.
    pub level: Level,
    /// Whether NEW's version says so.
    pub versioning: Versioning,
    /// The changes, the gravest first.
    pub changes: Vec<Change>,
}

impl DiffReport {
    /// Violated when a client of OLD may break, whatever the versions say.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if self.level == Level::Major {
            Outcome::Violated
        } else {
            Outcome::Holds
        }
    }

    /// Violated when a client of OLD may break and NEW's version doesn't say so.
    #[must_use]
    pub fn outcome_by_version(&self) -> Outcome {
        if self.versioning == Versioning::Enough {
            Outcome::Holds
        } else {
            self.outcome()
        }
    }

    /// The worst that happens to clients of OLD.
    #[must_use]
    pub fn clients(&self) -> Effect {
        self.worst(|change| change.clients)
    }

    /// The worst that happens to servers of OLD.
    #[must_use]
    pub fn servers(&self) -> Effect {
        self.worst(|change| change.servers)
    }

    fn worst(&self, effect: impl Fn(&Change) -> Effect) -> Effect {
        self.changes.iter().map(effect).max().unwrap_or(Effect::Safe)
    }

    /// For a terminal, without colour.
    #[must_use]
    pub fn text(&self) -> String {
        diff_text(self)
    }

    /// For programs.
    ///
    /// # Errors
    ///
    /// Never in practice: everything in a report can be written as JSON.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

/// Compares two documents.
#[must_use]
pub fn compare(old: &Document, new: &Document) -> DiffReport {
    let mut changes = changes::Changes::new(old, new);
    operations::compare(&mut changes);
    security::compare_schemes(&mut changes);
    documentation::compare(&mut changes);
    let changes = changes.sorted();
    let level = changes.iter().map(|change| change.level).max();
    let level = level.unwrap_or(Level::None);
    let (old_version, new_version) = (version::of(old), version::of(new));
    DiffReport {
        old: old.name().to_owned(),
        new: new.name().to_owned(),
        versioning: version::judge(old_version.as_deref(), new_version.as_deref(), level),
        old_version,
        new_version,
        level,
        changes,
    }
}
