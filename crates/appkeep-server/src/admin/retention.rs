//! Runs schedules, and confirms deletions that their retention holds back, for the command line; works beside a running
//! server.

use appkeep_core::clock::{Clock, IdSource};
use appkeep_core::ids::{BackupKind, SnapshotKind};
use appkeep_core::job::{ApplyRetention, JobPayload, NewJob};
use appkeep_core::retention::held;
use appkeep_core::schedule::NextRun;
use appkeep_core::store::{Store, StoreError, StoredKind, transact};
use chrono::TimeDelta;

pub use appkeep_core::metadata::RETENTION_HELD_LABEL;
pub use appkeep_core::schedule::{Schedule, Scheduled};

/// Makes a schedule due at once: a running server runs it within seconds, else the next server when it starts. Its later
/// runs don't change. Returns false if a server has planned its next run meanwhile.
///
/// # Errors
/// When the store fails.
pub async fn run_now(
    store: &dyn Store,
    clock: &dyn Clock,
    scheduled: &Scheduled,
) -> Result<bool, StoreError> {
    let now = clock.now();
    // The jitter is added to this time.
    let jitter = TimeDelta::seconds(scheduled.schedule.jitter_secs.into());
    let next = NextRun {
        due_at: now - jitter,
        decided_at: now,
    };
    transact(|| async {
        let mut tx = store.begin().await?;
        let is_updated = tx
            .update_schedule_next(scheduled.schedule.id, scheduled.next, Some(next))
            .await?;
        tx.commit().await?;
        Ok(is_updated)
    })
    .await
}

/// Queues the deletion that the schedule's retention holds back, and returns what it deletes. When nothing is
/// held back, nothing is queued.
///
/// # Errors
/// When the store fails.
pub async fn confirm(
    store: &dyn Store,
    clock: &dyn Clock,
    ids: &dyn IdSource,
    schedule: &Schedule,
) -> Result<Vec<String>, StoreError> {
    let now = clock.now();
    let backups = BackupKind::of(store).list_by_schedule(schedule.id).await?;
    let snapshots = SnapshotKind::of(store).list_by_schedule(schedule.id).await?;
    let held = held(schedule, &backups, &snapshots, now);
    if held.is_empty() {
        return Ok(held);
    }
    let job = NewJob {
        id: ids.next_id().into(),
        payload: JobPayload::from(ApplyRetention {
            account_id: schedule.account_id,
            app_id: schedule.app_id,
            schedule_id: schedule.id,
            confirmed: true,
        }),
        run_after: now,
        correlation: None,
        node: None,
    };
    transact(|| async {
        let mut tx = store.begin().await?;
        tx.insert_job(&job).await?;
        tx.commit().await
    })
    .await?;
    Ok(held)
}
