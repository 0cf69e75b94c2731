//! What a live run found, as data.

use serde::Serialize;
use uuid::Uuid;

use super::limits::EarlyEnd;
use super::wire::Exchange;
use crate::codes;
use crate::report::{Coverage, Outcome, Place};

/// The result of driving one server.
#[derive(Debug, Clone, Serialize)]
pub struct LiveReport {
    /// The address of the server.
    pub url: String,
    /// What the run took its names and ids from: a run with the same one sends the same requests.
    pub run_id: Uuid,
    /// Every check in the order in which it ran.
    pub checks: Vec<CheckResult>,
    /// Every documented response: valid, violated or not reached.
    pub coverage: Coverage,
    /// Every request with its response.
    pub exchanges: Vec<Exchange>,
    /// What the suite made, or may have made, and couldn't remove again.
    pub left_behind: Vec<String>,
    /// Why the run ended before its last check, if it did. The checks that weren't made are left out.
    pub ended_early: Option<EarlyEnd>,
}

impl LiveReport {
    /// Everything found, in the order of the checks.
    pub fn findings(&self) -> impl Iterator<Item = &LiveFinding> {
        self.checks.iter().flat_map(|check| &check.findings)
    }

    /// Whether the server keeps the contract, as far as was looked. A run that ended early doesn't say so.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if self.ended_early.is_some() {
            Outcome::CouldNotRun
        } else if self.findings().next().is_none() {
            Outcome::Holds
        } else {
            Outcome::Violated
        }
    }

    /// How many checks had each outcome: held, violated, left out.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |wanted: fn(&CheckOutcome) -> bool| {
            self.checks.iter().filter(|check| wanted(&check.outcome)).count()
        };
        (
            count(|outcome| matches!(outcome, CheckOutcome::Held)),
            count(|outcome| matches!(outcome, CheckOutcome::Violated)),
            count(|outcome| matches!(outcome, CheckOutcome::LeftOut { .. })),
        )
    }
}

/// One check with its result.
#[derive(Debug, Clone, Serialize)]
pub struct CheckResult {
    /// The stable code; a check that is repeated for several operations has the same one each time.
    pub code: String,
    /// The operation, where the check is about one.
    pub operation: Option<String>,
    /// What exactly is tried, where one operation has several checks of one code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The rule in one sentence.
    pub rule: String,
    /// What became of it.
    pub outcome: CheckOutcome,
    /// What was found, empty unless it was violated.
    pub findings: Vec<LiveFinding>,
    /// Documented responses that this check is there to see.
    #[serde(skip)]
    pub(crate) reaches: Vec<(String, u16)>,
}

/// What became of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum CheckOutcome {
    /// The server did what it must.
    Held,
    /// It didn't.
    Violated,
    /// The check wasn't made.
    LeftOut {
        /// Why not.
        reason: String,
    },
}

/// One thing that the server does wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LiveFinding {
    /// The stable code: of the check, or of the rule about responses that is broken.
    pub code: String,
    /// The rule in one sentence.
    pub rule: String,
    /// The operation.
    pub operation: String,
    /// What was found.
    pub what: String,
    /// Where the contract says so, as a JSON pointer into the authored document.
    pub place: Option<String>,
    /// Position of the exchange in [`LiveReport::exchanges`]; `None` when no answer came.
    pub exchange: Option<usize>,
}

impl LiveFinding {
    /// Where the contract says what was found to be otherwise.
    #[must_use]
    pub fn contract_place(&self) -> Place {
        codes::place(&self.code, &self.operation, self.place.as_deref())
    }
}
