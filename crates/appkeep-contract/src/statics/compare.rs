//! Operation by operation.

use super::{Code, StaticFinding, requests, responses};
use crate::document::{Document, Operation, SchemaPlace, Security};
use crate::schema::{Prover, Schema};

/// Everything in which two documents differ to a peer's disadvantage.
pub(super) fn compare(contract: &Document, server: &Document) -> Vec<StaticFinding> {
    let mut findings = Vec::new();
    let requests = Prover::new(contract.root(), server.root());
    let responses = requests.reversed();
    for promised in contract.operations() {
        let kept = server
            .operations()
            .iter()
            .find(|kept| is_same_route(promised, kept));
        match kept {
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
                    contract,
                    server,
                    requests: &requests,
                    responses: &responses,
                    promised,
                    kept,
                    findings: &mut findings,
                });
            }
        }
    }
    for kept in server.operations() {
        if !contract
            .operations()
            .iter()
            .any(|promised| is_same_route(promised, kept))
        {
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

fn is_same_route(one: &Operation, other: &Operation) -> bool {
    one.method == other.method && one.route() == other.route()
}

/// The same operation in both documents.
pub(super) struct Pair<'a> {
    contract: &'a Document,
    server: &'a Document,
    requests: &'a Prover<'a>,
    responses: &'a Prover<'a>,
    pub(super) promised: &'a Operation,
    pub(super) kept: &'a Operation,
    findings: &'a mut Vec<StaticFinding>,
}

impl Pair<'_> {
    /// Puts a difference down; two media types with one schema make one difference.
    pub(super) fn note(
        &mut self,
        code: Code,
        subject: &str,
        what: String,
        contract_at: &str,
        server_at: &str,
    ) {
        let found = finding(self.promised, code, subject, what, contract_at, Some(server_at));
        if !self.findings.contains(&found) {
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
        let (small, large) = ((self.contract, promised), (self.server, kept));
        for reason in obstacles(self.requests, small, large) {
            let code = if reason.certain { codes.0 } else { codes.1 };
            self.note(code, subject, reason.what, &reason.small, &reason.large);
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
        let (small, large) = ((self.server, kept), (self.contract, promised));
        for reason in obstacles(self.responses, small, large) {
            let code = if reason.certain { codes.0 } else { codes.1 };
            self.note(code, subject, reason.what, &reason.large, &reason.small);
        }
    }
}

/// What stands against containment, with both places.
struct Obstacle {
    what: String,
    small: String,
    large: String,
    certain: bool,
}

type Place<'a, 'p> = (&'a Document, Option<&'p SchemaPlace>);

/// A missing schema admits anything.
fn obstacles<'a>(prover: &Prover<'a>, small: Place<'a, '_>, large: Place<'a, '_>) -> Vec<Obstacle> {
    let pointer = |place: Place<'_, '_>| place.1.map(|schema| schema.0.clone()).unwrap_or_default();
    let obstacle = |what: &str, certain| {
        vec![Obstacle {
            what: what.to_owned(),
            small: pointer(small),
            large: pointer(large),
            certain,
        }]
    };
    let Some(large_place) = large.1 else {
        return Vec::new();
    };
    let Some(small_place) = small.1 else {
        return obstacle("there is no schema, so it may be anything", true);
    };
    let small_schema = Schema::at(small.0.root(), &small_place.0);
    let large_schema = Schema::at(large.0.root(), &large_place.0);
    let (Some(small_schema), Some(large_schema)) = (small_schema, large_schema) else {
        return obstacle("a schema can't be read", false);
    };
    prover
        .decide(&small_schema, &large_schema)
        .reasons()
        .iter()
        .map(|reason| Obstacle {
            what: reason.to_string(),
            small: reason.small.clone(),
            large: reason.large.clone(),
            certain: reason.certain,
        })
        .collect()
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
    let what = format!("the contract asks for {promised}, the server for {kept}");
    let code = if is_weaker(kept, promised) {
        Code::SecurityMissing
    } else {
        Code::SecurityDemanded
    };
    pair.note(code, "", what, &pair.promised.at.clone(), &pair.kept.at.clone());
}

/// Whether whoever satisfies the contract satisfies the server too.
fn is_weaker(kept: &Security, promised: &Security) -> bool {
    if kept.is_open() {
        return true;
    }
    !promised.is_open()
        && promised
            .0
            .iter()
            .all(|asked| kept.0.iter().any(|enough| enough.is_subset(asked)))
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
        contract_at: format!("#{contract_at}"),
        server_at: server_at.map(|at| format!("#{at}")),
    }
}
