//! `appkeep token`

use std::path::PathBuf;
use std::process::ExitCode;

use appkeep_server::data_dir::DataDir;
use appkeep_server::store::SqliteStore;
use appkeep_server::system::{RandomIds, SystemClock};
use appkeep_server::tokens::{self, NewToken};
use clap::Subcommand;

use crate::commands::say;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a token and print it, this once. Works while the server runs.
    ///
    /// Example: appkeep token create --data /var/lib/appkeep --account acme --role member --name ci
    Create(CreateArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    /// The server's data directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// An account that the token is good for, by name or id; may be repeated. '*' means all accounts.
    #[arg(long, value_name = "ACCOUNT", required = true)]
    account: Vec<String>,
    /// What it may do: a viewer reads, the others also create and delete.
    #[arg(long, value_parser = ["viewer", "member", "admin", "owner"], default_value = "member")]
    role: String,
    /// What to call it.
    #[arg(long, default_value = "unnamed")]
    name: String,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let Command::Create(args) = command;
    let data = DataDir::existing(&args.data)?;
    let store = SqliteStore::open(data.database()).await?;
    let role =
        tokens::Role::from_word(&args.role).ok_or_else(|| anyhow::anyhow!("{:?} is no role", args.role))?;
    let wanted = NewToken {
        name: args.name,
        role,
        scope: tokens::scope(&store, &args.account).await?,
    };
    let secret = tokens::create(&store, &SystemClock, &RandomIds, wanted).await?;
    store.close().await;
    say(secret.reveal())?;
    Ok(ExitCode::SUCCESS)
}
