//! Tests that apply to every store: each case runs once for each database. They use only `dyn Store`, and only
//! `harness.rs` names the implementations.

#![allow(clippy::unwrap_used, reason = "all of this is a test, helpers too")]

#[macro_use]
mod harness;

mod app_restores;
mod app_summaries;
mod apps;
mod backup_results;
mod catalog;
mod declared_times;
mod environment;
mod fixtures;
mod idle_engine;
mod jobs;
mod leases;
mod limits;
mod nodes;
mod notifications;
mod paging;
mod resources;
mod restores_of_nodes;
mod rows;
mod schedules;
#[path = "../schema/mod.rs"]
mod schema;
mod servers;
mod tokens;
mod transactions;
mod workers;
