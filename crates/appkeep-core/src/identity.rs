//! The identity of a backup as it is stored with its data. It contains everything that lists show and that can't be
//! derived from the data, so that a lost database can be rebuilt from the buckets.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::app_backup::AppBackup;
use crate::hook;
use crate::ids::{AccountId, AppBackupId, AppId, AppSnapshotId, BackupKind, ScheduleId, SubjectId};
use crate::metadata::Label;
use crate::name::ResourceName;
use crate::resource::Kind;
use crate::state::{HookState, StateDetail};

/// The version of stored identities.
const VERSION: u32 = 1;

/// The largest size of a stored identity: 64 KiB. The labels of a request have at most 16 KiB.
pub const IDENTITY_BYTES_MAX: usize = 65_536;

/// The identity of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupIdentity {
    /// The backup's id.
    pub id: AppBackupId,
    /// The backup's name.
    pub name: ResourceName,
    /// The account that owns it.
    pub account_id: AccountId,
    /// The app that it is a backup of.
    pub app_id: AppId,
    /// The name of the app.
    pub app_name: String,
    /// The snapshot that it is copied from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_id: Option<AppSnapshotId>,
    /// The schedule that created it, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_id: Option<ScheduleId>,
    /// When the backup was created.
    pub created_at: DateTime<Utc>,
    /// The actor that created it.
    pub created_by: SubjectId,
    /// The point in time of its data.
    pub snapshot_time: DateTime<Utc>,
    /// The client's labels and the system's, which include the consistency level.
    #[serde(default)]
    pub labels: Vec<Label>,
    /// The outcome of the hooks of the snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hook_state: Option<HookState>,
    /// The reasons why hooks failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hook_state_details: Vec<StateDetail>,
    /// The number of files whose content had to be stored again; the engine sets it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub stored_again: usize,
}

/// The identity in the repository of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredIdentity {
    /// The identity.
    Known(Box<BackupIdentity>),
    /// There is none: an earlier version stored the backup, or another program rewrote it.
    Missing,
    /// There is one that can't be used, for this reason.
    Unreadable(String),
}

#[derive(Serialize)]
struct Versioned<'a> {
    version: u32,
    #[serde(flatten)]
    identity: &'a BackupIdentity,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl BackupIdentity {
    /// The identity of a backup whose labels and hook results are final.
    #[must_use]
    pub fn new(backup: &AppBackup, app_name: &str, snapshot_time: DateTime<Utc>) -> Self {
        Self {
            id: backup.id,
            name: backup.name.clone(),
            account_id: backup.account_id,
            app_id: backup.app_id,
            app_name: app_name.to_owned(),
            snapshot_id: backup.details.snapshot_id,
            schedule_id: backup.schedule_id,
            created_at: backup.metadata.created_at,
            created_by: backup.metadata.created_by,
            snapshot_time,
            labels: backup.metadata.labels.clone(),
            hook_state: backup.hook_state,
            hook_state_details: backup.hook_state_details.clone(),
            stored_again: 0,
        }
    }

    /// The identity of a backup of which nothing else is known. Its name is generated.
    #[must_use]
    pub fn derived(
        id: AppBackupId,
        account_id: AccountId,
        app_id: AppId,
        app_name: &str,
        snapshot_time: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            name: ResourceName::generated(BackupKind::NAME, snapshot_time, id.as_uuid()),
            account_id,
            app_id,
            app_name: app_name.to_owned(),
            snapshot_id: None,
            schedule_id: None,
            created_at: snapshot_time,
            created_by: SubjectId::SYSTEM,
            snapshot_time,
            labels: Vec::new(),
            hook_state: None,
            hook_state_details: Vec::new(),
            stored_again: 0,
        }
    }

    /// The identity as JSON of at most [`IDENTITY_BYTES_MAX`] bytes. If it would be larger, the reports of hooks are
    /// left out, first of those that succeeded, then the client's labels: a backup doesn't fail because of them.
    ///
    /// # Errors
    /// If it is still larger than that.
    pub fn to_json(&self) -> Result<String, String> {
        let mut identity = self.clone();
        let mut text = identity.unlimited_json()?;
        if text.len() > IDENTITY_BYTES_MAX {
            identity.hook_state_details.retain(hook::is_failure);
            text = identity.unlimited_json()?;
        }
        if text.len() > IDENTITY_BYTES_MAX {
            identity.hook_state_details.clear();
            text = identity.unlimited_json()?;
        }
        if text.len() > IDENTITY_BYTES_MAX {
            identity.labels.retain(Label::is_read_only);
            text = identity.unlimited_json()?;
        }
        if text.len() > IDENTITY_BYTES_MAX {
            return Err(format!(
                "the identity has {} bytes, expected at most {IDENTITY_BYTES_MAX}",
                text.len()
            ));
        }
        Ok(text)
    }

    fn unlimited_json(&self) -> Result<String, String> {
        let versioned = Versioned {
            version: VERSION,
            identity: self,
        };
        serde_json::to_string(&versioned).map_err(|error| error.to_string())
    }
}

