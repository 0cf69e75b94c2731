//! Reads the status from the server.

use std::time::Duration;

use appkeep_client::types::{
    App, AppBackup, AppRestore, AppState, BucketState, ResourceState, Schedule, ScheduleEnabled,
    ScheduleMakes,
};
use appkeep_client::{Number, Timestamp, Uuid};
use appkeep_server::admin::schedule::{OVERDUE_AFTER, Timing, overdue_by};
use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use crate::commands::{resource, restores};
use crate::failure::Failure;
use crate::remote::{End, Session, brief, is_undeclared, reasons};

/// The number of an app's newest backups among which the last good one is searched.
const BACKUPS_READ_MAX: usize = 1000;

/// The number of backups in a request. Usually one of the first is good.
const PAGE_SIZE: std::num::NonZeroU64 = std::num::NonZeroU64::new(20).unwrap();

/// The number of apps that are read concurrently.
const APPS_READ_AT_ONCE: usize = 8;

/// The status of an account.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    /// The number of apps and buckets that need attention.
    pub(super) problems: usize,
    pub(super) apps: Vec<AppStatus>,
    pub(super) running: Vec<Running>,
    pub(super) buckets: Vec<BucketStatus>,
}

/// The status of a configured app.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::commands) struct AppStatus {
    #[serde(rename = "appID")]
    pub(super) id: Uuid,
    pub(in crate::commands) name: String,
    /// The newest completed backup.
    pub(in crate::commands) last_good: Option<GoodBackup>,
    pub(in crate::commands) schedules: Vec<ScheduleStatus>,
    /// The reasons why the app needs attention.
    pub(super) problems: Vec<String>,
}

/// A completed backup.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::commands) struct GoodBackup {
    #[serde(rename = "backupID")]
    pub(super) id: Uuid,
    pub(super) name: String,
    /// The time of its data.
    pub(in crate::commands) backup_creation_timestamp: Timestamp,
}

/// A schedule that creates backups.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::commands) struct ScheduleStatus {
    pub(super) name: String,
    pub(super) next_run_timestamp: Option<Timestamp>,
    /// How long the first run after the app's last good backup has been due, in seconds; zero if it is in the future.
    pub(super) due_secs: i64,
}

impl ScheduleStatus {
    /// Describes by how much the schedule is overdue, if it is.
    pub(in crate::commands) fn overdue(&self) -> Option<String> {
        if self.due_secs <= OVERDUE_AFTER.num_seconds() {
            return None;
        }
        let due = Duration::from_secs(self.due_secs.unsigned_abs());
        let name = &self.name;
        Some(format!("{name} is overdue: a backup was due {} ago", brief(due)))
    }
}

/// Work in progress.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::commands) struct Running {
    pub(super) app: String,
    /// `backup` or `restore`.
    pub(super) work: &'static str,
    /// The name of the backup, or the directory of the restore.
    pub(super) name: Option<String>,
    pub(super) state: String,
    pub(super) percent_done: Option<u64>,
    /// When it was requested.
    pub(super) since: Option<Timestamp>,
}

/// The status of a configured bucket.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BucketStatus {
    #[serde(rename = "bucketID")]
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) state: String,
    /// The total size of its data, and its free space, by the latest measurement.
    pub(super) stored_bytes: Option<Number>,
    pub(super) free_bytes: Option<Number>,
    pub(super) measurement_timestamp: Option<Timestamp>,
    pub(super) problems: Vec<String>,
}

impl Status {
    /// Reads the status: three requests for each app, and two for the account.
    ///
    /// # Errors
    /// When the server refuses a request.
    pub(super) async fn read(session: &Session) -> Result<Self, Failure> {
        let mut apps = session.apps().await?;
        apps.retain(|app| !is_undeclared(app));
        let requests = stream::iter(&apps).map(async |app| {
            let (status, newest) = read_app(session, app).await?;
            let restores = session.restores_if_listed(app.id).await?;
            Ok((status, running(app, &newest, &restores)))
        });
        let found: Vec<_> = requests.buffered(APPS_READ_AT_ONCE).try_collect().await?;
        let (apps, running): (Vec<AppStatus>, Vec<Vec<Running>>) = found.into_iter().unzip();
        let buckets = read_buckets(session).await?;
        let problems = apps.iter().filter(|app| !app.problems.is_empty()).count()
            + buckets
                .iter()
                .filter(|bucket| !bucket.problems.is_empty())
                .count();
        Ok(Self {
            problems,
            apps,
            running: running.into_iter().flatten().collect(),
            buckets,
        })
    }
}

