//! Forgets a deleted backup in its repository and prunes. The resource itself is already gone.

use async_trait::async_trait;

use super::job::Job;
use super::run::JobRun;
use super::step::StepError;
use crate::engine;
use crate::fail_point;
use crate::job::{DeleteBackup, JobResult};
use crate::store::Store;

#[async_trait]
impl Job for DeleteBackup {
    fn label(&self) -> &'static str {
        "deletion of a backup"
    }

    async fn resource_name(&self, _store: &dyn Store) -> Option<String> {
        self.name.clone()
    }

    fn attempts_max(&self) -> Option<u32> {
        None
    }

    async fn run(&self, run: &JobRun<'_>) -> Result<(), StepError> {
        let found = run
            .deps
            .store
            .fetch_bucket(self.account_id, self.bucket_id)
            .await?;
        let bucket = found
            .ok_or_else(|| StepError::Transient(format!("bucket {} no longer exists", self.bucket_id)))?;
        let request = engine::DeleteBackup {
            bucket,
            app_id: self.app_id,
            backup_id: self.backup_id,
        };
        fail_point::pass("delete_backup.begin");
        run.deps.engine.delete_backup(&request, &run.cancel).await?;
        fail_point::pass("delete_backup.data_deleted");
        let tx = run.begin().await?;
        run.finish(tx, JobResult::Done).await
    }
}
