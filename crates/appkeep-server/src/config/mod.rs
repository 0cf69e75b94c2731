//! `appkeep.toml`: the operator's configuration. It is parsed strictly; an error names file, line, key and
//! value, and says what was expected.

mod buckets;
mod changes;
mod credentials;
mod declare;
mod error;
mod file;
mod hooks;
mod keys;
mod machine;
mod mounts;
mod nesting;
mod notifications;
mod schedules;
mod store;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use appkeep_core::admission::QueueLimits;
use appkeep_core::catalog::Declaration;
use appkeep_core::ids::BucketId;
use appkeep_core::name::NodeName;
use appkeep_engine::{BucketCredentials, Priority, Reserve, StaticCredentials};

pub use self::error::ConfigError;
pub use self::store::StoreUrl;
use crate::notifications::Notification;

/// The default number of workers.
pub(crate) const WORKERS_DEFAULT: u32 = 3;
/// The largest number of workers.
pub(crate) const WORKERS_MAX: u32 = 64;
/// The default number of backups that run at once in one bucket.
pub(crate) const BUCKET_BACKUPS_DEFAULT: u32 = 2;
/// The default time that a request's body may take to arrive, in seconds.
pub(crate) const BODY_TIMEOUT_SECS_DEFAULT: u32 = 30;
/// The largest such time that may be configured, in seconds.
pub(crate) const BODY_TIMEOUT_SECS_MAX: u32 = 3600;
/// The default time that a connection may be without a request, in seconds.
pub(crate) const IDLE_TIMEOUT_SECS_DEFAULT: u32 = 30;
/// The default time that a response may make no progress, in seconds.
pub(crate) const WRITE_TIMEOUT_SECS_DEFAULT: u32 = 30;
/// The largest value of either timeout, in seconds.
pub(crate) const CONNECTION_TIMEOUT_SECS_MAX: u32 = 3600;
/// The largest number of connections that may be configured.
pub(crate) const CONNECTIONS_MAX: u32 = 65_536;

/// The default interval between checks of the contents of buckets and snapshots, in seconds.
pub(crate) const CHECK_EVERY_SECS_DEFAULT: u32 = 300;
/// The largest such interval that may be configured, in seconds: one day.
pub(crate) const CHECK_EVERY_SECS_MAX: u32 = 86_400;
/// The default share of a finished backup that is read back, in percent of its data.
///
/// Damage to one piece in sixty is then found in the first backup nineteen times in twenty. Other pieces are
/// chosen each time, so twenty backups of unchanged data read all of it about once.
pub(crate) const VERIFY_PERCENT_DEFAULT: u32 = 5;

/// The largest number of directories for restores.
pub(crate) const RESTORE_DIRECTORIES_MAX: usize = 64;
/// The largest limit on pending jobs that may be configured.
pub(crate) const JOBS_MAX: u32 = 1_000_000;
/// The largest reserve of free space that may be configured, in MiB: 16 TiB.
pub(crate) const RESERVE_MIB_MAX: u32 = 16 << 20;

/// The source of the master key, which wraps the keys of repositories.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum KeySource {
    /// The server creates the key once and keeps it in its data directory.
    #[default]
    Own,
    /// This file contains the key.
    File(PathBuf),
    /// This environment variable contains the key.
    Env(String),
    /// This command prints the key: a program and its arguments.
    Command(Vec<String>),
}
/// The region of S3 servers other than Amazon's, most of which ignore it.
pub(crate) const S3_REGION_DEFAULT: &str = "us-east-1";
/// The largest time that may be configured for a transfer, in seconds.
pub(crate) const S3_TIMEOUT_SECS_MAX: u32 = 3600;
/// The largest number of retries of a request to an S3 server.
pub(crate) const S3_RETRIES_MAX: u32 = 20;
/// The largest number of concurrent requests to an S3 server.
pub(crate) const S3_CONNECTIONS_MAX: u32 = 64;
/// The default time that a hook may take, in seconds.
pub(crate) const HOOK_TIMEOUT_SECS_DEFAULT: u32 = 60;
/// The largest time that may be configured for a hook, in seconds.
pub(crate) const HOOK_TIMEOUT_SECS_MAX: u32 = 3600;
/// The largest number of hooks of an app.
pub(crate) const HOOKS_MAX: usize = 32;
/// The largest number of words in a hook's command.
pub(crate) const HOOK_WORDS_MAX: usize = 128;
/// The largest number of variables in a hook's environment.
pub(crate) const HOOK_VARIABLES_MAX: usize = 64;
/// The largest size of a word of a hook's command, or of a variable of its environment, in bytes.
pub(crate) const HOOK_TEXT_BYTES_MAX: usize = 4096;

