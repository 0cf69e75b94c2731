//! Leases: which worker may write a job's results, and how it receives requests to stop.

use appkeep_core::job::{ClaimedJob, JobResult, Lease, LeaseStatus};
use uuid::Uuid;

use crate::fixtures::at;
use crate::harness::Harness;
use crate::jobs::{SERVER, backup_job, claim, end, queue, requeue, snapshot_job};

const REPLICA: Uuid = Uuid::from_u128(0xe2);

async fn renew(h: &Harness, job: &ClaimedJob, until_secs: i64) -> LeaseStatus {
    h.store.renew_lease(&job.lease, at(until_secs)).await.unwrap()
}

async fn holds(h: &Harness, lease: &Lease) -> bool {
    h.begin().await.holds_lease(lease).await.unwrap()
}

async fn request_cancel(h: &Harness, resource: u128) {
    let mut tx = h.begin().await;
    tx.update_jobs_cancel_requested(Uuid::from_u128(resource))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// A job that was claimed at 0 s for 60 s.
async fn running(h: &Harness) -> ClaimedJob {
    queue(h, &[snapshot_job(1, 0)]).await;
    claim(h, SERVER, 0).await.unwrap()
}

port_tests! {
    live_leases_prevent_claims,
    a_renewed_lease_holds_longer,
    expired_leases_are_claimed_and_their_old_owner_is_refused,
    fence_distinguishes_two_claims_by_one_process,
    lease_requires_job_fence_and_owner,
    lease_is_lost_when_its_job_finishes,
    results_and_job_state_are_written_atomically,
    renewal_reports_a_cancel_request,
    cancel_request_reaches_later_claimers,
    cancel_request_makes_a_waiting_job_due,
    step_key_has_one_holder_until_removed_or_the_lease_expires,
}

async fn live_leases_prevent_claims(h: Harness) {
    let job = running(&h).await;
    assert_eq!(claim(&h, REPLICA, 60).await, None);
    assert_eq!(
        claim(&h, SERVER, 60).await,
        None,
        "nor does its own process take it twice"
    );
    assert!(holds(&h, &job.lease).await);
}

async fn a_renewed_lease_holds_longer(h: Harness) {
    let job = running(&h).await;
    assert_eq!(renew(&h, &job, 120).await, LeaseStatus::Held);
    assert_eq!(claim(&h, REPLICA, 119).await, None);
    assert!(claim(&h, REPLICA, 121).await.is_some());
}

async fn expired_leases_are_claimed_and_their_old_owner_is_refused(h: Harness) {
    let old = running(&h).await;
    let new = claim(&h, REPLICA, 61).await.unwrap();
    assert_eq!((new.lease.job_id, new.attempt), (old.lease.job_id, 2));
    assert!(new.lease.fence > old.lease.fence);

    assert_eq!(renew(&h, &old, 999).await, LeaseStatus::Lost);
    assert!(!holds(&h, &old.lease).await);
    for refused in [JobResult::Done, JobResult::Cancelled, requeue(0, true)] {
        assert!(!end(&h, &old, refused).await);
    }

    assert!(holds(&h, &new.lease).await);
    assert_eq!(renew(&h, &new, 999).await, LeaseStatus::Held);
    assert!(end(&h, &new, JobResult::Done).await);
}

async fn fence_distinguishes_two_claims_by_one_process(h: Harness) {
    let old = running(&h).await;
    let new = claim(&h, SERVER, 61).await.unwrap();
    assert_eq!(new.lease.owner, old.lease.owner);
    assert!(
        !end(&h, &old, JobResult::Done).await,
        "the fence tells them apart"
    );
    assert!(end(&h, &new, JobResult::Done).await);
}

async fn lease_requires_job_fence_and_owner(h: Harness) {
    let Lease { job_id, fence, owner } = running(&h).await.lease;
    for forged in [
        Lease {
            job_id: Uuid::from_u128(2).into(),
            fence,
            owner,
        },
        Lease {
            job_id,
            fence: fence + 1,
            owner,
        },
        Lease {
            job_id,
            fence,
            owner: REPLICA,
        },
    ] {
        assert!(!holds(&h, &forged).await);
        assert_eq!(
            h.store.renew_lease(&forged, at(999)).await.unwrap(),
            LeaseStatus::Lost
        );
        let mut tx = h.begin().await;
        assert!(
            !tx.update_job_finished(&forged, &JobResult::Done, at(0))
                .await
                .unwrap()
        );
    }
    assert!(holds(&h, &Lease { job_id, fence, owner }).await);
}

async fn lease_is_lost_when_its_job_finishes(h: Harness) {
    for over in [
        JobResult::Done,
        JobResult::Cancelled,
        requeue(0, false),
        requeue(999, true),
    ] {
        let h = if matches!(over, JobResult::Done) {
            &h
        } else {
            &h.another().await
        };
        let job = running(h).await;
        assert!(end(h, &job, over).await);
        assert!(!holds(h, &job.lease).await);
        assert_eq!(renew(h, &job, 999).await, LeaseStatus::Lost);
        assert!(!end(h, &job, JobResult::Done).await);
    }
}

async fn results_and_job_state_are_written_atomically(h: Harness) {
    let job = running(&h).await;
    let mut tx = h.begin().await;
    assert!(tx.holds_lease(&job.lease).await.unwrap());
    assert!(
        tx.update_job_finished(&job.lease, &JobResult::Done, at(0))
            .await
            .unwrap()
    );
    assert!(!tx.holds_lease(&job.lease).await.unwrap());
    drop(tx);
    assert!(holds(&h, &job.lease).await);
}

async fn renewal_reports_a_cancel_request(h: Harness) {
    let job = running(&h).await;
    request_cancel(&h, 2).await;
    assert_eq!(renew(&h, &job, 60).await, LeaseStatus::Held, "another resource");
    request_cancel(&h, 1).await;
    assert_eq!(renew(&h, &job, 60).await, LeaseStatus::CancelRequested);
    assert_eq!(
        renew(&h, &job, 60).await,
        LeaseStatus::CancelRequested,
        "until it does"
    );
    assert!(holds(&h, &job.lease).await);
    assert!(end(&h, &job, JobResult::Cancelled).await);
}

async fn cancel_request_reaches_later_claimers(h: Harness) {
    assert!(!running(&h).await.cancel_requested);
    request_cancel(&h, 1).await;
    let again = claim(&h, REPLICA, 61).await.unwrap();
    assert!(again.cancel_requested);
    assert_eq!(renew(&h, &again, 120).await, LeaseStatus::CancelRequested);
}

async fn cancel_request_makes_a_waiting_job_due(h: Harness) {
    queue(&h, &[backup_job(1, 0)]).await;
    let job = claim(&h, SERVER, 0).await.unwrap();
    assert!(end(&h, &job, requeue(3600, true)).await);
    request_cancel(&h, 2).await;
    assert_eq!(claim(&h, SERVER, 1).await, None, "another resource");
    request_cancel(&h, 1).await;
    let job = claim(&h, SERVER, 1).await.unwrap();
    assert!(job.cancel_requested);
    assert_eq!(renew(&h, &job, 60).await, LeaseStatus::CancelRequested);
}

async fn set_step_key(h: &Harness, job: &ClaimedJob, key: Option<&str>, now_secs: i64) -> bool {
    let mut tx = h.begin().await;
    let set = tx
        .update_job_step_key(&job.lease, key, at(now_secs))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    set
}

async fn step_key_has_one_holder_until_removed_or_the_lease_expires(h: Harness) {
    queue(&h, &[snapshot_job(1, 0), snapshot_job(2, 0)]).await;
    let first = claim(&h, SERVER, 0).await.unwrap();
    let second = claim(&h, SERVER, 0).await.unwrap();
    let key = Some("hooks:wiki");
    assert!(set_step_key(&h, &first, key, 0).await);
    assert!(set_step_key(&h, &first, key, 0).await, "setting it is idempotent");
    assert!(!set_step_key(&h, &second, key, 60).await);
    assert!(set_step_key(&h, &second, Some("hooks:forum"), 60).await);

    assert!(set_step_key(&h, &first, None, 60).await);
    assert!(set_step_key(&h, &second, key, 60).await);
    assert_eq!(renew(&h, &first, 999).await, LeaseStatus::Held);
    assert!(
        set_step_key(&h, &first, key, 61).await,
        "the lease of the second has ended"
    );

    assert!(end(&h, &first, requeue(999, true)).await);
    let second = claim(&h, REPLICA, 62).await.unwrap();
    assert!(set_step_key(&h, &second, key, 62).await);
    assert!(
        !set_step_key(&h, &first, key, 999).await,
        "it is no longer running"
    );
}
