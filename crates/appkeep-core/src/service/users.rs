//! The operations on users. They are read-only, because an operator creates tokens.

use std::collections::HashSet;

use crate::authz::{Authorized, Read};
use crate::error::Error;
use crate::listing::ListOptions;
use crate::short_list::ShortList;
use crate::user::User;

use super::Service;

impl Service {
    /// Lists the users that can access the account or once could, newest first: one for each token, and the server itself.
    /// Tokens that authenticate the same user are one item, the newest valid one.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn user_list(
        &self,
        authorized: &Authorized<Read>,
        options: &ListOptions,
    ) -> Result<ShortList<User>, Error> {
        let account_id = authorized.account_id();
        let now = self.clock.now();
        let mut tokens = self.store.list_tokens().await?;
        tokens.retain(|token| token.actor.scope.covers(account_id));
        tokens.sort_by_key(|token| std::cmp::Reverse((token.is_valid(now), token.created_at, token.id)));
        let mut known = HashSet::new();
        let newest = tokens.iter().filter(|token| known.insert(token.actor.subject));
        let mut users: Vec<_> = newest.map(|token| User::of_token(token, now)).collect();
        let accounts = self.store.list_recorded_accounts().await?;
        let account = accounts.iter().find(|account| account.item.id == account_id);
        users.extend(account.map(|account| User::system(account.created_at)));
        Ok(ShortList::of(users, options))
    }
}
