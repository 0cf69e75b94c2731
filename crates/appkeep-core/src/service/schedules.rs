//! The runs of schedules. They use the same operations as clients, and are recorded as changes by the server.

use crate::actor::OpContext;
use crate::admission::NotAdmitted;
use crate::app_backup::{AppBackup, BackupDetails};
use crate::app_snapshot::{AppSnapshot, SnapshotDetails};
use crate::error::Error;
use crate::ids::{AppBackupId, AppSnapshotId, SubjectId};
use crate::job::ApplyRetention;
use crate::name::ResourceName;
use crate::resource::{CreateResource, Kind, Resource};
use crate::schedule::{NextRun, Schedule, Scheduled};
use crate::store::{StoreTx, transact};

use super::Service;
use super::resources::record_change;

/// The result of a run that was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RunOutcome {
    /// The backup, the snapshot or both were created.
    Created {
        /// The backup, if the schedule creates one.
        backup_id: Option<AppBackupId>,
        /// The snapshot, if the schedule creates one.
        snapshot_id: Option<AppSnapshotId>,
    },
    /// Nothing was created, because the previous backup or snapshot of the schedule is still in progress.
    Skipped,
    /// Nothing was created, because no more work is accepted.
    NotAdmitted(NotAdmitted),
    /// Another server, or this one before a crash, already handled the run.
    Lost,
}

impl Service {
    /// Runs a schedule that is due: the new resources, their jobs and the next run are one transaction.
    ///
    /// # Errors
    /// When the store fails, or the app or the bucket is no longer declared, or only by different nodes. If it is the bucket,
    /// the run is over.
    pub(crate) async fn schedule_run(
        &self,
        due: &Scheduled,
        next: Option<NextRun>,
    ) -> Result<RunOutcome, Error> {
        let schedule = &due.schedule;
        let backup = match self.scheduled_backup(schedule).await {
            Err(error @ (Error::BucketNotFound | Error::BucketOfOtherNodes | Error::NoBucket)) => {
                self.schedule_plan(due, next).await?;
                return Err(error);
            }
            backup => backup?,
        };
        let snapshot = self.scheduled_snapshot(schedule);
        let run = transact(|| async {
            let mut tx = self.store.begin().await?;
            if !tx.update_schedule_next(schedule.id, due.next, next).await? {
                return Ok(Some(RunOutcome::Lost));
            }
            if tx.count_in_progress_by_schedule(schedule.id).await? > 0 {
                tx.commit().await?;
                return Ok(Some(RunOutcome::Skipped));
            }
            self.insert_scheduled(tx.as_mut(), schedule, backup.as_ref(), snapshot.as_ref())
                .await?;
            self.commit(tx).await?;
            Ok(None)
        });
        match run.await {
            Ok(None) => {}
            Ok(Some(outcome)) => return Ok(outcome),
            Err(Error::NotAdmitted(reason)) => {
                self.schedule_plan(due, next).await?;
                return Ok(RunOutcome::NotAdmitted(reason));
            }
            Err(error) => return Err(error),
        }
        let ctx = OpContext::system(schedule.account_id);
        if let Some(backup) = &backup {
            record_change("create", backup, &ctx);
        }
        if let Some(snapshot) = &snapshot {
            record_change("create", snapshot, &ctx);
        }
        Ok(RunOutcome::Created {
            backup_id: backup.map(|backup| backup.id),
            snapshot_id: snapshot.map(|snapshot| snapshot.id),
        })
    }

    async fn insert_scheduled(
        &self,
        tx: &mut dyn StoreTx,
        schedule: &Schedule,
        backup: Option<&AppBackup>,
        snapshot: Option<&AppSnapshot>,
    ) -> Result<(), Error> {
        if let Some(backup) = backup {
            self.insert(tx, backup, None, None).await?;
        }
        if let Some(snapshot) = snapshot {
            self.insert(tx, snapshot, None, None).await?;
        }
        self.queue(tx, apply_retention(schedule), None, None).await
    }

    /// Stores the next run of a schedule, unless another server has stored one in the meantime.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn schedule_plan(
        &self,
        planned: &Scheduled,
        next: Option<NextRun>,
    ) -> Result<(), Error> {
        transact(|| async {
            let mut tx = self.store.begin().await?;
            let id = planned.schedule.id;
            if tx.update_schedule_next(id, planned.next, next).await? {
                tx.commit().await?;
            }
            Ok(())
        })
        .await
    }

    async fn scheduled_backup(&self, schedule: &Schedule) -> Result<Option<AppBackup>, Error> {
        if !schedule.creates_backup {
            return Ok(None);
        }
        let (account_id, app_id) = (schedule.account_id, schedule.app_id);
        let bucket_id = self.bucket(account_id, app_id, schedule.bucket_id, None).await?;
        let bucket_id = bucket_id.ok_or(Error::BucketOfOtherNodes)?;
        Ok(Some(
            self.scheduled(schedule, BackupDetails::new(bucket_id, None)),
        ))
    }

    fn scheduled_snapshot(&self, schedule: &Schedule) -> Option<AppSnapshot> {
        schedule
            .creates_snapshot
            .then(|| self.scheduled(schedule, SnapshotDetails::default()))
    }

    /// A new backup or snapshot of a schedule.
    fn scheduled<K: Kind>(&self, schedule: &Schedule, details: K::Details) -> Resource<K> {
        let (id, now) = (self.ids.next_id(), self.clock.now());
        let request = CreateResource {
            app_id: schedule.app_id,
            name: Some(ResourceName::generated(&schedule.name, now, id)),
            labels: Vec::new(),
        };
        let by = SubjectId::SYSTEM;
        let mut resource = Resource::pending(id.into(), schedule.account_id, request, details, by, now);
        resource.schedule_id = Some(schedule.id);
        resource
    }
}

/// The job that deletes a schedule's expired backups and snapshots.
fn apply_retention(schedule: &Schedule) -> ApplyRetention {
    ApplyRetention {
        account_id: schedule.account_id,
        app_id: schedule.app_id,
        schedule_id: schedule.id,
        confirmed: false,
    }
}
