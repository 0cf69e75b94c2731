//! The catalog that an operator declares: accounts, apps and buckets. Rows are never deleted.

use appkeep_core::catalog::{Account, App, Bucket, Declaration, Recorded};
use appkeep_core::ids::{AccountId, AppId, BucketId};
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use sqlx_postgres::PgConnection;

use super::db::{self, params};
use super::{bucket_problems, schedules};
use crate::items::catalog::{account, app, bucket, check_account, recorded};
use crate::rows::{Row as _, json, micros};
use crate::statements::{Statement, statements};

macro_rules! select_accounts {
    ($which:literal) => {
        concat!(
            "SELECT id, name, declared, created_micros, modified_micros FROM accounts ",
            $which
        )
    };
}

macro_rules! select_apps {
    ($which:literal) => {
        concat!(
            "SELECT id, account_id, name, volumes, options, declared FROM apps ",
            $which
        )
    };
}

macro_rules! select_buckets {
    ($which:literal) => {
        concat!(
            "SELECT id, account_id, name, location, is_default, backups_max, declared, created_micros, modified_micros ",
            "FROM buckets ",
            $which
        )
    };
}

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
    DECLARE_ACCOUNT("accounts") = "INSERT INTO accounts (id, name, declared, created_micros, modified_micros) VALUES ($1, $2, TRUE, $3, $3) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, declared = TRUE";
    DECLARE_APP("apps") = "INSERT INTO apps (id, account_id, name, volumes, options, declared, created_micros, modified_micros) \
         VALUES ($1, $2, $3, $4, $5, TRUE, $6, $6) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, volumes = excluded.volumes, \
         options = excluded.options, declared = TRUE, away_nodes = NULL \
         WHERE apps.account_id = excluded.account_id";
    INSERT_UNDECLARED_APP("apps") = "INSERT INTO apps (id, account_id, name, volumes, options, declared, created_micros, modified_micros) \
         VALUES ($1, $2, $3, $4, $5, FALSE, $6, $6) ON CONFLICT (id) DO NOTHING";

    /// The first of several nodes decides the position.
    DECLARE_BUCKET("buckets") = "INSERT INTO buckets (id, account_id, name, location, is_default, position, backups_max, declared, \
         created_micros, modified_micros, trouble) VALUES ($1, $2, $3, $4, $5, $6, $7, TRUE, $8, $8, '') \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, location = excluded.location, \
         trouble = CASE WHEN buckets.location = excluded.location THEN buckets.trouble ELSE '' END, \
         measurement = CASE WHEN buckets.location = excluded.location THEN buckets.measurement END, \
         is_default = excluded.is_default, position = CASE WHEN 1 < (\
         SELECT COUNT(*) FROM node_declarations WHERE node_declarations.id = buckets.id) \
         THEN buckets.position ELSE excluded.position END, \
         backups_max = excluded.backups_max, declared = TRUE \
         WHERE buckets.account_id = excluded.account_id";

    /// The changes that are not yet part of the stored version are few.
    FETCH_VERSION("accounts") = "SELECT version + (SELECT COALESCE(SUM(changes), 0)::BIGINT FROM account_changes \
         WHERE account_changes.account_id = accounts.id) AS version FROM accounts WHERE id = $1";
    FETCH_ACCOUNT("accounts") = select_accounts!("WHERE id = $1");
    LIST_ACCOUNTS("accounts") = select_accounts!("ORDER BY name, id");
    FETCH_APP("apps") = select_apps!("WHERE account_id = $1 AND id = $2");
    LIST_APPS("apps") = select_apps!("WHERE account_id = $1 ORDER BY name, id");
    FETCH_BUCKET("buckets") = select_buckets!("WHERE account_id = $1 AND id = $2");

    /// `$1` account, `$2` app, `$3` the only node whose buckets are listed, or null.
    LIST_BUCKETS_OF_APP("buckets") = select_buckets!("WHERE account_id = $1 AND declared AND EXISTS (\
         SELECT 1 FROM node_declarations AS own WHERE own.id = buckets.id AND ($3::TEXT = own.node OR ($3::TEXT IS NULL \
         AND EXISTS (SELECT 1 FROM node_declarations AS app WHERE app.id = $2 AND app.node = own.node)))) \
         ORDER BY position, id");
    LIST_BUCKETS("buckets") = select_buckets!("WHERE account_id = $1 ORDER BY declared DESC, position, id");
}

/// Undeclares the items that no node declares.
pub(super) async fn undeclare(db: &mut PgConnection) -> Result<(), StoreError> {
    for undeclare in [
        UNDECLARE_ACCOUNTS,
        UNDECLARE_APPS,
        UNDECLARE_BUCKETS,
        schedules::UNDECLARE,
    ] {
        db::execute(db, undeclare, params![]).await?;
    }
    Ok(())
}

