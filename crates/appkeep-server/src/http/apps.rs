//! Handlers of the operations on apps.

use appkeep_api::app::AppUpdate;
use appkeep_api::body::JsonBody;
use appkeep_api::headers::ForceUpdate;
use appkeep_api::params::{AccountPath, AppListQuery, AppPath, AppSummaryListQuery, NoQuery, QueryParams};
use appkeep_api::reply::Reply;
use appkeep_core::app::AppView;
use appkeep_core::authz::{Read, Write};
use http::StatusCode;

use super::call::{Answered, Call, app};
use super::item::Single;
use super::problem::Rejected;
use super::{from_wire, list};

pub(super) async fn list(call: &Call<'_>, path: AccountPath, query: QueryParams<AppListQuery>) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let (include, options) = list::wanted(query)?;
    let listing = call.http().service.app_list(&authorized, options).await?;
    list::answer(call.http(), authorized.ctx(), listing, include).await
}

pub(super) async fn list_summaries(
    call: &Call<'_>,
    path: AccountPath,
    query: QueryParams<AppSummaryListQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let (include, options) = list::wanted(query)?;
    let listing = call.http().service.app_summary_list(&authorized, options).await?;
    list::answer(call.http(), authorized.ctx(), listing, include).await
}

pub(super) async fn fetch(call: &Call<'_>, path: AppPath, query: QueryParams<NoQuery>) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let app_id = app(path.app_id)?;
    query.0.map_err(Rejected::Query)?;
    let app = call.http().service.app_fetch(&authorized, app_id).await?;
    call.one(StatusCode::OK, &app)
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
    let wanted = from_wire::create_app_restore(app_id, &call.read(body, AppView::VENDOR_TYPE).await?)?;
    call.http().service.app_update(&authorized, wanted).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
