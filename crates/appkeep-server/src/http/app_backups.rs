//! Handlers of the operations on backups.

use appkeep_api::app_backup::AppBackupCreate;
use appkeep_api::body::JsonBody;
use appkeep_api::params::{
    AccountBackupPath, AccountPath, AppBackupListQuery, AppBackupPath, AppPath, NoQuery, QueryParams,
};
use appkeep_api::reply::Reply;
use appkeep_core::app_backup::AppBackup;
use appkeep_core::authz::{Read, Write};
use http::StatusCode;

use super::call::{Answered, Call, app};
use super::item::Single;
use super::problem::Rejected;
use super::resources::{created, in_path};
use super::{from_wire, list};

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
    let request = in_path(None, path.app_backup_id, query)?;
    let service = &call.http().service;
    let backup = service.app_backup_fetch(&authorized, request).await?;
    call.one(StatusCode::OK, &backup)
}

pub(super) async fn fetch_for_app(
    call: &Call<'_>,
    path: AppBackupPath,
    query: QueryParams<NoQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let request = in_path(Some(path.app_id), path.app_backup_id, query)?;
    let service = &call.http().service;
    let backup = service.app_backup_fetch(&authorized, request).await?;
    call.one(StatusCode::OK, &backup)
}

pub(super) async fn delete(
    call: &Call<'_>,
    path: AccountBackupPath,
    query: QueryParams<NoQuery>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let request = in_path(None, path.app_backup_id, query)?;
    call.http()
        .service
        .app_backup_delete(&authorized, request)
        .await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn delete_for_app(
    call: &Call<'_>,
    path: AppBackupPath,
    query: QueryParams<NoQuery>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let request = in_path(Some(path.app_id), path.app_backup_id, query)?;
    call.http()
        .service
        .app_backup_delete(&authorized, request)
        .await?;
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
    let body = call.read(body, AppBackup::VENDOR_TYPE).await?;
    let request = from_wire::create_app_backup(app_id, body)?;
    let service = &call.http().service;
    let backup = service.app_backup_create_for_app(&authorized, request).await?;
    created(call, &backup)
}
