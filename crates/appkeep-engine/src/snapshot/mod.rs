//! Snapshots on disk: an app's volumes are copied to a temporary directory, which is then renamed.
//!
//! Each volume is copied with the strongest available method:
//! - a snapshot of its btrfs subvolume, which contains all data that was synced up to one moment;
//! - clones of its files, each of which is consistent;
//! - copies of files that didn't change meanwhile.
//!
//! The result is recorded next to the snapshot, and the originals' metadata in its manifest: the copies
//! contain only bytes.

pub(crate) mod copy;
pub(crate) mod file;
pub(crate) mod manifest;
pub(crate) mod metadata;
pub(crate) mod record;
pub(crate) mod subvolume;
pub(crate) mod xattr;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use appkeep_core::engine::{CreateSnapshot, EngineError, SnapshotReport};
use appkeep_core::fail_point;
use appkeep_core::ids::{AppId, AppSnapshotId};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::copy::Copier;
use self::manifest::write::Writer;
use self::record::Record;
use crate::dir::{Dir, entries_of, is_plain_name};
use crate::durable;
use crate::failure::{storage, unreadable};
use crate::space::{CopySize, Reserve};

/// A completed snapshot.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// The snapshot's directory, with one directory for each volume.
    pub(crate) directory: PathBuf,
    /// The manifest. Snapshots of earlier versions have none: their copies have the originals' metadata.
    pub(crate) manifest: Option<PathBuf>,
}

/// The directory of all snapshots.
#[derive(Debug, Clone)]
pub(crate) struct SnapshotStore {
    directory: PathBuf,
    reserve: Reserve,
}

impl SnapshotStore {
    /// Creates a store below `data_dir` that keeps `reserve` of its file system free.
    pub(crate) fn new(data_dir: &Path, reserve: Reserve) -> Self {
        Self {
            directory: data_dir.join("snapshots"),
            reserve,
        }
    }

    /// The directory of all snapshots, whether or not it exists.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Creates an empty count of the space that a snapshot requires.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if the directory of snapshots can't be created.
    pub(crate) fn copy_size(&self) -> Result<CopySize, EngineError> {
        durable::create_dirs(&self.directory)
            .map_err(|error| storage("creating the directory of snapshots", &error))?;
        Ok(CopySize::new(&self.directory))
    }

    /// Checks that a snapshot of this size leaves the reserve free.
    ///
    /// # Errors
    /// [`EngineError::LowSpace`] if it doesn't.
    pub(crate) fn check_space(&self, size: &CopySize) -> Result<(), EngineError> {
        let checked = self.reserve.check(&self.directory, size.bytes());
        checked.map_err(EngineError::LowSpace)
    }

    /// The path of a snapshot, whether or not it exists.
    pub(crate) fn path_of(&self, app_id: AppId, snapshot_id: AppSnapshotId) -> PathBuf {
        self.directory
            .join(app_id.to_string())
            .join(snapshot_id.to_string())
    }

