//! `backup create` and `snapshot create`: of one app, or of several.

use std::time::Duration;

use appkeep_client::Uuid;
use appkeep_client::types::{App, AppBackup, AppSnap, LabelCreate, MetadataCreate};
use futures::{StreamExt, stream};
use serde::Serialize;

use crate::failure::{FAILED, Failure, NOT_FOUND};
use crate::remote::{End, Format, Session, complain, is_undeclared, name_bars, note};

/// The largest number of resources that are awaited at once. The server continues with the others meanwhile.
const AWAITED_AT_ONCE: usize = 16;

/// The arguments of a new backup or snapshot.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// The name: lower-case letters, digits and hyphens. By default, the server generates one.
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,
    /// The app, by name or id; may be repeated. Optional if there is only one app.
    #[arg(long, value_name = "APP")]
    app: Vec<String>,
    /// All configured apps of the account. A failure doesn't end the command: the others are created.
    #[arg(long, conflicts_with = "app")]
    all: bool,
    /// A label to attach; may be repeated.
    #[arg(long, value_name = "NAME=VALUE", value_parser = label)]
    label: Vec<LabelCreate>,
    /// Wait until it is completed. Exit code 1 when it fails, or is completed and a hook failed.
    #[arg(long, short)]
    wait: bool,
    /// Stop waiting after this many seconds; the server continues.
    #[arg(long, value_name = "SECONDS", requires = "wait")]
    timeout: Option<u64>,
}

impl Args {
    /// Returns the labels, if there are any.
    pub(super) fn metadata(&self) -> Option<MetadataCreate> {
        (!self.label.is_empty()).then(|| MetadataCreate {
            labels: self.label.clone(),
            ..MetadataCreate::default()
        })
    }

    /// Returns how long to wait; `None` if not at all.
    fn wait_limit(&self) -> Option<WaitLimit> {
        self.wait.then(|| WaitLimit::seconds(self.timeout))
    }

    /// Returns whether several apps are requested, so that the result is a list.
    fn are_several(&self) -> bool {
        self.all || self.app.len() > 1
    }

    /// Finds the requested apps.
    async fn apps(&self, session: &Session) -> Result<Vec<App>, Failure> {
        if self.all {
            let mut apps = session.apps().await?;
            apps.retain(|app| !is_undeclared(app));
            if apps.is_empty() {
                let failure = Failure::new(NOT_FOUND, "the account has no apps");
                return Err(failure.next("declare one in the server's configuration"));
            }
            return Ok(apps);
        }
        if self.app.is_empty() {
            return Ok(vec![session.app(None).await?]);
        }
        let mut apps: Vec<App> = Vec::new();
        for wanted in &self.app {
            let app = session.app(Some(wanted)).await?;
            if apps.iter().all(|other| other.id != app.id) {
                apps.push(app);
            }
        }
        Ok(apps)
    }
}

/// The maximum time to wait; unlimited by default.
#[derive(Debug, Clone, Copy)]
pub(super) struct WaitLimit(pub(super) Option<Duration>);

impl WaitLimit {
    pub(super) fn seconds(seconds: Option<u64>) -> Self {
        Self(seconds.map(Duration::from_secs))
    }
}

fn label(text: &str) -> Result<LabelCreate, String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok(LabelCreate {
        name: name.to_owned(),
        value: value.to_owned(),
        ..LabelCreate::default()
    })
}

/// A resource that the server creates in the background.
pub(super) trait Created: Serialize {
    /// The kind of resource, for example `backup`.
    const KIND: &'static str;

    /// Returns the id.
    fn id(&self) -> Uuid;

    /// Returns the name.
    fn name(&self) -> &str;
}

impl Created for AppBackup {
    const KIND: &'static str = "backup";

