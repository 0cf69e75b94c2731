//! A server of ours for measurements.

use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use appkeep_launcher::{Installation, RunningServer, app_backups, backups};
use serde_json::Value;

use super::http::Connection;

/// Maximum time until a backup is completed.
const PATIENCE: Duration = Duration::from_mins(10);

/// Interval between two polls of a backup.
const PAUSE: Duration = Duration::from_millis(100);

/// A server process and one app in it; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    _process: RunningServer,
    _installation: Installation,
    /// Host and port.
    pub(crate) authority: String,
    /// A token of a member.
    pub(crate) token: String,
    /// The path of the list of the account's backups.
    pub(crate) all_backups: String,
    /// The path of the app's backups.
    pub(crate) backups: String,
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
            authority: process.url.trim_start_matches("http://").to_owned(),
            token: installation.token("acme")?,
            all_backups: backups(),
            backups: app_backups(),
            _process: process,
            _installation: installation,
        })
    }

    /// Opens a new connection to it.
    ///
    /// # Errors
    /// When the server has ended.
    pub(crate) fn connect(&self) -> Result<Connection> {
        Connection::open(&self.authority, &self.token)
    }

    /// Creates a backup and returns its path.
    ///
    /// # Errors
    /// When the request fails.
    pub(crate) fn create_backup(&self) -> Result<String> {
        let request = r#"{"type": "application/astra-appBackup", "version": "1.1"}"#;
        let created: Value = serde_json::from_slice(&self.connect()?.post(&self.backups, request)?)?;
        let id = created["id"].as_str().context("a backup without an id")?;
        Ok(format!("{}/{id}", self.backups))
    }

    /// Waits until the backup at `path` is completed.
    ///
    /// # Errors
    /// When it fails, or takes too long.
    pub(crate) fn wait_for(&self, path: &str) -> Result<()> {
        let (mut connection, began) = (self.connect()?, Instant::now());
        loop {
            let backup: Value = serde_json::from_slice(&connection.get(path)?)?;
            match backup["state"].as_str() {
                Some("completed") => return Ok(()),
                Some("failed") => bail!("the backup failed: {}", backup["stateUnready"]),
                _ if began.elapsed() > PATIENCE => bail!("the backup isn't completed after {PATIENCE:?}"),
                _ => sleep(PAUSE),
            }
        }
    }
}
