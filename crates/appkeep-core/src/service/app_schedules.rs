//! The operations on schedules. They are read-only, because an operator declares schedules.

use crate::authz::{Authorized, Read};
use crate::catalog::Recorded;
use crate::error::Error;
use crate::ids::{AppId, BackupKind, SnapshotKind};
use crate::listing::ListOptions;
use crate::retention::held;
use crate::schedule::{Schedule, Scheduled};
use crate::short_list::ShortList;
use crate::store::StoredKind;

use super::Service;

/// A schedule as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleView {
    /// The schedule and its next run.
    pub scheduled: Scheduled,
    /// The deletions that its retention holds, and the reasons; see [`crate::retention`].
    pub held: Vec<String>,
}

impl Service {
    /// Lists an app's schedules, newest first, including those that are no longer declared.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_schedule_list_for_app(
        &self,
        authorized: &Authorized<Read>,
        app_id: AppId,
        options: ListOptions,
    ) -> Result<ShortList<ScheduleView>, Error> {
        let account_id = authorized.account_id();
        self.app(account_id, app_id).await?;
        let schedules = self.store.list_app_schedules(account_id, app_id).await?;
        let part = ShortList::of(schedules, &options);
        let mut items = Vec::with_capacity(part.items.len());
        for recorded in part.items {
            let held = self.retention_held(&recorded.item.schedule).await?;
            items.push(Recorded {
                item: ScheduleView {
                    scheduled: recorded.item,
                    held,
                },
                created_at: recorded.created_at,
                modified_at: recorded.modified_at,
            });
        }
        Ok(ShortList {
            items,
            continue_after: part.continue_after,
        })
    }

    /// The deletions that a schedule's retention holds, and the reasons.
    ///
    /// # Errors
    /// When the store fails.
    async fn retention_held(&self, schedule: &Schedule) -> Result<Vec<String>, Error> {
        // Only this rule depends on the time between two dates.
        if !schedule.declared || schedule.retention.keep_days.is_none() {
            return Ok(Vec::new());
        }
        let store = self.store.as_ref();
        let backups = BackupKind::of(store).list_by_schedule(schedule.id).await?;
        let snapshots = SnapshotKind::of(store).list_by_schedule(schedule.id).await?;
        Ok(held(schedule, &backups, &snapshots, self.clock.now()))
    }
}
