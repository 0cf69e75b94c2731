//! The fields and state changes that backups and snapshots share.

use std::fmt::Debug;
use std::hash::Hash;

use chrono::{DateTime, Utc};

use crate::ids::{AccountId, AppId, ResourceId, ScheduleId, SubjectId};
use crate::metadata::{Label, Metadata};
use crate::name::ResourceName;
use crate::state::{HookState, ResourceState, StateDetail, fit_reasons};

/// A kind of resource: backups or snapshots.
pub trait Kind: Debug + Copy + Ord + Hash + Send + Sync + 'static {
    /// The fields that only resources of this kind have.
    type Details: Debug + Clone + PartialEq + Eq + Send + Sync;

    /// The name of the kind in messages, and the beginning of generated names.
    const NAME: &'static str;
}

/// A backup or a snapshot of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource<K: Kind> {
    /// Its id.
    pub id: ResourceId<K>,
    /// The account that owns it.
    pub account_id: AccountId,
    /// The app that it is a backup or a snapshot of.
    pub app_id: AppId,
    /// Its name, unique within the app's resources of this kind.
    pub name: ResourceName,
    /// The schedule that created it, if there is one.
    pub schedule_id: Option<ScheduleId>,
    /// Its state.
    pub state: ResourceState,
    /// The reasons for the state; each has 1 to 127 characters.
    pub state_unready: Vec<String>,
    /// The nodes that declare the app, if the resource is pending and none of them has a live server; empty otherwise. The
    /// store derives it when it reads a resource outside of a job's results, and never writes it.
    pub away_nodes: Vec<String>,
    /// The outcome of the hooks of the snapshot, once it is known.
    pub hook_state: Option<HookState>,
    /// The reasons why hooks failed.
    pub hook_state_details: Vec<StateDetail>,
    /// The point in time of its data, once it is completed.
    pub snapshot_time: Option<DateTime<Utc>>,
    /// Labels, times and authorship.
    pub metadata: Metadata,
    /// Counts changes; every change is a compare-and-set on it.
    pub generation: i64,
    /// The fields of its kind.
    pub details: K::Details,
}

/// A request to create a resource, without the fields of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateResource {
    /// The app to create a backup or a snapshot of.
    pub app_id: AppId,
    /// The name; generated if there is none.
    pub name: Option<ResourceName>,
    /// The client's labels.
    pub labels: Vec<Label>,
}

impl<K: Kind> Resource<K> {
    /// A new resource that waits for a worker.
    #[must_use]
    pub fn pending(
        id: ResourceId<K>,
        account_id: AccountId,
        request: CreateResource,
        details: K::Details,
        by: SubjectId,
        now: DateTime<Utc>,
    ) -> Self {
        let name = request
            .name
            .unwrap_or_else(|| ResourceName::generated(K::NAME, now, id.as_uuid()));
        Self {
            id,
            account_id,
            app_id: request.app_id,
            name,
            schedule_id: None,
            state: ResourceState::Pending,
            state_unready: Vec::new(),
            away_nodes: Vec::new(),
            hook_state: None,
            hook_state_details: Vec::new(),
            snapshot_time: None,
            metadata: Metadata::new(request.labels, by, now),
            generation: 0,
            details,
        }
    }

    /// Records the next state of a resource in progress.
    pub fn advance(&mut self, next: ResourceState, now: DateTime<Utc>) {
        self.state = next;
        self.metadata.changed(SubjectId::SYSTEM, now);
    }

    /// Records why the resource is stalled; the job will be retried.
    pub fn record_delay(&mut self, reasons: &[String], now: DateTime<Utc>) {
        self.state_unready = fit_reasons(reasons);
        self.metadata.changed(SubjectId::SYSTEM, now);
    }

    /// Marks the resource as failed, for these reasons.
    pub fn fail(&mut self, reasons: &[String], now: DateTime<Utc>) {
        self.state = ResourceState::Failed;
        self.record_delay(reasons, now);
    }

    /// Marks the resource as completed: it contains the data of `snapshot_time`.
    pub(crate) fn finish(&mut self, snapshot_time: DateTime<Utc>, now: DateTime<Utc>) {
        self.state = ResourceState::Completed;
        self.snapshot_time = Some(snapshot_time);
        self.state_unready = Vec::new();
        self.metadata.changed(SubjectId::SYSTEM, now);
    }
}
