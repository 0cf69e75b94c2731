//! Reports as JSON. The format is written here, so that the checker's types can change without it.
//!
//! Members may be added. As long as `version` is the same, existing members keep their names and meanings.

use serde_json::{Value, json};

use super::groups::{self, Group};
use super::{Report, curl, reproduction};
use crate::live::{Cell, CellState, CheckOutcome, CheckResult, Exchange, LiveFinding, LiveReport};
use appkeep_openapi::statics::{StaticFinding, StaticReport};

/// The version of the format.
const VERSION: u32 = 1;

pub(super) fn of(report: &Report) -> Value {
    json!({
        "version": VERSION,
        "outcome": report.outcome(),
        "static": report.statics.as_ref().map(statics),
        "live": report.live.as_ref().map(live),
    })
}

fn statics(report: &StaticReport) -> Value {
    let findings = report.findings.iter();
    json!({
        "outcome": report.outcome(),
        "contract": report.contract,
        "server": report.server,
        "operations": report.operations,
        "findings": findings.map(|finding| difference(report, finding)).collect::<Value>(),
        "allowed": report.allowed,
        "stale_allowances": report.stale,
    })
}

/// A difference; its `subject` is a status, header, media type or parameter, or empty for the operation itself.
fn difference(report: &StaticReport, finding: &StaticFinding) -> Value {
    json!({
        "code": finding.code.as_str(),
        "rule": finding.code.rule(),
        "operation": finding.operation,
        "subject": finding.subject,
        "what": finding.what,
        "direction": finding.direction,
        "advice": finding.code.advice(),
        "contract": report.contract_place(finding),
        "server": report.server_place(finding),
    })
}

/// A run; `--seed` with its `seed` repeats the same requests.
fn live(report: &LiveReport) -> Value {
    let (held, violated, skipped) = report.counts();
    let groups = groups::of(report);
    json!({
        "outcome": report.outcome(),
        "url": report.url,
        "account": report.account,
        "app": report.app,
        "seed": report.run_id.to_string(),
        "counts": {
            "checks": report.checks.len(),
            "held": held,
            "violated": violated,
            "left_out": skipped,
            "not_judged": report.not_judged(),
        },
        "causes": groups.iter().map(cause).collect::<Value>(),
        "checks": report.checks.iter().map(|one| check(report, one)).collect::<Value>(),
        "coverage": report.coverage.cells.iter().map(cell).collect::<Value>(),
        "exchanges": report.exchanges.iter().map(exchange).collect::<Value>(),
        "left_behind": report.left_behind,
        "ended_early": report.ended_early,
    })
}

/// A probable cause of findings; `seen_in` is the position of a cause whose responses include all of its own.
fn cause(group: &Group<'_>) -> Value {
    json!({
        "code": group.code(),
        "codes": group.codes(),
        "symptom": group.symptom,
        "operations": group.operations(),
        "findings": group.findings.len(),
        "seen_in": group.seen_in,
    })
}

/// A check; its `detail` is the case, if an operation has several checks with the same code.
fn check(report: &LiveReport, check: &CheckResult) -> Value {
    let (result, reason) = match &check.outcome {
        CheckOutcome::Held => ("held", None),
        CheckOutcome::Violated => ("violated", None),
        CheckOutcome::Skipped { reason } => ("left-out", Some(reason)),
        CheckOutcome::NotJudged { reason } => ("not-judged", Some(reason)),
    };
    json!({
        "code": check.code,
        "operation": check.operation,
        "detail": check.detail,
        "rule": check.rule,
        "result": result,
        "reason": reason,
        "findings": check.findings.iter().map(|one| finding(report, one)).collect::<Value>(),
    })
}

/// A finding; its `exchange` is the position in `exchanges`, and `again` are the commands that reproduce it.
fn finding(report: &LiveReport, finding: &LiveFinding) -> Value {
    let again = finding
        .exchange
        .map(|index| reproduction::commands(&report.exchanges, index));
    json!({
        "code": finding.code,
        "rule": finding.rule,
        "operation": finding.operation,
        "what": finding.what,
        "contract": finding.contract_place(),
        "exchange": finding.exchange,
        "again": again,
    })
}

fn cell(cell: &Cell) -> Value {
    let (state, reason) = match &cell.state {
        CellState::Valid => ("valid", None),
        CellState::Violated => ("violated", None),
        CellState::NotReached { reason } => ("not-reached", Some(reason)),
    };
    json!({
        "operation": cell.operation,
        "status": cell.status,
        "origin": cell.origin,
        "state": state,
        "reason": reason,
    })
}

/// An exchange; it is `sound` if the contract permits the response, and it is correct for the request.
fn exchange(exchange: &Exchange) -> Value {
    json!({
        "operation": exchange.operation,
        "request": {
            "method": exchange.method,
            "url": exchange.url,
            "headers": exchange.request_headers,
            "body": exchange.request_body,
        },
        "response": {
            "status": exchange.status,
            "headers": exchange.response_headers,
            "body": exchange.response_body,
        },
        "sound": !exchange.faulty && exchange.violations.is_empty(),
        "curl": curl(exchange),
        "elapsed_ms": exchange.elapsed.as_millis(),
        "concurrent": exchange.concurrent,
    })
}
