//! A scenario that uses the generated client as an application would.
//!
//! The client is lenient and preserves everything, so its values are serialized again and compared with the
//! document like every other response.

use std::num::NonZeroU64;

use appkeep_client::header::HeaderMap;
use appkeep_client::types::{AppBackupCreate, ResourceState};
use appkeep_client::{Client, Error, ErrorKind, ResponseValue, Uuid};
use futures::{StreamExt, TryStreamExt};
use serde::Serialize;

use super::call::{Call, Server};
use super::connection::header_list;
use super::context::{Context, ResourceKind, Stop};
use super::headers::joined;
use super::model::TrackedResource;
use super::poll_timer::PollTimer;
use super::report::LiveFinding;
use appkeep_openapi::Received;

const CREATE: &str = "app_backup_create_for_app";
const FETCH: &str = "app_backup_fetch_for_app";
const LIST: &str = "app_backup_list_for_app";
const DELETE: &str = "app_backup_delete_for_app";

/// Maximum number of list items that are searched for the own backup.
const ITEMS_MAX: usize = 1000;

/// The whole lifecycle of a backup: created, completed, found in a paged list, deleted, not found.
pub(super) async fn backup_lifecycle(ctx: &mut Context) -> Result<(), Stop> {
    for operation in [CREATE, FETCH, LIST, DELETE] {
        ctx.require(operation)?;
    }
    // The client accepts longer responses than the suite, so the suite requests the list first.
    ctx.list(LIST).await?;
    let client = client(ctx)?;
    let (account, app) = (ctx.target.account, ctx.target.app);
    let sent = ctx.valid_body(ResourceKind::Backup);
    let name = sent["name"].as_str().unwrap_or_default().to_owned();
    let request = AppBackupCreate {
        name: Some(name.clone()),
        ..AppBackupCreate::default()
    };
    // The same request as a call of the suite: if its response is lost, the clean-up searches for the backup.
    let call = ctx.call(CREATE).json(sent.clone());
    let created = await_response(
        ctx,
        &call,
        client.app_backup_create_for_app(account, app, &request),
    )
    .await?;
    let created = check_response(ctx, CREATE, 201, created, json)?;
    let id = created.id;
    let body = serde_json::to_value(&created).unwrap_or_default();
    let place = (account.to_string(), app.to_string());
    if let Some(found) = ctx
        .model
        .claim(TrackedResource::observed(ResourceKind::Backup, place, sent, body))
    {
        return Err(ctx.fail_without_response(CREATE, found.what));
    }
    let is_own = ctx.model.resource(Server::Main, &id.to_string()).is_some();
    expect(ctx, CREATE, created.name.as_str() == name, || {
        format!(
            "requested the name `{name}`, received `{}`",
            created.name.as_str()
        )
    });
    if !is_own {
        return Err(Stop::Recorded);
    }
    until_completed(ctx, &client, id).await?;
    let call = ctx.call(LIST);
    let list = await_response(
        ctx,
        &call,
        client.app_backup_list_for_app(account, app, None, None, None),
    )
    .await?;
    check_response(ctx, LIST, 200, list, json)?;
    let items = client
        .backups(account, Some(app))
        .page_size(NonZeroU64::MIN)
        .stream();
    let items = items.take(ITEMS_MAX).try_collect();
    let items: Result<Vec<_>, _> = await_response(ctx, &call, items).await?;
    let items = items.map_err(|error| ctx.fail_without_response(LIST, error.to_string()))?;
    expect(ctx, LIST, items.iter().any(|backup| backup.id == id), || {
        format!("backup {id} is missing in the list with one item per page")
    });
    let call = ctx.call_for(DELETE, &id.to_string());
    let deleted = await_response(ctx, &call, client.app_backup_delete_for_app(account, app, id)).await?;
    check_response(ctx, DELETE, 204, deleted, |()| Vec::new())?;
    ctx.model.remove(Server::Main, &id.to_string());
    let call = ctx.call_for(FETCH, &id.to_string());
    match await_response(ctx, &call, client.app_backup_fetch_for_app(account, app, id)).await? {
        Ok(_) => {
            Err(ctx.fail_without_response(FETCH, format!("backup {id} still exists after its deletion")))
        }
        Err(error) => not_found(ctx, &error),
    }
}

