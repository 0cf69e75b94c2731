//! Restores an app in place: passes the request to the engine and records the result.

use async_trait::async_trait;

use super::InterruptedRestore;
use super::job::{Job, Setback, check_declared, undeclared_here};
use super::restores::{begin, data_of, lock_source, notes, perform, record_setback, source_name};
use super::run::JobRun;
use super::step::StepError;
use crate::app_restore::AppRestore;
use crate::engine::{Restore, RestoreReport, RestoreTarget};
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
        source_name(store, self.account_id, self.restore_id).await
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
        if restore.source_app_id != restore.app_id {
            lock_source(run, &restore).await?;
        }
        let restore = begin(run, restore).await?;
        run.leave(restore_id.as_uuid(), ResourceState::Running).await?;
        let report = replace(run, &restore).await?;
        let bytes = report.bytes;
        let notes = notes(report);
        transact(|| async {
            let mut tx = run.begin().await?;
            let found = tx.fetch_app_restore(account_id, restore_id).await?;
            let mut restore = found.ok_or(StepError::Gone)?;
            let now = run.deps.clock.now();
            restore.record_size(bytes);
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
        record_setback(tx, self.account_id, self.restore_id, setback).await
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
    perform(run, restore, &request(run, restore).await?).await
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

async fn request(run: &JobRun<'_>, restore: &AppRestore) -> Result<Restore, StepError> {
    let app = run.app(restore.account_id, restore.app_id).await?;
    let app = app.ok_or_else(|| undeclared_here(run, restore.app_id))?;
    check_declared(&app)?;
    if !app.options.volumes_inside.is_empty() {
        let inside = app.options.volumes_inside.join(", ");
        let reason = format!("volumes of other apps are inside the app's volumes: {inside}");
        return Err(StepError::Permanent(vec![reason]));
    }
    let source = data_of(run, restore).await?;
    Ok(Restore {
        id: restore.id,
        app_id: restore.app_id,
        source_app_id: restore.source_app_id,
        source,
        target: RestoreTarget::InPlace(app.volumes),
        include: Vec::new(),
        within: Vec::new(),
        protected: list_bucket_directories(run.deps.store.as_ref()).await?,
    })
}
