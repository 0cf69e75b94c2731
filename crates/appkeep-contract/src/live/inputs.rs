//! Requests generated from the document's schemas: each constraint is violated once, and each bound is met
//! exactly.
//!
//! These requests create nothing: a create refers to an app that doesn't exist, which is only looked up after
//! the body has been validated.

mod bodies;
mod node;
mod parameters;
mod values;

use std::sync::OnceLock;

use serde_json::Value;
use uuid::Uuid;

use self::node::Source;

use super::call::Call;
use super::context::{Context, Stop};
use super::headers::joined;
use super::prepared::{Heading, PreparedCheck};
use super::refusals::names;
use super::resource_kind::{OperationKind, RESTORE_CREATE, not_found};
use crate::invalid_requests::points_at;
use appkeep_openapi::Document;

/// Constraints on strings, each with its code and rule.
const CONSTRAINTS: [(&str, &str, &str); 4] = [
    ("pattern", "input-pattern", "A string matches its pattern."),
    (
        "minLength",
        "input-min-length",
        "A string has at least its minimum length.",
    ),
    (
        "maxLength",
        "input-max-length",
        "A string has at most its maximum length.",
    ),
    ("format", "input-format", "A string matches its format."),
];

/// Maximum number of valid strings that are tried in one place.
const VALID_MAX: usize = 4;

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InputCase {
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    pub(super) operation: String,
    /// A description of the change to the input.
    pub(super) what: String,
    input: Input,
    expected: ExpectedResult,
}

/// The input that replaces or extends a part of a valid request.
#[derive(Debug, Clone, PartialEq)]
enum Input {
    Body(Value),
    Path(String, String),
    Query(String, String),
}

/// The expected result.
#[derive(Debug, Clone, PartialEq)]
enum ExpectedResult {
    /// The input is accepted; the response depends on the rest of the request.
    Accepted,
    /// 400 with this problem, which names this field or parameter if there is one.
    Rejected {
        problem: u32,
        invalid_name: Option<String>,
    },
}

/// All cases of a document, in its order.
pub(super) fn cases(document: &Document) -> Vec<InputCase> {
    let source = Source::new(document);
    let operations = document.operations().iter();
    operations
        .flat_map(|operation| {
            let mut cases = parameters::cases(&source, operation);
            cases.extend(bodies::cases(&source, operation));
            cases
        })
        .collect()
}

/// All cases of the authored document, in its order; generated once per process.
pub(super) fn authored(document: &Document) -> &'static [InputCase] {
    static CASES: OnceLock<Vec<InputCase>> = OnceLock::new();
    CASES.get_or_init(|| cases(document))
}

impl PreparedCheck for InputCase {
    type Requests = Call;

    fn heading(&self) -> Heading<'_> {
        Heading {
            code: self.code,
            rule: self.rule,
            operation: &self.operation,
            detail: Some(&self.what),
            reaches: None,
        }
    }

    fn prepare(&self, ctx: &mut Context) -> Result<Call, Stop> {
        ctx.require(&self.operation)?;
        Ok(call(ctx, self))
    }

    fn calls(call: &Call) -> Vec<Call> {
        vec![call.clone()]
    }

    async fn run(&self, ctx: &mut Context, call: Call) -> Result<(), Stop> {
        check_response(ctx, self, &call).await
    }
}

