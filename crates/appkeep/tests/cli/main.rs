//! Tests of the binary: its output, its exit codes, and its data after it ends.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends at the first surprise, in its helpers too"
)]

mod bucket_check;
mod bucket_import;
mod bucket_owner;
mod ci_files;
mod clock;
mod config;
mod crash_recovery;
mod demo;
mod deployment;
mod diff;
mod documents;
mod explain;
mod fake_server;
mod faulty_server;
mod files;
mod help;
mod hooks;
mod job;
mod key;
mod logs;
mod memory;
mod notify;
mod offline;
mod operations;
mod partitions;
mod postgres;
mod postgres_nodes;
mod program;
mod reload;
mod remote;
mod restore;
mod serve;
mod service_manager;
mod several_servers;
mod store_copy;
mod system_errors;
mod terminal;
mod test_mode;
mod tls;
mod token;
mod upgrade;
mod verify;
