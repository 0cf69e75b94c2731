//! `appkeep token list`

use std::collections::HashMap;

use appkeep_server::admin::catalog::Account;
use appkeep_server::admin::tokens::{AccountScope, Token};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::commands::server_args::DatabaseArgs;
use crate::remote::{Align, Column, Format, Table, short_ids};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The format of stdout: a table, or exact times and the ids of accounts.
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

pub(super) async fn run(args: Args) -> anyhow::Result<()> {
    let store = args.database.open().await?;
    let (tokens, accounts) = (store.list_tokens().await?, store.list_accounts().await?);
    store.close().await;
    let exactly: Vec<Value> = tokens.iter().map(exact).collect();
    args.output.list(&exactly, || table(&tokens, &accounts))
}

fn table(tokens: &[Token], accounts: &[Account]) -> Table {
    let names: HashMap<_, _> = accounts
        .iter()
        .map(|account| (account.id, account.name.as_str()))
        .collect();
    let scope_text = |scope: &AccountScope| match scope {
        AccountScope::All => "*".to_owned(),
        AccountScope::These(ids) => ids
            .iter()
            .map(|id| {
                names
                    .get(id)
                    .map_or_else(|| id.to_string(), |name| (*name).to_owned())
            })
            .collect::<Vec<_>>()
            .join(", "),
    };
    let mut table = Table::new([
        Column::new("ID", Align::Left),
        Column::shrinking("NAME"),
        Column::new("ROLE", Align::Left),
        Column::shrinking("ACCOUNTS"),
        Column::new("CREATED", Align::Left),
        Column::new("EXPIRES", Align::Left),
        Column::new("REVOKED", Align::Left),
    ]);
    let ids: Vec<_> = tokens.iter().map(|token| token.id.as_uuid()).collect();
    for (token, id) in tokens.iter().zip(short_ids(&ids)) {
        table.row([
            id.into(),
            token.name.as_str().into(),
            token.actor.role.as_str().into(),
            scope_text(&token.actor.scope).into(),
            day(Some(token.created_at)).into(),
            day(token.expires_at).into(),
            day(token.revoked_at).into(),
        ]);
    }
    table
}

fn day(time: Option<DateTime<Utc>>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| time.format("%Y-%m-%d").to_string())
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
