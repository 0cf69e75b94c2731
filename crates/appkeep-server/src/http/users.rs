//! Handlers of the operations on users.

use appkeep_api::params::{AccountPath, QueryParams, UserListQuery};
use appkeep_api::user::{UserListType, UserVersion};
use appkeep_core::authz::Read;

use super::call::{Answered, Call};
use super::short_list::{self, Head};
use super::{list, to_wire_declared};

pub(super) async fn list(call: &Call<'_>, path: AccountPath, query: QueryParams<UserListQuery>) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let (include, options) = list::wanted(query)?;
    let found = call.http().service.user_list(&authorized, &options).await?;
    let users = found.items.iter().map(to_wire_declared::user);
    let head = Head(UserListType::Users, UserVersion::V1_2);
    let ctx = authorized.ctx();
    short_list::answer(call.http(), ctx, head, users, found.continue_after, &include)
}
