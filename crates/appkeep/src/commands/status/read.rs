//! Reads the status from the server.

use std::time::Duration;

use appkeep_client::types::{
    AppBackup, AppState, AppSummary, BucketState, Schedule, ScheduleEnabled, ScheduleMakes,
};
use appkeep_client::{Number, Timestamp, Uuid};
use appkeep_server::admin::schedule::{OVERDUE_AFTER, Timing, overdue_by};
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::commands::resource;
use crate::failure::Failure;
use crate::remote::{End, Session, brief, reasons};

/// The status of an account.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    /// The number of apps and buckets that need attention.
    pub(super) problems: usize,
    pub(super) apps: Vec<AppStatus>,
    /// Work in progress, of each app at most the newest backups and restores that the server lists.
    pub(super) running: Vec<Running>,
    /// The number of other backups and restores in progress.
    pub(super) more_running: u64,
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
    /// Reads the status: one request for the apps, and one for the buckets.
    ///
    /// # Errors
    /// When the server refuses a request.
    pub(super) async fn read(session: &Session) -> Result<Self, Failure> {
        let (summaries, now) = (session.app_summaries().await?, session.now());
        let apps: Vec<AppStatus> = summaries.iter().map(|app| AppStatus::of(app, now)).collect();
        let running: Vec<Running> = summaries.iter().flat_map(running).collect();
        let in_progress = summaries.iter().map(|app| {
            app.started_backups + app.pending_backups + app.started_restores + app.pending_restores
        });
        let in_progress = u64::try_from(in_progress.sum::<i64>()).unwrap_or_default();
        let buckets = read_buckets(session).await?;
        let problems = apps.iter().filter(|app| !app.problems.is_empty()).count()
            + buckets
                .iter()
                .filter(|bucket| !bucket.problems.is_empty())
                .count();
        Ok(Self {
            problems,
            apps,
            more_running: in_progress.saturating_sub(running.len() as u64),
            running,
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

impl AppStatus {
    /// The status of an app, at `now`.
    pub(in crate::commands) fn of(app: &AppSummary, now: DateTime<Utc>) -> Self {
        let last_good = app.last_completed_backup.as_ref().map(|backup| GoodBackup {
            id: backup.id,
            name: backup.name.clone(),
            backup_creation_timestamp: time_of(backup),
        });
        let good_at = last_good
            .as_ref()
            .and_then(|good| good.backup_creation_timestamp.to_utc().ok());
        let schedules = app.schedules.iter().flatten();
        let schedules = schedules.filter(|schedule| creates_backups(schedule));
        let mut status = Self {
            id: app.id,
            name: app.name.clone(),
            last_good,
            schedules: schedules
                .map(|schedule| status_of(schedule, good_at, now))
                .collect(),
            problems: Vec::new(),
        };
        status.problems = problems(app, &status);
        status
    }
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

fn problems(app: &AppSummary, status: &AppStatus) -> Vec<String> {
    let mut problems = Vec::new();
    if matches!(app.state.known(), Some(AppState::Failed | AppState::Unavailable)) {
        let why = or_unknown(&reasons(app.state_unready.as_deref()));
        problems.push(format!("the app is {}: {why}", app.state));
    }
    let latest = app.latest_backup.as_ref();
    if let Some((backup, End::Failed(why))) =
        latest.and_then(|backup| Some((backup, resource::end_of_backup(backup)?)))
    {
        problems.push(format!("the backup {} {why}", backup.name.as_str()));
    }
    if status.last_good.is_none() {
        problems.push("there is no good backup".to_owned());
    }
    problems.extend(status.schedules.iter().filter_map(ScheduleStatus::overdue));
    problems
}

fn running(app: &AppSummary) -> Vec<Running> {
    let restores = app.restores_in_progress.iter().flatten();
    let restores = restores.map(|restore| Running {
        app: app.name.clone(),
        work: "restore",
        name: restore.target.clone(),
        state: restore.state.to_string(),
        percent_done: restore.percent_done.and_then(|percent| percent.try_into().ok()),
        since: Some(restore.metadata.creation_timestamp.clone()),
    });
    let backups = app.backups_in_progress.iter().flatten();
    let backups = backups.map(|backup| Running {
        app: app.name.clone(),
        work: "backup",
        name: Some(backup.name.clone()),
        state: backup.state.to_string(),
        percent_done: backup.percent_done.as_ref().and_then(|percent| percent.as_u64()),
        since: Some(backup.metadata.creation_timestamp.clone()),
    });
    restores.chain(backups).collect()
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
