//! The reports of Schemathesis and our hooks, and the findings in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter, Write};
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use super::health::After;
use super::{Budget, PHASES};
use crate::spec;

/// The phase that tends to end early without an error.
const IN_SEQUENCES: &str = "stateful";

/// Number of responses by phase, operation and status.
type Responses = BTreeMap<(String, String, u16), u64>;

/// A known exception for our server, and how often it was needed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Exception {
    /// Operation, failure and problem.
    what: String,
    reason: String,
    /// Whether it is about deleted resources, which few sequences request again.
    is_rare: bool,
    count: u64,
}

/// The results for one seed.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) seed: u64,
    /// Number of generated cases that were checked, as counted by Schemathesis.
    cases: u64,
    /// The findings of Schemathesis, in its own words.
    reported: Vec<String>,
    responses: Responses,
    /// Number of rejected requests from the other account, by operation.
    isolation: BTreeMap<String, u64>,
    exceptions: Vec<Exception>,
    pub(super) elapsed: Duration,
    /// Peak memory use of Schemathesis, in bytes.
    pub(super) peak_bytes: u64,
    pub(super) after: After,
}

impl Run {
    /// Reads the reports of Schemathesis and of our hooks.
    ///
    /// # Errors
    /// When one is missing or invalid.
    pub(super) fn read(report: &Path, tally: &Path) -> Result<Self> {
        let mut run = Self::default();
        run.read_report(&json(report)?)?;
        run.read_tally(&json(tally)?)?;
        Ok(run)
    }

    fn read_report(&mut self, report: &Value) -> Result<()> {
        let cases = &report["test_cases"];
        // Cases without checks are its own additional requests, such as those without a token.
        self.cases = number(cases, "generated")?.saturating_sub(number(cases, "without_checks")?);
        if report["complete"] != Value::Bool(true) || report["stop_reason"] != "completed" {
            self.reported
                .push(format!("the run ended early: {}", report["stop_reason"]));
        }
        for failure in spec::items(report.get("failures")) {
            let (title, operations) = (&failure["title"], &failure["operations"]);
            self.reported
                .push(format!("{title} ({} times) in {operations}", failure["count"]));
        }
        for error in spec::items(report.get("errors")) {
            self.reported.push(format!("error: {}", error["title"]));
        }
        for (warning, about) in spec::members(report.get("warnings")) {
            if spec::items(Some(about)).next().is_some() {
                self.reported.push(format!("warning {warning}: {about}"));
            }
        }
        for (phase, result) in spec::members(report.get("phases")) {
            if PHASES.contains(&phase) && result["status"] == "skip" {
                self.reported
                    .push(format!("phase {phase} was skipped: {}", result["skip_reason"]));
            }
        }
        let errored = number(cases, "errored")?;
        if errored > 0 {
            self.reported.push(format!("{errored} cases got no response"));
        }
        // Any failure that isn't covered above.
        if self.reported.is_empty() && report["exit_code"] != 0 {
            self.reported
                .push(format!("Schemathesis ended with {}", report["exit_code"]));
        }
        Ok(())
    }

    fn read_tally(&mut self, tally: &Value) -> Result<()> {
        for response in spec::items(tally.get("responses")) {
            let text = |member: &str| response[member].as_str().unwrap_or_default().to_owned();
            let status = u16::try_from(number(response, "status")?)?;
            let key = (text("phase"), text("operation"), status);
            *self.responses.entry(key).or_default() += number(response, "count")?;
        }
        for (operation, count) in spec::members(tally.get("isolation")) {
            self.isolation
                .insert(operation.to_owned(), count.as_u64().unwrap_or_default());
        }
        for exception in spec::items(tally.get("exceptions")) {
            let text = |member: &str| exception[member].as_str().unwrap_or_default();
            self.exceptions.push(Exception {
                what: format!(
                    "{}, {}, problem {}",
                    text("operation"),
                    text("failure"),
                    text("problem")
                ),
                reason: text("reason").to_owned(),
                is_rare: exception["deleted"] == Value::Bool(true),
                count: number(exception, "count")?,
            });
        }
        Ok(())
    }

    /// The findings of Schemathesis, in its own words.
    #[cfg(test)]
    pub(super) fn reported(&self) -> Vec<String> {
        self.reported.clone()
    }

