//! `appkeep.toml`: what an operator declares. Read strictly; an error names file, line, key, value and what
//! would be right.

mod changes;
mod declare;
mod error;
mod file;
mod hooks;
mod keys;
mod mounts;
mod nesting;
mod schedules;

use std::path::{Path, PathBuf};
use std::time::Duration;

use appkeep_core::admission::QueueLimits;
use appkeep_core::catalog::Declaration;
use appkeep_engine::{Priority, Reserve};

pub use self::error::ConfigError;

/// How many workers run unless the configuration says otherwise.
pub const WORKERS_DEFAULT: u32 = 3;
/// The most workers that may run.
pub const WORKERS_MAX: u32 = 64;
/// How many backups of a bucket run at once unless the configuration says otherwise.
pub const BUCKET_BACKUPS_DEFAULT: u32 = 2;
/// The largest number that a rule of retention may have.
pub const KEEP_MAX: u32 = 9999;
/// How long a request's body may take to arrive unless the configuration says otherwise, in seconds.
pub const BODY_TIMEOUT_SECS_DEFAULT: u32 = 30;
/// The longest time that may be set for it, in seconds.
pub const BODY_TIMEOUT_SECS_MAX: u32 = 3600;
/// How long a connection may be without a request unless the configuration says otherwise, in seconds.
pub const IDLE_TIMEOUT_SECS_DEFAULT: u32 = 30;
/// How long a response may make no progress unless the configuration says otherwise, in seconds.
pub const WRITE_TIMEOUT_SECS_DEFAULT: u32 = 30;
/// The longest time that may be set for either, in seconds.
pub const CONNECTION_TIMEOUT_SECS_MAX: u32 = 3600;
/// The most connections that may be configured.
pub const CONNECTIONS_MAX: u32 = 65_536;

/// How often buckets and snapshots are asked for what they hold unless the configuration says otherwise, in
/// seconds.
pub const CHECK_EVERY_SECS_DEFAULT: u32 = 300;
/// The longest time that may be set for it, in seconds: a day.
pub const CHECK_EVERY_SECS_MAX: u32 = 86_400;
/// How much of a finished backup is read back unless the configuration says otherwise, in percent of its data.
///
/// What spoils one piece in sixty is then found in the first backup nineteen times in twenty, and as other
/// pieces are chosen each time, twenty backups of unchanged data read all of it about once.
pub const VERIFY_PERCENT_DEFAULT: u32 = 5;

/// The largest limit on pending jobs that may be set.
pub const JOBS_MAX: u32 = 1_000_000;
/// The largest reserve of free space that may be set, in MiB: 16 TiB.
pub const RESERVE_MIB_MAX: u32 = 16 << 20;

/// Where the master key comes from that wraps the keys of repositories.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum KeySource {
    /// The server makes one, once, and keeps it in its data directory.
    #[default]
    Own,
    /// This file holds it.
    File(PathBuf),
    /// This environment variable holds it.
    Env(String),
    /// This command prints it: a program and its arguments.
    Command(Vec<String>),
}
/// How long a hook may take unless the configuration says otherwise, in seconds.
pub const HOOK_TIMEOUT_SECS_DEFAULT: u32 = 60;
/// The longest time that may be set for a hook, in seconds.
pub const HOOK_TIMEOUT_SECS_MAX: u32 = 3600;
/// How many hooks an app may have.
pub const HOOKS_MAX: usize = 32;
/// How many words a hook's command may have.
pub const HOOK_WORDS_MAX: usize = 128;
/// How many variables a hook's environment may declare.
pub const HOOK_VARIABLES_MAX: usize = 64;
/// How long a word of a hook's command, or a variable of its environment, may be, in bytes.
pub const HOOK_TEXT_BYTES_MAX: usize = 4096;

/// A configuration that was found to be good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// How many workers run; none keeps jobs queued.
    pub workers: u32,
    /// How many of them may take backups at once; without it all but one.
    pub backups_max: Option<u32>,
    /// How long a request's body may take to arrive.
    pub body_timeout: Duration,
    /// The most connections; without it derived from the limit of open files.
    pub connections_max: Option<u32>,
    /// The most connections of one address; without it three quarters of all.
    pub connections_per_address_max: Option<u32>,
    /// How long a connection may be without a request.
    pub idle_timeout: Duration,
    /// How long a response may make no progress.
    pub write_timeout: Duration,
    /// How often buckets and snapshots are asked for what they hold.
    pub check_every: Duration,
    /// How much of a finished backup is read back, in percent of its data.
    pub verify_percent: u8,
    /// How backups, restores and deletes compete with requests for processors.
    pub engine_priority: Priority,
    /// How much of the data directory's file system is kept free.
    pub reserve: Reserve,
    /// How many jobs may wait.
    pub queue_limits: QueueLimits,
    /// Whether the pages for browsers are served, at `/ui` and `/docs`.
    pub pages: bool,
    /// Where the master key comes from.
    pub keys: KeySource,
    /// Accounts, apps and buckets.
    pub declaration: Declaration,
    /// What is permitted but may be a mistake.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// When it can't be read or says something that can't be.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path, &error))?;
        Self::parse(path, &text)
    }

    /// How many backups run at once on this server: of two workers or more, one is kept for everything else.
    #[must_use]
    pub fn backups_at_once(&self) -> u32 {
        self.backups_max
            .unwrap_or_else(|| self.workers.saturating_sub(1).max(1))
    }

    /// Takes `text` as the content of the configuration file `path`, which relative directories are
    /// relative to.
    ///
    /// # Errors
    /// When it says something that can't be.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let file: file::File =
            toml::from_str(text).map_err(|error| ConfigError::from_toml(path, text, &error))?;
        declare::check(path, text, &file)
    }

    /// What this configuration declares otherwise than an `earlier` one, a text for each account, app, bucket and
    /// schedule.
    pub(crate) fn declaration_changes(&self, earlier: &Self) -> Vec<String> {
        changes::changes(&earlier.declaration, &self.declaration)
    }

    /// Checks that the data directory, volumes and buckets are not inside each other.
    ///
    /// # Errors
    /// When it is; names both.
    pub fn check_data_dir(&self, data_dir: &Path) -> Result<(), ConfigError> {
        nesting::check_data_dir(&self.declaration, data_dir)
    }
}
