//! Identifiers: one type per kind of resource, so that they can't be confused.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! identifier {
    ($($(#[$doc:meta])* $name:ident $(<$kind:ident>)?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent, bound = "")]
        pub struct $name$(<$kind>)?(Uuid, $(#[serde(skip)] PhantomData<$kind>)?);

        impl$(<$kind>)? $name$(<$kind>)? {
            /// Wraps a UUID of any version.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id, $(PhantomData::<$kind>)?)
            }

            /// The UUID itself.
            #[must_use]
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl$(<$kind>)? fmt::Debug for $name$(<$kind>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.0).finish()
            }
        }

        impl$(<$kind>)? fmt::Display for $name$(<$kind>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl$(<$kind>)? From<Uuid> for $name$(<$kind>)? {
            fn from(id: Uuid) -> Self {
                Self::new(id)
            }
        }

        impl$(<$kind>)? From<$name$(<$kind>)?> for Uuid {
            fn from(id: $name$(<$kind>)?) -> Self {
                id.0
            }
        }
    )*};
}

identifier! {
    /// Identifies an account: the tenant that owns apps, buckets, backups and snapshots.
    AccountId;
    /// Identifies an app.
    AppId;
    /// Identifies a resource of this kind.
    ResourceId<K>;
    /// Identifies a restore of an app.
    AppRestoreId;
    /// Identifies a bucket (`bucketID` in the contract).
    BucketId;
    /// Identifies a schedule (`scheduleID` in the contract).
    ScheduleId;
    /// Identifies an actor: `createdBy` and `modifiedBy` in the contract.
    SubjectId;
    /// Identifies a token without revealing its secret.
    TokenId;
    /// Identifies a job.
    JobId;
}

/// The kind of resource of backups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BackupKind {}

/// The kind of resource of snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SnapshotKind {}

/// Identifies a backup (`appBackup_id` in the contract).
pub type AppBackupId = ResourceId<BackupKind>;

/// Identifies a snapshot (`appSnap_id` in the contract).
pub type AppSnapshotId = ResourceId<SnapshotKind>;
