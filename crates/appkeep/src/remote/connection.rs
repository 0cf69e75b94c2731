//! The server, token and account, from arguments, the environment, and the login.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use appkeep_client::SecretString;
use appkeep_server::Config;
use appkeep_server::admin::Store;
use appkeep_server::admin::database::open_store;
use appkeep_server::admin::files::{BackupFiles, StoredBackups};
use appkeep_server::offline::OfflineApi;

use crate::credentials::{self, environment, read, token_in};
use crate::failure::{COULD_NOT_RUN, Failure};
use crate::logging::{self, LogFormat};
use crate::login::{self, Login, Logins};

use super::print::Format;

/// The beginning of the source of a value from a login, which the path of its file follows.
const LOGIN: &str = "the login";

/// The name of a server's database as the source of a value.
const DATABASE: &str = "the database";

/// The beginnings of paths below a server's address: of its web pages, and of the API.
const PAGES: [&str; 3] = ["ui", "docs", "accounts"];

/// The server and the output format of all commands that contact a server.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// A stored login: see appkeep context. Default: `APPKEEP_CONTEXT`, or the selected one. The option takes precedence
    /// over the other variables.
    #[arg(
        long,
        value_name = "CONTEXT",
        global = true,
        conflicts_with = "url",
        help_heading = "Server"
    )]
    context: Option<String>,
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
    /// A file that contains the token; - is the standard input.
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
    /// Print only results: no progress and no notes. Lists and changes print only ids, one per line.
    #[arg(long, short, global = true, help_heading = "Output")]
    quiet: bool,
    /// Log requests to stderr: method, URL, status, time and request id. The token is not logged.
    #[arg(long, short = 'v', global = true, help_heading = "Output")]
    debug: bool,
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
        conflicts_with_all = ["context", "url", "token", "token_file", "ca"],
        help_heading = "Without a server"
    )]
    data: Option<PathBuf>,
    /// The server's configuration, which is required if its `[store]` selects a database on PostgreSQL.
    #[arg(long, value_name = "FILE", global = true, help_heading = "Without a server")]
    config: Option<PathBuf>,
}

impl Source {
    /// Returns whether the source is a database.
    pub(crate) fn is_database(&self) -> bool {
        self.data.is_some() || self.config.is_some()
    }

    /// Opens the database, and the buckets with its backups.
    pub(super) async fn open_files(&self) -> anyhow::Result<(Arc<dyn Store>, Arc<dyn BackupFiles>)> {
        Ok(self.open_backups().await?.into_parts())
    }

