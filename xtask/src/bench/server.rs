//! A server of ours that is measured.

use std::fs;
use std::io::BufReader;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::http::Connection;
use crate::appkeep;

/// How long backups may take to be completed.
const PATIENCE: Duration = Duration::from_mins(10);

/// How often is asked whether they are.
const PAUSE: Duration = Duration::from_millis(100);

/// A server process and one app in it; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Host and port.
    pub(crate) authority: String,
    /// Of a member.
    pub(crate) token: String,
    /// Where the account's backups are listed.
    pub(crate) all_backups: String,
    /// Where the app's backups are.
    pub(crate) backups: String,
}

impl Server {
    /// Starts `binary` in `dir` with one app, whose data is in `volume`, and one bucket. `priority` is what backups
    /// get of the processors, a word of `engine_priority`.
    ///
    /// # Errors
    /// When it doesn't start.
    pub(crate) fn start(binary: &Path, dir: &Path, volume: &Path, priority: &str) -> Result<Self> {
        fs::create_dir_all(dir.join("bucket"))?;
        let (config, data) = (dir.join("appkeep.toml"), dir.join("data"));
        fs::write(&config, configuration(volume, &dir.join("bucket"), priority))?;
        let outline = output(Command::new(binary).args(["config", "check"]).arg(&config))?;
        let id = |kind| {
            let line = outline.lines().find_map(|line| line.trim().strip_prefix(kind));
            line.and_then(|line| line.split_whitespace().next())
                .with_context(|| format!("no {kind} in: {outline}"))
        };
        let (account, app) = (id("account")?, id("app")?);
        let mut child = Command::new(binary)
            .args(["serve", "--log", "error", "--listen", "127.0.0.1:0", "--config"])
            .arg(&config)
            .arg("--data")
            .arg(&data)
            .stdout(Stdio::piped())
            .spawn()
            .context("failed to start the server")?;
        let mut stdout = BufReader::new(child.stdout.take().context("no stdout")?);
        let mut server = Self {
            child,
            authority: String::new(),
            token: String::new(),
            all_backups: format!("/accounts/{account}/topology/v1/appBackups"),
            backups: format!("/accounts/{account}/k8s/v1/apps/{app}/appBackups"),
        };
        let url = appkeep::ready(&mut stdout)?.context("the server isn't ready")?;
        url.trim_start_matches("http://")
            .clone_into(&mut server.authority);
        server.token = appkeep::create_token(binary, &data, "bench")?;
        Ok(server)
    }

    /// A new connection to it.
    ///
    /// # Errors
    /// When it isn't there any more.
    pub(crate) fn connect(&self) -> Result<Connection> {
        Connection::open(&self.authority, &self.token)
    }

    /// Creates a backup and answers its path.
    ///
    /// # Errors
    /// When it is refused.
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

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(volume: &Path, bucket: &Path, priority: &str) -> String {
    format!(
        "[server]\nengine_priority = {priority:?}\n\n[[accounts]]\nname = \"bench\"\n\n[[accounts.apps]]\nname = \"app\"\nvolumes = {{ data = {:?} }}\n\n\
         [[accounts.buckets]]\nname = \"local\"\npath = {:?}\n",
        volume.display().to_string(),
        bucket.display().to_string()
    )
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("{} failed", command.get_program().to_string_lossy());
    }
    Ok(String::from_utf8(output.stdout)?)
}
