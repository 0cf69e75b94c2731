//! `appkeep token list`

use std::collections::HashMap;
use std::path::PathBuf;

use appkeep_server::catalog::Account;
use appkeep_server::store::Store;
use appkeep_server::tokens::{AccountScope, Token};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::ValueEnum;
use comfy_table::{Table, presets};
use serde_json::{Value, json};

use crate::commands::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The server's data directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// What stdout gets.
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people.
    #[default]
    Table,
    /// An array, with exact times and the ids of accounts.
    Json,
}

const HEAD: [&str; 7] = ["ID", "NAME", "ROLE", "ACCOUNTS", "CREATED", "EXPIRES", "REVOKED"];

pub(super) async fn run(args: Args) -> anyhow::Result<()> {
    let store = super::open(&args.data).await?;
    let (tokens, accounts) = (store.list_tokens().await?, store.list_accounts().await?);
    store.close().await;
    match args.output {
        Format::Json => {
            let tokens: Vec<Value> = tokens.iter().map(exact).collect();
            say(&serde_json::to_string_pretty(&tokens)?)
        }
        Format::Table if tokens.is_empty() => Ok(()),
        Format::Table => say(&table(&tokens, &accounts)),
    }
}

fn table(tokens: &[Token], accounts: &[Account]) -> String {
    let names: HashMap<_, _> = accounts
        .iter()
        .map(|account| (account.id, &account.name))
        .collect();
    let in_words = |scope: &AccountScope| match scope {
        AccountScope::All => "*".to_owned(),
        AccountScope::These(ids) => ids
            .iter()
            .map(|id| {
                names
                    .get(id)
                    .map_or_else(|| id.to_string(), |name| (*name).clone())
            })
            .collect::<Vec<_>>()
            .join(", "),
    };
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(HEAD);
    for token in tokens {
        table.add_row([
            token.id.to_string(),
            // A name may hold anything, and a terminal obeys some of it.
            token.name.escape_debug().to_string(),
            token.actor.role.as_str().to_owned(),
            in_words(&token.actor.scope),
            minute(Some(token.created_at)),
            minute(token.expires_at),
            minute(token.revoked_at),
        ]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

fn minute(time: Option<DateTime<Utc>>) -> String {
    time.map_or_else(
        || "-".to_owned(),
        |time| time.format("%Y-%m-%d %H:%M").to_string(),
    )
}

fn exact(token: &Token) -> Value {
    let time =
        |time: Option<DateTime<Utc>>| time.map(|time| time.to_rfc3339_opts(SecondsFormat::Micros, true));
    let accounts = match &token.actor.scope {
        AccountScope::All => json!("*"),
        AccountScope::These(ids) => json!(ids),
    };
    json!({
        "id": token.id,
        "name": token.name,
        "role": token.actor.role,
        "accounts": accounts,
        "createdBy": token.actor.subject,
        "created": time(Some(token.created_at)),
        "expires": time(token.expires_at),
        "revoked": time(token.revoked_at),
    })
}
