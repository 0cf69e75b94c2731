//! The server, token and account, from arguments, the environment, and the login.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use appkeep_client::SecretString;
use appkeep_server::Config;
use appkeep_server::admin::Store;
use appkeep_server::admin::database::open_store;
use appkeep_server::offline::OfflineApi;

use crate::credentials::{self, environment, read, token_in};
use crate::failure::{COULD_NOT_RUN, Failure};
use crate::logging::{self, LogFormat};
use crate::login;

use super::print::Format;

/// The name of the login as the source of a value.
const LOGIN: &str = "the login";

/// The name of a server's database as the source of a value.
const DATABASE: &str = "the database";

/// The server and the output format of all commands that contact a server.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// The server: scheme, host and port. Default: `APPKEEP_URL`, or the login's.
    #[arg(long, value_name = "URL", global = true, help_heading = "Server")]
    url: Option<String>,
    /// The token. Other users can see arguments: prefer --token-file. Default: `APPKEEP_TOKEN`, or the login's.
    #[arg(
        long,
        value_name = "TOKEN",
        global = true,
        conflicts_with = "token_file",
        value_parser = credentials::token,
        help_heading = "Server"
    )]
    token: Option<SecretString>,
    /// A file that contains the token.
    #[arg(long, value_name = "FILE", global = true, help_heading = "Server")]
    token_file: Option<PathBuf>,
    /// The account, by name or id. Default: `APPKEEP_ACCOUNT`, the login's, or the token's only account.
    #[arg(long, value_name = "ACCOUNT", global = true, help_heading = "Server")]
    account: Option<String>,
    /// An additional certificate authority to trust, as PEM. Default: `APPKEEP_CA`, or the login's.
    #[arg(long, value_name = "FILE", global = true, help_heading = "Server")]
    ca: Option<PathBuf>,
    /// The format of stdout: tables, or the server's data.
    #[arg(
        long,
        short,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        global = true,
        help_heading = "Output"
    )]
    pub(crate) output: Format,
}

/// A server, or its database, which commands that only list and show can read directly.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Source {
    #[command(flatten)]
    pub(crate) server: Args,
    /// List and show from the database in this data directory, without a token. Its server may run or be stopped.
    #[arg(
        long,
        value_name = "DIR",
        global = true,
        conflicts_with_all = ["url", "token", "token_file", "ca"],
        help_heading = "Without a server"
    )]
    data: Option<PathBuf>,
    /// The server's configuration, which is required if its `[store]` selects a database on PostgreSQL.
    #[arg(long, value_name = "FILE", global = true, help_heading = "Without a server")]
    config: Option<PathBuf>,
}

impl Source {
    /// Returns whether the source is a database.
    pub(super) fn is_database(&self) -> bool {
        self.data.is_some() || self.config.is_some()
    }

    /// Returns the data directory, and the configuration if one is given.
    ///
    /// # Errors
    /// When no data directory is given, or the configuration can't be read.
    pub(crate) fn data_dir(&self) -> anyhow::Result<(&Path, Option<Config>)> {
        let data = self.data.as_deref().ok_or_else(|| {
            Failure::new(COULD_NOT_RUN, "files of backups are read on the server's machine")
                .next("specify its data directory with --data DIR")
        })?;
        Ok((data, self.config.as_deref().map(Config::load).transpose()?))
    }

    /// Opens the database, which its server may use at the same time.
    pub(super) async fn open_database(&self) -> anyhow::Result<Arc<dyn Store>> {
        // The API's errors contain no internal details; the log has them.
        logging::start("error", LogFormat::Text)?;
        let config = self.config.as_deref().map(Config::load).transpose()?;
        Ok(open_store(config.as_ref(), self.data.as_deref()).await?)
    }
}

/// A value with its source.
#[derive(Clone)]
pub(crate) struct Given<T> {
    pub(crate) value: T,
    /// The source, for example `--url`, `APPKEEP_URL`, `--token-file token`, `the login /root/.config/appkeep/login.toml`.
    pub(crate) from: Cow<'static, str>,
}

impl<T> Given<T> {
    fn new(value: T, from: impl Into<Cow<'static, str>>) -> Self {
        Self {
            value,
            from: from.into(),
        }
    }

    /// Describes how to correct the value at its source.
    pub(crate) fn fix(&self) -> String {
        if self.from.starts_with(LOGIN) {
            "run appkeep login again".to_owned()
        } else {
            format!("correct {}", self.from)
        }
    }
}

/// The settings that are known before the first request.
pub(crate) struct Known {
    pub(crate) url: Option<Given<String>>,
    pub(crate) token: Option<Given<SecretString>>,
    pub(crate) account: Option<Given<String>>,
    pub(crate) ca: Option<Given<Vec<u8>>>,
    /// The URL of the login, if it is for another server; the rest of the login is then ignored.
    pub(crate) login_elsewhere: Option<String>,
}

