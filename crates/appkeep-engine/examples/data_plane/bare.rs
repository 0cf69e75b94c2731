//! Runs the library alone, with its own source, backend and settings.

use std::fs;
use std::path::Path;

use rustic_backend::BackendOptions;
use rustic_core::repofile::MasterKey;
use rustic_core::{
    BackupOptions, ConfigOptions, Credentials, KeyOptions, LimitOption, LocalDestination, LsOptions,
    OpenStatus, PathList, PruneOptions, Repository, RepositoryOptions, RestoreOptions, SnapshotOptions,
};

use crate::{Failure, Site, Step};

/// Runs one step.
pub(crate) fn run(step: Step, site: &Site) -> Result<(), Failure> {
    let repository = || open(&site.place.join("repository"), &site.place.join("key.json"));
    match step {
        Step::Snapshot(_) => Ok(()),
        Step::Live(_) => Err("bare has no step live-N".into()),
        Step::Backup(number) => backup(repository()?, number, &site.source),
        Step::Restore(number) => restore(repository()?, &number.to_string(), &site.place.join("restored")),
        Step::Delete => delete(&repository()?),
    }
}

/// Opens the repository; creates it if it doesn't exist. The key is stored next to it, like the engine's
/// keys: a password would add a third of a second to each step.
fn open(root: &Path, key_file: &Path) -> Result<Repository<OpenStatus>, Failure> {
    let backends = BackendOptions::default()
        .repository(root.display().to_string())
        .to_backends()?;
    let mut options = RepositoryOptions::default();
    options.no_cache = true;
    let repository = Repository::new(&options, &backends)?;
    if key_file.exists() {
        let key: MasterKey = serde_json::from_slice(&fs::read(key_file)?)?;
        return Ok(repository.open(&Credentials::Masterkey(key))?);
    }
    let key = MasterKey::new();
    fs::write(key_file, serde_json::to_vec(&key)?)?;
    let config = ConfigOptions::default();
    Ok(repository.init(&Credentials::Masterkey(key), &KeyOptions::default(), &config)?)
}

fn backup(repository: Repository<OpenStatus>, number: u8, source: &Path) -> Result<(), Failure> {
    let label = SnapshotOptions::default()
        .add_tags(&number.to_string())?
        .to_snapshot()?;
    let paths = PathList::from_iter([source]);
    repository
        .to_indexed_ids()?
        .backup(&BackupOptions::default(), &paths, label)?;
    Ok(())
}

/// Restores the snapshot that has `tag`.
pub(crate) fn restore(repository: Repository<OpenStatus>, tag: &str, target: &Path) -> Result<(), Failure> {
    let snapshot = repository
        .get_matching_snapshots(|snapshot| snapshot.tags.contains(tag))?
        .pop()
        .ok_or("no such backup")?;
    let repository = repository.to_indexed()?;
    let node = repository.node_from_snapshot_and_path(&snapshot, "")?;
    let target = LocalDestination::new(&target.display().to_string(), true, !node.is_dir())?;
    let (options, listing) = (RestoreOptions::default(), LsOptions::default());
    let plan = repository.prepare_restore(&options, repository.ls(&node, &listing)?, &target, false)?;
    repository.restore(plan, &options, repository.ls(&node, &listing)?, &target)?;
    Ok(())
}

fn delete(repository: &Repository<OpenStatus>) -> Result<(), Failure> {
    let snapshots = repository
        .get_matching_snapshots(|snapshot| snapshot.tags.contains("1") || snapshot.tags.contains("2"))?;
    let ids: Vec<_> = snapshots.iter().map(|snapshot| snapshot.id).collect();
    repository.delete_snapshots(&ids)?;
    // The library's defaults keep 5 % of unneeded data, repack at most 10 %, and delete nothing for 23 hours.
    let mut options = PruneOptions::default();
    options.instant_delete = true;
    options.max_repack = LimitOption::Unlimited;
    options.max_unused = "0".parse::<LimitOption>()?;
    let plan = repository.prune_plan(&options)?;
    Ok(repository.prune(&options, plan)?)
}
