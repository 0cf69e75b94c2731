//! The results of a run, for people.

use std::fmt;
use std::time::Duration;

use crate::report::{Counts, write_findings};

/// The results of a run.
#[derive(Default)]
pub(super) struct Report {
    pub(super) rounds: u64,
    pub(super) starts: u64,
    /// The names of all fail points in the sources.
    pub(super) points: Vec<String>,
    pub(super) elapsed: Duration,
    deaths: Counts,
    missed: Counts,
    acknowledged: Counts,
    checks: Counts,
    findings: Vec<String>,
}

impl Report {
    /// Records that the server died there.
    pub(super) fn died(&mut self, end: &str) {
        self.deaths.add(end);
    }

    /// Records that the server was killed because it didn't reach the fail point.
    pub(super) fn missed(&mut self, end: &str) {
        self.missed.add(end);
    }

    /// Records that an operation was acknowledged.
    pub(super) fn acknowledged(&mut self, what: &'static str) {
        self.acknowledged.add(what);
    }

    /// Records a check that passed.
    pub(super) fn checked(&mut self, what: &'static str) {
        self.checks.add(what);
    }

    /// Records a finding.
    pub(super) fn found(&mut self, what: String) {
        self.findings.push(what);
    }

    /// Whether there are no findings.
    pub(super) fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.elapsed.as_secs_f64();
        let rounds = u32::try_from(self.rounds).unwrap_or(u32::MAX);
        writeln!(
            f,
            "crash: {rounds} rounds in {secs:.1} s ({:.3} s each), {} starts",
            secs / f64::from(rounds.max(1)),
            self.starts
        )?;
        write!(f, "ended:\n{}", self.deaths)?;
        let missed = self.missed.sum();
        writeln!(
            f,
            "  {missed:>6}  killed because a fail point was not reached in time"
        )?;
        let never: Vec<_> = (self.points.iter())
            .filter(|point| !self.deaths.contains(point))
            .map(String::as_str)
            .collect();
        writeln!(
            f,
            "fail points: {} of {} were reached{}{}",
            self.points.len() - never.len(),
            self.points.len(),
            if never.is_empty() { "" } else { "; not reached: " },
            never.join(", ")
        )?;
        for (title, counts) in [("acknowledged", &self.acknowledged), ("checked", &self.checks)] {
            write!(f, "{title}:\n{counts}")?;
        }
        write_findings(f, &self.findings)
    }
}
