//! Schedules: when an app is backed up by itself, and what is kept of that.
//!
//! All of this is pure: what is due is decided from a schedule, from what was decided last, and from the time
//! now. `worker/scheduler.rs` acts on it.

use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{AccountId, AppId, BucketId, ScheduleId};

/// The longest name of a schedule, in characters: with a time and an id it becomes the name of what the
/// schedule makes.
pub const SCHEDULE_NAME_CHARS_MAX: usize = 35;

/// The largest jitter, in seconds.
pub const JITTER_SECS_MAX: u32 = 86_400;

/// How far a clock may be put back before schedules start over from what it shows, in seconds. Within that a
/// schedule waits for the clock, so that it doesn't run twice for one time.
pub const CLOCK_BACK_SECS_MAX: i64 = 86_400;

/// How many times of a schedule are looked at to find the two that are closest together.
const GAPS_LOOKED_AT: usize = 400;

/// Why a cron expression in a time zone is no timing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimingError {
    /// The zone isn't in the IANA database.
    #[error(
        "{0:?} is no time zone: a name of the IANA database would be right, for example \"Europe/Berlin\""
    )]
    Zone(String),
    /// The expression can't be understood.
    #[error(
        "{0:?} is no cron expression ({1}): minute, hour, day, month and weekday would be right, for example \
         \"30 2 * * *\""
    )]
    Expression(String, String),
    /// The expression names days that no calendar has.
    #[error("{0:?} never comes: a day that exists would be right")]
    Never(String),
}

/// When a schedule is due: a cron expression of five fields, read in a time zone.
///
/// Where a clock is put forward, a fixed time (`30 2 * * *`) in the missing hour comes right after it, and a
/// repeated one (`*/10 * * * *`) has nothing to repeat there. Where a clock is put back, a fixed time comes
/// once, the first time; a repeated one goes on through both hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    expression: String,
    cron: Cron,
    zone: Tz,
}

impl Timing {
    /// Reads a cron expression and the name of a time zone.
    ///
    /// # Errors
    /// When either can't be understood, or no such time ever comes.
    pub fn new(expression: &str, zone: &str) -> Result<Self, TimingError> {
        let zone: Tz = zone.parse().map_err(|_| TimingError::Zone(zone.to_owned()))?;
        let refused = |reason: String| TimingError::Expression(expression.to_owned(), reason);
        let fields = expression.split_whitespace().count();
        if fields != 5 {
            return Err(refused(format!("it has {fields} fields, not 5")));
        }
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let cron = parser.parse(expression).map_err(|error| {
            let reason = error.to_string();
            refused(reason.trim_end_matches('.').to_owned())
        })?;
        let timing = Self {
            expression: expression.to_owned(),
            cron,
            zone,
        };
        match timing.next_after(a_time_of_these_years()) {
            Some(_) => Ok(timing),
            None => Err(TimingError::Never(expression.to_owned())),
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

    /// The first time after `after`, if there is one in the next thousands of years.
    #[must_use]
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = after.trunc_subsecs(0).with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&local, false).ok()?;
        Some(next.with_timezone(&Utc))
    }

    /// The shortest time between two times in a row, in seconds.
    #[must_use]
    pub fn shortest_gap_secs(&self) -> Option<i64> {
        let mut last = self.next_after(a_time_of_these_years())?;
        let mut shortest = None;
        for _ in 0..GAPS_LOOKED_AT {
            let Some(next) = self.next_after(last) else { break };
            let gap = (next - last).num_seconds();
            shortest = Some(shortest.map_or(gap, |shortest: i64| shortest.min(gap)));
            last = next;
        }
        shortest
    }

    /// The day on which `at` falls in the time zone.
    #[must_use]
    pub fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }
}

/// Where looking at a timing as such begins; in 1970 zones had other rules.
fn a_time_of_these_years() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(365 * 55)
}

/// How much of what a schedule made is kept: whatever any of the rules keeps. Without a rule all of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The newest ones.
    pub keep_last: Option<u32>,
    /// The newest of each of the last days that have one.
    pub keep_daily: Option<u32>,
    /// The newest of each of the last weeks that have one, from Monday on.
    pub keep_weekly: Option<u32>,
    /// The newest of each of the last months that have one.
    pub keep_monthly: Option<u32>,
    /// All that are at most so many days older than the newest.
    pub keep_days: Option<u32>,
}

/// A schedule that an operator declared for an app.
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
    /// By how much a run may be late on purpose, in seconds, so that not all begin at once.
    pub jitter_secs: u32,
    /// Whether it makes a backup.
    pub makes_backup: bool,
    /// Whether it makes a snapshot that stays.
    pub makes_snapshot: bool,
    /// The bucket of its backups; without one the account's default.
    pub bucket_id: Option<BucketId>,
    /// What is kept of what it made.
    pub retention: Retention,
    /// Whether the configuration still names it. One that was taken out neither makes nor deletes anything.
    pub declared: bool,
}

impl Schedule {
    /// When a run that is due at `due` begins: the same whoever asks.
    #[must_use]
    pub fn begins_at(&self, due: DateTime<Utc>) -> DateTime<Utc> {
        let drawn = Uuid::new_v5(&self.id.as_uuid(), due.timestamp().to_string().as_bytes());
        let (_, low) = drawn.as_u64_pair();
        // The two highest bits are the same in every UUID.
        let late = (low & (u64::MAX >> 2)) % (u64::from(self.jitter_secs) + 1);
        due + TimeDelta::seconds(i64::try_from(late).unwrap_or_default())
    }
}

/// When a schedule runs next, and when that was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextRun {
    /// When it is due, without jitter.
    pub due_at: DateTime<Utc>,
    /// The time when this was decided.
    pub decided_at: DateTime<Utc>,
}

/// A schedule, and when it runs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// The schedule.
    pub schedule: Schedule,
    /// Its next run; none until a scheduler has looked at it.
    pub next: Option<NextRun>,
}

/// What a scheduler has to do about a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing yet.
    Wait,
    /// Remember when it runs next.
    Plan(NextRun),
    /// Remember it anew, because the clock was put back further than a schedule waits for it.
    PlanAnew(NextRun),
    /// Run, and remember when it runs after that. However many times were missed, there is one run.
    Run(Option<NextRun>),
}

impl Scheduled {
    /// What is to be done at `now`.
    #[must_use]
    pub fn verdict(&self, now: DateTime<Utc>) -> Verdict {
        let upcoming = self.schedule.timing.next_after(now).map(|due_at| NextRun {
            due_at,
            decided_at: now,
        });
        let Some(next) = self.next else {
            return upcoming.map_or(Verdict::Wait, Verdict::Plan);
        };
        if now + TimeDelta::seconds(CLOCK_BACK_SECS_MAX) < next.decided_at {
            upcoming.map_or(Verdict::Wait, Verdict::PlanAnew)
        } else if now < self.schedule.begins_at(next.due_at) {
            Verdict::Wait
        } else {
            Verdict::Run(upcoming)
        }
    }
}

#[cfg(test)]
mod tests;