    /// The path of a completed snapshot.
    ///
    /// # Errors
    /// [`EngineError::Unreadable`] if it doesn't exist.
    pub(crate) fn find(&self, app_id: AppId, snapshot_id: AppSnapshotId) -> Result<PathBuf, EngineError> {
        let path = self.path_of(app_id, snapshot_id);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => Ok(path),
            Ok(_) => Err(EngineError::Unreadable(vec![format!(
                "snapshot {snapshot_id}: it is not a directory"
            )])),
            Err(error) => Err(unreadable(format!("snapshot {snapshot_id}"), &error)),
        }
    }

    /// Opens a completed snapshot for reading.
    ///
    /// # Errors
    /// [`EngineError::Unreadable`] if it doesn't exist; [`EngineError::Storage`] if its record can't be read.
    pub(crate) fn open(&self, app_id: AppId, snapshot_id: AppSnapshotId) -> Result<Snapshot, EngineError> {
        let directory = self.find(app_id, snapshot_id)?;
        let has_manifest = record::has_manifest(&directory)
            .map_err(|error| storage("reading the record of a snapshot", &error))?;
        Ok(Snapshot {
            manifest: has_manifest.then(|| manifest::path_of(&directory)),
            directory,
        })
    }

    /// Lists the completed snapshots of an app.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if the directory can't be read.
    pub(crate) fn list(&self, app_id: AppId) -> Result<HashSet<AppSnapshotId>, EngineError> {
        let failed = |error: io::Error| storage("listing snapshots", &error);
        let entries = entries_of(&self.directory.join(app_id.to_string())).map_err(failed)?;
        let mut found = HashSet::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let id = name.to_str().filter(|name| name.len() == 36);
            if let Some(id) = id.and_then(|id| Uuid::try_parse(id).ok())
                && entry.file_type().map_err(failed)?.is_dir()
            {
                found.insert(AppSnapshotId::new(id));
            }
        }
        Ok(found)
    }

    /// Copies the current content of all volumes. If the snapshot is already complete, returns its record.
    ///
    /// # Errors
    /// Those of `Engine::create_snapshot`. An incomplete snapshot is deleted if possible.
    pub(crate) fn create(
        &self,
        request: &CreateSnapshot,
        cancel: &CancellationToken,
    ) -> Result<SnapshotReport, EngineError> {
        let path = self.path_of(request.app_id, request.snapshot_id);
        if path.is_dir() {
            return record::read(&path).map_err(|error| storage("reading the record of a snapshot", &error));
        }
        let partial = path.with_extension("partial");
        remove_tree(&partial).map_err(|error| storage("removing an unfinished snapshot", &error))?;
        let report = self
            .copy_volumes(request, &path, &partial, cancel)
            .and_then(|report| match publish(&partial, &path, &report) {
                Ok(()) => Ok(report),
                Err(error) => Err(storage("storing the snapshot", &error)),
            });
        // It may have its final name already, but must not exist without its manifest.
        if report.is_err()
            && let Err(error) = remove_tree(&partial)
                .and_then(|()| remove_tree(&path))
                .and_then(|()| record::remove(&path))
        {
            tracing::warn!(snapshot.id = %request.snapshot_id, %error, "an unfinished snapshot could not be deleted");
        }
        report
    }

    fn copy_volumes(
        &self,
        request: &CreateSnapshot,
        path: &Path,
        partial: &Path,
        cancel: &CancellationToken,
    ) -> Result<SnapshotReport, EngineError> {
        durable::create_dirs(partial)
            .map_err(|error| storage("creating the snapshot's directory", &error))?;
        let target = Dir::open(partial).map_err(|error| storage("opening the snapshot", &error))?;
        // Otherwise each copy would inherit the default access control list of a parent directory.
        xattr::disinherit(&target)
            .map_err(|error| storage("removing inherited access control lists", &error))?;
        let mut copier = Copier::new(&self.directory, self.reserve, request.consistency, cancel)?;
        let mut record = Record::new(request.snapshot_time);
        let failed = |error: io::Error| storage("writing the snapshot's manifest", &error);
        let mut manifest = Writer::create(&manifest::path_of(path)).map_err(failed)?;
        // The manifest is read in sorted order.
        let mut volumes: Vec<_> = request.volumes.iter().collect();
        volumes.sort_by(|one, other| one.name.cmp(&other.name));
        for volume in volumes {
            if !is_plain_name(OsStr::new(&volume.name)) {
                return Err(EngineError::Broken(format!(
                    "{:?} is not a valid name of a volume",
                    volume.name
                )));
            }
            if subvolume::create(volume, partial, &self.directory, &mut record, cancel)? {
                manifest.subvolume(OsStr::new(&volume.name)).map_err(failed)?;
            } else {
                copier.copy(volume, &target, &mut record, &mut manifest)?;
            }
        }
        copier.finish()?;
        manifest.finish().map_err(failed)?;
        record.finish(request.consistency)
    }

    /// Deletes a snapshot and the remains of incomplete ones, if they exist.
    ///
    /// # Errors
    /// [`EngineError::Storage`]. The snapshot is then no longer visible, unless it couldn't even be renamed.
    pub(crate) fn delete(&self, app_id: AppId, snapshot_id: AppSnapshotId) -> Result<(), EngineError> {
        let path = self.path_of(app_id, snapshot_id);
        let remove = || {
            let deleting = path.with_extension("deleting");
            remove_tree(&deleting)?;
            match fs::rename(&path, &deleting) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                renamed => {
                    renamed?;
                    durable::sync_parent(&path)?;
                }
            }
            fail_point::pass("snapshot.leaving");
            remove_tree(&deleting)?;
            fail_point::pass("snapshot.left");
            remove_tree(&path.with_extension("partial"))?;
            record::remove(&path)
        };
        remove().map_err(|error| storage("removing the snapshot", &error))?;
        // Fails if the app has other snapshots, or never had one.
        let _ = path.parent().map(fs::remove_dir);
        Ok(())
    }
}

/// Syncs all data to disk, and gives the snapshot its final name.
fn publish(partial: &Path, path: &Path, report: &SnapshotReport) -> io::Result<()> {
    record::write(path, report)?;
    fail_point::pass("snapshot.before_rename");
    rustix::fs::syncfs(Dir::open(partial)?)?;
    fs::rename(partial, path)?;
    fail_point::pass("snapshot.after_rename");
    durable::sync_parent(path)
}

/// Deletes a directory tree, if it exists.
pub(crate) fn remove_tree(path: &Path) -> io::Result<()> {
    remove_subvolumes(path)?;
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            // The tree contains copies of directories without write permission for the owner.
            permit_changes(path)?;
            fs::remove_dir_all(path)
        }
        outcome => outcome,
    }
}

/// Deletes the volumes that are btrfs subvolumes: they are read-only, and are deleted in one step.
fn remove_subvolumes(path: &Path) -> io::Result<()> {
    for volume in entries_of(path)? {
        let path = volume?.path();
        if Dir::open(&path).is_ok_and(|dir| subvolume::is_subvolume(&dir).unwrap_or(false)) {
            subvolume::delete(&path)?;
        }
    }
    Ok(())
}

fn permit_changes(directory: &Path) -> io::Result<()> {
    fs::set_permissions(directory, fs::Permissions::from_mode(durable::DIR_MODE))?;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            permit_changes(&entry.path())?;
        }
    }
    Ok(())
}