/// Declares accounts, apps and buckets.
pub(super) async fn declare(
    db: &mut PgConnection,
    declaration: &Declaration,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for account in &declaration.accounts {
        declare_account(db, account, now).await?;
    }
    for app in &declaration.apps {
        declare_app(db, app, now).await?;
    }
    for (position, bucket) in (0..).zip(&declaration.buckets) {
        declare_bucket(db, bucket, position, now).await?;
    }
    Ok(())
}

async fn declare_account(
    db: &mut PgConnection,
    account: &Account,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let params = params![account.id.as_uuid(), &account.name, micros(now)];
    db::execute(db, DECLARE_ACCOUNT, params).await?;
    Ok(())
}

async fn declare_app(db: &mut PgConnection, app: &App, now: DateTime<Utc>) -> Result<(), StoreError> {
    let declared = write_app(db, DECLARE_APP, app, now).await?;
    check_account("app", app.id, declared)
}

/// Returns whether the app with this id belongs to this account.
pub(super) async fn insert_undeclared_app(
    db: &mut PgConnection,
    app: &App,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    write_app(db, INSERT_UNDECLARED_APP, app, now).await?;
    Ok(fetch_app(db, app.account_id, app.id).await?.is_some())
}

async fn write_app(
    db: &mut PgConnection,
    statement: Statement,
    app: &App,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let params = params![
        app.id.as_uuid(),
        app.account_id.as_uuid(),
        &app.name,
        json("an app's volumes", &app.volumes)?,
        json("an app's options", &app.options)?,
        micros(now)
    ];
    db::execute(db, statement, params).await
}

async fn declare_bucket(
    db: &mut PgConnection,
    bucket: &Bucket,
    position: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let location = json("a bucket's location", &bucket.location)?;
    bucket_problems::delete_outdated(db, bucket.id.as_uuid(), &location).await?;
    let params = params![
        bucket.id.as_uuid(),
        bucket.account_id.as_uuid(),
        &bucket.name,
        location,
        bucket.is_default,
        position,
        i64::from(bucket.backups_max),
        micros(now)
    ];
    let declared = db::execute(db, DECLARE_BUCKET, params).await?;
    check_account("bucket", bucket.id, declared)
}

pub(super) async fn fetch_account(
    db: &mut PgConnection,
    id: AccountId,
) -> Result<Option<Account>, StoreError> {
    db::fetch(db, FETCH_ACCOUNT, params![id.as_uuid()], |row| account(row)).await
}

pub(super) async fn fetch_account_version(
    db: &mut PgConnection,
    id: AccountId,
) -> Result<Option<i64>, StoreError> {
    db::fetch(db, FETCH_VERSION, params![id.as_uuid()], |row| {
        row.integer("version")
    })
    .await
}

pub(super) async fn list_accounts(db: &mut PgConnection) -> Result<Vec<Account>, StoreError> {
    db::list(db, LIST_ACCOUNTS, params![], |row| account(row)).await
}

pub(super) async fn list_recorded_accounts(
    db: &mut PgConnection,
) -> Result<Vec<Recorded<Account>>, StoreError> {
    db::list(db, LIST_ACCOUNTS, params![], |row| recorded(account(row)?, row)).await
}

pub(super) async fn fetch_app(
    db: &mut PgConnection,
    account_id: AccountId,
    id: AppId,
) -> Result<Option<App>, StoreError> {
    let params = params![account_id.as_uuid(), id.as_uuid()];
    db::fetch(db, FETCH_APP, params, |row| app(row)).await
}

pub(super) async fn list_apps(db: &mut PgConnection, account_id: AccountId) -> Result<Vec<App>, StoreError> {
    db::list(db, LIST_APPS, params![account_id.as_uuid()], |row| app(row)).await
}

pub(super) async fn fetch_bucket(
    db: &mut PgConnection,
    account_id: AccountId,
    id: BucketId,
) -> Result<Option<Bucket>, StoreError> {
    let params = params![account_id.as_uuid(), id.as_uuid()];
    db::fetch(db, FETCH_BUCKET, params, |row| bucket(row)).await
}

pub(super) async fn list_buckets(
    db: &mut PgConnection,
    account_id: AccountId,
) -> Result<Vec<Bucket>, StoreError> {
    db::list(db, LIST_BUCKETS, params![account_id.as_uuid()], |row| bucket(row)).await
}

pub(super) async fn list_buckets_of_app(
    db: &mut PgConnection,
    account_id: AccountId,
    app_id: AppId,
    node: Option<&str>,
) -> Result<Vec<Bucket>, StoreError> {
    let params = params![account_id.as_uuid(), app_id.as_uuid(), node];
    db::list(db, LIST_BUCKETS_OF_APP, params, |row| bucket(row)).await
}

/// Lists declared buckets first. Buckets that are no longer declared follow, ordered by their last position.
pub(super) async fn list_recorded_buckets(
    db: &mut PgConnection,
    account_id: AccountId,
) -> Result<Vec<Recorded<Bucket>>, StoreError> {
    let params = params![account_id.as_uuid()];
    db::list(db, LIST_BUCKETS, params, |row| recorded(bucket(row)?, row)).await
}
