//! Deletes the directory of a deleted snapshot, or of one that another node has taken over.

use async_trait::async_trait;

use super::job::Job;
use super::run::JobRun;
use super::step::StepError;
use crate::fail_point;
use crate::job::{DeleteSnapshot, JobResult};
use crate::store::{Store, StoreError};

#[async_trait]
impl Job for DeleteSnapshot {
    fn label(&self) -> &'static str {
        "deletion of a snapshot"
    }

    async fn resource_name(&self, _store: &dyn Store) -> Option<String> {
        self.name.clone()
    }

    fn attempts_max(&self) -> Option<u32> {
        None
    }

    async fn run(&self, run: &JobRun<'_>) -> Result<(), StepError> {
        fail_point::pass("delete_snapshot.begin");
        if !is_held_here(self, run).await? {
            let engine = &run.deps.engine;
            engine.delete_snapshot(self.app_id, self.snapshot_id).await?;
            fail_point::pass("delete_snapshot.data_deleted");
        }
        run.finish_only(&JobResult::Done).await
    }
}

/// Whether the snapshot exists and this node holds its data: another node had taken it over, and this one got it back
/// before it deleted its incomplete data.
async fn is_held_here(job: &DeleteSnapshot, run: &JobRun<'_>) -> Result<bool, StoreError> {
    // Earlier versions queued deletions without an account, but only of deleted snapshots.
    let Some(account_id) = job.account_id else {
        return Ok(false);
    };
    let found = run.deps.store.fetch_resource(account_id, job.snapshot_id).await?;
    Ok(found.is_some_and(|snapshot| snapshot.details.node.as_ref() == Some(&run.deps.node)))
}
