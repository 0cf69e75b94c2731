//! The logins stored by `appkeep login`, one for each context: the server, the token, the account and trusted certificates.
//!
//! They are in one file in the user's configuration directory (`$XDG_CONFIG_HOME/appkeep/login.toml`, or
//! `~/.config/appkeep/login.toml`), with mode 0600, which is replaced atomically. A file with only one login, without
//! contexts, was written by an earlier version: it is the context `default`.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use etcetera::BaseStrategy;
use etcetera::base_strategy::Xdg;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::failure::{CONFLICT, COULD_NOT_RUN, Failure, NOT_FOUND};

/// The name of the context of a login without a name.
pub(crate) const DEFAULT: &str = "default";

/// The largest number of contexts.
const CONTEXTS_MAX: usize = 100;

/// The longest name of a context, in characters.
const NAME_CHARS_MAX: usize = 63;

/// A stored login. It contains a secret, hence no `Debug`.
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

/// All stored logins.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Logins {
    /// The name of the selected context.
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<String>,
    #[serde(default)]
    contexts: BTreeMap<String, Login>,
}

impl Logins {
    /// Loads the logins.
    ///
    /// # Errors
    /// When they can't be read.
    pub(crate) fn load() -> anyhow::Result<Self> {
        let Ok(path) = path() else {
            return Ok(Self::default());
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(Self::default());
            }
            Err(error) => return Err(error).with_context(|| format!("failed to read {}", path.display())),
        };
        // The parser's full message would quote the line, which may contain the token.
        Self::parse(&text).map_err(|error| {
            let reason = error.message().lines().next().unwrap_or_default().to_owned();
            anyhow::anyhow!(
                "failed to read {}: {reason}; correct or remove the file",
                path.display()
            )
        })
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let table: toml::Table = toml::from_str(text)?;
        if !table.contains_key("url") {
            return table.try_into();
        }
        Ok(Self {
            current: Some(DEFAULT.to_owned()),
            contexts: BTreeMap::from([(DEFAULT.to_owned(), table.try_into()?)]),
        })
    }

    /// Replaces the stored logins, and returns the path of their file. Without logins, it is removed.
    ///
    /// # Errors
    /// When it can't be written; it is then unchanged.
    pub(crate) fn store(&self) -> anyhow::Result<PathBuf> {
        let path = path()?;
        if self.contexts.is_empty() {
            fs::remove_file(&path).with_context(|| format!("failed to remove {}", path.display()))?;
        } else {
            write(&path, self).with_context(|| format!("failed to write {}", path.display()))?;
        }
        Ok(path)
    }

    /// Returns the name of the selected context.
    pub(crate) fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// Returns all contexts, by name.
    pub(crate) fn contexts(&self) -> impl Iterator<Item = (&str, &Login)> {
        self.contexts.iter().map(|(name, login)| (name.as_str(), login))
    }

    /// Returns a login.
    ///
    /// # Errors
    /// When there is no such context.
    pub(crate) fn get(&self, name: &str) -> Result<&Login, Failure> {
        self.contexts.get(name).ok_or_else(|| {
            let failure = Failure::new(NOT_FOUND, format!("there is no context {name:?}"));
            let names: Vec<&str> = self.contexts().map(|(name, _)| name).collect();
            if names.is_empty() {
                failure.next("create it with appkeep login --name")
            } else {
                failure.next(format!("expected {}", names.join(", ")))
            }
        })
    }

    /// Adds a login, or replaces that of the same name, and selects it.
    ///
    /// # Errors
    /// When the name is invalid, or there are too many contexts.
    pub(crate) fn insert(&mut self, name: &str, login: Login) -> Result<(), Failure> {
        check_name(name)?;
        if self.contexts.len() >= CONTEXTS_MAX && !self.contexts.contains_key(name) {
            let problem = format!("there are already {CONTEXTS_MAX} contexts, the limit");
            return Err(Failure::new(COULD_NOT_RUN, problem).next("delete one with appkeep context delete"));
        }
        self.contexts.insert(name.to_owned(), login);
        self.current = Some(name.to_owned());
        Ok(())
    }

    /// Selects a context.
    ///
    /// # Errors
    /// When there is no such context.
    pub(crate) fn select(&mut self, name: &str) -> Result<&Login, Failure> {
        self.get(name)?;
        self.current = Some(name.to_owned());
        self.get(name)
    }

    /// Renames a context.
    ///
    /// # Errors
    /// When there is no such context, or the new name is invalid or taken.
    pub(crate) fn rename(&mut self, name: &str, new: &str) -> Result<(), Failure> {
        self.get(name)?;
        check_name(new)?;
        if self.contexts.contains_key(new) {
            let failure = Failure::new(CONFLICT, format!("there is already a context {new:?}"));
            return Err(failure.next("choose another name"));
        }
        if let Some(login) = self.contexts.remove(name) {
            self.contexts.insert(new.to_owned(), login);
        }
        if self.current.as_deref() == Some(name) {
            self.current = Some(new.to_owned());
        }
        Ok(())
    }

    /// Removes a context. If it was selected, none is selected afterwards.
    ///
    /// # Errors
    /// When there is no such context.
    pub(crate) fn remove(&mut self, name: &str) -> Result<(), Failure> {
        self.get(name)?;
        self.contexts.remove(name);
        if self.current.as_deref() == Some(name) {
            self.current = None;
        }
        Ok(())
    }

    /// Removes all contexts.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

