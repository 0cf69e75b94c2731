//! Whether an actor may do a thing in an account.

use crate::actor::{Actor, Role};
use crate::ids::AccountId;

/// What an operation does to an account's resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Looks.
    Read,
    /// Creates, deletes or restores.
    Write,
}

impl Access {
    /// The least powerful role that may do it.
    #[must_use]
    pub const fn least_role(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Write => Role::Member,
        }
    }
}

/// Whether `actor` may have `access` in `account`, whether or not that account exists.
#[must_use]
pub fn permits(actor: &Actor, account: AccountId, access: Access) -> bool {
    actor.scope.covers(account) && actor.role >= access.least_role()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::AccountScope;
    use crate::ids::SubjectId;
    use uuid::Uuid;

    #[test]
    fn role_and_scope_decide_together() {
        let (own, foreign) = (
            AccountId::new(Uuid::from_u128(1)),
            AccountId::new(Uuid::from_u128(2)),
        );
        for role in Role::ALL {
            let mut actor = Actor {
                subject: SubjectId::new(Uuid::from_u128(3)),
                role,
                scope: AccountScope::These(vec![own]),
            };
            assert!(permits(&actor, own, Access::Read));
            assert_eq!(permits(&actor, own, Access::Write), role != Role::Viewer);
            assert!(!permits(&actor, foreign, Access::Read));
            actor.scope = AccountScope::All;
            assert!(permits(&actor, foreign, Access::Read));
        }
    }
}
