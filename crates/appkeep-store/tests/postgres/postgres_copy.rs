//! Copies of SQLite databases.

use std::path::Path;

use appkeep_core::actor::AccountScope;
use appkeep_core::ids::BackupKind;
use appkeep_core::name::NodeName;
use appkeep_core::server::NewServer;
use appkeep_core::store::{Store, StoreError, StoredKind};
use appkeep_store::{CopiedTable, CopyError, PostgresStore, SqliteStore, copy_to_postgres};
use sqlx_core::executor::Executor as _;
use sqlx_core::query_scalar::query_scalar;
use sqlx_core::sql_str::AssertSqlSafe;
use uuid::Uuid;

use crate::filled::{Source, fill, job, read_all, token};
use crate::fixtures::{NODE, TEAM, at, resource};
use crate::schema::Schema;

async fn copied(source: &Source, schema: &Schema) -> Result<Vec<CopiedTable>, CopyError> {
    copy_to_postgres(&source.path, &schema.url()).await
}

/// The message of a copy that failed, after which no table of the target exists or has rows.
async fn refused(source: &Source, schema: &Schema) -> String {
    let refused = copied(source, schema).await.unwrap_err();
    let mut raw = schema.connect().await;
    let tables: Vec<String> = query_scalar(
        "SELECT table_name::TEXT FROM information_schema.tables WHERE table_schema = current_schema \
         AND table_name NOT IN ('applied_migrations', 'write_lock')",
    )
    .fetch_all(&mut raw)
    .await
    .unwrap();
    for table in tables {
        let count = format!("SELECT COUNT(*) FROM {table}");
        let rows: i64 = query_scalar(AssertSqlSafe(count))
            .fetch_one(&mut raw)
            .await
            .unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    refused.to_string()
}

/// Names and numbers of rows of all tables of a SQLite database.
fn tables(raw: &rusqlite::Connection) -> Vec<CopiedTable> {
    let list = "SELECT name FROM sqlite_schema WHERE type = 'table' \
                AND name NOT IN ('sqlite_sequence', '_sqlx_migrations') ORDER BY name";
    let mut statement = raw.prepare(list).unwrap();
    let names = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let count = |name: String| {
        let rows = raw.query_row(&format!("SELECT COUNT(*) FROM {name}"), [], |row| {
            row.get::<_, i64>(0)
        });
        CopiedTable {
            rows: u64::try_from(rows.unwrap()).unwrap(),
            name,
        }
    };
    names.map(|name| count(name.unwrap())).collect()
}

#[tokio::test]
async fn every_table_is_copied_and_reads_are_equal() {
    let source = Source::filled(fill).await;
    let schema = Schema::create().await;
    let mut copied = copied(&source, &schema).await.unwrap();
    copied.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(copied, tables(&source.raw()));
    let empty: Vec<_> = copied.iter().filter(|table| table.rows == 0).collect();
    let names: Vec<_> = empty.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["trial_writes"], "the test fills all other tables");

    let original = SqliteStore::open(&source.path).await.unwrap();
    let copy = PostgresStore::connect(&schema.url()).await.unwrap();
    // Jobs wait for nodes without a live server. The time is that of the database.
    let server = NewServer {
        id: Uuid::from_u128(0xf5),
        node: NodeName::new(NODE).unwrap(),
    };
    assert_eq!(copy.register_server(&server, at(0)).await.unwrap(), None);
    let expected = read_all(&original).await.replace("\\0", "\u{fffd}");
    pretty_equal(&read_all(&copy).await, &expected);
    original.close().await;
    copy.close().await;
}

