//! Snapshots of btrfs subvolumes. A volume that is a subvolume is captured completely and at once, in the
//! state that a power failure at that moment would leave. Writes that weren't synced may or may not be
//! included, in any order.
//!
//! The system calls require `unsafe` code or a crate that depends on libclang. Instead, this module runs the
//! `btrfs` command; without the command, other methods are used. A subvolume inside the volume, or a mount
//! below it, would be an empty directory in the snapshot; such a volume is copied with other methods.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::vec;

use appkeep_core::catalog::Volume;
use appkeep_core::engine::{EngineError, SnapshotLevel};
use rustix::fs::{AtFlags, FileType};
use tokio_util::sync::CancellationToken;

use super::manifest::{OUT_OF_RANGE, is_storable};
use super::record::Record;
use super::{metadata, remove_tree};
use crate::dir::{Dir, kind_of};
use crate::mounts::Mounts;
use crate::staging::is_staging_name;

/// The file system type of btrfs in `statfs`.
const BTRFS_MAGIC: u64 = 0x9123_683e;

/// The inode of the root of every subvolume.
const SUBVOLUME_INODE: u64 = 256;

/// The inode of the placeholder for a nested subvolume in a snapshot.
const PLACEHOLDER_INODE: u64 = 2;

/// The name of the command.
const BTRFS: &str = "btrfs";

/// Creates a snapshot of the volume in the directory `partial`, under the volume's name. Returns whether it
/// did. If not, nothing is left behind, and the record contains the reason, if there is one.
///
/// # Errors
/// [`EngineError::Cancelled`], and [`EngineError::Storage`] if the remains of a failed snapshot can't be
/// deleted.
pub(crate) fn create(
    volume: &Volume,
    partial: &Path,
    snapshots: &Path,
    record: &mut Record,
    cancel: &CancellationToken,
) -> Result<bool, EngineError> {
    // A read error is reported by the method that is used instead.
    let Ok(true) = Dir::open(&volume.path).and_then(|dir| is_subvolume(&dir)) else {
        return Ok(false);
    };
    let target = partial.join(&volume.name);
    let mut omitted = Vec::new();
    let created = check_capturable(&volume.path, snapshots)
        .and_then(|()| snapshot(&volume.path, &target))
        .and_then(|()| delete_unsupported(&target, &volume.name, &mut omitted, cancel));
    if cancel.is_cancelled() {
        return Err(EngineError::Cancelled);
    }
    match created {
        Ok(()) => {
            for (path, omission) in omitted {
                match omission {
                    Omission::Kind(kind) => record.skip(&path, kind),
                    Omission::Time => record.lose(&path, OUT_OF_RANGE),
                }
            }
            record.reach(SnapshotLevel::Subvolume);
            Ok(true)
        }
        Err(why) => {
            if let Err(error) = delete_if_exists(&target) {
                return Err(crate::failure::storage("removing a subvolume's snapshot", &error));
            }
            record.note(format!(
                "{}: its files are copied instead of its btrfs subvolume: {why}",
                volume.name
            ));
            Ok(false)
        }
    }
}

/// Whether the directory is the root of a btrfs subvolume.
pub(crate) fn is_subvolume(dir: &Dir) -> io::Result<bool> {
    let is_root = dir.stat_self()?.st_ino == SUBVOLUME_INODE;
    Ok(is_root && u64::try_from(rustix::fs::fstatfs(dir)?.f_type).is_ok_and(|kind| kind == BTRFS_MAGIC))
}

/// Deletes a subvolume with its content.
pub(crate) fn delete(path: &Path) -> io::Result<()> {
    // Until the deletion is committed, a power failure would bring the subvolume back.
    let arguments = ["subvolume", "delete", "--commit-after"].map(OsStr::new);
    if run(&arguments, path).is_ok() {
        return Ok(());
    }
    // Users without the right to delete it may still be able to empty it, as its owner.
    if let Err(why) = set_read_only(path, false) {
        tracing::debug!(path = %path.display(), why, "a subvolume can't be made writable");
    }
    fs::remove_dir_all(path)
}

