//! Identifiers: one newtype per resource, so that one kind can't stand in for another.

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
    /// Names an account: the tenant that owns apps, buckets, backups and snapshots.
    AccountId;
    /// Names an app.
    AppId;
    /// Names a backup (`appBackup_id` in the contract).
    AppBackupId;
    /// Names a snapshot (`appSnap_id` in the contract).
    AppSnapId;
    /// Names a restore of an app.
    AppRestoreId;
    /// Names a bucket (`bucketID` in the contract).
    BucketId;
    /// Names a schedule (`scheduleID` in the contract).
    ScheduleId;
    /// Names who acts: `createdBy` and `modifiedBy` in the contract.
    SubjectId;
    /// Names a token without revealing it.
    TokenId;
    /// Names a job.
    JobId;
}
