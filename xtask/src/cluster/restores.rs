//! Restores to directories: a target has all requested data of its backup, or nothing.
//!
//! The server that received the request writes the target, and continues after it was killed. Of a cancelled restore, the
//! target may be complete: it may have ended before it could be stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use appkeep_launcher::{ACCOUNT, Method};
use serde_json::{Value, json};

use super::Cluster;
use super::environment::{APPS, USED_APPS};
use super::load::Client;
use super::model::{Deletion, Kind};
use super::network::SERVERS;
use crate::crash::{Files, describe, entries};

/// The servers that permit restores to a directory.
pub(super) const RESTORING: [usize; 2] = [0, 1];

/// The fail points at which a server is killed during a restore.
pub(super) const POINTS: [&str; 5] = [
    "restore.before_directory",
    "restore.to_directory",
    "restore.staged",
    "restore.swapping",
    "restore.directory_written",
];

/// The maximum number of files that a restore selects.
const INCLUDED_MAX: usize = 2;

/// The problem of a server without directories for restores.
const NOT_PERMITTED: &str = "doesn't permit restores to the target";

/// The directory that contains all targets.
pub(super) fn directory(environment: &Path) -> PathBuf {
    environment.join("targets")
}

/// The path of an app's restores.
fn of_app(app: usize) -> String {
    format!("/accounts/{ACCOUNT}/k8s/v1/apps/{}/appRestores", APPS[app].id)
}

/// A requested restore.
#[derive(Debug)]
struct Restore {
    /// `None` if the request got no response.
    id: Option<String>,
    /// The files of a complete target.
    expected: Files,
    cancellation: Deletion,
}

/// The requested restores of an app, by their targets.
#[derive(Debug, Default)]
pub(super) struct Restores {
    requested: BTreeMap<PathBuf, Restore>,
    /// The targets that were compared, and deleted.
    checked: BTreeSet<PathBuf>,
}

impl Restores {
    /// The ids of restores that weren't cancelled.
    fn running(&self) -> Vec<(PathBuf, String)> {
        let running = self.requested.iter();
        let running = running.filter(|(_, restore)| restore.cancellation == Deletion::None);
        running
            .filter_map(|(target, restore)| Some((target.clone(), restore.id.clone()?)))
            .collect()
    }

    fn cancel(&mut self, target: &Path, cancellation: Deletion) {
        if let Some(restore) = self.requested.get_mut(target) {
            restore.cancellation = cancellation;
        }
    }

    /// The restores that weren't checked yet. `listed` are all restores of the app, which have ended. Requests without a
    /// response that aren't listed may be executed later.
    ///
    /// # Errors
    /// When an acknowledged restore isn't listed, a cancelled one is, or one was never requested.
    fn ended(&mut self, listed: &[Value]) -> Result<Vec<Ended>> {
        let mut ended = Vec::new();
        for item in listed {
            let target = PathBuf::from(item["target"].as_str().unwrap_or_default());
            if self.checked.contains(&target) {
                continue;
            }
            let Some(restore) = self.requested.remove(&target) else {
                bail!("{} was never requested: {item}", target.display());
            };
            if restore.id.as_ref().is_some_and(|id| item["id"] != **id)
                || restore.cancellation == Deletion::Acknowledged
            {
                bail!(
                    "restore {:?} was cancelled or replaced, but is listed: {item}",
                    restore.id
                );
            }
            let outcome = match (item["state"].as_str(), item["stateUnready"].as_array()) {
                (Some("completed"), Some(notes)) if notes.is_empty() => Outcome::Completed,
                (Some("failed"), Some(reasons)) if !reasons.is_empty() => {
                    Outcome::Failed(item["stateUnready"].to_string())
                }
                _ => bail!(
                    "restore {} isn't in a final state without notes: {item}",
                    item["id"]
                ),
            };
            ended.push(Ended {
                target,
                expected: restore.expected,
                outcome,
            });
        }
        let unlisted = std::mem::take(&mut self.requested);
        for (target, restore) in unlisted {
            match (&restore.id, restore.cancellation) {
                (Some(id), Deletion::None) => bail!("restore {id} was acknowledged, but is lost"),
                (Some(_), _) => ended.push(Ended {
                    target,
                    expected: restore.expected,
                    outcome: Outcome::Cancelled,
                }),
                (None, _) => {
                    self.requested.insert(target, restore);
                }
            }
        }
        self.checked
            .extend(ended.iter().map(|ended| ended.target.clone()));
        Ok(ended)
    }
}

/// The result of a restore.
#[derive(Debug)]
enum Outcome {
    Completed,
    /// With the reasons, as JSON.
    Failed(String),
    Cancelled,
}

/// A restore that has ended.
struct Ended {
    target: PathBuf,
    /// The files of a complete target.
    expected: Files,
    outcome: Outcome,
}

