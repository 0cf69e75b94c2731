//! Converts the service's types to the contract's wire types. No other module does so for backups, snapshots
//! and apps.

use appkeep_api::app::{App, AppState, AppType, AppVersion, NamespaceScopedResource};
use appkeep_api::app_backup::{AppBackup, AppBackupType, AppBackupVersion};
use appkeep_api::app_restore::{AppRestore, AppRestoreState, AppRestoreType, AppRestoreVersion};
use appkeep_api::app_snap::{AppSnap, AppSnapType, AppSnapVersion};
use appkeep_api::formats::{
    Expression, FilePathText, FromText, Identifier, ResourceName, Timestamp, UnreadyReason,
};
use appkeep_api::metadata::{HookState, Label, Metadata, ResourceState, StateDetail};
use appkeep_core as core;
use appkeep_core::app_restore::{RestoreSource, RestoreState};
use appkeep_core::metadata::{RESTORE_NOTE_LABEL, RESTORE_NOTES_LABEL};
use uuid::Uuid;

/// Converts a backup. Fails when the store holds a value that the contract forbids.
pub(super) fn app_backup(backup: &core::app_backup::AppBackup) -> Result<AppBackup, String> {
    // Without `..`, so that the compiler requires a decision about each new field.
    let core::app_backup::BackupDetails {
        bucket_id,
        snapshot_id,
        total_bytes,
        bytes_done,
        percent_done,
        // Only for monitoring: the contract has no such fields.
        started_at: _,
        added_bytes: _,
    } = &backup.details;
    Ok(AppBackup {
        kind: AppBackupType::AppBackup,
        version: AppBackupVersion::V1_1,
        id: Identifier(backup.id.as_uuid()),
        name: ResourceName::from_text(backup.name.as_str())?,
        bucket_id: Identifier(bucket_id.as_uuid()),
        snapshot_id: snapshot_id.map(|id| Identifier(id.as_uuid())),
        schedule_id: backup.schedule_id.map(|id| Identifier(id.as_uuid())),
        state: state(backup.state),
        state_unready: reasons(&unready(backup))?,
        hook_state: backup.hook_state.map(hook_state),
        hook_state_details: backup.hook_state.map(|_| details(&backup.hook_state_details)),
        backup_creation_timestamp: backup.snapshot_time.map(Timestamp),
        total_bytes: *total_bytes,
        bytes_done: *bytes_done,
        percent_done: *percent_done,
        metadata: metadata(&backup.metadata),
    })
}

/// Converts a snapshot. Fails when the store holds a value that the contract forbids.
pub(super) fn app_snapshot(snapshot: &core::app_snapshot::AppSnapshot) -> Result<AppSnap, String> {
    let completed = snapshot.state == core::state::ResourceState::Completed;
    Ok(AppSnap {
        kind: AppSnapType::AppSnap,
        version: AppSnapVersion::V1_2,
        id: Identifier(snapshot.id.as_uuid()),
        name: ResourceName::from_text(snapshot.name.as_str())?,
        schedule_id: snapshot.schedule_id.map(|id| Identifier(id.as_uuid())),
        snapshot_app_asset: completed.then(|| snapshot_app_asset(snapshot.id.as_uuid())),
        state: state(snapshot.state),
        state_unready: reasons(&unready(snapshot))?,
        hook_state: snapshot.hook_state.map(hook_state),
        hook_state_details: snapshot.hook_state.map(|_| details(&snapshot.hook_state_details)),
        metadata: metadata(&snapshot.metadata),
    })
}

/// Converts an app. Its account is shown as its cluster, and its name as its only namespace. Fails when the
/// store holds a value that the contract forbids.
pub(super) fn app(view: &core::app::AppView) -> Result<App, String> {
    let namespace = ResourceName::from_text(&view.app.name)?;
    let system = Identifier(core::ids::SubjectId::SYSTEM.as_uuid());
    Ok(App {
        kind: AppType::App,
        version: AppVersion::V2_2,
        id: Identifier(view.app.id.as_uuid()),
        name: namespace.clone(),
        state: match view.state() {
            core::app_restore::AppState::Ready => AppState::Ready,
            core::app_restore::AppState::Restoring => AppState::Restoring,
            core::app_restore::AppState::Failed => AppState::Failed,
            core::app_restore::AppState::Unavailable => AppState::Unavailable,
        },
        state_unready: reasons(&view.state_unready())?,
        cluster_id: Identifier(view.app.account_id.as_uuid()),
        cluster_name: ResourceName::from_text(&view.account_name)?,
        namespaces: vec![namespace.clone()],
        namespace_scoped_resources: vec![NamespaceScopedResource {
            namespace,
            label_selectors: Vec::new(),
        }],
        metadata: Metadata {
            labels: restore_labels(view),
            creation_timestamp: Timestamp(view.created_at),
            modification_timestamp: Timestamp(view.modified_at),
            created_by: system,
            modified_by: (view.generation > 0).then_some(system),
        },
    })
}

