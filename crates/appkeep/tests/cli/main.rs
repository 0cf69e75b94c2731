//! Tests of the binary: its output, its exit codes, and its data after it ends.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends at the first surprise, in its helpers too"
)]

mod bucket_owner;
mod canned;
mod clock;
mod config;
mod demo;
mod diff;
mod documents;
mod explain;
mod faults;
mod forger;
mod help;
mod hooks;
mod job;
mod key;
mod killed;
mod logs;
mod memory;
mod operations;
mod program;
mod reload;
mod remote;
mod restore;
mod serve;
mod terminal;
mod tls;
mod token;
mod verify;
