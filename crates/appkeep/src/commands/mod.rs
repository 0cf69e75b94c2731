//! One file per command.

pub(crate) mod serve;
pub(crate) mod token;
pub(crate) mod verify;

use std::io::Write;
use std::process::ExitCode;

/// `appkeep openapi`
///
/// # Errors
/// When the document can't be made or written.
pub(crate) fn openapi() -> anyhow::Result<ExitCode> {
    let document = appkeep_server::openapi().map_err(anyhow::Error::msg)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string_pretty(&document)?)?;
    Ok(ExitCode::SUCCESS)
}
