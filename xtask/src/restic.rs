//! Repositories as plain restic sees them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A repository in a directory.
pub(crate) struct Repository {
    path: PathBuf,
    password: String,
}

impl Repository {
    /// The repository in this directory, with its password.
    pub(crate) fn new(path: PathBuf, password: &str) -> Self {
        Self {
            path,
            password: password.to_owned(),
        }
    }

    /// Its directory.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Checks the repository; with `read_data` all stored data.
    ///
    /// # Errors
    /// When restic finds damage.
    pub(crate) fn check(&self, read_data: bool) -> Result<()> {
        let more: &[&str] = if read_data { &["--read-data"] } else { &[] };
        let output = self.restic(&[&["check", "--no-lock"], more].concat())?;
        if output.contains("no errors were found") {
            return Ok(());
        }
        bail!("restic check of {}: {output}", self.path.display())
    }

    /// The first tag of each snapshot file: `backup=` and the id of the backup.
    ///
    /// # Errors
    /// When restic can't list them.
    pub(crate) fn tags(&self) -> Result<Vec<String>> {
        let output = self.restic(&["snapshots", "--no-lock", "--json"])?;
        let listed: Vec<Value> = serde_json::from_str(&output).context("restic's output isn't JSON")?;
        let tags = listed
            .iter()
            .map(|snapshot| snapshot["tags"][0].as_str().unwrap_or_default());
        Ok(tags.map(str::to_owned).collect())
    }

    /// Restores a backup into a directory.
    ///
    /// # Errors
    /// When restic fails.
    pub(crate) fn restore(&self, id: &str, target: &Path) -> Result<()> {
        let (tag, target) = (tag(id), target.display().to_string());
        self.restic(&[
            "restore",
            "latest",
            "--no-lock",
            "--tag",
            &tag,
            "--target",
            &target,
        ])?;
        Ok(())
    }

    fn restic(&self, arguments: &[&str]) -> Result<String> {
        let output = Command::new("restic")
            .args(["--no-cache", "--repo"])
            .arg(&self.path)
            .args(arguments)
            .env("RESTIC_PASSWORD", &self.password)
            .output()
            .context("failed to start restic")?;
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(stdout);
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!(
            "restic {arguments:?} of {} failed: {stdout} {stderr}",
            self.path.display()
        )
    }
}

/// The tag of a backup's snapshot file.
pub(crate) fn tag(id: &str) -> String {
    format!("backup={id}")
}

/// The passwords of repositories, by their addresses, as `show` (`appkeep key show --recovery`) prints them.
///
/// # Errors
/// When the command fails.
pub(crate) fn passwords(show: &mut Command) -> Result<BTreeMap<String, String>> {
    let output = show.output().context("failed to start the binary")?;
    if !output.status.success() {
        bail!(
            "no passwords were shown: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let output = String::from_utf8(output.stdout).context("the passwords are not UTF-8")?;
    let mut found = BTreeMap::new();
    let mut repository = "";
    for line in output.lines() {
        if let Some(address) = line.strip_prefix("export RESTIC_REPOSITORY=") {
            repository = address.trim_matches('\'');
        } else if let Some(password) = line.strip_prefix("export RESTIC_PASSWORD=") {
            found.insert(repository.to_owned(), password.trim_matches('\'').to_owned());
        }
    }
    Ok(found)
}