/// Like `assert_eq`, for many lines.
#[track_caller]
fn pretty_equal(found: &str, expected: &str) {
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn numbers_counts_and_triggers_continue_after_a_copy() {
    let source = Source::filled(fill).await;
    // The last number was used by a job that was deleted.
    source
        .raw()
        .execute("UPDATE sqlite_sequence SET seq = 4711", [])
        .unwrap();
    let schema = Schema::create().await;
    copied(&source, &schema).await.unwrap();
    let store = PostgresStore::connect(&schema.url()).await.unwrap();
    let version = store.fetch_account_version(TEAM).await.unwrap().unwrap();
    let before = store.fetch_statistics().await.unwrap();

    let mut tx = store.begin().await.unwrap();
    tx.insert_job(&job(100)).await.unwrap();
    assert!(tx.update_job_cancelled(job(100).id, at(3)).await.unwrap());
    let backup = resource::<BackupKind>(0x2000, "new");
    BackupKind::of_tx(tx.as_mut())
        .insert_resource(&backup)
        .await
        .unwrap();
    tx.commit().await.unwrap();

    assert_eq!(
        store.fetch_account_version(TEAM).await.unwrap(),
        Some(version + 1)
    );
    let after = store.fetch_statistics().await.unwrap();
    let jobs = |statistics: &appkeep_core::statistics::Statistics| {
        statistics.jobs.iter().map(|one| one.count).sum::<i64>()
    };
    assert_eq!(jobs(&after), jobs(&before) + 1);
    let numbers = "SELECT seq || ' ' || ended_order FROM jobs ORDER BY seq DESC LIMIT 1";
    let numbers: String = query_scalar(numbers)
        .fetch_one(&mut schema.connect().await)
        .await
        .unwrap();
    let ended: i64 = source
        .raw()
        .query_row("SELECT MAX(ended_order) FROM jobs", [], |row| row.get(0))
        .unwrap();
    assert_eq!(numbers, format!("4712 {}", ended + 1));
    let last = "SELECT name FROM app_backups ORDER BY seq DESC LIMIT 1";
    let last: String = query_scalar(last)
        .fetch_one(&mut schema.connect().await)
        .await
        .unwrap();
    assert_eq!(last, "new");
}

#[tokio::test]
async fn targets_with_rows_are_refused_unchanged() {
    let source = Source::filled(fill).await;
    let schema = Schema::create().await;
    let store = PostgresStore::connect(&schema.url()).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.insert_token(&token(9, AccountScope::All)).await.unwrap();
    tx.commit().await.unwrap();
    let refused = copied(&source, &schema).await.unwrap_err().to_string();
    assert_eq!(refused, "the target is not empty: table tokens has rows");
    assert_eq!(store.list_tokens().await.unwrap().len(), 1);
    assert_eq!(store.list_accounts().await.unwrap(), []);
}

#[tokio::test]
async fn a_second_copy_is_refused() {
    let source = Source::filled(fill).await;
    let schema = Schema::create().await;
    copied(&source, &schema).await.unwrap();
    let refused = copied(&source, &schema).await.unwrap_err();
    assert!(matches!(refused, CopyError::NotEmpty(_)), "{refused}");
}

fn fill_with_20_000_tokens(path: &Path) {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.execute_batch(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000) \
         INSERT INTO tokens (id, name, hash, subject, role, scope, created_micros) \
         SELECT printf('00000000-0000-0000-0000-%012x', n * 7919 % 20011 + 4096), 'token ' || n, \
         CAST(printf('%032d', n) AS BLOB), '00000000-0000-0000-0000-000000000001', 'viewer', '[]', n FROM numbers",
    )
    .unwrap();
}

async fn large() -> Source {
    let source = Source::filled(fill).await;
    fill_with_20_000_tokens(&source.path);
    source
}

#[tokio::test]
async fn large_tables_are_copied_in_batches() {
    let (source, schema) = (large().await, Schema::create().await);
    let copied = copied(&source, &schema).await.unwrap();
    let tokens = copied.iter().find(|table| table.name == "tokens").unwrap();
    assert_eq!(tokens.rows, 20_003);
}

