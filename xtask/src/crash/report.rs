//! The results of a run, for people.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The results of a run.
#[derive(Default)]
pub(super) struct Report {
    pub(super) rounds: u64,
    pub(super) starts: u64,
    /// The names of all fail points in the sources.
    pub(super) points: Vec<String>,
    pub(super) elapsed: Duration,
    deaths: BTreeMap<String, u64>,
    missed: BTreeMap<String, u64>,
    acknowledged: BTreeMap<&'static str, u64>,
    checks: BTreeMap<&'static str, u64>,
    findings: Vec<String>,
}

impl Report {
    /// Records that the server died there.
    pub(super) fn died(&mut self, end: &str) {
        *self.deaths.entry(end.to_owned()).or_default() += 1;
    }

    /// Records that the server was killed because it didn't reach the fail point.
    pub(super) fn missed(&mut self, end: &str) {
        *self.missed.entry(end.to_owned()).or_default() += 1;
    }

    /// Records that an operation was acknowledged.
    pub(super) fn acknowledged(&mut self, what: &'static str) {
        *self.acknowledged.entry(what).or_default() += 1;
    }

    /// Records a check that passed.
    pub(super) fn checked(&mut self, what: &'static str) {
        *self.checks.entry(what).or_default() += 1;
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
        writeln!(f, "ended:")?;
        for (end, count) in &self.deaths {
            writeln!(f, "  {count:>6}  {end}")?;
        }
        let missed: u64 = self.missed.values().sum();
        writeln!(
            f,
            "  {missed:>6}  killed because a fail point was not reached in time"
        )?;
        let never: Vec<_> = (self.points.iter())
            .filter(|point| !self.deaths.contains_key(*point))
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
            writeln!(f, "{title}:")?;
            for (what, count) in counts {
                writeln!(f, "  {count:>6}  {what}")?;
            }
        }
        if self.findings.is_empty() {
            return write!(f, "nothing was lost");
        }
        writeln!(f, "FOUND:")?;
        for finding in &self.findings {
            writeln!(f, "  {finding}")?;
        }
        Ok(())
    }
}
