//! What was found, for people and for programs.
//!
//! Nothing here carries a time or a figure that changes from run to run, apart from the exchanges
//! themselves: the coverage table can be kept as a snapshot.

mod coverage;
mod curl;
mod text;

use serde::Serialize;

pub use coverage::{Cell, CellState, Coverage};
pub use curl::curl;
pub use text::{live_text, static_text};

use crate::live::LiveReport;
use crate::statics::StaticReport;

/// How a verification ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing was found.
    Holds,
    /// Something was found.
    Violated,
    /// There was nothing to judge.
    CouldNotRun,
}

impl Outcome {
    /// The exit code of a command that verifies: 0, 1 or 2.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Holds => 0,
            Self::Violated => 1,
            Self::CouldNotRun => 2,
        }
    }
}

/// A whole verification.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The comparison of documents, where it was made.
    #[serde(rename = "static")]
    pub statics: Option<StaticReport>,
    /// The run against a server, where it was made.
    pub live: Option<LiveReport>,
}

impl Report {
    /// The worse of both outcomes; a report of nothing could not run.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let outcomes = [
            self.statics.as_ref().map(StaticReport::outcome),
            self.live.as_ref().map(LiveReport::outcome),
        ];
        outcomes
            .into_iter()
            .flatten()
            .max()
            .unwrap_or(Outcome::CouldNotRun)
    }

    /// For a terminal, without colour.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = [
            self.statics.as_ref().map(static_text),
            self.live.as_ref().map(live_text),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
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
