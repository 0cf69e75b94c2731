//! The common parts of the reports of fault tests.

use std::collections::BTreeMap;
use std::fmt;

/// Numbers of events, by their names.
#[derive(Debug, Default)]
pub(crate) struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// Counts an event.
    pub(crate) fn add(&mut self, what: &str) {
        *self.0.entry(what.to_owned()).or_default() += 1;
    }

    /// Whether the event was counted.
    pub(crate) fn contains(&self, what: &str) -> bool {
        self.0.contains_key(what)
    }

    /// The number of all events.
    pub(crate) fn sum(&self) -> u64 {
        self.0.values().sum()
    }

    /// Adds the numbers of others.
    pub(crate) fn merge(&mut self, others: Self) {
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

/// Writes what a run found, or that nothing was lost.
pub(crate) fn write_findings(f: &mut fmt::Formatter<'_>, findings: &[String]) -> fmt::Result {
    if findings.is_empty() {
        return write!(f, "nothing was lost");
    }
    writeln!(f, "FOUND:")?;
    for finding in findings {
        writeln!(f, "  {finding}")?;
    }
    Ok(())
}
