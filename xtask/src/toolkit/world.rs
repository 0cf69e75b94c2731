//! A fresh server that speaks TLS, and the toolkit as somebody has it who was told about that server.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::tree;
use crate::{appkeep, files};

/// The server's configuration, relative to the workspace's root.
const CONFIG: &str = "xtask/toolkit/appkeep.toml";

/// The account, and its apps.
const ACCOUNT: &str = "acme";
const ACCOUNT_ID: &str = "3b8f0d52-9f41-4c1e-8a67-5d2c7e1b0a01";
pub(super) const APP: &str = "3b8f0d52-9f41-4c1e-8a67-5d2c7e1b0b01";

/// The server, killed when dropped, its directory, and the toolkit.
#[derive(Debug)]
pub(super) struct World {
    child: Child,
    // What is printed later has to be able to go somewhere.
    stdout: BufReader<ChildStdout>,
    dir: TempDir,
    toolkit: PathBuf,
    /// Host and port.
    authority: String,
    /// The certificate authority that the server made for itself.
    ca: PathBuf,
    token: String,
}

/// How the toolkit is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// It was told the server's certificate authority, as `REQUESTS_CA_BUNDLE` does that.
    Told,
    /// It knows the usual ones only.
    Usual,
    /// It was told not to look, as its configuration does that.
    Blind,
}

/// What the toolkit said.
#[derive(Debug)]
pub(super) struct Said {
    /// Its exit code; none when a signal ended it.
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl World {
    /// Starts `binary` in a directory of its own.
    ///
    /// # Errors
    /// When it doesn't start.
    pub(super) fn start(binary: &Path, toolkit: PathBuf) -> Result<Self> {
        let dir = TempDir::with_prefix("appkeep-toolkit-").context("failed to make a directory")?;
        let (config, data) = (dir.path().join("appkeep.toml"), dir.path().join("data"));
        fs::copy(files::root().join(CONFIG), &config).context("failed to copy the configuration")?;
        tree::fill(&dir.path().join("volumes/shop"))?;
        tree::fill(&dir.path().join("volumes/blog"))?;
        fs::create_dir(dir.path().join("bucket"))?;
        fs::create_dir(dir.path().join("home"))?;
        let mut child = Command::new(binary)
            .args([
                "serve",
                "--tls",
                "self-signed",
                "--listen",
                "127.0.0.1:0",
                "--config",
            ])
            .arg(&config)
            .arg("--data")
            .arg(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("failed to start {}", binary.display()))?;
        let stdout = child.stdout.take().context("the child has no stdout")?;
        let mut world = Self {
            child,
            stdout: BufReader::new(stdout),
            dir,
            toolkit,
            authority: String::new(),
            ca: PathBuf::new(),
            token: String::new(),
        };
        let url = appkeep::ready(&mut world.stdout)?.context("the server isn't ready")?;
        let authority = url.strip_prefix("https://");
        authority
            .with_context(|| format!("{url} isn't https"))?
            .clone_into(&mut world.authority);
        world.ca = authority_file(&mut world.stdout)?;
        world.token = appkeep::create_token(binary, &data, ACCOUNT)?;
        Ok(world)
    }

    /// A token that may write.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The app's only volume.
    pub(super) fn volume(&self) -> PathBuf {
        self.dir.path().join("volumes/shop")
    }

    /// Runs the toolkit as the bearer of a good token, who trusts the server.
    ///
    /// # Errors
    /// When it can't be started.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<Said> {
        self.ask_as(&self.token, Trust::Told, arguments)
    }

    /// Runs the toolkit with that token.
    ///
    /// # Errors
    /// When it can't be started.
    pub(super) fn ask_as(&self, token: &str, trust: Trust, arguments: &[&str]) -> Result<Said> {
        let home = self.dir.path().join("home");
        let verify = trust != Trust::Blind;
        let config = format!(
            "headers:\n  Authorization: Bearer {token}\nuid: {ACCOUNT_ID}\nastra_project: {}\nverifySSL: {verify}\n",
            self.authority
        );
        fs::write(home.join("config.yaml"), config)?;
        let mut toolkit = Command::new(&self.toolkit);
        toolkit
            .args(arguments)
            .current_dir(&home)
            .stdin(Stdio::null())
            // Nothing of this machine's own set-up: no proxies, no other authorities, no cluster.
            .env_clear()
            .env("HOME", &home)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PYTHONIOENCODING", "utf-8");
        if trust == Trust::Told {
            toolkit.env("REQUESTS_CA_BUNDLE", &self.ca);
        }
        let output = toolkit
            .output()
            .with_context(|| format!("failed to start {}", self.toolkit.display()))?;
        Ok(Said::from(output))
    }

    /// A token that was good and isn't any more for anything.
    pub(super) fn bad_token(&self) -> String {
        format!("{}0", self.token)
    }

    /// Asks the server to stop, and waits until it has.
    ///
    /// # Errors
    /// When it doesn't stop in good order.
    pub(super) fn stop(&mut self) -> Result<()> {
        let status = appkeep::stop(&mut self.child)?;
        if !status.success() {
            bail!("the server ended with {status}");
        }
        Ok(())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// What the server prints after it is ready: whom its clients have to trust.
fn authority_file(stdout: &mut impl BufRead) -> Result<PathBuf> {
    let mut line = String::new();
    stdout
        .read_line(&mut line)
        .context("failed to read what the server prints")?;
    let file = line
        .trim_end()
        .strip_prefix("clients have to trust its certificate authority: ");
    file.map(PathBuf::from)
        .with_context(|| format!("no certificate authority is named in {line:?}"))
}
