//! Accounts, apps and buckets: what an operator declares. Rows are never deleted.

use appkeep_core::catalog::{Account, App, Bucket, Declaration, Recorded};
use appkeep_core::ids::{AccountId, AppId, BucketId};
use appkeep_core::store::StoreError;
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::errors::store_error;
use super::rows::{Row, json, micros};
use super::{changes, schedules};

/// Makes the catalog what `declaration` says. Everything is undeclared first: names are unique among what is
/// declared, so nothing that was renamed or left out can be in the way of what takes its name.
pub(super) async fn update_declaration(
    conn: &mut SqliteConnection,
    declaration: &Declaration,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let before = changes::declared(conn).await?;
    for undeclare in [
        "UPDATE accounts SET declared = FALSE WHERE declared",
        "UPDATE apps SET declared = FALSE WHERE declared",
        "UPDATE buckets SET declared = FALSE WHERE declared",
        schedules::UNDECLARE,
    ] {
        sqlx::query(undeclare)
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
    }
    for account in &declaration.accounts {
        declare_account(conn, account, now).await?;
    }
    for app in &declaration.apps {
        declare_app(conn, app, now).await?;
    }
    for (position, bucket) in (0..).zip(&declaration.buckets) {
        declare_bucket(conn, bucket, position, now).await?;
    }
    schedules::declare(conn, &declaration.schedules, now).await?;
    changes::note(conn, &before, now).await
}

async fn declare_account(
    conn: &mut SqliteConnection,
    account: &Account,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO accounts (id, name, declared, created_micros, modified_micros) VALUES ($1, $2, TRUE, $3, $3) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, declared = TRUE",
    )
    .bind(account.id.to_string())
    .bind(&account.name)
    .bind(micros(now))
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(())
}

async fn declare_app(conn: &mut SqliteConnection, app: &App, now: DateTime<Utc>) -> Result<(), StoreError> {
    let declared = sqlx::query(
        "INSERT INTO apps (id, account_id, name, volumes, options, declared, created_micros, modified_micros) \
         VALUES ($1, $2, $3, $4, $5, TRUE, $6, $6) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, volumes = excluded.volumes, \
         options = excluded.options, declared = TRUE \
         WHERE apps.account_id = excluded.account_id",
    )
    .bind(app.id.to_string())
    .bind(app.account_id.to_string())
    .bind(&app.name)
    .bind(json("an app's volumes", &app.volumes)?)
    .bind(json("an app's options", &app.options)?)
    .bind(micros(now))
    .execute(conn)
    .await
    .map_err(store_error)?;
    within_its_account("app", app.id, declared.rows_affected())
}

async fn declare_bucket(
    conn: &mut SqliteConnection,
    bucket: &Bucket,
    position: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let declared = sqlx::query(
        "INSERT INTO buckets (id, account_id, name, location, is_default, position, backups_max, declared, \
         created_micros, modified_micros) VALUES ($1, $2, $3, $4, $5, $6, $7, TRUE, $8, $8) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, location = excluded.location, \
         is_default = excluded.is_default, position = excluded.position, \
         backups_max = excluded.backups_max, declared = TRUE \
         WHERE buckets.account_id = excluded.account_id",
    )
    .bind(bucket.id.to_string())
    .bind(bucket.account_id.to_string())
    .bind(&bucket.name)
    .bind(json("a bucket's location", &bucket.location)?)
    .bind(bucket.is_default)
    .bind(position)
    .bind(bucket.backups_max)
    .bind(micros(now))
    .execute(conn)
    .await
    .map_err(store_error)?;
    within_its_account("bucket", bucket.id, declared.rows_affected())
}

/// An id that wandered to another account would take what the first one stored with it.
pub(super) fn within_its_account(
    what: &str,
    id: impl std::fmt::Display,
    rows: u64,
) -> Result<(), StoreError> {
    if rows == 0 {
        return Err(StoreError::Broken(format!(
            "the id of {what} {id} belongs to another account already"
        )));
    }
    Ok(())
}

pub(super) async fn fetch_account(
    conn: &mut SqliteConnection,
    id: AccountId,
) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query("SELECT * FROM accounts WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await
        .map_err(store_error)?;
    row.as_ref().map(account).transpose()
}

