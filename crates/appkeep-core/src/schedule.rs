//! Schedules: when an app is backed up automatically, and which backups are kept.
//!
//! All of this is pure: the decision depends on the schedule, the previous decision and the current time.
//! `worker/scheduler.rs` acts on it.

use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{AccountId, AppId, BucketId, ScheduleId, SubjectId};

pub use self::change::{CreateSchedule, FieldError, Makes, ScheduleChange, UpdateSchedule};
pub use self::granularity::{Granularity, SimpleTimes};

mod change;
mod granularity;

/// The maximum length of a schedule's name, in characters. Backups and snapshots of the schedule are named after it,
/// with a time and an id.
pub const SCHEDULE_NAME_CHARS_MAX: usize = 35;

/// The maximum jitter, in seconds.
pub const JITTER_SECS_MAX: u32 = 86_400;

/// The maximum of each `keep_…` rule and retention count.
pub const KEEP_MAX: u32 = 9999;

/// The maximum number of schedules of an app that clients created.
pub const API_SCHEDULES_MAX: usize = 64;

/// The time by which a clock may be set back before schedules start over from its current time, in seconds. Within
/// this limit a schedule waits for the clock, so that it doesn't run twice for the same time.
pub const CLOCK_BACK_SECS_MAX: i64 = 86_400;

/// How long after its due time a scheduled backup may take before its schedule counts as overdue. The alerts in
/// `deploy/prometheus` use the same.
pub const OVERDUE_AFTER: TimeDelta = TimeDelta::hours(2);

/// The number of consecutive times of a schedule that are examined to find the shortest gap.
const GAPS_CHECKED_MAX: usize = 400;

/// The fields of a cron expression, each with the values that it permits.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day", "1 to 31"),
    ("month", "1 to 12, or JAN to DEC"),
    ("weekday", "0 to 7, or SUN to SAT"),
];

/// The reason for an invalid timing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimingError {
    /// The zone isn't in the IANA database.
    #[error("invalid time zone {0:?}: expected a name of the IANA database, for example \"Europe/Berlin\"")]
    Zone(String),
    /// The expression is invalid.
    #[error(
        "invalid cron expression {0:?} ({1}): expected minute, hour, day, month and weekday, for example \
         \"30 2 * * *\", or @hourly, @daily, @weekly, @monthly or @yearly"
    )]
    Expression(String, String),
    /// The expression never matches any date.
    #[error("{0:?} never matches any date")]
    Never(String),
}

/// The times at which a schedule is due: a cron expression with five fields, or a nickname for one such as `@daily`, in
/// a time zone.
///
/// When clocks go forward, a fixed time (`30 2 * * *`) within the skipped hour is due right after it; a repeated time
/// (`*/10 * * * *`) is not due there. When clocks go back, a fixed time is due once, at its first occurrence; a
/// repeated time is due during both hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    expression: String,
    cron: Cron,
    zone: Tz,
}

impl Timing {
    /// Parses a cron expression and the name of a time zone.
    ///
    /// # Errors
    /// If either is invalid, or the expression never matches any date.
    pub fn new(expression: &str, zone: &str) -> Result<Self, TimingError> {
        let zone: Tz = zone.parse().map_err(|_| TimingError::Zone(zone.to_owned()))?;
        let refused = |reason: String| TimingError::Expression(expression.to_owned(), reason);
        let fields: Vec<_> = expression.split_whitespace().collect();
        let is_nickname = expression.starts_with('@');
        if fields.len() != FIELDS.len() && !is_nickname {
            return Err(refused(format!(
                "it has {} fields, not {}",
                fields.len(),
                FIELDS.len()
            )));
        }
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let cron = parser.parse(expression).map_err(|error| {
            let reason = if is_nickname {
                Some("unknown nickname".to_owned())
            } else {
                invalid_field(parser, &fields)
            };
            // Each field is valid by itself.
            refused(reason.unwrap_or_else(|| error.to_string().trim_end_matches('.').to_owned()))
        })?;
        let expression = if is_nickname { cron.as_str() } else { expression }.to_owned();
        let timing = Self {
            expression,
            cron,
            zone,
        };
        match timing.next_after(recent_time()) {
            Some(_) => Ok(timing),
            None => Err(TimingError::Never(timing.expression)),
        }
    }