/// A valid configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The name of this server's machine; by default the host name.
    pub node: NodeName,
    /// The number of workers; with 0, jobs stay queued.
    pub workers: u32,
    /// The largest number of workers that run backups at once; by default all but one.
    pub backups_max: Option<u32>,
    /// The time that a request's body may take to arrive.
    pub body_timeout: Duration,
    /// The largest number of connections; by default derived from the limit of open files.
    pub connections_max: Option<u32>,
    /// The largest number of connections of one address; by default three quarters of all.
    pub connections_per_address_max: Option<u32>,
    /// The time that a connection may be without a request.
    pub idle_timeout: Duration,
    /// The time that a response may make no progress.
    pub write_timeout: Duration,
    /// The interval between checks of the contents of buckets and snapshots.
    pub check_every: Duration,
    /// The share of a finished backup that is read back, in percent of its data.
    pub verify_percent: u8,
    /// The CPU priority of backups, restores and deletes.
    pub engine_priority: Priority,
    /// The space in the data directory's file system that is kept free.
    pub reserve: Reserve,
    /// The limits on pending jobs.
    pub queue_limits: QueueLimits,
    /// The directories below which clients may restore data.
    pub restore_directories: Vec<PathBuf>,
    /// Whether the pages for browsers are served, at `/ui` and `/docs`.
    pub pages: bool,
    /// The source of the URL of the PostgreSQL database; without one, the database is SQLite in the data directory.
    pub store: Option<StoreUrl>,
    /// The source of the master key.
    pub keys: KeySource,
    /// Accounts, apps and buckets.
    pub declaration: Declaration,
    /// The credentials of buckets that the configuration contains.
    pub bucket_credentials: HashMap<BucketId, StaticCredentials>,
    /// The receivers of notifications.
    pub notifications: Vec<Notification>,
    /// Settings that are permitted but may be a mistake.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// When the file can't be read or is invalid.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path, &error))?;
        Self::parse(path, &text)
    }

    /// Returns how many backups run at once on this server. With two workers or more, one is reserved for
    /// other jobs.
    #[must_use]
    pub fn backups_at_once(&self) -> u32 {
        self.backups_max
            .unwrap_or_else(|| self.workers.saturating_sub(1).max(1))
    }

    /// Parses `text` as the content of the configuration file `path`. Relative directories are relative to
    /// that file's directory.
    ///
    /// # Errors
    /// When the configuration is invalid.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let file: file::File =
            toml::from_str(text).map_err(|error| ConfigError::from_toml(path, text, &error))?;
        declare::check(path, text, &file)
    }

    /// Returns the credentials of buckets, for an engine.
    #[must_use]
    pub fn credentials(&self) -> BucketCredentials {
        let credentials = BucketCredentials::default();
        credentials.replace(self.bucket_credentials.clone());
        credentials
    }

    /// Describes how this configuration's declaration differs from an `earlier` one, with a text for each
    /// account, app, bucket and schedule.
    pub(crate) fn declaration_changes(&self, earlier: &Self) -> Vec<String> {
        changes::changes(&earlier.declaration, &self.declaration)
    }

    /// Checks that the data directory, volumes and buckets are not inside each other.
    ///
    /// # Errors
    /// When one is inside another; names both.
    pub fn check_data_dir(&self, data_dir: &Path) -> Result<(), ConfigError> {
        nesting::check_data_dir(&self.declaration, data_dir)
    }
}
