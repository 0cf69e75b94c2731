//! Rows that another program wrote, and the retention of ended jobs.

use appkeep_core::job::{Claim, ClaimedJob, JobResult};
use appkeep_core::store::{Store, StoreError};
use appkeep_store::SqliteStore;
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

use crate::opening::raw;
use crate::sole_server::{self, job, queue};

fn claim() -> Claim {
    sole_server::claim(Uuid::from_u128(1))
}

async fn opened() -> (TempDir, SqliteStore, Connection) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let raw = raw(&path);
    (dir, store, raw)
}

async fn finish(store: &SqliteStore, job: &ClaimedJob, result: &JobResult) {
    let mut tx = store.begin().await.unwrap();
    assert!(
        tx.update_job_finished(&job.lease, result, claim().now)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
}

fn execute(raw: &Connection, sql: &str) -> rusqlite::Result<usize> {
    raw.execute(sql, [])
}

fn parked(raw: &Connection) -> Vec<(String, i64)> {
    raw.prepare("SELECT reason, attempt FROM jobs WHERE state = 'parked' ORDER BY seq")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn number(raw: &Connection, sql: &str) -> i64 {
    raw.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn unknown_jobs_are_parked_and_the_next_is_claimed() {
    let (_dir, store, raw) = opened().await;
    queue(&store, (1..=4).map(job)).await;
    execute(&raw, "UPDATE jobs SET payload_version = 2 WHERE seq = 1").unwrap();
    execute(
        &raw,
        r#"UPDATE jobs SET payload = '{"kind":"take_tea"}' WHERE seq = 2"#,
    )
    .unwrap();
    execute(&raw, "UPDATE jobs SET payload = 'no json' WHERE seq = 3").unwrap();

    let claimed = store.claim_job(&claim()).await.unwrap().unwrap();
    assert_eq!(claimed.lease.job_id, job(4).id);

    let parked = parked(&raw);
    assert_eq!(parked[0], ("unknown payload version 2".to_owned(), 0));
    assert!(parked[1].0.contains("take_tea"), "{}", parked[1].0);
    assert!(
        parked[2].0.starts_with("the payload is invalid: "),
        "{}",
        parked[2].0
    );
    assert_eq!(parked.len(), 3);
}

#[tokio::test]
async fn parked_jobs_are_not_claimed_by_the_same_version() {
    let (_dir, store, raw) = opened().await;
    queue(&store, [job(1)]).await;
    execute(&raw, "UPDATE jobs SET payload_version = 2").unwrap();
    for _ in 0..2 {
        assert_eq!(store.claim_job(&claim()).await.unwrap(), None);
        assert_eq!(parked(&raw).len(), 1);
    }
}

#[tokio::test]
async fn jobs_parked_by_older_programs_are_claimed() {
    for cause in ["version", "kind"] {
        let (_dir, store, raw) = opened().await;
        queue(&store, [job(1)]).await;
        let parked_by_another = format!("UPDATE jobs SET state = 'parked', park_cause = '{cause}'");
        execute(&raw, &parked_by_another).unwrap();
        let claimed = store.claim_job(&claim()).await.unwrap().unwrap();
        assert_eq!((claimed.lease.job_id, claimed.attempt), (job(1).id, 1));
        assert_eq!(parked(&raw), []);
    }
}

#[tokio::test]
async fn jobs_with_invalid_payloads_stay_parked() {
    let (_dir, store, raw) = opened().await;
    queue(&store, [job(1)]).await;
    execute(&raw, "UPDATE jobs SET payload = '{}'").unwrap();
    assert_eq!(store.claim_job(&claim()).await.unwrap(), None);
    let fences = "SELECT fence FROM jobs WHERE park_cause = 'payload'";
    let fence: i64 = number(&raw, fences);
    assert_eq!(store.claim_job(&claim()).await.unwrap(), None);
    let after: i64 = number(&raw, fences);
    assert_eq!(fence, after, "it isn't even claimed again");
}

#[tokio::test]
async fn finish_time_of_jobs_is_stored() {
    let (_dir, store, raw) = opened().await;
    queue(&store, [job(1)]).await;
    let job = store.claim_job(&claim()).await.unwrap().unwrap();
    let mut tx = store.begin().await.unwrap();
    let now = claim().now;
    assert!(
        tx.update_job_finished(&job.lease, &JobResult::Done, now)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let ended: i64 = number(&raw, "SELECT ended_micros FROM jobs");
    assert_eq!(ended, now.timestamp_micros());
}

#[tokio::test]
async fn parking_a_whole_queue_takes_several_claims() {
    let (_dir, store, raw) = opened().await;
    queue(&store, (1..=150).map(job)).await;
    execute(&raw, "UPDATE jobs SET payload_version = 2").unwrap();
    for expected in [100, 150] {
        assert_eq!(store.claim_job(&claim()).await.unwrap(), None);
        assert_eq!(parked(&raw).len(), expected);
    }
}

#[tokio::test]
async fn last_1000_finished_jobs_are_kept() {
    let (_dir, store, raw) = opened().await;
    queue(&store, (1..=1005).map(job)).await;
    execute(&raw, "UPDATE jobs SET exclusive_key = id").unwrap();
    // The job that was queued first ends last.
    let first = store.claim_job(&claim()).await.unwrap().unwrap();
    let mut ended = 0;
    while let Some(job) = store.claim_job(&claim()).await.unwrap() {
        finish(&store, &job, &JobResult::Done).await;
        ended += 1;
    }
    assert_eq!(ended, 1004);
    let reason = "tired".to_owned();
    finish(&store, &first, &JobResult::Failed { reason }).await;

    let kept = "SELECT COUNT(*), MIN(seq), MAX(reason) FROM jobs";
    let kept: (i64, i64, String) = raw
        .query_row(kept, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    assert_eq!(kept, (1000, 1, "tired".to_owned()));
}

#[tokio::test]
async fn the_schema_refuses_two_running_jobs_with_one_key() {
    let (_dir, store, raw) = opened().await;
    queue(&store, [job(1), job(2)]).await;
    store.claim_job(&claim()).await.unwrap().unwrap();
    let refused = execute(
        &raw,
        "UPDATE jobs SET state = 'running', lease_owner = id, lease_until_micros = 0 WHERE state = 'queued'",
    );
    assert!(refused.unwrap_err().to_string().contains("UNIQUE"));
}

#[tokio::test]
async fn schema_refuses_unknown_enum_values() {
    let (_dir, store, raw) = opened().await;
    queue(&store, [job(1)]).await;
    for refused in [
        "UPDATE jobs SET state = 'asleep'",
        "UPDATE jobs SET state = 'done'",
        "INSERT INTO accounts (id, name, declared) VALUES ('1', 'short id', 1)",
        "INSERT INTO tokens VALUES (hex(randomblob(18)), '', zeroblob(32), hex(randomblob(18)), 'root', '', 0, 0, 0)",
    ] {
        let error = execute(&raw, refused).unwrap_err().to_string();
        assert!(error.contains("CHECK"), "{refused}: {error}");
    }
}

#[tokio::test]
async fn error_names_the_unreadable_column() {
    let (_dir, store, raw) = opened().await;
    let id = Uuid::from_u128(1);
    execute(
        &raw,
        &format!("INSERT INTO accounts (id, name, declared) VALUES ('{id}', 'team', 1)"),
    )
    .unwrap();
    execute(
        &raw,
        &format!("INSERT INTO apps (id, account_id, name, volumes, declared) VALUES ('{id}', '{id}', 'wiki', '{{}}', 1)"),
    )
    .unwrap();
    let error = store.list_apps(id.into()).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Broken(why) if why.starts_with("apps.volumes can't be read")),
        "{error}"
    );
}
