//! Tokens and certificates from arguments, the environment and files.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use appkeep_client::SecretString;

/// Parses the token in a text, without surrounding white space.
///
/// # Errors
/// When there is none.
pub(crate) fn token(text: &str) -> Result<SecretString, &'static str> {
    match text.trim() {
        "" => Err("it is empty"),
        token => Ok(token.into()),
    }
}

/// Returns the value of a variable that is set and not empty.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads the token in a file.
///
/// # Errors
/// When the file can't be read, or contains no token.
pub(crate) fn token_in(file: &Path) -> anyhow::Result<SecretString> {
    let text = fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
    match token(&text) {
        Ok(token) => Ok(token),
        Err(_) => bail!("{} contains no token", file.display()),
    }
}

/// Reads a file.
///
/// # Errors
/// When it can't be read.
pub(crate) fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("failed to read {}", file.display()))
}
