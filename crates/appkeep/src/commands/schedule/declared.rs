//! `appkeep schedule run` and `confirm-retention`, which change the database of a server that may run.

use std::process::ExitCode;

use appkeep_client::Uuid;
use appkeep_server::RandomIds;
use appkeep_server::admin::Store;
use appkeep_server::admin::database::clock_of;
use appkeep_server::admin::retention::{self, Scheduled};

use crate::commands::server_args::DatabaseArgs;
use crate::failure::{CONFLICT, Failure};
use crate::remote::{Named, find};
use crate::stdout::print_line;

/// A schedule in a server's database.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The schedule, by name or id; a unique prefix is enough.
    #[arg(value_name = "SCHEDULE")]
    schedule: String,
}

impl Named for Scheduled {
    const KIND: &'static str = "schedule";

    fn id(&self) -> Uuid {
        self.schedule.id.as_uuid()
    }

    fn name(&self) -> &str {
        &self.schedule.name
    }

    fn distinction(&self) -> Option<String> {
        Some(format!("of the app {}", self.schedule.app_id))
    }
}

async fn find_schedule(store: &dyn Store, wanted: &str) -> anyhow::Result<Scheduled> {
    Ok(find(wanted, store.list_schedules().await?)?.thing)
}

pub(super) async fn run_now(args: &Args) -> anyhow::Result<ExitCode> {
    let store = args.database.open().await?;
    let scheduled = find_schedule(store.as_ref(), &args.schedule).await?;
    let clock = clock_of(store.as_ref()).await?;
    let is_due = retention::run_now(store.as_ref(), &clock, &scheduled).await?;
    store.close().await;
    let name = &scheduled.schedule.name;
    if !is_due {
        let failure = Failure::new(
            CONFLICT,
            format!("a server has planned the next run of {name} meanwhile"),
        );
        return Err(failure.next("try again").into());
    }
    print_line(&format!("{name} is due: a running server begins within seconds"))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn confirm_retention(args: &Args) -> anyhow::Result<ExitCode> {
    let store = args.database.open().await?;
    let schedule = find_schedule(store.as_ref(), &args.schedule).await?.schedule;
    let clock = clock_of(store.as_ref()).await?;
    let held = retention::confirm(store.as_ref(), &clock, &RandomIds, &schedule).await?;
    store.close().await;
    if held.is_empty() {
        print_line(&format!("retention of {} holds no deletions", schedule.name))?;
    } else {
        let held = held.join("; ");
        print_line(&format!(
            "confirmed for {}: {held}; a running server deletes them now",
            schedule.name
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
