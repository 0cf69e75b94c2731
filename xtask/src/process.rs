//! Child processes: started in the workspace's root, with failures that name the command.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::files;

/// A command that runs in the workspace's root.
pub(crate) fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(files::root());
    command
}

/// Runs a command to its end, passes its output through, and returns whether it succeeded.
///
/// # Errors
/// When it can't be started.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool> {
    eprintln!("$ {}", display(command));
    let status = command
        .status()
        .with_context(|| format!("failed to start {}", display(command)))?;
    Ok(status.success())
}

/// Whether `program` is installed, checked by running it with `--version`.
pub(crate) fn is_installed(program: &str) -> bool {
    quietly(program, &["--version"])
}

/// Whether a command succeeds. Its output is discarded.
pub(crate) fn quietly(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs a command that has to succeed.
///
/// # Errors
/// When it can't be started or fails.
pub(crate) fn require(command: &mut Command) -> Result<()> {
    if !succeeds(command)? {
        bail!("{} failed", display(command));
    }
    Ok(())
}

/// Runs a command that has to succeed, and returns what it prints, without white space around it.
///
/// # Errors
/// When it can't be started or fails.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("failed to start {}", display(command)))?;
    if !output.status.success() {
        bail!("{} failed", display(command));
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn display(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
    words.join(" ")
}
