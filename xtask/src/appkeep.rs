//! The built `appkeep` as a child process: what every command that starts a server has to know of it.

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;
use tempfile::TempDir;

use crate::files;
use crate::process::signal;

/// The package and its binary.
const BINARY: &str = "appkeep";

/// How long a server may take to stop in good order.
const STOP_MAX: Duration = Duration::from_secs(30);

/// How often is looked whether it has.
const PAUSE: Duration = Duration::from_millis(2);

/// Builds the binary, with more arguments for cargo, and returns where cargo put it.
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

/// A copy of the built binary, which the next build won't replace under a run; gone when the directory is dropped.
///
/// # Errors
/// When it can't be built or copied.
pub(crate) fn build_to_keep(features: &[&str]) -> Result<(TempDir, PathBuf)> {
    let built = build(features)?;
    let kept = tempfile::tempdir().context("failed to make a temporary directory")?;
    let binary = kept.path().join("appkeep");
    std::fs::copy(&built, &binary).with_context(|| format!("failed to copy {}", built.display()))?;
    Ok((kept, binary))
}

/// Waits until a server says that it is ready, and answers its URL; nothing when it says something else, or
/// ends before.
///
/// # Errors
/// When what it prints can't be read.
pub(crate) fn ready(stdout: &mut impl BufRead) -> Result<Option<String>> {
    let mut line = String::new();
    stdout
        .read_line(&mut line)
        .context("failed to read what the server prints")?;
    let url = line.trim_end().strip_prefix("appkeep is ready on ");
    Ok(url.map(str::to_owned))
}

/// Makes a token that may create and delete in the account.
///
/// # Errors
/// When the command fails.
pub(crate) fn create_token(binary: &Path, data: &Path, account: &str) -> Result<String> {
    let output = Command::new(binary)
        .args([
            "token",
            "create",
            "--account",
            account,
            "--role",
            "member",
            "--data",
        ])
        .arg(data)
        .output()
        .with_context(|| format!("failed to start {}", binary.display()))?;
    if !output.status.success() {
        bail!(
            "no token could be made: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Asks a server to stop, and waits until it has.
///
/// # Errors
/// When it doesn't stop.
pub(crate) fn stop(child: &mut Child) -> Result<ExitStatus> {
    signal("TERM", &child.id().to_string())?;
    let begun = Instant::now();
    while begun.elapsed() < STOP_MAX {
        let status = child.try_wait().context("failed to look at the server")?;
        if let Some(status) = status {
            return Ok(status);
        }
        sleep(PAUSE);
    }
    bail!("the server didn't stop within {STOP_MAX:?}")
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn a_build_without_the_binary_is_an_error() {
        assert!(executable(b"").is_err());
    }

    #[test]
    fn only_the_words_of_a_server_that_is_ready_name_its_url() {
        let url = |words: &str| ready(&mut words.as_bytes()).unwrap();
        assert_eq!(
            url("appkeep is ready on http://127.0.0.1:1\nmore\n").as_deref(),
            Some("http://127.0.0.1:1")
        );
        assert_eq!(url("error: no such file\n"), None);
        assert_eq!(url(""), None);
    }

    #[test]
    fn a_process_that_is_asked_to_stop_is_waited_for() {
        let mut child = Command::new("sh")
            .args(["-c", "read line"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let signal = stop(&mut child).unwrap().signal();
        assert_eq!(signal, Some(15));
    }
}
