#![doc = include_str!("../README.md")]

mod builder;
mod content;
mod download;
mod error;
mod exchange;
#[rustfmt::skip]
#[expect(
    missing_docs,
    clippy::allow_attributes_without_reason,
    clippy::pedantic,
    clippy::unwrap_used,
    reason = "no human author: `cargo xtask codegen` writes it and the contract decides what it says"
)]
mod generated;
mod list_item;
mod listing;
mod number;
mod open;
mod problem;
mod response;
mod retry;
mod timestamp;
mod trace;
mod wait;

#[cfg(feature = "retry")]
pub use builder::RETRIES;
pub use builder::{BuildError, CONNECT_TIMEOUT, ClientBuilder, TOTAL_TIMEOUT};
pub use content::Content;
pub use error::{Error, ErrorKind, Excerpt, TransportError};
pub use generated::{Client, types};
pub use list_item::ListItem;
pub use listing::{Accounts, Apps, Backups, Buckets, Listing, PAGE_SIZE, Schedules, Snapshots};
pub use number::Number;
pub use open::Open;
pub use problem::ProblemKind;
pub use reqwest::{StatusCode, header};
pub use response::ResponseValue;
pub use secrecy::SecretString;
pub use timestamp::Timestamp;
pub use uuid::Uuid;
