//! Compares the work with many and with few backups, in steps of SQLite's virtual machine.

use appkeep_core::store::Store as _;
use rusqlite::{Connection, StatementStatus, params};
use tempfile::TempDir;

use super::db::Db;
use super::plans::{MODULES, assert_bounded, plans};
use crate::SqliteStore;
use crate::scaling::{ACCOUNT, BUCKET, Measured};

const APPS: &str = "\
    WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?2) \
    INSERT INTO apps (id, account_id, name, volumes, declared, created_micros) \
    SELECT printf('00000000-0000-0000-0000-%012x', 786432 + n), ?1, 'app-' || n, '[]', 1, n FROM numbers";

/// One in four backups is completed; they are distributed evenly over the apps.
const BACKUPS: &str = "\
    WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?4) \
    INSERT INTO app_backups (id, account_id, app_id, name, bucket_id, state, state_unready, hook_state_details, \
    labels, created_micros, modified_micros, created_by, generation, bytes_done) \
    SELECT printf('00000000-0000-0000-0001-%012x', n), ?1, \
    printf('00000000-0000-0000-0000-%012x', 786432 + n % ?3), 'backup-' || n, ?2, \
    CASE n / ?3 % 4 WHEN 0 THEN 'completed' ELSE 'failed' END, '[]', '[]', '[]', n, n, ?1, 0, 10 FROM numbers";

/// A database with this many apps and backups.
async fn filled(apps: u32, backups: u32) -> (TempDir, SqliteStore) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536")
        .unwrap();
    let (account, bucket) = (ACCOUNT.to_string(), BUCKET.to_string());
    raw.execute(
        "INSERT INTO accounts (id, name, declared) VALUES (?1, 'team', 1)",
        [&account],
    )
    .unwrap();
    raw.execute(
        "INSERT INTO buckets (id, account_id, name, location, is_default, position, declared) \
         VALUES (?1, ?2, 'near', '{\"directory\":\"/backups\"}', 1, 0, 1)",
        [&bucket, &account],
    )
    .unwrap();
    raw.execute(APPS, params![account, apps]).unwrap();
    raw.execute(BACKUPS, params![account, bucket, apps, backups])
        .unwrap();
    drop(raw);
    let store = SqliteStore::open(&path).await.unwrap();
    (dir, store)
}

/// The number of steps that all statements together have taken on this connection.
fn steps(db: &Db) -> i64 {
    let statements = MODULES.into_iter().flat_map(|(_, statements)| statements);
    let steps = statements.map(|(_, statement)| {
        let prepared = db.connection().prepare_cached(statement.sql).unwrap();
        i64::from(prepared.get_status(StatementStatus::VmStep))
    });
    steps.sum()
}

/// The work of a store's connections: one that reads, because calls follow each other, and one that writes.
async fn total_steps(store: &SqliteStore) -> i64 {
    let read = store.scan(|db| Ok(steps(db))).await.unwrap();
    let mut tx = store.connections.begin().await.unwrap();
    read + tx.run(|db| Ok(steps(db))).unwrap()
}

fn measured(store: &SqliteStore) -> Measured<'_, impl AsyncFn() -> i64> {
    Measured {
        store,
        total: async || total_steps(store).await,
    }
}

#[tokio::test]
async fn work_does_not_grow_with_the_number_of_backups() {
    let (_small_dir, small) = filled(10, 1000).await;
    let (large_dir, large) = filled(1000, 1_000_000).await;
    let few_reads = measured(&small).read(1000).await;
    assert!(few_reads.iter().all(|(_, steps)| *steps > 0), "{few_reads:?}");
    assert_eq!(measured(&large).read(1_000_000).await, few_reads);
    let few_writes = measured(&small).write(1).await;
    assert_eq!(measured(&large).write(1).await, few_writes);
    println!("steps: {few_reads:?} {few_writes:?}");

    // Plans don't depend on the number of rows, and the important ones don't depend on statistics either.
    let empty_dir = tempfile::tempdir().unwrap();
    let empty = SqliteStore::open(empty_dir.path().join("appkeep.db"))
        .await
        .unwrap();
    let expected = empty.scan(|db| Ok(plans(db))).await.unwrap();
    let found = large.scan(|db| Ok(plans(db))).await.unwrap();
    assert_eq!(changed(&expected, &found), [("", ""); 0]);
    large
        .write(|db| {
            let analyze = "PRAGMA analysis_limit = 1000; ANALYZE";
            db.connection().execute_batch(analyze).unwrap();
            Ok(())
        })
        .await
        .unwrap();
    large.close().await;
    let analyzed = SqliteStore::open(large_dir.path().join("appkeep.db"))
        .await
        .unwrap();
    let check = |db: &Db| {
        assert_bounded(db);
        Ok(())
    };
    analyzed.scan(check).await.unwrap();
    for ((name, steps), (_, few)) in measured(&analyzed)
        .read(1_000_000)
        .await
        .into_iter()
        .zip(few_reads)
    {
        assert!(steps <= few + few / 4, "{name}: {steps} steps instead of {few}");
    }
}

#[tokio::test]
async fn work_and_size_do_not_grow_with_deleted_backups() {
    let (dir, store) = filled(10, 1000).await;
    let measured = measured(&store);
    let churn = async |numbers: std::ops::Range<u128>| {
        for n in numbers {
            measured.write(n).await;
        }
        // Not the file's size: the write-ahead log is copied into it from time to time.
        let pages = |db: &Db| {
            Ok(db
                .connection()
                .query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0))
                .unwrap())
        };
        store.scan(pages).await.unwrap()
    };
    // The last 1,000 finished jobs are kept.
    let pages = churn(0..1200).await;
    let work = measured.write(5000).await;
    let later = churn(10_000..10_400).await;
    assert!(later <= pages + pages / 50, "{later} pages instead of {pages}");
    let worked = measured.write(5001).await;
    for ((name, steps), (_, before)) in worked.iter().zip(&work) {
        assert!(
            *steps <= before + before / 4,
            "{name}: {steps} steps instead of {before}"
        );
    }
    drop(dir);
}

/// The statements whose plans differ, with both plans.
fn changed<'p>(one: &'p str, other: &'p str) -> Vec<(&'p str, &'p str)> {
    let statements = |plans: &'p str| plans.split("\n\n");
    statements(one)
        .zip(statements(other))
        .filter(|(one, other)| one != other)
        .collect()
}
