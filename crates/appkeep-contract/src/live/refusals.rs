//! Sends the requests of the table of invalid requests, and checks the responses.

use serde_json::Value;

use super::call::{Call, Credential, Payload};
use super::context::{Context, Stop};
use super::headers::{allowed, declared, joined};
use super::prepared::{Heading, PreparedCheck};
use super::recording_client::RecordedResponse;
use crate::invalid_requests::{CONTRACT, Invalid, InvalidRequest, Mutation, Problem};
use appkeep_openapi::Operation;

/// An invalid request to one operation.
#[derive(Debug, Clone)]
pub(super) struct RefusalCase {
    pub(super) request: &'static InvalidRequest,
    pub(super) operation: String,
}

/// All combinations of the contract's invalid requests and the document's operations that they apply to.
pub(super) fn cases(operations: &[Operation]) -> Vec<RefusalCase> {
    CONTRACT
        .iter()
        .flat_map(|request| {
            let operations = request.operations(operations).into_iter();
            operations.map(move |operation| RefusalCase {
                request,
                operation: operation.id.clone(),
            })
        })
        .collect()
}

impl PreparedCheck for RefusalCase {
    type Requests = Call;

    fn heading(&self) -> Heading<'_> {
        Heading {
            code: self.request.code,
            rule: self.request.rule,
            operation: &self.operation,
            detail: None,
            reaches: Some(self.request.status),
        }
    }

    fn prepare(&self, ctx: &mut Context) -> Result<Call, Stop> {
        ctx.require(&self.operation)?;
        for mutation in self.request.mutations {
            match mutation {
                Mutation::RevokedToken => ctx.require_credential(Credential::Revoked)?,
                Mutation::ViewerToken => ctx.require_credential(Credential::Viewer)?,
                Mutation::ForeignToken | Mutation::ForeignApp => {
                    ctx.require_credential(Credential::Foreign)?;
                }
                Mutation::OperatorToken => ctx.require_credential(Credential::Operator)?,
                _ => {}
            }
        }
        Ok(invalid_call(ctx, self))
    }

    fn calls(call: &Call) -> Vec<Call> {
        vec![call.clone()]
    }

    async fn run(&self, ctx: &mut Context, call: Call) -> Result<(), Stop> {
        let response = ctx.send(&call).await?;
        ctx.expect_status(&response, self.request.status)?;
        check_response(ctx, self, &response);
        Ok(())
    }
}

fn invalid_call(ctx: &mut Context, case: &RefusalCase) -> Call {
    let mut call = ctx.call(&case.operation);
    if ctx.has_body(&case.operation) {
        let body = ctx.body_for(&case.operation);
        call = call.json(body);
    }
    for mutation in case.request.mutations {
        call = mutated(ctx, call, *mutation);
    }
    call
}

fn mutated(ctx: &Context, mut call: Call, mutation: Mutation) -> Call {
    match mutation {
        Mutation::NoToken => return call.with(Credential::None),
        Mutation::UnknownToken => return call.with(Credential::Unknown),
        Mutation::RevokedToken => return call.with(Credential::Revoked),
        Mutation::BasicToken => return call.with(Credential::Basic),
        Mutation::ViewerToken => return call.with(Credential::Viewer),
        Mutation::ForeignToken => return call.with(Credential::Foreign),
        Mutation::OperatorToken => return call.with(Credential::Operator),
        Mutation::Account(id) => return call.path("account_id", id),
        Mutation::UnknownAccount => return call.path("account_id", &ctx.unknown_id("account")),
        Mutation::App(id) => return call.path("app_id", id),
        Mutation::UnknownApp => return call.path("app_id", &ctx.unknown_id("app")),
        Mutation::ForeignApp => {
            let app = ctx.target.foreign.as_ref().map(|foreign| foreign.app.to_string());
            return call.path("app_id", &app.unwrap_or_default());
        }
        Mutation::Resource(id) => {
            return call
                .path("appBackup_id", id)
                .path("appSnap_id", id)
                .path("schedule_id", id)
                .path("appRestore_id", id);
        }
        Mutation::Query(name, value) => return call.query(name, value),
        Mutation::Method(method) => {
            call.method = Some(method.to_owned());
            call.payload = Payload::None;
            call.content_type = None;
        }
        Mutation::ForceUpdate(value) => return call.force_update(value),
        Mutation::ContentType(media_type) => return call.content_type(media_type),
        Mutation::Body(text) => call.payload = Payload::Text(text.to_owned()),
        Mutation::Padding(count) => {
            if let Payload::Json(body) = call.payload {
                call.payload = Payload::Padded(count, body);
            }
        }
        Mutation::Member(name, json) => {
            set_member(&mut call, name, serde_json::from_str(json).unwrap_or(Value::Null));
        }
        Mutation::UnknownId(name) => set_member(&mut call, name, ctx.unknown_id(name).into()),
        // A valid request of the suite names an unknown resource anyway.
        Mutation::UnknownResource => {}
        extension => debug_assert!(false, "no request of the contract has {extension:?}"),
    }
    call
}

