//! The catalog that an operator declares: accounts, their apps with volumes, and their buckets.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::hook::Hook;
use crate::ids::{AccountId, AppId, BucketId};
use crate::schedule::Schedule;

pub use crate::bucket_location::{BucketLocation, S3Credentials, S3Encryption, S3Location, TransferLimits};

/// The reason reported for a resource that is no longer in the configuration.
pub const UNDECLARED: &str = "it is no longer part of the server's configuration";

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id, the first part of every URL.
    pub id: AccountId,
    /// Its name, unique on a server.
    pub name: String,
    /// Whether it is still in the configuration. An account that was removed from it keeps its resources.
    pub declared: bool,
}

/// A named directory that belongs to an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Its name, unique within the app.
    pub name: String,
    /// The absolute path of the directory.
    pub path: PathBuf,
}

/// The policy for imperfect snapshots: files change while they are copied, or metadata can't be kept.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Consistency {
    /// Changing files fail the snapshot; lost metadata is noted.
    #[default]
    Normal,
    /// Changing files and lost metadata both fail the snapshot.
    Strict,
    /// The last copy of each changing file is kept; changing files and lost metadata are both noted.
    Relaxed,
}

impl Consistency {
    /// All values, the default first.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The value in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The origin of the data of an app's backups, unless a backup names a snapshot.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SnapshotMode {
    /// A temporary snapshot, created with the strongest method that each volume supports.
    #[default]
    Auto,
    /// The volumes themselves: they are read while the app uses them, and no second copy is needed.
    Live,
}

impl SnapshotMode {
    /// All values, the default first.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The value in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Settings for the snapshots of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppOptions {
    /// The policy for files that change while they are copied, and for metadata that can't be kept.
    pub consistency: Consistency,
    /// The origin of the data of backups. The default isn't stored, so that declarations of nodes with earlier versions
    /// are equal.
    #[serde(skip_serializing_if = "SnapshotMode::is_default")]
    pub snapshot: SnapshotMode,
    /// The commands to run before and after the copy, in the order of their declaration.
    pub hooks: Vec<Hook>,
    /// Descriptions of other apps' volumes that are inside a volume of this app: a restore in place would replace
    /// them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes_inside: Vec<String>,
}

/// A set of volumes that is backed up as one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// Its name, unique within the account.
    pub name: String,
    /// Its data.
    pub volumes: Vec<Volume>,
    /// The settings for its snapshots.
    pub options: AppOptions,
    /// Whether it is still in the configuration. An app that was removed from it keeps its backups, but new ones
    /// can't be created.
    pub declared: bool,
}

/// A storage location for the data of backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its id.
    pub id: BucketId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// Its name, unique within the account.
    pub name: String,
    /// Its storage location.
    pub location: BucketLocation,
    /// Whether it is used for backups that don't specify a bucket.
    pub is_default: bool,
    /// The largest number of backups that may be written into it at once, by all servers together; at least 1.
    pub backups_max: u32,
    /// Whether it is still in the configuration.
    pub declared: bool,
}

/// The reason why a declared bucket can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BucketProblem {
    /// It has not been checked since it was declared, or since its location changed.
    Unchecked,
    /// The latest check failed for this reason.
    Failed(String),
}

/// What the storage of a bucket supports, by the latest probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketFeatures {
    /// Whether it refuses a conditional write of an existing object.
    pub conditional_writes: bool,
    /// Whether it keeps replaced and deleted objects as noncurrent versions.
    pub versioning: bool,
}

impl BucketFeatures {
    /// The names of the supported features, separated by commas, or `none`.
    #[must_use]
    pub fn names(self) -> String {
        let features = [
            (self.conditional_writes, "conditional writes"),
            (self.versioning, "versioning"),
        ];
        let names: Vec<_> = features
            .into_iter()
            .filter_map(|(is_supported, name)| is_supported.then_some(name))
            .collect();
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    }
}

/// A measurement of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketMeasurement {
    /// The total size of the packs of all repositories in bytes; packs contain the data of backups, deduplicated.
    pub stored_bytes: u64,
    /// The free space of its file system in bytes, if it has one.
    pub free_bytes: Option<u64>,
    /// The time at which it began.
    pub time: DateTime<Utc>,
}

/// The default bucket of an account: the declared bucket that is marked as default, or else the first declared one.
/// `buckets` are in the order of their declaration.
pub fn default_bucket<'a>(buckets: impl IntoIterator<Item = &'a Bucket>) -> Option<&'a Bucket> {
    let mut first = None;
    for bucket in buckets.into_iter().filter(|bucket| bucket.declared) {
        if bucket.is_default {
            return Some(bucket);
        }
        first = first.or(Some(bucket));
    }
    first
}

/// An item that is or was declared, with its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<T> {
    /// The item.
    pub item: T,
    /// When it was first declared.
    pub created_at: DateTime<Utc>,
    /// When its declaration last changed.
    pub modified_at: DateTime<Utc>,
}

/// Everything that a configuration declares. Items that it doesn't contain become undeclared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declaration {
    /// The accounts.
    pub accounts: Vec<Account>,
    /// The apps of all accounts.
    pub apps: Vec<App>,
    /// The buckets of all accounts, in the order of their declaration.
    pub buckets: Vec<Bucket>,
    /// The schedules of all apps.
    pub schedules: Vec<Schedule>,
}
