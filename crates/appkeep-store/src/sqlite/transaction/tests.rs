//! Tests of the state after a failed transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};

use appkeep_core::store::Store;
use futures::FutureExt as _;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::*;
use crate::SqliteStore;

const INSERT: &str = "INSERT INTO accounts (id, name, declared) \
                      SELECT printf('00000000-0000-0000-0000-%012d', COUNT(*)), ?1, 0 FROM accounts";

async fn opened() -> (TempDir, SqliteStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("appkeep.db")).await.unwrap();
    (dir, store)
}

fn insert(db: &Db, name: &str) -> Result<usize, StoreError> {
    db.connection().execute(INSERT, [name]).map_err(store_error)
}

/// Writes once, and checks that the database contains exactly this write.
async fn assert_writable(store: &SqliteStore) {
    let mut tx = store.connections.begin().await.unwrap();
    tx.run(|db| insert(db, "afterwards")).unwrap();
    tx.commit().await.unwrap();
    let accounts = store.list_accounts().await.unwrap();
    assert_eq!(accounts.len(), 1, "{accounts:?}");
    assert_eq!(accounts[0].name, "afterwards");
}

/// Checks that all further calls on `tx` fail.
async fn assert_over(mut tx: Transaction) {
    let error = tx.run(|db| insert(db, "outside of any transaction")).unwrap_err();
    assert!(error.to_string().contains("rolled back"), "{error}");
    assert!(tx.commit().await.is_err());
}

#[tokio::test]
async fn full_database_is_writable_after_space_is_freed() {
    let (_dir, store) = opened().await;
    let mut tx = store.connections.begin().await.unwrap();
    fill(&mut tx);
    assert_over(tx).await;
    assert_writable(&store).await;
}

/// Inserts rows until SQLite reacts as to a full disk, and rolls back.
fn fill(tx: &mut Transaction) {
    tx.run(|db| {
        let pages: i64 = db
            .connection()
            .query_row("PRAGMA page_count", [], |row| row.get(0))
            .unwrap();
        db.connection()
            .pragma_update(None, "max_page_count", pages)
            .map_err(store_error)
    })
    .unwrap();
    let full = loop {
        if let Err(error) = tx.run(|db| insert(db, &"x".repeat(1000))) {
            break error;
        }
    };
    assert!(matches!(full, StoreError::Unavailable(_)), "{full}");
}

/// A transaction that is complete but not committed, and another one that shares its commit.
async fn shared_commit(store: &SqliteStore) -> (JoinHandle<Result<(), StoreError>>, Transaction) {
    let mut first = store.connections.begin().await.unwrap();
    let second = store.connections.begin();
    tokio::pin!(second);
    assert!(second.as_mut().now_or_never().is_none());
    first.run(|db| insert(db, "first")).unwrap();
    let first = tokio::spawn(first.commit());
    (first, second.await.unwrap())
}

#[tokio::test]
async fn full_database_rolls_back_the_group_whose_members_may_run_again() {
    let (_dir, store) = opened().await;
    let (first, mut second) = shared_commit(&store).await;
    fill(&mut second);
    assert_over(second).await;
    assert!(matches!(first.await.unwrap(), Err(StoreError::Conflict)));
    assert_writable(&store).await;
}

#[tokio::test]
async fn panic_rolls_back_the_group() {
    let (_dir, store) = opened().await;
    let (first, mut second) = shared_commit(&store).await;
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _: Result<(), _> = second.run(|_| panic!("a test panics"));
    }));
    assert!(panicked.is_err());
    drop(second);
    assert!(matches!(first.await.unwrap(), Err(StoreError::Conflict)));
    assert_writable(&store).await;
}

#[tokio::test]
async fn failed_commit_fails_for_all_members() {
    let (_dir, store) = opened().await;
    let (first, mut second) = shared_commit(&store).await;
    second.run(violate_deferred_foreign_key).unwrap();
    let second = second.commit().await;
    for result in [first.await.unwrap(), second] {
        assert!(matches!(result, Err(StoreError::Broken(_))), "{result:?}");
    }
    assert_writable(&store).await;
}

