//! Reads the source of the master key from `[keys]`.

use std::ops::Range;

use toml::Spanned;

use super::KeySource;
use super::declare::Checker;
use super::error::ConfigError;
use super::file::KeysTable;

impl Checker<'_> {
    /// Returns the source of the master key: the one configured source, or the server's own key.
    pub(super) fn key_source(&self, table: Option<&Spanned<KeysTable>>) -> Result<KeySource, ConfigError> {
        let Some(spanned) = table else {
            return Ok(KeySource::Own);
        };
        let refused = |span: Range<usize>, problem: &str| Err(self.error(&span, problem.to_owned()));
        match spanned.get_ref() {
            KeysTable {
                file: Some(file),
                env: None,
                command: None,
            } => Ok(KeySource::File(self.path(file, "the file of the master key")?)),
            KeysTable {
                file: None,
                env: Some(env),
                command: None,
            } => Ok(KeySource::Env(self.variable(env)?)),
            KeysTable {
                file: None,
                env: None,
                command: Some(command),
            } => {
                let words: Vec<_> = command
                    .get_ref()
                    .iter()
                    .map(|word| word.get_ref().clone())
                    .collect();
                if words.first().is_none_or(String::is_empty) || words.iter().any(|word| word.contains('\0'))
                {
                    let problem = "the command is empty: expected a program and its arguments";
                    return refused(command.span(), problem);
                }
                Ok(KeySource::Command(words))
            }
            KeysTable {
                file: None,
                env: None,
                command: None,
            } => refused(spanned.span(), "expected one of `file`, `env` and `command`"),
            _ => refused(spanned.span(), "expected only one of `file`, `env` and `command`"),
        }
    }

    /// Returns the name of an environment variable.
    pub(super) fn variable(&self, given: &Spanned<String>) -> Result<String, ConfigError> {
        let name = given.get_ref();
        if name.is_empty() || name.contains(['=', '\0']) {
            let problem = "this is not the name of an environment variable";
            return Err(self.error(&given.span(), problem.to_owned()));
        }
        Ok(name.clone())
    }
}
