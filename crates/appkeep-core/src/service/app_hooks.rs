//! The operations on hooks. They are read-only, because an operator declares hooks.

use uuid::Uuid;

use crate::authz::{Authorized, Read};
use crate::catalog::Recorded;
use crate::error::Error;
use crate::hook::Hook;
use crate::ids::AppId;
use crate::listing::ListOptions;
use crate::short_list::{Identified, ShortList};

use super::Service;

/// A hook as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookView {
    /// Its id, derived from the app's id and its name.
    pub id: Uuid,
    /// The app.
    pub app_id: AppId,
    /// The hook.
    pub hook: Hook,
}

impl Identified for HookView {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Service {
    /// Lists an app's hooks, each with the times of its app.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_hook_list_for_app(
        &self,
        authorized: &Authorized<Read>,
        app_id: AppId,
        options: ListOptions,
    ) -> Result<ShortList<HookView>, Error> {
        let found = self.store.fetch_app_view(authorized.account_id(), app_id).await?;
        let view = found.ok_or(Error::AppNotFound)?;
        let hooks = view.app.options.hooks.into_iter().map(|hook| Recorded {
            item: HookView {
                id: Uuid::new_v5(&app_id.as_uuid(), format!("hook/{}", hook.name).as_bytes()),
                app_id,
                hook,
            },
            created_at: view.created_at,
            modified_at: view.created_at,
        });
        Ok(ShortList::of(hooks.collect(), &options))
    }
}
