//! The query plans of all statements of the store, recorded in a snapshot.

use std::fmt::Write as _;

use sqlx_core::executor::Executor as _;
use sqlx_core::query_scalar::query_scalar;
use sqlx_core::raw_sql::raw_sql;
use sqlx_core::sql_str::AssertSqlSafe;
use sqlx_postgres::PgConnection;

use super::schema::Schema;
use super::{
    PostgresStore, app_backups, app_restores, app_snapshots, app_summaries, apps, bucket_features,
    bucket_measurements, bucket_problems, catalog, changes, declarations, jobs, maintenance, notifications,
    pending_jobs, repository_keys, schedules, servers, statistics, tokens, write_probe,
};
use crate::statements::Statement;

/// All modules with statements. A module that is missing here has an unused `STATEMENTS`, which the compiler reports.
const MODULES: [(&str, &[(&str, Statement)]); 21] = [
    ("app_backups", app_backups::STATEMENTS),
    ("app_restores", app_restores::STATEMENTS),
    ("app_snapshots", app_snapshots::STATEMENTS),
    ("app_summaries", app_summaries::STATEMENTS),
    ("apps", apps::STATEMENTS),
    ("catalog", catalog::STATEMENTS),
    ("changes", changes::STATEMENTS),
    ("declarations", declarations::STATEMENTS),
    ("jobs", jobs::STATEMENTS),
    ("maintenance", maintenance::STATEMENTS),
    ("notifications", notifications::STATEMENTS),
    ("pending_jobs", pending_jobs::STATEMENTS),
    ("repository_keys", repository_keys::STATEMENTS),
    ("schedules", schedules::STATEMENTS),
    ("servers", servers::STATEMENTS),
    ("statistics", statistics::STATEMENTS),
    ("tokens", tokens::STATEMENTS),
    ("bucket_features", bucket_features::STATEMENTS),
    ("bucket_measurements", bucket_measurements::STATEMENTS),
    ("bucket_problems", bucket_problems::STATEMENTS),
    ("write_probe", write_probe::STATEMENTS),
];

