//! `appkeep token`

mod expiry;
mod list;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use appkeep_server::admin::database::clock_of;
use appkeep_server::admin::tokens::{self, ExposeSecret, NewToken, Role, TokenError};
use appkeep_server::{Clock as _, RandomIds};
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use tempfile::NamedTempFile;

use self::expiry::Expiry;
use super::server_args::DatabaseArgs;
use crate::failure::{AMBIGUOUS, Failure, NOT_FOUND};
use crate::logging;
use crate::stdout::print_line;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a token and print it, only this once. Works while the server runs.
    ///
    /// Example: appkeep token create --data /var/lib/appkeep --account acme --role member --name ci --expires 90d
    Create(CreateArgs),
    /// List all tokens, without their secrets. Works while the server runs.
    ///
    /// Example: appkeep token list --data /var/lib/appkeep
    List(list::Args),
    /// Revoke a token: requests with it are refused at once. Works while the server runs.
    ///
    /// Example: appkeep token revoke --data /var/lib/appkeep ci
    ///
    /// Exit codes: 0 revoked, 2 could not run, 3 no such token, 6 an ambiguous name.
    Revoke(RevokeArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// An account that the token can access, by name or id; may be repeated. '*' means all accounts.
    #[arg(long, value_name = "ACCOUNT", required = true)]
    account: Vec<String>,
    /// The role: a viewer can read; the others can also create, delete and restore.
    #[arg(long, value_parser = role(), default_value = "member")]
    role: Role,
    /// The name.
    #[arg(long, default_value = "unnamed")]
    name: String,
    /// The validity (90d, 12h), or the last valid day (2027-12-31, in UTC). By default, the token never expires.
    #[arg(long, value_name = "WHEN")]
    expires: Option<Expiry>,
    /// Write the token to this file instead of to stdout. Only the owner can read it. An existing file is replaced.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Returns a parser of roles.
fn role() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.iter().map(|role| role.as_str())).try_map(|word| word.parse())
}

#[derive(Debug, clap::Args)]
pub(crate) struct RevokeArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The token, by its name, its id, a prefix of its id, or its secret.
    #[arg(value_name = "TOKEN")]
    token: String,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    logging::start_audit()?;
    match command {
        Command::Create(args) => create(args).await?,
        Command::List(args) => list::run(args).await?,
        Command::Revoke(args) => revoke(&args).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(args: CreateArgs) -> anyhow::Result<()> {
    // Created before the token, which would be lost if it couldn't be written.
    let out = args.out.map(TokenFile::create).transpose()?;
    let store = args.database.open().await?;
    let clock = clock_of(store.as_ref()).await?;
    let new = NewToken {
        name: args.name,
        role: args.role,
        scope: tokens::scope(store.as_ref(), &args.account).await?,
        expires_at: args.expires.map(|expiry| expiry.after(clock.now())),
    };
    let secret = tokens::create(store.as_ref(), &clock, &RandomIds, new).await?;
    store.close().await;
    match out {
        Some(file) => file.write(secret.expose_secret()),
        None => print_line(secret.expose_secret()),
    }
}

/// A file for a token, with mode 0600, which is only visible once it is complete.
struct TokenFile {
    path: PathBuf,
    file: NamedTempFile,
}

impl TokenFile {
    fn create(path: PathBuf) -> anyhow::Result<Self> {
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        let file = NamedTempFile::new_in(dir.unwrap_or(Path::new(".")))
            .with_context(|| format!("failed to write {}", path.display()))?;
        Ok(Self { path, file })
    }

    fn write(mut self, token: &str) -> anyhow::Result<()> {
        let written = writeln!(self.file, "{token}").and_then(|()| self.file.as_file().sync_all());
        written
            .and_then(|()| Ok(self.file.persist(&self.path)?))
            .with_context(|| format!("failed to write {}", self.path.display()))?;
        Ok(())
    }
}

/// Converts an error to a failure with its exit code.
fn not_found(error: TokenError) -> anyhow::Error {
    match error {
        TokenError::Ambiguous { .. } => Failure::new(AMBIGUOUS, error.to_string()).into(),
        TokenError::Unknown { .. } => Failure::new(NOT_FOUND, error.to_string()).into(),
        _ => error.into(),
    }
}

async fn revoke(args: &RevokeArgs) -> anyhow::Result<()> {
    let store = args.database.open().await?;
    let token = tokens::find(store.as_ref(), &args.token)
        .await
        .map_err(not_found)?;
    let clock = clock_of(store.as_ref()).await?;
    tokens::revoke(store.as_ref(), &clock, &token).await?;
    store.close().await;
    print_line(&format!("revoked {} ({:?})", token.id, token.name))
}
