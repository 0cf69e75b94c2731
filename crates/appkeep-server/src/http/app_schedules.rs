//! Answers to the operations on schedules.

use appkeep_api::params::{AppPath, QueryParams, ScheduleListQuery};
use appkeep_api::schedule::{ScheduleListType, ScheduleVersion};
use appkeep_core::error::Error;

use super::call::{Answered, Call, account, app};
use super::short_list::{self, Head};
use super::{list, to_wire_declared};

pub(super) async fn list_for_app(
    call: &Call<'_>,
    path: AppPath,
    query: QueryParams<ScheduleListQuery>,
) -> Answered {
    let (include, options) = list::wanted(query);
    let ctx = call.authenticate().await?;
    let input = app(path.app_id).and_then(|app_id| Ok((app_id, options?)));
    let service = &call.http().service;
    let found = service
        .app_schedule_list_for_app(&ctx, account(path.account_id), input)
        .await?;
    let schedules = found.items.iter().map(to_wire_declared::schedule);
    let schedules: Vec<_> = schedules.collect::<Result<_, _>>().map_err(Error::Internal)?;
    let head = Head(ScheduleListType::Schedules, ScheduleVersion::V1_3);
    short_list::answer(call.http(), &ctx, head, &schedules, found.goes_on_after, &include)
}
