//! A temporary directory with a configuration, the directories that it names, and the binary.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::RunningServer;

/// The configuration that all installations start from: the account `acme` with the app `shop` and the bucket `local`,
/// and the account `other` with nothing. The engine has a low priority because other tests run at the same time.
pub const CONFIG: &str = include_str!("appkeep.toml");

/// The id of the account `acme`.
pub const ACCOUNT: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a01";
/// The id of the account `other`.
pub const OTHER_ACCOUNT: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7a02";
/// The id of the app `shop`.
pub const APP: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b01";
/// The id of the bucket `local`.
pub const BUCKET: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7c01";

/// The path of the backups of `acme`.
#[must_use]
pub fn backups() -> String {
    format!("/accounts/{ACCOUNT}/topology/v1/appBackups")
}

/// The path of the backups of `shop`.
#[must_use]
pub fn app_backups() -> String {
    format!("/accounts/{ACCOUNT}/k8s/v1/apps/{APP}/appBackups")
}

/// The path of the snapshots of `shop`.
#[must_use]
pub fn app_snapshots() -> String {
    format!("/accounts/{ACCOUNT}/k8s/v1/apps/{APP}/appSnaps")
}

/// The body of a request that creates a backup.
#[must_use]
pub fn backup_body() -> Value {
    json!({"type": "application/astra-appBackup", "version": "1.1"})
}

/// The body of a request that creates a snapshot.
#[must_use]
pub fn snapshot_body() -> Value {
    json!({"type": "application/astra-appSnap", "version": "1.2"})
}

/// Content, modes, times and links of all entries of a directory, one line each, as `find` and `sha256sum` print them.
///
/// # Errors
/// When the directory can't be read.
pub fn describe(directory: &Path) -> Result<Vec<String>> {
    let script = "cd \"$1\" && find . -printf '%p %m %T@ %n %l %y\\n' | sort && \
                  find . -type f -print0 | sort -z | xargs -0 -r sha256sum";
    let mut shell = Command::new("sh");
    let output = shell.args(["-c", script, "sh"]).arg(directory).output();
    let output = output.context("failed to start a shell")?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success() && stderr.is_empty(),
        "failed to read {}: {stderr}",
        directory.display()
    );
    let stdout = String::from_utf8_lossy(&output.stdout);
    Ok(stdout.lines().map(str::to_owned).collect())
}

/// A call of the binary, without the variables that change what it does.
#[must_use]
pub fn command(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    for name in [
        "TOKEN", "URL", "ACCOUNT", "CA", "CONTEXT", "DATA", "LOG", "STORE_TO",
    ] {
        command.env_remove(format!("APPKEEP_{name}"));
    }
    command
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        // A directory without a saved login.
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null());
    command
}

/// A temporary directory with `appkeep.toml`, a small volume, an empty bucket and, once a server ran, `data`. Dropping
/// it removes the directory.
#[derive(Debug)]
pub struct Installation {
    binary: PathBuf,
    dir: TempDir,
}

impl Installation {
    /// An installation in the system's temporary directory.
    ///
    /// # Errors
    /// When the directory can't be written.
    pub fn new(binary: &Path) -> Result<Self> {
        Self::new_in(binary, &std::env::temp_dir())
    }

    /// An installation in a new directory below `parent`.
    ///
    /// # Errors
    /// When the directory can't be written.
    pub fn new_in(binary: &Path, parent: &Path) -> Result<Self> {
        let dir = TempDir::with_prefix_in("appkeep-", parent)
            .with_context(|| format!("failed to create a directory in {}", parent.display()))?;
        let installation = Self {
            binary: binary.to_owned(),
            dir,
        };
        installation.write_config(CONFIG)?;
        let volume = installation.path().join("volume");
        for made in [&volume, &installation.path().join("bucket")] {
            fs::create_dir(made).with_context(|| format!("failed to create {}", made.display()))?;
        }
        fs::write(volume.join("greeting.txt"), "hello\n").context("failed to fill the volume")?;
        Ok(installation)
    }

