//! Live verification: drives a running server over HTTP and judges every answer.
//!
//! Two judgements are made of each response. Its *shape* (status, media type, headers, body) is held against
//! the authored document by [`crate::validate`], whatever the request was. Whether it is the *right* answer
//! is what the suite knows: a model of what it made itself (`model`), against which every answer of the run is
//! held; requests that the document forbids, made from its schemas (`inputs`); a table of invalid requests that no
//! schema forbids ([`crate::invalid_requests`]); and a number of stories (`backups`, `races`, `isolation`, …).
//!
//! The suite only deletes what it created itself (`model::ownership`): what existed before is listed before the first
//! check (`inventory`), and a create that answers with something older is a finding. What it created is deleted in the
//! end, also when a run ends early (`limits`). It asks no clock for the time of day, and takes its randomness from
//! [`Options::run_id`].

mod apps;
mod backups;
mod body;
mod breakage;
mod call;
mod cleanup;
mod client;
mod declared;
mod decode;
mod deletes;
mod failures;
mod find;
mod headers;
mod inputs;
mod inventory;
mod isolation;
mod judge;
mod kind;
mod limits;
mod listener;
mod lists;
mod model;
mod negotiation;
mod patience;
mod pending;
mod progress;
mod races;
mod refusals;
mod report;
mod restores;
pub(crate) mod rows;
mod send;
mod sequence;
mod slow;
mod snapshots;
mod stage;
mod storage;
mod stories;
mod suite;
mod target;
mod wire;

pub use breakage::{Breakage, StorageFault};
pub use find::{find_account, find_app};
pub use limits::EarlyEnd;
pub use listener::Progress;
pub use report::{CheckOutcome, CheckResult, LiveFinding, LiveReport};
pub use suite::{CHECKS, CHECKS_OF_STORAGE, run};
pub use target::{Foreign, Idle, Options, Target};
pub use wire::Exchange;

/// Why a server can't be judged at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LiveError {
    /// The authored document is broken.
    #[error(transparent)]
    Document(#[from] crate::document::DocumentError),
    /// A schema of the authored document can't be compiled.
    #[error(transparent)]
    Compile(#[from] crate::validate::CompileError),
    /// The certificate isn't PEM, or no HTTP client can be made.
    #[error("prepare an HTTP client: {0}")]
    Client(#[source] reqwest::Error),
    /// The URL isn't one.
    #[error("read the server's address `{url}`: {why}")]
    Url {
        /// The address as given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The server doesn't answer.
    #[error("reach {url}: {why}")]
    Unreachable {
        /// The address that was tried.
        url: String,
        /// The whole chain of causes.
        why: String,
    },
    /// The server names no account to work on, or more than one.
    #[error("find the account at {url}: {why}")]
    NoAccount {
        /// The address that was tried.
        url: String,
        /// What came instead.
        why: String,
    },
    /// The server names no app to work on.
    #[error("find an app of account {account} at {url}: {why}")]
    NoApp {
        /// The address that was tried.
        url: String,
        /// The account that was given.
        account: uuid::Uuid,
        /// What came instead.
        why: String,
    },
    /// The options leave no operation that could be asked first.
    #[error("find an operation that may be asked of {url}")]
    NothingToAsk {
        /// The address that was given.
        url: String,
    },
    /// The server answers, but not as it must to this token about this app, so nothing can be built on it.
    #[error("ask {operation} for app {app} in account {account} at {url}: {answer}")]
    NotUsable {
        /// The address that was tried.
        url: String,
        /// The operation that was asked.
        operation: String,
        /// The account that was given.
        account: uuid::Uuid,
        /// The app that was given.
        app: uuid::Uuid,
        /// What came instead.
        answer: String,
    },
}

#[cfg(test)]
mod tests;
