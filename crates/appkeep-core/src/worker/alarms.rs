//! Raises and clears alarms, and stores a notification for each receiver of such a change, in one transaction.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{MissedTickBehavior, interval};

use super::run::JobRun;
use super::{Background, WorkerDeps};
use crate::app_restore::RestoreState;
use crate::catalog::BucketProblem;
use crate::ids::{AccountId, AppId, BackupKind, ScheduleId};
use crate::job::{JobPayload, JobResult, RestoreApp, RestoreToDirectory};
use crate::notification::{Event, EventKind, NewNotification, OUTBOX_MAX, RETRIED_FOR, Subject};
use crate::schedule::{OVERDUE_AFTER, Schedule};
use crate::state::ResourceState;
use crate::store::{Store, StoreError, StoreTx, StoredKind, transact};

/// The interval at which buckets and schedules are checked.
const CHECK_EVERY: Duration = Duration::from_secs(10);

/// The maximum number of results of backups that are read to find overdue schedules.
const RESULTS_MAX: u32 = 100_000;

/// Raises or clears an alarm. If this is a change, it stores the event for its receivers. A cleared alarm becomes a
/// recovery.
async fn record(
    deps: &WorkerDeps,
    tx: &mut dyn StoreTx,
    mut event: Event,
    is_raised: bool,
) -> Result<bool, StoreError> {
    let alarm = event.subject.alarm();
    if is_raised {
        if !tx.insert_alarm(&alarm, event.at).await? {
            return Ok(false);
        }
    } else {
        let Some(since) = tx.delete_alarm(&alarm).await? else {
            return Ok(false);
        };
        event.kind = EventKind::Recovery;
        event.since = Some(since);
        event.reasons.clear();
    }
    let receivers = deps.notifier.iter().flat_map(|notifier| notifier.receivers());
    for receiver in receivers.filter(|receiver| receiver.receives(&event)) {
        tx.insert_notification(&NewNotification {
            id: deps.ids.next_id(),
            receiver: receiver.name,
            event: event.clone(),
        })
        .await?;
    }
    Ok(true)
}

/// Records the end of a job in the transaction that finishes it: a failed backup or restore raises an alarm, and a
/// completed one clears it. Cancelled jobs and retries change nothing.
pub(super) async fn record_end(
    run: &JobRun<'_>,
    tx: &mut dyn StoreTx,
    result: &JobResult,
) -> Result<(), StoreError> {
    if !matches!(result, JobResult::Done | JobResult::Failed { .. }) {
        return Ok(());
    }
    let mut event = Event {
        kind: EventKind::Failure,
        subject: Subject::Test,
        account_id: run.claimed.payload.account_id(),
        at: run.deps.clock.now(),
        since: None,
        backup_name: None,
        reasons: Vec::new(),
    };
    let is_failed = match &run.claimed.payload {
        JobPayload::CreateBackup(job) => {
            let found = BackupKind::of_tx(tx)
                .fetch_resource(job.account_id, job.backup_id)
                .await?;
            let Some(backup) = found else { return Ok(()) };
            event.subject = Subject::Backup {
                app_id: backup.app_id,
                bucket_id: backup.details.bucket_id,
            };
            event.backup_name = Some(backup.name.as_str().to_owned());
            event.reasons = backup.state_unready;
            match backup.state {
                ResourceState::Failed => true,
                ResourceState::Completed => false,
                _ => return Ok(()),
            }
        }
        JobPayload::RestoreApp(RestoreApp {
            account_id,
            restore_id,
            ..
        })
        | JobPayload::RestoreToDirectory(RestoreToDirectory {
            account_id,
            restore_id,
            ..
        }) => {
            let found = tx.fetch_app_restore(*account_id, *restore_id).await?;
            let Some(restore) = found else { return Ok(()) };
            event.subject = Subject::Restore {
                app_id: restore.app_id,
            };
            event.reasons = restore.reasons;
            match restore.state {
                RestoreState::Failed | RestoreState::Interrupted => true,
                RestoreState::Completed => false,
                RestoreState::Pending | RestoreState::Running => return Ok(()),
            }
        }
        _ => return Ok(()),
    };
    record(run.deps, tx, event, is_failed).await?;
    Ok(())
}

