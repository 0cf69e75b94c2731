//! Records findings, each once per check.

use super::connection::Exchange;
use super::context::{Context, Stop};
use super::decode;
use super::model::RuleViolation;
use super::recording_client::RecordedResponse;
use super::report::LiveFinding;
use super::rules;
use crate::authored::PROBLEMS;

/// The code for a request without a response.
pub(crate) const NO_RESPONSE_CODE: &str = "no-answer";

/// The code and rule for a request without a response.
pub(super) const NO_RESPONSE: (&str, &str) = (NO_RESPONSE_CODE, "Every request gets a response.");

/// The code and rule for a success response that the generated client can't read.
pub(super) const UNREADABLE: (&str, &str) = (
    "client-decodes",
    "The generated client can read every success response.",
);

/// Maximum number of findings recorded for one check. A broken list may violate a rule with each of a million
/// items.
const FINDINGS_MAX: usize = 200;

/// The check in progress.
#[derive(Debug, Default)]
pub(super) struct CurrentCheck {
    pub(super) code: String,
    pub(super) rule: String,
    pub(super) findings: Vec<LiveFinding>,
}

impl Context {
    /// Records the violations in the form of a response.
    pub(super) fn record_violations(&mut self, response: &RecordedResponse) {
        let exchange = &self.http.log[response.exchange];
        let mut findings: Vec<LiveFinding> = exchange
            .violations
            .iter()
            .map(|violation| LiveFinding {
                exchange: Some(response.exchange),
                ..LiveFinding::of_form(&response.operation, response.status, violation)
            })
            .collect();
        if findings.is_empty()
            && let Err(why) = decode::decode(&response.operation, response.status, &response.body)
        {
            self.http.log[response.exchange].faulty = true;
            findings.push(LiveFinding {
                exchange: Some(response.exchange),
                ..LiveFinding::new(UNREADABLE, &response.operation, why)
            });
        }
        for finding in findings {
            self.record(finding);
        }
    }

    /// Records that a request got no response.
    pub(super) fn record_no_response(&mut self, operation: &str, why: String) -> Stop {
        self.record(LiveFinding::new(NO_RESPONSE, operation, why));
        Stop::Recorded
    }

    /// Records a finding, once per check.
    pub(super) fn record(&mut self, finding: LiveFinding) {
        debug_assert!(
            rules::is_known(&finding.code),
            "{} has no explanation",
            finding.code
        );
        let known = |other: &LiveFinding| {
            other.code == finding.code && other.operation == finding.operation && other.what == finding.what
        };
        if self.current.findings.len() < FINDINGS_MAX && !self.current.findings.iter().any(known) {
            self.current.findings.push(finding);
        }
    }

    /// Records that a response violates the rule of the current check.
    pub(super) fn violation(&mut self, response: &RecordedResponse, what: String) {
        self.http.log[response.exchange].faulty = true;
        self.record(self.finding((&self.current.code, &self.current.rule), response, what));
    }

    /// Records that a response violates the rule of the current check, and ends the check.
    pub(super) fn fail(&mut self, response: &RecordedResponse, what: String) -> Stop {
        self.violation(response, what);
        Stop::Recorded
    }

    /// Records a violation of the rule of the current check without a recorded response, and ends the check.
    pub(super) fn fail_without_response(&mut self, operation: &str, what: String) -> Stop {
        let rule = (self.current.code.as_str(), self.current.rule.as_str());
        self.record(LiveFinding::new(rule, operation, what));
        Stop::Recorded
    }

    /// Records that a response violates a rule that applies to all checks.
    pub(super) fn record_rule_violation(&mut self, response: &RecordedResponse, found: RuleViolation) {
        self.http.log[response.exchange].faulty = true;
        self.record(self.finding((found.rule.code, found.rule.rule), response, found.what));
    }

    fn finding(&self, rule: (&str, &str), response: &RecordedResponse, what: String) -> LiveFinding {
        let operation = self.http.operation(&response.operation);
        LiveFinding {
            place: operation.map(|operation| operation.at.clone()),
            exchange: Some(response.exchange),
            ..LiveFinding::new(rule, &response.operation, what)
        }
    }

    /// Records a violation unless a condition holds.
    pub(super) fn expect(&mut self, response: &RecordedResponse, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.violation(response, what());
        }
    }

    /// Ends the check unless the status is as expected. The response may still be valid for its actual
    /// status.
    pub(super) fn expect_status(&mut self, response: &RecordedResponse, status: u16) -> Result<(), Stop> {
        self.expect_one_of(response, &[status])
    }

    /// Ends the check unless the status is one of these.
    pub(super) fn expect_one_of(
        &mut self,
        response: &RecordedResponse,
        statuses: &[u16],
    ) -> Result<(), Stop> {
        if statuses.contains(&response.status) {
            return Ok(());
        }
        let expected: Vec<String> = statuses.iter().map(ToString::to_string).collect();
        let expected = expected.join(" or ");
        if statuses.iter().all(|status| (200..300).contains(status)) {
            self.require_success(response, &expected)?;
        }
        let what = format!("expected {expected}, received {}", response.outcome());
        self.record(self.finding((&self.current.code, &self.current.rule), response, what));
        Err(Stop::Recorded)
    }

    /// Ends the check if an earlier one reports that this operation returns this status instead of a success, and the
    /// operation has never succeeded.
    fn require_success(&mut self, response: &RecordedResponse, expected: &str) -> Result<(), Stop> {
        let (operation, status) = (&response.operation, response.status);
        let key = (operation.clone(), status);
        let reported = self
            .failing
            .entry(key)
            .or_insert_with(|| self.current.code.clone());
        if *reported == self.current.code {
            return Ok(());
        }
        let succeeds =
            |exchange: &Exchange| exchange.operation == *operation && (200..300).contains(&exchange.status);
        if self.http.log.iter().any(succeeds) {
            return Ok(());
        }
        Err(Stop::NotJudged(format!(
            "requires that {operation} returns {expected}, but it returns {status} (see `{reported}`)"
        )))
    }

    /// Records a violation unless the problem has one of these numbers.
    pub(super) fn expect_problem(&mut self, response: &RecordedResponse, numbers: &[u32]) {
        let problem = response.text("/type").unwrap_or_default().to_owned();
        let number = problem.strip_prefix(PROBLEMS).and_then(|n| n.parse().ok());
        let holds = number.is_some_and(|number: u32| numbers.contains(&number));
        self.expect(response, holds, || {
            let expected: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            let received = if problem.is_empty() {
                "no problem `type`".to_owned()
            } else {
                format!("`{problem}`")
            };
            format!("expected problem {}, received {received}", expected.join(" or "))
        });
    }

    /// The id in the response to a create; without it the check ends. A resource that isn't the run's own
    /// isn't used.
    pub(super) fn created_id(&mut self, response: &RecordedResponse) -> Result<String, Stop> {
        if let Some(id) = response.text("/id") {
            if self.model.resources.iter().any(|resource| resource.id == id) {
                return Ok(id.to_owned());
            }
            return Err(Stop::Skipped(format!("nothing shows that this run created {id}")));
        }
        Err(self.fail(response, "the response has no `id`".to_owned()))
    }
}
