//! A backup that can be imported.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::app_backup::{AppBackup, BackupDetails, stored_again_label};
use crate::catalog::Bucket;
use crate::engine::StoredBackup;
use crate::identity::{BackupIdentity, StoredIdentity};
use crate::ids::{AppId, SubjectId};
use crate::metadata::Metadata;
use crate::name::ResourceName;
use crate::state::ResourceState;

/// A backup that can be imported.
pub(super) struct Candidate {
    /// The index of its bucket.
    pub(super) bucket: usize,
    /// The row to insert.
    pub(super) backup: AppBackup,
    /// The name of its app.
    pub(super) app_name: String,
    /// Whether its identity was stored with it.
    pub(super) has_identity: bool,
}

impl Candidate {
    /// Converts a backup from the repository of an app.
    ///
    /// # Errors
    /// The reason why it can't be imported.
    pub(super) fn new(
        index: usize,
        bucket: &Bucket,
        app_id: AppId,
        stored: StoredBackup,
    ) -> Result<Self, String> {
        let (mut identity, has_identity) = match stored.identity {
            StoredIdentity::Known(identity) => (*identity, true),
            StoredIdentity::Missing => {
                let (account_id, name) = (bucket.account_id, &stored.app_name);
                let derived =
                    BackupIdentity::derived(stored.id, account_id, app_id, name, stored.snapshot_time);
                (derived, false)
            }
            StoredIdentity::Unreadable(reason) => return Err(reason),
        };
        let belongs = [
            ("backup", identity.id.as_uuid(), stored.id.as_uuid()),
            ("app", identity.app_id.as_uuid(), app_id.as_uuid()),
            (
                "account",
                identity.account_id.as_uuid(),
                bucket.account_id.as_uuid(),
            ),
        ];
        for (what, found, expected) in belongs {
            if found != expected {
                return Err(format!("its identity has {what} {found}, expected {expected}"));
            }
        }
        // The app is displayed with this name, which must be valid.
        let app_name = match ResourceName::new(std::mem::take(&mut identity.app_name)) {
            Ok(name) => name.to_string(),
            Err(_) => app_id.to_string(),
        };
        Ok(Self {
            bucket: index,
            backup: completed(identity, bucket, stored.stored_at, stored.bytes),
            app_name,
            has_identity,
        })
    }

    /// The key that sorts candidates in the order of their creation.
    pub(super) fn age(&self) -> (DateTime<Utc>, Option<DateTime<Utc>>, Uuid) {
        let backup = &self.backup;
        (
            backup.metadata.created_at,
            backup.snapshot_time,
            backup.id.as_uuid(),
        )
    }
}

