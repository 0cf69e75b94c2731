//! Checks of storage failures: the response of the server, and that it changed nothing.
//!
//! They use the server that runs no jobs. A job that lost its storage halfway would be retried at an unknown
//! time, so later states couldn't be predicted.

use serde_json::Value;

use super::call::Server;
use super::context::{Context, ResourceKind, Stop, id_of};
use super::fault_injector::StorageFault;
use super::model::TrackedResource;
use super::recording_client::RecordedResponse;
use super::resource_kind::OperationKind;

/// The reason why no 5xx was received from a server without a fault injector.
pub(super) const NOT_PROVOKABLE: &str =
    "can't be caused: storage failures require access to the server's internals";

/// Words of internal error messages that a response must not contain, for any implementation.
const INTERNAL_WORDS: [&str; 8] = [
    "sql",
    "select ",
    "insert into",
    "panicked",
    "stack",
    ".rs:",
    "errno",
    "i/o",
];

/// With broken storage the response is the operation's own 500, and nothing changes.
pub(super) async fn violation(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    fails(ctx, operation, StorageFault::Broken, 500).await?;
    // A pending backup can't be deleted anyway, so the attempt writes nothing.
    let writes = match (OperationKind::of(operation), ResourceKind::of(operation)) {
        (OperationKind::Create, _) | (OperationKind::Delete, ResourceKind::Snapshot) => true,
        (OperationKind::Delete, ResourceKind::Backup)
        | (
            OperationKind::List
            | OperationKind::Fetch
            | OperationKind::Read
            | OperationKind::Restore
            | OperationKind::ChangeSchedule
            | OperationKind::Cancel,
            _,
        ) => false,
    };
    if writes {
        fails(ctx, operation, StorageFault::NotDurable, 500).await?;
    }
    Ok(())
}

/// With unavailable storage the response is 503, and nothing changes.
pub(super) async fn unavailable(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    fails(ctx, operation, StorageFault::Unavailable, 503).await
}

/// Once the storage works again, so does the server: it creates and shows resources as before.
pub(super) async fn recovered(ctx: &mut Context) -> Result<(), Stop> {
    fault_injector(ctx)?;
    for kind in ResourceKind::ALL {
        if ctx.require_create(kind).is_err() {
            continue;
        }
        let (id, _) = ctx.create(ctx.idle_call(kind.create())?).await?;
        own_items(ctx, kind).await?;
        for operation in ctx.permitted(kind.fetches())? {
            let call = ctx.idle_call(operation)?.path(kind.parameter(), &id);
            ctx.send_for(&call, 200).await?;
        }
    }
    Ok(())
}

fn fault_injector(ctx: &Context) -> Result<(), Stop> {
    if ctx.target.fault_injector.is_none() {
        return Err(Stop::Skipped(NOT_PROVOKABLE.to_owned()));
    }
    Ok(())
}

async fn fails(ctx: &mut Context, operation: &str, fault: StorageFault, status: u16) -> Result<(), Stop> {
    fault_injector(ctx)?;
    ctx.require(operation)?;
    let kind = ResourceKind::of(operation);
    let mut call = ctx.idle_call(operation)?;
    if ctx.has(operation, kind.parameter()) {
        let id = existing(ctx, kind).await?;
        call = call.path(kind.parameter(), &id);
    }
    let mut name = None;
    if ctx.has_body(operation) && OperationKind::of(operation) != OperationKind::Create {
        let body = ctx.body_for(operation);
        call = call.json(body);
    }
    if OperationKind::of(operation) == OperationKind::Create {
        let body = ctx.valid_body(kind);
        name = Some(body["name"].clone());
        call = call.json(body);
    }
    let before = match ctx.idle_items.remove(kind.name()) {
        Some(before) => before,
        None => own_items(ctx, kind).await?.1,
    };
    let response = {
        set(ctx, Some(fault));
        let response = ctx.send(&call).await;
        // The storage must work again for the next checks, regardless of the response.
        set(ctx, None);
        response?
    };
    ctx.expect_status(&response, status)?;
    expect_documented_problem(ctx, &response);
    expect_no_internals(ctx, &response);
    let after = own_items(ctx, kind).await?;
    ctx.expect(&response, before == after.1, || {
        let shown = |items: &[(String, Value)]| -> String {
            let items: Vec<String> = items
                .iter()
                .map(|(id, state)| format!("{id} is {state}"))
                .collect();
            items.join(", ")
        };
        let (before, after) = (shown(&before), shown(&after.1));
        format!("the request changed resources: before `{before}`, after `{after}`")
    });
    let exists = name.is_some_and(|name| after.0.items().iter().any(|item| item["name"] == name));
    ctx.expect(&after.0, !exists, || {
        "the resource exists although its create failed".to_owned()
    });
    ctx.idle_items.insert(kind.name(), after.1);
    Ok(())
}

