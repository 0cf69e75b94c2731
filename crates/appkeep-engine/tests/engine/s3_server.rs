//! Buckets on an S3 server: one in this process, or another one that `cargo xtask s3` starts.

use appkeep_core::catalog::BucketLocation;
use appkeep_core::engine::{Engine, EngineError, RestoreTarget, TargetPolicy};
use appkeep_engine::{BucketCredentials, list_claims, remove_claim};

use crate::restic;
use crate::s3_target::S3Target;
use crate::tree;
use crate::workbench::{Workbench, add_odd_volumes};

#[tokio::test]
async fn backups_are_stored_restored_and_deleted() {
    let target = S3Target::any();
    let (workbench, _) = add_odd_volumes(Workbench::on_s3(&target));
    workbench.engine.claim_bucket(&workbench.bucket).await.unwrap();
    assert_eq!(workbench.list_backups().await.unwrap().len(), 0);
    workbench.back_up(1).await;
    workbench.write_files(5, 100_000);
    workbench.back_up(2).await;
    assert_eq!(workbench.list_backups().await.unwrap().len(), 2);
    let to = workbench.root().join("restored");
    let directory = RestoreTarget::Directory {
        path: to.clone(),
        policy: TargetPolicy::Refuse,
    };
    workbench
        .restore(1, workbench.backup_data(2), directory)
        .await
        .unwrap();
    tree::assert_same(workbench.data(), &to.join("data"));
    workbench.delete(1).await.unwrap();
    restic::assert_clean(&workbench);
    workbench.delete(2).await.unwrap();
    assert_eq!(workbench.list_backups().await.unwrap().len(), 0);
    restic::assert_clean(&workbench);
}

#[tokio::test]
async fn restic_restores_backups_through_the_same_server() {
    let (workbench, config) = add_odd_volumes(Workbench::on_s3(&S3Target::any()));
    workbench.back_up(1).await;
    restic::assert_clean(&workbench);
    let restored = restic::restore(&workbench, 1);
    tree::assert_same(workbench.data(), &restored.join("data"));
    tree::assert_same(&config, &restored.join("config"));
}

/// Some servers ignore conditions on writes, so this must not require them.
#[tokio::test]
async fn only_one_server_holds_a_bucket() {
    let target = S3Target::any();
    let workbench = Workbench::on_s3(&target);
    let bucket = &workbench.bucket;
    let other = workbench.s3_engine(&target, "other");
    workbench.engine.claim_bucket(bucket).await.unwrap();
    match other.claim_bucket(bucket).await {
        Err(EngineError::Busy(reason)) => {
            assert!(reason.ends_with("appkeep bucket take-over main"), "{reason}");
        }
        claimed => panic!("{claimed:?}"),
    }
    let credentials = BucketCredentials::default();
    credentials.replace([(bucket.id, target.credentials())].into());
    let claims = list_claims(bucket, &credentials).await.unwrap();
    assert_eq!(claims.len(), 1);
    remove_claim(bucket, &credentials, &claims[0]).await.unwrap();
    other.claim_bucket(bucket).await.unwrap();
    assert!(matches!(
        workbench.engine.claim_bucket(bucket).await,
        Err(EngineError::Busy(_))
    ));
    other.release_buckets().await;
    workbench.engine.claim_bucket(bucket).await.unwrap();
}

#[tokio::test]
async fn a_missing_bucket_is_reported() {
    let mut target = S3Target::any();
    target.location.bucket = "no-such-bucket".to_owned();
    let workbench = Workbench::on_s3(&target);
    workbench.create_snapshot(1).await.unwrap();
    for result in [
        workbench.engine.claim_bucket(&workbench.bucket).await,
        workbench.copy(1, 1).await.map(drop),
        workbench.delete(1).await,
    ] {
        match result {
            Err(EngineError::Storage(reason)) => assert_eq!(
                reason,
                "bucket main is unavailable: the S3 bucket \"no-such-bucket\" does not exist: create it, or correct the \
                 URL in the configuration"
            ),
            other => panic!("{other:?}"),
        }
    }
}

/// The marker identifies the bucket: another prefix is an empty bucket.
#[tokio::test]
async fn an_emptied_bucket_is_not_used() {
    let target = S3Target::any();
    let mut workbench = Workbench::on_s3(&target);
    workbench.back_up(1).await;
    let mut elsewhere = target.location.clone();
    elsewhere.prefix.push_str("-elsewhere");
    workbench.bucket.location = BucketLocation::S3(Box::new(elsewhere));
    workbench.create_snapshot(2).await.unwrap();
    match workbench.copy(2, 2).await {
        Err(EngineError::Storage(reason)) => {
            assert!(
                reason.starts_with("bucket main is unavailable: it lacks appkeep-bucket-"),
                "{reason}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(workbench.list_backups().await.is_err());
}
