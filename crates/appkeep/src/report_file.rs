//! Files that a command writes its report to.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

/// Checks, before a command begins, that the directory of a file exists.
///
/// # Errors
/// When it doesn't, or the file is a directory.
pub(crate) fn check(file: &Path) -> anyhow::Result<()> {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    ensure!(
        parent.is_dir() && !file.is_dir(),
        "failed to write {}: {}",
        file.display(),
        if file.is_dir() {
            "it is a directory"
        } else {
            "its directory does not exist"
        }
    );
    Ok(())
}

/// Writes a report, with a line feed at its end.
///
/// # Errors
/// When the file can't be written.
pub(crate) fn write(file: &Path, mut text: String) -> anyhow::Result<()> {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    fs::write(file, text).with_context(|| format!("failed to write {}", file.display()))
}
