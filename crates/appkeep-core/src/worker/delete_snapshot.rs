//! Deletes the directory of a deleted snapshot. The resource itself is already deleted.

use async_trait::async_trait;

use super::job::Job;
use super::run::JobRun;
use super::step::StepError;
use crate::fail_point;
use crate::job::{DeleteSnapshot, JobResult};
use crate::store::Store;

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
        run.deps
            .engine
            .delete_snapshot(self.app_id, self.snapshot_id)
            .await?;
        fail_point::pass("delete_snapshot.data_deleted");
        run.finish_only(&JobResult::Done).await
    }
}
