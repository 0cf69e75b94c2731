//! A server whose engine is replaced by a test: it wraps the real one and fails to copy backups.

use std::collections::HashSet;
use std::sync::Arc;

use appkeep_server::admin::tokens::Role;
use appkeep_server::testing::catalog::{Bucket, Volume};
use appkeep_server::testing::engine::{
    AbandonedRestore, BackupReport, CopyBackup, CreateSnapshot, DeleteBackup, Engine, EngineError,
    ProgressSender, Restore, RestoreReport, SnapshotReport, UnfinishedRestore,
};
use appkeep_server::testing::hook::{HookRun, RunHook};
use appkeep_server::testing::ids::{AppBackupId, AppId, AppRestoreId, AppSnapshotId};
use appkeep_server::testing::{Account, App, TestServer};
use appkeep_tests::Api;
use async_trait::async_trait;
use serde_json::json;
use tokio_util::sync::CancellationToken;

type Outcome<T> = Result<T, EngineError>;

struct WithoutCopies(Arc<dyn Engine>);

#[async_trait]
impl Engine for WithoutCopies {
    async fn copy_backup(
        &self,
        _: &CopyBackup,
        _: &ProgressSender,
        _: &CancellationToken,
    ) -> Outcome<BackupReport> {
        Err(EngineError::Refused("this engine copies nothing".to_owned()))
    }

    async fn measure_volumes(&self, volumes: &[Volume], cancel: &CancellationToken) -> Outcome<u64> {
        self.0.measure_volumes(volumes, cancel).await
    }

    async fn create_snapshot(
        &self,
        request: &CreateSnapshot,
        cancel: &CancellationToken,
    ) -> Outcome<SnapshotReport> {
        self.0.create_snapshot(request, cancel).await
    }

    async fn run_hook(&self, request: &RunHook, cancel: &CancellationToken) -> HookRun {
        self.0.run_hook(request, cancel).await
    }

    async fn measure_snapshot(
        &self,
        app: AppId,
        snap: AppSnapshotId,
        cancel: &CancellationToken,
    ) -> Outcome<u64> {
        self.0.measure_snapshot(app, snap, cancel).await
    }

    async fn delete_snapshot(&self, app: AppId, snap: AppSnapshotId) -> Outcome<()> {
        self.0.delete_snapshot(app, snap).await
    }

    async fn claim_bucket(&self, bucket: &Bucket) -> Outcome<()> {
        self.0.claim_bucket(bucket).await
    }

    async fn release_buckets(&self) {
        self.0.release_buckets().await;
    }

    async fn delete_backup(&self, request: &DeleteBackup, cancel: &CancellationToken) -> Outcome<()> {
        self.0.delete_backup(request, cancel).await
    }

    async fn list_backups(
        &self,
        bucket: &Bucket,
        app: AppId,
        cancel: &CancellationToken,
    ) -> Outcome<HashSet<AppBackupId>> {
        self.0.list_backups(bucket, app, cancel).await
    }

    async fn list_snapshots(&self, app: AppId) -> Outcome<HashSet<AppSnapshotId>> {
        self.0.list_snapshots(app).await
    }

    async fn restore(
        &self,
        request: &Restore,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Outcome<RestoreReport> {
        self.0.restore(request, progress, cancel).await
    }

    async fn unfinished_restores(&self, app: Option<AppId>) -> Outcome<Vec<UnfinishedRestore>> {
        self.0.unfinished_restores(app).await
    }

    async fn finish_restore(&self, app: AppId, id: AppRestoreId) -> Outcome<Option<RestoreReport>> {
        self.0.finish_restore(app, id).await
    }

    async fn abandon_restores(&self, app: AppId) -> Outcome<Vec<AbandonedRestore>> {
        self.0.abandon_restores(app).await
    }
}

#[tokio::test]
async fn backups_fail_with_the_error_of_a_custom_engine() {
    let existing = tempfile::tempdir().expect("a directory");
    let shop = App::new("shop")
        .volume("data", [("below/greeting.txt", "hello\n")])
        .volume_in("media", existing.path());
    let server = TestServer::builder()
        .account(Account::new("acme").app(shop).bucket("local"))
        .engine(|real| Arc::new(WithoutCopies(real)))
        .start()
        .await;
    let token = server.token(Role::Member, &["acme"]).await;
    let api = Api::new(server.url(), token, server.account("acme"));
    let app = server.app("acme", "shop");
    let backup = api.create_backup(app, &json!({})).await;
    let path = api.backup_path(&backup);
    let failed = api.ended(&path).await;
    assert_eq!(failed["stateUnready"], json!(["this engine copies nothing"]));

    api.snapshot(app, &json!({})).await;
}
