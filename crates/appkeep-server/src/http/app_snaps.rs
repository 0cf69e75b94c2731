//! Handlers of the operations on snapshots.

use appkeep_api::app_snap::AppSnapCreate;
use appkeep_api::body::JsonBody;
use appkeep_api::params::{AppPath, AppSnapListQuery, AppSnapPath, NoQuery, QueryParams};
use appkeep_api::reply::Reply;
use appkeep_api::words::{Identifier, Try};
use appkeep_core::app_snap::AppSnap;
use appkeep_core::authz::{Read, Write};
use appkeep_core::error::Error;
use appkeep_core::service::AppSnapRef;
use http::StatusCode;
use http::header::LOCATION;

use super::call::{Answered, Call, PathIds, app};
use super::problem::Rejected;
use super::{from_wire, list, to_wire};

/// The media type of a single snapshot.
pub(super) const VENDOR_TYPE: &str = "application/astra-appSnap+json";

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
    let wanted = wanted(path.app_id, path.app_snap_id, query)?;
    let service = &call.http().service;
    let snap = service.app_snap_fetch_for_app(&authorized, wanted).await?;
    one(call, StatusCode::OK, &snap)
}

pub(super) async fn delete_for_app(
    call: &Call<'_>,
    path: AppSnapPath,
    query: QueryParams<NoQuery>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let wanted = wanted(path.app_id, path.app_snap_id, query)?;
    let service = &call.http().service;
    service.app_snap_delete_for_app(&authorized, wanted).await?;
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
    let wanted = from_wire::create_app_snap(app_id, call.read(body, VENDOR_TYPE).await?)?;
    let service = &call.http().service;
    let snap = service.app_snap_create_for_app(&authorized, wanted).await?;
    let location = format!(
        "/accounts/{}/k8s/v1/apps/{}/appSnaps/{}",
        snap.account_id, snap.app_id, snap.id
    );
    Ok(one(call, StatusCode::CREATED, &snap)?.with_header(LOCATION, &location))
}

/// Returns the snapshot in a path.
fn wanted(
    app_id: Try<Identifier>,
    id: Try<Identifier>,
    query: QueryParams<NoQuery>,
) -> Result<AppSnapRef, Rejected> {
    let mut ids = PathIds::default();
    let app_id = ids.read("app_id", app_id);
    let id = ids.read("appSnap_id", id);
    let wanted = ids.accept(AppSnapRef { app_id, id })?;
    query.0.map_err(Rejected::Query).map(|_| wanted)
}

fn one(call: &Call<'_>, status: StatusCode, snap: &AppSnap) -> Answered {
    let wire = to_wire::app_snap(snap).map_err(Error::Internal)?;
    Ok(call.one(status, VENDOR_TYPE, (snap.id, snap.generation), &wire))
}
