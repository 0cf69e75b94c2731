//! Rows that this program would not have written.

use appkeep_core::job::JobResult;
use appkeep_core::store::StoreError;
use uuid::Uuid;

use crate::fixtures::at;
use crate::harness::Harness;
use crate::jobs::{SERVER, backup_job, claim, end, queue};

port_tests! {
    unknown_jobs_are_parked_and_the_next_is_claimed,
    parked_jobs_are_not_claimed_by_the_same_version,
    jobs_parked_by_older_programs_are_claimed,
    jobs_with_invalid_payloads_stay_parked,
    finish_time_of_jobs_is_stored,
    parking_a_whole_queue_takes_several_claims,
    the_schema_refuses_two_running_jobs_with_one_key,
    the_schema_refuses_unknown_states,
    error_names_the_unreadable_column,
}

/// Queues jobs with one key.
async fn queue_all(h: &Harness, numbers: impl IntoIterator<Item = u128>) {
    let jobs: Vec<_> = numbers.into_iter().map(|n| backup_job(n, 0)).collect();
    queue(h, &jobs).await;
}

/// The reason and the number of attempts of each parked job.
async fn parked(h: &Harness) -> Vec<String> {
    h.texts("SELECT reason || ', ' || attempt FROM jobs WHERE state = 'parked' ORDER BY seq")
        .await
}

async fn unknown_jobs_are_parked_and_the_next_is_claimed(h: Harness) {
    queue_all(&h, 1..=4).await;
    for change in [
        "UPDATE jobs SET payload_version = 2 WHERE seq = 1",
        r#"UPDATE jobs SET payload = '{"kind":"take_tea"}' WHERE seq = 2"#,
        "UPDATE jobs SET payload = 'no json' WHERE seq = 3",
    ] {
        h.execute(change).await.unwrap();
    }

    let claimed = claim(&h, SERVER, 1).await.unwrap();
    assert_eq!(claimed.lease.job_id, backup_job(4, 0).id);

    let parked = parked(&h).await;
    assert_eq!(parked[0], "unknown payload version 2, 0");
    assert!(parked[1].contains("take_tea"), "{}", parked[1]);
    assert!(parked[2].starts_with("the payload is invalid: "), "{}", parked[2]);
    assert_eq!(parked.len(), 3);
}

async fn parked_jobs_are_not_claimed_by_the_same_version(h: Harness) {
    queue_all(&h, [1]).await;
    h.execute("UPDATE jobs SET payload_version = 2").await.unwrap();
    for _ in 0..2 {
        assert_eq!(claim(&h, SERVER, 1).await, None);
        assert_eq!(parked(&h).await.len(), 1);
    }
}

async fn jobs_parked_by_older_programs_are_claimed(h: Harness) {
    for (n, change) in [
        (
            1,
            "UPDATE jobs SET state = 'parked', park_cause = 'version' WHERE state = 'queued'",
        ),
        (
            2,
            "UPDATE jobs SET state = 'parked', park_cause = 'kind' WHERE state = 'queued'",
        ),
    ] {
        queue_all(&h, [n]).await;
        h.execute(change).await.unwrap();
        let claimed = claim(&h, SERVER, 1).await.unwrap();
        assert_eq!((claimed.lease.job_id, claimed.attempt), (backup_job(n, 0).id, 1));
        assert_eq!(parked(&h).await, [""; 0]);
        assert!(end(&h, &claimed, JobResult::Done).await);
    }
}

async fn jobs_with_invalid_payloads_stay_parked(h: Harness) {
    queue_all(&h, [1]).await;
    h.execute("UPDATE jobs SET payload = '{}'").await.unwrap();
    assert_eq!(claim(&h, SERVER, 1).await, None);
    let fences = "SELECT 'fence ' || fence FROM jobs WHERE park_cause = 'payload'";
    let fence = h.texts(fences).await;
    assert_eq!(fence.len(), 1);
    assert_eq!(claim(&h, SERVER, 1).await, None);
    assert_eq!(h.texts(fences).await, fence, "it isn't even claimed again");
}

async fn finish_time_of_jobs_is_stored(h: Harness) {
    queue_all(&h, [1]).await;
    let job = claim(&h, SERVER, 1).await.unwrap();
    let mut tx = h.begin().await;
    let finished = tx.update_job_finished(&job.lease, &JobResult::Done, at(7));
    assert!(finished.await.unwrap());
    tx.commit().await.unwrap();
    let ended = h.texts("SELECT ended_micros || ' µs' FROM jobs").await;
    assert_eq!(ended, [format!("{} µs", at(7).timestamp_micros())]);
}

async fn parking_a_whole_queue_takes_several_claims(h: Harness) {
    queue_all(&h, 1..=150).await;
    h.execute("UPDATE jobs SET payload_version = 2").await.unwrap();
    for expected in [100, 150] {
        assert_eq!(claim(&h, SERVER, 1).await, None);
        assert_eq!(parked(&h).await.len(), expected);
    }
}

async fn the_schema_refuses_two_running_jobs_with_one_key(h: Harness) {
    queue_all(&h, [1, 2]).await;
    claim(&h, SERVER, 1).await.unwrap();
    let run =
        "UPDATE jobs SET state = 'running', lease_owner = id, lease_until_micros = 0 WHERE state = 'queued'";
    let refused = h.execute(run).await.unwrap_err();
    assert!(refused.to_lowercase().contains("unique"), "{refused}");
}

async fn the_schema_refuses_unknown_states(h: Harness) {
    queue_all(&h, [1]).await;
    for change in [
        "UPDATE jobs SET state = 'asleep'",
        "UPDATE jobs SET state = 'done'",
    ] {
        let refused = h.execute(change).await.unwrap_err();
        assert!(refused.to_lowercase().contains("check"), "{change}: {refused}");
    }
}

async fn error_names_the_unreadable_column(h: Harness) {
    for insert in [
        "INSERT INTO accounts (id, name, declared) VALUES ('00000000-0000-0000-0000-000000000001', 'new', TRUE)",
        "INSERT INTO apps (id, account_id, name, volumes, declared) VALUES ('00000000-0000-0000-0000-000000000001', \
         '00000000-0000-0000-0000-000000000001', 'wiki', '{}', TRUE)",
    ] {
        h.execute(insert).await.unwrap();
    }
    let error = h.store.list_apps(Uuid::from_u128(1).into()).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Broken(why) if why.starts_with("apps.volumes can't be read")),
        "{error}"
    );
}