impl StoredIdentity {
    /// Reads a stored text, which may be of another program.
    #[must_use]
    pub fn from_json(text: &str) -> Self {
        if text.len() > IDENTITY_BYTES_MAX {
            return Self::Missing;
        }
        match serde_json::from_str(text) {
            Ok(Version { version: VERSION }) => {}
            Ok(Version { version }) => {
                return Self::Unreadable(format!(
                    "its identity has version {version}, expected {VERSION}: a newer program stored it"
                ));
            }
            Err(_) => return Self::Missing,
        }
        match serde_json::from_str::<BackupIdentity>(text) {
            // The conversion from JSON doesn't validate names.
            Ok(identity) => match ResourceName::new(identity.name.as_str()) {
                Ok(_) => Self::Known(Box::new(identity)),
                Err(error) => Self::Unreadable(format!("its identity has an invalid name: {error}")),
            },
            Err(error) => Self::Unreadable(format!("its identity can't be read: {error}")),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::app_backup::BackupDetails;
    use crate::ids::BucketId;
    use crate::metadata::SNAPSHOT_LEVEL_LABEL;
    use crate::resource::CreateResource;

    fn label(name: &str, value: String) -> Label {
        let name = name.to_owned();
        Label { name, value }
    }

    fn identity() -> BackupIdentity {
        let request = CreateResource {
            app_id: Uuid::from_u128(1).into(),
            name: None,
            labels: vec![
                label("team", "blue".to_owned()),
                label(SNAPSHOT_LEVEL_LABEL, "copy".to_owned()),
            ],
        };
        let mut backup = AppBackup::pending(
            Uuid::from_u128(2).into(),
            Uuid::from_u128(3).into(),
            request,
            BackupDetails::new(BucketId::new(Uuid::from_u128(4)), Some(Uuid::from_u128(5).into())),
            SubjectId::new(Uuid::from_u128(6)),
            DateTime::UNIX_EPOCH,
        );
        backup.schedule_id = Some(Uuid::from_u128(7).into());
        backup.hook_state = Some(HookState::Failed);
        backup.hook_state_details = vec![StateDetail {
            kind: "about:blank".to_owned(),
            title: "A hook failed".to_owned(),
            detail: "it exited with status 1".to_owned(),
        }];
        BackupIdentity::new(&backup, "shop", DateTime::UNIX_EPOCH)
    }

    #[test]
    fn identities_survive_the_conversion() {
        let mut identity = identity();
        identity.stored_again = 2;
        let text = identity.to_json().unwrap();
        assert!(text.starts_with(r#"{"version":1,"id":"#), "{text}");
        assert_eq!(
            StoredIdentity::from_json(&text),
            StoredIdentity::Known(Box::new(identity))
        );
    }

    #[test]
    fn large_identities_lose_hook_details_before_labels() {
        let mut identity = identity();
        identity.hook_state_details[0].detail = "x".repeat(IDENTITY_BYTES_MAX);
        let StoredIdentity::Known(read) = StoredIdentity::from_json(&identity.to_json().unwrap()) else {
            panic!("expected an identity");
        };
        assert_eq!((read.hook_state_details.len(), read.labels.len()), (0, 2));
        identity.labels[0].value = "x".repeat(IDENTITY_BYTES_MAX);
        let StoredIdentity::Known(read) = StoredIdentity::from_json(&identity.to_json().unwrap()) else {
            panic!("expected an identity");
        };
        assert_eq!(read.labels, [label(SNAPSHOT_LEVEL_LABEL, "copy".to_owned())]);
        identity.app_name = "x".repeat(IDENTITY_BYTES_MAX);
        assert!(identity.to_json().is_err());
    }

    #[test]
    fn texts_of_other_programs_are_not_identities() {
        for text in [
            "",
            "before the upgrade",
            "{}",
            &"1".repeat(IDENTITY_BYTES_MAX + 1),
        ] {
            assert_eq!(StoredIdentity::from_json(text), StoredIdentity::Missing, "{text}");
        }
        let valid = identity().to_json().unwrap();
        for (from, to, expected) in [
            ("\"version\":1", "\"version\":2", "version 2, expected 1"),
            ("\"created_at\"", "\"created\"", "missing field `created_at`"),
            ("\"name\":\"backup-", "\"name\":\"A ", "invalid name"),
        ] {
            match StoredIdentity::from_json(&valid.replacen(from, to, 1)) {
                StoredIdentity::Unreadable(reason) => assert!(reason.contains(expected), "{reason}"),
                other => panic!("{from}: {other:?}"),
            }
        }
    }
}
