//! A directory with files of all kinds, and comparisons of directories.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use anyhow::{Context, Result};

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

/// The first difference between two descriptions of a directory.
pub(super) fn difference(wanted: &[String], found: &[String]) -> Option<String> {
    if let Some(missing) = wanted.iter().find(|line| !found.contains(line)) {
        return Some(format!("{missing:?} is missing or different"));
    }
    let added = found.iter().find(|line| !wanted.contains(line));
    added.map(|line| format!("{line:?} is unexpected"))
}

#[cfg(test)]
mod tests {
    use appkeep_launcher::describe;

    use super::*;

    #[test]
    fn every_kind_of_difference_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("data");
        fill(&root).unwrap();
        let before = describe(&root).unwrap();
        let found = || difference(&before, &describe(&root).unwrap());
        assert_eq!(found(), None);
        let mode = |mode| fs::set_permissions(root.join("empty"), Permissions::from_mode(mode)).unwrap();
        mode(0o644);
        assert!(found().unwrap().starts_with("\"./empty 600 "));
        mode(0o600);
        assert_eq!(found(), None);
        fs::write(root.join("deep/er/still/bytes"), "x").unwrap();
        assert!(found().unwrap().contains("deep/er/still/bytes"));
        fs::write(root.join("added"), "").unwrap();
        let after = describe(&root).unwrap();
        assert!(difference(&after, &before).unwrap().contains("is missing"));
        assert!(
            difference(&before[1..], &before)
                .unwrap()
                .contains("is unexpected")
        );
    }
}
