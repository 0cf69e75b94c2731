//! The files that the binary generates for its users: completions and manual pages.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::process::require;

/// Shells, each with the usual name of its file of completions.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "appkeep.bash"),
    ("fish", "appkeep.fish"),
    ("zsh", "_appkeep"),
];

/// Writes completions to `completions/` and manual pages to `man/`, both in the directory `dir`.
///
/// # Errors
/// When the binary fails or a file can't be written.
pub(crate) fn write(binary: &Path, dir: &Path) -> Result<()> {
    let completions = dir.join("completions");
    fs::create_dir_all(&completions).with_context(|| format!("failed to create {}", dir.display()))?;
    for (shell, name) in COMPLETIONS {
        let script = printed(binary, &["completions", shell])?;
        fs::write(completions.join(name), script).with_context(|| format!("failed to write {name}"))?;
    }
    require(Command::new(binary).arg("man").arg(dir.join("man")))
}

/// The output of the binary.
///
/// # Errors
/// When it fails.
pub(crate) fn printed(binary: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let output = Command::new(binary)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output();
    let command = format!("appkeep {}", arguments.join(" "));
    let output = output.with_context(|| format!("failed to start {command}"))?;
    ensure!(output.status.success(), "{command} failed");
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_that_fails_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let error = write(Path::new("/bin/false"), dir.path()).unwrap_err();
        assert_eq!(error.to_string(), "appkeep completions bash failed");
    }
}
