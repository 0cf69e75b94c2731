//! What an operator declares: accounts, their apps with volumes, and their buckets.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::hook::Hook;
use crate::ids::{AccountId, AppId, BucketId};
use crate::schedule::Schedule;

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id, the first part of every URL.
    pub id: AccountId,
    /// Its name, unique on a server.
    pub name: String,
    /// Whether the configuration still names it. One that was taken out keeps what it has.
    pub declared: bool,
}

/// A named directory that belongs to an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Its name, unique within the app.
    pub name: String,
    /// The directory, absolute.
    pub path: PathBuf,
}

/// What becomes of a snapshot that isn't as it should be: files change while they are copied, or metadata can't be
/// kept.
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
    /// It fails for files that change, and notes lost metadata.
    #[default]
    Normal,
    /// It fails for both.
    Strict,
    /// It keeps the last copy of each file, and notes both.
    Relaxed,
}

impl Consistency {
    /// All values, the default first.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The configuration's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// How an app wants to be copied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppOptions {
    /// What happens when its files change meanwhile.
    pub consistency: Consistency,
    /// The commands to run before and after, in the order in which they are declared.
    pub hooks: Vec<Hook>,
    /// Volumes of other apps that are inside a volume of this one, in words: a restore in place would replace them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes_inside: Vec<String>,
}

/// A thing that is backed up as one.
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
    /// How it wants to be copied.
    pub options: AppOptions,
    /// Whether the configuration still names it. One that was taken out keeps its backups, but gets no
    /// new ones.
    pub declared: bool,
}

/// Where a bucket keeps its objects.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BucketLocation {
    /// A directory of this machine, absolute.
    Directory(PathBuf),
}

/// A place for the data of backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its id.
    pub id: BucketId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// Its name, unique within the account.
    pub name: String,
    /// Where it is.
    pub location: BucketLocation,
    /// Whether it is the one taken when a backup names none.
    pub is_default: bool,
    /// How many backups may be written into it at once, on all servers together; at least 1.
    pub backups_max: u32,
    /// Whether the configuration still names it.
    pub declared: bool,
}

/// The one of an account's buckets, in the order of their declaration, that is taken when a backup names none: the
/// one that is marked, else the first.
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

/// Something that is declared, or once was, with when that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<T> {
    /// The thing itself.
    pub what: T,
    /// When it was declared first.
    pub created_at: DateTime<Utc>,
    /// When its declaration last changed.
    pub modified_at: DateTime<Utc>,
}

/// All that a configuration declares; what it doesn't name becomes undeclared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declaration {
    /// The accounts.
    pub accounts: Vec<Account>,
    /// The apps of all accounts.
    pub apps: Vec<App>,
    /// The buckets of all accounts, in the order in which they were declared.
    pub buckets: Vec<Bucket>,
    /// The schedules of all apps.
    pub schedules: Vec<Schedule>,
}
