//! Comparison of operations.

use super::{Code, StaticFinding, requests, responses};
use crate::document::{Document, Operation, SchemaPlace, by_route};
use crate::schema::Prover;

/// All differences between two documents that may break a client or server.
pub(super) fn compare(contract: &Document, server: &Document) -> Vec<StaticFinding> {
    let mut findings = Vec::new();
    let (requests, responses) = Prover::by_direction(contract, server);
    let responses = responses.reversed();
    let (promised_routes, kept_routes) = (by_route(contract.operations()), by_route(server.operations()));
    for promised in contract.operations() {
        match kept_routes.get(&(promised.method.as_str(), promised.route())) {
            None => {
                let what = format!("{} {} isn't there", promised.method, promised.path);
                findings.push(finding(
                    promised,
                    Code::OperationMissing,
                    "",
                    what,
                    &promised.at,
                    None,
                ));
            }
            Some(kept) => {
                compare_operation(Pair {
                    documents: (contract, server),
                    requests: &requests,
                    responses: &responses,
                    promised,
                    kept,
                    begin: findings.len(),
                    findings: &mut findings,
                });
            }
        }
    }
    for kept in server.operations() {
        if !promised_routes.contains_key(&(kept.method.as_str(), kept.route())) {
            let what = format!("{} {} isn't in the contract", kept.method, kept.path);
            findings.push(finding(
                kept,
                Code::OperationExtra,
                "",
                what,
                "/paths",
                Some(&kept.at),
            ));
        }
    }
    findings
}

/// The same operation in both documents.
pub(super) struct Pair<'a> {
    pub(super) documents: (&'a Document, &'a Document),
    requests: &'a Prover<'a>,
    responses: &'a Prover<'a>,
    pub(super) promised: &'a Operation,
    pub(super) kept: &'a Operation,
    findings: &'a mut Vec<StaticFinding>,
    /// The number of findings of earlier operations.
    begin: usize,
}

impl Pair<'_> {
    /// Records a difference; two media types with the same schema count as one difference.
    pub(super) fn note(
        &mut self,
        code: Code,
        subject: &str,
        what: String,
        contract_at: &str,
        server_at: &str,
    ) {
        let found = finding(self.promised, code, subject, what, contract_at, Some(server_at));
        let own = self.findings.get(self.begin..).unwrap_or_default();
        if !own.contains(&found) {
            self.findings.push(found);
        }
    }

    /// Contract ⊆ server for one schema of a request.
    pub(super) fn accepts(
        &mut self,
        promised: Option<&SchemaPlace>,
        kept: Option<&SchemaPlace>,
        codes: (Code, Code),
        subject: &str,
    ) {
        for reason in self.requests.obstacles(promised, kept) {
            let code = if reason.certain { codes.0 } else { codes.1 };
            self.note(code, subject, reason.to_string(), &reason.small, &reason.large);
        }
    }

    /// Server ⊆ contract for one schema of a response.
    pub(super) fn stays_within(
        &mut self,
        promised: Option<&SchemaPlace>,
        kept: Option<&SchemaPlace>,
        codes: (Code, Code),
        subject: &str,
    ) {
        for reason in self.responses.obstacles(kept, promised) {
            let code = if reason.certain { codes.0 } else { codes.1 };
            self.note(code, subject, reason.to_string(), &reason.large, &reason.small);
        }
    }
}

fn compare_operation(mut pair: Pair<'_>) {
    let (promised, kept) = (pair.promised, pair.kept);
    if promised.id != kept.id {
        let name = if kept.id_given {
            format!("`{}`", kept.id)
        } else {
            "without an id".to_owned()
        };
        pair.note(
            Code::OperationId,
            "",
            format!("it is {name}"),
            &promised.at,
            &kept.at,
        );
    }
    compare_security(&mut pair);
    requests::compare(&mut pair);
    responses::compare(&mut pair);
}

fn compare_security(pair: &mut Pair<'_>) {
    let (promised, kept) = (&pair.promised.security, &pair.kept.security);
    if promised.is_open() && kept.is_open() || promised == kept {
        return;
    }
    let what = format!("the contract requires {promised}, the server {kept}");
    let code = if kept.asks_no_more_than(promised) {
        Code::SecurityMissing
    } else {
        Code::SecurityDemanded
    };
    pair.note(code, "", what, &pair.promised.at.clone(), &pair.kept.at.clone());
}

fn finding(
    operation: &Operation,
    code: Code,
    subject: &str,
    what: String,
    contract_at: &str,
    server_at: Option<&str>,
) -> StaticFinding {
    StaticFinding {
        code,
        operation: operation.id.clone(),
        subject: subject.to_owned(),
        what,
        direction: code.direction(),
        contract_at: contract_at.to_owned(),
        contract_line: None,
        server_at: server_at.map(str::to_owned),
        server_line: None,
    }
}
