//! Reads the location of the database from `[store]`.

use std::ops::Range;
use std::path::PathBuf;

use appkeep_store::PostgresStore;
use secrecy::{ExposeSecret, SecretString};
use toml::Spanned;

use super::KeySource;
use super::declare::Checker;
use super::error::ConfigError;
use super::file::StoreTable;

/// The source of the URL of a PostgreSQL database, which may contain a password.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum StoreUrl {
    /// The configuration contains the URL.
    Text(SecretString),
    /// This environment variable contains the URL.
    Env(String),
    /// This file contains the URL.
    File(PathBuf),
}

impl PartialEq for StoreUrl {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(url), Self::Text(other)) => url.expose_secret() == other.expose_secret(),
            (Self::Env(name), Self::Env(other)) => name == other,
            (Self::File(path), Self::File(other)) => path == other,
            _ => false,
        }
    }
}

impl Eq for StoreUrl {}

impl Checker<'_> {
    /// Returns the source of the database's URL; without one, the database is SQLite in the data directory.
    pub(super) fn store_url(
        &self,
        table: Option<&Spanned<StoreTable>>,
        keys: &KeySource,
    ) -> Result<Option<StoreUrl>, ConfigError> {
        let Some(spanned) = table else {
            return Ok(None);
        };
        let refused = |span: Range<usize>, problem: &str| self.secret_error(&span, problem.to_owned());
        let StoreTable {
            url,
            url_env,
            url_file,
        } = spanned.get_ref();
        // A URL in the wrong key would be displayed as a name.
        let mut names = [url_env, url_file].into_iter().flatten();
        if let Some(name) = names.find(|name| name.get_ref().contains("://")) {
            return Err(refused(name.span(), "this is a URL: specify it with `url`"));
        }
        let source = match (url, url_env, url_file) {
            (Some(url), None, None) => {
                let checked = PostgresStore::location(url.get_ref());
                checked.map_err(|reason| {
                    refused(
                        url.span(),
                        &format!("the URL of the database is invalid: {reason}"),
                    )
                })?;
                StoreUrl::Text(url.get_ref().clone())
            }
            (None, Some(env), None) => StoreUrl::Env(self.variable(env)?),
            (None, None, Some(file)) => {
                StoreUrl::File(self.path(file, "a file that contains the URL of the database")?)
            }
            (None, None, None) => {
                let problem = "expected one of `url`, `url_env` and `url_file`";
                return Err(refused(spanned.span(), problem));
            }
            _ => {
                let problem = "expected only one of `url`, `url_env` and `url_file`";
                return Err(refused(spanned.span(), problem));
            }
        };
        if *keys == KeySource::Own {
            let problem =
                "PostgreSQL requires `[keys]`: without it, each server creates a master key of its own";
            return Err(refused(spanned.span(), problem));
        }
        Ok(Some(source))
    }
}
