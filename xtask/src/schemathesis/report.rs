//! The reports of Schemathesis and our hooks, and the findings in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter, Write};
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::health::After;
use super::{Budget, PHASES};

/// The phase that may end early without an error.
const IN_SEQUENCES: &str = "stateful";

/// Operations that needn't succeed: only a restore that waits or has just begun can be cancelled.
const WITHOUT_SUCCESS: [&str; 1] = ["app_restore_delete_for_app"];

/// The report of Schemathesis.
#[derive(Debug, Default, Deserialize)]
struct Summary {
    test_cases: Cases,
    complete: bool,
    stop_reason: String,
    exit_code: i64,
    failures: Vec<Failure>,
    errors: Vec<Failure>,
    warnings: BTreeMap<String, Vec<Value>>,
    phases: BTreeMap<String, Phase>,
}

#[derive(Debug, Default, Deserialize)]
struct Cases {
    generated: u64,
    errored: u64,
    without_checks: u64,
}

#[derive(Debug, Deserialize)]
struct Failure {
    title: String,
    #[serde(default)]
    count: u64,
    #[serde(default)]
    operations: Value,
}

#[derive(Debug, Deserialize)]
struct Phase {
    status: String,
    skip_reason: Option<String>,
}

impl Summary {
    /// Number of generated cases that were checked. Cases without checks are additional requests of Schemathesis, such
    /// as those without a token.
    fn cases(&self) -> u64 {
        let cases = &self.test_cases;
        cases.generated.saturating_sub(cases.without_checks)
    }

    /// All problems that Schemathesis reports.
    fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        if !self.complete || self.stop_reason != "completed" {
            findings.push(format!("the run ended early: {}", self.stop_reason));
        }
        findings.extend(self.failures.iter().map(
            |Failure {
                 title,
                 count,
                 operations,
             }| { format!("{title} ({count} times) in {operations}") },
        ));
        findings.extend(self.errors.iter().map(|error| format!("error: {}", error.title)));
        let warnings = self.warnings.iter().filter(|(_, about)| !about.is_empty());
        findings.extend(warnings.map(|(name, about)| format!("warning {name}: {}", json!(about))));
        let skipped = PHASES
            .iter()
            .filter_map(|name| Some((name, self.phases.get(*name)?)));
        let skipped = skipped.filter(|(_, phase)| phase.status == "skip");
        findings.extend(
            skipped.map(|(name, phase)| format!("phase {name} was skipped: {}", json!(phase.skip_reason))),
        );
        if self.test_cases.errored > 0 {
            findings.push(format!("{} cases got no response", self.test_cases.errored));
        }
        // Any failure that isn't covered above.
        if findings.is_empty() && self.exit_code != 0 {
            findings.push(format!("Schemathesis ended with {}", self.exit_code));
        }
        findings
    }
}

/// The counts of our hooks.
#[derive(Debug, Default, Deserialize)]
struct Tally {
    responses: Vec<Responses>,
    /// Number of rejected requests from the other account, by operation.
    isolation: BTreeMap<String, u64>,
    exceptions: Vec<Exception>,
}

/// Number of responses with a status.
#[derive(Debug, Deserialize)]
struct Responses {
    phase: String,
    operation: String,
    status: u16,
    count: u64,
}

/// A known exception for our server, and how often it was used.
#[derive(Debug, Clone, Deserialize)]
struct Exception {
    operation: String,
    failure: String,
    problem: String,
    reason: String,
    /// Whether it is about deleted resources, which few sequences request again.
    #[serde(default)]
    deleted: bool,
    count: u64,
}

impl Exception {
    fn is_same(&self, other: &Self) -> bool {
        [&self.operation, &self.failure, &self.problem] == [&other.operation, &other.failure, &other.problem]
    }
}

/// The results for one seed.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) seed: u64,
    summary: Summary,
    tally: Tally,
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
        Ok(Self {
            summary: read(report)?,
            tally: read(tally)?,
            ..Self::default()
        })
    }

    /// The findings of Schemathesis.
    #[cfg(test)]
    pub(super) fn reported(&self) -> Vec<String> {
        self.summary.findings()
    }

    /// Number of responses in a phase.
    fn responses_in(&self, phase: &str) -> u64 {
        let responses = self.tally.responses.iter().filter(|one| one.phase == phase);
        responses.map(|one| one.count).sum()
    }

    /// The findings about parts that every run must cover and this one didn't.
    fn findings(&self, operations: &BTreeSet<String>, examples: u32) -> Vec<String> {
        let mut findings = self.summary.findings();
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
        let expected = operations
            .iter()
            .filter(|operation| !WITHOUT_SUCCESS.contains(&operation.as_str()));
        for operation in expected {
            let succeeded = |one: &Responses| one.operation == *operation && (200..300).contains(&one.status);
            if !self.tally.responses.iter().any(succeeded) {
                findings.push(format!("{operation} never succeeded"));
            }
            if self
                .tally
                .isolation
                .get(operation)
                .is_none_or(|count| *count == 0)
            {
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
            self.summary.cases(),
            self.elapsed.as_secs_f64()
        )?;
        for phase in PHASES {
            write!(f, " {phase} {}", self.responses_in(phase))?;
        }
        let rejected: u64 = self.tally.isolation.values().sum();
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
        self.runs.iter().map(|run| run.summary.cases()).sum()
    }

    /// The exceptions, each once, with their total number of uses.
    fn exceptions(&self) -> Vec<Exception> {
        let mut all: Vec<Exception> = Vec::new();
        for exception in self.runs.iter().flat_map(|run| &run.tally.exceptions) {
            match all.iter_mut().find(|known| known.is_same(exception)) {
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
                // By chance, a single operation may not need its exception. It is a finding if no exception with the
                // same reason was used, unless one of them is about deleted resources, which are rare.
                let mut alike = exceptions.iter().filter(|exception| exception.reason == *reason);
                if alike.all(|exception| exception.count == 0 && !exception.deleted) {
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
            let Exception {
                operation,
                failure,
                problem,
                reason,
                count,
                ..
            } = exception;
            // Writing to a string doesn't fail.
            let _ = writeln!(
                text,
                "schemathesis: exception used {count} times: {operation}, {failure}, problem {problem}: {reason}"
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

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} isn't a valid report", path.display()))
}

#[cfg(test)]
mod tests {
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
        let run = Run {
            summary: Summary::deserialize(report).unwrap(),
            tally: Tally::deserialize(tally).unwrap(),
            ..Run::default()
        };
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
        assert!(Summary::deserialize(json!({})).is_err());
    }
}
