//! `appkeep context`

use std::process::ExitCode;

use appkeep_client::Uuid;
use serde::Serialize;

use crate::login::Logins;
use crate::remote::{Align, Cell, Column, Format, Table, Tone, note};
use crate::stdout::print_line;

const EXAMPLES: &str = "Examples:
  appkeep login --name prod --url https://backup.example:8480 --token-file token
  appkeep context list
  appkeep context use prod
  appkeep --context prod backup list";

/// List, select, rename and delete stored logins.
///
/// Each login has a name, its context. Commands use the selected one, or that of --context or `APPKEEP_CONTEXT`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The format of the list.
    #[arg(
        long,
        short,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        global = true
    )]
    output: Format,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the contexts, without tokens. The selected one is marked with an asterisk.
    #[command(visible_alias = "ls", after_help = "Example: appkeep context list")]
    List,
    /// Select a context.
    #[command(after_help = "Example: appkeep context use prod")]
    Use {
        /// The context.
        #[arg(value_name = "CONTEXT")]
        context: String,
    },
    /// Rename a context.
    #[command(after_help = "Example: appkeep context rename default prod")]
    Rename {
        /// The context.
        #[arg(value_name = "CONTEXT")]
        context: String,
        /// Its new name.
        #[arg(value_name = "NEW")]
        new: String,
    },
    /// Delete a context. Its token stays valid until it is revoked on its server.
    #[command(after_help = "Example: appkeep context delete prod")]
    Delete {
        /// The context.
        #[arg(value_name = "CONTEXT")]
        context: String,
    },
}

/// A context without its token.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    name: &'a str,
    is_current: bool,
    url: &'a str,
    #[serde(rename = "accountID")]
    account: Uuid,
}

/// `appkeep context`
///
/// # Errors
/// When there is no such context, or the file of logins can't be read or written.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut logins = Logins::load()?;
    match &args.command {
        Command::List => return list(&logins, args.output),
        Command::Use { context } => {
            let url = logins.select(context)?.url.clone();
            logins.store()?;
            print_line(&format!("the context {context} is selected: {url}"))?;
        }
        Command::Rename { context, new } => {
            logins.rename(context, new)?;
            logins.store()?;
            print_line(&format!("the context {context} is now {new}"))?;
        }
        Command::Delete { context } => {
            logins.remove(context)?;
            logins.store()?;
            print_line(&format!(
                "the context {context} is deleted; its token is still valid"
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(logins: &Logins, output: Format) -> anyhow::Result<ExitCode> {
    let contexts: Vec<Listed> = logins
        .contexts()
        .map(|(name, login)| Listed {
            name,
            is_current: logins.current() == Some(name),
            url: &login.url,
            account: login.account,
        })
        .collect();
    if contexts.is_empty() && output == Format::Table {
        note("there are no contexts; create one with appkeep login");
    }
    output.list(&contexts, || table(&contexts))?;
    Ok(ExitCode::SUCCESS)
}

fn table(contexts: &[Listed]) -> Table {
    let mut table = Table::new([
        Column::new("", Align::Left),
        Column::shrinking("CONTEXT"),
        Column::shrinking("URL"),
        Column::new("ACCOUNT ID", Align::Left),
    ]);
    for context in contexts {
        let mark = if context.is_current { "*" } else { "" };
        table.row([
            Cell::toned(&mark, Tone::Good),
            context.name.into(),
            context.url.into(),
            context.account.to_string().into(),
        ]);
    }
    table
}
