//! The binary `appkeep`: a thin command line around the crates of this workspace.
//!
//! Exit codes: 0 success, 1 the contract is violated (`verify`), clients break (`diff`) or a command failed,
//! 2 the command could not run (usage, configuration, a data directory in use, an address in use). Commands
//! that contact a server have more, which `failure.rs` lists.

mod commands;
mod completion;
mod credentials;
mod definition;
mod demo;
#[cfg(feature = "failpoints")]
mod fail_points;
mod failure;
mod logging;
mod login;
mod nearest;
mod parent;
mod remote;
mod report_output;
mod service_manager;
mod stdout;
mod temporary_servers;
mod test_mode;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use self::commands::{
    app, backup, bucket, ca, config, context, diff, doctor, explain, health, job, key, login as logging_in,
    node, notify, restore, schedule, serve, shell, snapshot, status, store, token, verify,
};
use self::definition::Settings;
use self::failure::{COULD_NOT_RUN, Failure};

/// Self-hosted application backups and snapshots behind the Astra REST API.
#[derive(Debug, Parser)]
#[command(name = "appkeep", version, arg_required_else_help = true)]
struct Cli {
    /// Options of the command that precede it.
    #[command(flatten)]
    _source: remote::Source,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Args),
    App(app::Args),
    Backup(backup::Args),
    Snapshot(snapshot::Args),
    Bucket(bucket::Args),
    Schedule(schedule::Args),
    Login(logging_in::Args),
    Logout(logging_in::LogoutArgs),
    Context(context::Args),
    Ca(ca::Args),
    Status(status::Args),
    Doctor(doctor::Args),
    Health(health::Args),
    /// Check configurations, or print an example.
    #[command(subcommand)]
    Config(config::Command),
    /// Restore a backup or a snapshot while the server is stopped.
    ///
    /// The new data is written next to the old, compared with its source, and then swapped in; until then
    /// nothing is changed. A restore that was killed is finished by the server when it starts, or by the next
    /// restore of the app; --abandon sets aside one that can't be finished.
    ///
    /// Example: appkeep restore --data /var/lib/appkeep --backup before-upgrade --target /srv/restored
    ///
    /// Exit codes: 0 restored, 1 it failed and the old data is unchanged, 2 it could not begin, 3 no such backup,
    /// snapshot or app, 6 an ambiguous name.
    Restore(restore::Args),
    /// Create, list and revoke tokens.
    #[command(subcommand)]
    Token(token::Command),
    /// List and cancel jobs.
    #[command(subcommand)]
    Job(job::Command),
    /// List the nodes of servers that share a database, and forget those that never return.
    #[command(subcommand)]
    Node(node::Command),
    /// Test the receivers of notifications.
    #[command(subcommand)]
    Notify(notify::Command),
    /// Show and change the keys that decrypt backups.
    #[command(subcommand)]
    Key(key::Command),
    /// Copy the server's database.
    #[command(subcommand)]
    Store(store::Command),
    /// Check whether a server conforms to the contract; without a URL, a new server of our own.
    ///
    /// Example: appkeep verify "$URL" --token-file token --output junit=report.xml
    ///
    /// Exit codes: 0 no violations, 1 violations, 2 the check could not run.
    Verify(Box<verify::Args>),
    /// Compare two OpenAPI 3.0 or 3.1 documents: the changes, and who is affected.
    ///
    /// Each change is classified for clients and for servers that were written for OLD. What can't be proven safe
    /// counts as breaking. The verdict says which part of the version must be raised.
    ///
    /// Example: appkeep diff released.yaml openapi.yaml --output github --output sarif=diff.sarif
    ///
    /// Exit codes: 0 clients of OLD still work, 1 they may break, 2 the documents could not be compared.
    Diff(diff::Args),
    /// Explain a code of a report: the rule, its reason, its place in the contract, and how to fix a violation.
    ///
    /// Example: appkeep explain limit-zero
    ///
    /// Exit codes: 0 success, 2 unknown code.
    Explain(explain::Args),
    /// Print this server's OpenAPI document, generated from its types and routes.
    Openapi,
    /// Print completions for a shell, also of the names of apps, backups, buckets and others.
    ///
    /// Names are those of the stored login's server.
    ///
    /// Example: source <(appkeep completions bash)
    Completions(shell::CompletionsArgs),
    /// Print the version.
    Version,
    /// Write manual pages, one for each command.
    ///
    /// Example: appkeep man ~/.local/share/man/man1
    Man(shell::ManArgs),
}

/// Returns the definition of the command line.
fn command() -> clap::Command {
    definition::complete(Cli::command())
}

fn main() -> ExitCode {
    completion::respond(command);
    let (matches, settings) = definition::parse(command());
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match start(settings).and_then(|()| run(cli.command)) {
        Ok(code) => code,
        Err(error) => {
            remote::print_error(&error);
            ExitCode::from(error.downcast_ref().map_or(COULD_NOT_RUN, Failure::code))
        }
    }
}

fn start(settings: Settings) -> anyhow::Result<()> {
    remote::set_messages(settings.messages);
    if settings.debug {
        logging::start_requests()?;
    }
    Ok(())
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    #[cfg(feature = "failpoints")]
    fail_points::shorten_leases()?;
    match command {
        Command::Serve(args) => block_on(serve::run(args)),
        Command::Config(command) => config::run(command),
        Command::Restore(args) => block_on(restore::run(args)),
        Command::Token(command) => block_on(token::run(command)),
        Command::Job(command) => block_on(job::run(command)),
        Command::Node(command) => block_on(node::run(command)),
        Command::Notify(command) => block_on(notify::run(command)),
        Command::Key(command) => block_on(key::run(command)),
        Command::Store(command) => block_on(store::run(command)),
        Command::Verify(args) => block_on(verify::run(*args)),
        Command::Diff(args) => diff::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Openapi => commands::openapi(),
        Command::App(args) => block_on(app::run(args)),
        Command::Backup(args) => block_on(backup::run(args)),
        Command::Snapshot(args) => block_on(snapshot::run(args)),
        Command::Bucket(args) => block_on(bucket::run(args)),
        Command::Schedule(args) => block_on(schedule::run(args)),
        Command::Login(args) => block_on(logging_in::run(args)),
        Command::Status(args) => block_on(status::run(args)),
        Command::Doctor(args) => block_on(doctor::run(args)),
        Command::Health(args) => block_on(health::run(args)),
        Command::Logout(args) => logging_in::logout(&args),
        Command::Ca(args) => block_on(ca::run(args)),
        Command::Context(args) => context::run(&args),
        Command::Version => commands::version(),
        Command::Completions(args) => shell::completions(&args),
        Command::Man(args) => shell::man(&args),
    }
}

fn block_on(future: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(future)
}