/// Converts a restore. Fails when the store holds a value that the contract forbids.
pub(super) fn app_restore(restore: &core::app_restore::AppRestore) -> Result<AppRestore, String> {
    let (backup_id, snapshot_id) = match restore.source {
        _ if restore.is_source_unknown() => (None, None),
        RestoreSource::Backup(id) => (Some(Identifier(id.as_uuid())), None),
        RestoreSource::Snapshot(id) => (None, Some(Identifier(id.as_uuid()))),
    };
    let text = |text: &str| Expression::from_text(text);
    let target = restore.target.as_ref();
    let include = target.filter(|target| !target.include.is_empty()).map(|target| {
        let paths = target.include.iter();
        paths
            .map(|path| FilePathText::from_text(&path.to_string()))
            .collect()
    });
    let reasons = reasons(&restore.reasons)?;
    let is_completed = restore.state == RestoreState::Completed;
    let (state_unready, notes) = if is_completed {
        (Vec::new(), reasons)
    } else {
        (reasons, Vec::new())
    };
    let by = Identifier(restore.created_by.as_uuid());
    let system = Identifier(core::ids::SubjectId::SYSTEM.as_uuid());
    Ok(AppRestore {
        kind: AppRestoreType::AppRestore,
        version: AppRestoreVersion::V1_0,
        id: Identifier(restore.id.as_uuid()),
        app_id: Identifier(restore.app_id.as_uuid()),
        source_app_id: Identifier(restore.source_app_id.as_uuid()),
        backup_id,
        snapshot_id,
        target: target
            .map(|target| text(&target.path.to_string_lossy()))
            .transpose()?,
        include: include.transpose()?,
        node: restore.node.as_deref().map(text).transpose()?,
        state: match restore.state {
            RestoreState::Pending => AppRestoreState::Pending,
            RestoreState::Running => AppRestoreState::Running,
            RestoreState::Completed => AppRestoreState::Completed,
            RestoreState::Failed => AppRestoreState::Failed,
            RestoreState::Interrupted => AppRestoreState::Interrupted,
        },
        state_unready,
        notes,
        total_bytes: restore.total_bytes,
        bytes_done: restore.bytes_done,
        percent_done: restore.percent_done(),
        metadata: Metadata {
            labels: Vec::new(),
            creation_timestamp: Timestamp(restore.created_at),
            modification_timestamp: Timestamp(restore.modified_at),
            created_by: by,
            modified_by: (restore.generation > 0).then_some(system),
        },
    })
}

/// Returns labels for the data that an app's latest restore could not restore unchanged: the number of notes,
/// and each note.
fn restore_labels(view: &core::app::AppView) -> Vec<Label> {
    let notes = view.restore_notes();
    let count = (!notes.is_empty()).then(|| Label {
        name: RESTORE_NOTES_LABEL.to_owned(),
        value: notes.len().to_string(),
    });
    let each = notes.iter().enumerate().map(|(index, note)| Label {
        name: format!("{RESTORE_NOTE_LABEL}{}", index + 1),
        value: note.clone(),
    });
    count.into_iter().chain(each).collect()
}

/// Returns the id of the asset that represents a completed snapshot: a version 5 id derived from the
/// snapshot's id.
fn snapshot_app_asset(id: Uuid) -> Identifier {
    Identifier(Uuid::new_v5(&id, b"snapshotAppAsset"))
}

fn state(state: core::state::ResourceState) -> ResourceState {
    match state {
        core::state::ResourceState::Pending => ResourceState::Pending,
        core::state::ResourceState::Discovering => ResourceState::Discovering,
        core::state::ResourceState::Running => ResourceState::Running,
        core::state::ResourceState::Completed => ResourceState::Completed,
        core::state::ResourceState::Failed => ResourceState::Failed,
        core::state::ResourceState::Removed => ResourceState::Removed,
        core::state::ResourceState::Unknown => ResourceState::Unknown,
    }
}

fn hook_state(state: core::state::HookState) -> HookState {
    match state {
        core::state::HookState::Failed => HookState::Failed,
        core::state::HookState::Success => HookState::Success,
    }
}

/// The reasons for the state, and why a pending resource waits.
fn unready<K: core::resource::Kind>(resource: &core::resource::Resource<K>) -> Vec<String> {
    let waits = core::app::away_reason(&resource.away_nodes);
    resource.state_unready.iter().cloned().chain(waits).collect()
}

