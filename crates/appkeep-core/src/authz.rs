//! Authorization: the operations that an actor may call in an account.

use std::marker::PhantomData;

use crate::actor::{AccountScope, Actor, OpContext, Role};
use crate::error::Error;
use crate::ids::AccountId;
use crate::store::Store;

/// The kind of access that an operation requires.
pub trait Access {
    /// The least powerful role that has this access.
    const LEAST_ROLE: Role;
}

/// Access to list and fetch.
#[derive(Debug)]
pub struct Read;

/// Access to create, delete and restore.
#[derive(Debug)]
pub struct Write;

impl Access for Read {
    const LEAST_ROLE: Role = Role::Viewer;
}

impl Access for Write {
    const LEAST_ROLE: Role = Role::Member;
}

/// The right to access one account, with the request that has it. Operations require it as their first argument, and
/// only [`Service::authorize`](crate::service::Service::authorize) grants it, so that no operation can be called
/// without the check.
#[derive(Debug)]
pub struct Authorized<A> {
    ctx: OpContext,
    account_id: AccountId,
    access: PhantomData<A>,
}

impl<A: Access> Authorized<A> {
    /// Grants the right, unless the actor doesn't have it, or the account doesn't exist.
    pub(crate) async fn grant(
        store: &dyn Store,
        ctx: OpContext,
        account_id: AccountId,
    ) -> Result<Self, Error> {
        if !permits::<A>(&ctx.actor, account_id) {
            return Err(Error::Forbidden);
        }
        // An account that a token names existed when the token was created, and accounts are never removed. Only
        // actors with access to all accounts can name one that never existed.
        if ctx.actor.scope == AccountScope::All && store.fetch_account(account_id).await?.is_none() {
            return Err(Error::AccountNotFound);
        }
        Ok(Self {
            ctx,
            account_id,
            access: PhantomData,
        })
    }
}

impl<A> Authorized<A> {
    /// The request.
    #[must_use]
    pub fn ctx(&self) -> &OpContext {
        &self.ctx
    }

    /// The account.
    #[must_use]
    pub fn account_id(&self) -> AccountId {
        self.account_id
    }
}

/// Whether `actor` may access `account`, whether or not that account exists.
fn permits<A: Access>(actor: &Actor, account: AccountId) -> bool {
    actor.scope.covers(account) && actor.role >= A::LEAST_ROLE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SubjectId;
    use uuid::Uuid;

    #[test]
    fn role_and_scope_are_both_required() {
        let (own, foreign) = (
            AccountId::new(Uuid::from_u128(1)),
            AccountId::new(Uuid::from_u128(2)),
        );
        for &role in Role::ALL {
            let mut actor = Actor {
                subject: SubjectId::new(Uuid::from_u128(3)),
                role,
                scope: AccountScope::These(vec![own]),
            };
            assert!(permits::<Read>(&actor, own));
            assert_eq!(permits::<Write>(&actor, own), role != Role::Viewer);
            assert!(!permits::<Read>(&actor, foreign));
            actor.scope = AccountScope::All;
            assert!(permits::<Read>(&actor, foreign));
        }
    }
}
