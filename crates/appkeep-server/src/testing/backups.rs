//! Backups that exist when a test server starts.

use std::time::Duration;

use appkeep_core::app_backup::{AppBackup, BackupDetails, BackupReport};
use appkeep_core::catalog::{App, Declaration, default_bucket};
use appkeep_core::ids::{AppBackupId, JobId, SubjectId};
use appkeep_core::job::{CreateBackup, NewJob};
use appkeep_core::metadata::Label;
use appkeep_core::name::ResourceName;
use appkeep_core::resource::CreateResource;
use appkeep_core::state::ResourceState;
use appkeep_core::store::Store;

use super::state::State;

/// A backup that exists when the server starts, in the default bucket of its account.
#[derive(Debug, Clone)]
pub struct ExistingBackup {
    name: String,
    age: Duration,
    state: ResourceState,
    reason: Option<String>,
    labels: Vec<Label>,
}

impl ExistingBackup {
    /// A completed backup that has just been created.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            age: Duration::ZERO,
            state: ResourceState::Completed,
            reason: None,
            labels: Vec::new(),
        }
    }

    /// Sets the time since it was created.
    #[must_use]
    pub fn age(mut self, age: Duration) -> Self {
        self.age = age;
        self
    }

    /// Sets its state. A backup that is `pending`, `discovering` or `running` is held in that state, see
    /// [`Jobs`](super::Jobs). An app has at most one backup that is `discovering` or `running`: others wait for it.
    #[must_use]
    pub fn state(mut self, state: ResourceState) -> Self {
        self.state = state;
        self
    }

    /// Sets the reason for its state, `stateUnready`.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Adds a label.
    #[must_use]
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.push(Label {
            name: name.into(),
            value: value.into(),
        });
        self
    }
}

impl State {
    /// Stores a backup of an app.
    pub(super) async fn insert_backup(
        &self,
        store: &dyn Store,
        declaration: &Declaration,
        app: &App,
        existing: &ExistingBackup,
    ) {
        let engine = self
            .memory
            .as_ref()
            .expect("existing backups require data in memory");
        let buckets = declaration.buckets.iter();
        let bucket = default_bucket(buckets.filter(|bucket| bucket.account_id == app.account_id));
        let bucket_id = bucket.expect("a backup requires a bucket").id;
        let now = self.clock.now();
        let created_at = now - existing.age;
        let request = CreateResource {
            app_id: app.id,
            name: Some(ResourceName::new(&existing.name).expect("a valid name of a backup")),
            labels: existing.labels.clone(),
        };
        let id = AppBackupId::new(self.ids.next_id());
        let details = BackupDetails::new(bucket_id, None);
        let by = SubjectId::SYSTEM;
        let mut backup = AppBackup::pending(id, app.account_id, request, details, by, created_at);
        let mut tx = store.begin().await.expect("a transaction");
        if existing.state.is_in_progress() {
            self.control.hold_only(id.as_uuid(), existing.state);
        } else {
            let stored = engine.store_backup(bucket_id, app.id, id, &app.volumes);
            let bytes = stored.expect("the app's volumes");
            let report = BackupReport {
                bytes,
                added_bytes: bytes,
                stored_again: Vec::new(),
            };
            backup.complete(&report, created_at, created_at);
            backup.state = existing.state;
        }
        backup.state_unready = existing.reason.iter().cloned().collect();
        tx.insert_resource(&backup).await.expect("the backup is stored");
        if existing.state.is_in_progress() {
            let payload = CreateBackup {
                account_id: app.account_id,
                app_id: app.id,
                backup_id: id,
            };
            let job = NewJob {
                id: JobId::new(self.ids.next_id()),
                payload: payload.into(),
                run_after: now,
                correlation: None,
                node: None,
            };
            tx.insert_job(&job).await.expect("the job is stored");
        }
        tx.commit().await.expect("the transaction is committed");
    }
}
