//! Output of commands on stdout.

use std::io::{ErrorKind, Write as _};

use anyhow::Context as _;

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
