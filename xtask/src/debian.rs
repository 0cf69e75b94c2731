//! The Debian package: the binary with the systemd unit, its user, a configuration, completions and manual pages.
//! `[package.metadata.deb]` in the binary's manifest lists its files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::{command, output, quietly, succeeds};
use crate::tools::DEB;
use crate::{Outcome, generated_files};

/// Installs and runs the package in a changed view of this machine.
const INSTALLATION: &str = "xtask/debian/installation.sh";

/// The arguments of `unshare` for that: namespaces of mounts, the network and processes.
const NAMESPACES: [&str; 6] = [
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
];

/// How a package is built.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Build<'a> {
    /// Quickly, with the binary of a debug build.
    Test,
    /// With the binary of a release build. The times of the files are this time, in seconds since 1970.
    Release(&'a str),
}

impl Build<'_> {
    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Test => &["--profile", "dev", "--fast"],
            Self::Release(_) => &["--profile", "release"],
        }
    }

    fn time_secs(&self) -> &str {
        match self {
            Self::Test => "0",
            Self::Release(time_secs) => time_secs,
        }
    }
}

/// Builds the package of a binary in the directory `dir`, and returns its name.
///
/// # Errors
/// When the binary or cargo-deb fails.
pub(crate) fn build(binary: &Path, how: Build<'_>, dir: &Path) -> Result<String> {
    let files = binary.with_file_name("package");
    if files.exists() {
        fs::remove_dir_all(&files).context("failed to remove the files of the last package")?;
    }
    generated_files::write(binary, &files)?;
    let example = generated_files::printed(binary, &["config", "example"])?;
    fs::write(files.join("appkeep.toml"), example).context("failed to write the configuration")?;
    let options = [&["--package", "appkeep", "--no-build", "--quiet"], how.options()].concat();
    let mut deb = DEB.command(&options)?;
    // A path that ends with a slash is a directory.
    deb.arg("--output").arg(dir.join(""));
    let path = PathBuf::from(output(deb.env("SOURCE_DATE_EPOCH", how.time_secs()))?);
    let name = path.file_name().context("cargo-deb printed no path")?;
    Ok(name.to_string_lossy().into_owned())
}

/// Installs, upgrades, removes and purges the package of a binary, and runs its server with the user and the capabilities of
/// the unit. This requires root, and is left out with a message where namespaces aren't permitted.
///
/// # Errors
/// When the package can't be built, or the test can't start.
pub(crate) fn check(binary: &Path) -> Result<Outcome> {
    let dir = tempfile::tempdir().context("failed to create a temporary directory")?;
    let name = build(binary, Build::Test, dir.path())?;
    if !quietly("unshare", &[&NAMESPACES[..], &["true"]].concat()) {
        println!("{name} is not installed: this requires root, and namespaces");
        return Ok(Outcome::Fine);
    }
    let mut script = command("unshare", &NAMESPACES);
    script.args(["sh", INSTALLATION]).arg(dir.path().join(name));
    Ok(Outcome::of(succeeds(&mut script)?))
}
