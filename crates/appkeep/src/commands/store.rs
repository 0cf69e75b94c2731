//! `appkeep store`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use appkeep_server::admin::data_dir::{DataDir, DatabaseKind};
use appkeep_server::admin::{CopiedTable, SecretString, copy_to_postgres};
use clap::Subcommand;
use clap::builder::{StringValueParser, TypedValueParser};

use crate::commands::disable_core_files;
use crate::logging::{self, LogFormat};
use crate::stdout::print_line;

#[derive(Debug, Subcommand)]
#[expect(clippy::doc_markdown, reason = "these comments are the help text")]
pub(crate) enum Command {
    /// Copy the database of a server from SQLite to PostgreSQL, and compare each row with its copy.
    ///
    /// The server must be stopped, and the target must have no rows. Everything is copied in one transaction: if it
    /// fails or is interrupted, the target stays empty. The source is not changed. The user of the target must be its
    /// owner, or be permitted to create tables in it.
    ///
    /// Only the database is copied. The other files of the data directory, such as keys, stay where they are.
    ///
    /// Example: APPKEEP_STORE_TO="$URL" appkeep store copy --from sqlite:/var/lib/appkeep/appkeep.sqlite3
    ///
    /// Exit codes: 0 copied and compared, 2 not copied.
    Copy(CopyArgs),
}

#[derive(Debug, clap::Args)]
#[expect(clippy::doc_markdown, reason = "these comments are the help text")]
pub(crate) struct CopyArgs {
    /// The database in the data directory of the stopped server: sqlite:PATH.
    #[arg(long, value_name = "URL")]
    from: String,
    /// The database to copy to: postgres://USER:PASSWORD@HOST/DATABASE. All users of this machine can read an argument
    /// in the list of processes; if the URL contains a password, set the environment variable instead.
    #[arg(
        long,
        value_name = "URL",
        env = "APPKEEP_STORE_TO",
        hide_env_values = true,
        value_parser = secret()
    )]
    to: SecretString,
}

/// Returns a parser that accepts every text: the message for a refused one would contain it.
fn secret() -> impl TypedValueParser<Value = SecretString> {
    StringValueParser::new().map(SecretString::from)
}

pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    logging::start("error", LogFormat::Text)?;
    disable_core_files();
    match command {
        Command::Copy(args) => copy(args).await,
    }
}

async fn copy(args: CopyArgs) -> anyhow::Result<ExitCode> {
    // The value may be the other URL, with a password.
    let from = args.from.strip_prefix("sqlite:").map(PathBuf::from);
    let from = from.context("invalid --from: expected sqlite:PATH")?;
    let data = data_dir(&from)?;
    let _lock = data.lock()?;
    let copied = copy_to_postgres(&data.database(), &args.to)
        .await
        .context("the database was not copied")?;
    print_line(&table(&copied))?;
    eprintln!(
        "next: set `url` in `[store]` of the configuration and, if it has no `[keys]`, `file = \"{}\"` there; then move {} \
         out of the data directory",
        data.path().join("keys/master.key").display(),
        data.database().display()
    );
    Ok(ExitCode::SUCCESS)
}

/// Returns the data directory that contains this database.
fn data_dir(database: &Path) -> anyhow::Result<DataDir> {
    let directory = database.parent().filter(|parent| !parent.as_os_str().is_empty());
    let data = DataDir::existing(directory.unwrap_or(Path::new(".")), DatabaseKind::Sqlite)?;
    anyhow::ensure!(
        data.database().file_name() == database.file_name(),
        "{} is not the database of a data directory: expected {}",
        database.display(),
        data.database().display()
    );
    Ok(data)
}

/// Returns a line for each table with its number of rows, and their sum.
fn table(copied: &[CopiedTable]) -> String {
    let rows: u64 = copied.iter().map(|table| table.rows).sum();
    let mut lines: Vec<_> = copied
        .iter()
        .map(|table| format!("{:>10}  {}", table.rows, table.name))
        .collect();
    lines.push(format!(
        "{rows:>10}  rows in {} tables, copied and compared",
        copied.len()
    ));
    lines.join("\n")
}
