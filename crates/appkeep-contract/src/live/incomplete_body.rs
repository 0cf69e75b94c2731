//! Checks of request bodies that never end.

use super::call::{Call, Payload};
use super::context::{Context, Stop};
use super::resource_kind::{OperationKind, RESTORE_CREATE, ResourceKind};
use super::scenarios;

/// The code of these checks.
pub(super) const CODE: &str = "half-a-body";

/// The server stops waiting for the rest of an incomplete body.
///
/// The server decides how long it waits, unless the options set a maximum. Without one, the check is
/// skipped if the server waits longer than the suite. All operations wait at the same time.
pub(super) async fn is_refused(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    ctx.require(operation)?;
    let wait_max = ctx.options.body_wait_max.unwrap_or(ctx.options.response_timeout);
    if ctx.waiting.is_none() {
        let operations = scenarios::once().filter(|scenario| scenario.code == CODE);
        let operations = operations.filter_map(|scenario| scenario.covers);
        let calls = operations.map(|(operation, _)| call(ctx, operation)).collect();
        ctx.waiting = Some(ctx.send_ahead(calls, Some(wait_max)).await?);
    }
    let call = call(ctx, operation);
    if !ctx.waiting.iter().flatten().any(|waiting| *waiting == call) {
        return ctx.send_for(&call, 408).await.map(|_| ());
    }
    let secs = wait_max.as_secs();
    if ctx.options.body_wait_max.is_some() {
        let what = format!("after {secs} s the server was still waiting for the rest of a body");
        return Err(ctx.fail_without_response(operation, what));
    }
    Err(Stop::Skipped(format!(
        "the server waited for the rest of a body for more than {secs} s"
    )))
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
