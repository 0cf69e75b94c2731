//! Migrations, and the equality of the schemas of both databases.

use std::collections::BTreeSet;

use appkeep_core::store::{Store, StoreError};
use appkeep_store::{PostgresStore, SqliteStore};
use sqlx_core::executor::Executor as _;
use sqlx_core::query_as::query_as;
use sqlx_core::query_scalar::query_scalar;
use tokio::task::JoinSet;

use crate::schema::Schema;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_servers_that_connect_at_once_all_succeed() {
    let schema = Schema::create().await;
    let mut connecting = JoinSet::new();
    for _ in 0..8 {
        let url = schema.url();
        connecting.spawn(async move {
            let store = PostgresStore::connect(&url).await.unwrap();
            store.begin().await.unwrap().commit().await.unwrap();
            store.close().await;
        });
    }
    connecting.join_all().await;
}

async fn refused_after(change: &'static str) -> String {
    let schema = Schema::create().await;
    PostgresStore::connect(&schema.url()).await.unwrap().close().await;
    schema.connect().await.execute(change).await.unwrap();
    let refused = PostgresStore::connect(&schema.url()).await.unwrap_err();
    assert!(matches!(refused, StoreError::Broken(_)), "{refused}");
    refused.to_string()
}

#[tokio::test]
async fn newer_schema_is_refused() {
    let refused =
        refused_after("INSERT INTO applied_migrations (version, name, checksum) VALUES (4711, 'later', '')");
    let refused = refused.await;
    assert!(refused.contains("newer version of appkeep"), "{refused}");
    assert!(refused.contains("4711"), "{refused}");
}

#[tokio::test]
async fn schema_with_changed_migrations_is_refused() {
    let refused = refused_after("UPDATE applied_migrations SET checksum = '' WHERE version = 2").await;
    assert!(refused.contains("0002_create_tokens"), "{refused}");
}

#[tokio::test]
async fn a_migrated_schema_can_be_used_without_permission_to_change_it() {
    let schema = Schema::create().await;
    PostgresStore::connect(&schema.url()).await.unwrap().close().await;
    let read_only = schema.url_with("options[default_transaction_read_only]", "on");
    let store = PostgresStore::connect(&read_only).await.unwrap();
    assert_eq!(store.list_accounts().await.unwrap(), []);
    let refused = store.probe_write().await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}

#[tokio::test]
async fn older_schema_is_refused_where_it_must_not_be_migrated() {
    let schema = Schema::create().await;
    let refused = PostgresStore::connect_migrated(&schema.url()).await.unwrap_err();
    assert!(refused.to_string().contains("its version is 0"), "{refused}");
    PostgresStore::connect(&schema.url()).await.unwrap().close().await;
    let store = PostgresStore::connect_migrated(&schema.url()).await.unwrap();
    assert_eq!(store.list_accounts().await.unwrap(), []);
    store.close().await;
    let mut raw = schema.connect().await;
    raw.execute(
        "DELETE FROM applied_migrations WHERE version = (SELECT MAX(version) FROM applied_migrations)",
    )
    .await
    .unwrap();
    let refused = PostgresStore::connect_migrated(&schema.url()).await.unwrap_err();
    assert!(matches!(refused, StoreError::Broken(_)), "{refused}");
    assert!(
        refused.to_string().contains("older than this version"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn migrations_wait_until_no_server_writes() {
    let schema = Schema::create().await;
    let patient = schema.url_with("options[idle_in_transaction_session_timeout]", "0");
    let store = PostgresStore::connect(&patient).await.unwrap();
    let mut raw = schema.connect().await;
    // The last migration runs again.
    for undo in [
        "DROP TRIGGER schedules_changed ON schedules",
        "DROP TRIGGER app_restores_changed ON app_restores",
        "DROP FUNCTION count_account_change",
        "DROP INDEX app_backups_by_state",
        "DELETE FROM applied_migrations WHERE name = '0032_bound_summaries'",
    ] {
        raw.execute(undo).await.unwrap();
    }
    let writing = store.begin().await.unwrap();
    let url = schema.url();
    let migrating = tokio::spawn(async move { PostgresStore::connect(&url).await.unwrap().close().await });
    let waits = "SELECT COUNT(*) FROM pg_locks WHERE relation = 'write_lock'::REGCLASS AND NOT granted";
    while query_scalar::<_, i64>(waits).fetch_one(&mut raw).await.unwrap() == 0 {
        assert!(!migrating.is_finished(), "a migration ran during a transaction");
        tokio::task::yield_now().await;
    }
    writing.commit().await.unwrap();
    migrating.await.unwrap();
    PostgresStore::connect_migrated(&schema.url())
        .await
        .unwrap()
        .close()
        .await;
    store.close().await;
}

/// Table, column, whether it can be null, and its type in SQLite.
type Column = (String, String, bool, String);

async fn sqlite_columns() -> BTreeSet<Column> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    let raw = rusqlite::Connection::open(&path).unwrap();
    let list = "SELECT tables.name, columns.name, columns.\"notnull\" = 0 AND columns.pk = 0, columns.type \
                FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns \
                WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                AND tables.name <> '_sqlx_migrations'";
    let mut statement = raw.prepare(list).unwrap();
    let columns = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    columns.unwrap().map(Result::unwrap).collect()
}

async fn postgres_columns() -> BTreeSet<Column> {
    let schema = Schema::create().await;
    PostgresStore::connect(&schema.url()).await.unwrap().close().await;
    let list = "SELECT table_name::TEXT, column_name::TEXT, is_nullable = 'YES', \
                CASE data_type WHEN 'bytea' THEN 'BLOB' WHEN 'bigint' THEN 'INTEGER' WHEN 'boolean' THEN 'INTEGER' \
                WHEN 'text' THEN 'TEXT' WHEN 'uuid' THEN 'TEXT' ELSE data_type END \
                FROM information_schema.columns \
                WHERE table_schema = current_schema AND table_name <> 'applied_migrations'";
    let columns = query_as(list).fetch_all(&mut schema.connect().await).await;
    columns.unwrap().into_iter().collect()
}

/// What only PostgreSQL has: SQLite has an implicit order of insertion, and its only writer updates versions in place. Its
/// installation's id and the keys of repositories are files.
fn is_specific_to_postgres((table, column, ..): &Column) -> bool {
    let has_order = ["app_backups", "app_restores", "app_snaps"].contains(&table.as_str());
    [
        "account_changes",
        "bucket_checks",
        "installation",
        "repository_keys",
    ]
    .contains(&table.as_str())
        || (has_order && column == "seq")
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let (sqlite, mut postgres) = (sqlite_columns().await, postgres_columns().await);
    let all = postgres.len();
    postgres.retain(|column| !is_specific_to_postgres(column));
    assert_eq!(all - postgres.len(), 13, "each exception exists");
    let only = |one: &BTreeSet<Column>, other| one.difference(other).cloned().collect::<Vec<_>>();
    assert_eq!(only(&sqlite, &postgres), [], "only in SQLite");
    assert_eq!(only(&postgres, &sqlite), [], "only in PostgreSQL");
}