pub(super) async fn list_accounts(conn: &mut SqliteConnection) -> Result<Vec<Account>, StoreError> {
    let recorded = list_recorded_accounts(conn).await?;
    Ok(recorded.into_iter().map(|account| account.what).collect())
}

pub(super) async fn list_recorded_accounts(
    conn: &mut SqliteConnection,
) -> Result<Vec<Recorded<Account>>, StoreError> {
    let rows = sqlx::query("SELECT * FROM accounts ORDER BY name, id")
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    rows.iter().map(|row| recorded(account(row)?, row)).collect()
}

pub(super) async fn fetch_app(
    conn: &mut SqliteConnection,
    account_id: AccountId,
    id: AppId,
) -> Result<Option<App>, StoreError> {
    let row = sqlx::query("SELECT * FROM apps WHERE account_id = $1 AND id = $2")
        .bind(account_id.to_string())
        .bind(id.to_string())
        .fetch_optional(conn)
        .await
        .map_err(store_error)?;
    row.as_ref().map(app).transpose()
}

pub(super) async fn list_apps(
    conn: &mut SqliteConnection,
    account_id: AccountId,
) -> Result<Vec<App>, StoreError> {
    let rows = sqlx::query("SELECT * FROM apps WHERE account_id = $1 ORDER BY name, id")
        .bind(account_id.to_string())
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    rows.iter().map(app).collect()
}

pub(super) async fn fetch_bucket(
    conn: &mut SqliteConnection,
    account_id: AccountId,
    id: BucketId,
) -> Result<Option<Bucket>, StoreError> {
    let row = sqlx::query("SELECT * FROM buckets WHERE account_id = $1 AND id = $2")
        .bind(account_id.to_string())
        .bind(id.to_string())
        .fetch_optional(conn)
        .await
        .map_err(store_error)?;
    row.as_ref().map(bucket).transpose()
}

pub(super) async fn list_buckets(
    conn: &mut SqliteConnection,
    account_id: AccountId,
) -> Result<Vec<Bucket>, StoreError> {
    let recorded = list_recorded_buckets(conn, account_id).await?;
    Ok(recorded.into_iter().map(|bucket| bucket.what).collect())
}

/// What is declared comes first; what was declared once keeps its old position after that.
pub(super) async fn list_recorded_buckets(
    conn: &mut SqliteConnection,
    account_id: AccountId,
) -> Result<Vec<Recorded<Bucket>>, StoreError> {
    let rows =
        sqlx::query("SELECT * FROM buckets WHERE account_id = $1 ORDER BY declared DESC, position, id")
            .bind(account_id.to_string())
            .fetch_all(conn)
            .await
            .map_err(store_error)?;
    rows.iter().map(|row| recorded(bucket(row)?, row)).collect()
}

/// What a row holds, with the row's times.
pub(super) fn recorded<T>(what: T, row: &SqliteRow) -> Result<Recorded<T>, StoreError> {
    let row = Row::new("what is declared", row);
    Ok(Recorded {
        what,
        created_at: row.time("created_micros")?,
        modified_at: row.time("modified_micros")?,
    })
}

fn account(row: &SqliteRow) -> Result<Account, StoreError> {
    let row = Row::new("accounts", row);
    Ok(Account {
        id: row.id("id")?,
        name: row.value("name")?,
        declared: row.value("declared")?,
    })
}

pub(super) fn app(row: &SqliteRow) -> Result<App, StoreError> {
    let row = Row::new("apps", row);
    Ok(App {
        id: row.id("id")?,
        account_id: row.id("account_id")?,
        name: row.value("name")?,
        volumes: row.json("volumes")?,
        options: row.json("options")?,
        declared: row.value("declared")?,
    })
}

fn bucket(row: &SqliteRow) -> Result<Bucket, StoreError> {
    let row = Row::new("buckets", row);
    Ok(Bucket {
        id: row.id("id")?,
        account_id: row.id("account_id")?,
        name: row.value("name")?,
        location: row.json("location")?,
        is_default: row.value("is_default")?,
        backups_max: row.number("backups_max")?,
        declared: row.value("declared")?,
    })
}
