//! Tests that apply to every store, regardless of its database: they use only `dyn Store`, and only `harness.rs`
//! names the implementation.

#![allow(clippy::unwrap_used, reason = "all of this is a test, helpers too")]

mod app_restores;
mod apps;
mod catalog;
mod declared_times;
mod fixtures;
mod harness;
mod jobs;
mod leases;
mod limits;
mod paging;
mod resources;
mod schedules;
mod tokens;
mod transactions;
