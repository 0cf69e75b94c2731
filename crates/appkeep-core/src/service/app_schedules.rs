//! The operations on schedules. Schedules that an operator declared are read-only.

use crate::actor::OpContext;
use crate::audit::Change;
use crate::authz::{Authorized, Read, Write};
use crate::catalog::Recorded;
use crate::error::Error;
use crate::ids::{AccountId, AppId, BackupKind, ScheduleId, SnapshotKind};
use crate::listing::ListOptions;
use crate::retention::held;
use crate::schedule::{
    API_SCHEDULES_MAX, CreateSchedule, Retention, Schedule, ScheduleAction, ScheduleOrigin, Scheduled,
    Timing, UpdateSchedule,
};
use crate::short_list::ShortList;
use crate::store::{StoredKind, transact};

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
    /// Lists an app's schedules, newest first, including those that are not in use.
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
            items.push(self.view(recorded).await?);
        }
        Ok(ShortList {
            items,
            continue_after: part.continue_after,
        })
    }

    /// Fetches a schedule of an app.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_schedule_fetch_for_app(
        &self,
        authorized: &Authorized<Read>,
        app_id: AppId,
        id: ScheduleId,
    ) -> Result<Recorded<ScheduleView>, Error> {
        let account_id = authorized.account_id();
        self.app(account_id, app_id).await?;
        self.view(self.schedule(account_id, app_id, id).await?).await
    }

    /// Creates a schedule of an app. A server plans its first run within seconds.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation. [`Error::InvalidFields`] comes after the app is found.
    pub async fn app_schedule_create_for_app(
        &self,
        authorized: &Authorized<Write>,
        request: CreateSchedule,
    ) -> Result<Recorded<ScheduleView>, Error> {
        let (account_id, ctx) = (authorized.account_id(), authorized.ctx());
        let app = self.app(account_id, request.app_id).await?;
        let unset = Schedule {
            id: ScheduleId::new(self.ids.next_id()),
            account_id,
            app_id: app.id,
            name: String::new(),
            timing: Timing::new("@daily", "UTC").map_err(|error| Error::Internal(error.to_string()))?,
            jitter_secs: 0,
            creates_backup: true,
            creates_snapshot: false,
            bucket_id: None,
            retention: Retention::default(),
            snapshot_retention: None,
            enabled: true,
            origin: ScheduleOrigin::Api {
                created_by: ctx.actor.subject,
                modified_by: None,
            },
        };
        let settings = request.settings.apply(&unset, true);
        let schedule = settings.map_err(Error::InvalidFields)?;
        let has_bucket = self.has_bucket(&schedule).await?;
        if !app.declared {
            return Err(Error::AppNotReady);
        }
        if !has_bucket {
            return Err(Error::BucketOfOtherNodes);
        }
        let now = self.clock.now();
        let unplanned = Scheduled {
            schedule: schedule.clone(),
            next: None,
        };
        transact(|| async {
            let mut tx = self.store.begin().await?;
            let others = tx.list_app_schedules(account_id, app.id).await?;
            check_name(&schedule, &others)?;
            let of_clients = others.iter().filter(|other| other.item.schedule.is_from_api());
            if of_clients.count() >= API_SCHEDULES_MAX {
                return Err(Error::TooManySchedules);
            }
            tx.insert_schedule(&schedule, now).await?;
            // The scheduler would plan it at its next check.
            if schedule.enabled
                && let ScheduleAction::Plan(next) = unplanned.action(now)
            {
                tx.update_schedule_next(schedule.id, None, Some(next)).await?;
            }
            self.commit(tx).await
        })
        .await?;
        record_change("create", &schedule, ctx);
        let created = self.schedule(account_id, app.id, schedule.id).await?;
        self.view(created).await
    }

    /// Changes a schedule that a client created.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation. [`Error::InvalidFields`] comes after the schedule is found.
    pub async fn app_schedule_update_for_app(
        &self,
        authorized: &Authorized<Write>,
        request: UpdateSchedule,
    ) -> Result<Recorded<ScheduleView>, Error> {
        let (account_id, ctx) = (authorized.account_id(), authorized.ctx());
        let UpdateSchedule { app_id, id, settings } = request;
        self.app(account_id, app_id).await?;
        let now = self.clock.now();
        let schedule = transact(|| async {
            let before = self.schedule(account_id, app_id, id).await?.item.schedule;
            let changed = settings.apply(&before, false).map_err(Error::InvalidFields)?;
            if !self.has_bucket(&changed).await? {
                return Err(Error::BucketOfOtherNodes);
            }
            let changed = modified(changed, ctx)?;
            let mut tx = self.store.begin().await?;
            let all = tx.list_app_schedules(account_id, app_id).await?;
            if all.iter().all(|other| other.item.schedule != before) {
                return Err(Error::Conflict);
            }
            check_name(&changed, &all)?;
            if !tx.update_schedule(&changed, now).await? {
                return Err(Error::Conflict);
            }
            self.commit(tx).await?;
            Ok(changed)
        })
        .await?;
        record_change("update", &schedule, ctx);
        let changed = self.schedule(account_id, app_id, id).await?;
        self.view(changed).await
    }

    /// Deletes a schedule that a client created. Its backups and snapshots stay.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_schedule_delete_for_app(
        &self,
        authorized: &Authorized<Write>,
        app_id: AppId,
        id: ScheduleId,
    ) -> Result<(), Error> {
        let account_id = authorized.account_id();
        self.app(account_id, app_id).await?;
        let schedule = self.schedule(account_id, app_id, id).await?.item.schedule;
        if !schedule.is_from_api() {
            return Err(Error::ScheduleConfigured);
        }
        transact(|| async {
            let mut tx = self.store.begin().await?;
            if !tx.delete_schedule(id).await? {
                return Err(Error::ResourceNotFound);
            }
            self.commit(tx).await
        })
        .await?;
        record_change("delete", &schedule, authorized.ctx());
        Ok(())
    }

    async fn schedule(
        &self,
        account_id: AccountId,
        app_id: AppId,
        id: ScheduleId,
    ) -> Result<Recorded<Scheduled>, Error> {
        let schedules = self.store.list_app_schedules(account_id, app_id).await?;
        let found = schedules.into_iter().find(|found| found.item.schedule.id == id);
        found.ok_or(Error::ResourceNotFound)
    }

    /// Whether the schedule's backups can use a bucket: not if only nodes declare it that can't run them.
    ///
    /// # Errors
    /// When there is no such bucket.
    async fn has_bucket(&self, schedule: &Schedule) -> Result<bool, Error> {
        if !schedule.creates_backup {
            return Ok(true);
        }
        let bucket_id = self
            .bucket(schedule.account_id, schedule.app_id, schedule.bucket_id, None)
            .await?;
        Ok(bucket_id.is_some())
    }

    async fn view(&self, recorded: Recorded<Scheduled>) -> Result<Recorded<ScheduleView>, Error> {
        let held = self.retention_held(&recorded.item.schedule).await?;
        Ok(Recorded {
            item: ScheduleView {
                scheduled: recorded.item,
                held,
            },
            created_at: recorded.created_at,
            modified_at: recorded.modified_at,
        })
    }

    /// The deletions that a schedule's retention holds, and the reasons.
    ///
    /// # Errors
    /// When the store fails.
    async fn retention_held(&self, schedule: &Schedule) -> Result<Vec<String>, Error> {
        // Only this rule depends on the time between two dates.
        if !schedule.enabled || schedule.retention.keep_days.is_none() {
            return Ok(Vec::new());
        }
        let store = self.store.as_ref();
        let backups = BackupKind::of(store).list_by_schedule(schedule.id).await?;
        let snapshots = SnapshotKind::of(store).list_by_schedule(schedule.id).await?;
        Ok(held(schedule, &backups, &snapshots, self.clock.now()))
    }
}

