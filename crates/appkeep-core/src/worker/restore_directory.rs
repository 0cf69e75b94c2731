//! Restores data to a directory of this node. The app doesn't change: it stays ready, and its backups and snapshots continue.

use async_trait::async_trait;

use super::job::{Job, Setback};
use super::restores::{begin, data_of, lock_source, notes, perform, record_setback, source_name};
use super::run::JobRun;
use super::step::StepError;
use crate::app_restore::{AppRestore, RestoreDirectory};
use crate::engine::{Restore, RestoreTarget, TargetPolicy};
use crate::fail_point;
use crate::job::{JobResult, RestoreToDirectory};
use crate::state::ResourceState;
use crate::store::{Store, StoreError, StoreTx, list_bucket_directories, list_volume_directories, transact};

#[async_trait]
impl Job for RestoreToDirectory {
    fn label(&self) -> &'static str {
        "restore"
    }

    /// The name of the backup or snapshot.
    async fn resource_name(&self, store: &dyn Store) -> Option<String> {
        source_name(store, self.account_id, self.restore_id).await
    }

    async fn run(&self, run: &JobRun<'_>) -> Result<(), StepError> {
        let (account_id, restore_id) = (self.account_id, self.restore_id);
        let found = run.deps.store.fetch_app_restore(account_id, restore_id).await?;
        let Some(restore) = found else {
            self.release(run).await?;
            return Err(StepError::Gone);
        };
        let directory = restore.target.clone().filter(|_| restore.state.is_in_progress());
        let Some(directory) = directory else {
            return run.finish_only(&JobResult::Done).await;
        };
        run.leave(restore_id.as_uuid(), ResourceState::Pending).await?;
        fail_point::pass("restore.before_directory");
        lock_source(run, &restore).await?;
        let restore = begin(run, restore).await?;
        run.leave(restore_id.as_uuid(), ResourceState::Running).await?;
        fail_point::pass("restore.to_directory");
        let report = perform(run, &restore, &request(run, &restore, directory).await?).await?;
        fail_point::pass("restore.directory_written");
        let bytes = report.bytes;
        let notes = notes(report);
        transact(|| async {
            let mut tx = run.begin().await?;
            let found = tx.fetch_app_restore(account_id, restore_id).await?;
            let mut restore = found.ok_or(StepError::Gone)?;
            restore.record_size(bytes);
            restore.complete(&notes, run.deps.clock.now());
            if !tx.update_app_restore(&restore).await? {
                return Err(StepError::Gone);
            }
            run.finish(tx, &JobResult::Done).await
        })
        .await
    }

    async fn release(&self, run: &JobRun<'_>) -> Result<(), StepError> {
        if run.was_claimed_before() {
            let engine = &run.deps.engine;
            engine.discard_restore(self.app_id, self.restore_id).await?;
        }
        Ok(())
    }

    async fn record(&self, tx: &mut dyn StoreTx, setback: &Setback) -> Result<(), StoreError> {
        record_setback(tx, self.account_id, self.restore_id, setback).await
    }
}

async fn request(
    run: &JobRun<'_>,
    restore: &AppRestore,
    directory: RestoreDirectory,
) -> Result<Restore, StepError> {
    let store = run.deps.store.as_ref();
    if run.deps.restore_directories.is_empty() {
        let reason = format!("node {} has no restore_directories", run.deps.node);
        return Err(StepError::Permanent(vec![reason]));
    }
    let mut protected = list_bucket_directories(store).await?;
    protected.extend(list_volume_directories(store).await?);
    Ok(Restore {
        id: restore.id,
        app_id: restore.app_id,
        source_app_id: restore.source_app_id,
        source: data_of(run, restore).await?,
        target: RestoreTarget::Directory {
            path: directory.path,
            policy: TargetPolicy::Refuse,
        },
        include: directory.include,
        within: run.deps.restore_directories.to_vec(),
        protected,
    })
}