    fn id(&self) -> Uuid {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Created for AppSnap {
    const KIND: &'static str = "snapshot";

    fn id(&self) -> Uuid {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// A resource whose creation is finished.
pub(super) struct Awaited<T> {
    /// The resource in messages, for example `backup nightly`.
    pub(super) what: String,
    pub(super) thing: T,
    pub(super) end: End,
    /// Its size, or nothing.
    pub(super) more: String,
}

impl<T: Created> Awaited<T> {
    fn line(&self) -> String {
        format!("{} is completed{}", self.what, self.more)
    }

    fn failure(&self) -> Option<Failure> {
        let End::Failed(reason) = &self.end else {
            return None;
        };
        let failure = Failure::new(FAILED, format!("{} {reason}", self.what));
        let (kind, id) = (T::KIND, self.thing.id());
        Some(failure.next(format!(
            "appkeep {kind} show {id} and the server's log show details"
        )))
    }

    /// Prints the result.
    ///
    /// # Errors
    /// When the creation failed.
    pub(super) fn print(&self, session: &Session) -> anyhow::Result<()> {
        let Some(failure) = self.failure() else {
            return session.output.done(&self.thing, &self.line());
        };
        if session.output != Format::Table {
            session.output.exactly(&self.thing)?;
        }
        Err(failure.into())
    }
}

/// Creates a resource of each requested app with `create`, and awaits them with `wait` if that is requested. JSON and YAML
/// of several apps are an array.
///
/// # Errors
/// When one of them isn't created, or its creation failed; the others are printed.
pub(super) async fn for_each_app<T: Created>(
    session: &Session,
    args: &Args,
    create: impl AsyncFn(&App) -> Result<T, Failure>,
    wait: impl AsyncFn(&App, T, String, WaitLimit) -> Result<Awaited<T>, Failure>,
) -> anyhow::Result<()> {
    let apps = args.apps(session).await?;
    let mut failures = Vec::new();
    let mut created = Vec::new();
    for app in &apps {
        match create(app).await {
            Ok(thing) => {
                let (kind, name, id) = (T::KIND, thing.name(), thing.id());
                let begun = format!("{kind} {name} of {} is being created ({id})", app.name);
                if args.wait && session.output == Format::Table {
                    note(&begun);
                }
                created.push((app, thing, begun));
            }
            Err(failure) => failures.push(failure),
        }
    }
    let Some(limit) = args.wait_limit() else {
        let things = created
            .into_iter()
            .map(|(_, thing, begun)| (thing, begun))
            .collect();
        print(session, args, things)?;
        return end(failures);
    };
    if args.are_several() {
        name_bars();
    }
    let wait = &wait;
    let waits = created.into_iter().map(|(app, thing, _)| {
        let of = if args.are_several() {
            format!(" of {}", app.name)
        } else {
            String::new()
        };
        let what = format!("{} {}{of}", T::KIND, thing.name());
        async move { wait(app, thing, what, limit).await }
    });
    let awaited: Vec<_> = stream::iter(waits).buffered(AWAITED_AT_ONCE).collect().await;
    let mut things = Vec::new();
    for awaited in awaited {
        match awaited {
            Ok(awaited) => {
                let (failure, line) = (awaited.failure(), awaited.line());
                if failure.is_none() || session.output != Format::Table {
                    things.push((awaited.thing, line));
                }
                failures.extend(failure);
            }
            Err(failure) => failures.push(failure),
        }
    }
    print(session, args, things)?;
    end(failures)
}

fn print<T: Created>(session: &Session, args: &Args, things: Vec<(T, String)>) -> anyhow::Result<()> {
    if args.are_several() && session.output != Format::Table {
        let things: Vec<T> = things.into_iter().map(|(thing, _)| thing).collect();
        return session.output.exactly(&things);
    }
    for (thing, line) in things {
        session.output.done(&thing, &line)?;
    }
    Ok(())
}

/// Prints all failures but the last, which is the command's. Different exit codes become [`FAILED`].
fn end(mut failures: Vec<Failure>) -> anyhow::Result<()> {
    let Some(last) = failures.pop() else { return Ok(()) };
    let is_same = failures.iter().all(|failure| failure.code() == last.code());
    failures.iter().for_each(complain);
    Err(if is_same { last } else { last.with_code(FAILED) }.into())
}
