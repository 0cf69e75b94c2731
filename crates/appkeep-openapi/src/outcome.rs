//! The outcome of a check, and its exit code.

use serde::Serialize;

/// The outcome of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// No findings.
    Holds,
    /// At least one finding.
    Violated,
    /// There was nothing to check, or the run ended before its last check.
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
