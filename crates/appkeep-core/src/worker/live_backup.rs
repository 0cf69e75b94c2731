//! Creates a backup directly from the volumes of an app that is configured for it (`snapshot = "live"`).
//!
//! The backup has a temporary snapshot, like any other, but without data: it is `running` while the volumes are read, and
//! is deleted when the backup is completed. So it can be neither restored nor backed up, and the reconciler doesn't miss
//! its data. The app's hooks surround the whole read. An attempt that failed or was interrupted leaves nothing to
//! continue from: the next one runs all hooks and reads everything again, and has its own point in time. If the previous
//! attempt had stored the backup completely, the engine finds it, and reads nothing.
//!
//! A snapshot that a user requested is a copy, also of such an app, and so is a backup of it.

use tokio::sync::watch;

use super::create_backup::{begin_copy, complete, copy_request, recording_progress};
use super::create_snapshot::{self, Prepared};
use super::run::JobRun;
use super::step::StepError;
use crate::app_backup::AppBackup;
use crate::app_snapshot::AppSnapshot;
use crate::catalog::SnapshotMode;
use crate::engine::{BackUpVolumes, Progress};
use crate::fail_point;
use crate::ids::AppSnapshotId;
use crate::state::{HookState, ResourceState};
use crate::store::transact;

/// The backup's own snapshot, if the volumes are to be read directly: the app is configured for it, and an earlier
/// attempt with another configuration hasn't completed a copy.
pub(super) async fn snapshot_of(
    run: &JobRun<'_>,
    backup: &AppBackup,
    snapshot_id: AppSnapshotId,
) -> Result<Option<AppSnapshot>, StepError> {
    let app = run.app(backup.account_id, backup.app_id).await?;
    if app.is_none_or(|app| app.options.snapshot != SnapshotMode::Live) {
        return Ok(None);
    }
    let store = &run.deps.store;
    let found: Option<AppSnapshot> = store.fetch_resource(backup.account_id, snapshot_id).await?;
    let is_own = |snapshot: &AppSnapshot| {
        snapshot.details.made_for == Some(backup.id) && snapshot.state != ResourceState::Completed
    };
    Ok(found.filter(is_own))
}

/// Reads the volumes into the bucket, and completes the backup.
pub(super) async fn create(
    run: &JobRun<'_>,
    backup: AppBackup,
    snapshot: AppSnapshot,
) -> Result<(), StepError> {
    let Prepared { snapshot, app, bytes } =
        create_snapshot::prepare(run, snapshot, SnapshotMode::Live).await?;
    let is_running = backup.state == ResourceState::Running && backup.details.total_bytes.is_some();
    let backup = if is_running {
        backup
    } else {
        run.leave(backup.id.as_uuid(), ResourceState::Discovering).await?;
        begin_copy(run, backup, &snapshot, bytes).await?
    };
    let mut snapshot = create_snapshot::advance(run, snapshot, ResourceState::Running).await?;
    fail_point::pass("live_backup.running");
    let snapshot_id = snapshot.id;
    let read = async {
        let mut copy = copy_request(run, &backup, snapshot_id, run.deps.clock.now()).await?;
        // The identity is stored before the last hooks run.
        let has_hooks = !app.options.hooks.is_empty();
        copy.identity.hook_state = (!has_hooks).then_some(HookState::Success);
        copy.identity.hook_state_details.clear();
        let request = BackUpVolumes {
            backup: copy,
            volumes: app.volumes.clone(),
            consistency: app.options.consistency,
        };
        let (sender, progress) = watch::channel(Progress::default());
        let reading = run.deps.engine.back_up_volumes(&request, &sender, &run.cancel);
        let reports = recording_progress(run, &backup, progress, reading).await?;
        fail_point::pass("live_backup.stored");
        Ok(reports)
    };
    let (report, stored) = create_snapshot::between_hooks(run, &mut snapshot, &app, read).await?;
    create_snapshot::log(&snapshot, &report);
    run.leave(backup.id.as_uuid(), ResourceState::Running).await?;
    snapshot.complete(&report, run.deps.clock.now());
    transact(|| complete(run, backup.account_id, backup.id, &snapshot, &stored)).await
}
