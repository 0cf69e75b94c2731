//! Tokens and certificates that are given to commands: in arguments, in the environment, in files.

use std::fmt;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, bail};
use appkeep_client::Secret;

/// A bearer token as it was given. Can't be printed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    /// The text, for whoever sends or stores it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// As the client wants it.
    pub(crate) fn secret(&self) -> Secret {
        Secret::new(self.0.as_str())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl FromStr for Token {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "" => Err("it is empty"),
            token => Ok(Self(token.to_owned())),
        }
    }
}

/// A variable that is set to something.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The token in a file.
///
/// # Errors
/// When the file can't be read, or holds none.
pub(crate) fn token_in(file: &Path) -> anyhow::Result<Token> {
    let text = fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
    match text.parse() {
        Ok(token) => Ok(token),
        Err(_) => bail!("{} holds no token", file.display()),
    }
}

/// A file's content.
///
/// # Errors
/// When it can't be read.
pub(crate) fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("failed to read {}", file.display()))
}
