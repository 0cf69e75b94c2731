//! Builds the `appkeep` binary. appkeep-launcher starts it.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use cargo_metadata::Message;
use tempfile::TempDir;

use crate::process::command;

/// The name of the package and its binary.
const BINARY: &str = "appkeep";

/// Builds the binary, with additional arguments for cargo, and returns its path.
///
/// # Errors
/// When the build fails.
pub(crate) fn build(more: &[&str]) -> Result<PathBuf> {
    let args = [&["--package", BINARY], more].concat();
    let [binary] = build_executables(&args, [BINARY])?;
    Ok(binary)
}

/// Builds executables with these arguments for cargo, and returns their paths.
///
/// # Errors
/// When the build fails, or doesn't include one of the names.
pub(crate) fn build_executables<const N: usize>(args: &[&str], names: [&str; N]) -> Result<[PathBuf; N]> {
    let mut cargo = command("cargo", &["build", "--message-format=json-render-diagnostics"]);
    let output = cargo.args(args).stderr(Stdio::inherit()).output();
    let output = output.context("failed to start cargo build")?;
    ensure!(output.status.success(), "cargo build {} failed", args.join(" "));
    executables(&output.stdout, names)
}

/// Finds the paths of executables in cargo's messages.
fn executables<const N: usize>(messages: &[u8], names: [&str; N]) -> Result<[PathBuf; N]> {
    let mut found = names.map(|_| PathBuf::new());
    for message in Message::parse_stream(messages) {
        if let Message::CompilerArtifact(artifact) = message.context("failed to read cargo's messages")?
            && let Some(path) = artifact.executable
            && let Some(number) = names.iter().position(|name| *name == artifact.target.name)
        {
            found[number] = path.into_std_path_buf();
        }
    }
    let is_complete = found.iter().all(|path| path.is_absolute());
    ensure!(
        is_complete,
        "cargo build created no executable for one of {}",
        names.join(", ")
    );
    Ok(found)
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
        assert!(executables(b"", [BINARY]).is_err());
    }
}
