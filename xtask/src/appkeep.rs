//! Builds the `appkeep` binary. appkeep-launcher starts it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;
use tempfile::TempDir;

use crate::files;

/// The name of the package and its binary.
const BINARY: &str = "appkeep";

/// Builds the binary, with additional arguments for cargo, and returns its path.
///
/// # Errors
/// When the build fails.
pub(crate) fn build(more: &[&str]) -> Result<PathBuf> {
    let args = [
        "build",
        "--package",
        BINARY,
        "--message-format",
        "json-render-diagnostics",
    ];
    let output = Command::new("cargo")
        .args(args)
        .args(more)
        .current_dir(files::root())
        .stderr(Stdio::inherit())
        .output()
        .context("failed to start cargo build")?;
    if !output.status.success() {
        bail!("cargo build --package {BINARY} failed");
    }
    executable(&output.stdout)
}

/// Finds the binary's path in cargo's messages.
fn executable(messages: &[u8]) -> Result<PathBuf> {
    for message in Message::parse_stream(messages) {
        if let Message::CompilerArtifact(artifact) = message.context("failed to read cargo's messages")?
            && artifact.target.name == BINARY
            && let Some(path) = artifact.executable
        {
            return Ok(path.into_std_path_buf());
        }
    }
    bail!("cargo build named no executable {BINARY}")
}

/// A copy of the built binary, which a later build doesn't replace during a run; it is deleted when the
/// directory is dropped.
///
/// # Errors
/// When it can't be built or copied.
pub(crate) fn build_to_keep(features: &[&str]) -> Result<(TempDir, PathBuf)> {
    let built = build(features)?;
    let kept = tempfile::tempdir().context("failed to create a temporary directory")?;
    let binary = kept.path().join("appkeep");
    std::fs::copy(&built, &binary).with_context(|| format!("failed to copy {}", built.display()))?;
    Ok((kept, binary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_without_the_binary_is_an_error() {
        assert!(executable(b"").is_err());
    }
}
