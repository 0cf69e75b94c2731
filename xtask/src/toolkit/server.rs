//! A new server with TLS, and the toolkit as configured by a user of that server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result};
use appkeep_launcher::{ACCOUNT, Installation, RunningServer};

use super::tree;

/// A schedule and a hook of `shop`, and a second app.
const APPS: &str = r#"[[accounts.apps.schedules]]
name = "yearly"
cron = "0 0 1 1 *"

[[accounts.apps.hooks]]
name = "quiesce"
stage = "pre-snapshot"
command = ["true", "--password=secret"]

[[accounts.apps]]
name = "blog"
volumes = { data = "blog" }
"#;

/// The server, its installation, and the toolkit.
#[derive(Debug)]
pub(super) struct TestServer {
    server: RunningServer,
    installation: Installation,
    toolkit: PathBuf,
    /// Host and port.
    authority: String,
    /// The certificate authority that the server created.
    ca: PathBuf,
    token: String,
}

/// The TLS configuration of the toolkit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// It trusts the server's certificate authority, by `REQUESTS_CA_BUNDLE`.
    Configured,
    /// It only trusts the usual authorities.
    Default,
    /// It doesn't verify certificates, by its configuration.
    Disabled,
}

/// The output of the toolkit.
#[derive(Debug)]
pub(super) struct ToolkitOutput {
    /// Its exit code; `None` if a signal ended it.
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl TestServer {
    /// Starts `binary` in its own directory.
    ///
    /// # Errors
    /// When it doesn't start.
    pub(super) fn start(binary: &Path, toolkit: PathBuf) -> Result<Self> {
        let installation = Installation::new(binary)?;
        installation.add_apps(APPS)?;
        for volume in ["volume", "blog"] {
            tree::fill(&installation.path().join(volume))?;
        }
        fs::create_dir(installation.path().join("home"))?;
        let mut serve = installation.serve();
        serve.args(["--tls", "self-signed"]);
        let mut server = RunningServer::start_with_stderr(serve, Stdio::inherit())?;
        let authority = server.url.strip_prefix("https://");
        let authority = authority
            .with_context(|| format!("{} isn't an https:// address", server.url))?
            .to_owned();
        let line = server.next_line()?;
        let ca = line.strip_prefix("clients must trust its certificate authority: ");
        Ok(Self {
            ca: ca
                .with_context(|| format!("no certificate authority is named in {line:?}"))?
                .into(),
            token: installation.token("acme")?,
            server,
            installation,
            toolkit,
            authority,
        })
    }

    /// A token with write access.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The app's only volume.
    pub(super) fn volume(&self) -> PathBuf {
        self.installation.path().join("volume")
    }

    /// Runs the toolkit with a valid token and trust in the server.
    ///
    /// # Errors
    /// When it can't be started.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<ToolkitOutput> {
        self.run_with(&self.token, Trust::Configured, arguments)
    }

    /// Runs the toolkit with this token.
    ///
    /// # Errors
    /// When it can't be started.
    pub(super) fn run_with(&self, token: &str, trust: Trust, arguments: &[&str]) -> Result<ToolkitOutput> {
        let home = self.installation.path().join("home");
        let verify = trust != Trust::Disabled;
        let config = format!(
            "headers:\n  Authorization: Bearer {token}\nuid: {ACCOUNT}\nastra_project: {}\nverifySSL: {verify}\n",
            self.authority
        );
        fs::write(home.join("config.yaml"), config)?;
        let mut toolkit = Command::new(&self.toolkit);
        toolkit
            .args(arguments)
            .current_dir(&home)
            .stdin(Stdio::null())
            // Nothing of this machine's configuration: no proxies, no other authorities, no cluster.
            .env_clear()
            .env("HOME", &home)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PYTHONIOENCODING", "utf-8");
        if trust == Trust::Configured {
            toolkit.env("REQUESTS_CA_BUNDLE", &self.ca);
        }
        let output = toolkit
            .output()
            .with_context(|| format!("failed to start {}", self.toolkit.display()))?;
        Ok(ToolkitOutput::from(output))
    }

    /// An invalid token.
    pub(super) fn bad_token(&self) -> String {
        format!("{}0", self.token)
    }

    /// Stops the server, and waits until it has ended.
    ///
    /// # Errors
    /// When it doesn't stop gracefully.
    pub(super) fn stop(self) -> Result<()> {
        self.server.stop_gracefully().map(drop)
    }
}

impl From<Output> for ToolkitOutput {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
