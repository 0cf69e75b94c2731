//! A server to ask, in one account.

use appkeep_client::types::{Account, AccountState, App, AppState};
use appkeep_client::{Client, Error, Uuid};
use appkeep_server::system::{Clock as _, SystemClock};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;

use super::connection::{Args, Known};
use super::fault::{fault, is_unknown_route};
use super::find::{Named, find};
use super::print::Format;
use crate::failure::{AMBIGUOUS, COULD_NOT_RUN, Failure, NOT_FOUND};

/// Names that are told at most where one of them has to be chosen.
const NAMED_MAX: usize = 10;

/// A server to ask, in one account.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) account: Uuid,
    pub(crate) output: Format,
    pub(super) url: String,
    clock: SystemClock,
}

impl Session {
    /// Puts together what is known. Nothing is asked yet but the account, if it is given by name or not at all.
    ///
    /// # Errors
    /// When something is missing, or can't be read.
    pub(crate) async fn open(args: &Args) -> anyhow::Result<Self> {
        Ok(Self::of(&args.known()?, args.output).await?)
    }

    /// As [`Session::open`], of what is known already.
    ///
    /// # Errors
    /// When something is missing.
    pub(crate) async fn of(known: &Known, output: Format) -> Result<Self, Failure> {
        let client = client(known)?;
        let url = known.url()?.to_owned();
        let account = account(&client, &url, known).await?;
        Ok(Self {
            client,
            account,
            output,
            url,
            clock: SystemClock,
        })
    }

    /// What an error of the client means.
    pub(crate) fn fault(&self, error: &Error) -> Failure {
        fault(&self.url, error)
    }

    /// The point in time that ages are told from.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The accounts that the token is good for.
    ///
    /// # Errors
    /// When the server doesn't list them.
    pub(crate) async fn accounts(&self) -> Result<Vec<Account>, Failure> {
        accounts_of(&self.client)
            .await
            .map_err(|error| self.fault(&error))
    }

    /// The app that is named, if one is.
    ///
    /// # Errors
    /// When there is none such, or several.
    pub(crate) async fn app_if_named(&self, wanted: Option<&str>) -> Result<Option<App>, Failure> {
        match wanted {
            Some(_) => self.app(wanted).await.map(Some),
            None => Ok(None),
        }
    }

    /// The app that is meant; the only one where none is named.
    ///
    /// # Errors
    /// When there is none, or several.
    pub(crate) async fn app(&self, wanted: Option<&str>) -> Result<App, Failure> {
        if let Some(id) = wanted.and_then(|wanted| Uuid::try_parse(wanted).ok()) {
            let request = self.client.app_fetch().account_id(self.account).app_id(id);
            let app = request.send().await.map_err(|error| self.fault(&error))?;
            return Ok(app.into_inner());
        }
        // One that is no longer configured is meant only where nothing else is.
        let (mut apps, gone): (Vec<App>, Vec<App>) = self
            .apps()
            .await?
            .into_iter()
            .partition(|app| app.state != AppState::Unavailable);
        match wanted {
            Some(wanted) if apps.iter().any(|app| app.name == wanted) => Ok(find(wanted, apps)?.thing),
            Some(wanted) => {
                apps.extend(gone);
                Ok(find(wanted, apps)?.thing)
            }
            None => match &apps[..] {
                [] => Err(Failure::new(NOT_FOUND, "the account has no apps")
                    .next("declare one in the server's configuration")),
                [app] => Ok(app.clone()),
                several_apps => {
                    let apps: Vec<&App> = several_apps.iter().collect();
                    Err(several("the account has", "apps", &apps, "--app"))
                }
            },
        }
    }
}

/// A client for what is known.
///
/// # Errors
/// When the URL, the token or a certificate can't be used, or is missing.
pub(crate) fn client(known: &Known) -> Result<Client, Failure> {
    let mut builder = Client::builder(known.url()?)
        .bearer_token(known.token()?.clone())
        .user_agent(concat!("appkeep/", env!("CARGO_PKG_VERSION")));
    if let Some(ca) = &known.ca {
        builder = builder.root_certificates(ca.value.clone());
    }
    builder
        .build()
        .map_err(|error| Failure::new(COULD_NOT_RUN, error.to_string()))
}

/// The account that is meant; the only one that the token is good for where none is named.
async fn account(client: &Client, url: &str, known: &Known) -> Result<Uuid, Failure> {
    let wanted = known.account.as_ref().map(|account| account.value.as_str());
    if let Some(id) = wanted.and_then(|wanted| Uuid::try_parse(wanted).ok()) {
        return Ok(id);
    }
    let accounts = match accounts_of(client).await {
        Ok(accounts) => accounts,
        Err(error) if is_unknown_route(&error) => {
            let failure = fault(url, &error);
            return Err(
                Failure::new(failure.code(), failure.cause()).next("give the account's id in --account")
            );
        }
        Err(error) => return Err(fault(url, &error)),
    };
    if let Some(wanted) = wanted {
        return Ok(find(wanted, accounts)?.thing.id);
    }
    let ready: Vec<&Account> = accounts
        .iter()
        .filter(|account| account.state != AccountState::Unavailable)
        .collect();
    match ready[..] {
        [] => Err(Failure::new(NOT_FOUND, "the token is good for no account")
            .next("make another one on the server")),
        [account] => Ok(account.id),
        [..] => Err(several("the token is good for", "accounts", &ready, "--account")),
    }
}

async fn accounts_of(client: &Client) -> Result<Vec<Account>, Error> {
    client.accounts().stream().try_collect().await
}

/// There are several, and none was named.
fn several<T: Named>(whose: &str, kinds: &str, things: &[&T], flag: &str) -> Failure {
    let count = things.len();
    let names: Vec<&str> = things.iter().map(|thing| thing.name()).take(NAMED_MAX).collect();
    let more = if count > names.len() { ", …" } else { "" };
    Failure::new(
        AMBIGUOUS,
        format!("{whose} {count} {kinds}: {}{more}", names.join(", ")),
    )
    .next(format!("say which with {flag}"))
}

impl Named for Account {
    const KIND: &'static str = "account";

    fn id(&self) -> Uuid {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Named for App {
    const KIND: &'static str = "app";

    fn id(&self) -> Uuid {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }
}
