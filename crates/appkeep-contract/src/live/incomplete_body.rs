//! Checks of request bodies that never end.

use std::mem;

use futures::FutureExt;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::call::{Call, Payload};
use super::connection::Exchanged;
use super::context::{Context, Stop};
use super::resource_kind::{OperationKind, RESTORE_CREATE, ResourceKind};
use super::scenarios;

/// The requests with incomplete bodies. They are sent at the beginning of a run and wait while other checks run.
#[derive(Default)]
pub(super) struct IncompleteBodies {
    waiting: Vec<(Call, AbortOnDropHandle<Option<Sent>>)>,
    /// Requests for the rest of which the server waits too long.
    without_response: Vec<Call>,
}

/// The result of a request.
type Sent = Result<Exchanged, String>;

/// Sends the requests of all these checks.
pub(super) fn begin(ctx: &mut Context) {
    let wait_max = ctx.options.body_wait_max.unwrap_or(ctx.options.response_timeout);
    let operations = scenarios::INCOMPLETE_BODIES.iter();
    let operations = operations.filter_map(|scenario| scenario.covers);
    let calls = operations.map(|(operation, _)| call(ctx, operation)).collect();
    for call in ctx.permitted_calls(calls) {
        let (connection, sent) = (ctx.http.connection().clone(), call.clone());
        let exchange = async move { timeout(wait_max, connection.exchange(&sent)).await.ok() };
        let exchange = AbortOnDropHandle::new(tokio::spawn(exchange));
        ctx.incomplete.waiting.push((call, exchange));
    }
}

/// The server stops waiting for the rest of an incomplete body.
///
/// The server decides how long it waits, unless the options set a maximum. Without one, the check is
/// skipped if the server waits longer than the suite.
pub(super) async fn is_refused(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    ctx.require(operation)?;
    receive(ctx).await?;
    let call = call(ctx, operation);
    if !ctx.incomplete.without_response.contains(&call) {
        return ctx.send_for(&call, 408).await.map(|_| ());
    }
    if let Some(wait_max) = ctx.options.body_wait_max {
        let secs = wait_max.as_secs();
        let what = format!("after {secs} s the server was still waiting for the rest of a body");
        return Err(ctx.fail_without_response(operation, what));
    }
    let secs = ctx.options.response_timeout.as_secs();
    Err(Stop::Skipped(format!(
        "the server waited for the rest of a body for more than {secs} s"
    )))
}

/// Waits for the results of all requests.
async fn receive(ctx: &mut Context) -> Result<(), Stop> {
    let mut received = Vec::new();
    let mut result = Ok(());
    for (call, exchange) in mem::take(&mut ctx.incomplete.waiting) {
        match ctx.limits.within(true, exchange).await {
            Ok(Ok(Some(sent))) => received.push((call, sent)),
            Ok(Ok(None)) => {
                ctx.model.record_lost_response(&call);
                ctx.incomplete.without_response.push(call);
            }
            Ok(Err(error)) => received.push((call, Err(error.to_string()))),
            Err(stop) => {
                ctx.model.record_lost_response(&call);
                result = Err(stop);
            }
        }
    }
    ctx.receive_ahead(received);
    result
}

/// Ends the requests that wait, and keeps the results of the others.
pub(super) fn forget(ctx: &mut Context) {
    let mut received = Vec::new();
    for (call, exchange) in mem::take(&mut ctx.incomplete.waiting) {
        if let Some(Ok(Some(sent))) = exchange.now_or_never() {
            received.push((call, sent));
        }
    }
    ctx.receive_ahead(received);
}

fn call(ctx: &Context, operation: &str) -> Call {
    let mut call = ctx.call(operation).content_type("application/json");
    call.payload = match ResourceKind::of(operation) {
        _ if operation == RESTORE_CREATE => {
            Payload::Incomplete("{\"type\":\"application/astra-appRestore\",")
        }
        _ if OperationKind::of(operation) == OperationKind::Restore => {
            Payload::Incomplete("{\"type\":\"application/astra-app\",")
        }
        _ if OperationKind::of(operation) == OperationKind::ChangeSchedule => {
            Payload::Incomplete("{\"type\":\"application/astra-schedule\",")
        }
        ResourceKind::Backup => Payload::Incomplete("{\"type\":\"application/astra-appBackup\","),
        ResourceKind::Snapshot => Payload::Incomplete("{\"type\":\"application/astra-appSnap\","),
    };
    call
}
