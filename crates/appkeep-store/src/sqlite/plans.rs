//! The query plans of all statements of the store, recorded in a snapshot.

use std::fmt::Write as _;

use super::db::Db;
use super::{
    app_backups, app_restores, app_snapshots, app_summaries, apps, bucket_features, bucket_measurements,
    bucket_problems, catalog, changes, declarations, jobs, notifications, pending_jobs, schedules, servers,
    statistics, tokens, write_probe,
};
use crate::SqliteStore;
use crate::statements::Statement;

/// All modules with statements. A module that is missing here has an unused `STATEMENTS`, which the compiler reports.
pub(super) const MODULES: [(&str, &[(&str, Statement)]); 19] = [
    ("app_backups", app_backups::STATEMENTS),
    ("app_restores", app_restores::STATEMENTS),
    ("app_snapshots", app_snapshots::STATEMENTS),
    ("app_summaries", app_summaries::STATEMENTS),
    ("apps", apps::STATEMENTS),
    ("bucket_features", bucket_features::STATEMENTS),
    ("bucket_measurements", bucket_measurements::STATEMENTS),
    ("bucket_problems", bucket_problems::STATEMENTS),
    ("catalog", catalog::STATEMENTS),
    ("changes", changes::STATEMENTS),
    ("declarations", declarations::STATEMENTS),
    ("jobs", jobs::STATEMENTS),
    ("notifications", notifications::STATEMENTS),
    ("pending_jobs", pending_jobs::STATEMENTS),
    ("schedules", schedules::STATEMENTS),
    ("servers", servers::STATEMENTS),
    ("statistics", statistics::STATEMENTS),
    ("tokens", tokens::STATEMENTS),
    ("write_probe", write_probe::STATEMENTS),
];

fn plan(db: &Db, statement: Statement) -> Vec<String> {
    let mut explain = db
        .connection()
        .prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql))
        .unwrap();
    // An unbound parameter is null.
    let steps = explain.raw_query().mapped(|row| row.get("detail"));
    steps.collect::<rusqlite::Result<_>>().unwrap()
}

pub(super) fn plans(db: &Db) -> String {
    let mut text = String::new();
    for (module, statements) in MODULES {
        for (name, statement) in statements {
            writeln!(text, "{module}::{name}").unwrap();
            for step in plan(db, *statement) {
                writeln!(text, "    {step}").unwrap();
            }
            text.push('\n');
        }
    }
    text
}

#[tokio::test]
async fn query_plans_of_all_statements() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("appkeep.db")).await.unwrap();
    insta::assert_snapshot!(store.scan(|db| Ok(plans(db))).await.unwrap());
}

/// Tables that grow with use. They must never be scanned or sorted.
const GROWING: [&str; 4] = ["app_backups", "app_snaps", "app_restores", "jobs"];

/// Statements that scan an index with few rows, or sort few rows.
const EXCEPTIONS: [(&str, &str); 4] = [
    // This index contains only jobs that have not ended, and the queue is bounded.
    ("pending_jobs::LIST", "SCAN jobs USING INDEX jobs_pending"),
    ("declarations::RELEASE_JOBS", "SCAN jobs USING INDEX jobs_pending"),
    // This index contains only running jobs.
    (
        "jobs::CLAIM_BACKUP",
        "SCAN own USING INDEX jobs_running_by_exclusive_key",
    ),
    // A backup has one temporary snapshot.
    ("app_snapshots::LIST_TEMPORARY", "USE TEMP B-TREE FOR ORDER BY"),
];

/// Checks that no statement reads or sorts all rows of a growing table.
pub(super) fn assert_bounded(db: &Db) {
    for (module, statements) in MODULES {
        for (name, statement) in statements {
            let name = format!("{module}::{name}");
            assert!(
                !statement.sql.contains('$'),
                "{name}: parameters are numbered, as in ?1"
            );
            let grows = GROWING.contains(&statement.table);
            for step in plan(db, *statement) {
                if EXCEPTIONS.contains(&(&name, &step)) {
                    continue;
                }
                let scanned = GROWING.iter().any(|table| {
                    let mut words = step.split(' ');
                    words.next() == Some("SCAN") && words.next() == Some(table)
                });
                // A search without an index, for the first or the last row of a table.
                let searched = GROWING.iter().any(|table| step == format!("SEARCH {table}"));
                assert!(!scanned && !searched, "{name}: {step}");
                assert!(!grows || !step.contains("TEMP B-TREE"), "{name}: {step}");
            }
        }
    }
}

#[tokio::test]
async fn growing_tables_are_neither_scanned_nor_sorted() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("appkeep.db")).await.unwrap();
    let check = |db: &Db| {
        assert_bounded(db);
        Ok(())
    };
    store.scan(check).await.unwrap();
}
