//! A connection to a server, or to the API on its database, in one account.

use std::sync::Arc;

use appkeep_client::types::{Account, AccountState, App, AppState};
use appkeep_client::{BuildError, Client, Error, Open, Uuid};
use appkeep_server::admin::Store;
use appkeep_server::admin::catalog::UNDECLARED;
use appkeep_server::offline::OfflineApi;
use appkeep_server::{Clock as _, SystemClock};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;

use super::connection::{Given, Known, Source};
use super::failure::{is_unknown_route, offline, to_failure};
use super::find::{Named, find};
use super::print::Format;
use crate::failure::{AMBIGUOUS, COULD_NOT_RUN, Failure, NOT_FOUND};

/// The largest number of names in a message that asks to select one.
const NAMED_MAX: usize = 10;

/// A connection to a server, or to the API on its database, in one account.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) account: Uuid,
    pub(crate) output: Format,
    pub(crate) url: String,
    /// The API on the database, if no server is contacted.
    offline: Option<Arc<OfflineApi>>,
    clock: SystemClock,
}

impl Session {
    /// Opens a session with a server. No request is sent, except for the account if it is given by name or not at all.
    ///
    /// # Errors
    /// When a setting is missing, or can't be read; also when the source is a database.
    pub(crate) async fn open(source: &Source) -> anyhow::Result<Self> {
        source.server.output.check_is_no_csv()?;
        if source.is_database() {
            let problem = "--data only lists and shows: this command requires a running server";
            return Err(Failure::new(COULD_NOT_RUN, problem)
                .next("start the server, and omit --data and --config")
                .into());
        }
        Ok(Self::of(&source.server.known()?, source.server.output).await?)
    }

    /// Opens a session that is only used to list and show: with a server, or with its database if that is given.
    ///
    /// # Errors
    /// When a setting is missing or can't be read, or the database can't be used.
    pub(crate) async fn open_to_read(source: &Source) -> anyhow::Result<Self> {
        if !source.is_database() {
            return Ok(Self::of(&source.server.known()?, source.server.output).await?);
        }
        let api = Arc::new(OfflineApi::start(source.open_database().await?).await?);
        let known = Known::of_database(&api, source.server.given_account());
        let session = Self::of(&known, source.server.output).await?;
        Ok(Self {
            offline: Some(api),
            ..session
        })
    }

    /// Opens sessions that read files of backups: with a server, or with its database, where there is one for each account
    /// unless one is given.
    ///
    /// # Errors
    /// When a setting is missing or can't be read, or the database or its keys can't be used.
    pub(crate) async fn open_files(source: &Source) -> anyhow::Result<Vec<Self>> {
        if !source.is_database() {
            return Ok(vec![
                Self::of(&source.server.known()?, source.server.output).await?,
            ]);
        }
        let (store, files) = source.open_files().await?;
        let api = OfflineApi::start_with(store, Some(files)).await?;
        Self::of_api(Arc::new(api), source.server.given_account()).await
    }

    /// Opens a session for one account of a database, or for each if none is given.
    ///
    /// # Errors
    /// When the database can't be used, or doesn't contain the account.
    pub(crate) async fn of_accounts(
        store: Arc<dyn Store>,
        account: Option<Given<String>>,
    ) -> anyhow::Result<Vec<Self>> {
        Self::of_api(Arc::new(OfflineApi::start(store).await?), account).await
    }

    async fn of_api(api: Arc<OfflineApi>, account: Option<Given<String>>) -> anyhow::Result<Vec<Self>> {
        if account.is_some() {
            let session = Self::of(&Known::of_database(&api, account), Format::default()).await?;
            return Ok(vec![Self {
                offline: Some(api),
                ..session
            }]);
        }
        let client = client(&Known::of_database(&api, None))?;
        let accounts = accounts_of(&client).await.map_err(|error| offline(&error))?;
        let session = |account: Account| Self {
            client: client.clone(),
            account: account.id,
            output: Format::default(),
            url: api.url(),
            offline: Some(api.clone()),
            clock: SystemClock,
        };
        Ok(accounts.into_iter().map(session).collect())
    }

    /// Opens a session with a server, from known settings.
    ///
    /// # Errors
    /// When a setting is missing.
    pub(crate) async fn of(known: &Known, output: Format) -> Result<Self, Failure> {
        let client = client(known)?;
        let url = known.url()?.to_owned();
        let account = account(&client, &url, known).await?;
        Ok(Self {
            client,
            account,
            output,
            url,
            offline: None,
            clock: SystemClock,
        })
    }

    /// Converts an error of the client to a failure.
    pub(crate) fn failure(&self, error: &Error) -> Failure {
        if self.offline.is_some() {
            offline(error)
        } else {
            to_failure(&self.url, error)
        }
    }

    /// Returns whether the API is that on a database.
    pub(crate) fn is_offline(&self) -> bool {
        self.offline.is_some()
    }

    /// Returns the point in time to which ages refer.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Lists the accounts that the token can access.
    ///
    /// # Errors
    /// When the server doesn't list them.
    pub(crate) async fn accounts(&self) -> Result<Vec<Account>, Failure> {
        accounts_of(&self.client)
            .await
            .map_err(|error| self.failure(&error))
    }

