//! Static verification: comparison of a server's document with the contract.
//!
//! The comparison is a relation, not an equality. **Requests**: the server must accept everything that the
//! contract permits (contract ⊆ server). **Responses**: the contract must permit everything that the server
//! can return (server ⊆ contract). Harmless differences, such as the order of `required`, are ignored.
//! Justified differences are listed in a table of allowances ([`Allowance`]). Everything else is a finding,
//! including undecided cases. Webhooks aren't compared.

mod allowances;
mod codes;
mod compare;
mod requests;
mod responses;
mod text;

use serde::Serialize;

pub use allowances::{Allowance, Allowed, STALE_CODE, STALE_RULE, StaleAllowance};
pub use codes::{Code, Direction};

use crate::document::{Document, reference_to};
use crate::outcome::Outcome;
use crate::place::Place;

/// One difference between the contract and a server's document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaticFinding {
    /// The kind of difference; the codes are stable.
    pub code: Code,
    /// The operation's id in the contract, or in the server's document if the contract doesn't have the
    /// operation.
    pub operation: String,
    /// The status, header, media type or parameter that it is about; empty for the operation itself.
    pub subject: String,
    /// A description of the difference.
    pub what: String,
    /// The half of the relation that is broken.
    pub direction: Direction,
    /// The place in the contract, as a JSON pointer.
    pub contract_at: String,
    /// The line of that place in the contract's text, if there is one.
    pub contract_line: Option<usize>,
    /// The place in the server's document; `None` if there is none.
    pub server_at: Option<String>,
    /// The line of that place in the text of the server's document, if there is one.
    pub server_line: Option<usize>,
}

/// The result of comparing two documents.
#[derive(Debug, Clone, Serialize)]
pub struct StaticReport {
    /// The contract's name.
    pub contract: String,
    /// The name of the server's document.
    pub server: String,
    /// Number of the contract's operations that were compared.
    pub operations: usize,
    /// The differences without an allowance.
    pub findings: Vec<StaticFinding>,
    /// The differences with an allowance, and its reason.
    pub allowed: Vec<Allowed>,
    /// Allowances that matched nothing.
    pub stale: Vec<StaleAllowance>,
}

impl StaticReport {
    /// Holds if there are neither findings nor stale allowances. A stale allowance would hide the next
    /// difference.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if self.findings.is_empty() && self.stale.is_empty() {
            Outcome::Holds
        } else {
            Outcome::Violated
        }
    }

    /// The place in the contract that a finding refers to.
    #[must_use]
    pub fn contract_place(&self, finding: &StaticFinding) -> Place {
        Place::new(&self.contract, finding.contract_line, &finding.contract_at)
    }

    /// The place in the server's document that a finding refers to, if there is one.
    #[must_use]
    pub fn server_place(&self, finding: &StaticFinding) -> Option<Place> {
        let at = finding.server_at.as_deref()?;
        Some(Place::new(&self.server, finding.server_line, at))
    }
}

/// Compares a server's document with the contract; differences with an allowance are reported separately.
///
/// Pass an empty table if no difference is intended.
#[must_use]
pub fn verify(contract: &Document, server: &Document, allowances: &[Allowance]) -> StaticReport {
    let mut found = compare::compare(contract, server);
    for finding in &mut found {
        finding.contract_line = contract.line(&finding.contract_at);
        finding.server_line = finding.server_at.as_deref().and_then(|at| server.line(at));
        finding.contract_at = reference_to(&finding.contract_at);
        finding.server_at = finding.server_at.as_deref().map(reference_to);
    }
    let (findings, allowed, stale) = allowances::apply(found, allowances);
    StaticReport {
        contract: contract.name().to_owned(),
        server: server.name().to_owned(),
        operations: contract.operations().len(),
        findings,
        allowed,
        stale,
    }
}

#[cfg(test)]
mod tests;
