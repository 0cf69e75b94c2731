#![doc = include_str!("../README.md")]

mod items;
mod rows;
mod sqlite;
mod statements;
mod values;

pub use sqlite::SqliteStore;
#[cfg(feature = "failpoints")]
pub use sqlite::{FAULT_REASON, StorageFault, StorageFaults};
