//! Audit records of created, changed, deleted and restored resources. They are log events with the target `audit`.

use std::fmt::Display;

use crate::actor::OpContext;
use crate::ids::{AccountId, AppId, SubjectId};

/// The audit record of one change.
pub(crate) struct Change<'a> {
    /// The action: `create`, `update`, `delete` or `restore`.
    pub(crate) action: &'static str,
    /// The kind of resource.
    pub(crate) kind: &'static str,
    /// The resource's id.
    pub(crate) id: &'a dyn Display,
    /// The resource's name.
    pub(crate) name: &'a str,
    /// The account that owns it.
    pub(crate) account_id: AccountId,
    /// The app that it belongs to.
    pub(crate) app_id: AppId,
}

impl Change<'_> {
    /// Records that the actor of `ctx` made this change. Called after the change is committed.
    pub(crate) fn record(&self, ctx: &OpContext) {
        let subject = ctx.actor.subject;
        let token = ctx.token_name.as_deref();
        let by_server = (subject == SubjectId::SYSTEM).then_some(true);
        tracing::info!(
            target: "audit",
            action = self.action,
            kind = self.kind,
            id = %self.id,
            name = self.name,
            account.id = %self.account_id,
            app.id = %self.app_id,
            subject = %subject,
            token.name = token,
            by_server,
            "{} {}",
            self.action,
            self.kind
        );
    }
}
