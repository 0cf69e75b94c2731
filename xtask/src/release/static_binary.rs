//! The binary of the archive: linked statically, so that it runs on every distribution.
//!
//! Its C library is musl. A static glibc loads the name service modules of the system, and ends the process if these are
//! for another version.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::process::{command, is_installed, output};
use crate::{appkeep, workspace};

/// The C compiler for musl, from the package `musl-tools` of Debian.
const C_COMPILER: &str = "musl-gcc";

/// The target of the binary: that of this machine, with musl.
///
/// # Errors
/// When the compiler fails, or this machine doesn't have glibc.
pub(super) fn target() -> Result<String> {
    let host = workspace::host()?;
    let system = host.strip_suffix("-gnu");
    let system = system.with_context(|| format!("expected a host with glibc, found {host}"))?;
    Ok(format!("{system}-musl"))
}

/// What is missing for the build: the standard library for the target, or the C compiler.
///
/// # Errors
/// When the compiler fails.
pub(super) fn findings() -> Result<Vec<String>> {
    let target = target()?;
    let libraries = output(&mut command(
        "rustc",
        &["--print=target-libdir", "--target", &target],
    ))?;
    let mut findings = Vec::new();
    if !Path::new(&libraries).exists() {
        findings.push(format!(
            "{target} must be installed for the archive: rustup target add {target}"
        ));
    }
    if !is_installed(C_COMPILER) {
        findings.push(format!(
            "{C_COMPILER} must be installed for the archive: apt install musl-tools"
        ));
    }
    Ok(findings)
}

/// Builds the binary.
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
