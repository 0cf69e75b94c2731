//! The results of a live run, as data.

use std::time::Duration;

use uuid::Uuid;

use super::connection::Exchange;
use super::coverage::Coverage;
use super::limits::EarlyEnd;
use super::rules;
use appkeep_openapi::{Outcome, Place, Violation};

/// The result of checking one server.
#[derive(Debug, Clone)]
pub struct LiveReport {
    /// The address of the server.
    pub url: String,
    /// The account in which the run created its resources.
    pub account: Uuid,
    /// The app of which the run created backups and snapshots.
    pub app: Uuid,
    /// The source of the run's names and ids: a run with the same id sends the same requests.
    pub run_id: Uuid,
    /// All checks in the order in which they ran.
    pub checks: Vec<CheckResult>,
    /// The response time that was set as acceptable ([`Options::slow`](super::Options::slow)).
    pub slow: Option<Duration>,
    /// All documented responses: valid, violated or not reached.
    pub coverage: Coverage,
    /// All requests with their responses.
    pub exchanges: Vec<Exchange>,
    /// Resources that the suite created, or may have created, and couldn't delete.
    pub left_behind: Vec<String>,
    /// The reason why the run ended before its last check, if it did. The checks that didn't run are skipped.
    pub ended_early: Option<EarlyEnd>,
}

impl LiveReport {
    /// All findings, in the order of the checks.
    pub fn findings(&self) -> impl Iterator<Item = &LiveFinding> {
        self.checks.iter().flat_map(|check| &check.findings)
    }

    /// Whether the server conforms to the contract, as far as checked. A run that ended early doesn't show
    /// that.
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

    /// The number of checks that couldn't be judged.
    #[must_use]
    pub fn not_judged(&self) -> usize {
        let is_not_judged = |check: &&CheckResult| matches!(check.outcome, CheckOutcome::NotJudged { .. });
        self.checks.iter().filter(is_not_judged).count()
    }

    /// The number of checks with each of these outcomes: held, violated, skipped.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |is_state: fn(&CheckOutcome) -> bool| {
            self.checks
                .iter()
                .filter(|check| is_state(&check.outcome))
                .count()
        };
        (
            count(|outcome| matches!(outcome, CheckOutcome::Held)),
            count(|outcome| matches!(outcome, CheckOutcome::Violated)),
            count(|outcome| matches!(outcome, CheckOutcome::Skipped { .. })),
        )
    }
}

/// One check with its result.
#[derive(Debug, Clone)]
pub struct CheckResult {
    /// The stable code; a check that is repeated for several operations has the same one each time.
    pub code: String,
    /// The operation, if the check is about a single one.
    pub operation: Option<String>,
    /// The case that is checked, if an operation has several checks with the same code.
    pub detail: Option<String>,
    /// The rule in one sentence.
    pub rule: String,
    /// Its outcome.
    pub outcome: CheckOutcome,
    /// The findings; empty unless the check is violated.
    pub findings: Vec<LiveFinding>,
    /// Documented responses that this check is supposed to reach.
    pub(crate) reaches: Vec<(String, u16)>,
}

/// The outcome of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckOutcome {
    /// The server met the rule.
    Held,
    /// The server violated the rule.
    Violated,
    /// The check didn't run.
    Skipped {
        /// The reason.
        reason: String,
    },
    /// A prerequisite of the check failed because of a violation that another check reports.
    NotJudged {
        /// The prerequisite, and the check that reports the violation.
        reason: String,
    },
}

/// One violation by the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveFinding {
    /// The stable code: of the check, or of the violated rule for responses.
    pub code: String,
    /// The rule in one sentence.
    pub rule: String,
    /// The operation.
    pub operation: String,
    /// A description of the violation.
    pub what: String,
    /// The place in the contract, as a JSON pointer into the authored document.
    pub place: Option<String>,
    /// Position of the exchange in [`LiveReport::exchanges`]; `None` if there was no response.
    pub exchange: Option<usize>,
}

impl LiveFinding {
    /// A finding without a place in the contract and without an exchange.
    pub(super) fn new((code, rule): (&str, &str), operation: &str, what: String) -> Self {
        Self {
            code: code.to_owned(),
            rule: rule.to_owned(),
            operation: operation.to_owned(),
            what,
            place: None,
            exchange: None,
        }
    }

    /// A violation in the form of a response.
    pub(super) fn of_form(operation: &str, status: u16, violation: &Violation) -> Self {
        let rule = (violation.rule.as_str(), violation.rule.rule());
        Self {
            place: Some(violation.place.clone()),
            ..Self::new(rule, operation, format!("{status} {}", violation.what))
        }
    }

    /// The place in the contract that was violated.
    #[must_use]
    pub fn contract_place(&self) -> Place {
        rules::contract_place(&self.code, &self.operation, self.place.as_deref())
    }
}
