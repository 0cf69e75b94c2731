//! Tests of private behaviour: the settings of connections, and busy connections.

use std::os::unix::fs::PermissionsExt;

use appkeep_core::store::{Store, StoreError};

use super::*;
use crate::SqliteStore;

const SHORT_TIMEOUT: Duration = Duration::from_millis(50);
/// The timeout for a connection is long, because opening needs a connection, also on a busy machine.
const SHORT_TIMEOUTS: Timeouts = Timeouts {
    connection: Duration::from_secs(2),
    busy: SHORT_TIMEOUT,
    opening: SHORT_TIMEOUT,
};

async fn opened(dir: &tempfile::TempDir) -> (PathBuf, SqliteStore) {
    let path = dir.path().join("appkeep.db");
    let connections = open(&path, Durability::Full, SHORT_TIMEOUTS).await.unwrap();
    (path, SqliteStore::over(connections, false))
}

fn settings(db: &Db) -> Vec<String> {
    let names = [
        "journal_mode",
        "synchronous",
        "foreign_keys",
        "cache_size",
        "query_only",
        "busy_timeout",
    ];
    let values = names.map(|name| {
        let value: rusqlite::types::Value = db
            .connection()
            .pragma_query_value(None, name, |row| row.get(0))
            .unwrap();
        match value {
            rusqlite::types::Value::Text(text) => format!("{name} {text}"),
            rusqlite::types::Value::Integer(number) => format!("{name} {number}"),
            other => format!("{name} {other:?}"),
        }
    });
    values.to_vec()
}

#[tokio::test]
async fn every_connection_has_its_settings() {
    let dir = tempfile::tempdir().unwrap();
    let (_, store) = opened(&dir).await;
    let expected = |query_only: u8| {
        vec![
            "journal_mode wal".to_owned(),
            "synchronous 2".to_owned(),
            "foreign_keys 1".to_owned(),
            "cache_size -1024".to_owned(),
            format!("query_only {query_only}"),
            "busy_timeout 50".to_owned(),
        ]
    };
    assert_eq!(store.lookup(|db| Ok(settings(db))).await.unwrap(), expected(1));
    let mut tx = store.connections.begin().await.unwrap();
    assert_eq!(tx.run(|db| Ok(settings(db))).unwrap(), expected(0));
    // After an error, the connection is replaced by a new one.
    tx.run(|_| Err::<(), _>(StoreError::Broken("fails".to_owned())))
        .unwrap_err();
    drop(tx);
    let mut tx = store.connections.begin().await.unwrap();
    assert_eq!(tx.run(|db| Ok(settings(db))).unwrap(), expected(0));
}

#[tokio::test]
async fn database_files_are_readable_only_by_their_owner() {
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
async fn closing_removes_the_log_files() {
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
async fn second_transaction_waits_and_times_out() {
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
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = store.begin().await;
    assert!(
        matches!(begun, Err(StoreError::Unavailable(_))),
        "{:?}",
        begun.err()
    );
    let reopened = open(&path, Durability::Full, SHORT_TIMEOUTS).await;
    assert!(
        matches!(reopened, Err(StoreError::Unavailable(_))),
        "{:?}",
        reopened.err()
    );
    other.execute_batch("ROLLBACK").unwrap();
    store.begin().await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn one_process_opens_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    let opening = lock_opening(&path, SHORT_TIMEOUT).await.unwrap();
    let second = open(&path, Durability::Full, SHORT_TIMEOUTS).await;
    assert!(
        matches!(second, Err(StoreError::Unavailable(_))),
        "{:?}",
        second.err()
    );
    assert!(!path.exists());
    drop(opening);
    open(&path, Durability::Full, SHORT_TIMEOUTS)
        .await
        .unwrap()
        .close()
        .await;
}
