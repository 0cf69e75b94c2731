//! Handlers of the operations on restores.

use appkeep_api::app_restore::{AppRestoreCreate, AppRestoreListType, AppRestoreVersion};
use appkeep_api::body::JsonBody;
use appkeep_api::formats::{Identifier, Parsed};
use appkeep_api::params::{AppPath, AppRestoreListQuery, AppRestorePath, NoQuery, QueryParams};
use appkeep_api::reply::Reply;
use appkeep_core::app_restore::AppRestore;
use appkeep_core::authz::{Read, Write};
use appkeep_core::ids::{AppId, AppRestoreId};
use http::StatusCode;
use http::header::LOCATION;

use super::call::{Answered, Call, PathIds, app};
use super::item::Single;
use super::problem::Rejected;
use super::short_list::{self, Head};
use super::{from_wire, list, to_wire};

pub(super) async fn list_for_app(
    call: &Call<'_>,
    path: AppPath,
    query: QueryParams<AppRestoreListQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let app_id = app(path.app_id)?;
    let (include, options) = list::wanted(query)?;
    let service = &call.http().service;
    let found = service
        .app_restore_list_for_app(&authorized, app_id, options)
        .await?;
    let restores = found.items.iter().map(|found| to_wire::app_restore(&found.item));
    let head = Head(AppRestoreListType::AppRestores, AppRestoreVersion::V1_0);
    let ctx = authorized.ctx();
    short_list::answer(call.http(), ctx, head, restores, found.continue_after, &include)
}

pub(super) async fn fetch_for_app(
    call: &Call<'_>,
    path: AppRestorePath,
    query: QueryParams<NoQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let (app_id, id) = in_path(path.app_id, path.app_restore_id, query)?;
    let service = &call.http().service;
    let restore = service.app_restore_fetch_for_app(&authorized, app_id, id).await?;
    call.one(StatusCode::OK, &restore)
}

pub(super) async fn delete_for_app(
    call: &Call<'_>,
    path: AppRestorePath,
    query: QueryParams<NoQuery>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let (app_id, id) = in_path(path.app_id, path.app_restore_id, query)?;
    let service = &call.http().service;
    service
        .app_restore_delete_for_app(&authorized, app_id, id)
        .await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Responds once the restore is recorded; a worker performs it.
pub(super) async fn create_for_app(
    call: &Call<'_>,
    path: AppPath,
    query: QueryParams<NoQuery>,
    body: JsonBody<AppRestoreCreate>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let app_id = app(path.app_id)?;
    query.0.map_err(Rejected::Query)?;
    let body = call.read(body, AppRestore::VENDOR_TYPE).await?;
    let request = from_wire::create_restore(app_id, &body)?;
    let service = &call.http().service;
    let restore = service.app_restore_create_for_app(&authorized, request).await?;
    let location = format!(
        "/accounts/{}/k8s/v1/apps/{app_id}/appRestores/{}",
        restore.account_id, restore.id
    );
    Ok(call
        .one(StatusCode::CREATED, &restore)?
        .with_header(LOCATION, &location))
}

/// Returns the ids in a path.
fn in_path(
    app_id: Parsed<Identifier>,
    id: Parsed<Identifier>,
    query: QueryParams<NoQuery>,
) -> Result<(AppId, AppRestoreId), Rejected> {
    let mut ids = PathIds::default();
    let app_id = ids.read("app_id", app_id);
    let id = ids.read("appRestore_id", id);
    let found = ids.accept((app_id, id))?;
    query.0.map_err(Rejected::Query).map(|_| found)
}
