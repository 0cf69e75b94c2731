//! Broken connections, and errors.

use std::time::Duration;

use appkeep_core::catalog::Declaration;
use appkeep_core::store::{Store, StoreError};
use appkeep_store::PostgresStore;
use futures::FutureExt as _;
use sqlx_core::executor::Executor as _;
use sqlx_core::query_scalar::query_scalar;
use tokio::net::TcpSocket;

use crate::schema::Schema;

const TERMINATE: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                         WHERE application_name = current_setting('search_path')";

/// The default number of connections.
const CONNECTIONS_MAX: u32 = 16;

/// A store whose connections have the name of its schema.
async fn named() -> (Schema, PostgresStore) {
    let schema = Schema::create().await;
    let store = PostgresStore::connect(&schema.url_with("application_name", schema.name()))
        .await
        .unwrap();
    (schema, store)
}

fn is_unavailable<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Unavailable(_)))
}

/// Checks that each connection fails at most once.
async fn assert_recovers(call: impl AsyncFn() -> Result<(), StoreError>) {
    for _ in 0..=CONNECTIONS_MAX {
        let result = call().await;
        if result.is_ok() {
            return;
        }
        assert!(is_unavailable(&result), "{result:?}");
    }
    panic!("broken connections are not replaced");
}

#[tokio::test]
async fn terminated_connections_are_replaced() {
    let (schema, store) = named().await;
    let mut other = schema.connect().await;
    let mut tx = store.begin().await.unwrap();
    tx.update_declaration("node", &Declaration::default(), chrono::DateTime::UNIX_EPOCH)
        .await
        .unwrap();
    other.execute(TERMINATE).await.unwrap();
    let committed = tx.commit().await;
    assert!(is_unavailable(&committed), "{:?}", committed.err());
    assert_recovers(async || store.list_accounts().await.map(|_| ())).await;
    other.execute(TERMINATE).await.unwrap();
    assert_recovers(async || store.probe_write().await).await;
    assert_recovers(async || store.begin().await?.commit().await).await;
}

#[tokio::test]
async fn statements_that_take_too_long_make_the_store_unavailable() {
    let schema = Schema::create().await;
    let mut other = schema.connect().await;
    let store = PostgresStore::connect(&schema.url_with("options[lock_timeout]", "10ms"))
        .await
        .unwrap();
    other
        .execute("BEGIN; LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let listed = store.list_accounts().await;
    assert!(is_unavailable(&listed), "{:?}", listed.err());
    other.execute("ROLLBACK").await.unwrap();
    store.list_accounts().await.unwrap();
}

#[tokio::test]
async fn read_only_databases_are_not_migrated() {
    let schema = Schema::create().await;
    let read_only = schema.url_with("options[default_transaction_read_only]", "on");
    let refused = PostgresStore::connect(&read_only).await;
    assert!(is_unavailable(&refused), "{:?}", refused.err());
}

const OPEN_TRANSACTIONS: &str = "SELECT COUNT(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' \
                                 AND application_name = current_setting('search_path')";

#[tokio::test]
async fn dropped_calls_leave_no_open_transaction() {
    let schema = Schema::create().await;
    // PostgreSQL must not end the transactions itself.
    let name = format!("{}&options[idle_in_transaction_session_timeout]=0", schema.name());
    let store = PostgresStore::connect(&schema.url_with("application_name", &name))
        .await
        .unwrap();
    let mut other = schema.connect().await;
    for _ in 0..5 {
        // The caller stops waiting while the transaction begins.
        assert!(store.begin().now_or_never().is_none());
        // The caller stops waiting for a statement.
        let mut tx = store.begin().await.unwrap();
        other
            .execute("BEGIN; LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE")
            .await
            .unwrap();
        let declaration = Declaration::default();
        let updated = tx.update_declaration("node", &declaration, chrono::DateTime::UNIX_EPOCH);
        assert!(updated.now_or_never().is_none());
        other.execute("ROLLBACK").await.unwrap();
        let failed = tx.commit().await;
        assert!(is_unavailable(&failed), "{:?}", failed.err());
    }
    // Transactions wait for each other, so none is open after the next one. PostgreSQL reports that a little later.
    store.begin().await.unwrap().commit().await.unwrap();
    let none_is_open = async {
        let mut open: i64 = 1;
        while open > 0 {
            open = query_scalar(OPEN_TRANSACTIONS)
                .fetch_one(&mut other)
                .await
                .unwrap();
        }
    };
    let waited = tokio::time::timeout(Duration::from_mins(1), none_is_open).await;
    waited.expect("no transaction is open");
}

#[tokio::test]
async fn transactions_that_wait_too_long_leave_usable_connections() {
    let schema = Schema::create().await;
    let store = PostgresStore::connect(&schema.url_with("options[lock_timeout]", "10ms"))
        .await
        .unwrap();
    let other = PostgresStore::connect(&schema.url()).await.unwrap();
    let tx = other.begin().await.unwrap();
    for _ in 0..3 {
        let begun = store.begin().await;
        assert!(is_unavailable(&begun), "{:?}", begun.err());
        store.list_accounts().await.unwrap();
    }
    drop(tx);
    other.begin().await.unwrap().commit().await.unwrap();
    store.begin().await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn closed_stores_are_unavailable() {
    let (_schema, store) = named().await;
    store.clone().close().await;
    assert!(is_unavailable(&store.list_accounts().await));
    assert!(is_unavailable(&store.begin().await.map(|_| ())));
}

#[tokio::test]
async fn errors_and_debug_output_omit_the_password() {
    // Without `listen`, connections are refused.
    let refusing = TcpSocket::new_v4().unwrap();
    refusing.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = refusing.local_addr().unwrap();
    let url = format!("postgres://appkeep:s3cret@{address}/db").into();
    let refused = PostgresStore::connect(&url).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused}");
    assert!(!refused.to_string().contains("s3cret"), "{refused}");
    // The cluster accepts any password.
    let schema = Schema::create().await;
    let store = PostgresStore::connect(&schema.url_with("password", "s3cret"))
        .await
        .unwrap();
    assert!(!format!("{store:?}").contains("s3cret"));
}
