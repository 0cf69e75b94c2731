//! The queue: which jobs are claimed, in which order, and how they end.

use std::collections::HashSet;
use std::sync::Arc;

use appkeep_core::ids::AppId;
use appkeep_core::job::{
    Claim, ClaimedJob, CreateBackup, CreateSnapshot, DeleteBackup, DeleteSnapshot, JobPayload, JobResult,
    NewJob,
};
use appkeep_core::store::Store;
use appkeep_core::worker::BACKOFF_SECS_MAX;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::fixtures::{FORUM, NODE, TEAM, WIKI, at, job};
use crate::harness::Harness;

/// The process in these tests.
pub(crate) const SERVER: Uuid = Uuid::from_u128(0xe1);

/// A job with a unique exclusive key.
pub(crate) fn snapshot_job(n: u128, due_secs: i64) -> NewJob {
    let payload = CreateSnapshot {
        account_id: TEAM,
        app_id: WIKI,
        snapshot_id: Uuid::from_u128(n).into(),
    };
    job(n, due_secs, payload)
}

/// A job that excludes all other backup jobs of this app.
fn backup_job_of(app_id: AppId, n: u128, due_secs: i64) -> NewJob {
    let payload = CreateBackup {
        account_id: TEAM,
        app_id,
        backup_id: Uuid::from_u128(n).into(),
    };
    job(n, due_secs, payload)
}

/// A job that excludes all other backup jobs of the wiki.
pub(crate) fn backup_job(n: u128, due_secs: i64) -> NewJob {
    backup_job_of(WIKI, n, due_secs)
}

