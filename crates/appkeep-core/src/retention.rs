//! What is kept of what a schedule made. Pure: a list goes in, what is to be deleted comes out.
//!
//! Only what is completed counts as kept. What is in progress, and what is `unknown` because its bucket can't
//! be asked, is neither counted nor deleted. What failed or was removed has no data and is counted separately:
//! the newest few stay, so that a person sees what happened.

use std::collections::HashSet;
use std::hash::Hash;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use uuid::Uuid;

use crate::schedule::{Retention, Timing};
use crate::state::ResourceState;

/// How many of those without data stay where anything is deleted at all: the newest.
pub const WITHOUT_DATA_KEPT: usize = 3;

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

/// Those of `made` that are to be deleted, the oldest first. The newest completed one never is.
#[must_use]
pub fn expired(made: &[Made], retention: &Retention, timing: &Timing) -> Vec<Uuid> {
    if *retention == Retention::default() {
        return Vec::new();
    }
    let (mut whole, mut without_data) = (Vec::new(), Vec::new());
    for one in made {
        match one.state {
            ResourceState::Completed => whole.push(*one),
            ResourceState::Failed | ResourceState::Removed => without_data.push(*one),
            ResourceState::Pending
            | ResourceState::Discovering
            | ResourceState::Running
            | ResourceState::Unknown => {}
        }
    }
    newest_first(&mut whole);
    newest_first(&mut without_data);
    let kept = kept(&whole, retention, timing);
    let mut expired = without_data.split_off(without_data.len().min(WITHOUT_DATA_KEPT));
    expired.extend(whole.into_iter().filter(|one| !kept.contains(&one.id)));
    newest_first(&mut expired);
    expired.iter().rev().map(|one| one.id).collect()
}

fn newest_first(made: &mut [Made]) {
    made.sort_by_key(|one| std::cmp::Reverse((one.at, one.id)));
}

/// What any of the rules keeps of `whole`, which comes newest first.
fn kept(whole: &[Made], retention: &Retention, timing: &Timing) -> HashSet<Uuid> {
    let Some(newest) = whole.first() else {
        return HashSet::new();
    };
    let mut kept = HashSet::from([newest.id]);
    kept.extend(newest_of(whole, retention.keep_last, |one| one.id));
    kept.extend(newest_of(whole, retention.keep_daily, |one| {
        timing.day_of(one.at)
    }));
    kept.extend(newest_of(whole, retention.keep_weekly, |one| {
        let week = timing.day_of(one.at).iso_week();
        (week.year(), week.week())
    }));
    kept.extend(newest_of(whole, retention.keep_monthly, |one| {
        let day = timing.day_of(one.at);
        (day.year(), day.month())
    }));
    if let Some(days) = retention.keep_days {
        // Counted from the newest and not from today: while nothing new is made, nothing old goes.
        let recent = |one: &&Made| newest.at - one.at <= TimeDelta::days(days.into());
        kept.extend(whole.iter().filter(recent).map(|one| one.id));
    }
    kept
}

/// The newest of each of the first `count` periods; `whole` comes newest first.
fn newest_of<P: Eq + Hash>(
    whole: &[Made],
    count: Option<u32>,
    period_of: impl Fn(&Made) -> P,
) -> HashSet<Uuid> {
    let count = count.unwrap_or_default() as usize;
    let mut periods = HashSet::new();
    let mut newest = HashSet::new();
    for one in whole {
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
