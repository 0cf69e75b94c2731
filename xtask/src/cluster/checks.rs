//! The checks after each round, when no job is waiting or running.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};
use appkeep_launcher::Method;
use serde_json::Value;

use super::Cluster;
use super::api::of_app;
use super::environment::{APPS, SCHEDULED, USED_APPS, node};
use super::model::Kind;
use super::network::SERVERS;
use crate::crash::{describe, entries, files_below};
use crate::restic::{self, Repository};

impl Cluster {
    /// Checks everything.
    ///
    /// # Errors
    /// With the first check that fails.
    pub(super) fn check(&mut self) -> Result<()> {
        self.servers.wait_ready(&self.api)?;
        self.wait_quiet()?;
        for app in 0..USED_APPS {
            for kind in Kind::ALL {
                self.check_lists(app, kind)?;
            }
            self.check_data(app)?;
        }
        self.check_restores()?;
        self.check_schedule()?;
        self.check_notifications()?;
        let app = usize::try_from(self.report.rounds).unwrap_or_default() % USED_APPS;
        self.check_repository(app, self.report.rounds.is_multiple_of(10))
    }

    /// Waits until no job of a client is waiting or running.
    fn wait_quiet(&mut self) -> Result<()> {
        let sql = format!(
            "SELECT kind, state, app_id, attempt, reason FROM jobs \
             WHERE state IN ('queued', 'running', 'parked') AND app_id <> '{}'",
            APPS[SCHEDULED].id
        );
        self.servers.eventually("all jobs to end", || {
            let jobs = self.environment.query(&sql)?;
            Ok((!jobs.is_empty()).then_some(jobs))
        })?;
        self.report.checks.add("all jobs ended");
        Ok(())
    }

    /// Compares the lists of all servers with each other and with the acknowledged requests.
    fn check_lists(&mut self, app: usize, kind: Kind) -> Result<()> {
        let first = self.api.list(0, app, kind)?;
        for server in 1..SERVERS {
            let other = self.api.list(server, app, kind)?;
            if other != first {
                bail!("the servers return different lists: {first:?} and {other:?}");
            }
        }
        self.report.checks.add("all servers return the same");
        let model = &mut self.models[app];
        let findings = [model.lost(kind, &first), model.unrequested(&first)].concat();
        if !findings.is_empty() {
            bail!(findings.join("; "));
        }
        model.adopt(kind, &first);
        self.report
            .checks
            .add("acknowledged resources exist, deleted ones don't");
        for item in &first {
            match (item["state"].as_str(), item["stateUnready"].as_array()) {
                (Some("completed"), _) => {}
                (Some("failed"), Some(reasons)) if !reasons.is_empty() => {
                    let id = item["id"].as_str().unwrap_or_default();
                    if self.failed.insert(id.to_owned()) {
                        let reason = format!("{} failed: {}", kind.name(), item["stateUnready"]);
                        println!("cluster: round {}: {reason}", self.report.rounds);
                        self.report.results.add(&format!("{}s failed", kind.name()));
                    }
                }
                _ => bail!("{} isn't in a final state: {item}", item["id"]),
            }
        }
        Ok(())
    }

    /// Compares the data of an app in the bucket and on the disks with the lists.
    fn check_data(&mut self, app: usize) -> Result<()> {
        let backups = completed(self.api.list(0, app, Kind::Backup)?);
        let files = entries(&self.environment.repository(app).join("snapshots"))?;
        if files.len() != backups.len() {
            bail!(
                "the repository of {} has {} snapshot files, expected {backups:?}",
                APPS[app].name,
                files.len()
            );
        }
        let snapshots = completed(self.api.list(0, app, Kind::Snapshot)?);
        let wanted = snapshots
            .iter()
            .flat_map(|id| ["", ".taken", ".manifest"].map(|end| format!("{id}{end}")));
        let wanted: BTreeSet<_> = wanted.collect();
        let mut found = Vec::new();
        for server in 0..SERVERS {
            let directory = self.environment.data(server).join("snapshots").join(APPS[app].id);
            for path in entries(&directory)? {
                let name = path.file_name().context("a name")?.to_string_lossy().into_owned();
                found.push(name);
            }
        }
        found.sort_unstable();
        if !wanted.iter().eq(&found) {
            bail!("the disks have the snapshots {found:?}, expected {wanted:?}");
        }
        self.report
            .checks
            .add("the bucket and the disks hold what is listed");
        Ok(())
    }

