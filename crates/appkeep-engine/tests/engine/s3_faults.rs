//! An S3 server that fails or misbehaves: a backup is never stored incompletely, and each problem is explained.

use std::fs;
use std::time::Duration;

use appkeep_core::catalog::BucketFeatures;
use appkeep_core::engine::{Engine, EngineError};
use appkeep_s3_server::ErrorCode::{
    AccessDenied, AuthorizationHeaderMalformed, ExpiredToken, InternalError, InvalidAccessKeyId,
    NoSuchBucket, NoSuchKey, PermanentRedirect, RequestTimeTooSkewed, SignatureDoesNotMatch, SlowDown,
};
use appkeep_s3_server::{Fault, Injection, Matching, Operation};
use tokio_util::sync::CancellationToken;

use crate::restic;
use crate::s3_target::{BUCKET, S3Target};
use crate::workbench::{Workbench, backup_id, never_cancelled, no_progress};

/// The operations of a backup.
const OPERATIONS: [Operation; 4] = [Operation::Put, Operation::Get, Operation::Head, Operation::List];

fn with_files(target: &S3Target) -> Workbench {
    let workbench = Workbench::on_s3(target);
    workbench.write_files(4, 200_000);
    workbench
}

/// A server whose requests are tried three times, quickly.
fn target() -> S3Target {
    S3Target::in_process()
}

fn inject(target: &S3Target, fault: Fault, matching: Matching) -> Injection {
    target.server().inject(fault, matching)
}

