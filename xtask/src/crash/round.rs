//! One round: files change, operations are requested, and the server is killed in between.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use appkeep_launcher::{ACCOUNT, Method, backup_body, snapshot_body};
use serde_json::{Value, json};

use super::environment::{APPS, BUCKETS, Environment, Manifest};
use super::model::{Model, Unanswered};
use super::points::{self, Needs};
use super::report::Report;
use super::server::{Server, Termination};

/// Number of backups, and of snapshots, of an app from which on deletes are preferred.
const RESOURCES_MAX: usize = 4;

/// Maximum time after the last operation until a fail point is reached.
const REACHED_WITHIN: Duration = Duration::from_millis(600);

/// Maximum time until the server is killed from outside.
const KILL_AFTER_MAX: Duration = Duration::from_millis(300);

/// The way in which the server ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// At a fail point, when it is passed for the Nth time.
    Point(String, u64),
    /// Killed from outside, after this time.
    Time(Duration),
    /// Stopped gracefully.
    Stop,
}

impl End {
    /// Chooses an end at random; a fail point is one of these `names`, and usually one that is reachable in
    /// `place`.
    pub(super) fn draw(names: &[String], environment: &Environment, rng: &mut fastrand::Rng) -> Self {
        match rng.u8(..100) {
            0..70 => {
                let is_new = !new_repositories(environment).is_empty();
                let of_new = names
                    .iter()
                    .filter(|name| points::needs(name) == Needs::NewRepository);
                let of_new: Vec<_> = of_new.collect();
                // These fail points are rarely reachable, and never once all repositories exist.
                let name = if is_new && !of_new.is_empty() && rng.bool() {
                    of_new[rng.usize(..of_new.len())].clone()
                } else {
                    let drawn = [(); 2].map(|()| &names[rng.usize(..names.len())]);
                    let useful = |name: &&&String| is_new || !of_new.contains(*name);
                    (*drawn.iter().find(useful).unwrap_or(&drawn[0])).clone()
                };
                let nth = points::nth(&name, rng);
                Self::Point(name, nth)
            }
            70..95 => Self::Time(KILL_AFTER_MAX.mul_f64(rng.f64())),
            _ => Self::Stop,
        }
    }

    /// The operation that reaches it.
    fn needs(&self) -> Option<Needs> {
        match self {
            Self::Point(name, _) => Some(points::needs(name)),
            Self::Time(_) | Self::Stop => None,
        }
    }

    /// The fail point rule for the server.
    pub(super) fn rule(&self) -> String {
        match self {
            Self::Point(name, nth) => format!("{name}:{nth}:abort"),
            Self::Time(_) | Self::Stop => String::new(),
        }
    }

    /// Waits until the server ends in this way, and kills it if it doesn't. Reports where it died.
    ///
    /// # Errors
    /// When it ended in any other way.
    pub(super) fn wait(&self, server: Server, report: &mut Report) -> Result<()> {
        let begun = Instant::now();
        let patience = match self {
            Self::Point(..) => REACHED_WITHIN,
            Self::Time(_) => KILL_AFTER_MAX,
            Self::Stop => {
                server.stop()?;
                report.died("asked to stop");
                return Ok(());
            }
        };
        while server.ended()?.is_none() && begun.elapsed() < patience {
            thread::sleep(Duration::from_millis(2));
        }
        match (server.kill()?, self) {
            (Termination::Abort, Self::Point(name, _)) => report.died(name),
            (Termination::Kill, Self::Time(_)) => report.died("killed at a random time"),
            (Termination::Kill, Self::Point(name, _)) => report.missed(name),
            (other, _) => bail!("the server ended with {other:?}"),
        }
        Ok(())
    }
}

/// Sends the requests of a round, and records the responses.
pub(super) struct Workload<'a> {
    pub(super) environment: &'a mut Environment,
    pub(super) model: &'a mut Model,
    pub(super) report: &'a mut Report,
    pub(super) rng: &'a mut fastrand::Rng,
}