    /// The binary.
    #[must_use]
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// The directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The configuration file.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.path().join("appkeep.toml")
    }

    /// The server's data directory.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Writes a file with random bytes into the volume of `shop`.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write_noise(&self, name: &str, bytes: u64) -> Result<()> {
        let noise = File::open("/dev/urandom").context("failed to open /dev/urandom")?;
        let path = self.path().join("volume").join(name);
        let written = File::create(&path).and_then(|mut file| io::copy(&mut noise.take(bytes), &mut file));
        written.with_context(|| format!("failed to write {}", path.display()))?;
        Ok(())
    }

    /// Leaves the directory in place for inspection, and returns its path.
    #[must_use]
    pub fn keep(self) -> PathBuf {
        self.dir.keep()
    }

    /// Replaces the configuration.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write_config(&self, text: &str) -> Result<()> {
        fs::write(self.config(), text).context("failed to write the configuration")
    }

    /// Replaces a part of the configuration, which must occur exactly once.
    ///
    /// # Errors
    /// When it doesn't, or the file can't be read or written.
    pub fn configure(&self, from: &str, to: &str) -> Result<()> {
        let text = fs::read_to_string(self.config()).context("failed to read the configuration")?;
        ensure!(
            text.matches(from).count() == 1,
            "the configuration doesn't have {from:?} exactly once"
        );
        self.write_config(&text.replace(from, to))
    }

    /// Adds apps of `acme`, or tables of `shop`, as the configuration file has them.
    ///
    /// # Errors
    /// When buckets were added before, or the file can't be read or written.
    pub fn add_apps(&self, tables: &str) -> Result<()> {
        let buckets = "[[accounts.buckets]]";
        self.configure(buckets, &format!("{tables}\n{buckets}"))
    }

    /// Adds buckets of `acme`, as the configuration file has them.
    ///
    /// # Errors
    /// When the file can't be read or written.
    pub fn add_buckets(&self, tables: &str) -> Result<()> {
        let other = "[[accounts]]\nname = \"other\"";
        self.configure(other, &format!("{tables}\n{other}"))
    }

    /// Adds apps and buckets of `other`, as the configuration file has them.
    ///
    /// # Errors
    /// When the file can't be read or written.
    pub fn add_to_other(&self, tables: &str) -> Result<()> {
        let text = fs::read_to_string(self.config()).context("failed to read the configuration")?;
        self.write_config(&format!("{text}\n{tables}"))
    }

    /// A call of the binary, without the variables that change what it does.
    #[must_use]
    pub fn command(&self) -> Command {
        command(&self.binary)
    }

    /// `appkeep serve` on a free port.
    #[must_use]
    pub fn serve(&self) -> Command {
        self.serve_at("127.0.0.1:0", &self.data())
    }

    /// `appkeep serve` on that address, with that data directory.
    #[must_use]
    pub fn serve_at(&self, listen: &str, data: &Path) -> Command {
        let mut command = self.command();
        command.args(["serve", "--listen", listen]);
        command.arg("--data").arg(data);
        command.arg("--config").arg(self.config());
        command
    }

    /// Starts a server on a free port.
    ///
    /// # Errors
    /// When it doesn't become ready.
    pub fn start(&self) -> Result<RunningServer> {
        RunningServer::start(self.serve())
    }

    /// Starts a server without workers: pending resources stay pending.
    ///
    /// # Errors
    /// When it doesn't become ready.
    pub fn start_idle(&self) -> Result<RunningServer> {
        self.configure("workers = 2", "workers = 0")?;
        let idle = self.start();
        self.configure("workers = 0", "workers = 2")?;
        idle
    }

    /// Runs `appkeep token create` on the data directory, with more arguments.
    ///
    /// # Errors
    /// When the binary can't be started.
    pub fn create_token(&self, arguments: &[&str]) -> Result<Output> {
        let mut create = self.command();
        create.args(["token", "create", "--data"]).arg(self.data());
        let output = create.args(arguments).output();
        output.with_context(|| format!("failed to start {}", self.binary.display()))
    }

    /// Creates a token of a member of an account.
    ///
    /// # Errors
    /// When the command fails.
    pub fn token(&self, account: &str) -> Result<String> {
        let output = self.create_token(&["--account", account])?;
        ensure!(
            output.status.success(),
            "no token was created: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}