    /// Number of responses in a phase.
    fn responses_in(&self, phase: &str) -> u64 {
        let responses = self.responses.iter().filter(|((of, ..), _)| of == phase);
        responses.map(|(_, count)| count).sum()
    }

    /// The findings about everything that every run has to cover.
    fn findings(&self, operations: &BTreeSet<String>, examples: u32) -> Vec<String> {
        let mut findings = self.reported.clone();
        findings.extend(self.after.findings.iter().cloned());
        for phase in PHASES {
            if self.responses_in(phase) == 0 {
                findings.push(format!("phase {phase} sent no requests"));
            }
        }
        let in_sequences = self.responses_in(IN_SEQUENCES);
        if in_sequences < u64::from(examples) {
            findings.push(format!(
                "{examples} sequences had only {in_sequences} responses: that phase ended early"
            ));
        }
        for operation in operations {
            let succeeded = |((_, of, status), _): (&(String, String, u16), _)| {
                of == operation && (200..300).contains(status)
            };
            if !self.responses.iter().any(succeeded) {
                findings.push(format!("{operation} never succeeded"));
            }
            if self.isolation.get(operation).is_none_or(|count| *count == 0) {
                findings.push(format!("{operation} was never requested by the other account"));
            }
        }
        findings
    }
}

impl Display for Run {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "schemathesis: seed {}: {} cases in {:.0} s; responses:",
            self.seed,
            self.cases,
            self.elapsed.as_secs_f64()
        )?;
        for phase in PHASES {
            write!(f, " {phase} {}", self.responses_in(phase))?;
        }
        let rejected: u64 = self.isolation.values().sum();
        writeln!(f, "; {rejected} requests of the other account rejected")?;
        write!(
            f,
            "  then {} backups and {} snapshots, settled in {:.1} s; peak MiB: Schemathesis {}, server {}",
            self.after.backups.values().sum::<usize>(),
            self.after.snapshots.values().sum::<usize>(),
            self.after.elapsed.as_secs_f64(),
            self.peak_bytes >> 20,
            self.after
                .server_peak_bytes
                .map_or_else(|| "?".to_owned(), |bytes| (bytes >> 20).to_string())
        )
    }
}

/// The results for all seeds.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) runs: Vec<Run>,
}

impl Report {
    fn cases(&self) -> u64 {
        self.runs.iter().map(|run| run.cases).sum()
    }

    /// The exceptions, each once, with their total number of uses.
    fn exceptions(&self) -> Vec<Exception> {
        let mut all: Vec<Exception> = Vec::new();
        for exception in self.runs.iter().flat_map(|run| &run.exceptions) {
            match all.iter_mut().find(|known| known.what == exception.what) {
                Some(known) => known.count += exception.count,
                None => all.push(exception.clone()),
            }
        }
        all
    }

    /// All findings.
    pub(super) fn findings(&self, budget: &Budget, operations: &BTreeSet<String>) -> Vec<String> {
        let mut findings = Vec::new();
        for run in &self.runs {
            let of_run = run.findings(operations, budget.examples);
            findings.extend(
                of_run
                    .iter()
                    .map(|finding| format!("seed {}: {finding}", run.seed)),
            );
        }
        if self.cases() < budget.cases_min {
            findings.push(format!(
                "{} cases are too few: expected at least {}",
                self.cases(),
                budget.cases_min
            ));
        }
        if budget.is_full {
            let exceptions = self.exceptions();
            let reasons: BTreeSet<_> = exceptions.iter().map(|exception| &exception.reason).collect();
            for reason in reasons {
                // By chance, a single operation may not need an exception. It is a finding if no operation
                // with the same reason needs it, unless it is rare.
                let mut alike = exceptions.iter().filter(|exception| exception.reason == *reason);
                if alike.all(|exception| exception.count == 0 && !exception.is_rare) {
                    findings.push(format!("never used, remove it: {reason}"));
                }
            }
        }
        findings
    }

    /// A summary of a few lines.
    pub(super) fn summary(&self, budget: &Budget) -> String {
        let mut text = String::new();
        for exception in self.exceptions() {
            // Writing to a string doesn't fail.
            let _ = writeln!(
                text,
                "schemathesis: exception used {} times: {}: {}",
                exception.count, exception.what, exception.reason
            );
        }
        let _ = writeln!(
            text,
            "schemathesis: {} cases with {} seeds, {} needed",
            self.cases(),
            self.runs.len(),
            budget.cases_min
        );
        text
    }
}

