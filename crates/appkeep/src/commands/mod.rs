//! The commands, one file for each.

pub(crate) mod app;
pub(crate) mod backup;
pub(crate) mod bucket;
pub(crate) mod ca;
pub(crate) mod config;
pub(crate) mod context;
mod create;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod explain;
mod fields;
pub(crate) mod health;
pub(crate) mod job;
pub(crate) mod key;
pub(crate) mod login;
mod named;
pub(crate) mod node;
pub(crate) mod notify;
mod resource;
pub(crate) mod restore;
mod restore_app;
mod restores;
pub(crate) mod schedule;
pub(crate) mod serve;
mod server_args;
pub(crate) mod shell;
pub(crate) mod snapshot;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod token;
pub(crate) mod verify;

use std::process::ExitCode;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use crate::stdout::print_line;

/// `appkeep openapi`
///
/// # Errors
/// When the document can't be generated or written.
pub(crate) fn openapi() -> anyhow::Result<ExitCode> {
    let document = appkeep_server::openapi().map_err(anyhow::Error::msg)?;
    print_line(&serde_json::to_string_pretty(&document)?)?;
    Ok(ExitCode::SUCCESS)
}

/// `appkeep version`
///
/// # Errors
/// When stdout can't be written to.
pub(crate) fn version() -> anyhow::Result<ExitCode> {
    print_line(concat!("appkeep ", env!("CARGO_PKG_VERSION")))?;
    Ok(ExitCode::SUCCESS)
}

/// Disables core files, because this process holds keys.
fn disable_core_files() {
    let none = rustix::process::Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if let Err(error) = rustix::process::setrlimit(rustix::process::Resource::Core, none) {
        tracing::warn!(%error, "failed to disable core files, which would contain keys");
    }
}

/// Makes writes beyond the limit on file sizes (`ulimit -f`) fail with an error. By default, SIGXFSZ ends
/// the process. The signal is handled and not ignored, because children inherit an ignored signal.
///
/// # Errors
/// When the signal can't be handled.
fn survive_file_size_limit() -> anyhow::Result<()> {
    let kind = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
    // The handler stays when its receiver is dropped.
    signal(kind).map(drop).context("failed to handle SIGXFSZ")
}

/// Raises the limit on open files as far as the system allows: a snapshot needs two for each level of a
/// directory tree, and the usual limit of 1,024 is too low.
fn raise_open_files_limit() {
    let mut limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = rustix::process::setrlimit(rustix::process::Resource::Nofile, limit) {
        tracing::warn!(%error, "failed to raise the limit on open files");
    }
}
