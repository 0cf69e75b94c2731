//! `appkeep key`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use appkeep_server::admin::data_dir::{DataDir, DatabaseKind};
use appkeep_server::admin::database::{check_unused, open_store};
use appkeep_server::admin::keys::{self, ExposeSecret, KeyStore, blocking};
use appkeep_server::admin::recovery::{self, Catalog, Recovery};
use appkeep_server::{Config, KeySource};
use clap::Subcommand;

use super::server_args::DataArgs;
use crate::commands::disable_core_files;
use crate::logging::{self, LogFormat};
use crate::stdout::print_line;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the master key's id and the number of repository keys; with --recovery, commands for plain restic.
    ///
    /// Works while the server runs, and with only a copy of the data directory's `keys`.
    /// Exit codes: 0 success, 1 some keys can't be decrypted, 2 could not run.
    Show(ShowArgs),
    /// Change the master key: wrap all keys with a new one. Repositories are not touched.
    ///
    /// The server must not run. An interrupted rotation loses nothing: run it again. If several servers share a database,
    /// stop them all, and start them with the new key.
    /// Without `[keys]` in the configuration, a new master key is created. With `[keys]`, the new one is the configured
    /// key; specify the previous one with --old-key-file or --old-key-env, unless it is the server's own.
    Rotate(RotateArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    server: DataArgs,
    /// Print the passwords of all repositories, and commands that restore from them. Anyone with these passwords
    /// can read the backups.
    #[arg(long)]
    recovery: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RotateArgs {
    #[command(flatten)]
    server: DataArgs,
    /// A file with the previous master key.
    #[arg(long, value_name = "FILE")]
    old_key_file: Option<PathBuf>,
    /// The environment variable with the previous master key.
    #[arg(long, value_name = "NAME")]
    old_key_env: Option<String>,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    logging::start("error", LogFormat::Text)?;
    disable_core_files();
    match command {
        Command::Show(args) => show(&args).await,
        Command::Rotate(args) => rotate(args).await,
    }
}

async fn show(args: &ShowArgs) -> anyhow::Result<ExitCode> {
    let (data, config) = (&args.server.data, args.server.config()?);
    let is_in_database = config.as_ref().is_some_and(|config| config.store.is_some());
    anyhow::ensure!(
        is_in_database || data.join("keys").is_dir(),
        "{} is not the data directory of a server: there are no keys in it",
        data.display()
    );
    let source = config
        .as_ref()
        .map(|config| config.keys.clone())
        .unwrap_or_default();
    let keys = keys::open(data, config.as_ref()).await?;
    if !args.recovery {
        return blocking(move || outline(&keys, &source)).await;
    }
    let mut catalog = read_catalog(config.as_ref(), data).await?;
    if let Some(config) = &config {
        catalog.learn(&config.declaration);
    }
    let (mut lines, mut failed) = (Vec::new(), false);
    for recovery in blocking(move || recovery::list(&keys, &catalog)).await? {
        match recovery_commands(&recovery) {
            Ok(text) => lines.push(text),
            Err(error) => {
                failed = true;
                eprintln!("error: {error:#}");
            }
        }
    }
    eprintln!(
        "warning: anyone with these passwords can read the backups: protect them like the data itself."
    );
    print_line(&lines.join("\n\n"))?;
    Ok(ExitCode::from(u8::from(failed)))
}

fn outline(keys: &KeyStore, source: &KeySource) -> anyhow::Result<ExitCode> {
    let count = keys.list()?.len();
    let from = keys::name_of(source);
    match keys.master_key_id()? {
        Some(id) => print_line(&format!(
            "master key {id}, from {from}; keys of repositories: {count}"
        ))?,
        None => print_line(&format!("no master key in {from}; keys of repositories: {count}"))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads the catalog from the server's database, if it exists.
async fn read_catalog(config: Option<&Config>, data: &Path) -> anyhow::Result<Catalog> {
    let mut catalog = Catalog::default();
    let kind = DatabaseKind::of(config);
    if kind == DatabaseKind::Postgres || DataDir::existing(data, kind).is_ok() {
        let store = open_store(config, Some(data)).await?;
        catalog.recall(store.as_ref()).await?;
        store.close().await;
    }
    Ok(catalog)
}

/// Returns shell commands that read the backups with plain restic.
fn recovery_commands(recovery: &Recovery) -> anyhow::Result<String> {
    let (app, bucket) = (&recovery.app, &recovery.bucket);
    let whose = recovery
        .account
        .as_ref()
        .map(|name| format!(" of account {name:?}"))
        .unwrap_or_default();
    let what = format!("app {app:?}{whose} in bucket {bucket:?}");
    let password = recovery
        .password
        .as_ref()
        .map_err(|error| anyhow::anyhow!("{error}"))
        .with_context(|| what.clone())?;
    let repository = recovery.repository.as_ref().map_or_else(
        || format!("DIRECTORY-OF-THE-BUCKET/{}", recovery.app_id),
        Clone::clone,
    );
    let credentials = if repository.starts_with("s3:") {
        "# set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to the credentials of the bucket\n"
    } else {
        ""
    };
    Ok(format!(
        "# {what}; for one backup add --tag backup=ID\n\
         {credentials}\
         export RESTIC_REPOSITORY={}\n\
         export RESTIC_PASSWORD={}\n\
         restic restore latest --target {}",
        quoted(&repository),
        quoted(password.expose_secret()),
        quoted(&format!("restored/{bucket}/{app}")),
    ))
}

/// Quotes a text for a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

async fn rotate(args: RotateArgs) -> anyhow::Result<ExitCode> {
    let config = args.server.config()?;
    let data = DataDir::existing(&args.server.data, DatabaseKind::of(config.as_ref()))?;
    let source = config
        .as_ref()
        .map(|config| config.keys.clone())
        .unwrap_or_default();
    let _lock = data.lock()?;
    if config.as_ref().is_some_and(|config| config.store.is_some()) {
        let store = open_store(config.as_ref(), Some(data.path())).await?;
        let unused = check_unused(config.as_ref(), store.as_ref()).await;
        store.close().await;
        unused?;
    }
    let mut old = Vec::new();
    let sources = [
        args.old_key_file.map(KeySource::File),
        args.old_key_env.map(KeySource::Env),
    ];
    for source in sources.into_iter().flatten() {
        old.extend(keys::master_key(&source).await?);
    }
    let keys = keys::open(data.path(), config.as_ref()).await?;
    let rotation = blocking(move || keys.rotate(&old))
        .await
        .context("the master key was not changed, and all keys can still be decrypted")?;
    let kept = match rotation.kept {
        0 => String::new(),
        kept => format!(" ({kept} already were)"),
    };
    print_line(&format!(
        "master key {}, in {}; keys wrapped with it: {}{kept}",
        rotation.to,
        keys::name_of(&source),
        rotation.wrapped,
    ))?;
    Ok(ExitCode::SUCCESS)
}
