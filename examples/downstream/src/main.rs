//! The command line of the retention tool.

mod retention;

use std::error::Error;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use appkeep_client::types::AppBackup;
use appkeep_client::{Client, ErrorKind, Uuid};
use clap::Parser;
use serde_json::json;

use retention::{Deletion, delete, expired};

/// Keeps the newest completed backups of an app and deletes older completed ones.
///
/// Backups in other states are neither counted nor deleted.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 success, 1 some backups are in use, 2 invalid arguments or an error"
)]
struct Args {
    /// Base URL of the server
    #[arg(long, env = "APPKEEP_URL")]
    url: String,
    /// File that contains the token
    #[arg(long, env = "APPKEEP_TOKEN_FILE", value_name = "FILE")]
    token_file: PathBuf,
    /// Id of the account
    #[arg(long, env = "APPKEEP_ACCOUNT", value_name = "ID")]
    account: Uuid,
    /// Id of the app
    #[arg(long, env = "APPKEEP_APP", value_name = "ID")]
    app: Uuid,
    /// Number of completed backups to keep, at least 1
    #[arg(long, value_name = "N")]
    keep: NonZeroUsize,
    /// Print the backups that would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Deletes expired backups, and returns whether none of them is in use.
async fn run(args: &Args) -> Result<bool, Box<dyn Error>> {
    let client = Client::builder(&args.url)
        .token_file(&args.token_file)
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        .build()?;
    let mut all_deleted = true;
    let expired = expired(&client, args.account, args.app, args.keep).await;
    for backup in expired.map_err(|error| explain(&error, &args.url))? {
        if args.dry_run {
            print(args, "would delete", &backup, None);
            continue;
        }
        let deletion = delete(&client, args.account, args.app, backup.id).await;
        match deletion.map_err(|error| explain(&error, &args.url))? {
            Deletion::Deleted => print(args, "deleted", &backup, None),
            Deletion::InUse(reason) => {
                all_deleted = false;
                print(args, "in use", &backup, Some(&reason));
            }
        }
    }
    Ok(all_deleted)
}

/// Prints one line about a backup.
fn print(args: &Args, result: &str, backup: &AppBackup, reason: Option<&str>) {
    let AppBackup { id, name, metadata, .. } = backup;
    let created = &metadata.creation_timestamp;
    if args.json {
        let line = json!({ "result": result, "id": id, "name": name, "created": created, "reason": reason });
        println!("{line}");
    } else {
        let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        println!("{result} {name} ({id}, created {created}){reason}");
    }
}

/// Describes an error. Responses that aren't of this API suggest a wrong URL.
fn explain(error: &appkeep_client::Error, url: &str) -> String {
    match error.kind() {
        ErrorKind::Decode { .. } | ErrorKind::Status { .. } | ErrorKind::UnexpectedBody { .. }
            if !error.is_transient() =>
        {
            format!("{url} doesn't respond like a server of this API, check --url: {error}")
        }
        _ => error.to_string(),
    }
}
