//! Reports as JSON. The format has its own types, so that the checker's internal types can change without it.
//!
//! Members may be added. As long as `version` is the same, existing members keep their names and meanings.

use serde::Serialize;

use super::{Outcome, Report, curl};
use crate::live::{self, CellState, CheckOutcome, CheckResult, EarlyEnd, Exchange, LiveFinding, LiveReport};
use crate::origin::Origin;
use appkeep_openapi::Place;
use appkeep_openapi::statics::{Allowed, Direction, StaleAllowance, StaticFinding, StaticReport};

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Serialize)]
pub(super) struct Json<'a> {
    version: u32,
    outcome: Outcome,
    #[serde(rename = "static")]
    statics: Option<Static<'a>>,
    live: Option<Live<'a>>,
}

impl<'a> Json<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Self {
            version: VERSION,
            outcome: report.outcome(),
            statics: report.statics.as_ref().map(Static::of),
            live: report.live.as_ref().map(Live::of),
        }
    }
}

#[derive(Serialize)]
struct Static<'a> {
    outcome: Outcome,
    contract: &'a str,
    server: &'a str,
    operations: usize,
    findings: Vec<Difference<'a>>,
    allowed: &'a [Allowed],
    stale_allowances: &'a [StaleAllowance],
}

impl<'a> Static<'a> {
    fn of(report: &'a StaticReport) -> Self {
        Self {
            outcome: report.outcome(),
            contract: &report.contract,
            server: &report.server,
            operations: report.operations,
            findings: report
                .findings
                .iter()
                .map(|finding| Difference::of(report, finding))
                .collect(),
            allowed: &report.allowed,
            stale_allowances: &report.stale,
        }
    }
}

#[derive(Serialize)]
struct Difference<'a> {
    code: &'static str,
    rule: &'static str,
    operation: &'a str,
    /// The status, header, media type or parameter; empty for the operation itself.
    subject: &'a str,
    what: &'a str,
    direction: Direction,
    advice: &'static str,
    contract: Place,
    server: Option<Place>,
}

impl<'a> Difference<'a> {
    fn of(report: &'a StaticReport, finding: &'a StaticFinding) -> Self {
        Self {
            code: finding.code.as_str(),
            rule: finding.code.rule(),
            operation: &finding.operation,
            subject: &finding.subject,
            what: &finding.what,
            direction: finding.direction,
            advice: finding.code.advice(),
            contract: report.contract_place(finding),
            server: report.server_place(finding),
        }
    }
}

#[derive(Serialize)]
struct Live<'a> {
    outcome: Outcome,
    url: &'a str,
    /// The seed of the run; `--seed` with this value repeats the same requests.
    seed: String,
    counts: Counts,
    checks: Vec<Check<'a>>,
    coverage: Vec<Cell<'a>>,
    exchanges: Vec<SentRequest<'a>>,
    left_behind: &'a [String],
    /// `interrupted`, `time-limit` or `unresponsive`.
    ended_early: Option<EarlyEnd>,
}

impl<'a> Live<'a> {
    fn of(report: &'a LiveReport) -> Self {
        let (held, violated, skipped) = report.counts();
        Self {
            outcome: report.outcome(),
            url: &report.url,
            seed: report.run_id.to_string(),
            counts: Counts {
                checks: report.checks.len(),
                held,
                violated,
                left_out: skipped,
            },
            checks: report.checks.iter().map(Check::of).collect(),
            coverage: report.coverage.cells.iter().map(Cell::of).collect(),
            exchanges: report.exchanges.iter().map(SentRequest::of).collect(),
            left_behind: &report.left_behind,
            ended_early: report.ended_early,
        }
    }
}

#[derive(Serialize)]
struct Counts {
    checks: usize,
    held: usize,
    violated: usize,
    left_out: usize,
}

#[derive(Serialize)]
struct Check<'a> {
    code: &'a str,
    operation: Option<&'a str>,
    /// The case that is checked, if an operation has several checks with the same code.
    detail: Option<&'a str>,
    rule: &'a str,
    /// `held`, `violated` or `left-out`.
    result: &'static str,
    /// Why it was left out.
    reason: Option<&'a str>,
    findings: Vec<Finding<'a>>,
}

impl<'a> Check<'a> {
    fn of(check: &'a CheckResult) -> Self {
        let (result, reason) = match &check.outcome {
            CheckOutcome::Held => ("held", None),
            CheckOutcome::Violated => ("violated", None),
            CheckOutcome::Skipped { reason } => ("left-out", Some(reason.as_str())),
        };
        Self {
            code: &check.code,
            operation: check.operation.as_deref(),
            detail: check.detail.as_deref(),
            rule: &check.rule,
            result,
            reason,
            findings: check.findings.iter().map(Finding::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    rule: &'a str,
    operation: &'a str,
    what: &'a str,
    contract: Place,
    /// Position in `exchanges`.
    exchange: Option<usize>,
}

impl<'a> Finding<'a> {
    fn of(finding: &'a LiveFinding) -> Self {
        Self {
            code: &finding.code,
            rule: &finding.rule,
            operation: &finding.operation,
            what: &finding.what,
            contract: finding.contract_place(),
            exchange: finding.exchange,
        }
    }
}

#[derive(Serialize)]
struct Cell<'a> {
    operation: &'a str,
    status: u16,
    origin: Origin,
    /// `valid`, `violated` or `not-reached`.
    state: &'static str,
    /// Why it wasn't reached.
    reason: Option<&'a str>,
}

impl<'a> Cell<'a> {
    fn of(cell: &'a live::Cell) -> Self {
        let (state, reason) = match &cell.state {
            CellState::Valid => ("valid", None),
            CellState::Violated => ("violated", None),
            CellState::NotReached { reason } => ("not-reached", Some(reason.as_str())),
        };
        Self {
            operation: &cell.operation,
            status: cell.status,
            origin: cell.origin,
            state,
            reason,
        }
    }
}

#[derive(Serialize)]
struct SentRequest<'a> {
    operation: &'a str,
    request: Request<'a>,
    response: Response<'a>,
    /// Whether the response is permitted by the contract and correct for the request.
    sound: bool,
    curl: String,
}

#[derive(Serialize)]
struct Request<'a> {
    method: &'a str,
    url: &'a str,
    headers: &'a [(String, String)],
    body: Option<&'a str>,
}

#[derive(Serialize)]
struct Response<'a> {
    status: u16,
    headers: &'a [(String, String)],
    body: &'a str,
}

impl<'a> SentRequest<'a> {
    fn of(exchange: &'a Exchange) -> Self {
        Self {
            operation: &exchange.operation,
            request: Request {
                method: &exchange.method,
                url: &exchange.url,
                headers: &exchange.request_headers,
                body: exchange.request_body.as_deref(),
            },
            response: Response {
                status: exchange.status,
                headers: &exchange.response_headers,
                body: &exchange.response_body,
            },
            sound: !exchange.faulty && exchange.violations.is_empty(),
            curl: curl(exchange),
        }
    }
}
