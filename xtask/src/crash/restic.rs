//! Checks of the repositories with plain restic.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::environment::{APPS, BUCKETS, Environment, describe, entries};
use super::model::Model;

/// An app's repository in a bucket.
pub(super) struct Repository {
    pub(super) app: usize,
    pub(super) bucket: usize,
    path: PathBuf,
    password: String,
}

/// The existing repositories. One whose creation was interrupted before it got its password doesn't count.
///
/// # Errors
/// When a password can't be read.
pub(super) fn repositories(environment: &Environment) -> Result<Vec<Repository>> {
    let passwords = passwords(environment)?;
    let mut found = Vec::new();
    for app in 0..APPS.len() {
        for bucket in 0..BUCKETS.len() {
            let path = environment.repository(app, bucket);
            if path.join("config").is_file() && !entries(&path.join("keys"))?.is_empty() {
                let password = passwords.get(&path);
                let password = password.with_context(|| format!("{} has no password", path.display()))?;
                let password = password.clone();
                found.push(Repository {
                    app,
                    bucket,
                    path,
                    password,
                });
            }
        }
    }
    Ok(found)
}

/// The passwords of repositories, by their paths, as the binary prints them for disaster recovery.
fn passwords(environment: &Environment) -> Result<BTreeMap<PathBuf, String>> {
    let mut show = environment.installation().command();
    show.args(["key", "show", "--recovery", "--data"])
        .arg(environment.data());
    let output = show.output().context("failed to start the binary")?;
    let output = String::from_utf8(output.stdout).context("the passwords are not UTF-8")?;
    let mut found = BTreeMap::new();
    let mut repository = PathBuf::new();
    for line in output.lines() {
        if let Some(path) = line.strip_prefix("export RESTIC_REPOSITORY=") {
            repository = PathBuf::from(path.trim_matches('\''));
        } else if let Some(password) = line.strip_prefix("export RESTIC_PASSWORD=") {
            found.insert(repository.clone(), password.trim_matches('\'').to_owned());
        }
    }
    Ok(found)
}

impl Repository {
    /// Checks the repository; with `read_data` all stored data.
    ///
    /// # Errors
    /// When restic finds damage.
    pub(super) fn check(&self, read_data: bool) -> Result<()> {
        let more: &[&str] = if read_data { &["--read-data"] } else { &[] };
        let output = self.restic(&[&["check", "--no-lock"], more].concat())?;
        if output.contains("no errors were found") {
            return Ok(());
        }
        bail!("restic check of {}: {output}", self.path.display())
    }

    /// Compares restic's list of backups with the expected ones.
    ///
    /// # Errors
    /// When they differ.
    pub(super) fn compare_list(&self, model: &Model) -> Result<()> {
        let output = self.restic(&["snapshots", "--no-lock", "--json"])?;
        let listed: Vec<Value> = serde_json::from_str(&output).context("restic's output isn't JSON")?;
        let tags = listed
            .iter()
            .map(|snapshot| snapshot["tags"][0].as_str().unwrap_or_default());
        let tags: Vec<_> = tags.map(str::to_owned).collect();
        let wanted = model
            .backups_in(self.app, self.bucket)
            .map(|backup| format!("backup={}", backup.id));
        let (found, wanted) = (tags.iter().cloned().collect::<BTreeSet<_>>(), wanted.collect());
        if found == wanted && found.len() == tags.len() {
            return Ok(());
        }
        bail!(
            "{} has the tags {tags:?}, expected {wanted:?}",
            self.path.display()
        )
    }

    /// Restores the newest backup and compares it with the original files. Returns false if there is none.
    ///
    /// # Errors
    /// When they differ.
    pub(super) fn restore_newest(&self, environment: &Environment, model: &Model) -> Result<bool> {
        let Some(newest) = model.backups_in(self.app, self.bucket).last() else {
            return Ok(false);
        };
        let target = environment.path().join("restored");
        let text = target.display().to_string();
        let tag = format!("backup={}", newest.id);
        self.restic(&["restore", "latest", "--no-lock", "--tag", &tag, "--target", &text])?;
        let (restored, _) = describe(&target)?;
        fs::remove_dir_all(&target).context("failed to remove what was restored")?;
        if restored == *newest.manifest {
            return Ok(true);
        }
        bail!(
            "backup {} holds {:?} instead of {:?}",
            newest.id,
            restored.keys(),
            newest.manifest.keys()
        )
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