async fn read_buckets(session: &Session) -> Result<Vec<BucketStatus>, Failure> {
    let buckets = session.buckets().await?.into_iter();
    let buckets = buckets.filter(|bucket| bucket.state != BucketState::Removed);
    Ok(buckets
        .map(|bucket| {
            let mut problems: Vec<String> = Vec::new();
            if bucket.state == BucketState::Failed {
                problems.push(or_unknown(&reasons(bucket.state_unready.as_deref())));
            }
            BucketStatus {
                id: bucket.id,
                name: bucket.name.clone(),
                state: bucket.state.to_string(),
                stored_bytes: bucket.stored_bytes,
                free_bytes: bucket.free_bytes,
                measurement_timestamp: bucket.measurement_timestamp.clone(),
                problems,
            }
        })
        .collect())
}

/// The backups of an app from the newest one to the last good one.
///
/// # Errors
/// When the server doesn't list them.
pub(in crate::commands) async fn newest_backups(
    session: &Session,
    app: Uuid,
) -> Result<Vec<AppBackup>, Failure> {
    let backups = session.client.backups(session.account, Some(app));
    let mut backups = Box::pin(backups.page_size(PAGE_SIZE).stream());
    let mut newest = Vec::new();
    while newest.len() < BACKUPS_READ_MAX {
        let next = backups
            .try_next()
            .await
            .map_err(|error| session.failure(&error))?;
        let Some(backup) = next else { break };
        let is_good = backup.state == ResourceState::Completed;
        newest.push(backup);
        if is_good {
            break;
        }
    }
    Ok(newest)
}

/// Reads the status of an app, and its backups from the newest one to the last good one: two requests.
///
/// # Errors
/// When the server refuses a request.
pub(in crate::commands) async fn read_app(
    session: &Session,
    app: &App,
) -> Result<(AppStatus, Vec<AppBackup>), Failure> {
    let schedules = session.client.schedules(session.account, app.id).stream();
    let schedules: Vec<Schedule> = schedules
        .try_collect()
        .await
        .map_err(|error| session.failure(&error))?;
    let newest = newest_backups(session, app.id).await?;
    let now = session.now();
    let good = newest
        .iter()
        .find(|backup| backup.state == ResourceState::Completed);
    let last_good = good.map(|backup| GoodBackup {
        id: backup.id,
        name: backup.name.clone(),
        backup_creation_timestamp: time_of(backup),
    });
    let good_at = last_good
        .as_ref()
        .and_then(|good| good.backup_creation_timestamp.to_utc().ok());
    let schedules = schedules.iter().filter(|schedule| creates_backups(schedule));
    let schedules = schedules
        .map(|schedule| status_of(schedule, good_at, now))
        .collect();
    let mut status = AppStatus {
        id: app.id,
        name: app.name.clone(),
        last_good,
        schedules,
        problems: Vec::new(),
    };
    status.problems = problems(app, &status, &newest);
    Ok((status, newest))
}

/// The time of a backup's data, or of its request.
fn time_of(backup: &AppBackup) -> Timestamp {
    let captured = backup.backup_creation_timestamp.clone();
    captured.unwrap_or_else(|| backup.metadata.creation_timestamp.clone())
}

fn creates_backups(schedule: &Schedule) -> bool {
    schedule.enabled != ScheduleEnabled::False
        && schedule
            .makes
            .iter()
            .flatten()
            .any(|made| *made == ScheduleMakes::Backup)
}

