#![doc = include_str!("../README.md")]

pub mod admin;
mod auth;
mod config;
mod error;
mod http;
mod listener;
mod notifications;
pub mod offline;
mod operations;
mod pages;
mod server;
mod system;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;

pub use self::config::{Config, ConfigError, KeySource, StoreUrl};
pub use self::error::{ReloadError, StartError};
pub use self::http::BODY_BYTES_MAX;
pub use self::notifications::Notification;
pub use self::server::{Options, Server};
pub use self::system::{Clock, IdSource, RandomIds, SystemClock};
pub use self::tls::{Tls, TlsError};

/// Places where tests stop or fail the server.
#[cfg(feature = "failpoints")]
pub mod failpoints {
    pub use appkeep_core::fail_point::set_hook;
    pub use appkeep_core::lease::shorten as shorten_lease;
    pub use appkeep_store::{FAULT_REASON, StorageFault, StorageFaults};
}

/// Returns the OpenAPI document that is generated from this server's types and routes.
///
/// # Errors
/// When two routes contradict each other.
pub fn openapi() -> Result<serde_json::Value, String> {
    appkeep_api::openapi()
}
