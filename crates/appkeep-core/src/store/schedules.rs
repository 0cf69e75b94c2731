//! Writes schedules.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::catalog::Recorded;
use crate::ids::{AccountId, AppId, ScheduleId};
use crate::schedule::{NextRun, Schedule, Scheduled};

/// Reads and writes schedules in a transaction. Those of the configuration are written by
/// [`update_declaration`](super::StoreTx::update_declaration).
#[async_trait]
pub trait SchedulesTx: Send {
    /// The schedules of this app, each with its next run and its times, in any order.
    async fn list_app_schedules(
        &mut self,
        account_id: AccountId,
        app_id: AppId,
    ) -> Result<Vec<Recorded<Scheduled>>, StoreError>;
    /// Inserts a schedule that a client created; [`StoreError::NameTaken`] if its app already has one of that name.
    async fn insert_schedule(&mut self, schedule: &Schedule, now: DateTime<Utc>) -> Result<(), StoreError>;
    /// Replaces a schedule that a client created. If its timing changes, it has no next run. Returns false if there is
    /// no such schedule; [`StoreError::NameTaken`] if its app already has another one of that name.
    async fn update_schedule(&mut self, schedule: &Schedule, now: DateTime<Utc>) -> Result<bool, StoreError>;
    /// Deletes a schedule that a client created; its backups and snapshots stay. Returns false if there is none.
    async fn delete_schedule(&mut self, id: ScheduleId) -> Result<bool, StoreError>;
    /// Replaces the next run of a schedule in use if it is still `from`.
    async fn update_schedule_next(
        &mut self,
        id: ScheduleId,
        from: Option<NextRun>,
        to: Option<NextRun>,
    ) -> Result<bool, StoreError>;
    /// The number of backups and snapshots of this schedule that are pending, discovering or running.
    async fn count_in_progress_by_schedule(&mut self, id: ScheduleId) -> Result<u64, StoreError>;
}
