//! The limits on concurrent backups, across all processes.

use appkeep_core::ids::{AppBackupId, AppId, BucketId};
use appkeep_core::job::{Claim, ClaimedJob, CreateBackup, JobPayload, JobResult, NewJob};
use chrono::TimeDelta;
use uuid::Uuid;

use crate::fixtures::{FAR, NEAR, TEAM, app, at, backup, bucket, declaration};
use crate::harness::Harness;
use crate::jobs::{SERVER, claim, claim_by, end, queue, snapshot_job};

const REPLICA: Uuid = Uuid::from_u128(0xe2);

/// Separate apps, so that only the limits restrict concurrent backups.
fn app_id(n: u128) -> AppId {
    AppId::new(Uuid::from_u128(0xb00 + n))
}

/// Permits `near_max` concurrent backups in the bucket `near`, and one in `far`.
async fn set_limits(h: &Harness, near_max: u32) {
    let mut declared = declaration();
    declared.buckets[0].backups_max = near_max;
    declared.buckets[1] = bucket(TEAM, FAR, "far", false);
    declared.buckets[1].backups_max = 1;
    for n in 1..=9 {
        declared.apps.push(app(TEAM, app_id(n), &format!("app-{n}")));
    }
    h.declare(&declared, 0).await;
}

/// Inserts one backup per app, and queues their jobs in this order.
async fn queue_backups(h: &Harness, bucket_id: BucketId, numbers: impl IntoIterator<Item = u128>) {
    let mut tx = h.begin().await;
    for n in numbers {
        let mut backup = backup(n, "nightly");
        backup.app_id = app_id(n);
        backup.details.bucket_id = bucket_id;
        tx.insert_resource(&backup).await.unwrap();
        let payload = JobPayload::from(CreateBackup {
            account_id: TEAM,
            app_id: backup.app_id,
            backup_id: backup.id,
        });
        let job = NewJob {
            id: Uuid::from_u128(n).into(),
            payload,
            run_after: at(0) + TimeDelta::milliseconds(i64::try_from(n).unwrap()),
            correlation: None,
            node: None,
        };
        tx.insert_job(&job).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn number(job: Option<ClaimedJob>) -> Option<u128> {
    job.map(|job| job.lease.job_id.as_uuid().as_u128())
}

async fn claim_of(h: &Harness, owner: Uuid, now_secs: i64, backups_max: u32) -> Option<u128> {
    let claim = Claim {
        backups_max: Some(backups_max),
        ..claim_by(owner, now_secs)
    };
    number(h.store.claim_job(&claim).await.unwrap())
}

port_tests! {
    bucket_limit_holds_for_all_claimers,
    deleted_backups_count_towards_limits_until_they_stop,
    dead_backups_are_claimed_first_and_dont_block_each_other,
    server_limit_keeps_workers_for_other_jobs,
    other_jobs_are_claimed_before_backups,
}

async fn bucket_limit_holds_for_all_claimers(h: Harness) {
    set_limits(&h, 2).await;
    queue_backups(&h, NEAR, 1..=4).await;
    queue_backups(&h, FAR, 5..=6).await;
    let first = claim(&h, SERVER, 1).await.unwrap();
    assert_eq!(number(claim(&h, REPLICA, 1).await), Some(2));
    assert_eq!(
        number(claim(&h, SERVER, 1).await),
        Some(5),
        "another bucket's go on"
    );
    assert_eq!(number(claim(&h, REPLICA, 1).await), None);
    assert!(end(&h, &first, JobResult::Done).await);
    assert_eq!(number(claim(&h, REPLICA, 1).await), Some(3));
    assert_eq!(number(claim(&h, SERVER, 1).await), None);
}

async fn deleted_backups_count_towards_limits_until_they_stop(h: Harness) {
    set_limits(&h, 1).await;
    queue_backups(&h, NEAR, 1..=2).await;
    let first = claim(&h, SERVER, 1).await.unwrap();
    let mut tx = h.begin().await;
    let backup_id = AppBackupId::new(Uuid::from_u128(1));
    assert!(tx.delete_resource(backup_id, 0).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(number(claim(&h, SERVER, 1).await), None);
    assert!(end(&h, &first, JobResult::Cancelled).await);
    assert_eq!(number(claim(&h, SERVER, 1).await), Some(2));
}

/// A limit that was lowered in the meantime must not prevent backups of dead processes from being resumed, nor let
/// other backups overtake them.
async fn dead_backups_are_claimed_first_and_dont_block_each_other(h: Harness) {
    set_limits(&h, 2).await;
    queue_backups(&h, NEAR, 1..=3).await;
    for expected in [1, 2] {
        assert_eq!(number(claim(&h, SERVER, 1).await), Some(expected));
    }
    set_limits(&h, 1).await;
    let again = claim(&h, REPLICA, 100).await.unwrap();
    assert_eq!((number(Some(again.clone())), again.attempt), (Some(1), 2));
    assert_eq!(number(claim(&h, REPLICA, 100).await), None);
    assert!(end(&h, &again, JobResult::Done).await);
    assert_eq!(number(claim(&h, REPLICA, 100).await), Some(2));
    assert_eq!(number(claim(&h, REPLICA, 100).await), None);
}

async fn server_limit_keeps_workers_for_other_jobs(h: Harness) {
    set_limits(&h, 9).await;
    queue_backups(&h, NEAR, 1..=3).await;
    assert_eq!(claim_of(&h, SERVER, 1, 1).await, Some(1));
    assert_eq!(claim_of(&h, SERVER, 1, 1).await, None);
    assert_eq!(
        claim_of(&h, REPLICA, 1, 1).await,
        Some(2),
        "each server counts its own"
    );
    queue(&h, &[snapshot_job(100, 1)]).await;
    assert_eq!(claim_of(&h, SERVER, 1, 1).await, Some(100));
    assert_eq!(
        claim_of(&h, SERVER, 62, 1).await,
        Some(100),
        "what a lease of its own that ran out held is free"
    );
    assert_eq!(claim_of(&h, SERVER, 62, 1).await, Some(1));
}

/// With one worker, no worker can be kept free, but a deletion must not wait for all backups of the night.
async fn other_jobs_are_claimed_before_backups(h: Harness) {
    set_limits(&h, 9).await;
    queue_backups(&h, NEAR, 1..=3).await;
    let running = claim(&h, SERVER, 1).await.unwrap();
    queue(&h, &[snapshot_job(100, 2)]).await;
    assert!(end(&h, &running, JobResult::Done).await);
    assert_eq!(claim_of(&h, SERVER, 2, 1).await, Some(100));
    assert_eq!(claim_of(&h, SERVER, 2, 1).await, Some(2));
}
