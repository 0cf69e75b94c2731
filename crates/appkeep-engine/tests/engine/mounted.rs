//! Mounts of test file systems, which require root.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted file system, unmounted when dropped.
pub(crate) struct Mounted(PathBuf);

impl Mounted {
    /// Mounts at `path`, which is created if it doesn't exist.
    pub(crate) fn at(path: &Path, arguments: &[&str]) -> Self {
        fs::create_dir_all(path).unwrap();
        let mounted = Command::new("mount").args(arguments).arg(path).status();
        assert!(mounted.unwrap().success(), "root may mount");
        Self(path.to_owned())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
