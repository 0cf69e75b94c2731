//! `appkeep job`

mod cancel;
mod list;

use std::collections::HashMap;
use std::process::ExitCode;

use appkeep_server::admin::Store;
use appkeep_server::admin::jobs::PendingJob;
use clap::Subcommand;
use uuid::Uuid;

use super::server_args::DatabaseArgs;
use crate::failure::Failure;
use crate::remote::{Format, Named, find};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the jobs that wait, run or are parked, the oldest first. Works with or without a running server.
    ///
    /// Example: appkeep job list --data /var/lib/appkeep
    List(ListArgs),
    /// Cancel queued backups, snapshots and restores, which become failed. Works with or without a running server.
    ///
    /// Running jobs are not cancelled: delete the backup or the snapshot instead. Deletes can't be cancelled.
    ///
    /// Example: appkeep job cancel --data /var/lib/appkeep --app shop
    ///
    /// Exit codes: 0 all of them are cancelled, 2 at least one isn't, 3 no such app, 6 an ambiguous app.
    Cancel(CancelArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// List the jobs of this app only, by name or id; a unique prefix is enough.
    #[arg(long, value_name = "APP")]
    app: Option<String>,
    /// The format of stdout: a table, or exact times and complete ids.
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CancelArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The jobs, by their ids or at least the first 4 characters of them.
    #[arg(value_name = "JOB", required_unless_present = "app", conflicts_with = "app")]
    jobs: Vec<String>,
    /// Cancel all queued backups, snapshots and restores of this app, by name or id; a unique prefix is enough.
    #[arg(long, value_name = "APP")]
    app: Option<String>,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List(args) => list::run(args).await?,
        Command::Cancel(args) => cancel::run(args).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The names of apps, by id.
struct AppNames(HashMap<Uuid, String>);

impl AppNames {
    async fn fetch(store: &dyn Store) -> anyhow::Result<Self> {
        let mut names = HashMap::new();
        for account in store.list_accounts().await? {
            let apps = store.list_apps(account.id).await?;
            names.extend(apps.into_iter().map(|app| (app.id.as_uuid(), app.name)));
        }
        Ok(Self(names))
    }

    /// Returns the name of a job's app, else its id.
    fn of(&self, job: &PendingJob) -> String {
        let Some(payload) = &job.payload else {
            return "-".to_owned();
        };
        let id = payload.app_id().as_uuid();
        self.0.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// Finds an app by its name or id, or a prefix of either.
    fn find(&self, wanted: &str) -> Result<Uuid, Failure> {
        let apps = self.0.iter().map(|(id, name)| NamedApp {
            id: *id,
            name: name.clone(),
        });
        Ok(find(wanted, apps.collect())?.thing.id)
    }
}

/// Returns whether a job belongs to the app.
fn is_of(job: &PendingJob, app: Uuid) -> bool {
    let payload = job.payload.as_ref();
    payload.is_some_and(|payload| payload.app_id().as_uuid() == app)
}

/// An app of any account.
struct NamedApp {
    id: Uuid,
    name: String,
}

impl Named for NamedApp {
    const KIND: &'static str = "app";

    fn id(&self) -> Uuid {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }
}