/// Without a good backup, a schedule counts as due since its creation.
fn status_of(schedule: &Schedule, good_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> ScheduleStatus {
    let since = good_at.or_else(|| schedule.metadata.creation_timestamp.to_utc().ok());
    // A cron expression that this program can't parse is never due.
    let timing = Timing::new(&schedule.cron, &schedule.time_zone).ok();
    let jitter_secs = u32::try_from(schedule.jitter_secs).unwrap_or_default();
    let overdue = timing
        .zip(since)
        .map(|(timing, since)| overdue_by(&timing, schedule.id, jitter_secs, since, now));
    ScheduleStatus {
        name: schedule.name.clone(),
        next_run_timestamp: schedule.next_run_timestamp.clone(),
        due_secs: overdue.map_or(0, |overdue| overdue.num_seconds()),
    }
}

fn problems(app: &App, status: &AppStatus, newest: &[AppBackup]) -> Vec<String> {
    let mut problems = Vec::new();
    if matches!(app.state.known(), Some(AppState::Failed | AppState::Unavailable)) {
        let why = or_unknown(&reasons(app.state_unready.as_deref()));
        problems.push(format!("the app is {}: {why}", app.state));
    }
    let latest = newest
        .iter()
        .find_map(|backup| Some((backup, resource::end_of_backup(backup)?)));
    if let Some((backup, End::Failed(why))) = latest {
        problems.push(format!("the backup {} {why}", backup.name.as_str()));
    }
    if status.last_good.is_none() {
        problems.push(if newest.len() < BACKUPS_READ_MAX {
            "there is no good backup".to_owned()
        } else {
            format!("none of the last {BACKUPS_READ_MAX} backups is good")
        });
    }
    problems.extend(status.schedules.iter().filter_map(ScheduleStatus::overdue));
    problems
}

fn is_in_progress(backup: &AppBackup) -> bool {
    matches!(
        backup.state.known(),
        Some(ResourceState::Pending | ResourceState::Discovering | ResourceState::Running)
    )
}

fn running(app: &App, newest: &[AppBackup], restores: &[AppRestore]) -> Vec<Running> {
    let listed: Vec<_> = restores
        .iter()
        .filter(|restore| restores::is_in_progress(restore))
        .map(|restore| Running {
            app: app.name.clone(),
            work: "restore",
            name: restore.target.clone(),
            state: restore.state.to_string(),
            percent_done: restore.percent_done.and_then(|percent| percent.try_into().ok()),
            since: Some(restore.metadata.creation_timestamp.clone()),
        })
        .collect();
    let is_listed = restores
        .iter()
        .any(|restore| restores::is_in_progress(restore) && restore.target.is_none());
    // Other servers don't list restores.
    let restore = (app.state == AppState::Restoring && !is_listed).then(|| Running {
        app: app.name.clone(),
        work: "restore",
        name: None,
        state: app.state.to_string(),
        percent_done: None,
        since: None,
    });
    let backups = newest.iter().filter(|backup| is_in_progress(backup));
    let backups = backups.map(|backup| Running {
        app: app.name.clone(),
        work: "backup",
        name: Some(backup.name.clone()),
        state: backup.state.to_string(),
        percent_done: backup.percent_done.as_ref().and_then(|percent| percent.as_u64()),
        since: Some(backup.metadata.creation_timestamp.clone()),
    });
    restore.into_iter().chain(listed).chain(backups).collect()
}

fn or_unknown(reasons: &str) -> String {
    if reasons.is_empty() {
        "the server gives no reason".to_owned()
    } else {
        reasons.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn schedule(changes: &Value) -> Schedule {
        let mut schedule = json!({
            "type": "application/astra-schedule", "version": "1.3", "id": Uuid::nil(), "name": "nightly",
            "appID": Uuid::nil(), "origin": "configuration", "enabled": "true", "granularity": "custom", "cron": "0 2 * * *",
            "timeZone": "UTC", "jitterSecs": 0, "makes": ["backup"], "retention": {},
            "metadata": {
                "labels": [], "creationTimestamp": "2026-01-01T12:00:00Z",
                "modificationTimestamp": "2026-01-01T12:00:00Z", "createdBy": Uuid::nil(),
            },
        });
        for (name, value) in changes.as_object().unwrap() {
            schedule[name] = value.clone();
        }
        serde_json::from_value(schedule).unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn due_secs(schedule: &Schedule, good_at: Option<&str>, now: &str) -> i64 {
        status_of(schedule, good_at.map(at), at(now)).due_secs
    }

    #[test]
    fn schedules_are_due_since_the_first_run_after_the_last_good_backup() {
        let nightly = schedule(&json!({}));
        let good = Some("2026-01-05T02:10:00Z");
        assert_eq!(due_secs(&nightly, good, "2026-01-06T01:59:59Z"), 0);
        assert_eq!(due_secs(&nightly, good, "2026-01-06T04:00:01Z"), 7201);
        assert_eq!(due_secs(&nightly, good, "2026-01-08T02:00:00Z"), 2 * 86_400);
        // On weekdays, Monday's run follows Friday's.
        let weekdays = schedule(&json!({"cron": "0 2 * * 1-5"}));
        assert_eq!(
            due_secs(&weekdays, Some("2026-01-09T02:10:00Z"), "2026-01-12T01:00:00Z"),
            0
        );
        // In the schedule's time zone.
        let berlin = schedule(&json!({"timeZone": "Europe/Berlin"}));
        assert_eq!(due_secs(&berlin, good, "2026-01-06T01:00:30Z"), 30);
    }

    #[test]
    fn schedules_without_a_good_backup_are_due_after_their_creation() {
        let nightly = schedule(&json!({}));
        assert_eq!(due_secs(&nightly, None, "2026-01-01T20:00:00Z"), 0);
        assert_eq!(due_secs(&nightly, None, "2026-01-02T03:00:00Z"), 3600);
        let unknown = schedule(&json!({"cron": "@someday"}));
        assert_eq!(due_secs(&unknown, None, "2026-01-02T03:00:00Z"), 0);
    }

    #[test]
    fn disabled_schedules_and_those_of_snapshots_are_ignored() {
        assert!(creates_backups(&schedule(&json!({}))));
        assert!(creates_backups(&schedule(
            &json!({"makes": ["backup", "snapshot"]})
        )));
        assert!(!creates_backups(&schedule(&json!({"makes": ["snapshot"]}))));
        assert!(!creates_backups(&schedule(&json!({"enabled": "false"}))));
    }
}
