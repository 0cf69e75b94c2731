//! The operations on accounts: an operator declares them, so they can only be looked at.

use crate::actor::OpContext;
use crate::catalog::Account;
use crate::error::Error;
use crate::listing::ListOptions;
use crate::short_list::ShortList;

use super::Service;

impl Service {
    /// Lists the accounts that the actor may act in, newest first, also those that aren't declared any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn account_list(
        &self,
        ctx: &OpContext,
        options: &ListOptions,
    ) -> Result<ShortList<Account>, Error> {
        let mut accounts = self.store.list_recorded_accounts().await?;
        accounts.retain(|account| ctx.actor.scope.covers(account.what.id));
        Ok(ShortList::of(accounts, options))
    }
}
