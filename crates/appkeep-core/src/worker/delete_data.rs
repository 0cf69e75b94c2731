//! Deletes the data of deleted resources. The resources themselves are already gone.

use super::run::{JobRun, StepError};
use crate::engine::DeleteBackup;
use crate::fail_point;
use crate::ids::{AccountId, AppBackupId, AppId, AppSnapId, BucketId};
use crate::job::JobEnd;

/// The job: forgets a backup in its repository and prunes.
pub(super) async fn backup(
    run: &JobRun<'_>,
    account_id: AccountId,
    app_id: AppId,
    backup_id: AppBackupId,
    bucket_id: BucketId,
) -> Result<(), StepError> {
    let found = run.deps.store.fetch_bucket(account_id, bucket_id).await?;
    let bucket = found.ok_or_else(|| StepError::Transient(format!("bucket {bucket_id} is gone")))?;
    let request = DeleteBackup {
        bucket,
        app_id,
        backup_id,
    };
    fail_point::pass("delete_data.backup_begin");
    run.deps.engine.delete_backup(&request, &run.cancel).await?;
    fail_point::pass("delete_data.backup_gone");
    let tx = run.begin().await?;
    run.finish(tx, JobEnd::Done).await
}

/// The job: deletes the directory of a snapshot.
pub(super) async fn snapshot(run: &JobRun<'_>, app_id: AppId, snap_id: AppSnapId) -> Result<(), StepError> {
    fail_point::pass("delete_data.snapshot_begin");
    run.deps.engine.delete_snapshot(app_id, snap_id).await?;
    fail_point::pass("delete_data.snapshot_gone");
    let tx = run.begin().await?;
    run.finish(tx, JobEnd::Done).await
}
