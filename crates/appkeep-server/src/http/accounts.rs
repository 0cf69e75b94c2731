//! Handlers of the operations on accounts.

use appkeep_api::account::{AccountListType, AccountVersion};
use appkeep_api::params::{AccountListQuery, QueryParams};

use super::call::{Answered, Call};
use super::short_list::{self, Head};
use super::{list, to_wire_declared};

pub(super) async fn list(call: &Call<'_>, query: QueryParams<AccountListQuery>) -> Answered {
    let ctx = call.authenticate().await?;
    let (include, options) = list::wanted(query)?;
    let found = call.http().service.account_list(&ctx, &options).await?;
    let accounts = found.items.iter();
    let accounts = accounts.map(|account| to_wire_declared::account(account, ctx.actor.role));
    let head = Head(AccountListType::Accounts, AccountVersion::V1_0);
    short_list::answer(call.http(), &ctx, head, accounts, found.continue_after, &include)
}
