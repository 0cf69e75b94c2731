//! The operations on accounts. They are read-only, because an operator declares accounts.

use crate::actor::OpContext;
use crate::catalog::Account;
use crate::error::Error;
use crate::listing::ListOptions;
use crate::short_list::ShortList;

use super::Service;

impl Service {
    /// Lists the accounts that the actor can access, newest first, including those that are no longer declared.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn account_list(
        &self,
        ctx: &OpContext,
        options: &ListOptions,
    ) -> Result<ShortList<Account>, Error> {
        let mut accounts = self.store.list_recorded_accounts().await?;
        accounts.retain(|account| ctx.actor.scope.covers(account.item.id));
        Ok(ShortList::of(accounts, options))
    }
}