    /// Opens the database, the keys and the buckets, which a server may use at the same time.
    ///
    /// # Errors
    /// When there is no data directory, or its database or its keys can't be used.
    pub(crate) async fn open_backups(&self) -> anyhow::Result<StoredBackups> {
        let data = self.data.as_deref().ok_or_else(|| {
            Failure::new(
                COULD_NOT_RUN,
                "the keys of backups are in the server's data directory",
            )
            .next("specify it with --data DIR")
        })?;
        // Users who can read the database can read all backups, so audit records would add nothing.
        // The library logs the problems of a repository, which the result contains.
        logging::start("audit=off,rustic_core=off,error", LogFormat::Text)?;
        let config = self.config.as_deref().map(Config::load).transpose()?;
        Ok(StoredBackups::open(data, config.as_ref()).await?)
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
    /// Creates a value with its source.
    pub(crate) fn new(value: T, from: impl Into<Cow<'static, str>>) -> Self {
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
    /// login; `--context` takes precedence over the environment. A login's token, account and certificates are used for
    /// its own server only.
    ///
    /// # Errors
    /// When a file can't be read, or there is no such context.
    pub(crate) fn known(&self) -> anyhow::Result<Known> {
        let logins = Logins::load()?;
        if let Some(name) = &self.context {
            return self.arguments()?.or(name, logins.get(name)?);
        }
        let known = self.given()?;
        let wanted = environment("APPKEEP_CONTEXT");
        if let Some(name) = wanted.as_deref().or(logins.current()) {
            return known.or(name, logins.get(name)?);
        }
        let names: Vec<&str> = logins.contexts().map(|(name, _)| name).collect();
        if known.url.is_none() && !names.is_empty() {
            return Err(Failure::new(COULD_NOT_RUN, "no context is selected")
                .next(format!(
                    "select one with appkeep context use: {}",
                    names.join(", ")
                ))
                .into());
        }
        Ok(known)
    }

    /// Returns the name of the context that a login is stored as.
    pub(crate) fn context_name(&self) -> String {
        let named = self.context.clone().or_else(|| environment("APPKEEP_CONTEXT"));
        named.unwrap_or_else(|| login::DEFAULT.to_owned())
    }

    /// Reads the token from the standard input.
    pub(crate) fn read_token_from_stdin(&mut self) {
        self.token_file = Some(PathBuf::from("-"));
    }

    /// Collects the settings from arguments and the environment, without the login.
    ///
    /// # Errors
    /// When a file can't be read.
    pub(crate) fn given(&self) -> anyhow::Result<Known> {
        let mut known = self.arguments()?;
        if known.token.is_none() {
            known.token = environment("APPKEEP_TOKEN")
                .and_then(|text| credentials::token(&text).ok())
                .map(|token| Given::new(token, "APPKEEP_TOKEN"));
        }
        if let (None, Some(file)) = (&known.ca, environment("APPKEEP_CA")) {
            let pem = read(file.as_ref()).context("failed to use APPKEEP_CA")?;
            known.ca = Some(Given::new(pem, format!("APPKEEP_CA={file}")));
        }
        known.url = known.url.or_else(|| variable("APPKEEP_URL"));
        known.account = known.account.or_else(|| variable("APPKEEP_ACCOUNT"));
        Ok(known)
    }

    /// Collects the settings from arguments.
    fn arguments(&self) -> anyhow::Result<Known> {
        let token = match (&self.token, &self.token_file) {
            (Some(token), _) => Some(Given::new(token.clone(), "--token")),
            (None, Some(file)) => {
                let from = format!("--token-file {}", file.display());
                Some(Given::new(token_in(file)?, from))
            }
            (None, None) => None,
        };
        let ca = match &self.ca {
            Some(file) => Some(Given::new(read(file)?, format!("--ca {}", file.display()))),
            None => None,
        };
        Ok(Known {
            url: self.url.clone().map(|url| Given::new(url, "--url")),
            token,
            account: self
                .account
                .clone()
                .map(|account| Given::new(account, "--account")),
            ca,
            login_elsewhere: None,
        })
    }

    /// Returns the account from arguments and the environment, without the login.
    pub(crate) fn given_account(&self) -> Option<Given<String>> {
        let argument = self
            .account
            .clone()
            .map(|account| Given::new(account, "--account"));
        argument.or_else(|| variable("APPKEEP_ACCOUNT"))
    }
}

/// Refuses addresses that users paste or abbreviate, and suggests the correct one.
fn check_address(url: &Given<String>) -> Result<(), Failure> {
    let (value, from) = (url.value.trim_end_matches('/'), &url.from);
    if !value.contains("://") {
        let problem = format!("the address {value:?}, from {from}, has no scheme");
        return Err(Failure::new(COULD_NOT_RUN, problem).next(format!(
            "specify https://{value}, or http://{value} if the server has no TLS"
        )));
    }
    let (scheme, rest) = value.split_once("://").unwrap_or_default();
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let mut segments = rest.split('/');
    let mut server = vec![segments.next().unwrap_or_default()];
    for segment in segments {
        if PAGES.contains(&segment) {
            let problem =
                format!("the address {value}, from {from}, is that of a page and not of the server");
            let server = server.join("/");
            return Err(Failure::new(COULD_NOT_RUN, problem).next(format!("specify {scheme}://{server}")));
        }
        server.push(segment);
    }
    Ok(())
}

fn variable(name: &'static str) -> Option<Given<String>> {
    environment(name).map(|value| Given::new(value, name))
}

impl Known {
    /// Adds the missing settings from a login, if it is for the same server.
    fn or(mut self, name: &str, login: &Login) -> anyhow::Result<Self> {
        let path = login::path()?;
        let from: Cow<'static, str> = match name {
            login::DEFAULT => format!("{LOGIN} {}", path.display()).into(),
            _ => format!("{LOGIN} {name} in {}", path.display()).into(),
        };
        let same =
            |given: &Given<String>| given.value.trim_end_matches('/') == login.url.trim_end_matches('/');
        if !self.url.as_ref().is_none_or(same) {
            self.login_elsewhere = Some(login.url.clone());
            return Ok(self);
        }
        self.url
            .get_or_insert_with(|| Given::new(login.url.clone(), from.clone()));
        if self.token.is_none() {
            let token = credentials::token(&login.token).map_err(|_| {
                Failure::new(COULD_NOT_RUN, "the login contains no token").next("run appkeep login again")
            })?;
            self.token = Some(Given::new(token, from.clone()));
        }
        self.account
            .get_or_insert_with(|| Given::new(login.account.to_string(), from.clone()));
        if let (None, Some(pem)) = (&self.ca, &login.ca) {
            self.ca = Some(Given::new(pem.clone().into_bytes(), from));
        }
        Ok(self)
    }

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
    /// When none is set, it has no scheme, or it is the address of a page.
    pub(crate) fn url(&self) -> Result<&str, Failure> {
        let url = self.url.as_ref().ok_or_else(|| {
            Failure::new(COULD_NOT_RUN, "no server is set")
                .next("specify --url or APPKEEP_URL, or run appkeep login")
        })?;
        check_address(url)?;
        Ok(&url.value)
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
