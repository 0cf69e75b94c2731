//! The story of a body that never ends.

use super::call::Payload;
use super::stage::{Kind, Stage, Stop};

/// Half a body isn't waited for without end.
///
/// How long a server waits is its own affair; one that is more patient than the suite isn't judged.
pub(super) async fn half_a_body(stage: &mut Stage, operation: &str) -> Result<(), Stop> {
    stage.admits(operation)?;
    let mut call = stage.call(operation).content_type("application/json");
    call.payload = match Kind::of(operation) {
        Kind::Backup => Payload::Halting("{\"type\":\"application/astra-appBackup\","),
        Kind::Snap => Payload::Halting("{\"type\":\"application/astra-appSnap\","),
    };
    if let Ok(answer) = tokio::time::timeout(stage.options.answer_max, stage.send(&call)).await {
        return stage.expect_status(&answer?, 408);
    }
    let secs = stage.options.answer_max.as_secs();
    Err(Stop::LeftOut(format!(
        "the server waited for the rest of a body for more than {secs} s"
    )))
}
