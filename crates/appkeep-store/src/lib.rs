#![doc = include_str!("../README.md")]

mod copy;
mod group_commit;
mod items;
mod migrations;
mod page;
mod postgres;
mod rows;
#[cfg(test)]
mod scaling;
mod sqlite;
mod statements;
mod values;

pub use copy::{CopiedTable, CopyError, copy_to_postgres};
pub use postgres::PostgresStore;
pub use sqlite::SqliteStore;
#[cfg(feature = "failpoints")]
pub use sqlite::{FAULT_REASON, StorageFault, StorageFaults};