    /// The cron expression.
    #[must_use]
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// The time zone's name.
    #[must_use]
    pub fn zone(&self) -> &'static str {
        self.zone.name()
    }

    /// The first time after `after`, if there is one within the next thousands of years.
    #[must_use]
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = after.trunc_subsecs(0).with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&local, false).ok()?;
        Some(next.with_timezone(&Utc))
    }

    /// The shortest time between two consecutive times, in seconds.
    #[must_use]
    pub fn shortest_gap_secs(&self) -> Option<i64> {
        let mut last = self.next_after(recent_time())?;
        let mut shortest = None;
        for _ in 0..GAPS_CHECKED_MAX {
            let Some(next) = self.next_after(last) else { break };
            let gap = (next - last).num_seconds();
            shortest = Some(shortest.map_or(gap, |shortest: i64| shortest.min(gap)));
            last = next;
        }
        shortest
    }

    /// The maximum jitter, in seconds: it must be shorter than the shortest time between runs, or else runs would be
    /// skipped.
    #[must_use]
    pub fn jitter_secs_max(&self) -> u32 {
        let gap_secs = self.shortest_gap_secs().unwrap_or(i64::MAX);
        u32::try_from(gap_secs - 1)
            .unwrap_or(u32::MAX)
            .min(JITTER_SECS_MAX)
    }

    /// The date of `at` in the time zone.
    #[must_use]
    pub fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }
}

/// Names the first field that is invalid by itself, with the reason.
fn invalid_field(parser: CronParser, fields: &[&str]) -> Option<String> {
    let named = FIELDS.iter().zip(fields).enumerate();
    named.into_iter().find_map(|(position, ((name, values), field))| {
        let mut alone = ["*"; FIELDS.len()];
        alone[position] = field;
        parser.parse(&alone.join(" ")).err()?;
        Some(format!(
            "{name} {field:?} is not {values}, *, a list such as 1,3, a range such as 1-3, or a step such as */2"
        ))
    })
}

/// The start time for examining a timing by itself; in 1970, time zones had other rules.
fn recent_time() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(365 * 55)
}

/// The rules for keeping the backups and snapshots of a schedule. An item is kept if any of the rules keeps it.
/// Without a rule, everything is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Keeps this many of the newest items.
    pub keep_last: Option<u32>,
    /// Keeps the newest item of each of the last days that have one, for this many days.
    pub keep_daily: Option<u32>,
    /// Keeps the newest item of each of the last weeks (from Monday) that have one, for this many weeks.
    pub keep_weekly: Option<u32>,
    /// Keeps the newest item of each of the last months that have one, for this many months.
    pub keep_monthly: Option<u32>,
    /// Keeps all items that are at most this many days older than the newest item.
    pub keep_days: Option<u32>,
}

/// The origin of a schedule, which decides who can change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleOrigin {
    /// An operator declared it in the configuration. Clients can't change it.
    Configuration,
    /// A client created it.
    Api {
        /// The user that created it.
        created_by: SubjectId,
        /// The user that last changed it.
        modified_by: Option<SubjectId>,
    },
}

/// A schedule of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its id.
    pub id: ScheduleId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// The app that it is for.
    pub app_id: AppId,
    /// Its name, unique within the app.
    pub name: String,
    /// When it is due.
    pub timing: Timing,
    /// The maximum deliberate delay of a run, in seconds, so that not all schedules start at once.
    pub jitter_secs: u32,
    /// Whether it creates a backup.
    pub creates_backup: bool,
    /// Whether it creates a snapshot that is kept.
    pub creates_snapshot: bool,
    /// The bucket of its backups; the account's default bucket if there is none.
    pub bucket_id: Option<BucketId>,
    /// The rules for keeping its backups, and its snapshots unless those have rules of their own.
    pub retention: Retention,
    /// The rules for keeping its snapshots, if they differ.
    pub snapshot_retention: Option<Retention>,
    /// Whether it is in use. A schedule that was removed from the configuration, or that a client disabled, neither
    /// creates nor deletes anything.
    pub enabled: bool,
    /// Its origin.
    pub origin: ScheduleOrigin,
}

impl Schedule {
    /// Whether a client created it.
    #[must_use]
    pub fn is_from_api(&self) -> bool {
        matches!(self.origin, ScheduleOrigin::Api { .. })
    }

