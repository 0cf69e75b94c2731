//! Confirms a deletion that a schedule's retention holds back, for the command line; works beside a running
//! server.

use appkeep_core::clock::{Clock, IdSource};
use appkeep_core::ids::{BackupKind, SnapshotKind};
use appkeep_core::job::{ApplyRetention, JobPayload, NewJob};
use appkeep_core::retention::held;
use appkeep_core::schedule::Schedule;
use appkeep_core::store::{Store, StoreError, StoredKind, transact};

pub use appkeep_core::metadata::RETENTION_HELD_LABEL;

/// Returns the declared schedules that have this name or id.
///
/// # Errors
/// When the store fails.
pub async fn find_schedules(store: &dyn Store, wanted: &str) -> Result<Vec<Schedule>, StoreError> {
    let schedules = store.list_schedules().await?.into_iter();
    let schedules = schedules.map(|scheduled| scheduled.schedule);
    let is_wanted = |one: &Schedule| one.name == wanted || one.id.to_string() == wanted;
    Ok(schedules.filter(is_wanted).collect())
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
