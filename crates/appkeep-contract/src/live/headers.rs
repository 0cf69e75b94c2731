//! Checks of methods and of response headers.

use std::collections::BTreeSet;

use super::call::{Call, Credential};
use super::context::{Context, Stop};
use super::recording_client::RecordedResponse;
use super::resource_kind::{OperationKind, ResourceKind};
use appkeep_openapi::Operation;

/// All methods of HTTP except CONNECT, which only proxies support.
const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
];

/// Methods that a server may support on any path without documenting them.
const OPTIONAL_METHODS: [&str; 3] = ["HEAD", "OPTIONS", "TRACE"];

/// Each method that a path doesn't support returns 405, and `Allow` lists the supported ones.
///
/// A server may support HEAD, OPTIONS and TRACE in addition to the documented methods; then `Allow` lists
/// them, too. Methods of excluded operations are not sent, and are optional in `Allow`.
pub(super) async fn allow(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    ctx.require(operation)?;
    let Declared { permitted, excluded } = declared(ctx, operation);
    let mut refused: Vec<(&str, RecordedResponse)> = Vec::new();
    let mut extra: BTreeSet<String> = BTreeSet::new();
    let others = METHODS
        .into_iter()
        .filter(|method| !permitted.contains(*method) && !excluded.contains(*method));
    let calls: Vec<(&str, Call)> = others
        .map(|method| (method, other_method(ctx, operation, method)))
        .collect();
    ctx.send_ahead(calls.iter().map(|(_, call)| call.clone()).collect())
        .await?;
    for (method, call) in calls {
        if OPTIONAL_METHODS.contains(&method) {
            // The server decides whether it supports this method, and how it responds.
            let Ok(response) = ctx.send_unchecked(&call).await else {
                continue;
            };
            if response.status == 405 {
                ctx.record_violations(&response);
                refused.push((method, response));
            } else if (200..300).contains(&response.status) {
                extra.insert(method.to_owned());
            }
            continue;
        }
        let response = ctx.send_for(&call, 405).await?;
        ctx.expect_problem(&response, &[69]);
        refused.push((method, response));
    }
    for (method, response) in &refused {
        let allowed = allowed(response);
        let supported = permitted.union(&extra);
        let missing: Vec<&String> = supported.filter(|method| !allowed.contains(*method)).collect();
        ctx.expect(response, missing.is_empty(), || {
            format!("`Allow` of {method} lacks {}", joined(missing.iter().copied()))
        });
        let too_many: Vec<&str> = refused
            .iter()
            .map(|(method, _)| *method)
            .filter(|method| allowed.contains(*method))
            .collect();
        ctx.expect(response, too_many.is_empty(), || {
            format!(
                "`Allow` of {method} lists {}, which returns 405",
                too_many.join(", ")
            )
        });
        let is_documented = |method: &String| permitted.contains(method) || excluded.contains(method);
        let unknown: Vec<&String> = allowed
            .iter()
            .filter(|method| !is_documented(method) && !OPTIONAL_METHODS.contains(&method.as_str()))
            .collect();
        ctx.expect(response, unknown.is_empty(), || {
            format!(
                "`Allow` of {method} lists {}, which is undocumented",
                joined(unknown.iter().copied())
            )
        });
    }
    Ok(())
}

/// The methods that a path documents.
pub(super) struct Declared {
    /// Methods of operations that may be requested.
    pub(super) permitted: BTreeSet<String>,
    /// Methods of operations that the options exclude.
    pub(super) excluded: BTreeSet<String>,
}

/// The methods that the operation's path documents.
pub(super) fn declared(ctx: &Context, operation: &str) -> Declared {
    let operations = ctx.http.document().operations();
    let path = ctx.http.operation(operation).map(|own| own.path.as_str());
    let same_path = operations
        .iter()
        .filter(|other| Some(other.path.as_str()) == path);
    let (excluded, permitted): (Vec<_>, Vec<_>) = same_path.partition(|other| ctx.is_excluded(&other.id));
    let methods = |operations: Vec<&Operation>| operations.iter().map(|one| one.method.clone()).collect();
    Declared {
        permitted: methods(permitted),
        excluded: methods(excluded),
    }
}

/// A request with a method that the operation's path doesn't document.
///
/// A server may support more methods than the contract, and such a request might then delete or replace
/// something. So it has no token, and refers to an account, an app and a resource that don't exist.
fn other_method(ctx: &Context, operation: &str, method: &str) -> Call {
    let mut call = ctx.call(operation);
    call.method = Some(method.to_owned());
    if OPTIONAL_METHODS.contains(&method) {
        return call;
    }
    call.with(Credential::None)
        .path("account_id", &ctx.unknown_id("account"))
        .path("app_id", &ctx.unknown_id("app"))
}

/// The methods in a response's `Allow` header.
pub(super) fn allowed(response: &RecordedResponse) -> BTreeSet<String> {
    response
        .header("allow")
        .unwrap_or_default()
        .split(',')
        .map(|method| method.trim().to_owned())
        .filter(|method| !method.is_empty())
        .collect()
}

/// Formats names as a list, or as `nothing` if there are none.
pub(super) fn joined<'n>(names: impl IntoIterator<Item = &'n String>) -> String {
    let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.join(", ")
}

/// Reads have no side effects: a repeated read gets the same response.
pub(super) async fn repeated_reads(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    ctx.require(operation)?;
    let mut call = ctx.call(operation);
    if OperationKind::of(operation) == OperationKind::Fetch {
        let named = &ctx.fixtures.of(ResourceKind::of(operation)).named;
        let id = named.id("a completed resource")?;
        call = ctx.call_for(operation, &id);
    }
    ctx.read_ahead([call.clone(), call.clone()]).await?;
    let first = ctx.send_for(&call, 200).await?;
    let second = ctx.send_for(&call, 200).await?;
    let is_same = match OperationKind::of(operation) {
        OperationKind::List => ctx.own_items(first.items()) == ctx.own_items(second.items()),
        _ => first.body == second.body && first.header("etag") == second.header("etag"),
    };
    ctx.expect(&second, is_same, || {
        "the second response differs from the first".to_owned()
    });
    Ok(())
}