#[track_caller]
fn reason_of<T: std::fmt::Debug>(result: Result<T, EngineError>) -> String {
    match result {
        Err(EngineError::Storage(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn refusals_are_explained_with_a_fix() {
    let target = target();
    let workbench = Workbench::on_s3(&target);
    for (code, expected) in [
        (
            NoSuchBucket,
            "the S3 bucket \"appkeep-test\" does not exist: create it, or correct the URL in the configuration",
        ),
        (
            InvalidAccessKeyId,
            "the server refuses the credentials (InvalidAccessKeyId): check the access key and the secret key",
        ),
        (
            SignatureDoesNotMatch,
            "the server refuses the credentials (SignatureDoesNotMatch): check the access key and the secret key",
        ),
        (
            ExpiredToken,
            "the credentials have expired (ExpiredToken): renew them",
        ),
        (
            AccessDenied,
            "permission is missing (AccessDenied) while listing: grant s3:ListBucket",
        ),
        (
            RequestTimeTooSkewed,
            "the clocks of this machine and of the S3 server differ (RequestTimeTooSkewed): synchronize this machine's clock",
        ),
        (
            AuthorizationHeaderMalformed,
            "the S3 bucket is not in the region \"us-east-1\" (AuthorizationHeaderMalformed): set region = \"eu-central-1\"",
        ),
        (
            PermanentRedirect,
            "the S3 bucket is not in the region \"us-east-1\" (PermanentRedirect): set the bucket's region",
        ),
        (
            InternalError,
            "the S3 server reports InternalError: We encountered an internal error. Please try again.",
        ),
        (
            SlowDown,
            "the S3 server reports SlowDown: Please reduce your request rate.",
        ),
    ] {
        let injection = inject(&target, Fault::Error(code), Matching::any());
        let reason = reason_of(workbench.engine.claim_bucket(&workbench.bucket).await);
        assert_eq!(reason, format!("bucket main is unavailable: {expected}"));
        injection.remove();
    }
    workbench.engine.claim_bucket(&workbench.bucket).await.unwrap();
    target.server().stop();
    let reason = reason_of(workbench.engine.claim_bucket(&workbench.bucket).await);
    let url = target.server().url();
    let address = url.trim_start_matches("http://");
    let expected = format!("bucket main is unavailable: the S3 server {address} can't be reached: ");
    assert!(reason.starts_with(&expected), "{reason}");
}

#[tokio::test]
async fn probes_find_the_features_of_a_bucket() {
    let target = target();
    let features = async |workbench: Workbench| {
        assert_eq!(workbench.engine.bucket_features(&workbench.bucket), None);
        workbench.engine.claim_bucket(&workbench.bucket).await.unwrap();
        let features = workbench.engine.bucket_features(&workbench.bucket);
        features.map(BucketFeatures::names).unwrap_or_default()
    };
    assert_eq!(features(Workbench::on_s3(&target)).await, "conditional writes");
    let injection = inject(&target, Fault::VersionId, Matching::any());
    assert_eq!(
        features(Workbench::on_s3(&target)).await,
        "conditional writes, versioning"
    );
    injection.remove();
    inject(&target, Fault::IgnoreConditions, Matching::any());
    assert_eq!(features(Workbench::on_s3(&target)).await, "none");
}

#[tokio::test]
async fn replaced_credentials_are_used_without_a_restart() {
    let target = target();
    let mut workbench = Workbench::on_s3(&target);
    let credentials = appkeep_engine::BucketCredentials::default();
    let known = |target: &S3Target| [(workbench.bucket.id, target.credentials())].into();
    credentials.replace(known(&target.clone().with_secret_key("wrong")));
    workbench.engine = workbench
        .s3_engine(&target, "data")
        .with_credentials(credentials.clone());
    let reason = reason_of(workbench.engine.claim_bucket(&workbench.bucket).await);
    assert!(
        reason.contains("refuses the credentials (SignatureDoesNotMatch)"),
        "{reason}"
    );
    credentials.replace([(workbench.bucket.id, target.credentials())].into());
    workbench.engine.claim_bucket(&workbench.bucket).await.unwrap();
}

#[tokio::test]
async fn a_bucket_without_permission_to_delete_or_write_is_found_before_a_backup() {
    for (operation, doing) in [
        (Operation::Delete, "while deleting: grant s3:DeleteObject"),
        (Operation::Put, "while writing: grant s3:PutObject"),
    ] {
        let target = target();
        let workbench = Workbench::on_s3(&target);
        let denied = inject(
            &target,
            Fault::Error(AccessDenied),
            Matching::operations(&[operation]),
        );
        let reason = reason_of(workbench.engine.claim_bucket(&workbench.bucket).await);
        assert!(
            reason.ends_with(&format!("permission is missing (AccessDenied) {doing}")),
            "{reason}"
        );
        denied.remove();
        workbench.engine.claim_bucket(&workbench.bucket).await.unwrap();
    }
}

/// Each fault hits the first two attempts of every kind of request; the third one succeeds.
#[tokio::test]
async fn temporary_failures_are_retried() {
    for fault in [
        Fault::Error(InternalError),
        Fault::ErrorAfterwards(SlowDown),
        Fault::ResetAfterwards,
        Fault::CloseDuringBody(10),
    ] {
        let target = target();
        let workbench = with_files(&target);
        let injections = OPERATIONS.map(|operation| {
            inject(
                &target,
                fault,
                Matching::operations(&[operation])
                    .containing(&workbench.app_id.to_string())
                    .times(2),
            )
        });
        workbench.back_up(1).await;
        assert!(
            injections.iter().map(Injection::count).sum::<usize>() >= 4,
            "{fault:?}"
        );
        target.server().remove_faults();
        restic::assert_clean(&workbench);
    }
}

/// A failure that lasts fails the backup, which leaves nothing that looks complete. The next attempt succeeds.
#[tokio::test]
async fn lasting_failures_fail_the_backup_and_a_retry_succeeds() {
    for (fault, operation, part) in [
        (Fault::Error(SlowDown), Operation::Put, "/data/"),
        (Fault::Error(InternalError), Operation::Put, "/index/"),
        (Fault::Error(ExpiredToken), Operation::Put, "/snapshots/"),
        (Fault::Error(NoSuchBucket), Operation::Put, "/data/"),
        (Fault::Reset, Operation::Put, "/data/"),
        (Fault::Error(SlowDown), Operation::List, "/snapshots"),
        (Fault::StaleListings, Operation::List, "/index"),
        (Fault::TruncateBody(20), Operation::Get, "/data/"),
        (Fault::LostWrite, Operation::Put, "/data/"),
        (Fault::LostWrite, Operation::Put, "/index/"),
        (Fault::LostWrite, Operation::Put, "/snapshots/"),
    ] {
        let target = target();
        let workbench = with_files(&target);
        workbench.create_snapshot(1).await.unwrap();
        let injection = inject(
            &target,
            fault,
            Matching::operations(&[operation]).containing(part),
        );
        let failed = workbench.copy(1, 1).await;
        assert!(failed.is_err(), "{fault:?} {part}");
        assert!(injection.count() > 0, "{fault:?} {part}");
        injection.remove();
        assert_eq!(
            workbench.list_backups().await.unwrap().len(),
            0,
            "{fault:?} {part}"
        );
        workbench.copy(1, 1).await.unwrap();
        assert_eq!(workbench.list_backups().await.unwrap().len(), 1);
        restic::assert_clean(&workbench);
    }
}

#[tokio::test]
async fn a_lost_write_is_named() {
    let target = target();
    let workbench = with_files(&target);
    workbench.create_snapshot(1).await.unwrap();
    let lost = Matching::operations(&[Operation::Put]).containing("/snapshots/");
    let lost = inject(&target, Fault::LostWrite, lost);
    let reason = reason_of(workbench.copy(1, 1).await);
    assert!(reason.starts_with("writing snapshots/"), "{reason}");
    assert!(reason.ends_with(" bytes, but it doesn't exist"), "{reason}");
    lost.remove();
}

#[tokio::test]
async fn backups_are_listed_again_if_one_is_deleted_meanwhile() {
    let target = target();
    let workbench = with_files(&target);
    workbench.back_up(1).await;
    workbench.back_up(2).await;
    let reads = Matching::operations(&[Operation::Get]).containing("/snapshots/");
    let hanging = inject(&target, Fault::Hang, reads);
    let keys = target.server().keys(BUCKET);
    let deleted = keys.iter().find(|key| key.contains("/snapshots/"));
    let deleted = target.server().directory().join(BUCKET).join(deleted.unwrap());
    let another_server = tokio::task::spawn_blocking(move || {
        hanging.wait_for(1);
        fs::remove_file(deleted).unwrap();
        hanging.remove();
    });
    let (listed, deleted) = tokio::join!(workbench.list_backups(), another_server);
    deleted.unwrap();
    assert_eq!(listed.unwrap().len(), 1);
}

/// A prune that doesn't see a snapshot would delete its data.
#[tokio::test]
async fn nothing_is_deleted_while_a_listing_lags_behind() {
    let target = target();
    let workbench = with_files(&target);
    workbench.back_up(1).await;
    let lists = Matching::operations(&[Operation::List]).containing("/snapshots");
    let stale = inject(&target, Fault::StaleListings, lists);
    workbench.write_files(6, 210_000);
    workbench.back_up(2).await;
    let mut request = workbench.delete_request(1);
    request.keep = [backup_id(2)].into();
    let reason = reason_of(workbench.engine.delete_backup(&request, &never_cancelled()).await);
    assert!(
        reason.starts_with("nothing was deleted: the bucket doesn't list the backup"),
        "{reason}"
    );
    stale.remove();
    workbench
        .engine
        .delete_backup(&request, &never_cancelled())
        .await
        .unwrap();
    assert_eq!(workbench.list_backups().await.unwrap().len(), 1);
    restic::assert_clean(&workbench);
}

#[tokio::test]
async fn servers_that_ignore_conditions_or_return_wrong_etags_are_supported() {
    for fault in [Fault::IgnoreConditions, Fault::WrongETag] {
        let target = target();
        let workbench = with_files(&target);
        inject(&target, fault, Matching::any());
        workbench.engine.claim_bucket(&workbench.bucket).await.unwrap();
        let other = workbench.s3_engine(&target, "other");
        assert!(matches!(
            other.claim_bucket(&workbench.bucket).await,
            Err(EngineError::Busy(_))
        ));
        workbench.back_up(1).await;
        restic::assert_clean(&workbench);
    }
}

/// A first backup creates the repository, also before the bucket is probed.
#[tokio::test]
async fn servers_that_refuse_conditions_are_supported() {
    let target = target();
    let workbench = with_files(&target);
    let refused = inject(&target, Fault::RefuseConditions, Matching::any());
    workbench.back_up(1).await;
    workbench.engine.claim_bucket(&workbench.bucket).await.unwrap();
    assert_eq!(refused.count(), 1, "only the probe uses a condition");
    restic::assert_clean(&workbench);
}

#[tokio::test]
async fn an_upload_limit_delays_only_large_objects() {
    let mut target = target();
    target.location.limits.upload_limit = Some(1);
    target.location.limits.connections_max = 1;
    let workbench = Workbench::on_s3(&target);
    workbench.write_files(3, 7 << 20);
    workbench.create_snapshot(1).await.unwrap();
    let packs = Matching::operations(&[Operation::Put]).containing("/data/");
    let packs = inject(&target, Fault::WrongETag, packs);
    let first_pack = tokio::task::spawn_blocking(move || packs.wait_for(1));
    let (request, progress, cancel) = (workbench.copy_request(1, 1), no_progress(), never_cancelled());
    let copying = workbench.engine.copy_backup(&request, &progress, &cancel);
    let meanwhile = async {
        first_pack.await.unwrap();
        let small = workbench.engine.claim_bucket(&workbench.bucket);
        let small = tokio::time::timeout(Duration::from_mins(1), small).await;
        cancel.cancel();
        small.expect("the claim isn't delayed")
    };
    let (copied, claimed) = tokio::join!(copying, meanwhile);
    assert!(matches!(copied, Err(EngineError::Cancelled)), "{copied:?}");
    claimed.unwrap();
}

#[tokio::test]
async fn claims_do_not_wait_for_other_requests() {
    let mut target = target();
    target.location.limits.connections_max = 1;
    let workbench = with_files(&target);
    workbench.back_up(1).await;
    let reads = Matching::operations(&[Operation::Get]).containing("/snapshots/");
    let hanging = inject(&target, Fault::Hang, reads);
    let meanwhile = async {
        let hangs = hanging.clone();
        tokio::task::spawn_blocking(move || hangs.wait_for(1))
            .await
            .unwrap();
        let claim = workbench.engine.claim_bucket(&workbench.bucket);
        let claimed = tokio::time::timeout(Duration::from_mins(1), claim).await;
        hanging.remove();
        claimed.expect("the claim doesn't wait")
    };
    let (listed, claimed) = tokio::join!(workbench.list_backups(), meanwhile);
    claimed.unwrap();
    assert_eq!(listed.unwrap().len(), 1);
}

#[tokio::test]
async fn a_marker_that_exists_but_is_not_found_is_an_error() {
    let target = target();
    let workbench = with_files(&target);
    workbench.back_up(1).await;
    let config = format!("{}/config", workbench.app_id);
    let keys = target.server().keys(BUCKET);
    let config = keys.iter().find(|key| key.ends_with(&config)).unwrap();
    fs::remove_file(target.server().directory().join(BUCKET).join(config)).unwrap();
    let reads = Matching::operations(&[Operation::Get]).containing("appkeep-bucket-");
    let not_found = inject(&target, Fault::Error(NoSuchKey), reads);
    let reason = reason_of(workbench.list_backups().await);
    assert!(reason.contains("it lacks appkeep-bucket-"), "{reason}");
    assert_eq!(not_found.count(), 2);
}

#[tokio::test]
async fn a_bucket_that_disappears_fails_the_backup() {
    let target = target();
    let workbench = with_files(&target);
    workbench.back_up(1).await;
    workbench.create_snapshot(2).await.unwrap();
    target.server().delete_bucket(crate::s3_target::BUCKET);
    let reason = reason_of(workbench.copy(2, 2).await);
    assert!(reason.contains("does not exist: create it"), "{reason}");
    // An empty bucket of the same name isn't the bucket.
    target.server().create_bucket(crate::s3_target::BUCKET);
    let reason = reason_of(workbench.copy(2, 2).await);
    assert!(reason.contains("it lacks appkeep-bucket-"), "{reason}");
}

/// Cancelling doesn't wait for a server that doesn't respond.
#[tokio::test]
async fn a_hanging_request_can_be_cancelled() {
    let target = target();
    let workbench = with_files(&target);
    workbench.create_snapshot(1).await.unwrap();
    let hanging = inject(
        &target,
        Fault::Hang,
        Matching::operations(&[Operation::Put]).containing("/data/"),
    );
    let (request, progress) = (workbench.copy_request(1, 1), no_progress());
    let cancel = CancellationToken::new();
    let copying = workbench.engine.copy_backup(&request, &progress, &cancel);
    let (waited, cancelled) = (hanging.clone(), cancel.clone());
    let cancelling = std::thread::spawn(move || {
        waited.wait_for(1);
        cancelled.cancel();
    });
    assert!(matches!(copying.await, Err(EngineError::Cancelled)));
    cancelling.join().unwrap();
    hanging.remove();
    workbench.copy(1, 1).await.unwrap();
    restic::assert_clean(&workbench);
}

/// Interrupted uploads of several parts would occupy space that no listing shows.
#[tokio::test]
async fn every_object_is_written_by_one_request() {
    let target = target();
    let workbench = Workbench::on_s3(&target);
    workbench.write_files(2, 12 << 20);
    workbench.back_up(1).await;
    let requests = target.server().requests();
    assert!(requests.iter().any(|request| request.body_bytes > 8 << 20));
    let uploads: Vec<_> = requests
        .iter()
        .filter(|request| request.query.contains("upload"))
        .collect();
    assert!(uploads.is_empty(), "{uploads:?}");
}

/// The first requests of a job are not behind the write gate.
#[tokio::test]
async fn a_hanging_server_does_not_delay_the_cancellation_of_any_job() {
    let target = target();
    let workbench = with_files(&target);
    workbench.back_up(1).await;
    let hanging = inject(&target, Fault::Hang, Matching::any());
    let request = workbench.delete_request(1);
    for number in 1..=2 {
        let cancel = CancellationToken::new();
        let (waited, cancelled) = (hanging.clone(), cancel.clone());
        let cancelling = std::thread::spawn(move || {
            waited.wait_for(number);
            cancelled.cancel();
        });
        let engine = &workbench.engine;
        let result = if number == 1 {
            engine.delete_backup(&request, &cancel).await
        } else {
            let listed = engine.list_backups(&workbench.bucket, workbench.app_id, &cancel);
            listed.await.map(drop)
        };
        assert!(matches!(result, Err(EngineError::Cancelled)), "{result:?}");
        cancelling.join().unwrap();
    }
    target.server().remove_faults();
}
