//! Values that the schema refuses, and the retention of ended jobs.

use appkeep_core::job::{Claim, ClaimedJob, JobResult};
use appkeep_core::store::Store;
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
async fn schema_refuses_short_ids_and_unknown_roles() {
    let (_dir, _store, raw) = opened().await;
    for refused in [
        "INSERT INTO accounts (id, name, declared) VALUES ('1', 'short id', 1)",
        "INSERT INTO tokens VALUES (hex(randomblob(18)), '', zeroblob(32), hex(randomblob(18)), 'root', '', 0, 0, 0)",
    ] {
        let error = execute(&raw, refused).unwrap_err().to_string();
        assert!(error.contains("CHECK"), "{refused}: {error}");
    }
}
