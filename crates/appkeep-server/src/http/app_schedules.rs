//! Handlers of the operations on schedules.

use appkeep_api::params::{AppPath, QueryParams, ScheduleListQuery};
use appkeep_api::schedule::{ScheduleListType, ScheduleVersion};
use appkeep_core::authz::Read;
use appkeep_core::error::Error;

use super::call::{Answered, Call, app};
use super::short_list::{self, Head};
use super::{list, to_wire_declared};

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
    let schedules: Vec<_> = schedules.collect::<Result<_, _>>().map_err(Error::Internal)?;
    let head = Head(ScheduleListType::Schedules, ScheduleVersion::V1_3);
    short_list::answer(
        call.http(),
        authorized.ctx(),
        head,
        &schedules,
        found.continue_after,
        &include,
    )
}
