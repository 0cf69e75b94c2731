//! Check of a request body that never ends.

use super::call::Payload;
use super::kind::Deed;
use super::report::LiveFinding;
use super::stage::{Kind, Stage, Stop};

/// The server stops waiting for the rest of an incomplete body.
///
/// How long a server waits is up to the server, unless the options set a maximum. Without one, the check is
/// left out if the server waits longer than the suite.
pub(super) async fn half_a_body(stage: &mut Stage, operation: &str) -> Result<(), Stop> {
    stage.admits(operation)?;
    let mut call = stage.call(operation).content_type("application/json");
    call.payload = match Kind::of(operation) {
        _ if Deed::of(operation) == Deed::Restore => Payload::Halting("{\"type\":\"application/astra-app\","),
        Kind::Backup => Payload::Halting("{\"type\":\"application/astra-appBackup\","),
        Kind::Snap => Payload::Halting("{\"type\":\"application/astra-appSnap\","),
    };
    let wait_max = stage.options.body_wait_max.unwrap_or(stage.options.answer_max);
    if let Ok(answer) = tokio::time::timeout(wait_max, stage.send(&call)).await {
        return stage.expect_status(&answer?, 408);
    }
    let secs = wait_max.as_secs();
    if stage.options.body_wait_max.is_some() {
        stage.note(LiveFinding {
            code: stage.current.code.clone(),
            rule: stage.current.rule.clone(),
            operation: operation.to_owned(),
            what: format!("after {secs} s the server was still waiting for the rest of a body"),
            place: None,
            exchange: None,
        });
        return Err(Stop::Noted);
    }
    Err(Stop::LeftOut(format!(
        "the server waited for the rest of a body for more than {secs} s"
    )))
}
