//! Handlers of the operations on apps.

use appkeep_api::app::AppUpdate;
use appkeep_api::body::JsonBody;
use appkeep_api::headers::ForceUpdate;
use appkeep_api::params::{AccountPath, AppListQuery, AppPath, NoQuery, QueryParams};
use appkeep_api::reply::Reply;
use appkeep_core::authz::{Read, Write};
use appkeep_core::error::Error;
use http::StatusCode;

use super::call::{Answered, Call, app};
use super::problem::Rejected;
use super::{from_wire, list, to_wire};

/// The media type of a single app.
const VENDOR_TYPE: &str = "application/astra-app+json";

pub(super) async fn list(call: &Call<'_>, path: AccountPath, query: QueryParams<AppListQuery>) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let (include, options) = list::wanted(query)?;
    let listing = call.http().service.app_list(&authorized, options).await?;
    list::answer(call.http(), authorized.ctx(), listing, include).await
}

pub(super) async fn fetch(call: &Call<'_>, path: AppPath, query: QueryParams<NoQuery>) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let app_id = app(path.app_id)?;
    query.0.map_err(Rejected::Query)?;
    let app = call.http().service.app_fetch(&authorized, app_id).await?;
    let wire = to_wire::app(&app).map_err(Error::Internal)?;
    Ok(call.one(StatusCode::OK, VENDOR_TYPE, (app.app.id, app.generation), &wire))
}

/// Responds once the restore is recorded; a worker performs it.
pub(super) async fn update(
    call: &Call<'_>,
    path: AppPath,
    query: QueryParams<NoQuery>,
    force: ForceUpdate,
    body: JsonBody<AppUpdate>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let app_id = app(path.app_id)?;
    query.0.map_err(Rejected::Query)?;
    force.0.map_err(Rejected::Header)?;
    let wanted = from_wire::create_app_restore(app_id, &call.read(body, VENDOR_TYPE).await?)?;
    call.http()
        .service
        .app_restore_create(&authorized, wanted)
        .await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
