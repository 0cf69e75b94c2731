//! A directory with files of all kinds, and comparisons of directories.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The properties that a restore has to preserve: mode, modification time, and content.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    mode: u32,
    modified: (i64, i64),
    content: Content,
}

#[derive(Debug, PartialEq, Eq)]
enum Content {
    Directory,
    Link(PathBuf),
    File(Vec<u8>),
}

/// A directory and everything below it, by relative path.
pub(super) type Tree = BTreeMap<PathBuf, Entry>;

/// Fills a directory.
///
/// # Errors
/// When it can't be written.
pub(super) fn fill(root: &Path) -> Result<()> {
    fs::create_dir_all(root.join("deep/er/still"))?;
    fs::create_dir(root.join("empty directory"))?;
    let numbers: Vec<String> = (0..400_000_u32).map(|number| number.to_string()).collect();
    for (name, bytes) in [
        ("greeting.txt", b"hello\n".to_vec()),
        ("empty", Vec::new()),
        ("Grüße und so.txt", "schöne Grüße".into()),
        ("deep/numbers", numbers.join(" ").into_bytes()),
        ("deep/er/still/bytes", (0..=255).collect()),
    ] {
        fs::write(root.join(name), bytes).with_context(|| format!("failed to write {name}"))?;
    }
    symlink("../greeting.txt", root.join("deep/link"))?;
    fs::set_permissions(root.join("empty"), Permissions::from_mode(0o600))?;
    fs::set_permissions(root.join("deep/er"), Permissions::from_mode(0o750))?;
    Ok(())
}

/// Reads the entries of a directory.
///
/// # Errors
/// When it can't be read.
pub(super) fn read(root: &Path) -> Result<Tree> {
    let mut tree = Tree::new();
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        let path = root.join(&below);
        let metadata =
            fs::symlink_metadata(&path).with_context(|| format!("failed to look at {}", path.display()))?;
        let content = if metadata.is_dir() {
            for entry in fs::read_dir(&path)? {
                open.push(below.join(entry?.file_name()));
            }
            Content::Directory
        } else if metadata.is_symlink() {
            Content::Link(fs::read_link(&path)?)
        } else {
            Content::File(fs::read(&path)?)
        };
        let (mode, modified) = (metadata.mode(), (metadata.mtime(), metadata.mtime_nsec()));
        tree.insert(
            below,
            Entry {
                mode,
                modified,
                content,
            },
        );
    }
    Ok(tree)
}

/// A description of the first difference.
pub(super) fn difference(wanted: &Tree, found: &Tree) -> Option<String> {
    for (path, entry) in wanted {
        match found.get(path) {
            None => return Some(format!("{} is missing", path.display())),
            Some(other) if other != entry => return Some(format!("{} is different", path.display())),
            Some(_) => {}
        }
    }
    let mut added = found.keys().filter(|path| !wanted.contains_key(*path));
    added
        .next()
        .map(|path| format!("{} is unexpected", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_difference_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("data");
        fill(&root).unwrap();
        let before = read(&root).unwrap();
        assert_eq!(difference(&before, &read(&root).unwrap()), None);
        let output = |change: &dyn Fn()| {
            change();
            difference(&before, &read(&root).unwrap()).unwrap()
        };
        // A new file changes its directory, too.
        let mode = |mode| fs::set_permissions(root.join("empty"), Permissions::from_mode(mode)).unwrap();
        assert_eq!(output(&|| mode(0o644)), "empty is different");
        mode(0o600);
        assert_eq!(difference(&before, &read(&root).unwrap()), None);
        let file = root.join("deep/er/still/bytes");
        assert_eq!(
            output(&|| fs::write(&file, "x").unwrap()),
            "deep/er/still/bytes is different"
        );
        assert!(output(&|| fs::remove_file(root.join("greeting.txt")).unwrap()).contains("different"));
    }
}