async fn check_response(ctx: &mut Context, case: &InputCase, call: &Call) -> Result<(), Stop> {
    let response = ctx.send(call).await?;
    match &case.expected {
        ExpectedResult::Accepted => {
            let (status, problem) = accepted(case);
            if response.status != status {
                let what = format!(
                    "{}: expected {status}, received {}",
                    case.what,
                    response.outcome()
                );
                return Err(ctx.fail(&response, what));
            }
            if let Some(problem) = problem {
                ctx.expect_problem(&response, &[problem]);
            }
        }
        ExpectedResult::Rejected {
            problem,
            invalid_name,
        } => {
            if response.status != 400 {
                return Err(ctx.fail(
                    &response,
                    format!("{}: expected 400, received {}", case.what, response.status),
                ));
            }
            ctx.expect_problem(&response, &[*problem]);
            if let Some(invalid_name) = invalid_name {
                let list = match case.input {
                    Input::Body(_) => "invalidFields",
                    _ => "invalidParams",
                };
                let named = names(&response, list);
                let holds = named.iter().any(|found| points_at(found, invalid_name));
                ctx.expect(&response, holds, || {
                    format!(
                        "{}: expected `{invalid_name}` in `{list}`, found {}",
                        case.what,
                        joined(&named)
                    )
                });
            }
        }
    }
    Ok(())
}

/// The status and problem of an accepted input: the resource that it refers to isn't found or not accessible,
/// or the response is a list.
fn accepted(case: &InputCase) -> (u16, Option<u32>) {
    match &case.input {
        Input::Path(name, _) if name == "account_id" => (403, Some(11)),
        Input::Body(body) if case.operation == RESTORE_CREATE && !is_restorable(body) => (400, Some(9)),
        Input::Body(body)
            if OperationKind::of(&case.operation) == OperationKind::Restore && !has_one_source(body) =>
        {
            (400, Some(9))
        }
        // The list of an unknown backup's files.
        Input::Query(..) if case.operation.starts_with("app_backup_") && is_read(case) => (404, Some(2)),
        Input::Query(..) => (200, None),
        _ => (404, Some(not_found(&case.operation))),
    }
}

fn is_read(case: &InputCase) -> bool {
    OperationKind::of(&case.operation) == OperationKind::Read
}

/// Whether the body has exactly one of the two sources. No schema expresses this rule.
fn has_one_source(body: &Value) -> bool {
    body.get("backupID").is_some() != body.get("snapshotID").is_some()
}

/// Whether the body of a new restore has one source and one target, valid paths, and paths only with a target directory. No
/// schema expresses these rules.
pub(super) fn is_restorable(body: &Value) -> bool {
    let is_valid = |path: &str| {
        let path = path.strip_suffix('/').unwrap_or(path);
        path.split('/').all(|name| !matches!(name, "" | "." | "..")) && !path.contains(['\0', '%'])
    };
    let target = body.get("target").and_then(Value::as_str);
    let include = body.get("include").and_then(Value::as_array);
    let paths = include.into_iter().flatten().filter_map(Value::as_str);
    let mut paths = paths.map(|path| path.strip_prefix('/').unwrap_or(path));
    has_one_source(body)
        && target.is_some() != body.get("inPlace").is_some()
        && target.is_none_or(|target| target.strip_prefix('/').is_some_and(is_valid))
        && (target.is_some() || include.is_none())
        && paths.all(is_valid)
}

fn call(ctx: &mut Context, case: &InputCase) -> Call {
    let mut call = ctx.call(&case.operation);
    if ctx.has_body(&case.operation) {
        let body = ctx.body_for(&case.operation);
        call = call.json(body).path("app_id", &ctx.unknown_id("app"));
    }
    match &case.input {
        Input::Body(body) => call.json(body.clone()),
        // A valid id may belong to an existing resource, so a delete or a change uses an unused id of the same version.
        Input::Path(name, value) => match Uuid::parse_str(value) {
            Ok(id)
                if matches!(
                    OperationKind::of(&case.operation),
                    OperationKind::Delete | OperationKind::ChangeSchedule | OperationKind::Cancel
                ) && id.to_string() == *value =>
            {
                let unknown = ctx.unknown_id_like(id);
                call.path(name, &unknown)
            }
            _ => call.path(name, value),
        },
        Input::Query(name, value) => {
            call.query.retain(|(other, _)| other != name);
            call.query(name, value)
        }
    }
}

#[cfg(test)]
mod tests;