/// A target with the current schema, changed by a statement.
async fn changed_target(change: &'static str) -> Schema {
    let schema = Schema::create().await;
    PostgresStore::connect(&schema.url()).await.unwrap().close().await;
    schema.connect().await.execute(change).await.unwrap();
    schema
}

#[tokio::test]
async fn interrupted_copies_leave_the_target_empty() {
    let source = large().await;
    let schema = changed_target(
        "ALTER TABLE tokens ADD CHECK (created_micros <> 15000 OR pg_terminate_backend(pg_backend_pid()))",
    )
    .await;
    let message = refused(&source, &schema).await;
    assert!(
        message.starts_with("the target can't be written: the store is not available"),
        "{message}"
    );
    // The next attempt succeeds.
    schema
        .connect()
        .await
        .execute("ALTER TABLE tokens DROP CONSTRAINT tokens_created_micros_check")
        .await
        .unwrap();
    copied(&source, &schema).await.unwrap();
}

#[tokio::test]
async fn copies_that_differ_are_not_committed() {
    let source = Source::filled(fill).await;
    for (change, differs) in [
        ("CREATE RULE skip AS ON INSERT TO tokens DO INSTEAD NOTHING", 1),
        (
            "CREATE RULE change AS ON INSERT TO tokens DO ALSO \
             UPDATE tokens SET name = 'other' WHERE created_micros % 1000000 > 0 AND role = 'owner'",
            3,
        ),
        (
            "CREATE RULE more AS ON INSERT TO schedules DO ALSO INSERT INTO tokens \
             (id, name, hash, subject, role, scope, created_micros) VALUES \
             ('ffffffff-ffff-ffff-ffff-ffffffffffff', 'more', sha256(''), gen_random_uuid(), 'viewer', '[]', 0) \
             ON CONFLICT DO NOTHING",
            4,
        ),
    ] {
        let schema = changed_target("SELECT 1").await;
        schema.connect().await.execute(change).await.unwrap();
        let message = refused(&source, &schema).await;
        let expected = format!("the copy of table tokens is not equal to its source: row {differs} differs");
        assert_eq!(message, expected, "{change}");
    }
}

#[tokio::test]
async fn values_that_do_not_fit_name_their_row() {
    let source = Source::filled(fill).await;
    let change = "UPDATE tokens SET subject = 'aaaaaaaa-AAAA-aaaa-aaaa-aaaaaaaaaaaa' WHERE created_micros = \
                  (SELECT MAX(created_micros) FROM tokens)";
    source.raw().execute(change, []).unwrap();
    let message = refused(&source, &Schema::create().await).await;
    assert_eq!(
        message,
        "tokens.subject can't be copied: row 3 has a value that is not a valid UUID"
    );
}

#[tokio::test]
async fn sources_with_another_schema_are_refused() {
    let source = Source::filled(fill).await;
    let last = "DELETE FROM _sqlx_migrations WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)";
    source.raw().execute(last, []).unwrap();
    let message = refused(&source, &Schema::create().await).await;
    assert!(message.contains("its schema lacks 1 migrations"), "{message}");
    let missing = source.path.with_file_name("missing");
    let refused = copy_to_postgres(&missing, &Schema::create().await.url()).await;
    assert!(matches!(refused, Err(CopyError::Source(_))), "{refused:?}");
    assert!(!missing.exists());
}

#[tokio::test]
async fn copies_wait_for_transactions_of_servers() {
    let source = Source::filled(fill).await;
    let schema = Schema::create().await;
    let patient = schema.url_with("options[idle_in_transaction_session_timeout]", "0");
    let server = PostgresStore::connect(&patient).await.unwrap();
    let tx = server.begin().await.unwrap();
    let impatient = schema.url_with("options[lock_timeout]", "10ms");
    let refused = copy_to_postgres(&source.path, &impatient).await.unwrap_err();
    assert!(
        matches!(&refused, CopyError::Target(StoreError::Unavailable(_))),
        "{refused}"
    );
    drop(tx);
    server.close().await;
}
