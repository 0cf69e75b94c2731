//! The results of a run, for people.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Numbers of events, by their names.
#[derive(Debug, Default)]
pub(super) struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// Counts an event.
    pub(super) fn add(&mut self, what: &str) {
        *self.0.entry(what.to_owned()).or_default() += 1;
    }

    /// Adds the numbers of others.
    pub(super) fn merge(&mut self, others: Self) {
        for (what, count) in others.0 {
            *self.0.entry(what).or_default() += count;
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, count) in &self.0 {
            writeln!(f, "  {count:>6}  {what}")?;
        }
        Ok(())
    }
}

/// The results of a run.
#[derive(Default)]
pub(super) struct Report {
    pub(super) rounds: u64,
    pub(super) elapsed: Duration,
    pub(super) faults: Counts,
    pub(super) requests: Counts,
    pub(super) results: Counts,
    pub(super) checks: Counts,
    pub(super) findings: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.elapsed.as_secs_f64();
        let rounds = u32::try_from(self.rounds).unwrap_or(u32::MAX);
        let each = secs / f64::from(rounds.max(1));
        writeln!(f, "cluster: {rounds} rounds in {secs:.0} s ({each:.1} s each)")?;
        for (title, counts) in [
            ("faults", &self.faults),
            ("requests", &self.requests),
            ("results", &self.results),
            ("checked", &self.checks),
        ] {
            write!(f, "{title}:\n{counts}")?;
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