pub(super) fn reasons(reasons: &[String]) -> Result<Vec<UnreadyReason>, String> {
    reasons
        .iter()
        .map(|reason| UnreadyReason::from_text(reason))
        .collect()
}

fn details(details: &[core::state::StateDetail]) -> Vec<StateDetail> {
    let detail = |detail: &core::state::StateDetail| StateDetail {
        kind: detail.kind.clone(),
        title: detail.title.clone(),
        detail: detail.detail.clone(),
    };
    details.iter().map(detail).collect()
}

fn metadata(metadata: &core::metadata::Metadata) -> Metadata {
    let label = |label: &core::metadata::Label| Label {
        name: label.name.clone(),
        value: label.value.clone(),
    };
    Metadata {
        labels: metadata.labels.iter().map(label).collect(),
        creation_timestamp: Timestamp(metadata.created_at),
        modification_timestamp: Timestamp(metadata.modified_at),
        created_by: Identifier(metadata.created_by.as_uuid()),
        modified_by: metadata.modified_by.map(|by| Identifier(by.as_uuid())),
    }
}

#[cfg(test)]
mod tests {
    use appkeep_core::catalog::{self, AppOptions};
    use appkeep_core::ids::SubjectId;
    use appkeep_core::metadata::Metadata;
    use appkeep_core::name;
    use chrono::DateTime;
    use serde_json::json;

    use super::*;

    #[test]
    fn hook_failures_are_returned() {
        let shown = |hook_state, hook_state_details| {
            let snapshot = app_snapshot(&core::app_snapshot::AppSnapshot {
                id: Uuid::from_u128(1).into(),
                account_id: Uuid::from_u128(2).into(),
                app_id: Uuid::from_u128(3).into(),
                name: name::ResourceName::new("nightly").unwrap(),
                schedule_id: None,
                state: core::state::ResourceState::Failed,
                state_unready: vec!["a hook failed".to_owned()],
                away_nodes: Vec::new(),
                hook_state,
                hook_state_details,
                snapshot_time: None,
                metadata: Metadata::new(Vec::new(), SubjectId::SYSTEM, DateTime::UNIX_EPOCH),
                generation: 1,
                details: core::app_snapshot::SnapshotDetails::default(),
            });
            serde_json::to_value(snapshot.unwrap()).unwrap()["hookStateDetails"].clone()
        };
        let why = core::state::StateDetail {
            kind: "about:blank".to_owned(),
            title: "A hook failed".to_owned(),
            detail: "it ended with 3".to_owned(),
        };
        assert_eq!(
            shown(Some(core::state::HookState::Failed), vec![why]),
            json!([{"type": "about:blank", "title": "A hook failed", "detail": "it ended with 3"}])
        );
        assert_eq!(
            shown(Some(core::state::HookState::Success), Vec::new()),
            json!([])
        );
        assert_eq!(shown(None, Vec::new()), json!(null));
    }

    fn shop() -> core::app::AppView {
        core::app::AppView {
            app: catalog::App {
                id: Uuid::from_u128(1).into(),
                account_id: Uuid::from_u128(2).into(),
                name: "shop".to_owned(),
                volumes: Vec::new(),
                options: AppOptions::default(),
                declared: true,
            },
            account_name: "acme".to_owned(),
            restore: None,
            away_nodes: Vec::new(),
            created_at: DateTime::UNIX_EPOCH,
            modified_at: DateTime::UNIX_EPOCH,
            generation: 1,
        }
    }

    #[test]
    fn restore_notes_are_labels_of_a_ready_app() {
        let labels = |restore| {
            let app = app(&core::app::AppView {
                restore: Some(restore),
                ..shop()
            });
            serde_json::to_value(app.unwrap()).unwrap()["metadata"]["labels"].clone()
        };
        let notes = vec!["owners: 3 files".to_owned(), "times: 1 file".to_owned()];
        assert_eq!(
            labels((core::app_restore::RestoreState::Completed, notes.clone())),
            json!([
                {"name": "appkeep.io/read-only/restore-notes", "value": "2"},
                {"name": "appkeep.io/read-only/restore-note-1", "value": "owners: 3 files"},
                {"name": "appkeep.io/read-only/restore-note-2", "value": "times: 1 file"},
            ])
        );
        let failed = labels((core::app_restore::RestoreState::Failed, notes));
        assert_eq!(failed, json!([]));
    }

    #[test]
    fn changed_apps_are_modified_by_the_system() {
        let modified_by = |generation| {
            let app = app(&core::app::AppView { generation, ..shop() });
            app.unwrap().metadata.modified_by
        };
        let system = Identifier(SubjectId::SYSTEM.as_uuid());
        assert_eq!(modified_by(0), None);
        assert_eq!(modified_by(1), Some(system));
    }
}
