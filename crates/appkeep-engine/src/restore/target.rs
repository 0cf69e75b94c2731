//! The directory to which a restore writes, unless it replaces the app's volumes.
//!
//! Users with access to the directory above it may change entries at any time. Therefore its path is resolved once, and
//! from then on no link is followed.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use appkeep_core::engine::EngineError;
use rustix::fs::Mode;
use rustix::io::Errno;

use super::replacement::refused;
use crate::dir::Dir;
use crate::failure::storage;
use crate::staging::is_staging_name;

/// Creates the directory `path` with its missing parents, unless it exists, and returns its path without links. One of
/// `within` must contain it, unless there are none. `check` accepts the path before anything is created.
///
/// # Errors
/// [`EngineError::Refused`] if the path isn't absolute, contains `..`, or isn't accepted; [`EngineError::Storage`] if the
/// directory can't be created.
pub(super) fn create(
    path: &Path,
    within: &[PathBuf],
    check: impl FnOnce(&Path) -> Result<(), EngineError>,
) -> Result<PathBuf, EngineError> {
    let shown = path.display();
    if !path.is_absolute() {
        return Err(refused(format!("the target {shown} is not an absolute path")));
    }
    if path.components().any(|part| part == Component::ParentDir) {
        return Err(refused(format!("the target {shown} contains \"..\"")));
    }
    let failed = |error: io::Error| storage(format!("the target {shown}"), &error);
    let (existing, missing) = resolve(path).map_err(failed)?;
    if !existing.is_dir() {
        let existing = existing.display();
        return Err(refused(format!(
            "the target {shown}: {existing} is not a directory"
        )));
    }
    let mut real = existing.clone();
    real.extend(&missing);
    check_within(path, &real, within)?;
    check(&real)?;
    create_below(&existing, &missing)
        .map_err(|error| storage(format!("creating the target {shown}"), &error))?;
    Ok(real)
}

/// The part of `path` that exists, without links, and the names of the missing directories below it.
fn resolve(path: &Path) -> io::Result<(PathBuf, Vec<OsString>)> {
    let mut missing = Vec::new();
    let mut rest = path;
    loop {
        match rest.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound && rest.symlink_metadata().is_err() => {}
            resolved => {
                missing.reverse();
                return Ok((resolved?, missing));
            }
        }
        let (Some(parent), Some(name)) = (rest.parent(), rest.file_name()) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        missing.push(name.to_owned());
        rest = parent;
    }
}

fn check_within(path: &Path, real: &Path, within: &[PathBuf]) -> Result<(), EngineError> {
    if within.is_empty() {
        return Ok(());
    }
    for directory in within {
        match directory.canonicalize() {
            Ok(directory) if real != directory && real.starts_with(&directory) => return Ok(()),
            // For example, its disk isn't mounted.
            Err(error) if path.starts_with(directory) => {
                let what = format!("the directory for restores {}", directory.display());
                return Err(storage(what, &error));
            }
            _ => {}
        }
    }
    let directories: Vec<_> = within.iter().map(|one| one.display().to_string()).collect();
    Err(refused(format!(
        "the target {} is not below {} after links are resolved",
        path.display(),
        directories.join(" or ")
    )))
}

fn create_below(existing: &Path, missing: &[OsString]) -> io::Result<()> {
    let mut directory = Dir::open_without_links(existing)?;
    for name in missing {
        match rustix::fs::mkdirat(&directory, name, Mode::RWXU) {
            Ok(()) => rustix::fs::fsync(&directory)?,
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
        directory = directory.open_dir(name)?;
    }
    Ok(())
}

/// Checks that a directory is empty, except for the file system's own directory and the remains of earlier
/// attempts.
///
/// # Errors
/// [`EngineError::Refused`] if it isn't; [`EngineError::Storage`] if it can't be read.
pub(super) fn check_empty(directory: &Path) -> Result<(), EngineError> {
    let entries = fs::read_dir(directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| storage(format!("the target {}", directory.display()), &error))?;
    let found = entries
        .iter()
        .map(fs::DirEntry::file_name)
        .find(|name| name != "lost+found" && !is_staging_name(name));
    match found {
        Some(name) => Err(refused(format!(
            "the target {} is not empty: it contains {}",
            directory.display(),
            name.display()
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn attempt(path: &Path, within: &Path) -> Result<PathBuf, String> {
        create(path, &[within.to_owned()], |_| Ok(())).map_err(|error| error.to_string())
    }

    #[test]
    fn missing_directories_are_created_below_a_permitted_one() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap().join("restored");
        fs::create_dir(&root).unwrap();
        let target = root.join("shop/monday");
        assert_eq!(attempt(&target, &root).unwrap(), target);
        assert!(target.is_dir());
        assert_eq!(
            attempt(&target, &root).unwrap(),
            target,
            "an existing one is used"
        );
        symlink("shop", root.join("link")).unwrap();
        assert_eq!(
            attempt(&root.join("link/tuesday"), &root).unwrap(),
            root.join("shop/tuesday")
        );
    }

    #[test]
    fn targets_outside_are_refused_before_anything_is_created() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().canonicalize().unwrap();
        let root = top.join("restored");
        fs::create_dir_all(&root).unwrap();
        fs::create_dir(top.join("elsewhere")).unwrap();
        symlink("../elsewhere", root.join("link")).unwrap();
        symlink("../nowhere", root.join("dangling")).unwrap();
        fs::write(root.join("file"), "").unwrap();
        for (path, why) in [
            (root.join("link/new"), "after links are resolved"),
            (root.clone(), "after links are resolved"),
            (top.join("restored-2/new"), "after links are resolved"),
            (root.join("new/../../elsewhere/new"), "contains \"..\""),
            (root.join("dangling/new"), "dangling"),
            (root.join("file/new"), "file"),
        ] {
            let error = attempt(&path, &root).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        assert_eq!(fs::read_dir(top.join("elsewhere")).unwrap().count(), 0);
        assert_eq!(fs::read_dir(&root).unwrap().count(), 3);
        assert!(!top.join("nowhere").exists());
    }

    #[test]
    fn a_missing_directory_for_restores_is_named_and_not_created() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap().join("unmounted");
        let error = attempt(&root.join("shop"), &root).unwrap_err();
        assert!(
            error.contains(&format!("the directory for restores {}", root.display())),
            "{error}"
        );
        assert!(!root.exists());
    }

    #[test]
    fn links_that_appear_after_the_check_are_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().canonicalize().unwrap();
        let (root, elsewhere) = (top.join("restored"), top.join("elsewhere"));
        fs::create_dir_all(root.join("shop")).unwrap();
        fs::create_dir(&elsewhere).unwrap();
        let swapped = create(&root.join("shop/new"), std::slice::from_ref(&root), |_| {
            fs::remove_dir(root.join("shop")).unwrap();
            symlink(&elsewhere, root.join("shop")).unwrap();
            Ok(())
        });
        assert!(swapped.is_err(), "{swapped:?}");
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    }
}
