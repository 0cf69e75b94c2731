//! The server to check, and its credentials.

use std::path::PathBuf;

use anyhow::Context;
use appkeep_contract::live::{ForeignAccount, IdleServer, LiveError, Target};
use appkeep_contract::{Check, check};
use appkeep_server::admin::tokens::ExposeSecret;
use uuid::Uuid;

use super::checker_error;
use crate::credentials::{environment, read, token_in};

/// The server's credentials, accounts and apps.
///
/// Pass tokens in the environment or in a file if possible: other users can see arguments.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// A token of one account, with a role that can create and delete; by default, `APPKEEP_TOKEN`. With a token
    /// of all accounts, responses about accounts that don't exist differ, which counts as a violation.
    #[arg(long, value_name = "TOKEN", requires = "url", conflicts_with = "token_file")]
    token: Option<String>,
    /// A file that contains that token.
    #[arg(long, value_name = "FILE", requires = "url")]
    token_file: Option<PathBuf>,
    /// That account's id; by default, the account that the token can access.
    #[arg(long, value_name = "ID", requires = "url")]
    account: Option<Uuid>,
    /// The id of an app in it that may be backed up; by default, one that the server lists.
    #[arg(long, value_name = "ID", requires = "url")]
    app: Option<Uuid>,
    /// The id of another app in that account, for checks that they are isolated.
    #[arg(long, value_name = "ID", requires = "url")]
    other_app: Option<Uuid>,
    /// The id of an app in that account whose data can't be read, for checks that its backups fail.
    #[arg(long, value_name = "ID", requires = "url")]
    failing_app: Option<Uuid>,
    /// A token of another account, for checks that they are isolated. Default: `APPKEEP_TOKEN_B`.
    #[arg(long, value_name = "TOKEN", requires = "url")]
    token_b: Option<String>,
    /// The other account's id; by default, the account that the token can access.
    #[arg(long, value_name = "ID", requires = "url")]
    account_b: Option<Uuid>,
    /// The id of an app in it; by default, one that the server lists.
    #[arg(long, value_name = "ID", requires = "url")]
    app_b: Option<Uuid>,
    /// A token of the first account that can only read. Default: `APPKEEP_VIEWER_TOKEN`.
    #[arg(long, value_name = "TOKEN", requires = "url")]
    viewer_token: Option<String>,
    /// A token of all accounts with the role `admin` or `owner`. Default: `APPKEEP_OPERATOR_TOKEN`.
    #[arg(long, value_name = "TOKEN", requires = "url")]
    operator_token: Option<String>,
    /// A token of the first account that was revoked or has expired. Default: `APPKEEP_REVOKED_TOKEN`.
    #[arg(long, value_name = "TOKEN", requires = "url")]
    token_revoked: Option<String>,
    /// The URL of another server whose jobs never start, for checks of pending backups. A run leaves pending backups
    /// there. It needs a token in `APPKEEP_IDLE_TOKEN`.
    #[arg(long, value_name = "URL", requires = "url")]
    idle_url: Option<String>,
    /// The account's id on that server; by default, the account that the token can access.
    #[arg(long, value_name = "ID", requires = "idle_url")]
    idle_account: Option<Uuid>,
    /// The id of an app in it; by default, one that the server lists.
    #[arg(long, value_name = "ID", requires = "idle_url")]
    idle_app: Option<Uuid>,
    /// Check restores, too: they replace the data of the app with that of its backups and snapshots.
    #[arg(long, requires = "url")]
    may_restore: bool,
    /// Use the app even if it has backups or snapshots, without asking.
    #[arg(long, short)]
    yes: bool,
    /// An additional certificate authority to trust, as PEM.
    #[arg(long, value_name = "FILE", requires = "url")]
    ca: Option<PathBuf>,
}

impl Args {
    /// Collects the arguments for the server at `url`, and finds accounts and apps that aren't specified in its
    /// lists.
    ///
    /// # Errors
    /// When a file can't be read, a token is missing, or the server names no app, or not exactly one account.
    pub(super) async fn read(&self, url: &str) -> anyhow::Result<Target> {
        let token = match (&self.token, &self.token_file) {
            (Some(token), _) => Some(token.clone()),
            (None, Some(file)) => Some(token_in(file)?.expose_secret().to_owned()),
            (None, None) => environment("APPKEEP_TOKEN"),
        };
        let token = token.context("a token is missing: specify --token, --token-file or APPKEEP_TOKEN")?;
        let ca = self.ca.as_deref().map(read).transpose()?;
        let check = check(url, token)
            .ca(ca.clone())
            .account(self.account)
            .app(self.app);
        let target = found(check, "--account", "--app").await?;
        Ok(Target {
            other_app: self.other_app,
            failing_app: self.failing_app,
            idle: self.idle(ca.clone()).await?,
            may_restore: self.may_restore,
            revoked_token: self
                .token_revoked
                .clone()
                .or_else(|| environment("APPKEEP_REVOKED_TOKEN")),
            foreign: self.foreign(url, ca).await?,
            viewer_token: self
                .viewer_token
                .clone()
                .or_else(|| environment("APPKEEP_VIEWER_TOKEN")),
            operator_token: self
                .operator_token
                .clone()
                .or_else(|| environment("APPKEEP_OPERATOR_TOKEN")),
            ..target
        })
    }

    /// Whether to use an app with backups or snapshots without asking.
    pub(super) fn is_confirmed(&self) -> bool {
        self.yes
    }

    async fn idle(&self, ca: Option<Vec<u8>>) -> anyhow::Result<Option<Box<IdleServer>>> {
        let Some(url) = &self.idle_url else {
            return Ok(None);
        };
        let token = environment("APPKEEP_IDLE_TOKEN");
        let token =
            token.context("a token of the server at --idle-url is missing: specify APPKEEP_IDLE_TOKEN")?;
        let check = check(url, token)
            .ca(ca)
            .account(self.idle_account)
            .app(self.idle_app);
        let Target {
            url,
            account,
            token,
            app,
            ..
        } = found(check, "--idle-account", "--idle-app").await?;
        Ok(Some(Box::new(IdleServer {
            url,
            token,
            account,
            app,
        })))
    }

    async fn foreign(&self, url: &str, ca: Option<Vec<u8>>) -> anyhow::Result<Option<ForeignAccount>> {
        let token = self.token_b.clone().or_else(|| environment("APPKEEP_TOKEN_B"));
        if token.is_none() && self.account_b.is_none() && self.app_b.is_none() {
            return Ok(None);
        }
        let token =
            token.context("a token of the other account is missing: specify --token-b or APPKEEP_TOKEN_B")?;
        let check = check(url, token).ca(ca).account(self.account_b).app(self.app_b);
        let Target {
            account, token, app, ..
        } = found(check, "--account-b", "--app-b").await?;
        Ok(Some(ForeignAccount { account, token, app }))
    }
}

/// Finds the account and app that aren't specified. An error names the flag that specifies them.
async fn found(check: Check, account_flag: &str, app_flag: &str) -> anyhow::Result<Target> {
    check.target().await.map_err(|error| {
        let missing = match error {
            LiveError::NoAccount { .. } => Some(format!("no account is set: specify {account_flag}")),
            LiveError::NoApp { .. } => Some(format!("no app is set: specify {app_flag}")),
            _ => None,
        };
        let error = checker_error(error);
        match missing {
            Some(missing) => error.context(missing),
            None => error,
        }
    })
}
