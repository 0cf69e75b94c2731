//! Identifiers: one newtype per kind of resource, so that they can't be confused.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! identifier {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID of any version.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The UUID itself.
            #[must_use]
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

identifier! {
    /// Identifies an account: the tenant that owns apps, buckets, backups and snapshots.
    AccountId;
    /// Identifies an app.
    AppId;
    /// Identifies a backup (`appBackup_id` in the contract).
    AppBackupId;
    /// Identifies a snapshot (`appSnap_id` in the contract).
    AppSnapId;
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
