//! The server process, and its API.

use std::fs::{File, OpenOptions};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use anyhow::{Context, Result};
use appkeep_launcher::{Method, NotReady, Response, RunningServer};
use serde_json::Value;

use super::environment::Environment;

/// The way in which a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Termination {
    /// At a fail point.
    Abort,
    /// Killed from outside.
    Kill,
    /// In any other way, including by itself.
    Other(Option<i32>),
}

/// A running server, and a token for it.
pub(super) struct Server {
    pub(super) process: RunningServer,
    token: String,
}

/// The result of a start.
pub(super) enum Started {
    /// It is ready.
    Ready(Server),
    /// It died before it was ready.
    Died(Termination),
}

impl Server {
    /// Starts a server in `place` with those fail points, and waits until it is ready.
    ///
    /// # Errors
    /// When it can't be started.
    pub(super) fn start(environment: &Environment, token: &str, points: &str) -> Result<Started> {
        let mut serve = environment.installation().serve();
        serve
            .args(["--log", "warn,appkeep_core=info"])
            .env("APPKEEP_FAIL_POINTS", points);
        match RunningServer::start_with_stderr(serve, open_log(environment)?) {
            Ok(process) => Ok(Started::Ready(Self {
                process,
                token: token.to_owned(),
            })),
            Err(error) => match error.downcast_ref::<NotReady>() {
                Some(ended) => Ok(Started::Died(termination(ended.status))),
                None => Err(error),
            },
        }
    }

    /// The way in which it ended, if it did.
    ///
    /// # Errors
    /// When the system doesn't report its status.
    pub(super) fn ended(&self) -> Result<Option<Termination>> {
        Ok(self.process.exit_status()?.map(termination))
    }

    /// Kills it, if it still runs, and returns how it ended.
    ///
    /// # Errors
    /// When the system doesn't report its status.
    pub(super) fn kill(self) -> Result<Termination> {
        self.process.kill().map(termination)
    }

    /// Stops it gracefully.
    ///
    /// # Errors
    /// When it doesn't stop, or reports a failure.
    pub(super) fn stop(self) -> Result<()> {
        self.process.stop_gracefully().map(drop)
    }

    /// Sends a request. Returns `None` without a complete response: the server may have died before, during
    /// or after handling the request.
    pub(super) fn request(&self, method: &Method, path: &str, body: Option<&Value>) -> Option<Response> {
        self.process.request(method, &self.token, path, body).ok()
    }
}

fn open_log(environment: &Environment) -> Result<File> {
    let path = environment.path().join("server.log");
    let opened = OpenOptions::new().create(true).append(true).open(&path);
    opened.with_context(|| format!("failed to open {}", path.display()))
}

fn termination(status: ExitStatus) -> Termination {
    match status.signal() {
        Some(6) => Termination::Abort,
        Some(9) => Termination::Kill,
        _ => Termination::Other(status.code()),
    }
}
