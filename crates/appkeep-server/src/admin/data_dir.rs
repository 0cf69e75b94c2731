//! The data directory: its layout, permissions and lock.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::config::Config;

/// The reason why a data directory can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataDirError {
    /// The data directory can't be created or used.
    #[error("failed to use the data directory {}: {error}", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The cause.
        error: io::Error,
    },
    /// Other users can change the data directory.
    #[error(
        "the data directory {0} has mode {mode:04o}: other users can change what is in it, keys and database included; \
         check its content, then run `chmod go-w {0}`",
        .path.display()
    )]
    Mode {
        /// The directory.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// There is no database in the data directory.
    #[error(
        "{} is not the data directory of a server: there is no appkeep.sqlite3 in it; \
         for a server on PostgreSQL, specify its configuration with --config FILE",
        .path.display()
    )]
    NoData {
        /// The data directory.
        path: PathBuf,
    },
    /// No server on PostgreSQL has used the data directory.
    #[error(
        "{} is not the data directory of a server: it contains neither keys nor server.lock",
        .path.display()
    )]
    NoServer {
        /// The data directory.
        path: PathBuf,
    },
    /// The data directory contains a database, but the configuration selects PostgreSQL.
    #[error(
        "{} exists, but the configuration selects PostgreSQL: migrate it with `appkeep store copy`, then move it away",
        .database.display()
    )]
    OtherDatabase {
        /// The database.
        database: PathBuf,
    },
    /// The data directory belongs to a PostgreSQL database, but the configuration doesn't select one.
    #[error(
        "{} says that the data directory belongs to the PostgreSQL database {location}, but the configuration has no \
         `[store]`: add it with the database's URL, or, to use a database in the data directory from now on, delete \
         this file",
        .marker.display()
    )]
    OnPostgres {
        /// The marker file.
        marker: PathBuf,
        /// The name of the database, and its host and port or directory.
        location: String,
    },
    /// Another server uses the data directory.
    #[error(
        "the data directory {} is in use by another server (process {holder}): stop it first, or specify another directory with --data",
        .path.display()
    )]
    InUse {
        /// The directory.
        path: PathBuf,
        /// The process that uses it.
        holder: String,
    },
}

/// The database of a server, as its configuration selects it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// A file in the data directory.
    Sqlite,
    /// A PostgreSQL database.
    Postgres,
}

impl DatabaseKind {
    /// The database that this configuration selects; without a configuration, the one in the data directory.
    #[must_use]
    pub fn of(config: Option<&Config>) -> Self {
        if config.is_some_and(|config| config.store.is_some()) {
            Self::Postgres
        } else {
            Self::Sqlite
        }
    }
}

/// A data directory. It contains the database, snapshots and keys, so only its owner may have access.
#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// Uses `path` as a data directory. Creates it with mode 0700 if it doesn't exist.
    ///
    /// # Errors
    /// When it can't be created, or other users can change it.
    pub fn create(path: &Path) -> Result<Self, DataDirError> {
        let refused = |error| DataDirError::Io {
            path: path.to_owned(),
            error,
        };
        if path.is_file() {
            // The system's text for this error is "File exists", which would be misleading.
            return Err(refused(io::ErrorKind::NotADirectory.into()));
        }
        if let Ok(found) = path.metadata() {
            check_mode(path, found.permissions().mode())?;
        }
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(refused)?;
        Ok(Self {
            path: path.canonicalize().map_err(refused)?,
        })
    }

    /// Uses `path` as an existing data directory of a server with this kind of database.
    ///
    /// # Errors
    /// When it is no such directory, or belongs to the other kind of database.
    pub fn existing(path: &Path, kind: DatabaseKind) -> Result<Self, DataDirError> {
        let found = Self {
            path: path.to_owned(),
        };
        found.check_kind(kind)?;
        match kind {
            DatabaseKind::Sqlite if !found.database().is_file() => {
                Err(DataDirError::NoData { path: found.path })
            }
            // A wrong path would also mean that the lock of the server isn't respected.
            DatabaseKind::Postgres if !path.join("keys").is_dir() && !found.lock_file().is_file() => {
                Err(DataDirError::NoServer { path: found.path })
            }
            _ => Ok(found),
        }
    }

    /// Refuses a data directory that belongs to the other kind of database: a server would start with an empty one, and
    /// a tool could change the wrong one.
    ///
    /// # Errors
    /// When it does.
    pub fn check_kind(&self, kind: DatabaseKind) -> Result<(), DataDirError> {
        let (database, marker) = (self.database(), self.postgres_marker());
        match kind {
            DatabaseKind::Sqlite if marker.exists() => {
                // The content is only for this message.
                let location = fs::read_to_string(&marker).unwrap_or_default();
                let location = location.trim().to_owned();
                Err(DataDirError::OnPostgres { marker, location })
            }
            DatabaseKind::Postgres if database.exists() => Err(DataDirError::OtherDatabase { database }),
            _ => Ok(()),
        }
    }

    /// Records that the directory belongs to the PostgreSQL database at `location`, which contains no password.
    ///
    /// # Errors
    /// When the marker file can't be written.
    pub fn mark_postgres(&self, location: &str) -> Result<(), DataDirError> {
        let marker = self.postgres_marker();
        let content = format!("{location}\n");
        if fs::read_to_string(&marker).is_ok_and(|found| found == content) {
            return Ok(());
        }
        fs::write(&marker, content).map_err(|error| DataDirError::Io { path: marker, error })
    }

    /// Returns the path of the directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path of the database file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path.join("appkeep.sqlite3")
    }

    fn postgres_marker(&self) -> PathBuf {
        self.path.join("appkeep.postgresql")
    }

    fn lock_file(&self) -> PathBuf {
        self.path.join("server.lock")
    }

    /// Locks the directory for this process as its only server.
    ///
    /// # Errors
    /// When another server holds the lock; names that server.
    pub fn lock(&self) -> Result<DataDirLock, DataDirError> {
        let path = self.lock_file();
        let refused = |error| DataDirError::Io {
            path: path.clone(),
            error,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(refused)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The process id in the file is only a hint; the lock itself is decisive.
                let _ = file.read_to_string(&mut holder);
                return Err(DataDirError::InUse {
                    path: self.path.clone(),
                    holder: holder.trim().to_owned(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(refused(error)),
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(refused)?;
        writeln!(file, "{}", std::process::id()).map_err(refused)?;
        Ok(DataDirLock { _file: file })
    }
}

/// Rejects a directory that other users can change. Making it private at this point would not help: they may
/// already have replaced keys or the database.
fn check_mode(path: &Path, mode: u32) -> Result<(), DataDirError> {
    const WRITABLE_BY_OTHERS: u32 = 0o022;
    if mode & WRITABLE_BY_OTHERS == 0 {
        return Ok(());
    }
    Err(DataDirError::Mode {
        path: path.to_owned(),
        mode: mode & 0o7777,
    })
}

/// The lock on a data directory. It is released when dropped, or when the process dies.
#[derive(Debug)]
pub struct DataDirLock {
    _file: File,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_locks_are_refused_and_name_the_holder() {
        let temp = tempfile::tempdir().unwrap();
        let data = DataDir::create(temp.path()).unwrap();
        let lock = data.lock().unwrap();
        let refused = data.lock().unwrap_err().to_string();
        assert!(refused.contains(&std::process::id().to_string()), "{refused}");
        drop(lock);
        data.lock().unwrap();
    }
}
