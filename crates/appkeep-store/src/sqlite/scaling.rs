//! Checks that statements do the same work with a million backups in a thousand apps as with a thousand backups.
//!
//! Work is measured in steps of SQLite's virtual machine, so that the test doesn't depend on the speed of the
//! machine.

use appkeep_core::app_backup::{AppBackup, BackupDetails};
use appkeep_core::ids::{AccountId, AppId, BackupKind, BucketId, SubjectId};
use appkeep_core::job::{CreateBackup, JobPayload, NewJob};
use appkeep_core::listing::Listed as _;
use appkeep_core::resource::CreateResource;
use appkeep_core::store::{ListFilter, Page, Position, Store as _, StoreError};
use chrono::DateTime;
use rusqlite::{Connection, StatementStatus, params};
use tempfile::TempDir;
use uuid::Uuid;

use super::db::Db;
use super::plans::{MODULES, assert_bounded, plans};
use super::{apps, catalog, jobs, resources, schedules, statistics};
use crate::SqliteStore;

const ACCOUNT: AccountId = AccountId::new(Uuid::from_u128(0xa1));
const BUCKET: BucketId = BucketId::new(Uuid::from_u128(0xb1));

fn app(number: u128) -> AppId {
    AppId::new(Uuid::from_u128(0xc_0000 + number))
}

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

fn steps_of<T>(db: &Db, call: impl FnOnce(&Db) -> Result<T, StoreError>) -> Result<(i64, T), StoreError> {
    let before = steps(db);
    let found = call(db)?;
    Ok((steps(db) - before, found))
}

/// The position of backup number `n`.
fn position(n: u32) -> Position {
    Position {
        created_micros: n.into(),
        id: Uuid::from_u128((1 << 48) + u128::from(n)),
    }
}

/// The calls, by name, with their numbers of steps.
type Work = Vec<(&'static str, i64)>;

/// Measures reads from a database with this many backups.
fn read(db: &Db, backups: u32) -> Result<Work, StoreError> {
    let mut work = Work::new();
    for (name, after) in [
        ("first page of the account", None),
        ("page in the middle", Some(position(backups / 2))),
        ("page at the end", Some(position(60))),
    ] {
        let page = Page {
            after,
            rows_max: 50,
            bytes_max: usize::MAX,
        };
        let filter = ListFilter {
            account_id: ACCOUNT,
            app_id: None,
        };
        let (steps, found) = steps_of(db, |db| resources::list::<BackupKind>(db, &filter, &page))?;
        assert_eq!(found.rows.len(), 50, "{name}");
        let newest = after.map_or(backups - 1, |after| {
            u32::try_from(after.created_micros).unwrap() - 1
        });
        assert_eq!(found.rows[0].position(), position(newest), "{name}");
        work.push((name, steps));
        let filter = ListFilter {
            app_id: Some(app(3)),
            ..filter
        };
        let page = Page {
            after: after.map(|_| position(backups / 2)),
            rows_max: 10,
            ..page
        };
        let (steps, found) = steps_of(db, |db| resources::list::<BackupKind>(db, &filter, &page))?;
        assert_eq!(found.rows.len(), 10, "{name}");
        work.push(("page of an app", steps));
    }
    let id = position(backups / 3).id.into();
    let (steps, found) = steps_of(db, |db| resources::fetch::<BackupKind>(db, ACCOUNT, id))?;
    assert!(found.is_some());
    work.push(("fetch", steps));
    let (steps, found) = steps_of(db, |db| {
        resources::list_finished::<BackupKind>(db, app(3), None, 20)
    })?;
    assert_eq!(found.len(), 20);
    assert!(steps < 20 * 20, "{steps} steps for 20 rows");
    work.push(("finished backups", steps));
    let (steps, found) = steps_of(db, statistics::fetch)?;
    let counts: Vec<_> = found
        .app_backups
        .iter()
        .map(|one| (one.count, one.bytes))
        .collect();
    let (all, finished) = (i64::from(backups), i64::from(backups / 4));
    assert_eq!(
        counts,
        [(finished, finished * 10), (all - finished, (all - finished) * 10)]
    );
    work.push(("statistics", steps));
    let page = Page {
        after: None,
        rows_max: 5,
        bytes_max: usize::MAX,
    };
    work.push(("apps", steps_of(db, |db| apps::list(db, ACCOUNT, &page))?.0));
    work.push((
        "version",
        steps_of(db, |db| catalog::fetch_account_version(db, ACCOUNT))?.0,
    ));
    let schedule_id = Uuid::from_u128(1).into();
    let (steps, _) = steps_of(db, |db| schedules::count_in_progress_by_schedule(db, schedule_id))?;
    work.push(("backups in progress", steps));
    Ok(work)
}

/// Measures creating a backup with its job, and updating and deleting the backup.
fn write(db: &Db) -> Result<Work, StoreError> {
    let request = CreateResource {
        app_id: app(3),
        name: None,
        labels: Vec::new(),
    };
    let details = BackupDetails::new(BUCKET, None);
    let id = Uuid::from_u128(0xd1).into();
    let subject = SubjectId::new(Uuid::from_u128(0xe1));
    let mut backup = AppBackup::pending(id, ACCOUNT, request, details, subject, DateTime::UNIX_EPOCH);
    let job = NewJob {
        id: Uuid::from_u128(0xf1).into(),
        payload: JobPayload::from(CreateBackup {
            account_id: ACCOUNT,
            app_id: app(3),
            backup_id: id,
        }),
        run_after: DateTime::UNIX_EPOCH,
        correlation: None,
        node: None,
    };
    let mut work = Work::new();
    work.push(("insert", steps_of(db, |db| resources::insert(db, &backup))?.0));
    work.push(("queue", steps_of(db, |db| jobs::insert(db, &job))?.0));
    work.push(("update", steps_of(db, |db| resources::update(db, &backup))?.0));
    backup.generation += 1;
    work.push((
        "delete",
        steps_of(db, |db| resources::delete(db, id, backup.generation))?.0,
    ));
    Ok(work)
}

#[tokio::test]
async fn work_does_not_grow_with_the_number_of_backups() {
    let (_small_dir, small) = filled(10, 1000).await;
    let (large_dir, large) = filled(1000, 1_000_000).await;
    let few_reads = small.scan(|db| read(db, 1000)).await.unwrap();
    assert_eq!(large.scan(|db| read(db, 1_000_000)).await.unwrap(), few_reads);
    let few_writes = small.write(write).await.unwrap();
    assert_eq!(large.write(write).await.unwrap(), few_writes);

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
        read(db, 1_000_000)
    };
    for ((name, steps), (_, few)) in analyzed.scan(check).await.unwrap().into_iter().zip(few_reads) {
        assert!(steps <= few + few / 4, "{name}: {steps} steps instead of {few}");
    }
}

/// The statements whose plans differ, with both plans.
fn changed<'p>(one: &'p str, other: &'p str) -> Vec<(&'p str, &'p str)> {
    let statements = |plans: &'p str| plans.split("\n\n");
    statements(one)
        .zip(statements(other))
        .filter(|(one, other)| one != other)
        .collect()
}
