//! What every store does, whatever database is behind it: the cases know `dyn Store` only, and
//! `harness.rs` alone knows which one it is.

#![allow(clippy::unwrap_used, reason = "all of this is a test, helpers too")]

mod app_backups;
mod app_restores;
mod app_snaps;
mod apps;
mod catalog;
mod declared_times;
mod fixtures;
mod harness;
mod jobs;
mod leases;
mod limits;
mod paging;
mod schedules;
mod tokens;
mod transactions;