    /// Checks that the schedule created one backup for each time.
    fn check_schedule(&mut self) -> Result<()> {
        for item in self.api.list(0, SCHEDULED, Kind::Backup)? {
            let (id, name) = (item["id"].to_string(), item["name"].to_string());
            match self.scheduled.get(&name) {
                Some(known) if *known != id => bail!("the schedule created {name} twice: {known} and {id}"),
                Some(_) => {}
                None => {
                    self.scheduled.insert(name, id);
                    self.report.results.add("backups created by the schedule");
                }
            }
        }
        Ok(())
    }

    /// Checks the repository of an app with restic.
    fn check_repository(&mut self, app: usize, read_data: bool) -> Result<()> {
        let repositories = self.environment.repositories()?;
        let Some((_, repository)) = repositories.into_iter().find(|(number, _)| *number == app) else {
            return Ok(());
        };
        repository.check(read_data)?;
        self.report.checks.add("restic check");
        let completed = completed(self.api.list(0, app, Kind::Backup)?);
        let wanted: BTreeSet<_> = completed.iter().map(|id| restic::tag(id)).collect();
        let mut tags = repository.tags()?;
        tags.sort_unstable();
        if !wanted.iter().eq(&tags) {
            let path = repository.path().display();
            bail!("{path} has the tags {tags:?}, expected {wanted:?}");
        }
        self.report
            .checks
            .add("restic lists exactly the completed backups");
        self.check_content(app, &repository, &completed)
    }

    /// Restores a backup with restic, and compares it with the files that the volume had.
    fn check_content(
        &mut self,
        app: usize,
        repository: &Repository,
        completed: &BTreeSet<String>,
    ) -> Result<()> {
        let present = self.models[app].present(Kind::Backup);
        let known = present.filter_map(|(id, backup)| Some((id, backup.manifest.as_ref()?)));
        let Some((id, manifest)) = known.filter(|(id, _)| completed.contains(*id)).last() else {
            return Ok(());
        };
        let target = self.environment.path().join("restored");
        repository.restore(id, &target)?;
        let (restored, _) = describe(&target)?;
        fs::remove_dir_all(&target).context("failed to remove what was restored")?;
        if restored != **manifest {
            let (found, wanted) = (restored.keys(), manifest.keys());
            bail!("backup {id} holds {found:?} instead of {wanted:?}");
        }
        self.report.checks.add("restic restores a backup as it was");
        Ok(())
    }

    /// Deletes everything that clients created. Then nothing must be stored.
    ///
    /// # Errors
    /// When something remains.
    pub(super) fn delete_all(&mut self) -> Result<()> {
        for app in 0..USED_APPS {
            for kind in Kind::ALL {
                let ids: Vec<_> = self.models[app]
                    .present(kind)
                    .map(|(id, _)| id.to_owned())
                    .collect();
                for id in ids {
                    let path = format!("{}/{id}", of_app(app, kind));
                    let response = self.api.response(0, &Method::DELETE, &path)?;
                    match response.status {
                        204 | 404 => self.models[app].deleted(&id),
                        status => bail!("DELETE {path} returned {status}: {}", response.text),
                    }
                }
            }
        }
        self.wait_quiet()?;
        for app in 0..USED_APPS {
            for kind in ["data", "index", "snapshots", "locks"] {
                let left = files_below(&self.environment.repository(app).join(kind))?;
                if let Some(left) = left.first() {
                    bail!("after all was deleted, {} is left", left.display());
                }
            }
            self.check_data(app)?;
        }
        for server in 0..SERVERS {
            let left = files_below(&self.environment.data(server).join("snapshots"))?;
            let left = left
                .iter()
                .find(|path| !path.display().to_string().contains(APPS[SCHEDULED].id));
            if let Some(left) = left {
                bail!("after all was deleted, {} has {}", node(server), left.display());
            }
        }
        self.report.checks.add("after all was deleted, nothing is stored");
        Ok(())
    }
}

/// The ids of the completed items of a list.
fn completed(items: Vec<Value>) -> BTreeSet<String> {
    let items = items.into_iter().filter(|item| item["state"] == "completed");
    items
        .filter_map(|item| item["id"].as_str().map(str::to_owned))
        .collect()
}