fn delete_if_exists(path: &Path) -> io::Result<()> {
    match Dir::open(path) {
        Ok(_) => delete(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Checks whether the volume can be captured as a whole; if not, returns the reason.
fn check_capturable(volume: &Path, snapshots: &Path) -> Result<(), String> {
    let volume = fs::canonicalize(volume).map_err(|error| error.to_string())?;
    let identity = fs::metadata(&volume)
        .map(|found| (found.dev(), found.ino()))
        .map_err(|error| error.to_string())?;
    let snapshots = fs::canonicalize(snapshots).map_err(|error| error.to_string())?;
    for above in snapshots.ancestors() {
        if fs::metadata(above).is_ok_and(|found| (found.dev(), found.ino()) == identity) {
            return Err("it contains the directory of snapshots".to_owned());
        }
    }
    let mounts = Mounts::read().map_err(|error| error.to_string())?;
    match mounts.below(&volume) {
        Some(point) => Err(format!("{} is mounted in it", point.display())),
        None => Ok(()),
    }
}

/// Creates a writable snapshot, from which unsuitable entries are then deleted.
fn snapshot(volume: &Path, target: &Path) -> Result<(), String> {
    let volume = fs::canonicalize(volume).map_err(|error| error.to_string())?;
    let arguments = [
        OsStr::new("subvolume"),
        OsStr::new("snapshot"),
        volume.as_os_str(),
    ];
    run(&arguments, target)
}

/// A property of an entry that isn't kept.
enum Omission {
    /// The entry is deleted because of its type.
    Kind(FileType),
    /// The modification time, in backups.
    Time,
}

/// Deletes everything but files, directories and links, and makes the snapshot read-only.
fn delete_unsupported(
    target: &Path,
    name: &str,
    omitted: &mut Vec<(PathBuf, Omission)>,
    cancel: &CancellationToken,
) -> Result<(), String> {
    let open = |dir: Dir, path: PathBuf| {
        Ok::<Frame, io::Error>(Frame {
            names: dir.names()?.into_iter(),
            dir,
            path,
        })
    };
    let failed = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let root = PathBuf::from(name);
    let first = Dir::open(target).and_then(|dir| open(dir, root.clone()));
    let mut stack = vec![first.map_err(|error| failed(&root, &error))?];
    while let Some(frame) = stack.last_mut() {
        if cancel.is_cancelled() {
            return Err("cancelled".to_owned());
        }
        let Some(name) = frame.names.next() else {
            stack.pop();
            continue;
        };
        let path = frame.path.join(&name);
        let found = frame.dir.stat(&name).map_err(|error| failed(&path, &error))?;
        if !is_storable(&found) {
            omitted.push((path.clone(), Omission::Time));
        }
        match kind_of(&found) {
            FileType::Directory if found.st_ino == PLACEHOLDER_INODE => {
                return Err(format!("{} is another subvolume", path.display()));
            }
            FileType::Directory if is_staging_name(&name) => {
                let directory = target.parent().unwrap_or(target).join(&path);
                delete_staging(&frame.dir, &directory).map_err(|error| failed(&path, &error))?;
            }
            FileType::Directory => {
                let below = frame.dir.open_dir(&name).and_then(|dir| open(dir, path.clone()));
                stack.push(below.map_err(|error| failed(&path, &error))?);
            }
            FileType::RegularFile | FileType::Symlink => {}
            kind => {
                delete_entry(&frame.dir, &name).map_err(|error| failed(&path, &error))?;
                omitted.push((path, Omission::Kind(kind)));
            }
        }
    }
    set_read_only(target, true)
}

/// A directory of the snapshot that is being walked.
struct Frame {
    dir: Dir,
    names: vec::IntoIter<OsString>,
    path: PathBuf,
}

/// Deletes the remains of a restore, and preserves the times of the parent directory.
fn delete_staging(dir: &Dir, path: &Path) -> io::Result<()> {
    let before = dir.stat_self()?;
    remove_tree(path)?;
    rustix::fs::futimens(dir, &metadata::times_of(&before)?)?;
    Ok(())
}

/// Deletes an entry, and preserves the times of its directory.
fn delete_entry(dir: &Dir, name: &OsStr) -> io::Result<()> {
    let before = dir.stat_self()?;
    rustix::fs::unlinkat(dir, name, AtFlags::empty())?;
    rustix::fs::futimens(dir, &metadata::times_of(&before)?)?;
    Ok(())
}

fn set_read_only(path: &Path, is: bool) -> Result<(), String> {
    let mut command = Command::new(BTRFS);
    command.args(["property", "set", "-ts"]).arg(path);
    command.args(["ro", if is { "true" } else { "false" }]);
    run_command(&mut command)
}

/// Runs the command on `path`.
fn run(arguments: &[&OsStr], path: &Path) -> Result<(), String> {
    run_command(Command::new(BTRFS).args(arguments).arg(path))
}

/// Runs a command; on failure, returns the last line of its error output.
fn run_command(command: &mut Command) -> Result<(), String> {
    let output = command
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("the command {BTRFS} could not be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let message = output
        .stderr
        .split(|byte| *byte == b'\n')
        .rfind(|line| !line.is_empty())
        .map(|line| OsStr::from_bytes(line).to_string_lossy().into_owned());
    Err(message.unwrap_or_else(|| format!("the command {BTRFS} failed with {}", output.status)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_of_another_file_system_is_not_a_subvolume() {
        assert!(!is_subvolume(&Dir::open("/proc".as_ref()).unwrap()).unwrap());
    }
}
