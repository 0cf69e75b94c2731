//! Reports for people and for programs.
//!
//! Apart from the exchanges themselves, a report contains no times or other values that change from run to
//! run, so the coverage table can be stored as a snapshot.

mod curl;
mod groups;
mod html;
mod json;
mod junit;
mod reproduction;
mod text;

use curl::curl;
pub use text::live_text;

use self::text::{COLOURED, PLAIN, Palette};
use crate::live::LiveReport;
use appkeep_openapi::Outcome;
use appkeep_openapi::statics::StaticReport;

/// A whole verification.
#[derive(Debug, Clone)]
pub struct Report {
    /// The comparison of documents, if there was one.
    pub statics: Option<StaticReport>,
    /// The run against a server, if there was one.
    pub live: Option<LiveReport>,
}

impl Report {
    /// The worse of both outcomes; an empty report counts as could not run.
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

    /// Asserts that the server conforms to the contract.
    ///
    /// # Panics
    ///
    /// When there is a finding, the run ended early, or the report is empty. The message has at most 20 findings and
    /// the summary.
    #[track_caller]
    pub fn assert_holds(&self) {
        if let Some(statics) = &self.statics {
            statics.assert_holds();
        }
        if let Some(live) = &self.live {
            assert!(live.outcome() == Outcome::Holds, "{}", text::excerpt(live));
        }
        assert!(self.outcome() == Outcome::Holds, "nothing was checked");
    }

    /// The report for a terminal, without colour.
    #[must_use]
    pub fn text(&self) -> String {
        self.text_in(PLAIN)
    }

    /// The report for a terminal, with colour escape sequences.
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

    /// The report as JSON.
    ///
    /// # Errors
    ///
    /// Never in practice: everything in a report can be written as JSON.
    pub fn json(&self) -> Result<String, WriteError> {
        serde_json::to_string_pretty(&json::of(self)).map_err(WriteError::Json)
    }

    /// The report as JUnit XML, with one case for each check.
    ///
    /// # Errors
    ///
    /// Never in practice: characters that XML can't represent are left out.
    pub fn junit(&self) -> Result<String, WriteError> {
        junit::write(self).map_err(WriteError::Junit)
    }

    /// The report as one self-contained HTML page, without scripts or network access.
    #[must_use]
    pub fn html(&self) -> String {
        html::page(self)
    }
}

/// Errors from writing a report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The report can't be written as JSON.
    #[error("failed to write the report as JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// The report can't be written as XML.
    #[error("failed to write the report as JUnit: {0}")]
    Junit(#[source] quick_junit::SerializeError),
}

#[cfg(test)]
mod tests;
