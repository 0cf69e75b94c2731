//! An appkeep server for measurements.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Result, ensure};
use appkeep_launcher::{Installation, RunningServer};

use super::api::IDLE_CONNECTIONS;
use super::http::Connection;

/// The key with which keys of repositories are encrypted in PostgreSQL.
const MASTER_KEY: &str = "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e";

/// Maximum time until a backup is completed.
const PATIENCE: Duration = Duration::from_mins(10);

/// A server process and one app in it; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: RunningServer,
    installation: Installation,
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
        Self::start_configured(installation, Stdio::inherit())
    }

    /// Starts `binary` below `dir` with limits for many requests and connections. It has no workers: backups stay pending.
    /// Its log, which records every create, is a file in `dir`. Its database is the one in PostgreSQL at `store_url`, or
    /// one in SQLite.
    ///
    /// # Errors
    /// When it doesn't start.
    pub(crate) fn start_queueing(binary: &Path, dir: &Path, store_url: Option<&str>) -> Result<Self> {
        let installation = Installation::new_in(binary, dir)?;
        if let Some(url) = store_url {
            let key = installation.path().join("master.key");
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&key)?
                .write_all(MASTER_KEY.as_bytes())?;
            let tables = format!("[store]\nurl = {url:?}\n[keys]\nfile = \"master.key\"\n[server]\n");
            installation.configure("[server]\n", &tables)?;
        }
        let connections = IDLE_CONNECTIONS + 500;
        let limits = format!(
            "workers = 0\napp_jobs_max = 1000000\naccount_jobs_max = 1000000\nidle_timeout_secs = 3600\n\
             connections_max = {connections}\nconnections_per_address_max = {connections}\n"
        );
        installation.configure("workers = 2\n", &limits)?;
        let log = File::create(dir.join("server.log"))?;
        Self::start_configured(installation, log.into())
    }

    fn start_configured(installation: Installation, stderr: Stdio) -> Result<Self> {
        let mut serve = installation.serve();
        serve.args(["--log", "error"]);
        let process = RunningServer::start_with_stderr(serve, stderr)?;
        let config = installation.config().display().to_string();
        let created = installation.create_token(&["--config", &config, "--account", "acme"])?;
        ensure!(created.status.success(), "no token was created: {created:?}");
        Ok(Self {
            token: String::from_utf8(created.stdout)?.trim().to_owned(),
            process,
            installation,
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

    /// The database.
    pub(crate) fn database(&self) -> PathBuf {
        self.installation.data().join("appkeep.sqlite3")
    }

    /// The process id.
    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
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
