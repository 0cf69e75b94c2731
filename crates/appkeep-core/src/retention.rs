//! Which of a schedule's backups and snapshots are kept. Pure: a list goes in, and the ones to delete come out.
//!
//! Only completed ones count as kept. Those in progress, and `unknown` ones because their bucket can't be
//! reached, are neither counted nor deleted. Failed and removed ones have no data and are counted separately:
//! the newest few stay for inspection.
//!
//! Dates come from a clock that may be wrong:
//! - Anything dated in the future is neither counted nor deleted.
//! - The one completed last is never deleted, whatever its date.
//! - Deleting more than half of the completed ones because of a gap between two dates is held until the clock or a
//!   person confirms it: from here, a clock that jumped looks the same as a server that was off.

use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc};
use uuid::Uuid;

use crate::schedule::{Retention, Schedule, Timing};
use crate::state::ResourceState;

/// How many without data are kept when anything is deleted at all: the newest.
pub const WITHOUT_DATA_KEPT: usize = 3;

/// How far ahead of the clock a date may be before it counts as wrong, in seconds.
pub const CLOCK_AHEAD_SECS_MAX: i64 = 300;

/// One backup, or one snapshot, that a schedule made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// Its id.
    pub id: Uuid,
    /// The moment that it shows, else when it was made.
    pub at: DateTime<Utc>,
    /// How it is doing.
    pub state: ResourceState,
}

/// What retention deletes, and whether it waits for a confirmation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The ones to delete, oldest first.
    pub expired: Vec<Uuid>,
    /// Why nothing is deleted until a person or the clock confirms it.
    pub held: Option<Hold>,
}

/// A deletion that waits for a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// How many completed ones would be deleted.
    pub expired: usize,
    /// Of how many.
    pub completed: usize,
    /// The date before the gap.
    pub from: DateTime<Utc>,
    /// The date after the gap.
    pub to: DateTime<Utc>,
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        write!(
            f,
            "{} of {} would be deleted, because the dates jump from {} to {}",
            self.expired,
            self.completed,
            date(self.from),
            date(self.to)
        )
    }
}

/// What to delete of `made`, which is in the order in which the store learned of each. As a schedule makes one at a
/// time, that is the order in which they were completed.
#[must_use]
pub fn plan(made: &[Made], retention: &Retention, timing: &Timing, now: DateTime<Utc>) -> Plan {
    if *retention == Retention::default() {
        return Plan::default();
    }
    let trusted_until = now + TimeDelta::seconds(CLOCK_AHEAD_SECS_MAX);
    let (mut completed, mut without_data) = (Vec::new(), Vec::new());
    for one in made.iter().filter(|one| one.at <= trusted_until) {
        match one.state {
            ResourceState::Completed => completed.push(*one),
            ResourceState::Failed | ResourceState::Removed => without_data.push(*one),
            ResourceState::Pending
            | ResourceState::Discovering
            | ResourceState::Running
            | ResourceState::Unknown => {}
        }
    }
    let completed_last = made
        .iter()
        .rfind(|one| one.state == ResourceState::Completed)
        .map(|one| one.id);
    newest_first(&mut completed);
    newest_first(&mut without_data);
    let expired_by = |ages: &[TimeDelta]| {
        let mut kept = kept(&completed, retention, timing, ages);
        kept.extend(completed_last);
        let expired = completed.iter().filter(|one| !kept.contains(&one.id));
        expired.copied().collect::<Vec<_>>()
    };
    let mut expired = expired_by(&ages(&completed));
    let is_most = |count: usize| count * 2 > completed.len();
    let held = (is_most(expired.len()) && !is_most(expired_by(&ages_without_gaps(&completed, timing)).len()))
        .then(|| hold(&completed, timing, expired.len()))
        .flatten();
    expired.extend(without_data.split_off(without_data.len().min(WITHOUT_DATA_KEPT)));
    newest_first(&mut expired);
    Plan {
        expired: expired.iter().rev().map(|one| one.id).collect(),
        held,
    }
}

