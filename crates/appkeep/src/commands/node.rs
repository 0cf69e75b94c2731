//! `appkeep node`

use std::process::ExitCode;

use appkeep_server::Clock as _;
use appkeep_server::admin::database::clock_of;
use appkeep_server::admin::nodes::{Node, forget_node, list_nodes};
use clap::Subcommand;
use serde_json::{Value, json};

use super::server_args::DatabaseArgs;
use crate::logging;
use crate::remote::{Align, Column, Format, Table};
use crate::stdout::print_line;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the nodes of the servers that share a database, with the apps and buckets that they declare.
    ///
    /// A node is live if one of its servers was seen during the last 30 s.
    ///
    /// Example: appkeep node list --config appkeep.toml
    List(ListArgs),
    /// Forget a node that never returns. Its server must be stopped.
    ///
    /// Apps, buckets and schedules that only this node declares are no longer declared. Other nodes can run the jobs that
    /// waited for it. Its snapshots become removed, because their data was on its disk; backups remain.
    ///
    /// Example: appkeep node forget --config appkeep.toml server-3
    ///
    /// Exit codes: 0 forgotten, 2 it has a running server, or is unknown.
    Forget(ForgetArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The format of stdout: a table, or exact times.
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ForgetArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// The name of the node: `node` in `[server]` of its configuration.
    #[arg(value_name = "NODE")]
    node: String,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List(args) => list(args).await?,
        Command::Forget(args) => forget(args).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(args: ListArgs) -> anyhow::Result<()> {
    let store = args.database.open().await?;
    let clock = clock_of(store.as_ref()).await?;
    let nodes = list_nodes(store.as_ref(), clock.now()).await?;
    store.close().await;
    let exactly: Vec<Value> = nodes.iter().map(exact).collect();
    args.output.list(&exactly, || table(&nodes))
}

fn table(nodes: &[Node]) -> Table {
    let mut table = Table::new([
        Column::new("NODE", Align::Left),
        Column::new("STATE", Align::Left),
        Column::new("SEEN", Align::Left),
        Column::shrinking("APPS"),
        Column::shrinking("BUCKETS"),
    ]);
    let names = |names: &[String]| match names {
        [] => "-".to_owned(),
        names => names.join(", "),
    };
    for node in nodes {
        let seen = node.unseen_for.map_or_else(
            || "-".to_owned(),
            |unseen_for| format!("{} s ago", unseen_for.as_secs()),
        );
        table.row([
            node.name.as_str().into(),
            state(node).into(),
            seen.into(),
            names(&node.apps).into(),
            names(&node.buckets).into(),
        ]);
    }
    table
}

fn state(node: &Node) -> &'static str {
    if node.is_live() { "live" } else { "away" }
}

fn exact(node: &Node) -> Value {
    json!({
        "node": node.name,
        "state": state(node),
        "unseenSeconds": node.unseen_for.map(|unseen_for| unseen_for.as_secs()),
        "apps": node.apps,
        "buckets": node.buckets,
    })
}

async fn forget(args: ForgetArgs) -> anyhow::Result<()> {
    logging::start_audit()?;
    let store = args.database.open().await?;
    let clock = clock_of(store.as_ref()).await?;
    let forgotten = forget_node(store.as_ref(), clock.now(), &args.node).await;
    store.close().await;
    forgotten?;
    tracing::info!(
        target: "audit",
        action = "forget",
        kind = "node",
        name = args.node,
        subject = format!("uid {}", rustix::process::getuid().as_raw()),
        "forget node"
    );
    print_line(&format!("forgot node {}", args.node))
}
