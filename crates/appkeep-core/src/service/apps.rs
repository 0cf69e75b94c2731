//! The operations on apps: they can only be looked at, since an operator declares them.

use crate::actor::OpContext;
use crate::app::AppView;
use crate::authz::Access;
use crate::error::Error;
use crate::ids::{AccountId, AppId};
use crate::listing::{ListOptions, Listing};
use crate::store::ListFilter;

use super::Service;

impl Service {
    /// Lists an account's apps, newest first, also those that aren't declared any more.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_list<I>(
        &self,
        ctx: &OpContext,
        account: Result<AccountId, I>,
        input: Result<ListOptions, I>,
    ) -> Result<Listing<AppView>, Error<I>> {
        let account_id = self.admit(ctx, account, Access::Read).await?;
        let options = input.map_err(Error::Input)?;
        let filter = ListFilter {
            account_id,
            app_id: None,
        };
        Ok(Listing::begin(self.store.clone(), filter, options).await?)
    }

    /// Fetches an app.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_fetch<I>(
        &self,
        ctx: &OpContext,
        account: Result<AccountId, I>,
        input: Result<AppId, I>,
    ) -> Result<AppView, Error<I>> {
        let account_id = self.admit(ctx, account, Access::Read).await?;
        let app_id = input.map_err(Error::Input)?;
        let found = self.store.fetch_app_view(account_id, app_id).await?;
        found.ok_or(Error::AppNotFound)
    }
}
