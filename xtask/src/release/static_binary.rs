//! The binary of the archive: linked statically, so that it runs on every distribution.
//!
//! Its C library is musl. A static glibc loads the name service modules of the system, and ends the process if these are
//! for another version.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::appkeep;
use crate::process::{command, output};

/// The target of the binary: that of this machine, with musl.
///
/// # Errors
/// When the compiler fails, or this machine doesn't have glibc.
pub(super) fn target() -> Result<String> {
    let text = output(&mut command("rustc", &["--version", "--verbose"]))?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc printed no host")?;
    let system = host.strip_suffix("-gnu");
    let system = system.with_context(|| format!("expected a host with glibc, found {host}"))?;
    Ok(format!("{system}-musl"))
}

/// A missing standard library for the target.
///
/// # Errors
/// When the compiler fails.
pub(super) fn finding() -> Result<Option<String>> {
    let target = target()?;
    let libraries = output(&mut command(
        "rustc",
        &["--print=target-libdir", "--target", &target],
    ))?;
    let is_installed = Path::new(&libraries).exists();
    Ok((!is_installed)
        .then(|| format!("{target} must be installed for the archive: rustup target add {target}")))
}

/// Builds the binary. This requires `musl-gcc`, from the package `musl-tools` of Debian.
///
/// # Errors
/// When the build fails, or the binary needs a shared library.
pub(super) fn build(target: &str) -> Result<PathBuf> {
    let binary = appkeep::build(&["--release", "--locked", "--target", target])?;
    let dynamic = command("ldd", &[&binary.to_string_lossy()]).output();
    let dynamic = dynamic.context("failed to run ldd")?;
    let libraries = String::from_utf8_lossy(&dynamic.stdout);
    ensure!(
        !libraries.contains("=>"),
        "{} needs shared libraries:\n{libraries}",
        binary.display()
    );
    Ok(binary)
}
