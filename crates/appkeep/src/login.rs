//! The login stored by `appkeep login`: the server, the token, the account and trusted certificates.
//!
//! It is one file in the user's configuration directory (`$XDG_CONFIG_HOME/appkeep/login.toml`, or
//! `~/.config/appkeep/login.toml`), with mode 0600, and is replaced atomically.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use etcetera::BaseStrategy;
use etcetera::base_strategy::Xdg;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The stored login. It contains a secret, hence no `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// Scheme, host and port.
    pub(crate) url: String,
    /// The account that commands use.
    pub(crate) account: Uuid,
    /// The bearer token.
    pub(crate) token: String,
    /// Trusted certificate authorities besides the system's, as PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca: Option<String>,
}

/// Returns the path of the login file.
///
/// # Errors
/// When the user has no home directory.
pub(crate) fn path() -> anyhow::Result<PathBuf> {
    let user = Xdg::new().context("failed to find the configuration directory: HOME is not set")?;
    Ok(user.config_dir().join("appkeep").join("login.toml"))
}

/// Loads the login, if there is one.
///
/// # Errors
/// When it can't be read.
pub(crate) fn load() -> anyhow::Result<Option<Login>> {
    let Ok(path) = path() else {
        return Ok(None);
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error).with_context(|| format!("failed to read {}", path.display())),
    };
    // The parser's full message would quote the line, which may contain the token.
    let login = toml::from_str(&text).map_err(|error| {
        let reason = error.message().lines().next().unwrap_or_default().to_owned();
        anyhow::anyhow!(
            "failed to read {}: {reason}; run appkeep login again",
            path.display()
        )
    })?;
    Ok(Some(login))
}

/// Replaces the stored login, and returns the path of its file.
///
/// # Errors
/// When it can't be written; the previous login is then unchanged.
pub(crate) fn store(login: &Login) -> anyhow::Result<PathBuf> {
    let path = path()?;
    write(&path, login).with_context(|| format!("failed to write {}", path.display()))?;
    Ok(path)
}

fn write(path: &Path, login: &Login) -> anyhow::Result<()> {
    let directory = path.parent().context("it has no directory")?;
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    // The file has mode 0600 from its creation.
    let mut file = tempfile::Builder::new()
        .prefix(".login-")
        .tempfile_in(directory)?;
    file.write_all(toml::to_string(login)?.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Removes the login, and returns the path of its file; `None` if there was none.
///
/// # Errors
/// When it can't be removed.
pub(crate) fn remove() -> anyhow::Result<Option<PathBuf>> {
    let path = path()?;
    match fs::remove_file(&path) {
        Ok(()) => Ok(Some(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("failed to remove {}", path.display())),
    }
}

/// Returns whether other users may read the file.
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}
