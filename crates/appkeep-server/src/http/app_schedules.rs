//! Handlers of the operations on schedules.

use appkeep_api::body::JsonBody;
use appkeep_api::formats::{Identifier, Parsed};
use appkeep_api::params::{AppPath, NoQuery, QueryParams, ScheduleListQuery, SchedulePath};
use appkeep_api::reply::Reply;
use appkeep_api::schedule::{ScheduleCreate, ScheduleListType, ScheduleUpdate, ScheduleVersion};
use appkeep_core::authz::{Read, Write};
use appkeep_core::catalog::Recorded;
use appkeep_core::error::Error;
use appkeep_core::ids::{AppId, ScheduleId};
use appkeep_core::schedule::{CreateSchedule, UpdateSchedule};
use appkeep_core::service::ScheduleView;
use http::StatusCode;
use http::header::LOCATION;

use super::call::{Answered, Call, PathIds, app};
use super::problem::Rejected;
use super::short_list::{self, Head};
use super::{from_wire_schedule, list, media, to_wire_declared};

/// The media type of a single schedule.
const VENDOR_TYPE: &str = "application/astra-schedule+json";

pub(super) async fn list_for_app(
    call: &Call<'_>,
    path: AppPath,
    query: QueryParams<ScheduleListQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let app_id = app(path.app_id)?;
    let (include, options) = list::wanted(query)?;
    let service = &call.http().service;
    let found = service
        .app_schedule_list_for_app(&authorized, app_id, options)
        .await?;
    let schedules = found.items.iter().map(to_wire_declared::schedule);
    let head = Head(ScheduleListType::Schedules, ScheduleVersion::V1_3);
    short_list::answer(
        call.http(),
        authorized.ctx(),
        head,
        schedules,
        found.continue_after,
        &include,
    )
}

pub(super) async fn create_for_app(
    call: &Call<'_>,
    path: AppPath,
    query: QueryParams<NoQuery>,
    body: JsonBody<ScheduleCreate>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let app_id = app(path.app_id)?;
    query.0.map_err(Rejected::Query)?;
    let body = call.read(body, VENDOR_TYPE).await?;
    let settings = from_wire_schedule::create(body);
    let service = &call.http().service;
    let request = CreateSchedule { app_id, settings };
    let created = service.app_schedule_create_for_app(&authorized, request).await?;
    let schedule = &created.item.scheduled.schedule;
    let location = format!(
        "/accounts/{}/k8s/v1/apps/{}/schedules/{}",
        schedule.account_id, schedule.app_id, schedule.id
    );
    let reply = one(call, StatusCode::CREATED, &created)?;
    Ok(reply.with_header(LOCATION, &location))
}

pub(super) async fn fetch_for_app(
    call: &Call<'_>,
    path: SchedulePath,
    query: QueryParams<NoQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let (app_id, id) = in_path(path.app_id, path.schedule_id, query)?;
    let service = &call.http().service;
    let found = service
        .app_schedule_fetch_for_app(&authorized, app_id, id)
        .await?;
    one(call, StatusCode::OK, &found)
}

pub(super) async fn update_for_app(
    call: &Call<'_>,
    path: SchedulePath,
    query: QueryParams<NoQuery>,
    body: JsonBody<ScheduleUpdate>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let (app_id, id) = in_path(path.app_id, path.schedule_id, query)?;
    let body = call.read(body, VENDOR_TYPE).await?;
    let settings = from_wire_schedule::update(body);
    let service = &call.http().service;
    let request = UpdateSchedule { app_id, id, settings };
    let changed = service.app_schedule_update_for_app(&authorized, request).await?;
    one(call, StatusCode::OK, &changed)
}

pub(super) async fn delete_for_app(
    call: &Call<'_>,
    path: SchedulePath,
    query: QueryParams<NoQuery>,
) -> Answered {
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let (app_id, id) = in_path(path.app_id, path.schedule_id, query)?;
    let service = &call.http().service;
    service
        .app_schedule_delete_for_app(&authorized, app_id, id)
        .await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn in_path(
    app_id: Parsed<Identifier>,
    id: Parsed<Identifier>,
    query: QueryParams<NoQuery>,
) -> Result<(AppId, ScheduleId), Rejected> {
    let mut ids = PathIds::default();
    let path = (ids.read("app_id", app_id), ids.read("schedule_id", id));
    let path = ids.accept(path)?;
    query.0.map_err(Rejected::Query).map(|_| path)
}

/// Responds with a schedule. It has no tag, because it changes with each run.
fn one(call: &Call<'_>, status: StatusCode, schedule: &Recorded<ScheduleView>) -> Answered {
    let wire = to_wire_declared::schedule(schedule).map_err(Error::Internal)?;
    let media_type = media::negotiate(call.headers(), VENDOR_TYPE);
    Ok(Reply::json(status, media_type, &wire))
}
