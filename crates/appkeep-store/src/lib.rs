#![doc = include_str!("../README.md")]

mod bucket_problem;
mod sqlite;

pub use sqlite::SqliteStore;
#[cfg(feature = "failpoints")]
pub use sqlite::{FAULT_REASON, StorageFault, StorageFaults};