pub(crate) async fn queue(h: &Harness, jobs: &[NewJob]) {
    let mut tx = h.begin().await;
    for job in jobs {
        tx.insert_job(job).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// A claim by `owner` at `now_secs`, for a minute.
pub(crate) fn claim_by(owner: Uuid, now_secs: i64) -> Claim {
    Claim {
        owner,
        now: at(now_secs),
        lease_until: at(now_secs + 60),
        backups_max: None,
        node: NODE.to_owned(),
    }
}

pub(crate) async fn claim(h: &Harness, owner: Uuid, now_secs: i64) -> Option<ClaimedJob> {
    h.store.claim_job(&claim_by(owner, now_secs)).await.unwrap()
}

pub(crate) async fn end(h: &Harness, job: &ClaimedJob, end: JobResult) -> bool {
    let mut tx = h.begin().await;
    let ended = tx.update_job_finished(&job.lease, &end, at(0)).await.unwrap();
    tx.commit().await.unwrap();
    ended
}

pub(crate) fn requeue(due_secs: i64, counts: bool) -> JobResult {
    JobResult::Requeue {
        run_after: at(due_secs),
        counts,
        reason: "the disk was away".to_owned(),
    }
}

fn number(job: &ClaimedJob) -> u128 {
    job.lease.job_id.as_uuid().as_u128()
}

port_tests! {
    queued_jobs_are_counted_by_app_and_account,
    empty_queue_has_no_claimable_job,
    payloads_are_read_as_written,
    jobs_are_claimed_by_due_time_then_queue_order,
    a_job_waits_while_another_with_its_key_runs,
    dead_jobs_precede_jobs_that_wait_for_their_key,
    every_result_frees_the_key_and_ends_the_job,
    a_requeued_job_waits_until_it_is_due_and_counts_its_attempts,
    jobs_become_due_when_the_clock_is_set_back,
    a_job_is_queued_once,
    concurrent_claims_return_different_jobs,
    concurrent_claims_run_one_job_per_key,
}

async fn empty_queue_has_no_claimable_job(h: Harness) {
    assert_eq!(claim(&h, SERVER, 0).await, None);
}

async fn payloads_are_read_as_written(h: Harness) {
    let id = Uuid::from_u128;
    let payloads = [
        JobPayload::from(CreateBackup {
            account_id: TEAM,
            app_id: WIKI,
            backup_id: id(1).into(),
        }),
        JobPayload::from(CreateSnapshot {
            account_id: TEAM,
            app_id: WIKI,
            snapshot_id: id(2).into(),
        }),
        JobPayload::from(DeleteBackup {
            account_id: TEAM,
            app_id: FORUM,
            backup_id: id(3).into(),
            bucket_id: id(4).into(),
            name: Some("nightly".to_owned()),
        }),
        JobPayload::from(DeleteSnapshot {
            account_id: Some(TEAM),
            app_id: WIKI,
            snapshot_id: id(5).into(),
            name: None,
        }),
    ];
    for (n, payload) in (1..).zip(&payloads) {
        queue(
            &h,
            &[NewJob {
                id: id(n).into(),
                payload: payload.clone(),
                run_after: at(0),
                correlation: (n % 2 == 0).then(|| id(90 + n)),
                node: Some(NODE.to_owned()),
            }],
        )
        .await;
        let claimed = claim(&h, SERVER, 0).await.unwrap();
        assert_eq!(&claimed.payload, payload);
        assert_eq!(claimed.attempt, 1);
        let correlation = if n % 2 == 0 { id(90 + n) } else { id(n) };
        assert_eq!(
            claimed.correlation, correlation,
            "of its own, because no request created it"
        );
        assert_eq!(claimed.lease.owner, SERVER);
    }
}

async fn jobs_are_claimed_by_due_time_then_queue_order(h: Harness) {
    queue(
        &h,
        &[
            snapshot_job(4, 2),
            snapshot_job(3, 2),
            snapshot_job(2, 1),
            snapshot_job(9, 3),
        ],
    )
    .await;
    for expected in [2, 4, 3] {
        assert_eq!(number(&claim(&h, SERVER, 2).await.unwrap()), expected);
    }
    assert_eq!(claim(&h, SERVER, 2).await, None, "the last one is not due");
    assert_eq!(number(&claim(&h, SERVER, 3).await.unwrap()), 9);
}

async fn a_job_waits_while_another_with_its_key_runs(h: Harness) {
    let of_another_app = backup_job_of(FORUM, 3, 0);
    queue(&h, &[backup_job(1, 0), backup_job(2, 0), of_another_app]).await;
    let first = claim(&h, SERVER, 0).await.unwrap();
    assert_eq!(number(&first), 1);
    assert_eq!(
        number(&claim(&h, SERVER, 0).await.unwrap()),
        3,
        "the second is passed over"
    );
    assert_eq!(claim(&h, SERVER, 0).await, None);
    assert!(end(&h, &first, JobResult::Done).await);
    assert_eq!(number(&claim(&h, SERVER, 0).await.unwrap()), 2);
}

async fn dead_jobs_precede_jobs_that_wait_for_their_key(h: Harness) {
    queue(&h, &[backup_job(1, 5), backup_job(2, 6)]).await;
    assert_eq!(number(&claim(&h, SERVER, 10).await.unwrap()), 1);
    let again = claim(&h, SERVER, 71).await.unwrap();
    assert_eq!((number(&again), again.attempt), (1, 2));
    assert_eq!(claim(&h, SERVER, 71).await, None);
}

async fn every_result_frees_the_key_and_ends_the_job(h: Harness) {
    let failed = JobResult::Failed {
        reason: "x".repeat(100_000),
    };
    for (n, over) in (1..).zip([JobResult::Done, JobResult::Cancelled, failed]) {
        queue(&h, &[backup_job(n, 0)]).await;
        let job = claim(&h, SERVER, 0).await.unwrap();
        assert_eq!(number(&job), n);
        assert!(end(&h, &job, over).await);
        assert_eq!(claim(&h, SERVER, 1_000_000).await, None);
    }
}

async fn a_requeued_job_waits_until_it_is_due_and_counts_its_attempts(h: Harness) {
    queue(&h, &[snapshot_job(1, 0)]).await;
    let first = claim(&h, SERVER, 0).await.unwrap();
    assert!(end(&h, &first, requeue(30, true)).await);
    assert_eq!(claim(&h, SERVER, 29).await, None);

    let second = claim(&h, SERVER, 30).await.unwrap();
    assert_eq!(second.attempt, 2);
    assert!(second.lease.fence > first.lease.fence);
    assert!(end(&h, &second, requeue(30, false)).await);

    let third = claim(&h, SERVER, 30).await.unwrap();
    assert_eq!(third.attempt, 2, "a drain doesn't count");
    assert!(
        third.lease.fence > second.lease.fence,
        "but its lease is over all the same"
    );
}

async fn jobs_become_due_when_the_clock_is_set_back(h: Harness) {
    let day_secs = 24 * 3600;
    let (snapshot, backup) = (snapshot_job(1, day_secs), backup_job(2, day_secs));
    let soon = snapshot_job(3, BACKOFF_SECS_MAX);
    queue(&h, &[snapshot, backup, soon]).await;
    let first = claim(&h, SERVER, 0).await.unwrap();
    let second = claim(&h, SERVER, 0).await.unwrap();
    assert_eq!((number(&first), number(&second)), (1, 2));
    for job in [first, second] {
        assert!(end(&h, &job, JobResult::Done).await);
    }
    assert_eq!(
        claim(&h, SERVER, BACKOFF_SECS_MAX - 1).await,
        None,
        "it waits for its next attempt"
    );
    assert_eq!(number(&claim(&h, SERVER, BACKOFF_SECS_MAX).await.unwrap()), 3);
}

async fn a_job_is_queued_once(h: Harness) {
    let mut tx = h.begin().await;
    tx.insert_job(&snapshot_job(1, 0)).await.unwrap();
    assert!(tx.insert_job(&snapshot_job(1, 0)).await.is_err());
}

async fn concurrent_claims_return_different_jobs(h: Harness) {
    const JOBS: u128 = 120;
    let jobs: Vec<NewJob> = (1..=JOBS).map(|n| snapshot_job(n, 0)).collect();
    queue(&h, &jobs).await;

    let mut claimers = JoinSet::new();
    for n in 0..6 {
        let store: Arc<dyn Store> = Arc::clone(&h.store);
        claimers.spawn(async move {
            let claim = claim_by(Uuid::from_u128(n), 1);
            let mut mine = Vec::new();
            while let Some(job) = store.claim_job(&claim).await.unwrap() {
                assert_eq!(job.attempt, 1);
                mine.push(number(&job));
            }
            mine
        });
    }
    let claimed: Vec<u128> = claimers.join_all().await.into_iter().flatten().collect();
    assert_eq!(claimed.len() as u128, JOBS);
    assert_eq!(claimed.iter().collect::<HashSet<_>>().len() as u128, JOBS);
}

async fn concurrent_claims_run_one_job_per_key(h: Harness) {
    let jobs: Vec<NewJob> = (1..=12).map(|n| backup_job(n, 0)).collect();
    queue(&h, &jobs).await;
    for round in 1..=12 {
        let mut claimers = JoinSet::new();
        for n in 0..6 {
            let store: Arc<dyn Store> = Arc::clone(&h.store);
            let claim = claim_by(Uuid::from_u128(n), 1);
            claimers.spawn(async move { store.claim_job(&claim).await.unwrap() });
        }
        let claimed: Vec<ClaimedJob> = claimers.join_all().await.into_iter().flatten().collect();
        assert_eq!(claimed.iter().map(number).collect::<Vec<_>>(), [round]);
        assert!(end(&h, &claimed[0], JobResult::Done).await);
    }
}

/// The numbers of queued jobs of the wiki, of the forum, and of their account.
async fn count_queued(h: &Harness) -> [u64; 3] {
    let mut tx = h.begin().await;
    let of_wiki = tx.insert_job(&backup_job_of(WIKI, 91, 0)).await.unwrap();
    let of_forum = tx.insert_job(&backup_job_of(FORUM, 92, 0)).await.unwrap();
    assert_eq!(of_forum.of_account, of_wiki.of_account + 1);
    [of_wiki.of_app, of_forum.of_app, of_wiki.of_account]
}

async fn queued_jobs_are_counted_by_app_and_account(h: Harness) {
    assert_eq!(count_queued(&h).await, [0, 0, 0]);
    queue(
        &h,
        &[backup_job(1, 0), snapshot_job(2, 0), backup_job_of(FORUM, 3, 0)],
    )
    .await;
    assert_eq!(count_queued(&h).await, [2, 1, 3]);

    // Running and finished jobs aren't queued; repeated jobs are.
    let snapshot = claim(&h, SERVER, 1).await.unwrap();
    let wiki = claim(&h, SERVER, 1).await.unwrap();
    assert_eq!([number(&snapshot), number(&wiki)], [2, 1]);
    assert_eq!(count_queued(&h).await, [0, 1, 1]);
    assert!(end(&h, &snapshot, requeue(9, true)).await);
    assert!(end(&h, &wiki, JobResult::Done).await);
    assert_eq!(count_queued(&h).await, [1, 1, 2]);

    let mut tx = h.begin().await;
    assert!(tx.update_job_cancelled(backup_job(3, 0).id, at(1)).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(count_queued(&h).await, [1, 0, 1]);

    // A job of another version is parked, and later queued again.
    h.execute("UPDATE jobs SET payload_version = 99, run_after_micros = 0 WHERE state = 'queued'")
        .await
        .unwrap();
    assert_eq!(claim(&h, SERVER, 1).await, None);
    assert_eq!(count_queued(&h).await, [0, 0, 0]);
    h.execute("UPDATE jobs SET payload_version = 1 WHERE state = 'parked'")
        .await
        .unwrap();
    let repeated = claim(&h, SERVER, 1).await.unwrap();
    assert_eq!(number(&repeated), 2);
    assert_eq!(count_queued(&h).await, [0, 0, 0]);
}
