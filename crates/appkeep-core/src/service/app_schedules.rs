//! The operations on schedules: an operator declares them, so they can only be looked at.

use crate::actor::OpContext;
use crate::authz::Access;
use crate::error::Error;
use crate::ids::{AccountId, AppId};
use crate::listing::ListOptions;
use crate::schedule::Scheduled;
use crate::short_list::ShortList;

use super::Service;

impl Service {
    /// Lists an app's schedules, newest first, also those that aren't declared any more.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_schedule_list_for_app<I>(
        &self,
        ctx: &OpContext,
        account: Result<AccountId, I>,
        input: Result<(AppId, ListOptions), I>,
    ) -> Result<ShortList<Scheduled>, Error<I>> {
        let account_id = self.admit(ctx, account, Access::Read).await?;
        let (app_id, options) = input.map_err(Error::Input)?;
        self.app(account_id, app_id).await?;
        let schedules = self.store.list_app_schedules(account_id, app_id).await?;
        Ok(ShortList::of(schedules, &options))
    }
}