    /// The rules for keeping its snapshots.
    #[must_use]
    pub fn retention_of_snapshots(&self) -> &Retention {
        self.snapshot_retention.as_ref().unwrap_or(&self.retention)
    }

    /// The number of backups that are kept, the original's `backupRetention`: 0 if it creates none, `None` if they are
    /// kept by other rules than their number.
    #[must_use]
    pub fn backups_kept(&self) -> Option<u32> {
        count_kept(self.creates_backup, &self.retention)
    }

    /// The number of snapshots that are kept, the original's `snapshotRetention`, as [`Self::backups_kept`].
    #[must_use]
    pub fn snapshots_kept(&self) -> Option<u32> {
        count_kept(self.creates_snapshot, self.retention_of_snapshots())
    }

    /// When a run that is due at `due` starts. Deterministic for a schedule and a due time.
    #[must_use]
    pub fn starts_at(&self, due: DateTime<Utc>) -> DateTime<Utc> {
        starts_at(self.id.as_uuid(), self.jitter_secs, due)
    }

    /// How long the first run after `success` has been due at `now`; zero if it is in the future. The schedule is overdue
    /// if this exceeds [`OVERDUE_AFTER`].
    #[must_use]
    pub fn overdue_by(&self, success: DateTime<Utc>, now: DateTime<Utc>) -> TimeDelta {
        overdue_by(&self.timing, self.id.as_uuid(), self.jitter_secs, success, now)
    }
}

fn starts_at(id: Uuid, jitter_secs: u32, due: DateTime<Utc>) -> DateTime<Utc> {
    let hash = Uuid::new_v5(&id, due.timestamp().to_string().as_bytes());
    let (_, low) = hash.as_u64_pair();
    // The two highest bits are the same in every UUID.
    let jitter = (low & (u64::MAX >> 2)) % (u64::from(jitter_secs) + 1);
    due + TimeDelta::seconds(i64::try_from(jitter).unwrap_or_default())
}

/// [`Schedule::overdue_by`], for clients that know only a part of the schedule.
#[must_use]
pub fn overdue_by(
    timing: &Timing,
    id: Uuid,
    jitter_secs: u32,
    success: DateTime<Utc>,
    now: DateTime<Utc>,
) -> TimeDelta {
    let due = timing.next_after(success);
    let late = due.map(|due| now - starts_at(id, jitter_secs, due));
    late.unwrap_or_default().max(TimeDelta::zero())
}

fn count_kept(is_created: bool, retention: &Retention) -> Option<u32> {
    if !is_created {
        return Some(0);
    }
    retention
        .keep_last
        .filter(|count| *retention == Retention::last(*count))
}

impl Retention {
    /// Keeps only this number of the newest items.
    #[must_use]
    pub fn last(count: u32) -> Self {
        Self {
            keep_last: Some(count),
            ..Self::default()
        }
    }
}

/// The next run of a schedule, and when it was determined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextRun {
    /// When it is due, without jitter.
    pub due_at: DateTime<Utc>,
    /// When this was determined.
    pub decided_at: DateTime<Utc>,
}

/// A schedule with its next run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// The schedule.
    pub schedule: Schedule,
    /// Its next run; `None` until a scheduler has planned it.
    pub next: Option<NextRun>,
}

/// The action that a scheduler takes for a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleAction {
    /// Do nothing yet.
    Wait,
    /// Store the next run.
    Plan(NextRun),
    /// Store a new next run, because the clock was set back further than a schedule waits for it.
    Replan(NextRun),
    /// Run, and store the run after that. Missed times are combined into this one run.
    Run(Option<NextRun>),
}

impl Scheduled {
    /// The action to take at `now`.
    #[must_use]
    pub fn action(&self, now: DateTime<Utc>) -> ScheduleAction {
        let upcoming = self.schedule.timing.next_after(now).map(|due_at| NextRun {
            due_at,
            decided_at: now,
        });
        let Some(next) = self.next else {
            return upcoming.map_or(ScheduleAction::Wait, ScheduleAction::Plan);
        };
        if now + TimeDelta::seconds(CLOCK_BACK_SECS_MAX) < next.decided_at {
            upcoming.map_or(ScheduleAction::Wait, ScheduleAction::Replan)
        } else if now < self.schedule.starts_at(next.due_at) {
            ScheduleAction::Wait
        } else {
            ScheduleAction::Run(upcoming)
        }
    }
}

#[cfg(test)]
mod tests;
