//! Handlers of the operations on backups.

use appkeep_api::app_backup::AppBackupCreate;
use appkeep_api::body::JsonBody;
use appkeep_api::params::{
    AccountBackupPath, AccountPath, AppBackupListQuery, AppBackupPath, AppPath, NoQuery, QueryParams,
};
use appkeep_api::reply::Reply;
use appkeep_api::words::{Identifier, Try};
use appkeep_core::app_backup::AppBackup;
use appkeep_core::authz::{Read, Write};
use appkeep_core::error::Error;
use appkeep_core::service::AppBackupRef;
use http::StatusCode;
use http::header::LOCATION;

use super::call::{Answered, Call, PathIds, app};
use super::problem::Rejected;
use super::{from_wire, list, to_wire};

/// The media type of a single backup.
pub(super) const VENDOR_TYPE: &str = "application/astra-appBackup+json";

pub(super) async fn list_all(
    call: &Call<'_>,
    path: AccountPath,
    query: QueryParams<AppBackupListQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let (include, options) = list::wanted(query)?;
    let service = &call.http().service;
    let listing = service.app_backup_list_all(&authorized, options).await?;
    list::answer(call.http(), authorized.ctx(), listing, include).await
}

pub(super) async fn list_for_app(
    call: &Call<'_>,
    path: AppPath,
    query: QueryParams<AppBackupListQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let app_id = app(path.app_id)?;
    let (include, options) = list::wanted(query)?;
    let service = &call.http().service;
    let listing = service
        .app_backup_list_for_app(&authorized, app_id, options)
        .await?;
    list::answer(call.http(), authorized.ctx(), listing, include).await
}

pub(super) async fn fetch(call: &Call<'_>, path: AccountBackupPath, query: QueryParams<NoQuery>) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let wanted = wanted(None, path.app_backup_id, query)?;
    let service = &call.http().service;
    let backup = service.app_backup_fetch(&authorized, wanted).await?;
    one(call, StatusCode::OK, &backup)
}

pub(super) async fn fetch_for_app(
    call: &Call<'_>,
    path: AppBackupPath,
    query: QueryParams<NoQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let wanted = wanted(Some(path.app_id), path.app_backup_id, query)?;
    let service = &call.http().service;
    let backup = service.app_backup_fetch(&authorized, wanted).await?;
    one(call, StatusCode::OK, &backup)
}

pub(super) async fn delete(
    call: &Call<'_>,
    path: AccountBackupPath,
    query: QueryParams<NoQuery>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let wanted = wanted(None, path.app_backup_id, query)?;
    call.http().service.app_backup_delete(&authorized, wanted).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn delete_for_app(
    call: &Call<'_>,
    path: AppBackupPath,
    query: QueryParams<NoQuery>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let wanted = wanted(Some(path.app_id), path.app_backup_id, query)?;
    call.http().service.app_backup_delete(&authorized, wanted).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn create_for_app(
    call: &Call<'_>,
    path: AppPath,
    query: QueryParams<NoQuery>,
    body: JsonBody<AppBackupCreate>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let app_id = app(path.app_id)?;
    query.0.map_err(Rejected::Query)?;
    let wanted = from_wire::create_app_backup(app_id, call.read(body, VENDOR_TYPE).await?)?;
    let service = &call.http().service;
    let backup = service.app_backup_create_for_app(&authorized, wanted).await?;
    let location = format!(
        "/accounts/{}/k8s/v1/apps/{}/appBackups/{}",
        backup.account_id, backup.app_id, backup.id
    );
    Ok(one(call, StatusCode::CREATED, &backup)?.with_header(LOCATION, &location))
}

/// Returns the backup in a path, within the app if the path names one.
fn wanted(
    app_id: Option<Try<Identifier>>,
    id: Try<Identifier>,
    query: QueryParams<NoQuery>,
) -> Result<AppBackupRef, Rejected> {
    let mut ids = PathIds::default();
    let app_id = app_id.map(|app_id| ids.read("app_id", app_id));
    let id = ids.read("appBackup_id", id);
    let wanted = ids.accept(AppBackupRef { app_id, id })?;
    query.0.map_err(Rejected::Query).map(|_| wanted)
}

fn one(call: &Call<'_>, status: StatusCode, backup: &AppBackup) -> Answered {
    let wire = to_wire::app_backup(backup).map_err(Error::Internal)?;
    Ok(call.one(status, VENDOR_TYPE, (backup.id, backup.generation), &wire))
}
