//! The kinds of jobs as the workers see them, and the registry of their implementations.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::run::JobRun;
use super::step::StepError;
use crate::catalog::App;
use crate::ids::{AccountId, AppId, ResourceId};
use crate::job::{ATTEMPTS_MAX, JobPayload};
use crate::resource::Resource;
use crate::store::{Store, StoreError, StoreTx, StoredKind, transact};

/// A kind of job: its steps, and the effects of their failure on its resource.
#[async_trait]
pub(super) trait Job: Send + Sync {
    /// The name of the kind in warnings.
    fn label(&self) -> &'static str;

    /// The name of the job's resource, if it is still known.
    async fn resource_name(&self, store: &dyn Store) -> Option<String>;

    /// The number of attempts before the job fails; `None` if giving up would leave unreferenced data behind.
    fn attempts_max(&self) -> Option<u32> {
        Some(ATTEMPTS_MAX)
    }

    /// Whether the job can be cancelled after one of its runs has started.
    fn can_be_interrupted(&self) -> bool {
        true
    }

    /// Runs all steps and finishes the job. Each step is idempotent.
    async fn run(&self, run: &JobRun<'_>) -> Result<(), StepError>;

    /// Cleans up after an earlier run whose process may have died; called instead of the steps. It runs post-hooks of a
    /// quiesced app, or removes a part of restored data.
    async fn release(&self, _run: &JobRun<'_>) -> Result<(), StepError> {
        Ok(())
    }

    /// Records the setback in the resource, unless it was deleted or is no longer in progress.
    async fn record(&self, _tx: &mut dyn StoreTx, _setback: &Setback) -> Result<(), StoreError> {
        Ok(())
    }

    /// Begins the transaction that finishes the failed job, and records the failure in the resource.
    async fn on_failure(&self, run: &JobRun<'_>, setback: &Setback) -> Result<Box<dyn StoreTx>, StepError> {
        let mut tx = run.begin().await?;
        self.record(tx.as_mut(), setback).await?;
        Ok(tx)
    }

    /// Cleans up in the transaction that finishes a job whose resource is gone, or which was cancelled.
    async fn on_cancelled(&self, _run: &JobRun<'_>, _tx: &mut dyn StoreTx) -> Result<(), StepError> {
        Ok(())
    }
}

/// A delay, a failure or a cancellation of a job, to be recorded in its resource.
pub(super) struct Setback {
    /// Whether the job has failed or was cancelled; otherwise it will be retried.
    pub(super) is_final: bool,
    pub(super) reasons: Vec<String>,
    pub(super) now: DateTime<Utc>,
}

/// The implementation of a payload's kind.
pub(super) fn job_of(payload: &JobPayload) -> &dyn Job {
    match payload {
        JobPayload::CreateBackup(job) => job,
        JobPayload::CreateSnapshot(job) => job,
        JobPayload::DeleteBackup(job) => job,
        JobPayload::DeleteSnapshot(job) => job,
        JobPayload::ApplyRetention(job) => job,
        JobPayload::RestoreApp(job) => job,
        JobPayload::RestoreToDirectory(job) => job,
    }
}

/// The failure of a job that needs volumes of an app that its node doesn't declare.
pub(super) fn undeclared_here(run: &JobRun<'_>, app_id: AppId) -> StepError {
    let reason = format!("node {} doesn't declare app {app_id}", run.deps.node);
    StepError::Permanent(vec![reason])
}

/// Checks that a node declares the app. Otherwise any node may run its jobs, and the paths of its volumes are unknown.
pub(super) fn check_declared(app: &App) -> Result<(), StepError> {
    if app.declared {
        return Ok(());
    }
    let reason = format!("app {} is no longer declared", app.id);
    Err(StepError::Permanent(vec![reason]))
}

/// Logs a warning that the job failed, with its reason. The surrounding span identifies the job and the request.
pub(super) async fn report_failure(run: &JobRun<'_>, reason: &str) {
    let (payload, store) = (&run.claimed.payload, run.deps.store.as_ref());
    let (job, app_id) = (job_of(payload), payload.app_id());
    let app = match payload.account_id() {
        Some(account_id) => store.fetch_app(account_id, app_id).await.ok().flatten(),
        None => None,
    };
    let name = job.resource_name(store).await;
    tracing::warn!(
        app.name = app.map(|app| app.name),
        app.id = %app_id,
        name,
        id = %payload.resource(),
        job.attempt = run.claimed.attempt,
        reason,
        "{} failed",
        job.label()
    );
}

/// The name of a resource, if it still exists.
pub(super) async fn name_of<K: StoredKind>(
    store: &dyn Store,
    account_id: AccountId,
    id: ResourceId<K>,
) -> Option<String> {
    let resource = K::of(store).fetch_resource(account_id, id).await.ok()??;
    Some(resource.name.as_str().to_owned())
}

/// Records a setback in a resource that is in progress.
pub(super) async fn record_setback<K: StoredKind>(
    tx: &mut dyn StoreTx,
    account_id: AccountId,
    id: ResourceId<K>,
    setback: &Setback,
) -> Result<(), StoreError> {
    let tx = K::of_tx(tx);
    let found = tx.fetch_resource(account_id, id).await?;
    if let Some(mut resource) = found.filter(|found| found.state.is_in_progress()) {
        if setback.is_final {
            resource.fail(&setback.reasons, setback.now);
        } else if resource.state_unready != setback.reasons {
            resource.record_delay(&setback.reasons, setback.now);
        } else {
            return Ok(());
        }
        tx.update_resource(&resource).await?;
    }
    Ok(())
}

/// Writes the new state of a resource, unless it was changed or deleted.
pub(super) async fn update<K: StoredKind>(
    run: &JobRun<'_>,
    mut resource: Resource<K>,
) -> Result<Resource<K>, StepError> {
    transact(|| async {
        let mut tx = run.begin().await?;
        if !K::of_tx(tx.as_mut()).update_resource(&resource).await? {
            return Err(StepError::Gone);
        }
        Ok(tx.commit().await?)
    })
    .await?;
    resource.generation += 1;
    Ok(resource)
}
