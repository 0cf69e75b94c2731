//! The only writer into this repository.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use similar::TextDiff;

use crate::Outcome;

/// The workspace's root directory.
pub(crate) fn root() -> PathBuf {
    // xtask's manifest lies one level below the root.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

/// Makes `path` (relative to the root) hold `content`, or with `check` only says whether it does.
///
/// A check never writes; it prints a unified diff and what to run.
///
/// # Errors
/// When the file can't be read or written.
pub(crate) fn publish(path: &str, content: &str, check: bool, command: &str) -> Result<Outcome> {
    let full = root().join(path);
    let current = match fs::read_to_string(&full) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("failed to read {path}")),
    };
    if current == content {
        println!("{path} is up to date");
        return Ok(Outcome::Fine);
    }
    if check {
        let diff = TextDiff::from_lines(current.as_str(), content);
        print!(
            "{}",
            diff.unified_diff()
                .header(&format!("committed {path}"), "generated")
        );
        eprintln!("{path} is stale: run `{command}`");
        return Ok(Outcome::Stale);
    }
    fs::write(&full, content).with_context(|| format!("failed to write {path}"))?;
    println!("{path} written");
    Ok(Outcome::Fine)
}