    /// Returns the named app, if a name is given.
    ///
    /// # Errors
    /// When no app matches, or several do.
    pub(crate) async fn app_if_named(&self, wanted: Option<&str>) -> Result<Option<App>, Failure> {
        match wanted {
            Some(_) => self.app(wanted).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns the named app, or the only one if no name is given.
    ///
    /// # Errors
    /// When there is none, or several.
    pub(crate) async fn app(&self, wanted: Option<&str>) -> Result<App, Failure> {
        if let Some(id) = wanted.and_then(|wanted| Uuid::try_parse(wanted).ok()) {
            let app = self.client.app_fetch(self.account, id).await;
            return Ok(app.map_err(|error| self.failure(&error))?.into_inner());
        }
        let mut apps = self.apps().await?;
        if let Some(wanted) = wanted {
            return find_app(wanted, apps);
        }
        apps.retain(|app| !is_undeclared(app));
        if apps.is_empty() {
            let failure = Failure::new(NOT_FOUND, "the account has no apps");
            return Err(failure.next("declare one in the server's configuration"));
        }
        only(apps, "apps", "select one with --app")
    }
}

/// Returns the only resource of an account.
///
/// # Errors
/// When there is none, or several.
pub(super) fn only<T: Named>(mut things: Vec<T>, kinds: &str, next: &str) -> Result<T, Failure> {
    match things.len() {
        0 => Err(Failure::new(NOT_FOUND, format!("the account has no {kinds}"))),
        1 => Ok(things.swap_remove(0)),
        _ => Err(several(
            "the account has",
            kinds,
            &things.iter().collect::<Vec<_>>(),
            next,
        )),
    }
}

/// Finds an app. One that is no longer configured is selected only if no other has the name.
///
/// # Errors
/// When no app matches, or several do.
pub(crate) fn find_app(wanted: &str, mut apps: Vec<App>) -> Result<App, Failure> {
    if apps.iter().any(|app| app.name == wanted && !is_undeclared(app)) {
        apps.retain(|app| !is_undeclared(app));
    }
    Ok(find(wanted, apps)?.thing)
}

/// Whether an app is no longer configured. Apps of nodes without a running server are unavailable, too.
pub(crate) fn is_undeclared(app: &App) -> bool {
    is_state_of_undeclared(&app.state, app.state_unready.as_deref())
}

/// Whether this is the state of an app that is no longer configured, with its reasons.
pub(super) fn is_state_of_undeclared(state: &Open<AppState>, reasons: Option<&[String]>) -> bool {
    let mut reasons = reasons.unwrap_or_default().iter();
    *state == AppState::Unavailable && reasons.any(|reason| reason.as_str() == UNDECLARED)
}

/// Creates a client from known settings.
///
/// # Errors
/// When the URL, the token or a certificate is missing or can't be used.
pub(crate) fn client(known: &Known) -> Result<Client, Failure> {
    let mut builder = Client::builder(known.url()?)
        .token(known.token()?.clone())
        .retries(0)
        .user_agent(concat!("appkeep/", env!("CARGO_PKG_VERSION")));
    if let Some(ca) = &known.ca {
        builder = builder.root_certificates(ca.value.clone());
    }
    builder.build().map_err(|error| match (&error, &known.ca) {
        (BuildError::RootCertificates(reason), Some(ca)) => {
            let problem = format!("{} contains no certificate authority: {reason}", ca.from);
            Failure::new(COULD_NOT_RUN, problem)
                .next("expected PEM, which begins with -----BEGIN CERTIFICATE-----")
        }
        _ => Failure::new(COULD_NOT_RUN, error.to_string()),
    })
}

/// Returns the named account, or the only one that the token can access if no name is given.
async fn account(client: &Client, url: &str, known: &Known) -> Result<Uuid, Failure> {
    let wanted = known.account.as_ref().map(|account| account.value.as_str());
    if let Some(id) = wanted.and_then(|wanted| Uuid::try_parse(wanted).ok()) {
        return Ok(id);
    }
    let accounts = match accounts_of(client).await {
        Ok(accounts) => accounts,
        Err(error) if is_unknown_route(&error) => {
            let failure = to_failure(url, &error);
            return Err(
                Failure::new(failure.code(), failure.cause()).next("specify the account's id with --account")
            );
        }
        Err(error) => return Err(to_failure(url, &error)),
    };
    if let Some(wanted) = wanted {
        return Ok(find(wanted, accounts)?.thing.id);
    }
    let ready: Vec<&Account> = accounts
        .iter()
        .filter(|account| account.state != AccountState::Unavailable)
        .collect();
    match ready[..] {
        [] if known.is_database() => Err(Failure::new(NOT_FOUND, "the database has no accounts")
            .next("start the server once with its configuration")),
        [] => Err(Failure::new(NOT_FOUND, "the token can access no account")
            .next("create another one on the server")),
        [account] => Ok(account.id),
        [..] => {
            let whose = if known.is_database() {
                "the database has"
            } else {
                "the token can access"
            };
            Err(several(whose, "accounts", &ready, "select one with --account"))
        }
    }
}

async fn accounts_of(client: &Client) -> Result<Vec<Account>, Error> {
    let mut accounts: Vec<Account> = client.accounts().stream().try_collect().await?;
    accounts.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(accounts)
}

/// Creates the failure for several candidates when no name is given.
fn several<T: Named>(whose: &str, kinds: &str, things: &[&T], next: &str) -> Failure {
    let count = things.len();
    let names: Vec<&str> = things.iter().map(|thing| thing.name()).take(NAMED_MAX).collect();
    let more = if count > names.len() { ", …" } else { "" };
    Failure::new(
        AMBIGUOUS,
        format!("{whose} {count} {kinds}: {}{more}", names.join(", ")),
    )
    .next(next)
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
