#![doc = include_str!("../README.md")]

mod auth;
pub mod bucket;
pub mod config;
pub mod data_dir;
pub mod error;
mod http;
pub mod jobs;
pub mod keys;
mod listener;
mod operations;
mod pages;
pub mod recovery;
pub mod restore;
pub mod retention;
mod server;
pub mod system;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;
pub mod tokens;

pub use appkeep_core::catalog;
#[cfg(feature = "failpoints")]
pub use appkeep_core::fail_point;
#[cfg(feature = "failpoints")]
pub use appkeep_store::{FAULT_REASON, StorageFault, StorageFaults};

pub use self::http::BODY_BYTES_MAX;
pub use self::server::{Options, Server};
pub use self::tls::{Tls, TlsError};

/// The store, for programs that work on a data directory beside the server.
pub mod store {
    pub use appkeep_core::store::Store;
    pub use appkeep_store::SqliteStore;
}

/// Returns the OpenAPI document that is generated from this server's types and routes.
///
/// # Errors
/// When two routes contradict each other.
pub fn openapi() -> Result<serde_json::Value, String> {
    appkeep_api::openapi()
}
