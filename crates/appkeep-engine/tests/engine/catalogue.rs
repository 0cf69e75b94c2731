//! Reads the identities of stored backups, also those that restic rewrote.

use std::fs;

use appkeep_core::engine::{BackupCatalogue, Engine, EngineError, StoredBackup, StoredBackups};
use appkeep_core::identity::StoredIdentity;
use appkeep_core::ids::AppId;
use secrecy::ExposeSecret;
use serde_json::json;
use uuid::Uuid;

use crate::restic::restic;
use crate::s3_target::S3Target;
use crate::workbench::{Workbench, backup_id, never_cancelled, no_progress, noise, snapshot_time};

async fn stored(workbench: &Workbench) -> Result<Option<StoredBackups>, EngineError> {
    let (bucket, app_id) = (&workbench.bucket, workbench.app_id);
    workbench
        .engine
        .list_stored_backups(bucket, app_id, &never_cancelled())
        .await
}

async fn apps(workbench: &Workbench) -> Result<Vec<AppId>, EngineError> {
    let apps = workbench
        .engine
        .list_stored_apps(&workbench.bucket, &never_cancelled())
        .await?;
    Ok(apps.into_iter().collect())
}

#[tokio::test]
async fn identities_are_stored_with_backups() {
    let workbench = Workbench::without_repository();
    assert_eq!(stored(&workbench).await.unwrap(), None);
    assert_eq!(apps(&workbench).await.unwrap(), []);
    fs::write(workbench.data().join("file"), noise(1, 5_000)).unwrap();
    workbench.create_snapshot(1).await.unwrap();
    let mut request = workbench.copy_request(1, 1);
    request.identity.schedule_id = Some(Uuid::from_u128(7).into());
    workbench
        .engine
        .copy_backup(&request, &no_progress(), &never_cancelled())
        .await
        .unwrap();
    workbench.copy(2, 1).await.unwrap();

    let found = stored(&workbench).await.unwrap().unwrap();
    let expected = StoredBackup {
        id: backup_id(1),
        app_name: "shop".to_owned(),
        snapshot_time: snapshot_time(),
        stored_at: found.backups[0].stored_at,
        bytes: Some(5_000),
        identity: StoredIdentity::Known(Box::new(request.identity)),
    };
    assert!(expected.stored_at.is_some());
    assert_eq!((&found.backups[0], found.unrelated), (&expected, 0));
    assert_eq!(found.backups[1].id, backup_id(2));
    assert_eq!(apps(&workbench).await.unwrap(), [workbench.app_id]);
}

#[tokio::test]
async fn backups_that_restic_rewrote_are_listed_without_identity() {
    let workbench = Workbench::new();
    workbench.back_up(1).await;
    workbench.back_up(2).await;
    let tag = format!("backup={}", backup_id(1));
    restic(&workbench, &["tag", "--add", "kept", "--tag", &tag]);
    let unrelated = workbench.data().to_str().unwrap();
    restic(&workbench, &["backup", unrelated]);

    let found = stored(&workbench).await.unwrap().unwrap();
    assert_eq!(found.unrelated, 1);
    let [rewritten, original] = &found.backups[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (rewritten.id, &rewritten.identity),
        (backup_id(1), &StoredIdentity::Missing)
    );
    assert_eq!(
        (rewritten.app_name.as_str(), rewritten.snapshot_time),
        ("shop", snapshot_time())
    );
    assert!(
        matches!(original.identity, StoredIdentity::Known(_)),
        "{original:?}"
    );
}

#[tokio::test]
async fn apps_are_found_by_key_or_directory() {
    let workbench = Workbench::new();
    let other = AppId::new(Uuid::from_u128(0xabc));
    let bucket = workbench.root().join("bucket");
    fs::create_dir(bucket.join(other.to_string())).unwrap();
    fs::create_dir(bucket.join(other.to_string().to_uppercase())).unwrap();
    fs::create_dir(bucket.join("lost+found")).unwrap();
    fs::write(bucket.join(Uuid::from_u128(0xdef).to_string()), "a file").unwrap();
    workbench.back_up(1).await;
    fs::remove_file(workbench.key_file()).unwrap();
    assert_eq!(apps(&workbench).await.unwrap(), [workbench.app_id, other]);
    fs::rename(&bucket, workbench.root().join("aside")).unwrap();
    assert!(matches!(apps(&workbench).await, Err(EngineError::Storage(_))));
    assert!(matches!(stored(&workbench).await, Err(EngineError::Storage(_))));
}

#[tokio::test]
async fn identities_are_read_from_s3_servers() {
    let workbench = Workbench::on_s3(&S3Target::any());
    workbench.back_up(1).await;
    let found = stored(&workbench).await.unwrap().unwrap();
    assert!(
        matches!(found.backups[0].identity, StoredIdentity::Known(_)),
        "{found:?}"
    );
    fs::remove_file(workbench.key_file()).unwrap();
    assert_eq!(
        apps(&workbench).await.unwrap(),
        [workbench.app_id],
        "by its directory"
    );
}

#[tokio::test]
async fn repositories_without_their_key_are_errors() {
    let workbench = Workbench::new();
    workbench.back_up(1).await;
    let expect = async |expected: &str| match stored(&workbench).await {
        Err(EngineError::Key(reason)) => assert!(reason.contains(expected), "{reason}"),
        other => panic!("{other:?}"),
    };
    let other = Workbench::without_repository();
    other.back_up(1).await;
    let clear = json!({"version": 1, "password": other.password().expose_secret()}).to_string();
    fs::write(workbench.key_file(), clear).unwrap();
    expect("does not match this app's repository in bucket main").await;
    fs::remove_file(workbench.key_file()).unwrap();
    expect("has a repository of this app, but keys/").await;
}
