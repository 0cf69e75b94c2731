//! Live verification: sends requests to a running server over HTTP and checks every response.
//!
//! Two things are checked for each response. Its *form* (status, media type, headers, body) is compared with
//! the authored document by [`appkeep_openapi`], independent of the request. The suite checks whether it is
//! the *correct* response, by several means: a model of the resources that it created (`model`), with which
//! every response of the run is compared; requests that the document forbids, generated from its schemas
//! (`inputs`); a table of invalid requests that no schema forbids ([`crate::invalid_requests`]); and a number
//! of scenarios (`lifecycle`, `races`, `isolation`, …).
//!
//! The suite only deletes resources that it created itself (`model::ownership`). Existing resources are
//! listed before the first check (`inventory`), and a create that returns an older resource is a finding. The
//! resources of the suite are deleted at the end, even if a run ends early (`limits`). The suite doesn't use
//! the time of day, and takes its randomness from [`Options::run_id`].

mod ahead;
mod apps;
mod body;
mod call;
mod cleanup;
mod client;
mod clones;
mod completion;
mod connection;
mod content;
mod context;
mod coverage;
mod declared;
mod decode;
mod deletes;
mod failures;
mod fault_injector;
mod files;
mod find;
mod findings;
mod headers;
mod incomplete_body;
mod inputs;
mod inventory;
mod isolation;
mod labels;
mod lifecycle;
mod limits;
mod lists;
mod model;
mod negotiation;
mod pending;
mod poll_timer;
mod prepared;
mod progress;
mod races;
mod recording_client;
mod refusals;
mod report;
mod resource_kind;
mod restores;
pub(crate) mod rules;
mod scenarios;
mod schedules;
mod send;
mod sequence;
mod storage;
mod suite;
mod summaries;
mod target;

pub use connection::Exchange;
pub(crate) use coverage::Grid;
pub use coverage::{Cell, CellState, Coverage};
pub use fault_injector::{FaultInjector, StorageFault};
pub use find::existing_resources;
pub(crate) use find::{find_account, find_app};
pub(crate) use findings::NO_RESPONSE_CODE;
pub use limits::EarlyEnd;
pub use progress::Progress;
pub use report::{CheckOutcome, CheckResult, LiveFinding, LiveReport};
pub use suite::{CHECKS, CHECKS_OF_STORAGE, run};
pub use target::{ForeignAccount, IdleServer, Options, Target};

/// Errors that prevent a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LiveError {
    /// The authored document is broken.
    #[error(transparent)]
    Document(#[from] appkeep_openapi::DocumentError),
    /// A schema of the authored document can't be compiled.
    #[error(transparent)]
    Compile(#[from] appkeep_openapi::CompileError),
    /// The certificate isn't PEM, or no HTTP client can be created.
    #[error("failed to create an HTTP client: {0}")]
    Client(#[source] reqwest::Error),
    /// The URL is invalid.
    #[error("invalid server address `{url}`: {why}")]
    Url {
        /// The address as given.
        url: String,
        /// The reason why it is invalid.
        why: String,
    },
    /// The server doesn't respond.
    #[error("failed to reach {url}: {why}")]
    Unreachable {
        /// The address that was tried.
        url: String,
        /// The whole chain of causes.
        why: String,
    },
    /// The server lists no account, or more than one.
    #[error("failed to find the account at {url}: {why}")]
    NoAccount {
        /// The address that was tried.
        url: String,
        /// The error or the actual response.
        why: String,
    },
    /// The server lists no app that can be used.
    #[error("failed to find an app of account {account} at {url}: {why}")]
    NoApp {
        /// The address that was tried.
        url: String,
        /// The account that was given.
        account: uuid::Uuid,
        /// The error or the actual response.
        why: String,
    },
    /// The options exclude all operations that could be used for the first request.
    #[error("no permitted operation can be requested at {url}")]
    NoPermittedOperation {
        /// The address that was given.
        url: String,
    },
    /// The server doesn't respond as required for this token and app, so no check is possible.
    #[error("failed to request {operation} for app {app} in account {account} at {url}: {response}")]
    NotUsable {
        /// The address that was tried.
        url: String,
        /// The requested operation.
        operation: String,
        /// The account that was given.
        account: uuid::Uuid,
        /// The app that was given.
        app: uuid::Uuid,
        /// The actual response.
        response: String,
    },
}

#[cfg(test)]
mod tests;
