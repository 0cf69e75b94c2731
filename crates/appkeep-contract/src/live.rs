//! Live verification: drives a running server over HTTP and judges every answer.
//!
//! Two judgements are made of each response. Its *shape* (status, media type, headers, body) is held against
//! the authored document by [`crate::validate`], whatever the request was. Whether it is the *right* answer
//! is what the suite knows: a table of faulty requests (`faults`) and a number of stories about what the
//! suite itself made (`backups`, `snapshots`, `lists`, …).
//!
//! The suite only deletes what it made, under names of its own, and removes it in the end. It sends one
//! request at a time, asks no clock for the time of day, and takes its randomness from [`Options::run_id`].

mod backups;
mod call;
mod cleanup;
mod client;
mod decode;
mod deletes;
mod fault_run;
mod faults;
mod isolation;
mod lists;
mod negotiation;
mod pending;
mod progress;
mod report;
mod slow;
mod snapshots;
mod stage;
mod suite;
mod target;
mod wire;

pub use report::{CheckOutcome, CheckResult, LiveFinding, LiveReport};
pub use suite::run;
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
    /// The server answers, but not with a list of the app's backups, so nothing can be built on it.
    #[error("list the backups of app {app} in account {account} at {url}: {answer}")]
    NotUsable {
        /// The address that was tried.
        url: String,
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