impl Workload<'_> {
    /// Changes files and requests a few operations, until the server is dead.
    ///
    /// # Errors
    /// When the server sends an unexpected response.
    pub(super) fn round(&mut self, server: &Server, end: &End) -> Result<()> {
        for app in 0..APPS.len() {
            if self.rng.u8(..100) < 60 {
                self.environment.change(app, self.rng)?;
            }
        }
        let mut is_running = end
            .needs()
            .map_or(Ok(true), |needs| self.provide(server, needs))?;
        for _ in 0..self.rng.usize(1..=4) {
            is_running = is_running && self.operation(server)?;
            if !is_running {
                return Ok(());
            }
            if self.rng.bool() {
                thread::sleep(Duration::from_millis(self.rng.u64(..40)));
            }
        }
        Ok(())
    }

    /// Requests the needed operation, if possible. Returns false if there was no response.
    fn provide(&mut self, server: &Server, needs: Needs) -> Result<bool> {
        let app = self.rng.usize(..APPS.len());
        let bucket = usize::from(self.rng.u8(..100) < 25);
        match needs {
            Needs::Backup => self.create_backup(server, app, bucket),
            Needs::NewRepository => match new_repositories(self.environment)[..] {
                [] => self.create_backup(server, app, bucket),
                [(app, bucket), ..] => self.create_backup(server, app, bucket),
            },
            Needs::Delete => match self.model.backups.there.first() {
                Some(first) => self.delete(server, first.app, true),
                None => self.create_backup(server, app, bucket),
            },
        }
    }

    /// Requests a random operation. Returns false if there was no response.
    fn operation(&mut self, server: &Server) -> Result<bool> {
        let app = self.rng.usize(..APPS.len());
        let bucket = usize::from(self.rng.u8(..100) < 25);
        let is_full = |count: usize| count >= RESOURCES_MAX;
        let backups = self.model.backups.there.iter().filter(|backup| backup.app == app);
        let snaps = self.model.snaps.there.iter().filter(|snap| snap.app == app);
        let (backups, snaps) = (backups.count(), snaps.count());
        match self.rng.u8(..100) {
            0..45 if !is_full(backups) => self.create_backup(server, app, bucket),
            0..75 if backups > 0 => self.delete(server, app, true),
            75..85 if !is_full(snaps) => self.create_snap(server, app),
            75..92 if snaps > 0 => self.delete(server, app, false),
            92..96 => Ok(self.read(server, &appkeep_launcher::backups())?),
            96..100 => Ok(self.read(server, &of_app(app, "appSnaps"))?),
            _ => self.create_backup(server, app, bucket),
        }
    }

    fn create_backup(&mut self, server: &Server, app: usize, bucket: usize) -> Result<bool> {
        let mut manifest = self.environment.manifest(app);
        let mut body = backup_body();
        body["bucketID"] = json!(BUCKETS[bucket].1);
        let snaps = self.model.snaps.there.iter().filter(|snap| snap.app == app);
        let snaps: Vec<_> = snaps.collect();
        if !snaps.is_empty() && self.rng.u8(..100) < 30 {
            let snap = snaps[self.rng.usize(..snaps.len())];
            body["snapshotID"] = json!(snap.id);
            manifest = snap.manifest.clone();
        }
        self.create(server, true, body, app, bucket, manifest)
    }

    fn create_snap(&mut self, server: &Server, app: usize) -> Result<bool> {
        let manifest = self.environment.manifest(app);
        self.create(server, false, snapshot_body(), app, 0, manifest)
    }

    fn create(
        &mut self,
        server: &Server,
        is_backup: bool,
        mut body: Value,
        app: usize,
        bucket: usize,
        manifest: Manifest,
    ) -> Result<bool> {
        let name = self.model.new_name();
        body["name"] = json!(name);
        let (resources, kind, created) = if is_backup {
            (&mut self.model.backups, "appBackups", "backups created")
        } else {
            (&mut self.model.snaps, "appSnaps", "snapshots created")
        };
        let Some(response) = server.request(&Method::POST, &of_app(app, kind), Some(&body)) else {
            resources.unanswered = Some(Unanswered {
                name,
                app,
                bucket,
                manifest,
            });
            return Ok(false);
        };
        match (response.status, response.body["id"].as_str()) {
            (201, Some(id)) => {
                resources.created(id, app, bucket, manifest);
                self.report.acknowledged(created);
            }
            // The snapshot isn't completed yet.
            (409, _) if body.get("snapshotID").is_some() => self.report.acknowledged("conflicts"),
            _ => bail!("a create returned {}: {}", response.status, response.body),
        }
        Ok(true)
    }

    fn delete(&mut self, server: &Server, app: usize, is_backup: bool) -> Result<bool> {
        let (kept, kind) = if is_backup {
            (&mut self.model.backups, "appBackups")
        } else {
            (&mut self.model.snaps, "appSnaps")
        };
        let mut found: Vec<_> = kept.there.iter_mut().filter(|one| one.app == app).collect();
        let number = self.rng.usize(..found.len());
        let chosen = &mut *found[number];
        let id = chosen.id.clone();
        let path = format!("{}/{id}", of_app(app, kind));
        let Some(response) = server.request(&Method::DELETE, &path, None) else {
            chosen.may_be_gone = true;
            return Ok(false);
        };
        match response.status {
            204 => {
                kept.deleted(&id);
                let what = if is_backup {
                    "backups deleted"
                } else {
                    "snapshots deleted"
                };
                self.report.acknowledged(what);
            }
            // It is pending, or in use.
            409 => self.report.acknowledged("conflicts"),
            _ => bail!("a delete returned {}: {}", response.status, response.body),
        }
        Ok(true)
    }

    fn read(&mut self, server: &Server, path: &str) -> Result<bool> {
        let Some(response) = server.request(&Method::GET, path, None) else {
            return Ok(false);
        };
        if response.status != 200 {
            bail!("a list returned {}: {}", response.status, response.body);
        }
        self.report.acknowledged("lists read");
        Ok(true)
    }
}

/// The combinations of apps and buckets without a repository.
fn new_repositories(environment: &Environment) -> Vec<(usize, usize)> {
    let all = (0..APPS.len()).flat_map(|app| (0..BUCKETS.len()).map(move |bucket| (app, bucket)));
    all.filter(|(app, bucket)| !environment.repository(*app, *bucket).join("config").exists())
        .collect()
}

/// The path of an app's backups or snapshots.
pub(super) fn of_app(app: usize, kind: &str) -> String {
    format!("/accounts/{ACCOUNT}/k8s/v1/apps/{}/{kind}", APPS[app].1)
}

/// The items of a list; none if there was no response.
///
/// # Errors
/// When the response isn't a list.
pub(super) fn list(server: &Server, path: &str) -> Result<Vec<Value>> {
    match server.request(&Method::GET, path, None) {
        Some(response) if response.status == 200 => match response.body["items"].as_array() {
            Some(items) => Ok(items.clone()),
            None => bail!("GET {path} returned no items: {}", response.body),
        },
        Some(response) => bail!("GET {path} returned {}: {}", response.status, response.body),
        None => bail!("GET {path} got no response"),
    }
}
