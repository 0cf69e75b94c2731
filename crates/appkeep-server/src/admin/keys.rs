//! The master key, read from its configured source, and the keys that it wraps.

use std::env::VarError;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use appkeep_core::engine::EngineError;
pub use appkeep_engine::{KeyStore, MasterKey, MasterKeyId, Rotation};
use appkeep_store::PostgresStore;
pub use secrecy::{ExposeSecret, SecretString};
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use zeroize::Zeroizing;

use crate::admin::database::{DatabaseError, Schema, open_postgres};
use crate::config::{Config, KeySource};

/// The timeout of the command that prints the master key.
pub const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest size of a file or of a command's output that is read, in bytes.
const BYTES_MAX: u16 = 4096;

/// The reason why keys can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The master key isn't available.
    #[error("failed to get the master key from {source_name}: {problem}")]
    MasterKey {
        /// The configured source.
        source_name: String,
        /// The cause.
        problem: String,
    },
    /// A key can't be read, unwrapped or created.
    #[error(transparent)]
    Repository(#[from] EngineError),
    /// The database of the keys can't be opened.
    #[error(transparent)]
    Database(#[from] Box<DatabaseError>),
}

/// Opens the keys of a server: in the database that `config` selects, else in the data directory. Methods of the result
/// block: see [`blocking`].
///
/// # Errors
/// When the master key isn't available or isn't valid, or the database can't be opened.
pub async fn open(data_dir: &Path, config: Option<&Config>) -> Result<KeyStore, KeyError> {
    let Some(config) = config else {
        return Ok(KeyStore::new(data_dir));
    };
    let postgres = match &config.store {
        Some(url) => Some(
            open_postgres(url, Schema::Current, None)
                .await
                .map_err(Box::new)?,
        ),
        None => None,
    };
    open_in(data_dir, &config.keys, postgres.as_ref()).await
}

/// Opens the keys in a database, or in the data directory if there is none, with the master key from `source`.
pub(crate) async fn open_in(
    data_dir: &Path,
    source: &KeySource,
    postgres: Option<&PostgresStore>,
) -> Result<KeyStore, KeyError> {
    let keys = match master_key(source).await? {
        Some(master) => KeyStore::wrapped_by(data_dir, master),
        None => KeyStore::new(data_dir),
    };
    Ok(match postgres {
        Some(postgres) => keys.in_database(Arc::new(postgres.clone())),
        None => keys,
    })
}

/// Copies key files of the data directory into the database that contains the keys: the server may have been on SQLite
/// before.
pub(crate) async fn copy_into_database(keys: &KeyStore) -> Result<(), KeyError> {
    let keys = keys.clone();
    let copied = blocking(move || keys.copy_into_database()).await?;
    if copied > 0 {
        tracing::info!(copied, "key files were copied into the database");
    }
    Ok(())
}

/// Checks the master key before any work, and returns its id.
pub(crate) async fn prepare(keys: &KeyStore) -> Result<MasterKeyId, KeyError> {
    let keys = keys.clone();
    Ok(blocking(move || keys.prepare()).await?)
}

/// Runs work with keys outside the async runtime: it blocks while the database is read.
///
/// # Panics
/// When the work panics.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Reads the master key from `source`; none if it is the server's own.
///
/// # Errors
/// When the master key isn't available or isn't valid.
pub async fn master_key(source: &KeySource) -> Result<Option<MasterKey>, KeyError> {
    let refused = |problem: String| KeyError::MasterKey {
        source_name: name_of(source),
        problem,
    };
    let text = match source {
        KeySource::Own => return Ok(None),
        KeySource::File(path) => read_file("master key", path).await.map_err(refused)?,
        KeySource::Env(name) => read_variable(name).map_err(refused)?,
        KeySource::Command(words) => run(words).await.map_err(refused)?,
    };
    let master = MasterKey::from_hex(&text).map_err(|error| refused(error.to_string()))?;
    Ok(Some(master))
}

/// Returns the name of a key source for messages.
#[must_use]
pub fn name_of(source: &KeySource) -> String {
    match source {
        KeySource::Own => "keys/master.key".to_owned(),
        KeySource::File(path) => path.display().to_string(),
        KeySource::Env(name) => format!("the environment variable {name}"),
        // The arguments may be secrets.
        KeySource::Command(words) => format!("the command {}", words.first().map_or("", String::as_str)),
    }
}

/// Reads a secret from an environment variable.
pub(super) fn read_variable(name: &str) -> Result<Zeroizing<String>, String> {
    match std::env::var(name) {
        Ok(value) => Ok(Zeroizing::new(value)),
        Err(VarError::NotPresent) => Err("it is not set".to_owned()),
        // The error contains the value, so it isn't shown.
        Err(VarError::NotUnicode(_)) => Err("it is not valid UTF-8".to_owned()),
    }
}

/// Reads a secret from a file; `what` is its name for a warning about the file's mode.
pub(super) async fn read_file(what: &str, path: &Path) -> Result<Zeroizing<String>, String> {
    let read = async {
        let file = tokio::fs::File::open(path).await?;
        let mode = file.metadata().await?.permissions().mode();
        // Sharing the file with a group is legitimate.
        if mode & 0o007 != 0 {
            tracing::warn!(
                "the {what} {} is readable by all users (mode {:o})",
                path.display(),
                mode & 0o777
            );
        }
        read_text(file).await
    };
    read.await.map_err(|error: io::Error| error.to_string())
}

async fn read_text(source: impl tokio::io::AsyncRead + Unpin) -> io::Result<Zeroizing<String>> {
    // Enough capacity for everything, so that reallocation leaves no copy of the key behind.
    let mut text = Zeroizing::new(String::with_capacity(BYTES_MAX.into()));
    source.take(BYTES_MAX.into()).read_to_string(&mut text).await?;
    Ok(text)
}

/// Runs a command and returns its output. Its standard error is inherited.
async fn run(words: &[String]) -> Result<Zeroizing<String>, String> {
    let (program, arguments) = words.split_first().ok_or("it is empty")?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| error.to_string())?;
    let stdout = child.stdout.take().ok_or("it has no output")?;
    let ended = async {
        let text = read_text(stdout).await?;
        Ok::<_, io::Error>((text, child.wait().await?))
    };
    match tokio::time::timeout(COMMAND_TIMEOUT, ended).await {
        Ok(Ok((text, status))) if status.success() => Ok(text),
        Ok(Ok((_, status))) => Err(format!("it ended with {status}")),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("it didn't end within {} s", COMMAND_TIMEOUT.as_secs())),
    }
}