impl Ended {
    /// Checks the target: it is complete, or doesn't exist or is empty, depending on the result. Returns a description of the
    /// check.
    fn check(&self) -> Result<&'static str> {
        let found = entries(&self.target)?;
        let (files, _) = describe(&self.target)?;
        let is_complete = files == self.expected && found == [self.target.join("data")];
        match self.outcome {
            Outcome::Completed if is_complete => Ok("restored directories have the data of their backups"),
            Outcome::Failed(_) if found.is_empty() => Ok("directories of failed restores are empty"),
            Outcome::Cancelled if is_complete || found.is_empty() => {
                Ok("directories of cancelled restores are complete or empty")
            }
            _ => bail!(
                "the target of a restore has {found:?} with {:?}; expected {:?} or nothing: {:?}",
                files.keys(),
                self.expected.keys(),
                self.outcome
            ),
        }
    }
}

impl Client<'_> {
    /// Restores a random backup, or some of its files, to a new directory.
    pub(super) fn restore(&mut self) -> Result<()> {
        let known = self.model.present(Kind::Backup);
        let known: Vec<_> = known
            .filter_map(|(id, backup)| Some((id.to_owned(), Arc::clone(backup.manifest.as_ref()?))))
            .collect();
        let Some((backup, manifest)) = self.rng.choice(known) else {
            return Ok(());
        };
        let target = self
            .targets
            .join(format!("{}-{}", APPS[self.app].name, self.model.new_name()));
        let mut body = json!({
            "type": "application/astra-appRestore", "version": "1.0", "backupID": backup, "target": target,
        });
        let mut expected = Files::clone(&manifest);
        if self.rng.bool() {
            let count = self.rng.usize(1..=INCLUDED_MAX);
            let included = self.rng.choose_multiple(manifest.keys(), count);
            expected.retain(|path, _| included.contains(&path));
            let paths = included.iter().map(|path| format!("/{}", path.display()));
            body["include"] = paths.collect();
        }
        let server = self.rng.usize(..SERVERS);
        let path = of_app(self.app);
        let response = self.send_to(server, &Method::POST, &path, Some(&body));
        let id = match &response {
            None => None,
            Some(response) => match (response.status, response.body["id"].as_str()) {
                (201, Some(id)) if RESTORING.contains(&server) => {
                    self.counts.add("restores created");
                    Some(id.to_owned())
                }
                (409, _) if response.text.contains(NOT_PERMITTED) && !RESTORING.contains(&server) => {
                    self.counts
                        .add("restores refused by a server without directories");
                    return Ok(());
                }
                // The backup isn't completed, or was deleted.
                (400 | 409, _) if !response.text.contains(NOT_PERMITTED) => {
                    self.counts.add("conflicts");
                    return Ok(());
                }
                _ => bail!("POST {path} returned {}: {}", response.status, response.text),
            },
        };
        let restore = Restore {
            id,
            expected,
            cancellation: Deletion::None,
        };
        self.model.restores.requested.insert(target, restore);
        Ok(())
    }

    /// Cancels a random restore.
    pub(super) fn cancel(&mut self) -> Result<()> {
        let Some((target, id)) = self.rng.choice(self.model.restores.running()) else {
            return self.restore();
        };
        let path = format!("{}/{id}", of_app(self.app));
        let Some(response) = self.send(&Method::DELETE, &path, None) else {
            self.model.restores.cancel(&target, Deletion::Unanswered);
            return Ok(());
        };
        match response.status {
            204 => {
                self.model.restores.cancel(&target, Deletion::Acknowledged);
                self.counts.add("restores cancelled");
            }
            // It has ended.
            409 => self.counts.add("conflicts"),
            _ => bail!("DELETE {path} returned {}: {}", response.status, response.text),
        }
        Ok(())
    }
}

impl Cluster {
    /// Compares the targets of all restores with the data of their backups, and deletes them. No job is running.
    ///
    /// # Errors
    /// With the first incorrect target.
    pub(super) fn check_restores(&mut self) -> Result<()> {
        for app in 0..USED_APPS {
            let path = of_app(app);
            let mut lists = Vec::new();
            for server in 0..SERVERS {
                let response = self.api.response(server, &Method::GET, &path)?;
                lists.push(super::api::Api::items(&path, &response)?.clone());
            }
            if lists.iter().any(|list| *list != lists[0]) {
                bail!("the servers return different restores: {lists:?}");
            }
            for ended in self.models[app].restores.ended(&lists[0])? {
                if let Outcome::Failed(reasons) = &ended.outcome {
                    println!("cluster: round {}: restore failed: {reasons}", self.report.rounds);
                    self.report.results.add("restores failed");
                }
                self.report.checks.add(ended.check()?);
                if ended.target.exists() {
                    fs::remove_dir_all(&ended.target).context("failed to remove a restored directory")?;
                }
            }
        }
        match entries(&directory(self.environment.path()))?.first() {
            None => Ok(()),
            Some(left) => bail!("{} belongs to no restore", left.display()),
        }
    }
}
