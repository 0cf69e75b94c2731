//! The catalog that an operator declares: accounts, apps and buckets. Rows are never deleted.

use appkeep_core::catalog::{Account, App, Bucket, Declaration, Recorded};
use appkeep_core::ids::{AccountId, AppId, BucketId};
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use rusqlite::params;

use super::db::Db;
use super::schedules;
use crate::items::catalog::{account, app, bucket, check_account, recorded};
use crate::rows::{Row as _, json, micros};
use crate::statements::{Statement, statements};

/// Marks the items of a table as undeclared that no node declares.
macro_rules! undeclare_items {
    ($table:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET declared = FALSE WHERE declared AND 0 = (",
            "SELECT COUNT(*) FROM node_declarations WHERE node_declarations.id = ",
            $table,
            ".id)"
        )
    };
}
pub(super) use undeclare_items;

statements! {
    UNDECLARE_ACCOUNTS("accounts") = undeclare_items!("accounts");
    UNDECLARE_APPS("apps") = undeclare_items!("apps");
    UNDECLARE_BUCKETS("buckets") = undeclare_items!("buckets");
    DECLARE_ACCOUNT("accounts") = "INSERT INTO accounts (id, name, declared, created_micros, modified_micros) VALUES (?1, ?2, TRUE, ?3, ?3) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, declared = TRUE";
    DECLARE_APP("apps") = "INSERT INTO apps (id, account_id, name, volumes, options, declared, created_micros, modified_micros) \
         VALUES (?1, ?2, ?3, ?4, ?5, TRUE, ?6, ?6) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, volumes = excluded.volumes, \
         options = excluded.options, declared = TRUE, away_nodes = NULL \
         WHERE apps.account_id = excluded.account_id";
    INSERT_UNDECLARED_APP("apps") = "INSERT INTO apps (id, account_id, name, volumes, options, declared, created_micros, modified_micros) \
         VALUES (?1, ?2, ?3, ?4, ?5, FALSE, ?6, ?6) ON CONFLICT (id) DO NOTHING";

    /// The first of several nodes decides the position.
    DECLARE_BUCKET("buckets") = "INSERT INTO buckets (id, account_id, name, location, is_default, position, backups_max, declared, \
         created_micros, modified_micros, trouble) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, TRUE, ?8, ?8, '') \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, location = excluded.location, \
         trouble = CASE WHEN buckets.location = excluded.location THEN buckets.trouble ELSE '' END, \
         measurement = CASE WHEN buckets.location = excluded.location THEN buckets.measurement END, \
         is_default = excluded.is_default, position = CASE WHEN 1 < (\
         SELECT COUNT(*) FROM node_declarations WHERE node_declarations.id = buckets.id) \
         THEN buckets.position ELSE excluded.position END, \
         backups_max = excluded.backups_max, declared = TRUE \
         WHERE buckets.account_id = excluded.account_id";
    FETCH_VERSION("accounts") = "SELECT version FROM accounts WHERE id = ?1";
    FETCH_ACCOUNT("accounts") = "SELECT * FROM accounts WHERE id = ?1";
    LIST_ACCOUNTS("accounts") = "SELECT * FROM accounts ORDER BY name, id";
    FETCH_APP("apps") = "SELECT * FROM apps WHERE account_id = ?1 AND id = ?2";
    LIST_APPS("apps") = "SELECT * FROM apps WHERE account_id = ?1 ORDER BY name, id";
    FETCH_BUCKET("buckets") = "SELECT * FROM buckets WHERE account_id = ?1 AND id = ?2";

    /// `?1` account, `?2` app, `?3` the only node whose buckets are listed, or null.
    LIST_BUCKETS_OF_APP("buckets") = "SELECT * FROM buckets WHERE account_id = ?1 AND declared AND EXISTS (\
         SELECT 1 FROM node_declarations AS own WHERE own.id = buckets.id AND (?3 = own.node OR (?3 IS NULL \
         AND EXISTS (SELECT 1 FROM node_declarations AS app WHERE app.id = ?2 AND app.node = own.node)))) \
         ORDER BY position, id";
    LIST_BUCKETS("buckets") = "SELECT * FROM buckets WHERE account_id = ?1 ORDER BY declared DESC, position, id";
}

/// Undeclares the items that no node declares.
pub(super) fn undeclare(db: &Db) -> Result<(), StoreError> {
    for undeclare in [
        UNDECLARE_ACCOUNTS,
        UNDECLARE_APPS,
        UNDECLARE_BUCKETS,
        schedules::UNDECLARE,
    ] {
        db.execute(undeclare, [])?;
    }
    Ok(())
}