fn set_member(call: &mut Call, name: &str, value: Value) {
    if let Payload::Json(Value::Object(members)) = &mut call.payload {
        members.insert(name.to_owned(), value);
    }
}

fn check_response(ctx: &mut Context, case: &RefusalCase, response: &RecordedResponse) {
    let method = ctx
        .http
        .operation(&case.operation)
        .map(|operation| operation.method.clone());
    match case.request.problem {
        Problem::Numbers(numbers) => ctx.expect_problem(response, numbers),
        Problem::NotFound if method.as_deref() == Some("DELETE") => ctx.expect_problem(response, &[1]),
        Problem::NotFound => ctx.expect_problem(response, &[2]),
        Problem::Unnumbered | Problem::Any => {}
    }
    let named = match case.request.invalid {
        Invalid::Parameter(name) => Some((name, "invalidParams")),
        Invalid::Field(path) => Some((path, "invalidFields")),
        Invalid::Any | Invalid::Exactly(_) => None,
    };
    if let Some((name, list)) = named {
        let invalid = case.request.invalid;
        expect_named(ctx, response, list, name, |found| {
            invalid.is_named_by(found, found)
        });
    }
    if response.status == 405 {
        check_allow(ctx, case, response);
    }
}

/// `Allow` lists every method that the path declares, and not the one that was refused. Methods of excluded
/// operations may be missing.
fn check_allow(ctx: &mut Context, case: &RefusalCase, response: &RecordedResponse) {
    let (declared, allowed) = (declared(ctx, &case.operation).permitted, allowed(response));
    let refused = case.request.mutations.iter().find_map(|mutation| match mutation {
        Mutation::Method(method) => Some(*method),
        _ => None,
    });
    let holds = declared.is_subset(&allowed) && !refused.is_some_and(|method| allowed.contains(method));
    ctx.expect(response, holds, || {
        format!(
            "expected {} in `Allow`, found {}",
            joined(&declared),
            joined(&allowed)
        )
    });
}

/// Checks which invalid parameters or fields a problem names.
pub(super) fn expect_named(
    ctx: &mut Context,
    response: &RecordedResponse,
    list: &str,
    expected: &str,
    holds: impl FnOnce(&[String]) -> bool,
) {
    let found = names(response, list);
    ctx.expect(response, holds(&found), || {
        format!("expected `{expected}` in `{list}`, found {}", joined(&found))
    });
}

pub(super) fn names(response: &RecordedResponse, member: &str) -> Vec<String> {
    let list = response
        .body
        .get(member)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    list.filter_map(|one| one.get("name").and_then(Value::as_str))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{CONTRACT, cases};
    use crate::authored;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_matches_an_operation_and_codes_are_unique() {
        let document = authored::document().unwrap();
        let cases = cases(document.operations());
        let used: BTreeSet<_> = cases.iter().map(|case| case.request.code).collect();
        assert_eq!(used.len(), CONTRACT.len());
    }

    #[test]
    fn every_expected_status_is_documented() {
        let document = authored::document().unwrap();
        for case in cases(document.operations()) {
            let operation = document.operation(&case.operation).unwrap();
            assert!(
                operation.response(case.request.status).is_some(),
                "{} of {}",
                case.request.code,
                case.operation
            );
        }
    }
}