/// The client's error for a 404: a typed problem that preserves all members.
fn not_found(ctx: &mut Context, error: &Error) -> Result<(), Stop> {
    let ErrorKind::Problem {
        status,
        headers,
        problem,
    } = error.kind()
    else {
        return Err(ctx.fail_without_response(FETCH, format!("expected 404 with a problem: {error}")));
    };
    expect(ctx, FETCH, status.as_u16() == 404, || {
        format!("expected 404: {error}")
    });
    validate(ctx, FETCH, status.as_u16(), headers, &json(problem));
    Ok(())
}

fn client(ctx: &mut Context) -> Result<Client, Stop> {
    let builder = Client::builder(&ctx.target.url)
        .token(ctx.target.token.clone())
        .retries(0)
        .timeout(ctx.options.response_timeout);
    let builder = match &ctx.target.ca {
        Some(pem) => builder.root_certificates(pem.clone()),
        None => builder,
    };
    builder
        .build()
        .map_err(|error| ctx.fail_without_response(CREATE, format!("the client can't be created: {error}")))
}

async fn until_completed(ctx: &mut Context, client: &Client, id: Uuid) -> Result<(), Stop> {
    let (account, app) = (ctx.target.account, ctx.target.app);
    let timer = PollTimer::of(&ctx.options);
    let call = ctx.call_for(FETCH, &id.to_string());
    loop {
        let fetched = await_response(ctx, &call, client.app_backup_fetch_for_app(account, app, id)).await?;
        let backup = check_response(ctx, FETCH, 200, fetched, json)?;
        if backup.state == ResourceState::Completed {
            return Ok(());
        }
        if backup.state == ResourceState::Failed || !timer.wait().await {
            let reasons = backup.state_unready.unwrap_or_default();
            let reasons = joined(&reasons);
            let what = format!(
                "the backup is `{}`, and `stateUnready` contains {reasons}",
                backup.state
            );
            return Err(ctx.fail_without_response(FETCH, what));
        }
    }
}

/// Waits for the client's result until the run ends. `call` is the request that the client sends.
async fn await_response<T>(
    ctx: &mut Context,
    call: &Call,
    request: impl Future<Output = Result<T, Error>>,
) -> Result<Result<T, Error>, Stop> {
    ctx.may_send(call)?;
    let received = match ctx.limits.within(call.writes(), request).await {
        Ok(received) => received,
        Err(stop) => {
            ctx.model.record_lost_response(call);
            return Err(stop);
        }
    };
    match received.as_ref().map_err(Error::kind) {
        Err(ErrorKind::Transport(_) | ErrorKind::Incomplete { .. }) => {
            ctx.model.record_lost_response(call);
            ctx.limits.record_no_response();
        }
        Err(ErrorKind::TooLong { .. } | ErrorKind::UnexpectedBody { .. } | ErrorKind::Decode { .. }) => {
            ctx.model.record_lost_response(call);
            ctx.limits.record_response();
        }
        _ => ctx.limits.record_response(),
    }
    Ok(received)
}

/// Checks the client's result: the contract must permit everything in it.
fn check_response<T>(
    ctx: &mut Context,
    operation: &str,
    status: u16,
    received: Result<ResponseValue<T>, Error>,
    body: impl FnOnce(&T) -> Vec<u8>,
) -> Result<T, Stop> {
    let response = received.map_err(|error| ctx.fail_without_response(operation, error.to_string()))?;
    let (received, headers) = (response.status().as_u16(), response.headers().clone());
    expect(ctx, operation, received == status, || {
        format!("expected {status}, received {received}")
    });
    let value = response.into_inner();
    validate(ctx, operation, received, &headers, &body(&value));
    Ok(value)
}

fn validate(ctx: &mut Context, operation: &str, status: u16, headers: &HeaderMap, body: &[u8]) {
    let received = Received {
        status,
        headers: &header_list(headers),
        body,
    };
    for violation in ctx.http.check(operation, received) {
        ctx.record(LiveFinding::of_form(operation, status, &violation));
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    // A value that was read from JSON can be written as JSON; and an empty body would be a violation.
    serde_json::to_vec(value).unwrap_or_default()
}

fn expect(ctx: &mut Context, operation: &str, holds: bool, what: impl FnOnce() -> String) {
    if !holds {
        ctx.fail_without_response(operation, what());
    }
}
