//! Restores an app in place: passes the request to the engine and records the result.

use async_trait::async_trait;
use tokio::sync::watch;

use super::InterruptedRestore;
use super::job::{Job, Setback, check_declared, name_of, undeclared_here};
use super::run::JobRun;
use super::step::StepError;
use crate::app_restore::{AppRestore, RestoreSource};
use crate::engine::{Progress, Restore, RestoreData, RestoreReport, RestoreTarget};
use crate::ids::AppId;
use crate::job::{JobResult, RestoreApp};
use crate::state::ResourceState;
use crate::store::{Store, StoreError, StoreTx, list_bucket_directories, transact};

#[async_trait]
impl Job for RestoreApp {
    fn label(&self) -> &'static str {
        "restore"
    }

    /// The name of the backup or snapshot.
    async fn resource_name(&self, store: &dyn Store) -> Option<String> {
        let restore = store.fetch_app_restore(self.account_id, self.restore_id).await;
        match restore.ok()??.source {
            RestoreSource::Backup(id) => name_of(store, self.account_id, id).await,
            RestoreSource::Snapshot(id) => name_of(store, self.account_id, id).await,
        }
    }

    fn can_be_interrupted(&self) -> bool {
        false
    }

    async fn run(&self, run: &JobRun<'_>) -> Result<(), StepError> {
        let (account_id, restore_id) = (self.account_id, self.restore_id);
        let found = run.deps.store.fetch_app_restore(account_id, restore_id).await?;
        let restore = found.ok_or(StepError::Gone)?;
        if !restore.state.is_in_progress() {
            return run.finish_only(&JobResult::Done).await;
        }
        run.leave(restore_id.as_uuid(), ResourceState::Pending).await?;
        let restore = begin(run, restore).await?;
        run.leave(restore_id.as_uuid(), ResourceState::Running).await?;
        let report = replace(run, &restore).await?;
        let notes = notes(report);
        transact(|| async {
            let mut tx = run.begin().await?;
            let found = tx.fetch_app_restore(account_id, restore_id).await?;
            let mut restore = found.ok_or(StepError::Gone)?;
            let now = run.deps.clock.now();
            restore.complete(&notes, now);
            if !tx.update_app_restore(&restore).await? {
                return Err(StepError::Gone);
            }
            let of = InterruptedRestore {
                account_id,
                app_id: restore.app_id,
                except: Some(restore_id),
                node: Some(&run.deps.node),
            };
            let note = format!("finished by the restore {restore_id}");
            of.complete(tx.as_mut(), &note, now).await?;
            run.finish(tx, &JobResult::Done).await
        })
        .await
    }

    async fn record(&self, tx: &mut dyn StoreTx, setback: &Setback) -> Result<(), StoreError> {
        let found = tx.fetch_app_restore(self.account_id, self.restore_id).await?;
        if let Some(mut restore) = found.filter(|restore| restore.state.is_in_progress()) {
            if setback.is_final {
                restore.fail(&setback.reasons, setback.now);
            } else if restore.reasons != setback.reasons {
                restore.record_delay(&setback.reasons, setback.now);
            } else {
                return Ok(());
            }
            tx.update_app_restore(&restore).await?;
        }
        Ok(())
    }

    async fn on_failure(&self, run: &JobRun<'_>, setback: &Setback) -> Result<Box<dyn StoreTx>, StepError> {
        let is_unfinished = is_unfinished(run, self.app_id).await;
        let mut tx = run.begin().await?;
        self.record(tx.as_mut(), setback).await?;
        let found = tx.fetch_app_restore(self.account_id, self.restore_id).await?;
        if let Some(mut restore) = found.filter(|_| is_unfinished) {
            restore.interrupt(&setback.reasons, setback.now);
            tx.update_app_restore(&restore).await?;
        }
        Ok(tx)
    }
}

/// Finishes a restore that an earlier run started, or starts it.
async fn replace(run: &JobRun<'_>, restore: &AppRestore) -> Result<RestoreReport, StepError> {
    let engine = &run.deps.engine;
    // Finishing doesn't need the source, which may have been deleted.
    if let Some(report) = engine.finish_restore(restore.app_id, restore.id).await? {
        return Ok(report);
    }
    let request = request(run, restore).await?;
    let (progress, _) = watch::channel(Progress::default());
    Ok(engine.restore(&request, &progress, &run.cancel).await?)
}

/// Whether the app's volumes may hold old and new data. Also true if this can't be determined.
async fn is_unfinished(run: &JobRun<'_>, app_id: AppId) -> bool {
    match run.deps.engine.unfinished_restores(Some(app_id)).await {
        Ok(unfinished) => !unfinished.is_empty(),
        Err(error) => {
            tracing::warn!(app.id = %app_id, %error, "the journals of restores can't be read");
            true
        }
    }
}

async fn begin(run: &JobRun<'_>, mut restore: AppRestore) -> Result<AppRestore, StepError> {
    restore.begin(&run.deps.node, run.deps.clock.now());
    transact(|| async {
        let mut tx = run.begin().await?;
        // The journal will be on this node.
        if !tx.update_job_node(&run.claimed.lease, &run.deps.node).await? {
            return Err(StepError::LeaseLost);
        }
        if !tx.update_app_restore(&restore).await? {
            return Err(StepError::Gone);
        }
        Ok(tx.commit().await?)
    })
    .await?;
    restore.generation += 1;
    Ok(restore)
}

async fn request(run: &JobRun<'_>, restore: &AppRestore) -> Result<Restore, StepError> {
    let (store, account_id) = (&run.deps.store, restore.account_id);
    let gone = |what: String| StepError::Permanent(vec![format!("{what} no longer exists")]);
    let app = run.app(account_id, restore.app_id).await?;
    let app = app.ok_or_else(|| undeclared_here(run, restore.app_id))?;
    check_declared(&app)?;
    if !app.options.volumes_inside.is_empty() {
        let inside = app.options.volumes_inside.join(", ");
        let reason = format!("volumes of other apps are inside the app's volumes: {inside}");
        return Err(StepError::Permanent(vec![reason]));
    }
    let source = match restore.source {
        RestoreSource::Snapshot(snapshot_id) => RestoreData::Snapshot(snapshot_id),
        RestoreSource::Backup(backup_id) => {
            let backup = store.fetch_resource(account_id, backup_id).await?;
            let backup = backup.ok_or_else(|| gone(format!("backup {backup_id}")))?;
            let bucket = store.fetch_bucket(account_id, backup.details.bucket_id).await?;
            let bucket = bucket.ok_or_else(|| gone(format!("bucket {}", backup.details.bucket_id)))?;
            RestoreData::Backup { bucket, backup_id }
        }
    };
    Ok(Restore {
        id: restore.id,
        app_id: restore.app_id,
        source_app_id: restore.app_id,
        source,
        target: RestoreTarget::InPlace(app.volumes),
        include: Vec::new(),
        within: Vec::new(),
        protected: list_bucket_directories(store.as_ref()).await?,
    })
}

fn notes(report: RestoreReport) -> Vec<String> {
    let untouched = report.untouched.iter();
    let untouched =
        untouched.map(|name| format!("the volume {name} was not changed: the source doesn't contain it"));
    let left = report.left.iter();
    let left = left.map(|path| format!("old data could not be deleted: {}", path.display()));
    let notes: Vec<_> = untouched.chain(left).collect();
    notes.into_iter().chain(report.notes).collect()
}