/// Returns the schedule as changed by the actor, unless it is from the configuration.
fn modified(schedule: Schedule, ctx: &OpContext) -> Result<Schedule, Error> {
    let ScheduleOrigin::Api { created_by, .. } = schedule.origin else {
        return Err(Error::ScheduleConfigured);
    };
    let origin = ScheduleOrigin::Api {
        created_by,
        modified_by: Some(ctx.actor.subject),
    };
    Ok(Schedule { origin, ..schedule })
}

/// Checks that no other schedule of the app has the same name. Those that were removed from the configuration don't
/// count.
fn check_name(schedule: &Schedule, others: &[Recorded<Scheduled>]) -> Result<(), Error> {
    let mut others = others.iter().map(|other| &other.item.schedule);
    let is_taken = others.any(|other| {
        other.id != schedule.id && other.name == schedule.name && (other.enabled || other.is_from_api())
    });
    if is_taken { Err(Error::NameTaken) } else { Ok(()) }
}

/// Records a change to a schedule in the audit log.
fn record_change(action: &'static str, schedule: &Schedule, ctx: &OpContext) {
    let change = Change {
        action,
        kind: "schedule",
        id: &schedule.id,
        name: &schedule.name,
        account_id: schedule.account_id,
        app_id: schedule.app_id,
    };
    change.record(ctx);
}
