//! The data set: created and changed with random numbers from a seed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use fastrand::Rng;
use walkdir::WalkDir;

/// Number of small files per MiB: 20,000 for 2 GiB.
const SMALL_FILES_PER_MIB: u64 = 10;

/// Number of small files in a directory.
const SMALL_FILES_PER_DIR: u64 = 200;

/// The fraction of bytes, and of small files, that a change affects: one in so many.
const CHANGED_ONE_IN: u64 = 100;

const MIB: u64 = 1024 * 1024;

/// Number of bytes that are written at once.
const BLOCK_BYTES: u64 = 256 * 1024;

/// A random size whose logarithm is uniform: 2 KiB is as likely between 1 and 4 KiB as 2 MiB between 1 and 4
/// MiB.
fn random_size(rng: &mut Rng, least: u64, doublings: u64) -> u64 {
    let power = least << rng.u64(..doublings);
    power + rng.u64(..power)
}

fn noise(rng: &mut Rng, bytes: u64) -> Vec<u8> {
    let mut noise = vec![0; to_usize(bytes)];
    rng.fill(&mut noise);
    noise
}

/// Lines of words from a small vocabulary, which compress to about a third.
fn text(rng: &mut Rng, bytes: u64) -> Vec<u8> {
    let mut text = Vec::with_capacity(to_usize(bytes) + 32);
    while (text.len() as u64) < bytes {
        let (word, end) = (rng.u64(..4093), if rng.u8(..16) == 0 { '\n' } else { ' ' });
        let _ = write!(text, "{:x}{end}", word * word * word);
    }
    text.truncate(to_usize(bytes));
    text
}

fn to_usize(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// Creates a data set of about `mib` MiB below `root`: small files, random bytes, text, exact and shifted
/// copies.
///
/// # Errors
/// When a file can't be written.
pub(crate) fn make(root: &Path, mib: u64, rng: &mut Rng) -> Result<()> {
    let mut left = mib * MIB;
    for number in 0..mib * SMALL_FILES_PER_MIB {
        let size = random_size(rng, 128, 7);
        let content = format!("{{\"id\": {number}}}\n").into_bytes();
        let content = [content, text(rng, size)].concat();
        left = left.saturating_sub(content.len() as u64);
        put(&small_file(root, number), &content)?;
    }
    let large = root.join("large");
    fs::create_dir_all(&large).with_context(|| format!("failed to create {}", large.display()))?;
    let mut earlier = PathBuf::new();
    for number in 0_u64.. {
        if left == 0 {
            break;
        }
        let path = large.join(format!("{number:05}"));
        let size = random_size(rng, 256 * 1024, 7).min(left);
        let kind = number % 8;
        let mut make = || -> io::Result<u64> {
            let mut file = File::create(&path)?;
            match kind {
                0 | 2 | 5 => write_blocks(&mut file, size, |bytes| noise(rng, bytes)),
                1 | 4 | 6 => write_blocks(&mut file, size, |bytes| text(rng, bytes)),
                3 => io::copy(&mut File::open(&earlier)?, &mut file),
                _ => {
                    // A copy of an earlier file, shifted by 1000 bytes.
                    file.write_all(&noise(rng, 1000))?;
                    io::copy(&mut File::open(&earlier)?, &mut file)
                }
            }
        };
        let written = make().with_context(|| format!("failed to write {}", path.display()))?;
        left = left.saturating_sub(written);
        if matches!(kind, 2 | 6) {
            earlier = path;
        }
    }
    Ok(())
}

/// Writes block by block, so that this process needs less memory than the processes that it measures.
fn write_blocks(file: &mut File, size: u64, mut block: impl FnMut(u64) -> Vec<u8>) -> io::Result<u64> {
    let mut left = size;
    while left > 0 {
        let bytes = left.min(BLOCK_BYTES);
        file.write_all(&block(bytes))?;
        left -= bytes;
    }
    Ok(size)
}

fn small_file(root: &Path, number: u64) -> PathBuf {
    root.join(format!(
        "small/{:03}/{number:06}.json",
        number / SMALL_FILES_PER_DIR
    ))
}

fn put(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("failed to create {}", parent.display()))?;
    }
    fs::write(path, content).with_context(|| format!("failed to write {}", path.display()))
}

/// Changes one per cent of a data set: a section of each large file, and one in a hundred small files.
///
/// # Errors
/// When a file can't be written.
pub(crate) fn change(root: &Path, mib: u64, rng: &mut Rng) -> Result<()> {
    let small_files = mib * SMALL_FILES_PER_MIB;
    for _ in 0..small_files / CHANGED_ONE_IN {
        let (number, size) = (rng.u64(..small_files), random_size(rng, 128, 7));
        put(&small_file(root, number), &text(rng, size))?;
    }
    let large = root.join("large");
    for entry in fs::read_dir(&large).with_context(|| format!("failed to list {}", large.display()))? {
        let path = entry?.path();
        let mut change = || -> std::io::Result<()> {
            let file = fs::OpenOptions::new().write(true).open(&path)?;
            let size = file.metadata()?.len();
            let stretch = noise(rng, size / CHANGED_ONE_IN);
            file.write_all_at(&stretch, rng.u64(..(size - stretch.len() as u64).max(1)))
        };
        change().with_context(|| format!("failed to change {}", path.display()))?;
    }
    Ok(())
}

/// The number of files below `root`, and their total size in bytes.
///
/// # Errors
/// When something can't be read.
pub(crate) fn size(root: &Path) -> Result<(u64, u64)> {
    let (mut files, mut bytes) = (0, 0);
    for entry in WalkDir::new(root) {
        let entry = entry.context("failed to list a directory")?;
        if !entry.file_type().is_dir() {
            files += 1;
            bytes += entry.metadata()?.len();
        }
    }
    Ok((files, bytes))
}

/// Whether two directories contain the same files with the same content.
///
/// # Errors
/// When something can't be read.
pub(crate) fn is_same(one: &Path, other: &Path) -> Result<bool> {
    let mut diff = Command::new("diff");
    diff.args(["--recursive", "--brief", "--no-dereference"])
        .args([one, other]);
    let status = diff
        .stdout(Stdio::null())
        .status()
        .context("failed to start diff")?;
    match status.code() {
        Some(code @ (0 | 1)) => Ok(code == 0),
        _ => bail!("diff ended with {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_bytes_and_a_change_is_small() {
        let dir = tempfile::tempdir().unwrap();
        let (one, other) = (dir.path().join("one"), dir.path().join("other"));
        make(&one, 16, &mut Rng::with_seed(7)).unwrap();
        make(&other, 16, &mut Rng::with_seed(7)).unwrap();
        assert!(is_same(&one, &other).unwrap());
        let (files, bytes) = size(&one).unwrap();
        assert!(
            files >= 160 && bytes.abs_diff(16 * MIB) < 64 * 1024,
            "{files} files, {bytes} bytes"
        );
        change(&one, 16, &mut Rng::with_seed(8)).unwrap();
        assert!(!is_same(&one, &other).unwrap());
    }
}