/// Which deletions the schedule's retention holds, and why: one text for backups and one for snapshots.
#[must_use]
pub fn held(schedule: &Schedule, backups: &[Made], snapshots: &[Made], now: DateTime<Utc>) -> Vec<String> {
    let text = |(kind, made)| {
        let held = plan(made, &schedule.retention, &schedule.timing, now).held?;
        Some(format!("{kind}: {held}"))
    };
    let both = [("backups", backups), ("snapshots", snapshots)];
    both.into_iter().filter_map(text).collect()
}

fn newest_first(made: &mut [Made]) {
    made.sort_by_key(|one| std::cmp::Reverse((one.at, one.id)));
}

/// How much older than the newest each is; `completed` comes newest first.
fn ages(completed: &[Made]) -> Vec<TimeDelta> {
    let newest = completed.first().map(|one| one.at).unwrap_or_default();
    completed.iter().map(|one| newest - one.at).collect()
}

/// The same ages if each had been made when the schedule was due after the one before it, or earlier.
fn ages_without_gaps(completed: &[Made], timing: &Timing) -> Vec<TimeDelta> {
    let mut age = TimeDelta::zero();
    let mut ages = Vec::with_capacity(completed.len());
    for (n, one) in completed.iter().enumerate() {
        if let Some(newer) = n.checked_sub(1).and_then(|newer| completed.get(newer)) {
            age += newer.at - one.at - delay(one, newer, timing);
        }
        ages.push(age);
    }
    ages
}

/// By how much `newer` came later than the schedule was due after `older`.
fn delay(older: &Made, newer: &Made, timing: &Timing) -> TimeDelta {
    let due = timing.next_after(older.at).unwrap_or(newer.at);
    (newer.at - due).max(TimeDelta::zero())
}

/// Names the longest gap.
fn hold(completed: &[Made], timing: &Timing, expired: usize) -> Option<Hold> {
    let pairs = completed.windows(2).filter_map(|pair| match pair {
        [newer, older] => Some((older, newer)),
        _ => None,
    });
    let (older, newer) = pairs.max_by_key(|(older, newer)| delay(older, newer, timing))?;
    Some(Hold {
        expired,
        completed: completed.len(),
        from: older.at,
        to: newer.at,
    })
}

/// What any of the rules keeps of `completed`, which comes newest first with these ages.
fn kept(completed: &[Made], retention: &Retention, timing: &Timing, ages: &[TimeDelta]) -> HashSet<Uuid> {
    let Some(newest) = completed.first() else {
        return HashSet::new();
    };
    let mut kept = HashSet::from([newest.id]);
    kept.extend(newest_of(completed, retention.keep_last, |one| one.id));
    kept.extend(newest_of(completed, retention.keep_daily, |one| {
        timing.day_of(one.at)
    }));
    kept.extend(newest_of(completed, retention.keep_weekly, |one| {
        let week = timing.day_of(one.at).iso_week();
        (week.year(), week.week())
    }));
    kept.extend(newest_of(completed, retention.keep_monthly, |one| {
        let day = timing.day_of(one.at);
        (day.year(), day.month())
    }));
    if let Some(days) = retention.keep_days {
        // Counted from the newest and not from today: while nothing new is made, nothing old is deleted.
        let oldest = TimeDelta::days(days.into());
        let recent = completed.iter().zip(ages).filter(|(_, age)| **age <= oldest);
        kept.extend(recent.map(|(one, _)| one.id));
    }
    kept
}

/// The newest of each of the first `count` periods; `completed` comes newest first.
fn newest_of<P: Eq + Hash>(
    completed: &[Made],
    count: Option<u32>,
    period_of: impl Fn(&Made) -> P,
) -> HashSet<Uuid> {
    let count = count.unwrap_or_default() as usize;
    let mut periods = HashSet::new();
    let mut newest = HashSet::new();
    for one in completed {
        if periods.len() == count {
            break;
        }
        if periods.insert(period_of(one)) {
            newest.insert(one.id);
        }
    }
    newest
}

#[cfg(test)]
mod tests;
