//! The workspace of the unpacked packages.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::camino::Utf8Path;

use super::Published;
use crate::files;
use crate::process::{command, require};

/// Creates the workspace in `dir`, with the archives from `target`.
///
/// # Errors
/// When a file can't be read or written.
pub(super) fn create(packages: &[Published], target: &Utf8Path, dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).context("failed to remove the packages of the last run")?;
    }
    fs::create_dir(dir).with_context(|| format!("failed to create {}", dir.display()))?;
    for package in packages {
        let archive = format!("{}/package/{}.crate", target, package.dir);
        // All files in an archive have the same old time, so that cargo wouldn't notice changes.
        let mut tar = command("tar", &["--extract", "--gzip", "--touch", "--file", &archive]);
        require(tar.current_dir(dir))?;
    }
    let root = files::root();
    let original = fs::read_to_string(root.join("Cargo.toml")).context("failed to read Cargo.toml")?;
    fs::write(dir.join("Cargo.toml"), manifest_of(packages, &original))
        .context("failed to write Cargo.toml")?;
    fs::copy(root.join("Cargo.lock"), dir.join("Cargo.lock")).context("failed to copy Cargo.lock")?;
    Ok(())
}

/// The manifest: with it, the packages find each other without a registry, and have the profiles of the original.
fn manifest_of(packages: &[Published], original: &str) -> String {
    let members: Vec<_> = packages.iter().map(|package| &package.dir).collect();
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = {members:?}\n\n{}{}",
        patches(packages, ""),
        profiles(original)
    )
}

/// The section that replaces packages of the registry with unpacked ones, whose directories are below `prefix`.
pub(super) fn patches<'a>(packages: impl IntoIterator<Item = &'a Published>, prefix: &str) -> String {
    let mut text = "[patch.crates-io]\n".to_owned();
    for Published { name, dir, .. } in packages {
        let _ = writeln!(text, "{name} = {{ path = \"{prefix}{dir}\" }}");
    }
    text
}

/// The sections of a manifest that define profiles.
pub(super) fn profiles(manifest: &str) -> String {
    let mut text = String::new();
    let mut is_profile = false;
    for line in manifest.lines() {
        is_profile = if line.starts_with('[') {
            line.starts_with("[profile.")
        } else {
            is_profile
        };
        if is_profile {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_find_each_other_and_use_the_same_profiles() {
        let original = "[workspace]\n[profile.dev]\ndebug = false\n[lints]\nworkspace = true\n";
        let package = Published {
            name: "a".into(),
            dir: "a-1.2.3".into(),
            stated_rust: None,
        };
        assert_eq!(
            manifest_of(&[package], original),
            "[workspace]\nresolver = \"3\"\nmembers = [\"a-1.2.3\"]\n\n[patch.crates-io]\n\
             a = { path = \"a-1.2.3\" }\n[profile.dev]\ndebug = false\n"
        );
    }
}
