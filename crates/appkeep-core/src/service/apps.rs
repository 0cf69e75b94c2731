//! The operations on apps. They are read-only, because an operator declares apps.

use crate::app::AppView;
use crate::app_summary::AppSummary;
use crate::authz::{Authorized, Read};
use crate::error::Error;
use crate::ids::AppId;
use crate::listing::{ListOptions, Listing};
use crate::store::ListFilter;

use super::Service;

impl Service {
    /// Lists an account's apps, newest first, including those that are no longer declared.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_list(
        &self,
        authorized: &Authorized<Read>,
        options: ListOptions,
    ) -> Result<Listing<AppView>, Error> {
        let account_id = authorized.account_id();
        let filter = ListFilter {
            account_id,
            app_id: None,
        };
        Ok(Listing::begin(self.store.clone(), filter, options).await?)
    }

    /// Lists summaries of an account's apps, newest first, including those that are no longer declared.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_summary_list(
        &self,
        authorized: &Authorized<Read>,
        options: ListOptions,
    ) -> Result<Listing<AppSummary>, Error> {
        let filter = ListFilter {
            account_id: authorized.account_id(),
            app_id: None,
        };
        Ok(Listing::begin(self.store.clone(), filter, options).await?)
    }

    /// Fetches an app.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_fetch(&self, authorized: &Authorized<Read>, app_id: AppId) -> Result<AppView, Error> {
        let account_id = authorized.account_id();
        let found = self.store.fetch_app_view(account_id, app_id).await?;
        found.ok_or(Error::AppNotFound)
    }
}
