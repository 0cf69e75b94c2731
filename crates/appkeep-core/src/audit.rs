//! Audit records of created, changed, deleted and restored resources, and of downloads. They are log events with the target
//! `audit`.

use std::fmt::Display;

use crate::actor::OpContext;
use crate::app_backup::AppBackup;
use crate::backup_file::FilePath;
use crate::ids::{AccountId, AppId, BackupKind, SubjectId};
use crate::resource::Kind;

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

/// The audit record of content of a backup that was sent to a client.
pub(crate) struct Download<'a> {
    /// The backup.
    pub(crate) backup: &'a AppBackup,
    /// The file or directory.
    pub(crate) path: &'a FilePath,
    /// The number of requested bytes; `None` for an archive.
    pub(crate) bytes: Option<u64>,
}

impl Download<'_> {
    /// Records that the content is sent to the actor of `ctx`. Called when the response begins.
    pub(crate) fn record(&self, ctx: &OpContext) {
        let Self { backup, path, bytes } = self;
        let token = ctx.token_name.as_deref();
        tracing::info!(
            target: "audit",
            action = "download",
            kind = BackupKind::NAME,
            id = %backup.id,
            name = backup.name.as_str(),
            account.id = %backup.account_id,
            app.id = %backup.app_id,
            path = %path,
            bytes,
            subject = %ctx.actor.subject,
            token.name = token,
            "download {}",
            BackupKind::NAME
        );
    }
}
