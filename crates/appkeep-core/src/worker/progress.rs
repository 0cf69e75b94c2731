//! Records the progress of a job's resource while the engine works.

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::PROGRESS_EVERY;
use super::run::JobRun;
use super::step::StepError;
use crate::engine::{EngineError, Progress};
use crate::store_timeout::in_time;

/// Waits for the engine's `work`. Meanwhile, `record` stores the progress, at most every [`PROGRESS_EVERY`]. A failure to
/// record it doesn't stop the work; a deleted resource or a lost lease does.
pub(super) async fn recorded<T, R: Future<Output = Result<(), StepError>>>(
    run: &JobRun<'_>,
    mut progress: watch::Receiver<Progress>,
    record: impl Fn(Progress) -> R,
    work: impl Future<Output = Result<T, EngineError>>,
) -> Result<T, StepError> {
    tokio::pin!(work);
    let mut tick = interval(PROGRESS_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            done = &mut work => return Ok(done?),
            _ = tick.tick() => {
                if !run.cancel.is_cancelled() && progress.has_changed().unwrap_or(false) {
                    let now = *progress.borrow_and_update();
                    match in_time(record(now)).await {
                        Ok(()) => {}
                        Err(StepError::Gone) => run.stop_deleted(),
                        Err(StepError::LeaseLost) => run.stop_lease_lost(),
                        Err(error) => tracing::warn!(%error, "progress was not recorded"),
                    }
                }
            }
        }
    }
}
