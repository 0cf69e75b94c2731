//! Tests specific to the store on SQLite: its file, its schema, several processes, and rows that this program would
//! not have written.

#![allow(clippy::unwrap_used, reason = "all of this is a test, helpers too")]

mod load;
mod opening;
mod rows;
mod sole_server;
mod upgrade;
