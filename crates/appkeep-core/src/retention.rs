//! Determines which of a schedule's backups and snapshots are kept. Pure: takes a list and returns the items to
//! delete.
//!
//! Only completed items count as kept. Items in progress, and items that are `unknown` because their bucket can't be
//! reached, are neither counted nor deleted. Failed and removed items have no data and are counted separately: the
//! newest few are kept for inspection.
//!
//! Dates come from a clock that may be wrong:
//! - Items dated in the future are neither counted nor deleted.
//! - The item that was completed last is never deleted, regardless of its date.
//! - A deletion of more than half of the completed items because of a gap between two dates is held until the clock
//!   or an operator confirms it: a clock that jumped can't be distinguished from a server that was off.

use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc};
use uuid::Uuid;

use crate::schedule::{Retention, Schedule, Timing};
use crate::state::ResourceState;

/// The number of items without data that are kept when anything is deleted: the newest.
pub const WITHOUT_DATA_KEPT: usize = 3;

/// The tolerance for dates ahead of the clock, in seconds. Later dates count as wrong.
pub const CLOCK_AHEAD_SECS_MAX: i64 = 300;

/// A backup or a snapshot that a schedule created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionItem {
    /// Its id.
    pub id: Uuid,
    /// The point in time of its data if it is known, otherwise when it was created.
    pub at: DateTime<Utc>,
    /// Its state.
    pub state: ResourceState,
}

/// The items that retention deletes, and whether the deletion needs a confirmation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The items to delete, oldest first.
    pub expired: Vec<Uuid>,
    /// The reason why nothing is deleted until an operator or the clock confirms it.
    pub held: Option<Hold>,
}

/// A deletion that waits for a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The number of completed items that would be deleted.
    pub expired: usize,
    /// The number of completed items.
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
            "{} of {} would be deleted because of a gap in their dates, from {} to {}",
            self.expired,
            self.completed,
            date(self.from),
            date(self.to)
        )
    }
}

/// Determines which items of `made` to delete. `made` is in the order of insertion into the store. As a schedule
/// creates one item at a time, that is also the order of completion.
#[must_use]
pub fn plan(made: &[RetentionItem], retention: &Retention, timing: &Timing, now: DateTime<Utc>) -> Plan {
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

/// Describes the deletions that the schedule's retention holds, and the reasons: one text for backups and one for
/// snapshots.
#[must_use]
pub fn held(
    schedule: &Schedule,
    backups: &[RetentionItem],
    snapshots: &[RetentionItem],
    now: DateTime<Utc>,
) -> Vec<String> {
    let text = |(kind, made, retention)| {
        let held = plan(made, retention, &schedule.timing, now).held?;
        Some(format!("{kind}: {held}"))
    };
    let both = [
        ("backups", backups, &schedule.retention),
        ("snapshots", snapshots, schedule.retention_of_snapshots()),
    ];
    both.into_iter().filter_map(text).collect()
}

fn newest_first(made: &mut [RetentionItem]) {
    made.sort_by_key(|one| std::cmp::Reverse((one.at, one.id)));
}

/// The age of each item relative to the newest item; `completed` is sorted newest first.
fn ages(completed: &[RetentionItem]) -> Vec<TimeDelta> {
    let newest = completed.first().map(|one| one.at).unwrap_or_default();
    completed.iter().map(|one| newest - one.at).collect()
}

/// The ages that result if each item had been created no later than the schedule was due after the item before it.
fn ages_without_gaps(completed: &[RetentionItem], timing: &Timing) -> Vec<TimeDelta> {
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

/// The delay of `newer` after the time at which the schedule was due after `older`.
fn delay(older: &RetentionItem, newer: &RetentionItem, timing: &Timing) -> TimeDelta {
    let due = timing.next_after(older.at).unwrap_or(newer.at);
    (newer.at - due).max(TimeDelta::zero())
}

/// The hold for the longest gap.
fn hold(completed: &[RetentionItem], timing: &Timing, expired: usize) -> Option<Hold> {
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

/// The items of `completed` that any of the rules keeps; `completed` is sorted newest first and has these ages.
fn kept(
    completed: &[RetentionItem],
    retention: &Retention,
    timing: &Timing,
    ages: &[TimeDelta],
) -> HashSet<Uuid> {
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
        // Counted from the newest item and not from today: while no new item is created, no old one is deleted.
        let oldest = TimeDelta::days(days.into());
        let recent = completed.iter().zip(ages).filter(|(_, age)| **age <= oldest);
        kept.extend(recent.map(|(one, _)| one.id));
    }
    kept
}

/// The newest item of each of the first `count` periods; `completed` is sorted newest first.
fn newest_of<P: Eq + Hash>(
    completed: &[RetentionItem],
    count: Option<u32>,
    period_of: impl Fn(&RetentionItem) -> P,
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
