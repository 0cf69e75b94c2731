//! Files and directories that survive a power failure completely.
//!
//! A file is written under a temporary name, synced and renamed, and then the directory is synced: a reader
//! sees either all of it or none of it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use appkeep_core::fail_point;

/// Only the owner has access.
pub(crate) const DIR_MODE: u32 = 0o700;

/// Only the owner can read and write.
pub(crate) const FILE_MODE: u32 = 0o600;

/// Replaces the content of `path` with `parts`, concatenated. They are first written to `beside`, which is on
/// the same file system.
///
/// # Errors
/// I/O errors. `path` is then unchanged, and `beside` is deleted if possible.
pub(crate) fn write(path: &Path, beside: &Path, parts: &[impl AsRef<[u8]>]) -> io::Result<()> {
    let written = write_beside(beside, parts).and_then(|()| {
        fail_point::pass("durable.before_rename");
        fs::rename(beside, path)
    });
    if written.is_err() {
        // A leftover file does no harm: nothing reads this name.
        let _ = fs::remove_file(beside);
    }
    written?;
    fail_point::pass("durable.after_rename");
    sync_parent(path)
}

fn write_beside(beside: &Path, parts: &[impl AsRef<[u8]>]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(FILE_MODE)
        .open(beside)?;
    for part in parts {
        file.write_all(part.as_ref())?;
    }
    file.sync_all()
}

/// Deletes the file `path`, if it exists.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// As [`remove`]; the file stays deleted after a power failure.
pub(crate) fn remove_synced(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.and_then(|()| sync_parent(path)),
    }
}

/// Creates the directory `path`, if it doesn't exist. Its parent exists.
pub(crate) fn create_dir(path: &Path) -> io::Result<()> {
    if make_dir(path)? {
        sync_parent(path)
    } else {
        Ok(())
    }
}

/// Creates those of the directories `names` in `parent` that don't exist. `parent` exists.
pub(crate) fn create_dirs_in(parent: &Path, names: impl IntoIterator<Item = String>) -> io::Result<()> {
    let mut is_new = false;
    for name in names {
        is_new |= make_dir(&parent.join(name))?;
    }
    if is_new {
        File::open(parent)?.sync_all()
    } else {
        Ok(())
    }
}

/// Creates a directory; returns `false` if it already existed.
fn make_dir(path: &Path) -> io::Result<bool> {
    match DirBuilder::new().mode(DIR_MODE).create(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Creates the directory `path` and its missing parents.
pub(crate) fn create_dirs(path: &Path) -> io::Result<()> {
    match create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let parent = path.parent().ok_or(error)?;
            create_dirs(parent)?;
            create_dir(path)
        }
        outcome => outcome,
    }
}

/// Syncs the directory that contains `path`: without that, a new name may be lost.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_written_file_is_complete_private_and_without_leftovers() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        write(&path, &dir.path().join("beside"), &["one", "two"]).unwrap();
        write(&path, &dir.path().join("beside"), &["three"]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            FILE_MODE
        );
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_keeps_the_previous_content() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::create_dir_all(path.join("not a file")).unwrap();
        let beside = dir.path().join("beside");
        assert!(write(&path, &beside, &["bytes"]).is_err());
        assert!(path.join("not a file").is_dir());
        assert!(!beside.exists());
    }

    #[test]
    fn missing_parent_directories_are_created() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/c");
        create_dirs(&path).unwrap();
        create_dirs(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            DIR_MODE
        );
        assert!(create_dirs(&dir.path().join("a/b/c")).is_ok());
    }
}
