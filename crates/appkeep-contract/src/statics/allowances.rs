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
    /// Why it is allowed.
    pub reason: &'static str,
}

impl Allowance {
    fn covers(&self, finding: &StaticFinding) -> bool {
        let subject = finding.subject.as_str();
        self.code == finding.code && (self.subjects.is_empty() || self.subjects.contains(&subject))
    }
}

/// Parts of the contract that a document written by dropshot can't express. Each of them is verified live
/// instead.
pub const DROPSHOT: &[Allowance] = &[
    Allowance {
        code: Code::StatusRange,
        subjects: &["4XX", "5XX"],
        what: "errors as the ranges 4XX and 5XX in application/json",
        reason: "dropshot writes one error type per operation as two ranges; every status, media type and \
                 body of an error is verified live",
    },
    Allowance {
        code: Code::SecurityMissing,
        subjects: &[],
        what: "no security scheme",
        reason: "dropshot's document knows no security; that every operation asks for a token is verified \
                 live",
    },
    Allowance {
        code: Code::HeaderMissing,
        subjects: &["ETag", "Location"],
        what: "no response headers",
        reason: "the server writes its headers outside of dropshot's typed responses; they are verified live",
    },
    Allowance {
        code: Code::RequestMediaTypeMissing,
        subjects: &[
            "application/astra-app+json",
            "application/astra-appBackup+json",
            "application/astra-appSnap+json",
        ],
        what: "no vendor media type for request bodies",
        reason: "dropshot documents one media type per body; that both are read is verified live",
    },
    Allowance {
        code: Code::ResponseMediaTypeMissing,
        subjects: &[
            "application/astra-app+json",
            "application/astra-appBackup+json",
            "application/astra-appSnap+json",
        ],
        what: "no vendor media type for response bodies",
        reason: "dropshot documents application/json only; that `Accept` is heeded is verified live",
    },
];

/// An allowance that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Allowed {
    /// The kind of difference.
    pub code: Code,
    /// A description of the difference.
    pub what: String,
    /// Why it is allowed.
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
