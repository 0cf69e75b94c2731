//! Checks after a restart: immediately for acknowledged resources, eventually for queued work.

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use appkeep_launcher::backups;
use serde_json::Value;

use super::environment::{APPS, BUCKETS, Environment, entries, files_below};
use super::model::Model;
use super::report::Report;
use super::round::{list, of_app};
use super::server::Server;

/// Maximum time until the queue is empty. A job that failed once is retried after 2 s, so there is time for a
/// few failures.
const PATIENCE: Duration = Duration::from_mins(1);

/// Maximum size of a repository in addition to the content of its backups, in bytes: trees, indexes, keys.
const OVERHEAD_BYTES: u64 = 400_000;

/// Checks everything, once the server is ready again.
///
/// # Errors
/// With the first check that fails.
pub(super) fn check(
    server: &Server,
    environment: &Environment,
    model: &mut Model,
    report: &mut Report,
) -> Result<()> {
    let findings = model.backups.settle("backup", &list(server, &backups())?);
    if !findings.is_empty() {
        bail!(findings.join("; "));
    }
    report.checked("acknowledged backups are there, deleted ones are not");
    eventually("backups to be completed", server, || {
        all_completed(&list(server, &backups())?)
    })?;
    // The snapshot of a backup that was deleted during its creation is removed when its job is resumed.
    eventually("unrequested snapshots to be deleted", server, || {
        let listed = all_snaps(server)?;
        let unrequested = model.snaps.unrequested(&listed);
        Ok(unrequested.map(|id| format!("snapshot {id} was never requested")))
    })?;
    let findings = model.snaps.settle("snapshot", &all_snaps(server)?);
    if !findings.is_empty() {
        bail!(findings.join("; "));
    }
    report.checked("acknowledged snapshots are there, deleted ones are not");
    eventually("snapshots to be completed", server, || {
        all_completed(&all_snaps(server)?)
    })?;
    report.checked("everything reached its final state");
    eventually("the disk to hold what is listed", server, || {
        on_disk(environment, model)
    })?;
    report.checked("nothing is left on disk, bytes are bounded");
    Ok(())
}

/// Waits until no data is stored.
///
/// # Errors
/// When something remains.
pub(super) fn check_empty(server: &Server, environment: &Environment, model: &Model) -> Result<()> {
    eventually("all bytes to be gone", server, || {
        if let Some(left) = on_disk(environment, model)? {
            return Ok(Some(left));
        }
        for app in 0..APPS.len() {
            for bucket in 0..BUCKETS.len() {
                for kind in ["data", "index", "snapshots"] {
                    let left = files_below(&environment.repository(app, bucket).join(kind))?;
                    if let Some(left) = left.first() {
                        return Ok(Some(format!("{} is left", left.display())));
                    }
                }
            }
        }
        Ok(None)
    })
}

fn all_snaps(server: &Server) -> Result<Vec<Value>> {
    let mut snaps = Vec::new();
    for app in 0..APPS.len() {
        snaps.extend(list(server, &of_app(app, "appSnaps"))?);
    }
    Ok(snaps)
}

/// Polls until there is no obstacle; fails if it persists for longer than `PATIENCE`.
fn eventually(
    what: &str,
    server: &Server,
    mut obstacle: impl FnMut() -> Result<Option<String>>,
) -> Result<()> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(2);
    loop {
        let Some(obstacle) = obstacle()? else {
            return Ok(());
        };
        if let Some(termination) = server.ended()? {
            bail!("the server ended with {termination:?} while waiting for {what}");
        }
        if begun.elapsed() > PATIENCE {
            bail!("timed out after {PATIENCE:?} waiting for {what}: {obstacle}");
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// A resource that isn't completed yet.
///
/// # Errors
/// When a resource failed: the server was only killed, so nothing justifies a failure.
fn all_completed(listed: &[Value]) -> Result<Option<String>> {
    for resource in listed {
        match resource["state"].as_str() {
            Some("completed") => {}
            Some("pending" | "discovering" | "running") => {
                return Ok(Some(format!(
                    "{} is {}: {}",
                    resource["id"], resource["state"], resource["stateUnready"]
                )));
            }
            _ => bail!(
                "{} is {}: {}",
                resource["id"],
                resource["state"],
                resource["stateUnready"]
            ),
        }
    }
    Ok(None)
}

/// A difference between the expected and the actual files on disk.
fn on_disk(environment: &Environment, model: &Model) -> Result<Option<String>> {
    for app in 0..APPS.len() {
        let wanted = model.snaps.there.iter().filter(|snap| snap.app == app);
        // Each snapshot has a record of its creation and a manifest of its entries beside it.
        let names =
            wanted.flat_map(|snap| ["", ".taken", ".manifest"].map(|end| format!("{}{end}", snap.id)));
        let wanted: BTreeSet<_> = names.map(|name| environment.snapshots(app).join(name)).collect();
        let found: BTreeSet<_> = entries(&environment.snapshots(app))?.into_iter().collect();
        if found != wanted {
            return Ok(Some(format!(
                "snapshots on disk are {found:?} instead of {wanted:?}"
            )));
        }
        for bucket in 0..BUCKETS.len() {
            if let Some(wrong) = in_repository(environment, model, app, bucket)? {
                return Ok(Some(wrong));
            }
        }
    }
    let keys = files_below(&environment.data().join("keys"))?;
    let is_key = |path: &Path| {
        path.extension().is_some_and(|extension| extension == "json")
            || path.file_name().is_some_and(|name| name == "master.key")
    };
    let unfinished = keys.iter().find(|path| !is_key(path));
    Ok(unfinished.map(|path| format!("{} is left", path.display())))
}

fn in_repository(
    environment: &Environment,
    model: &Model,
    app: usize,
    bucket: usize,
) -> Result<Option<String>> {
    let path = environment.repository(app, bucket);
    let wanted = model.backups_in(app, bucket).count();
    let found = entries(&path.join("snapshots"))?.len();
    if found != wanted {
        return Ok(Some(format!(
            "{} has {found} snapshots instead of {wanted}",
            path.display()
        )));
    }
    if let Some(left) = entries(&path.join("tmp"))?.first() {
        return Ok(Some(format!("{} is left", left.display())));
    }
    let mut bytes = 0;
    for file in files_below(&path)? {
        bytes += file.metadata().map_or(0, |metadata| metadata.len());
    }
    let content = environment.bytes_max(app) * wanted as u64;
    let bytes_max = content + content / 50 + OVERHEAD_BYTES + model.left_over[app][bucket];
    if bytes > bytes_max {
        return Ok(Some(format!(
            "{} has {bytes} bytes, expected at most {bytes_max}",
            path.display()
        )));
    }
    Ok(None)
}
