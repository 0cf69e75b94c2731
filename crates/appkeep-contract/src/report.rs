//! What was found, for people and for programs.
//!
//! Nothing here carries a time or a figure that changes from run to run, apart from the exchanges
//! themselves: the coverage table can be kept as a snapshot.

mod coverage;
mod curl;
mod html;
mod json;
mod junit;
mod place;
mod text;

use serde::Serialize;

pub use coverage::{Cell, CellState, Coverage};
pub use curl::curl;
pub use place::Place;
pub use text::{live_text, static_text};

use self::text::{COLOURED, PLAIN, Palette};
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
    /// There was nothing to judge, or the run ended before its last check.
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
#[derive(Debug, Clone)]
pub struct Report {
    /// The comparison of documents, where it was made.
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
        self.text_in(PLAIN)
    }

    /// For a terminal, with the escape sequences that colour it.
    #[must_use]
    pub fn coloured_text(&self) -> String {
        self.text_in(COLOURED)
    }

    fn text_in(&self, palette: Palette) -> String {
        let parts = [
            self.statics
                .as_ref()
                .map(|report| text::static_part(palette, report)),
            self.live.as_ref().map(|report| text::live_part(palette, report)),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    /// For programs, as JSON.
    ///
    /// # Errors
    ///
    /// Never in practice: everything in a report can be written as JSON.
    pub fn json(&self) -> Result<String, WriteError> {
        serde_json::to_string_pretty(&json::Json::of(self)).map_err(WriteError::Json)
    }

    /// For programs that read JUnit's XML: one case for every check.
    ///
    /// # Errors
    ///
    /// Never in practice: what XML can't hold is left out.
    pub fn junit(&self) -> Result<String, WriteError> {
        junit::write(self).map_err(WriteError::Junit)
    }

    /// For a browser: one page that needs nothing else, no script and no network.
    #[must_use]
    pub fn html(&self) -> String {
        html::page(self)
    }
}

/// Why a report can't be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Something isn't JSON.
    #[error("write the report as JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// Something isn't XML.
    #[error("write the report as JUnit: {0}")]
    Junit(#[source] quick_junit::SerializeError),
}

#[cfg(test)]
mod tests;