fn json(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} isn't JSON", path.display()))
}

fn number(of: &Value, member: &str) -> Result<u64> {
    of[member]
        .as_u64()
        .with_context(|| format!("a report without {member}: {of}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> Value {
        json!({
            "complete": true, "stop_reason": "completed", "exit_code": 0,
            "test_cases": {"generated": 110, "errored": 0, "without_checks": 10},
            "phases": {"examples": {"status": "success", "skip_reason": null}},
            "failures": [], "errors": [], "warnings": {"missing_auth": []},
        })
    }

    fn tally(exceptions: u64) -> Value {
        let responses: Vec<_> = PHASES
            .iter()
            .map(|phase| json!({"phase": phase, "operation": "list", "status": 200, "count": 25}))
            .collect();
        json!({
            "responses": responses, "isolation": {"list": 1},
            "exceptions": [{"operation": "list", "failure": "F", "problem": "1", "reason": "r", "count": exceptions}],
        })
    }

    fn budget(cases_min: u64, is_full: bool) -> Budget {
        Budget {
            seeds: vec![1],
            examples: 1,
            cases_min,
            is_full,
        }
    }

    fn findings(report: &Value, tally: &Value, budget: &Budget) -> Vec<String> {
        let mut run = Run::default();
        run.read_report(report).unwrap();
        run.read_tally(tally).unwrap();
        let operations = BTreeSet::from(["list".to_owned()]);
        Report { runs: vec![run] }.findings(budget, &operations)
    }

    #[test]
    fn a_clean_run_has_no_findings() {
        assert_eq!(findings(&report(), &tally(0), &budget(100, false)), [""; 0]);
        assert_eq!(findings(&report(), &tally(1), &budget(100, true)), [""; 0]);
    }

    #[test]
    fn too_few_cases_are_a_finding() {
        assert_eq!(
            findings(&report(), &tally(1), &budget(101, false)),
            ["100 cases are too few: expected at least 101"]
        );
    }

    #[test]
    fn a_stateful_phase_that_ended_early_is_a_finding() {
        let short = Budget {
            examples: 26,
            ..budget(1, false)
        };
        assert_eq!(
            findings(&report(), &tally(1), &short),
            ["seed 0: 26 sequences had only 25 responses: that phase ended early"]
        );
    }

    #[test]
    fn failures_errors_warnings_and_skipped_phases_are_findings() {
        let mut bad = report();
        bad["failures"] = json!([{"title": "Server error", "count": 2, "operations": ["GET /"]}]);
        bad["errors"] = json!([{"title": "Network Error", "count": 1}]);
        bad["warnings"]["missing_test_data"] = json!(["GET /"]);
        bad["phases"]["stateful"] = json!({"status": "skip", "skip_reason": "nothing to test"});
        bad["test_cases"]["errored"] = json!(3);
        bad["stop_reason"] = json!("failure_limit");
        assert_eq!(findings(&bad, &tally(1), &budget(1, false)).len(), 6);
        let mut unknown = report();
        unknown["exit_code"] = json!(1);
        assert_eq!(
            findings(&unknown, &tally(1), &budget(1, false)),
            ["seed 0: Schemathesis ended with 1"]
        );
    }

    #[test]
    fn an_operation_that_never_succeeded_is_a_finding() {
        let mut bad = tally(1);
        for response in bad["responses"].as_array_mut().unwrap() {
            response["status"] = json!(404);
        }
        bad["isolation"] = json!({});
        assert_eq!(
            findings(&report(), &bad, &budget(1, false)),
            [
                "seed 0: list never succeeded",
                "seed 0: list was never requested by the other account"
            ]
        );
    }

    #[test]
    fn an_exception_that_a_full_run_never_needs_is_a_finding() {
        assert_eq!(
            findings(&report(), &tally(0), &budget(1, true)),
            ["never used, remove it: r"]
        );
        let mut of_deleted = tally(0);
        of_deleted["exceptions"][0]["deleted"] = json!(true);
        assert_eq!(findings(&report(), &of_deleted, &budget(1, true)), [""; 0]);
    }

    #[test]
    fn reports_without_counts_are_invalid() {
        assert!(Run::default().read_report(&json!({})).is_err());
    }
}
