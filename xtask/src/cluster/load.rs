//! The requests of a client of one app, to any server.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use appkeep_launcher::{Method, Response, backup_body, snapshot_body};
use serde_json::{Value, json};

use super::api::{Api, of_app};
use super::model::{Kind, Model};
use super::network::SERVERS;
use crate::crash::Files;
use crate::report::Counts;

/// The number of backups, and of snapshots, from which on they are deleted instead of created.
const RESOURCES_MAX: usize = 3;

/// The longest pause between two requests.
const PAUSE_MAX: Duration = Duration::from_millis(900);

/// The maximum number of attempts of a request. Each goes to a random server.
const ATTEMPTS_MAX: u32 = 5;

/// A client, which sends one request after another.
pub(super) struct Client<'a> {
    pub(super) api: &'a Api,
    /// Index of the app.
    pub(super) app: usize,
    /// The content of the app.
    pub(super) manifest: Arc<Files>,
    pub(super) model: &'a mut Model,
    /// The directory below which restores are permitted.
    pub(super) targets: PathBuf,
    pub(super) rng: fastrand::Rng,
    pub(super) counts: Counts,
}

impl Client<'_> {
    /// Sends requests until it should end, and returns the numbers of acknowledged ones.
    ///
    /// # Errors
    /// With the first incorrect response.
    pub(super) fn run(mut self, end: &AtomicBool) -> Result<Counts> {
        let manifest = Arc::clone(&self.manifest);
        while !end.load(Ordering::Relaxed) {
            self.operation(&manifest)?;
            thread::sleep(PAUSE_MAX.mul_f64(self.rng.f64()));
        }
        Ok(self.counts)
    }

    fn operation(&mut self, manifest: &Arc<Files>) -> Result<()> {
        match self.rng.u8(..100) {
            0..12 => return self.restore(),
            12..16 => return self.cancel(),
            _ => {}
        }
        let kind = if self.rng.u8(..100) < 75 {
            Kind::Backup
        } else {
            Kind::Snapshot
        };
        let present: Vec<_> = self.model.present(kind).map(|(id, _)| id.to_owned()).collect();
        match self.rng.u8(..100) {
            0..20 => self.read(kind),
            20..80 if present.len() < RESOURCES_MAX => self.create(kind, manifest),
            _ => match self.rng.choice(&present) {
                Some(id) => self.delete(kind, id),
                None => self.create(kind, manifest),
            },
        }
    }

    /// Sends a request to a random server.
    pub(super) fn send(&mut self, method: &Method, path: &str, body: Option<&Value>) -> Option<Response> {
        let server = self.rng.usize(..SERVERS);
        self.send_to(server, method, path, body)
    }

    /// Sends a request to a server. Returns `None` if it is unknown whether the server has executed it.
    pub(super) fn send_to(
        &mut self,
        server: usize,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<Response> {
        let response = self.api.request(server, method, path, body);
        if response.is_none() {
            self.counts.add("requests without a response");
        }
        response.filter(|response| {
            // The server may have executed the request.
            let is_unavailable = [429, 503].contains(&response.status);
            if is_unavailable {
                self.counts.add("requests answered with 429 or 503");
            }
            !is_unavailable
        })
    }

    /// Reads the list, in which the results of all earlier requests must be visible.
    fn read(&mut self, kind: Kind) -> Result<()> {
        let path = of_app(self.app, kind);
        let Some(response) = self.send(&Method::GET, &path, None) else {
            return Ok(());
        };
        let listed = Api::items(&path, &response)?;
        let findings = self.model.lost(kind, listed);
        if !findings.is_empty() {
            bail!("during the load: {}", findings.join("; "));
        }
        self.counts.add("lists read");
        Ok(())
    }

    fn create(&mut self, kind: Kind, manifest: &Arc<Files>) -> Result<()> {
        let path = of_app(self.app, kind);
        let mut body = match kind {
            Kind::Backup => backup_body(),
            Kind::Snapshot => snapshot_body(),
        };
        let name = self.model.new_name();
        body["name"] = json!(name);
        let mut manifest = Some(Arc::clone(manifest));
        let snapshots: Vec<_> = self.model.present(Kind::Snapshot).collect();
        if kind == Kind::Backup
            && self.rng.u8(..100) < 20
            && let Some((id, snapshot)) = self.rng.choice(&snapshots)
        {
            body["snapshotID"] = json!(id);
            manifest.clone_from(&snapshot.manifest);
        }
        for attempt in 0..ATTEMPTS_MAX {
            match self.send(&Method::POST, &path, Some(&body)) {
                Some(response) => match (response.status, response.body["id"].as_str()) {
                    (201, Some(id)) => {
                        self.model.created(id, kind, manifest);
                        self.counts.add(match kind {
                            Kind::Backup => "backups created",
                            Kind::Snapshot => "snapshots created",
                        });
                        return Ok(());
                    }
                    // An earlier attempt was executed later.
                    (409, _) if attempt > 0 && response.text.contains("another one of this name") => {}
                    // The snapshot isn't completed, or was deleted.
                    (400 | 404 | 409, _) if body.get("snapshotID").is_some() => {
                        self.counts.add("conflicts");
                        return Ok(());
                    }
                    _ => bail!("POST {path} returned {}: {}", response.status, response.text),
                },
                None => self.model.create_unanswered(&name),
            }
            if self.find(kind, &path, &name)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Looks for a resource whose create got no response.
    fn find(&mut self, kind: Kind, path: &str, name: &str) -> Result<bool> {
        let Some(response) = self.send(&Method::GET, path, None) else {
            return Ok(false);
        };
        let listed = Api::items(path, &response)?;
        let found = listed.iter().find(|item| item["name"] == name);
        let id = found.and_then(|item| item["id"].as_str());
        if let Some(id) = id {
            self.model.created(id, kind, None);
            self.counts.add("creates found after a lost response");
        }
        Ok(id.is_some())
    }

    fn delete(&mut self, kind: Kind, id: &str) -> Result<()> {
        let path = format!("{}/{id}", of_app(self.app, kind));
        for _ in 0..ATTEMPTS_MAX {
            match self.send(&Method::DELETE, &path, None) {
                None => self.model.delete_unanswered(id),
                Some(response) => {
                    match response.status {
                        204 => self.counts.add(match kind {
                            Kind::Backup => "backups deleted",
                            Kind::Snapshot => "snapshots deleted",
                        }),
                        404 if !self.model.must_exist(id) => {
                            self.counts.add("deletes found after a lost response");
                        }
                        // It is pending, or in use.
                        409 => {
                            self.counts.add("conflicts");
                            return Ok(());
                        }
                        _ => bail!("DELETE {path} returned {}: {}", response.status, response.text),
                    }
                    self.model.deleted(id);
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
