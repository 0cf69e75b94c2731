//! Upgrades of databases that earlier versions wrote.

use std::fmt::Write as _;

use appkeep_core::catalog::Recorded;
use appkeep_core::ids::{AppBackupId, AppSnapshotId};
use appkeep_core::job::Claim;
use appkeep_core::schedule::Scheduled;
use appkeep_core::store::{Resources, Store};
use appkeep_store::SqliteStore;
use chrono::DateTime;
use rusqlite::Connection;
use uuid::Uuid;

use crate::opening::raw;

/// The database of a server that created, deleted and restored a few backups and snapshots, and was stopped while two
/// jobs were queued.
const SCHEMA_13: &str = include_str!("fixtures/schema-13.sql");

fn ids(raw: &Connection, table: &str) -> Vec<(Uuid, Uuid)> {
    let id = |row: &rusqlite::Row<'_>, at| row.get::<_, String>(at).map(|id| id.parse().unwrap());
    raw.prepare(&format!("SELECT account_id, id FROM {table} ORDER BY rowid"))
        .unwrap()
        .query_map([], |row| Ok((id(row, 0)?, id(row, 1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// All data that the store can read, as text.
async fn read_all(store: &SqliteStore, raw: &Connection) -> String {
    let mut text = String::new();
    let mut add = |what: &dyn std::fmt::Debug| writeln!(text, "{what:?}").unwrap();
    for token in store.list_tokens().await.unwrap() {
        assert_eq!(
            store.fetch_token(&token.hash).await.unwrap().unwrap().id,
            token.id
        );
        add(&(token.id, &token.name, &token.actor));
        add(&(token.created_at, token.expires_at, token.revoked_at));
    }
    for account in store.list_recorded_accounts().await.unwrap() {
        add(&account);
        for bucket in store.list_recorded_buckets(account.item.id).await.unwrap() {
            add(&bucket);
        }
        for app in store.list_apps(account.item.id).await.unwrap() {
            add(&store.fetch_app_view(account.item.id, app.id).await.unwrap());
            for Recorded { item, .. } in store.list_app_schedules(account.item.id, app.id).await.unwrap() {
                let Scheduled { schedule, next } = item;
                add(&(schedule.id, &schedule.name, next));
                add(&(
                    schedule.timing.expression(),
                    schedule.timing.zone(),
                    schedule.jitter_secs,
                ));
                add(&(
                    schedule.creates_backup,
                    schedule.creates_snapshot,
                    schedule.bucket_id,
                ));
                add(&(&schedule.retention, schedule.enabled));
            }
            add(&store
                .fetch_latest_app_restore(account.item.id, app.id)
                .await
                .unwrap());
        }
    }
    for (account_id, id) in ids(raw, "app_backups") {
        let id = AppBackupId::new(id);
        add(&store.fetch_resource(account_id.into(), id).await.unwrap());
    }
    for (account_id, id) in ids(raw, "app_snaps") {
        let id = AppSnapshotId::new(id);
        add(&store.fetch_resource(account_id.into(), id).await.unwrap());
    }
    add(&store.fetch_statistics().await.unwrap());
    add(&store.list_backup_results(100).await.unwrap());
    let at = |secs| DateTime::from_timestamp(secs, 0).unwrap();
    let claim = Claim {
        owner: Uuid::from_u128(1),
        now: at(1_800_000_000),
        lease_until: at(1_800_000_060),
        backups_max: None,
        node: "node".to_owned(),
    };
    while let Some(job) = store.claim_job(&claim).await.unwrap() {
        add(&job);
    }
    text
}

#[tokio::test]
async fn a_database_of_schema_13_is_migrated_and_read_completely() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("appkeep.db");
    let raw = raw(&path);
    // The dump creates tables in alphabetical order.
    raw.pragma_update(None, "foreign_keys", false).unwrap();
    raw.execute_batch(SCHEMA_13).unwrap();
    let store = SqliteStore::open_sole_server(&path).await.unwrap();
    insta::assert_snapshot!(read_all(&store, &raw).await);
}
