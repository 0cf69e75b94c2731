//! A server to ask, in one account.

use appkeep_client::types::{App, AppState};
use appkeep_client::{Client, Error, Uuid};
use appkeep_server::system::{Clock as _, SystemClock};
use chrono::{DateTime, Utc};

use super::connection::{Args, Known};
use super::fault::fault;
use super::find::{Named, find};
use super::print::Format;
use crate::failure::{AMBIGUOUS, COULD_NOT_RUN, Failure, NOT_FOUND};

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
    pub(crate) fn open(args: &Args) -> anyhow::Result<Self> {
        Ok(Self::of(&args.known()?, args.output)?)
    }

    /// As [`Session::open`], of what is known already.
    ///
    /// # Errors
    /// When something is missing.
    pub(crate) fn of(known: &Known, output: Format) -> Result<Self, Failure> {
        let client = client(known)?;
        let url = known.url()?.to_owned();
        let account = account(known)?;
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
            None => match apps.len() {
                0 => Err(Failure::new(NOT_FOUND, "the account has no apps")
                    .next("declare one in the server's configuration")),
                1 => Ok(apps.swap_remove(0)),
                count => {
                    let names: Vec<&str> = apps.iter().map(|app| app.name.as_str()).take(10).collect();
                    let more = if count > names.len() { ", …" } else { "" };
                    Err(Failure::new(
                        AMBIGUOUS,
                        format!("the account has {count} apps: {}{more}", names.join(", ")),
                    )
                    .next("say which with --app"))
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
        .bearer_token(known.token()?.secret())
        .user_agent(concat!("appkeep/", env!("CARGO_PKG_VERSION")));
    if let Some(ca) = &known.ca {
        builder = builder.root_certificates(ca.value.clone());
    }
    builder
        .build()
        .map_err(|error| Failure::new(COULD_NOT_RUN, error.to_string()))
}

fn account(known: &Known) -> Result<Uuid, Failure> {
    let Some(given) = &known.account else {
        return Err(Failure::new(COULD_NOT_RUN, "no account is known")
            .next("give --account or APPKEEP_ACCOUNT, or run appkeep login"));
    };
    Uuid::try_parse(&given.value).map_err(|_| {
        Failure::new(
            COULD_NOT_RUN,
            format!("{} {:?} is no id of an account", given.from, given.value),
        )
    })
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