fn set(ctx: &Context, fault: Option<StorageFault>) {
    if let Some(fault_injector) = &ctx.target.fault_injector {
        fault_injector.set(fault);
    }
}

/// An existing resource on the server that runs no jobs; created if there is none yet.
pub(super) async fn existing(ctx: &mut Context, kind: ResourceKind) -> Result<String, Stop> {
    let exists = |resource: &&TrackedResource| resource.server == Server::Idle && resource.kind == kind;
    let known = ctx
        .model
        .existing()
        .find(exists)
        .map(|resource| resource.id.clone());
    if let Some(known) = known {
        return Ok(known);
    }
    ctx.require_create(kind)?;
    ctx.idle_items.clear();
    Ok(ctx.create(ctx.idle_call(kind.create())?).await?.0)
}

/// The suite's resources in the list, by id and state.
async fn own_items(
    ctx: &mut Context,
    kind: ResourceKind,
) -> Result<(RecordedResponse, Vec<(String, Value)>), Stop> {
    let lists = ctx.permitted(kind.lists())?;
    let list = lists.first().copied().ok_or(Stop::Recorded)?;
    let response = ctx.send_for(&ctx.idle_call(list)?, 200).await?;
    let items = ctx.own_items_on(Server::Idle, response.items());
    let items = items.iter().map(|item| (id_of(item), item["state"].clone()));
    let items = items.collect();
    Ok((response, items))
}

/// The problem has the type, title and status of the documented example.
fn expect_documented_problem(ctx: &mut Context, response: &RecordedResponse) {
    let examples = examples(ctx, &response.operation, response.status);
    let head = |problem: &Value| {
        let members = ["type", "title", "status"].map(|name| (name, problem[name].clone()));
        Value::from_iter(members).to_string()
    };
    let (documented, received) = (
        examples.iter().map(head).collect::<Vec<_>>(),
        head(&response.body),
    );
    ctx.expect(response, documented.contains(&received), || {
        format!(
            "expected {} as in the document, received {received}",
            documented.join(" or ")
        )
    });
}

/// The examples in the document for an operation and a status.
fn examples(ctx: &Context, operation: &str, status: u16) -> Vec<Value> {
    let document = ctx.http.document();
    let at = ctx
        .http
        .operation(operation)
        .and_then(|operation| operation.response(status));
    let media = at.map(|response| response.content.as_slice()).unwrap_or_default();
    let mut found = Vec::new();
    for media in media {
        let pointer = format!("{}/examples", media.at);
        let examples = document.root().pointer(&pointer).and_then(Value::as_object);
        for name in examples.into_iter().flat_map(|examples| examples.keys()) {
            let pointer = format!("{pointer}/{}", appkeep_openapi::escape(name));
            if let Some((example, _)) = document.resolve(&pointer) {
                found.extend(example.get("value").cloned());
            }
        }
    }
    found
}

fn expect_no_internals(ctx: &mut Context, response: &RecordedResponse) {
    let text = response.body.to_string().to_ascii_lowercase();
    let reason = ctx
        .target
        .fault_injector
        .as_ref()
        .map(|fault_injector| fault_injector.reason().to_owned());
    let words = INTERNAL_WORDS.iter().map(|word| (*word).to_owned()).chain(reason);
    let disclosed: Vec<String> = words
        .filter(|word| text.contains(&word.to_ascii_lowercase()))
        .collect();
    ctx.expect(response, disclosed.is_empty(), || {
        format!("the response discloses internals: {}", disclosed.join(", "))
    });
}
