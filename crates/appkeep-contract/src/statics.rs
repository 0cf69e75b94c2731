//! Static verification: may a server with this document stand where the contract promised one?
//!
//! A relation and not an equality. **Requests**: everything that the contract permits must be accepted
//! (contract ⊆ server). **Responses**: everything that the server can say must be permitted
//! (server ⊆ contract). What differs harmlessly, like the order of `required`, isn't seen at all; what
//! differs with a good reason stands in a table of allowances ([`DROPSHOT`]); everything else is a finding,
//! also what can't be decided.

mod allowances;
mod codes;
mod compare;
mod requests;
mod responses;

use serde::Serialize;

pub use allowances::{Allowance, Allowed, DROPSHOT, STALE_CODE, STALE_RULE, StaleAllowance};
pub use codes::{Code, Direction};

use crate::document::Document;
use crate::report::{Outcome, Place};

/// One difference between the contract and a server's document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaticFinding {
    /// What kind of difference; stable.
    pub code: Code,
    /// The operation's id in the contract, or in the server's document where the contract has none.
    pub operation: String,
    /// The status, header, media type or parameter that it is about; empty for the operation itself.
    pub subject: String,
    /// What differs.
    pub what: String,
    /// Which half of the relation is broken.
    pub direction: Direction,
    /// Where in the contract, as a JSON pointer.
    pub contract_at: String,
    /// The line of that in the contract's text, where it has one.
    pub contract_line: Option<usize>,
    /// Where in the server's document; `None` where nothing stands there.
    pub server_at: Option<String>,
    /// The line of that in the text of the server's document, where it has one.
    pub server_line: Option<usize>,
}

/// The result of comparing two documents.
#[derive(Debug, Clone, Serialize)]
pub struct StaticReport {
    /// The contract's name.
    pub contract: String,
    /// The name of the server's document.
    pub server: String,
    /// Operations of the contract that were looked at.
    pub operations: usize,
    /// What nothing allows.
    pub findings: Vec<StaticFinding>,
    /// What an allowance covers, with its reason.
    pub allowed: Vec<Allowed>,
    /// Allowances that matched nothing.
    pub stale: Vec<StaleAllowance>,
}

impl StaticReport {
    /// Holds when there are neither findings nor stale allowances: a table that says more than is needed
    /// would hide the next difference.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if self.findings.is_empty() && self.stale.is_empty() {
            Outcome::Holds
        } else {
            Outcome::Violated
        }
    }

    /// Where the contract says what a finding is about.
    #[must_use]
    pub fn contract_place(&self, finding: &StaticFinding) -> Place {
        Place::new(&self.contract, finding.contract_line, &finding.contract_at)
    }

    /// Where the server's document says otherwise, where it says anything.
    #[must_use]
    pub fn server_place(&self, finding: &StaticFinding) -> Option<Place> {
        let at = finding.server_at.as_deref()?;
        Some(Place::new(&self.server, finding.server_line, at))
    }
}

/// Compares a server's document with the contract; differences that an allowance covers are kept apart.
///
/// For a document written by dropshot pass [`DROPSHOT`], for any other an empty table.
#[must_use]
pub fn verify(contract: &Document, server: &Document, allowances: &[Allowance]) -> StaticReport {
    let mut found = compare::compare(contract, server);
    for finding in &mut found {
        finding.contract_line = contract.line(fragment(&finding.contract_at));
        finding.server_line = finding
            .server_at
            .as_deref()
            .and_then(|at| server.line(fragment(at)));
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

/// The pointer in a fragment like `#/paths`.
fn fragment(at: &str) -> &str {
    at.strip_prefix('#').unwrap_or(at)
}

#[cfg(test)]
mod tests;
