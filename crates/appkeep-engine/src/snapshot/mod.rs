//! Snapshots on disk: a plain copy of an app's volumes, made beside its place and then renamed.
//!
//! Each file is copied whole or not at all, but files are copied one after the other: the copy shows no
//! single moment of an app that writes to several files meanwhile.

pub(crate) mod copy;
pub(crate) mod dir;
pub(crate) mod file;
pub(crate) mod metadata;
pub(crate) mod xattr;

use std::collections::HashSet;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use appkeep_core::engine::{EngineError, ProgressSender, TakeSnapshot};
use appkeep_core::fail_point;
use appkeep_core::ids::{AppId, AppSnapId};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::copy::Copier;
use self::dir::Dir;
use crate::durable;
use crate::failure::storage;

/// The directory of all snapshots.
#[derive(Debug, Clone)]
pub(crate) struct SnapshotStore {
    directory: PathBuf,
}

impl SnapshotStore {
    /// Keeps snapshots below `data_dir`.
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self {
            directory: data_dir.join("snapshots"),
        }
    }

    /// Where a snapshot is, or would be.
    pub(crate) fn path_of(&self, app_id: AppId, snap_id: AppSnapId) -> PathBuf {
        self.directory.join(app_id.to_string()).join(snap_id.to_string())
    }

    /// Where a completed snapshot is.
    ///
    /// # Errors
    /// [`EngineError::Unreadable`] when it isn't there.
    pub(crate) fn find(&self, app_id: AppId, snap_id: AppSnapId) -> Result<PathBuf, EngineError> {
        let path = self.path_of(app_id, snap_id);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => Ok(path),
            Ok(_) => Err(EngineError::Unreadable(vec![format!(
                "snapshot {snap_id}: it is no directory"
            )])),
            Err(error) => Err(EngineError::Unreadable(vec![format!(
                "snapshot {snap_id}: {error}"
            )])),
        }
    }

    /// Which completed snapshots of an app there are.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the directory can't be read.
    pub(crate) fn list(&self, app_id: AppId) -> Result<HashSet<AppSnapId>, EngineError> {
        let failed = |error: io::Error| storage("listing snapshots", &error);
        let entries = match fs::read_dir(self.directory.join(app_id.to_string())) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(HashSet::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut found = HashSet::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let id = name.to_str().filter(|name| name.len() == 36);
            if let Some(id) = id.and_then(|id| Uuid::try_parse(id).ok())
                && entry.file_type().map_err(failed)?.is_dir()
            {
                found.insert(AppSnapId::new(id));
            }
        }
        Ok(found)
    }

    /// Copies all volumes as they are now. A snapshot that is complete already is left as it is.
    ///
    /// # Errors
    /// As the port says. Nothing is left behind, as far as that is possible.
    pub(crate) fn take(
        &self,
        request: &TakeSnapshot,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<(), EngineError> {
        let path = self.path_of(request.app_id, request.snap_id);
        if path.is_dir() {
            return Ok(());
        }
        let partial = path.with_extension("partial");
        remove_tree(&partial).map_err(|error| storage("removing an unfinished snapshot", &error))?;
        let taken = self
            .copy_volumes(request, &partial, progress, cancel)
            .and_then(|()| keep(&partial, &path).map_err(|error| storage("storing the snapshot", &error)));
        if taken.is_err()
            && let Err(error) = remove_tree(&partial)
        {
            tracing::warn!(snapshot.id = %request.snap_id, %error, "an unfinished snapshot is left");
        }
        taken
    }

    fn copy_volumes(
        &self,
        request: &TakeSnapshot,
        partial: &Path,
        progress: &ProgressSender,
        cancel: &CancellationToken,
    ) -> Result<(), EngineError> {
        durable::create_dirs(partial)
            .map_err(|error| storage("making a directory for the snapshot", &error))?;
        let target = Dir::open(partial).map_err(|error| storage("opening the snapshot", &error))?;
        let mut copier = Copier::new(&self.directory, progress, cancel)?;
        for volume in &request.volumes {
            if !is_plain_name(&volume.name) {
                return Err(EngineError::Broken(format!(
                    "{:?} can't name a volume",
                    volume.name
                )));
            }
            copier.copy(volume, &target)?;
        }
        copier.finish()
    }

    /// Removes a snapshot and what is left of unfinished ones. One that isn't there is fine.
    ///
    /// # Errors
    /// [`EngineError::Storage`]; then nobody sees the snapshot any more, unless it can't even be renamed.
    pub(crate) fn delete(&self, app_id: AppId, snap_id: AppSnapId) -> Result<(), EngineError> {
        let path = self.path_of(app_id, snap_id);
        let remove = || {
            let leaving = path.with_extension("deleting");
            remove_tree(&leaving)?;
            match fs::rename(&path, &leaving) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                renamed => {
                    renamed?;
                    durable::sync_parent(&path)?;
                }
            }
            fail_point::pass("snapshot.leaving");
            remove_tree(&leaving)?;
            fail_point::pass("snapshot.left");
            remove_tree(&path.with_extension("partial"))
        };
        remove().map_err(|error| storage("removing the snapshot", &error))?;
        // Fails while the app has other snapshots, or never had one.
        let _ = path.parent().map(fs::remove_dir);
        Ok(())
    }
}

/// Makes sure that everything is on the disk, and gives the snapshot its name.
fn keep(partial: &Path, path: &Path) -> io::Result<()> {
    fail_point::pass("snapshot.before_rename");
    rustix::fs::syncfs(Dir::open(partial)?)?;
    fs::rename(partial, path)?;
    fail_point::pass("snapshot.after_rename");
    durable::sync_parent(path)
}

fn is_plain_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\0'])
}

/// Removes a directory tree, or nothing if it isn't there.
fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            // Copies of directories that even their owner must not change.
            permit_changes(path)?;
            fs::remove_dir_all(path)
        }
        outcome => outcome,
    }
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
