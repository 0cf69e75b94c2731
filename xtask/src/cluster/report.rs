//! The results of a run, for people.

use std::fmt;
use std::time::Duration;

use crate::report::{Counts, write_findings};

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
        write_findings(f, &self.findings)
    }
}
