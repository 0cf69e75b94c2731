//! Handler of the operation on hooks.

use appkeep_api::hook::{HookListType, HookVersion};
use appkeep_api::params::{AppPath, HookListQuery, QueryParams};
use appkeep_core::authz::Read;

use super::call::{Answered, Call, app};
use super::short_list::{self, Head};
use super::{list, to_wire_declared};

pub(super) async fn list_for_app(
    call: &Call<'_>,
    path: AppPath,
    query: QueryParams<HookListQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let app_id = app(path.app_id)?;
    let (include, options) = list::wanted(query)?;
    let service = &call.http().service;
    let found = service
        .app_hook_list_for_app(&authorized, app_id, options)
        .await?;
    let hooks = found.items.iter().map(to_wire_declared::hook);
    let head = Head(HookListType::Hooks, HookVersion::V1_3);
    short_list::answer(
        call.http(),
        authorized.ctx(),
        head,
        hooks,
        found.continue_after,
        &include,
    )
}
