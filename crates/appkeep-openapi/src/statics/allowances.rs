//! Allowances for intended differences.

use serde::Serialize;

use super::{Code, StaticFinding};

/// An intended difference, with the reason.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// The kind of difference.
    pub code: Code,
    /// The statuses, headers or media types that it is allowed for; empty means any.
    pub subjects: &'static [&'static str],
    /// A description of the difference.
    pub what: &'static str,
    /// The reason why it is allowed.
    pub reason: &'static str,
}

impl Allowance {
    fn covers(&self, finding: &StaticFinding) -> bool {
        let subject = finding.subject.as_str();
        self.code == finding.code && (self.subjects.is_empty() || self.subjects.contains(&subject))
    }
}

/// An allowance that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Allowed {
    /// The kind of difference.
    pub code: Code,
    /// A description of the difference.
    pub what: String,
    /// The reason why it is allowed.
    pub reason: String,
    /// Number of differences that it covers.
    pub count: usize,
}

/// The stable code of an allowance that matched nothing.
pub const STALE_CODE: &str = "stale-allowance";

/// The rule that it breaks, in one sentence.
pub const STALE_RULE: &str = "Every allowance covers a difference.";

/// An allowance that matched nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaleAllowance {
    /// The kind of difference, as its code.
    pub code: String,
    /// A description of the difference.
    pub what: String,
}

/// Separates findings with an allowance from those without.
pub(super) fn apply(
    found: Vec<StaticFinding>,
    allowances: &[Allowance],
) -> (Vec<StaticFinding>, Vec<Allowed>, Vec<StaleAllowance>) {
    let mut counts = vec![0; allowances.len()];
    let mut findings = Vec::new();
    for finding in found {
        match allowances.iter().position(|allowance| allowance.covers(&finding)) {
            Some(index) => counts[index] += 1,
            None => findings.push(finding),
        }
    }
    let (mut allowed, mut stale) = (Vec::new(), Vec::new());
    for (allowance, count) in allowances.iter().zip(counts) {
        if count == 0 {
            stale.push(StaleAllowance {
                code: allowance.code.as_str().to_owned(),
                what: allowance.what.to_owned(),
            });
        } else {
            allowed.push(Allowed {
                code: allowance.code,
                what: allowance.what.to_owned(),
                reason: allowance.reason.to_owned(),
                count,
            });
        }
    }
    (findings, allowed, stale)
}
