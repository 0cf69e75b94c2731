//! Handlers of the operations on snapshots.

use appkeep_api::app_snap::AppSnapCreate;
use appkeep_api::body::JsonBody;
use appkeep_api::params::{AppPath, AppSnapListQuery, AppSnapPath, NoQuery, QueryParams};
use appkeep_api::reply::Reply;
use appkeep_core::app_snapshot::AppSnapshot;
use appkeep_core::authz::{Read, Write};
use http::StatusCode;

use super::call::{Answered, Call, app};
use super::item::Single;
use super::problem::Rejected;
use super::resources::{created, in_path};
use super::{from_wire, list};

pub(super) async fn list_for_app(
    call: &Call<'_>,
    path: AppPath,
    query: QueryParams<AppSnapListQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let app_id = app(path.app_id)?;
    let (include, options) = list::wanted(query)?;
    let service = &call.http().service;
    let listing = service
        .app_snap_list_for_app(&authorized, app_id, options)
        .await?;
    list::answer(call.http(), authorized.ctx(), listing, include).await
}

pub(super) async fn fetch_for_app(
    call: &Call<'_>,
    path: AppSnapPath,
    query: QueryParams<NoQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let request = in_path(Some(path.app_id), path.app_snap_id, query)?;
    let service = &call.http().service;
    let snapshot = service.app_snap_fetch_for_app(&authorized, request).await?;
    call.one(StatusCode::OK, &snapshot)
}

pub(super) async fn delete_for_app(
    call: &Call<'_>,
    path: AppSnapPath,
    query: QueryParams<NoQuery>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let request = in_path(Some(path.app_id), path.app_snap_id, query)?;
    let service = &call.http().service;
    service.app_snap_delete_for_app(&authorized, request).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn create_for_app(
    call: &Call<'_>,
    path: AppPath,
    query: QueryParams<NoQuery>,
    body: JsonBody<AppSnapCreate>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let app_id = app(path.app_id)?;
    query.0.map_err(Rejected::Query)?;
    let body = call.read(body, AppSnapshot::VENDOR_TYPE).await?;
    let request = from_wire::create_app_snap(app_id, body)?;
    let service = &call.http().service;
    let snapshot = service.app_snap_create_for_app(&authorized, request).await?;
    created(call, &snapshot)
}