/// Declares accounts, apps and buckets.
pub(super) fn declare(db: &Db, declaration: &Declaration, now: DateTime<Utc>) -> Result<(), StoreError> {
    for account in &declaration.accounts {
        declare_account(db, account, now)?;
    }
    for app in &declaration.apps {
        declare_app(db, app, now)?;
    }
    for (position, bucket) in (0..).zip(&declaration.buckets) {
        declare_bucket(db, bucket, position, now)?;
    }
    Ok(())
}

fn declare_account(db: &Db, account: &Account, now: DateTime<Utc>) -> Result<(), StoreError> {
    db.execute(
        DECLARE_ACCOUNT,
        params![account.id.to_string(), &account.name, micros(now)],
    )?;
    Ok(())
}

fn declare_app(db: &Db, app: &App, now: DateTime<Utc>) -> Result<(), StoreError> {
    let declared = write_app(db, DECLARE_APP, app, now)?;
    check_account("app", app.id, declared)
}

/// Returns whether the app with this id belongs to this account.
pub(super) fn insert_undeclared_app(db: &Db, app: &App, now: DateTime<Utc>) -> Result<bool, StoreError> {
    write_app(db, INSERT_UNDECLARED_APP, app, now)?;
    Ok(fetch_app(db, app.account_id, app.id)?.is_some())
}

fn write_app(db: &Db, statement: Statement, app: &App, now: DateTime<Utc>) -> Result<usize, StoreError> {
    db.execute(
        statement,
        params![
            app.id.to_string(),
            app.account_id.to_string(),
            &app.name,
            json("an app's volumes", &app.volumes)?,
            json("an app's options", &app.options)?,
            micros(now)
        ],
    )
}

fn declare_bucket(db: &Db, bucket: &Bucket, position: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
    let declared = db.execute(
        DECLARE_BUCKET,
        params![
            bucket.id.to_string(),
            bucket.account_id.to_string(),
            &bucket.name,
            json("a bucket's location", &bucket.location)?,
            bucket.is_default,
            position,
            bucket.backups_max,
            micros(now)
        ],
    )?;
    check_account("bucket", bucket.id, declared)
}

pub(super) fn fetch_account(db: &Db, id: AccountId) -> Result<Option<Account>, StoreError> {
    db.fetch(FETCH_ACCOUNT, params![id.to_string()], |row| account(row))
}

pub(super) fn fetch_account_version(db: &Db, id: AccountId) -> Result<Option<i64>, StoreError> {
    db.fetch(FETCH_VERSION, params![id.to_string()], |row| {
        row.integer("version")
    })
}

pub(super) fn list_accounts(db: &Db) -> Result<Vec<Account>, StoreError> {
    let recorded = list_recorded_accounts(db)?;
    Ok(recorded.into_iter().map(|account| account.item).collect())
}

pub(super) fn list_recorded_accounts(db: &Db) -> Result<Vec<Recorded<Account>>, StoreError> {
    db.list(LIST_ACCOUNTS, [], |row| recorded(account(row)?, row))
}

pub(super) fn fetch_app(db: &Db, account_id: AccountId, id: AppId) -> Result<Option<App>, StoreError> {
    db.fetch(
        FETCH_APP,
        params![account_id.to_string(), id.to_string()],
        |row| app(row),
    )
}

pub(super) fn list_apps(db: &Db, account_id: AccountId) -> Result<Vec<App>, StoreError> {
    db.list(LIST_APPS, params![account_id.to_string()], |row| app(row))
}

pub(super) fn fetch_bucket(
    db: &Db,
    account_id: AccountId,
    id: BucketId,
) -> Result<Option<Bucket>, StoreError> {
    db.fetch(
        FETCH_BUCKET,
        params![account_id.to_string(), id.to_string()],
        |row| bucket(row),
    )
}

pub(super) fn list_buckets(db: &Db, account_id: AccountId) -> Result<Vec<Bucket>, StoreError> {
    let recorded = list_recorded_buckets(db, account_id)?;
    Ok(recorded.into_iter().map(|bucket| bucket.item).collect())
}

pub(super) fn list_buckets_of_app(
    db: &Db,
    account_id: AccountId,
    app_id: AppId,
    node: Option<&str>,
) -> Result<Vec<Bucket>, StoreError> {
    let params = params![account_id.to_string(), app_id.to_string(), node];
    db.list(LIST_BUCKETS_OF_APP, params, |row| bucket(row))
}

/// Lists declared buckets first. Buckets that are no longer declared follow, ordered by their last position.
pub(super) fn list_recorded_buckets(
    db: &Db,
    account_id: AccountId,
) -> Result<Vec<Recorded<Bucket>>, StoreError> {
    db.list(LIST_BUCKETS, params![account_id.to_string()], |row| {
        recorded(bucket(row)?, row)
    })
}
