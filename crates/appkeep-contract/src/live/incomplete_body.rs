//! Check of a request body that never ends.

use super::call::Payload;
use super::context::{Context, ResourceKind, Stop};
use super::resource_kind::{OperationKind, RESTORE_CREATE};

/// The server stops waiting for the rest of an incomplete body.
///
/// The server decides how long it waits, unless the options set a maximum. Without one, the check is
/// skipped if the server waits longer than the suite.
pub(super) async fn is_refused(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    ctx.require(operation)?;
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
    let wait_max = ctx.options.body_wait_max.unwrap_or(ctx.options.response_timeout);
    if let Ok(response) = tokio::time::timeout(wait_max, ctx.send(&call)).await {
        return ctx.expect_status(&response?, 408);
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