/// The steps of the statement's plan, without conditions: their text differs between versions of PostgreSQL.
async fn plan(db: &mut PgConnection, statement: Statement) -> Vec<String> {
    let sql = statement.sql;
    let is_used = |n: u32| {
        let param = format!("${n}");
        let mut parts = sql.split(&param).skip(1);
        parts.any(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
    };
    let params = (1..=23).rev().find(|n| is_used(*n)).unwrap_or(0);
    let (mut types, mut values) = (Vec::new(), Vec::new());
    for n in 1..=params {
        // The type of an unused parameter can't be inferred.
        types.push(if is_used(n) { "unknown" } else { "text" });
        values.push("NULL");
    }
    let in_parentheses = |list: Vec<&str>| {
        if list.is_empty() {
            return String::new();
        }
        format!("({})", list.join(", "))
    };
    let prepare = format!("PREPARE explained{} AS {sql}", in_parentheses(types));
    db.execute(raw_sql(AssertSqlSafe(prepare))).await.unwrap();
    let explain = format!("EXPLAIN (COSTS OFF) EXECUTE explained{}", in_parentheses(values));
    let lines: Vec<String> = query_scalar(AssertSqlSafe(explain))
        .persistent(false)
        .fetch_all(&mut *db)
        .await
        .unwrap();
    db.execute("DEALLOCATE explained").await.unwrap();
    let is_step = |line: &String| {
        let first = line.trim_start();
        line == first
            || first.starts_with("->")
            || first.starts_with("InitPlan")
            || first.starts_with("SubPlan")
    };
    lines.into_iter().filter(is_step).collect()
}

async fn plans(db: &mut PgConnection) -> String {
    let mut text = String::new();
    for (module, statements) in MODULES {
        for (name, statement) in statements {
            writeln!(text, "{module}::{name}").unwrap();
            for step in plan(db, *statement).await {
                writeln!(text, "    {step}").unwrap();
            }
            text.push('\n');
        }
    }
    text
}

#[tokio::test]
async fn query_plans_of_all_statements() {
    let schema = Schema::create().await;
    let store = PostgresStore::connect(&schema.url()).await.unwrap();
    let mut db = store.db().await.unwrap();
    insta::assert_snapshot!(plans(&mut db).await);
}

/// A catalog with 100 apps, which have 20,000 backups, and as many snapshots, finished jobs and restores.
const FILL: &str = "\
    INSERT INTO accounts (id, name, declared) SELECT gen_random_uuid(), 'account-' || n, TRUE FROM generate_series(1, 10) n; \
    INSERT INTO apps (id, account_id, name, volumes, declared) \
    SELECT gen_random_uuid(), accounts.id, 'app-' || n, '[]', TRUE FROM accounts, generate_series(1, 10) n; \
    INSERT INTO buckets (id, account_id, name, location, is_default, position, declared) \
    SELECT gen_random_uuid(), accounts.id, 'bucket', '{}', TRUE, 0, TRUE FROM accounts; \
    INSERT INTO app_backups (id, account_id, app_id, name, bucket_id, state, state_unready, hook_state_details, labels, \
    created_micros, modified_micros, created_by, generation) \
    SELECT gen_random_uuid(), apps.account_id, apps.id, 'backup-' || n, buckets.id, \
    CASE WHEN n % 4 = 0 THEN 'completed' ELSE 'failed' END, '[]', '[]', '[]', n, n, apps.id, 0 \
    FROM apps JOIN buckets ON buckets.account_id = apps.account_id, generate_series(1, 200) n; \
    INSERT INTO app_snaps (id, account_id, app_id, name, state, state_unready, hook_state_details, labels, \
    created_micros, modified_micros, created_by, generation, node) \
    SELECT id, account_id, app_id, name, state, '[]', '[]', '[]', created_micros, 0, app_id, 0, 'here' FROM app_backups; \
    INSERT INTO app_restores (id, account_id, app_id, source_kind, source_id, state, reasons, created_micros, \
    modified_micros, created_by, generation) \
    SELECT id, account_id, app_id, 'backup', id, 'completed', '[]', created_micros, 0, app_id, 0 FROM app_backups; \
    INSERT INTO jobs (id, payload_version, kind, payload, resource, exclusive_key, state, run_after_micros, ended_order, \
    account_id, app_id) \
    SELECT id, 1, 'take_backup', '{}', id, app_id, 'done', created_micros, nextval('jobs_ended_order'), account_id, app_id \
    FROM app_backups; \
    ANALYZE";

/// Tables that grow with use. They must never be scanned or sorted.
const GROWING: [&str; 4] = ["app_backups", "app_snaps", "app_restores", "jobs"];

/// Statements that access small tables (accounts, buckets, servers, results of backups) with a method or in an order that
/// may depend on the number of their rows.
const OF_SMALL_TABLES: [&str; 7] = [
    "apps::LIST",
    "catalog::LIST_BUCKETS_OF_APP",
    "changes::LIST_APPS",
    "jobs::CLAIM_BACKUP",
    "jobs::CLAIM_OTHER",
    "maintenance::FOLD_ACCOUNT_CHANGES",
    "statistics::LIST_BACKUP_RESULTS",
];

/// A backup has one temporary snapshot.
const SORTED: (&str, &str) = ("app_snapshots", "LIST_TEMPORARY");

/// Checks that no statement reads or sorts all rows of a growing table.
pub(super) async fn assert_bounded(db: &mut PgConnection) {
    for (module, statements) in MODULES {
        for (name, statement) in statements {
            for step in plan(db, *statement).await {
                let is_scan = step.contains("Seq Scan") && GROWING.iter().any(|table| step.contains(table));
                assert!(!is_scan, "{module}::{name}: {step}");
                let is_sort = step.contains("Sort") && GROWING.contains(&statement.table);
                assert!(!is_sort || (module, *name) == SORTED, "{module}::{name}: {step}");
            }
        }
    }
}

#[tokio::test]
async fn plans_are_bounded_and_do_not_depend_on_the_number_of_rows() {
    let schema = Schema::create().await;
    let store = PostgresStore::connect(&schema.url()).await.unwrap();
    let mut db = store.db().await.unwrap();
    assert_bounded(&mut db).await;
    let empty = plans(&mut db).await;
    db.execute(raw_sql(FILL)).await.unwrap();
    assert_bounded(&mut db).await;
    let filled = plans(&mut db).await;
    let plan_pairs = empty.split("\n\n").zip(filled.split("\n\n"));
    let differ = plan_pairs.filter(|(empty, filled)| empty != filled);
    let mut differ = differ.filter_map(|(plan, _)| plan.lines().next());
    let unexpected = differ.find(|name| !OF_SMALL_TABLES.contains(name));
    assert_eq!(unexpected, None);
}