#[tokio::test]
async fn connection_is_replaced_after_a_group_in_which_a_call_failed() {
    let (_dir, store) = opened().await;
    let (first, mut second) = shared_commit(&store).await;
    let mark = "CREATE TEMP TABLE mark (a)";
    second
        .run(|db| db.connection().execute_batch(mark).map_err(store_error))
        .unwrap();
    let (second, mut third) = {
        let third = store.connections.begin();
        tokio::pin!(third);
        assert!(third.as_mut().now_or_never().is_none());
        let second = tokio::spawn(second.commit());
        (second, third.await.unwrap())
    };
    third
        .run(|_| Err::<(), _>(StoreError::Broken("fails".to_owned())))
        .unwrap_err();
    drop(third);
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    let mut tx = store.connections.begin().await.unwrap();
    let is_marked = tx.run(|db| Ok(db.connection().table_exists(Some("temp"), "mark").unwrap()));
    assert!(!is_marked.unwrap());
    assert_eq!(store.list_accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn transaction_rolled_back_by_sqlite_refuses_further_calls() {
    let (_dir, store) = opened().await;
    let mut tx = store.connections.begin().await.unwrap();
    tx.run(|db| insert(db, "rolled back")).unwrap();
    tx.run(|db| db.rollback().map_err(store_error)).unwrap();
    assert_over(tx).await;
    assert_writable(&store).await;
}

/// Violates a foreign key that is checked only when the transaction is committed.
fn violate_deferred_foreign_key(db: &Db) -> Result<(), StoreError> {
    db.connection()
        .execute_batch(
            "PRAGMA defer_foreign_keys = ON; \
             INSERT INTO apps (id, account_id, name, volumes, declared) \
             VALUES (lower(hex(randomblob(18))), 'none', 'app', '[]', 0)",
        )
        .map_err(store_error)
}

#[tokio::test]
async fn failed_commit_is_rolled_back() {
    let (_dir, store) = opened().await;
    let mut tx = store.connections.begin().await.unwrap();
    tx.run(violate_deferred_foreign_key).unwrap();
    tx.commit().await.unwrap_err();
    assert_writable(&store).await;
}

#[tokio::test]
async fn panic_rolls_back() {
    let (_dir, store) = opened().await;
    let mut tx = store.connections.begin().await.unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _: Result<(), _> = tx.run(|db| {
            insert(db, "before a panic").unwrap();
            panic!("a test panics")
        });
    }));
    assert!(panicked.is_err());
    assert_over(tx).await;
    assert_writable(&store).await;
}

#[tokio::test]
async fn dropped_calls_and_transactions_are_rolled_back() {
    let (dir, store) = opened().await;
    // The caller stops waiting while the transaction begins.
    let other = rusqlite::Connection::open(dir.path().join("appkeep.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(store.begin().now_or_never().is_none());
    other.execute_batch("ROLLBACK").unwrap();
    // The caller stops waiting for a call that runs on the blocking pool.
    let mut tx = store.begin().await.unwrap();
    let nothing = appkeep_core::catalog::Declaration::default();
    let _ = tx
        .update_declaration("node", &nothing, chrono::DateTime::UNIX_EPOCH)
        .now_or_never();
    drop(tx);
    // The transaction is dropped before it is committed.
    let mut tx = store.connections.begin().await.unwrap();
    tx.run(|db| insert(db, "dropped")).unwrap();
    drop(tx);
    assert_writable(&store).await;
}

#[tokio::test]
async fn readers_are_reused_only_after_success() {
    let (_dir, store) = opened().await;
    let mark = |db: &Db| {
        db.connection()
            .execute_batch("CREATE TEMP TABLE mark (a)")
            .map_err(store_error)
    };
    let is_marked = |db: &Db| Ok(db.connection().table_exists(Some("temp"), "mark").unwrap());
    store.lookup(mark).await.unwrap_err();
    let relaxed = |db: &Db| {
        db.connection()
            .pragma_update(None, "query_only", false)
            .map_err(store_error)?;
        mark(db)
    };
    store.lookup(relaxed).await.unwrap();
    assert!(store.lookup(is_marked).await.unwrap());
    assert!(store.scan(is_marked).await.unwrap());
    let fails = |_: &Db| Err::<(), _>(StoreError::Broken("fails".to_owned()));
    store.lookup(fails).await.unwrap_err();
    assert!(!store.lookup(is_marked).await.unwrap());
}

#[tokio::test]
async fn write_after_a_stale_read_is_a_conflict() {
    let (dir, store) = opened().await;
    let other = rusqlite::Connection::open(dir.path().join("appkeep.db")).unwrap();
    let read = "BEGIN; SELECT COUNT(*) FROM accounts";
    other.execute_batch(read).unwrap();
    assert_writable(&store).await;
    let error = other.execute(INSERT, ["too late"]).unwrap_err();
    assert!(matches!(store_error(error), StoreError::Conflict));
}