fn completed(
    identity: BackupIdentity,
    bucket: &Bucket,
    stored_at: Option<DateTime<Utc>>,
    bytes: Option<u64>,
) -> AppBackup {
    let mut metadata = Metadata::new(identity.labels, identity.created_by, identity.created_at);
    metadata.labels.extend(stored_again_label(identity.stored_again));
    // It was completed right after its data was stored.
    let completed_at = stored_at.unwrap_or(identity.snapshot_time);
    metadata.changed(SubjectId::SYSTEM, completed_at.max(identity.created_at));
    AppBackup {
        id: identity.id,
        account_id: identity.account_id,
        app_id: identity.app_id,
        name: identity.name,
        schedule_id: identity.schedule_id,
        state: ResourceState::Completed,
        state_unready: Vec::new(),
        away_nodes: Vec::new(),
        hook_state: identity.hook_state,
        hook_state_details: identity.hook_state_details,
        snapshot_time: Some(identity.snapshot_time),
        metadata,
        generation: 0,
        details: BackupDetails {
            bucket_id: bucket.id,
            snapshot_id: identity.snapshot_id,
            total_bytes: bytes,
            bytes_done: bytes,
            percent_done: Some(100),
            started_at: None,
            added_bytes: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::catalog::BucketLocation;
    use crate::ids::{AccountId, AppBackupId, BucketId};

    fn bucket() -> Bucket {
        Bucket {
            id: BucketId::new(Uuid::from_u128(1)),
            account_id: AccountId::new(Uuid::from_u128(2)),
            name: "local".to_owned(),
            location: BucketLocation::Directory("/bucket".into()),
            is_default: true,
            backups_max: 2,
            declared: true,
        }
    }

    fn app_id() -> AppId {
        AppId::new(Uuid::from_u128(3))
    }

    fn stored(identity: StoredIdentity) -> StoredBackup {
        StoredBackup {
            id: AppBackupId::new(Uuid::from_u128(4)),
            app_name: "shop".to_owned(),
            snapshot_time: DateTime::UNIX_EPOCH,
            stored_at: None,
            bytes: Some(5),
            identity,
        }
    }

    fn identity() -> BackupIdentity {
        let stored = stored(StoredIdentity::Missing);
        let account_id = bucket().account_id;
        BackupIdentity::derived(
            stored.id,
            account_id,
            app_id(),
            &stored.app_name,
            stored.snapshot_time,
        )
    }

    fn candidate(identity: BackupIdentity) -> Result<Candidate, String> {
        let known = StoredIdentity::Known(Box::new(identity));
        Candidate::new(0, &bucket(), app_id(), stored(known))
    }

    #[test]
    fn backups_without_identity_get_a_generated_name() {
        let found = Candidate::new(0, &bucket(), app_id(), stored(StoredIdentity::Missing));
        let found = found.unwrap_or_else(|reason| panic!("{reason}"));
        assert_eq!(found.backup.name.as_str(), "backup-19700101000000-000000000004");
        assert_eq!(found.backup.details.total_bytes, Some(5));
        assert!(!found.has_identity);
    }

    #[test]
    fn identities_must_belong_to_the_repository() {
        assert!(candidate(identity()).is_ok_and(|found| found.has_identity));
        let other = Uuid::from_u128(9);
        let cases = [
            (
                "backup",
                BackupIdentity {
                    id: other.into(),
                    ..identity()
                },
            ),
            (
                "app",
                BackupIdentity {
                    app_id: other.into(),
                    ..identity()
                },
            ),
            (
                "account",
                BackupIdentity {
                    account_id: other.into(),
                    ..identity()
                },
            ),
        ];
        for (what, identity) in cases {
            let reason = candidate(identity).err().unwrap_or_default();
            assert!(
                reason.starts_with(&format!("its identity has {what} {other}, expected ")),
                "{reason}"
            );
        }
    }

    #[test]
    fn candidates_are_sorted_by_creation_before_the_time_of_their_data() {
        let at = |secs| DateTime::UNIX_EPOCH + TimeDelta::seconds(secs);
        let times = [(3, 1), (1, 3), (2, 2), (2, 1)];
        let mut candidates = times.map(|(created, snapshot)| {
            let identity = BackupIdentity {
                created_at: at(created),
                snapshot_time: at(snapshot),
                ..identity()
            };
            candidate(identity).unwrap_or_else(|reason| panic!("{reason}"))
        });
        candidates.sort_by_key(Candidate::age);
        let sorted = candidates.map(|candidate| {
            let (created, snapshot, _) = candidate.age();
            (created, snapshot.unwrap_or_default())
        });
        let expected = [(1, 3), (2, 1), (2, 2), (3, 1)];
        assert_eq!(
            sorted,
            expected.map(|(created, snapshot)| (at(created), at(snapshot)))
        );
    }

    #[test]
    fn invalid_app_names_are_replaced_by_the_id() {
        let app_name = "My App".to_owned();
        let found = candidate(BackupIdentity {
            app_name,
            ..identity()
        });
        assert!(found.is_ok_and(|found| found.app_name == app_id().to_string()));
    }

    #[test]
    fn files_that_were_stored_again_are_counted_in_a_label() {
        let found = candidate(BackupIdentity {
            stored_again: 3,
            ..identity()
        });
        let labels = found.map(|found| found.backup.metadata.labels);
        assert_eq!(labels, Ok(stored_again_label(3).into_iter().collect()));
    }
}
