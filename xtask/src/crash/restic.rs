//! Checks of the repositories with plain restic.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};

use super::environment::{APPS, BUCKETS, Environment, describe, entries};
use super::model::Model;
use crate::restic::{Repository, passwords, tag};

/// An app's repository in a bucket.
pub(super) struct AppRepository {
    app: usize,
    bucket: usize,
    repository: Repository,
}

/// The existing repositories. One whose creation was interrupted before it got its password doesn't count.
///
/// # Errors
/// When a password can't be read.
pub(super) fn repositories(environment: &Environment) -> Result<Vec<AppRepository>> {
    let mut show = environment.installation().command();
    show.args(["key", "show", "--recovery", "--data"])
        .arg(environment.data());
    let passwords = passwords(&mut show)?;
    let mut found = Vec::new();
    for app in 0..APPS.len() {
        for bucket in 0..BUCKETS.len() {
            let path = environment.repository(app, bucket);
            if path.join("config").is_file() && !entries(&path.join("keys"))?.is_empty() {
                let password = passwords.get(&path.display().to_string());
                let password = password.with_context(|| format!("{} has no password", path.display()))?;
                found.push(AppRepository {
                    app,
                    bucket,
                    repository: Repository::new(path, password),
                });
            }
        }
    }
    Ok(found)
}

impl AppRepository {
    /// Checks the repository; with `read_data` all stored data.
    ///
    /// # Errors
    /// When restic finds damage.
    pub(super) fn check(&self, read_data: bool) -> Result<()> {
        self.repository.check(read_data)
    }

    /// Compares restic's list of backups with the expected ones.
    ///
    /// # Errors
    /// When they differ.
    pub(super) fn compare_list(&self, model: &Model) -> Result<()> {
        let tags = self.repository.tags()?;
        let wanted = model
            .backups_in(self.app, self.bucket)
            .map(|backup| tag(&backup.id));
        let (found, wanted) = (tags.iter().cloned().collect::<BTreeSet<_>>(), wanted.collect());
        if found == wanted && found.len() == tags.len() {
            return Ok(());
        }
        bail!(
            "{} has the tags {tags:?}, expected {wanted:?}",
            self.repository.path().display()
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
        self.repository.restore(&newest.id, &target)?;
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
}
