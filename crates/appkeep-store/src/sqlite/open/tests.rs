//! What can only be seen from within: the settings of the connections, and what happens when they are busy.

use std::os::unix::fs::PermissionsExt;

use appkeep_core::store::{Store, StoreError};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqlitePool};

use super::super::jobs;
use super::*;
use crate::SqliteStore;

const SHORTLY: Duration = Duration::from_millis(50);
/// A connection must come in time on a busy machine too: opening needs one.
const NO_WAIT: Waits = Waits {
    connection: Duration::from_secs(2),
    busy: SHORTLY,
    opening: SHORTLY,
};

async fn opened(dir: &tempfile::TempDir) -> (PathBuf, SqliteStore) {
    let path = dir.path().join("appkeep.db");
    let connections = Connections::open(&path, NO_WAIT).await.unwrap();
    (path, SqliteStore::over(connections, false))
}

async fn pragma(pool: &SqlitePool, name: &'static str) -> String {
    let sql = sqlx::AssertSqlSafe(format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"));
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

async fn busy_timeout(pool: &SqlitePool) -> i64 {
    sqlx::query_scalar("PRAGMA busy_timeout")
        .fetch_one(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn every_connection_has_its_settings() {
    let dir = tempfile::tempdir().unwrap();
    let (_, store) = opened(&dir).await;
    for pool in [&store.connections.writer, &store.connections.readers] {
        assert_eq!(pragma(pool, "journal_mode").await, "wal");
        assert_eq!(pragma(pool, "synchronous").await, "2", "FULL");
        assert_eq!(pragma(pool, "foreign_keys").await, "1");
        assert_eq!(pragma(pool, "cache_size").await, "-1024");
        assert_eq!(busy_timeout(pool).await, 50);
    }
    assert_eq!(pragma(&store.connections.writer, "query_only").await, "0");
    assert_eq!(pragma(&store.connections.readers, "query_only").await, "1");
}

#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let (_, store) = opened(&dir).await;
    store.begin().await.unwrap().commit().await.unwrap();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", entry.path().display());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(
        names,
        [
            "appkeep.db",
            "appkeep.db-shm",
            "appkeep.db-wal",
            "appkeep.db.opening"
        ]
    );
}

#[tokio::test]
async fn the_files_of_the_log_are_gone_after_closing() {
    let dir = tempfile::tempdir().unwrap();
    let (_, store) = opened(&dir).await;
    store.list_tokens().await.unwrap();
    store.close().await;
    assert!(!dir.path().join("appkeep.db-wal").exists());
    let late = store.list_tokens().await;
    assert!(
        matches!(late, Err(StoreError::Unavailable(_))),
        "{:?}",
        late.err()
    );
}

#[tokio::test]
async fn a_second_transaction_waits_for_the_first_and_then_gives_up() {
    let dir = tempfile::tempdir().unwrap();
    let (_, store) = opened(&dir).await;
    let first = store.begin().await.unwrap();
    let second = store.begin().await;
    assert!(
        matches!(second, Err(StoreError::Unavailable(_))),
        "{:?}",
        second.err()
    );
    store
        .list_accounts()
        .await
        .expect("reading doesn't wait for writing");
    drop(first);
    store.begin().await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn a_process_that_writes_makes_the_store_unavailable() {
    let dir = tempfile::tempdir().unwrap();
    let (path, store) = opened(&dir).await;
    let mut other = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    let tx = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let begun = store.begin().await;
    assert!(
        matches!(begun, Err(StoreError::Unavailable(_))),
        "{:?}",
        begun.err()
    );
    let reopened = Connections::open(&path, NO_WAIT).await;
    assert!(
        matches!(reopened, Err(StoreError::Unavailable(_))),
        "{:?}",
        reopened.err()
    );
    tx.rollback().await.unwrap();
    store.begin().await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn one_process_opens_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    let opening = lock_opening(&path, SHORTLY).await.unwrap();
    let second = Connections::open(&path, NO_WAIT).await;
    assert!(
        matches!(second, Err(StoreError::Unavailable(_))),
        "{:?}",
        second.err()
    );
    assert!(!path.exists());
    drop(opening);
    Connections::open(&path, NO_WAIT).await.unwrap().close().await;
}

#[tokio::test]
async fn lists_walk_their_index_and_sort_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (_, store) = opened(&dir).await;
    for (table, column, index) in [
        (
            "app_backups",
            "",
            "app_backups_by_account (account_id=? AND (created_micros,id)<(?,?))",
        ),
        (
            "app_backups",
            "AND app_id = $5",
            "app_backups_by_app (account_id=? AND app_id=? AND (created_micros,id)<(?,?))",
        ),
        (
            "app_snaps",
            "",
            "app_snaps_by_account (account_id=? AND (created_micros,id)<(?,?))",
        ),
        (
            "app_snaps",
            "AND app_id = $5",
            "app_snaps_by_app (account_id=? AND app_id=? AND (created_micros,id)<(?,?))",
        ),
    ] {
        let plan = plan(
            &store,
            format!(
                "SELECT * FROM {table} WHERE account_id = $1 {column} AND (created_micros, id) < ($2, $3) \
                 ORDER BY created_micros DESC, id DESC LIMIT $4"
            ),
        )
        .await;
        assert_eq!(plan, [format!("SEARCH {table} USING INDEX {index}")]);
    }
}

#[tokio::test]
async fn a_claim_walks_the_queue_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let (_, store) = opened(&dir).await;
    for (sql, index) in [
        (jobs::CLAIM_OTHER, "jobs_claimable_others"),
        (jobs::CLAIM_BACKUP, "jobs_claimable_backups"),
    ] {
        let plan = plan(&store, sql.to_owned()).await.join("\n");
        let walk = format!("SEARCH candidate USING INDEX {index} (run_after_micros<?)");
        assert!(plan.contains(&walk), "{plan}");
        assert!(
            plan.contains("jobs_running_by_exclusive_key (exclusive_key=?)"),
            "{plan}"
        );
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        assert!(!plan.contains("SCAN candidate"), "{plan}");
        assert!(!plan.contains("SCAN beside"), "{plan}");
    }
    for (sql, index) in jobs::RECALL
        .into_iter()
        .zip(["jobs_claimable_others", "jobs_claimable_backups"])
    {
        let plan = plan(&store, sql.to_owned()).await.join("\n");
        assert!(plan.contains(&format!("{index} (run_after_micros>?)")), "{plan}");
    }
    let plan = plan(&store, jobs::UNPARK.to_owned()).await.join("\n");
    assert!(plan.contains("jobs_parked"), "{plan}");
}

#[tokio::test]
async fn ending_a_job_scans_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (_, store) = opened(&dir).await;
    for sql in [jobs::END, jobs::FORGET] {
        let plan = plan(&store, sql.to_owned()).await.join("\n");
        assert!(plan.contains("jobs_by_ended_order"), "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}

async fn plan(store: &SqliteStore, sql: String) -> Vec<String> {
    use sqlx::Row as _;
    sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
        .fetch_all(&store.connections.writer)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get("detail"))
        .collect()
}
