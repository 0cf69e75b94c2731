//! How SQLite executes each statement of the store, recorded in a snapshot.

use std::fmt::Write as _;

use super::db::{Db, Statement};
use super::{
    app_backups, app_restores, app_snaps, apps, catalog, changes, jobs, pending_jobs, schedules, statistics,
    tokens, trial, versions,
};
use crate::SqliteStore;

/// All modules with statements. One that is missing here leaves its `STATEMENTS` unused, which the compiler
/// reports.
const MODULES: [(&str, &[(&str, Statement)]); 13] = [
    ("app_backups", app_backups::STATEMENTS),
    ("app_restores", app_restores::STATEMENTS),
    ("app_snaps", app_snaps::STATEMENTS),
    ("apps", apps::STATEMENTS),
    ("catalog", catalog::STATEMENTS),
    ("changes", changes::STATEMENTS),
    ("jobs", jobs::STATEMENTS),
    ("pending_jobs", pending_jobs::STATEMENTS),
    ("schedules", schedules::STATEMENTS),
    ("statistics", statistics::STATEMENTS),
    ("tokens", tokens::STATEMENTS),
    ("trial", trial::STATEMENTS),
    ("versions", versions::STATEMENTS),
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

fn plans(db: &Db) -> String {
    let mut text = String::new();
    for (module, statements) in MODULES {
        for (name, statement) in statements {
            writeln!(text, "{module}::{name}").unwrap();
            for step in plan(db, *statement) {
                writeln!(text, "    {step}").unwrap();
            }
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