/// Checks buckets and schedules every 10 s until it is stopped, and deletes notifications that were not delivered in time.
/// Without receivers, it does nothing.
#[must_use]
pub fn start_alarm_watch(deps: &WorkerDeps) -> Background {
    let deps = deps.clone();
    Background::start("alarm watch", move |shutdown| async move {
        let mut tick = interval(CHECK_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(tick.tick()).await.is_some() {
            let has_receivers = deps
                .notifier
                .as_ref()
                .is_some_and(|notifier| !notifier.receivers().is_empty());
            if !has_receivers {
                continue;
            }
            if let Err(error) = check(&deps).await {
                tracing::warn!(%error, "alarms could not be checked");
            }
        }
    })
}

async fn check(deps: &WorkerDeps) -> Result<(), StoreError> {
    let now = deps.clock.now();
    let mut raised: HashSet<String> = deps.store.list_alarms().await?.into_iter().collect();
    for event in current(deps, now).await? {
        let alarm = event.subject.alarm();
        if !raised.remove(&alarm) {
            change(deps, &event, true).await?;
        }
    }
    for subject in raised.iter().filter_map(|alarm| Subject::of_alarm(alarm)) {
        // The alarms of jobs are cleared by jobs.
        if let Subject::Bucket { .. } | Subject::Schedule { .. } = subject {
            let event = Event {
                kind: EventKind::Recovery,
                subject,
                account_id: account_of(deps.store.as_ref(), &subject).await?,
                at: now,
                since: None,
                backup_name: None,
                reasons: Vec::new(),
            };
            change(deps, &event, false).await?;
        }
    }
    let deleted = deps
        .store
        .delete_old_notifications(now - RETRIED_FOR, OUTBOX_MAX, now)
        .await?;
    if deleted > 0 {
        tracing::error!(
            notifications = deleted,
            "notifications were given up: they were not delivered in time"
        );
    }
    Ok(())
}

async fn change(deps: &WorkerDeps, event: &Event, is_raised: bool) -> Result<(), StoreError> {
    transact(|| async {
        let mut tx = deps.store.begin().await?;
        if record(deps, tx.as_mut(), event.clone(), is_raised).await? {
            tx.commit().await?;
        }
        Ok(())
    })
    .await
}

/// The account that declares the subject; `None` if no account does any more.
async fn account_of(store: &dyn Store, subject: &Subject) -> Result<Option<AccountId>, StoreError> {
    for account in store.list_accounts().await? {
        let is_here = match subject {
            Subject::Bucket { bucket_id } => store.fetch_bucket(account.id, *bucket_id).await?.is_some(),
            _ => match subject.app_id() {
                Some(app_id) => store.fetch_app(account.id, app_id).await?.is_some(),
                None => false,
            },
        };
        if is_here {
            return Ok(Some(account.id));
        }
    }
    Ok(None)
}

/// The alarms that buckets and schedules have now.
async fn current(deps: &WorkerDeps, now: DateTime<Utc>) -> Result<Vec<Event>, StoreError> {
    let store = deps.store.as_ref();
    let event = |kind, subject, account_id, reasons| Event {
        kind,
        subject,
        account_id: Some(account_id),
        at: now,
        since: None,
        backup_name: None,
        reasons,
    };
    let mut events = Vec::new();
    for account in store.list_accounts().await? {
        let problems = store.list_bucket_problems(account.id).await?;
        let buckets = store.list_buckets(account.id).await?.into_iter();
        for bucket in buckets.filter(|bucket| bucket.declared) {
            if let Some(BucketProblem::Failed(reason)) = problems.get(&bucket.id) {
                let subject = Subject::Bucket { bucket_id: bucket.id };
                events.push(event(
                    EventKind::Failure,
                    subject,
                    account.id,
                    vec![reason.clone()],
                ));
            }
        }
    }
    for (schedule, due_at) in overdue(store, now).await? {
        let subject = Subject::Schedule {
            app_id: schedule.app_id,
            schedule_id: schedule.id,
        };
        let reason = format!(
            "a backup has been due since {}",
            due_at.format("%Y-%m-%d %H:%M UTC")
        );
        events.push(event(
            EventKind::Overdue,
            subject,
            schedule.account_id,
            vec![reason],
        ));
    }
    Ok(events)
}

/// The overdue schedules, each with the time since which its run has been due. A schedule without a completed backup is
/// due after its creation.
async fn overdue(
    store: &dyn Store,
    now: DateTime<Utc>,
) -> Result<Vec<(Schedule, DateTime<Utc>)>, StoreError> {
    let mut successes: HashMap<ScheduleId, DateTime<Utc>> = HashMap::new();
    for result in store.list_backup_results(RESULTS_MAX).await? {
        if let Some((id, ended)) = result.schedule_id.zip(result.last_success) {
            let last = successes.entry(id).or_insert(ended);
            *last = ended.max(*last);
        }
    }
    let mut overdue = Vec::new();
    for scheduled in store.list_schedules().await? {
        let schedule = scheduled.schedule;
        if !schedule.creates_backup {
            continue;
        }
        let since = match successes.get(&schedule.id) {
            Some(success) => Some(*success),
            None => created_at(store, schedule.account_id, schedule.app_id, schedule.id).await?,
        };
        let late = since.map(|since| schedule.overdue_by(since, now));
        if let Some(late) = late.filter(|late| *late > OVERDUE_AFTER) {
            overdue.push((schedule, now - late));
        }
    }
    Ok(overdue)
}

async fn created_at(
    store: &dyn Store,
    account_id: AccountId,
    app_id: AppId,
    id: ScheduleId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let schedules = store.list_app_schedules(account_id, app_id).await?;
    let found = schedules.into_iter().find(|found| found.item.schedule.id == id);
    Ok(found.map(|found| found.created_at))
}
