//! Tokens and certificates from arguments, the environment and files.

use std::fs::{self, File};
use std::io::{self, Read};
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

/// The size limit of a token with white space around it, in bytes: 16 KiB.
const TOKEN_BYTES_MAX: u64 = 16 * 1024;

/// Reads the token in a file; `-` is the standard input.
///
/// # Errors
/// When the file can't be read, is too large, or contains no token.
pub(crate) fn token_in(file: &Path) -> anyhow::Result<SecretString> {
    let (name, mut text) = (file_name(file), String::new());
    let read = if file == Path::new("-") {
        io::stdin().take(TOKEN_BYTES_MAX + 1).read_to_string(&mut text)
    } else {
        File::open(file).and_then(|file| file.take(TOKEN_BYTES_MAX + 1).read_to_string(&mut text))
    };
    let read = read.with_context(|| format!("failed to read {name}"))?;
    if u64::try_from(read)? > TOKEN_BYTES_MAX {
        bail!("{name} is too large for a token: expected at most {TOKEN_BYTES_MAX} bytes");
    }
    match token(&text) {
        Ok(token) => Ok(token),
        Err(_) => bail!("{name} contains no token"),
    }
}

fn file_name(file: &Path) -> String {
    if file == Path::new("-") {
        "the standard input".to_owned()
    } else {
        file.display().to_string()
    }
}

/// Reads a file.
///
/// # Errors
/// When it can't be read.
pub(crate) fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("failed to read {}", file.display()))
}