impl Args {
    /// Collects the settings. Arguments take precedence over the environment, which takes precedence over the
    /// login. A login's token, account and certificates are used for its own server only.
    ///
    /// # Errors
    /// When a file can't be read.
    pub(crate) fn known(&self) -> anyhow::Result<Known> {
        let mut known = self.given()?;
        let Some(login) = login::load()? else {
            return Ok(known);
        };
        let same =
            |given: &Given<String>| given.value.trim_end_matches('/') == login.url.trim_end_matches('/');
        if !known.url.as_ref().is_none_or(same) {
            known.login_elsewhere = Some(login.url);
            return Ok(known);
        }
        let from = format!("{LOGIN} {}", login::path()?.display());
        known
            .url
            .get_or_insert_with(|| Given::new(login.url, from.clone()));
        if known.token.is_none() {
            let token = credentials::token(&login.token).map_err(|_| {
                Failure::new(COULD_NOT_RUN, "the login contains no token").next("run appkeep login again")
            })?;
            known.token = Some(Given::new(token, from.clone()));
        }
        known
            .account
            .get_or_insert_with(|| Given::new(login.account.to_string(), from.clone()));
        if known.ca.is_none() {
            known.ca = login.ca.map(|pem| Given::new(pem.into_bytes(), from));
        }
        Ok(known)
    }

    /// Collects the settings from arguments and the environment, without the login.
    ///
    /// # Errors
    /// When a file can't be read.
    pub(crate) fn given(&self) -> anyhow::Result<Known> {
        let token = match (&self.token, &self.token_file) {
            (Some(token), _) => Some(Given::new(token.clone(), "--token")),
            (None, Some(file)) => {
                let from = format!("--token-file {}", file.display());
                Some(Given::new(token_in(file)?, from))
            }
            (None, None) => environment("APPKEEP_TOKEN")
                .and_then(|text| credentials::token(&text).ok())
                .map(|token| Given::new(token, "APPKEEP_TOKEN")),
        };
        let ca = match &self.ca {
            Some(file) => Some(Given::new(read(file)?, format!("--ca {}", file.display()))),
            None => environment("APPKEEP_CA")
                .map(|file| {
                    let pem = read(file.as_ref()).context("failed to use APPKEEP_CA")?;
                    anyhow::Ok(Given::new(pem, format!("APPKEEP_CA ({file})")))
                })
                .transpose()?,
        };
        Ok(Known {
            url: text(self.url.as_ref(), "--url", "APPKEEP_URL"),
            token,
            account: self.given_account(),
            ca,
            login_elsewhere: None,
        })
    }

    /// Returns the account from arguments and the environment, without the login.
    pub(crate) fn given_account(&self) -> Option<Given<String>> {
        text(self.account.as_ref(), "--account", "APPKEEP_ACCOUNT")
    }
}

fn text(argument: Option<&String>, flag: &'static str, variable: &'static str) -> Option<Given<String>> {
    match argument {
        Some(value) => Some(Given::new(value.clone(), flag)),
        None => environment(variable).map(|value| Given::new(value, variable)),
    }
}

impl Known {
    /// Returns the settings of the API on a database.
    pub(super) fn of_database(api: &OfflineApi, account: Option<Given<String>>) -> Self {
        Self {
            url: Some(Given::new(api.url(), DATABASE)),
            token: Some(Given::new(api.token().clone(), DATABASE)),
            account,
            ca: None,
            login_elsewhere: None,
        }
    }

    /// Returns whether these are the settings of the API on a database.
    pub(super) fn is_database(&self) -> bool {
        self.url.as_ref().is_some_and(|url| url.from == DATABASE)
    }

    /// Returns the server's URL.
    ///
    /// # Errors
    /// When none is set.
    pub(crate) fn url(&self) -> Result<&str, Failure> {
        self.url.as_ref().map(|url| url.value.as_str()).ok_or_else(|| {
            Failure::new(COULD_NOT_RUN, "no server is set")
                .next("specify --url or APPKEEP_URL, or run appkeep login")
        })
    }

    /// Returns the token.
    ///
    /// # Errors
    /// When none is set.
    pub(crate) fn token(&self) -> Result<&SecretString, Failure> {
        self.token.as_ref().map(|token| &token.value).ok_or_else(|| {
            let cause = match (&self.url, &self.login_elsewhere) {
                (Some(url), Some(login)) => {
                    format!("no token for {} is set: the login is for {login}", url.value)
                }
                _ => "no token is set".to_owned(),
            };
            Failure::new(COULD_NOT_RUN, cause)
                .next("specify --token-file or APPKEEP_TOKEN, or run appkeep login")
        })
    }
}
