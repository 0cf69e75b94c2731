//! Writes files in this repository; no other module does.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use similar::TextDiff;
use walkdir::{DirEntry, WalkDir};

use crate::Outcome;

/// The workspace's root directory.
pub(crate) fn root() -> PathBuf {
    // xtask's manifest is one level below the root.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

/// Writes `content` to `path` (relative to the root), or with `check` only reports whether the file is up to
/// date.
///
/// A check never writes; it prints a unified diff and the command to run.
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

/// Writes compressed `content` to `path` (relative to the root), or with `check` only reports whether the
/// file is up to date.
///
/// Different versions of the compressor may write different bytes, so the uncompressed content is compared.
///
/// # Errors
/// When the file can't be read or written.
pub(crate) fn publish_gzip(path: &str, content: &[u8], check: bool, command: &str) -> Result<Outcome> {
    let full = root().join(path);
    if full.is_file() {
        let packed = fs::read(&full).with_context(|| format!("failed to read {path}"))?;
        let mut current = Vec::new();
        // A file that can't be decompressed isn't up to date.
        if GzDecoder::new(&packed[..]).read_to_end(&mut current).is_ok() && current == content {
            println!("{path} is up to date");
            return Ok(Outcome::Fine);
        }
    }
    if check {
        eprintln!("{path} is stale: run `{command}`");
        return Ok(Outcome::Stale);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).context("failed to compress")?;
    let packed = encoder.finish().context("failed to compress")?;
    fs::write(&full, packed).with_context(|| format!("failed to write {path}"))?;
    println!("{path} written");
    Ok(Outcome::Fine)
}

/// Copies a file to `path`, relative to the workspace's root.
///
/// # Errors
/// When the file can't be read or written.
pub(crate) fn publish_copy(from: &Path, path: &str) -> Result<()> {
    fs::copy(from, root().join(path))
        .with_context(|| format!("failed to copy {} to {path}", from.display()))?;
    println!("{path} written");
    Ok(())
}

/// Copies the files of a directory, and those of the subdirectories for which `enters` is true. The copy is outside of the
/// source tree.
///
/// # Errors
/// When a file can't be read or written.
pub(crate) fn copy_dir(from: &Path, to: &Path, enters: impl Fn(&DirEntry) -> bool) -> Result<()> {
    let is_copied = |entry: &DirEntry| entry.depth() == 0 || !entry.file_type().is_dir() || enters(entry);
    for entry in WalkDir::new(from).into_iter().filter_entry(is_copied) {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        let copied = if entry.file_type().is_dir() {
            fs::create_dir_all(&target)
        } else {
            fs::copy(entry.path(), &target).map(drop)
        };
        copied.with_context(|| format!("failed to copy {}", entry.path().display()))?;
    }
    Ok(())
}
