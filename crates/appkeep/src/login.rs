//! What `appkeep login` stores for this user: which server, as whom, whom to trust.
//!
//! One file in the user's configuration directory (`$XDG_CONFIG_HOME/appkeep/login.toml`, or
//! `~/.config/appkeep/login.toml`), mode 0600, replaced as a whole.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use etcetera::BaseStrategy;
use etcetera::base_strategy::Xdg;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is stored. Holds a secret, hence no `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// Scheme, host and port.
    pub(crate) url: String,
    /// The account that commands are about.
    pub(crate) account: Uuid,
    /// The bearer token.
    pub(crate) token: String,
    /// Certificate authorities to trust besides the usual ones, as PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca: Option<String>,
}

/// Where the login is stored.
///
/// # Errors
/// When the user has no home directory.
pub(crate) fn path() -> anyhow::Result<PathBuf> {
    let user = Xdg::new().context("failed to find the configuration directory: HOME is not set")?;
    Ok(user.config_dir().join("appkeep").join("login.toml"))
}

/// What is stored, if anything is.
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
    // The parser's own words would repeat the line, and that may be the token's.
    let login = toml::from_str(&text).map_err(|error| {
        let reason = error.message().lines().next().unwrap_or_default().to_owned();
        anyhow::anyhow!(
            "failed to read {}: {reason}; run appkeep login again",
            path.display()
        )
    })?;
    Ok(Some(login))
}

/// Stores a login in place of the one before, and answers where.
///
/// # Errors
/// When it can't be written; the one before is then still there.
pub(crate) fn store(login: &Login) -> anyhow::Result<PathBuf> {
    let path = path()?;
    write(&path, login).with_context(|| format!("failed to write {}", path.display()))?;
    Ok(path)
}

fn write(path: &Path, login: &Login) -> anyhow::Result<()> {
    let directory = path.parent().context("it has no directory")?;
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    // Mode 0600 from the beginning.
    let mut file = tempfile::Builder::new()
        .prefix(".login-")
        .tempfile_in(directory)?;
    file.write_all(toml::to_string(login)?.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Removes what is stored; `None` when nothing was.
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

/// Whether others than the user may read what is stored.
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}
