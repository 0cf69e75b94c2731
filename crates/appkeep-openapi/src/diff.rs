//! Changes from one document to the next, and who is affected.
//!
//! Two questions about OLD and NEW. **For clients:** does code written against OLD keep working with a server
//! that implements NEW? Then NEW must accept all requests of OLD (OLD ⊆ NEW), and OLD must permit all
//! responses of NEW (NEW ⊆ OLD). **For servers:** does a server written for OLD conform to NEW? Then the
//! relations are reversed. Schemas are compared by the same proofs as in static verification. Changes that
//! can't be proven safe count as breaking, with separate codes. Descriptions, examples and extensions are
//! compared, too, as changes that don't break anything.
//!
//! A different order isn't a change where order has no meaning (members, `required`, `enum`, branches,
//! parameters, security alternatives). This module only works on documents in memory: it neither fetches nor
//! writes them.

mod bodies;
mod changes;
mod codes;
mod coverage;
mod documentation;
mod explained;
mod github;
mod links;
mod markdown;
mod operations;
mod parameters;
mod policy;
mod reach;
mod responses;
mod sarif;
mod security;
mod servers;
mod text;
mod tree;
mod version;
mod webhooks;

use serde::Serialize;

pub use codes::{Code, Effect, Level};
pub use policy::{Ignored, Policy, PolicyError};
pub use text::diff_text;
pub use version::Versioning;

use crate::document::Document;
use crate::outcome::Outcome;

/// One change, with all places that it affects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The kind of change; the codes are stable.
    pub code: Code,
    /// The version increment that it requires, by the code or by a [`Policy`].
    pub level: Level,
    /// The effect on clients that were written against OLD.
    pub clients: Effect,
    /// The effect on servers that were written for OLD.
    pub servers: Effect,
    /// A description of the difference.
    pub what: String,
    /// The places that are affected, at most 100; empty if they don't belong to an operation.
    pub uses: Vec<Use>,
    /// Number of all places that are affected.
    pub uses_total: usize,
    /// The place in OLD, as a JSON pointer; `None` if OLD has none. In another file,
    /// the pointer follows the file's path: `parts/thing.yaml#/Thing`.
    pub old_at: Option<String>,
    /// The place in NEW, as a JSON pointer; `None` if NEW has none. In another file,
    /// the pointer follows the file's path: `parts/thing.yaml#/Thing`.
    pub new_at: Option<String>,
    /// The line of `old_at`, counted from 1; `None` if OLD has no text.
    pub old_line: Option<usize>,
    /// The line of `new_at`, counted from 1. If NEW doesn't have the place, the line of the nearest value around it.
    pub new_line: Option<usize>,
}

/// A place that is affected by a change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Use {
    /// The operation's id in OLD, or in NEW if OLD doesn't have the operation.
    pub operation: String,
    /// The parameter, status, header, link or media type; empty for the operation itself.
    pub subject: String,
    /// The path within a value, such as `/items/*/name`; empty for the value itself and if there is no value.
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
    /// The version increment that all changes together require, without those that are ignored.
    pub level: Level,
    /// Whether the version of NEW reflects the changes.
    pub versioning: Versioning,
    /// The changes, most severe first.
    pub changes: Vec<Change>,
    /// The changes that a [`Policy`] ignores; they don't count for the level.
    pub ignored: Vec<Ignored>,
    /// Entries of the policy that have no effect: expired, or without a change that they match.
    pub warnings: Vec<String>,
}

impl DiffReport {
    /// The outcome regardless of versions: violated if a change has this level or a higher one.
    #[must_use]
    pub fn outcome(&self, fail_on: Level) -> Outcome {
        if self.level >= fail_on && self.level > Level::None {
            Outcome::Violated
        } else {
            Outcome::Holds
        }
    }

    /// The outcome by version: violated if a change has this level or a higher one, and the version of NEW doesn't
    /// reflect it.
    #[must_use]
    pub fn outcome_by_version(&self, fail_on: Level) -> Outcome {
        if self.versioning == Versioning::Enough {
            Outcome::Holds
        } else {
            self.outcome(fail_on)
        }
    }

    /// The most severe effect on clients of OLD.
    #[must_use]
    pub fn clients(&self) -> Effect {
        self.worst(|change| change.clients)
    }

    /// The most severe effect on servers of OLD.
    #[must_use]
    pub fn servers(&self) -> Effect {
        self.worst(|change| change.servers)
    }

    fn worst(&self, effect: impl Fn(&Change) -> Effect) -> Effect {
        self.changes.iter().map(effect).max().unwrap_or(Effect::Safe)
    }

    /// The report for a terminal, without colour.
    #[must_use]
    pub fn text(&self) -> String {
        diff_text(self)
    }

    /// The report as JSON.
    ///
    /// # Errors
    ///
    /// Never in practice: everything in a report can be written as JSON.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// The report in GitHub's Markdown, for a comment or the summary of a job. It has at most 60,000 bytes, because a
    /// comment has at most 65,536 characters.
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown::of(self)
    }

    /// The report as SARIF 2.1.0, with places in NEW.
    ///
    /// # Errors
    ///
    /// Never in practice: everything in a report can be written as JSON.
    pub fn sarif(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(&sarif::of(self))
    }

    /// The report as annotations of GitHub Actions (workflow commands), with places in NEW.
    #[must_use]
    pub fn github(&self) -> String {
        github::of(self)
    }
}

/// Compares two documents.
#[must_use]
pub fn compare(old: &Document, new: &Document) -> DiffReport {
    let mut changes = changes::Changes::new(old, new);
    operations::compare(&mut changes);
    webhooks::compare(&mut changes);
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
        ignored: Vec::new(),
        warnings: Vec::new(),
    }
}
