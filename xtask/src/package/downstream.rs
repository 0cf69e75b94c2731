//! The example of a project that uses the packages, built as it would be with the packages from a registry.
//!
//! Its lockfile has the versions of the workspace's. Entries of unpublished packages have no registry and no checksum:
//! cargo adds both when the packages come from a registry.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::camino::Utf8Path;

use super::{Published, workspace};
use crate::process::{command, require, succeeds};
use crate::{Outcome, files};

/// The example's directory, relative to the workspace's root.
const DIR: &str = "examples/downstream";

/// The directory of the copy, next to the packages.
const COPY: &str = "downstream";

/// The packages that the example uses, directly or not. Other patches would be in its lockfile, as unused.
const USED: [&str; 7] = [
    "appkeep-api",
    "appkeep-client",
    "appkeep-core",
    "appkeep-engine",
    "appkeep-openapi",
    "appkeep-server",
    "appkeep-store",
];

/// The arguments of cargo in the example's CI files.
const CHECKS: [&str; 3] = [
    "fmt --check",
    "clippy --locked --all-targets -- -D warnings",
    "test --locked",
];

/// Copies the example next to the packages unpacked in `dir`, and compares its lockfile with the expected one.
///
/// # Errors
/// When a file can't be copied, or cargo can't resolve the dependencies.
pub(super) fn create(packages: &[Published], dir: &Path) -> Result<Outcome> {
    let root = files::root();
    let copy = dir.join(COPY);
    // Without build output.
    files::copy_dir(&root.join(DIR), &copy, |entry| entry.file_name() != "target")?;
    // The copy must not belong to the workspace of the packages.
    let manifest = copy.join("Cargo.toml");
    fs::read_to_string(&manifest)
        .and_then(|text| fs::write(&manifest, text + "\n[workspace]\n"))
        .context("failed to change the example's Cargo.toml")?;
    let original = fs::read_to_string(root.join("Cargo.toml")).context("failed to read Cargo.toml")?;
    fs::create_dir(copy.join(".cargo"))
        .and_then(|()| fs::write(copy.join(".cargo/config.toml"), config(packages, &original)))
        .context("failed to write the example's config.toml")?;
    let lockfile = copy.join("Cargo.lock");
    fs::copy(root.join("Cargo.lock"), &lockfile).context("failed to copy Cargo.lock")?;
    // Removes the packages that the example doesn't use.
    require(&mut cargo(dir, "update --workspace --quiet"))?;
    let locked = fs::read_to_string(&lockfile).context("failed to read the example's lockfile")?;
    let copied = format!("cp {} {DIR}/Cargo.lock", lockfile.display());
    files::publish(&format!("{DIR}/Cargo.lock"), &locked, true, &copied)
}

/// Runs the checks of the example's CI in the copy, and returns whether all succeeded.
///
/// # Errors
/// When cargo can't be started.
pub(super) fn check(target: &Utf8Path, dir: &Path) -> Result<bool> {
    for check in CHECKS {
        if !succeeds(cargo(dir, check).env("CARGO_TARGET_DIR", target))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A command of cargo in the copy.
fn cargo(dir: &Path, args: &str) -> Command {
    let mut cargo = command("cargo", &args.split(' ').collect::<Vec<_>>());
    cargo.current_dir(dir.join(COPY));
    cargo.env("CARGO_NET_OFFLINE", "true");
    cargo
}

/// The configuration of cargo for the copy: the unpacked packages instead of a registry's, and the profiles of the
/// workspace, whose built dependencies can be used then.
fn config(packages: &[Published], original: &str) -> String {
    let used = packages
        .iter()
        .filter(|package| USED.contains(&package.name.as_str()));
    workspace::patches(used, "../") + &workspace::profiles(original)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ci_files_of_the_example_run_the_checks() {
        for file in [".github/workflows/ci.yml", ".gitlab-ci.yml"] {
            let text = fs::read_to_string(files::root().join(DIR).join(file)).unwrap();
            let lines = text.lines().filter_map(|line| line.split_once("cargo "));
            let lines: Vec<_> = lines.map(|(_, args)| args).collect();
            assert_eq!(lines, CHECKS, "{file}");
        }
    }

    #[test]
    fn documents_contain_the_first_test_of_the_example() {
        let read = |file: &str| fs::read_to_string(files::root().join(file)).unwrap();
        let test = read(&format!("{DIR}/tests/ten_lines.rs"));
        let (_, code) = test.split_once("\n\n").unwrap();
        for document in [&format!("{DIR}/README.md"), "docs/testing.md"] {
            assert!(read(document).contains(code), "{document}");
        }
    }

    #[test]
    fn only_used_packages_are_patched() {
        let package = |name: &str| Published {
            name: name.into(),
            dir: format!("{name}-1.2.3"),
            stated_rust: None,
        };
        assert_eq!(
            config(
                &[package("appkeep"), package("appkeep-api")],
                "[profile.dev]\ndebug = 1\n"
            ),
            "[patch.crates-io]\nappkeep-api = { path = \"../appkeep-api-1.2.3\" }\n[profile.dev]\ndebug = 1\n"
        );
    }
}
