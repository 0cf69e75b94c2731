//! An appkeep server for measurements.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Result;
use appkeep_launcher::{Installation, RunningServer};

use super::http::Connection;

/// Maximum time until a backup is completed.
const PATIENCE: Duration = Duration::from_mins(10);

/// A server process and one app in it; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: RunningServer,
    _installation: Installation,
    /// A token of a member.
    pub(crate) token: String,
}

impl Server {
    /// Starts `binary` below `dir` with one app, whose data is in `volume`, and one bucket. `priority` is the
    /// CPU priority of backups, a value of `engine_priority`.
    ///
    /// # Errors
    /// When it doesn't start.
    pub(crate) fn start(binary: &Path, dir: &Path, volume: &Path, priority: &str) -> Result<Self> {
        let installation = Installation::new_in(binary, dir)?;
        installation.configure(
            "data = \"volume\"",
            &format!("data = {:?}", volume.display().to_string()),
        )?;
        installation.configure(
            "engine_priority = \"low\"",
            &format!("engine_priority = {priority:?}"),
        )?;
        // The default number of workers.
        installation.configure("workers = 2\n", "")?;
        let mut serve = installation.serve();
        serve.args(["--log", "error"]);
        let process = RunningServer::start_with_stderr(serve, Stdio::inherit())?;
        Ok(Self {
            token: installation.token("acme")?,
            process,
            _installation: installation,
        })
    }

    /// Creates a backup and returns its path.
    ///
    /// # Errors
    /// When the request fails.
    pub(crate) fn create_backup(&self) -> Result<String> {
        self.process.create_backup(&self.token)
    }

    /// Waits until the backup at `path` is completed.
    ///
    /// # Errors
    /// When it fails, or takes too long.
    pub(crate) fn wait_for(&self, path: &str) -> Result<()> {
        self.process.completed(&self.token, path, PATIENCE).map(drop)
    }

    /// A new connection with the token.
    pub(crate) fn connection(&self) -> Connection {
        Connection::new(&self.process.url, &self.token)
    }

    /// Scheme, host and port.
    pub(crate) fn url(&self) -> &str {
        &self.process.url
    }
}