fn check_name(name: &str) -> Result<(), Failure> {
    let is_valid =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.chars().all(is_valid) {
        let problem = format!(
            "invalid context {name:?}: expected 1 to {NAME_CHARS_MAX} letters, digits, hyphens, underscores and dots"
        );
        return Err(Failure::new(COULD_NOT_RUN, problem));
    }
    Ok(())
}

fn write(path: &Path, logins: &Logins) -> anyhow::Result<()> {
    let directory = path.parent().context("it has no directory")?;
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    // The file has mode 0600 from its creation.
    let mut file = tempfile::Builder::new()
        .prefix(".login-")
        .tempfile_in(directory)?;
    file.write_all(toml::to_string(logins)?.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Returns whether other users may read the file.
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_contexts_are_the_default_context() {
        let id = Uuid::nil();
        let old = format!("url = \"http://a\"\naccount = \"{id}\"\ntoken = \"secret\"\n");
        let logins = Logins::parse(&old).unwrap();
        assert_eq!(logins.current(), Some("default"));
        assert_eq!(logins.get("default").unwrap().url, "http://a");
        let new = toml::to_string(&logins).unwrap();
        assert!(new.starts_with("current = \"default\"\n"), "{new}");
        assert_eq!(
            Logins::parse(&new).unwrap().get("default").unwrap().token,
            "secret"
        );
        assert!(Logins::parse("").unwrap().contexts.is_empty());
        assert!(Logins::parse("contexts = 1").is_err());
    }

    #[test]
    fn names_and_numbers_of_contexts_are_limited() {
        let login = || Login {
            url: "http://a".to_owned(),
            account: Uuid::nil(),
            token: "secret".to_owned(),
            ca: None,
        };
        let mut logins = Logins::default();
        for name in ["", "a b", "a/b", &"a".repeat(64)] {
            let refused = logins.insert(name, login()).unwrap_err();
            assert!(refused.cause().starts_with("invalid context "), "{refused}");
        }
        for number in 0..CONTEXTS_MAX {
            logins.insert(&number.to_string(), login()).unwrap();
        }
        logins.insert("0", login()).unwrap();
        assert_eq!(logins.current(), Some("0"));
        let refused = logins.insert("one-more", login()).unwrap_err();
        assert!(
            refused.cause().starts_with("there are already 100 contexts"),
            "{refused}"
        );
    }
}
