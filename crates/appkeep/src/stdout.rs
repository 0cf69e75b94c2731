//! Output of commands on stdout.

use std::io::{ErrorKind, Write as _};

use anyhow::Context as _;
use serde::Serialize;

/// Prints a value as one line of JSON, for the program that started this one.
///
/// # Errors
/// When stdout can't be written to. A closed pipe is an error, too: that program has ended.
pub(crate) fn print_json_line(value: &impl Serialize) -> anyhow::Result<()> {
    let line = serde_json::to_string(value)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .context("failed to write to stdout")
}

/// Prints text and a line feed. A closed pipe is not an error.
///
/// # Errors
/// When stdout can't be written to.
pub(crate) fn print_line(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("failed to write to stdout"),
    }
}
