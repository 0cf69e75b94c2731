//! The settings of schedules that clients create and change, in the original's terms (`granularity`, `backupRetention`)
//! or in those of the configuration (`cron`, `retention`).

use super::granularity::{FIELDS, UTC};
use super::{
    Granularity, KEEP_MAX, Retention, SCHEDULE_NAME_CHARS_MAX, Schedule, SimpleTimes, Timing, TimingError,
};
use crate::ids::{AppId, BucketId, ScheduleId};

/// A field of a request that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The name of the field on the wire.
    pub name: &'static str,
    /// The reason.
    pub reason: String,
}

/// The kinds of resources that a schedule creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Makes {
    /// Whether it creates a backup.
    pub backup: bool,
    /// Whether it creates a snapshot that is kept.
    pub snapshot: bool,
}

/// New values of a schedule's settings. Absent ones are kept, or have defaults in a new schedule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScheduleChange {
    /// Its name.
    pub name: Option<String>,
    /// Whether it is in use.
    pub enabled: Option<bool>,
    /// Its granularity; derived from the other fields if it is absent.
    pub granularity: Option<Granularity>,
    /// The time fields of a granularity other than custom.
    pub times: SimpleTimes,
    /// The cron expression of the custom granularity.
    pub cron: Option<String>,
    /// The time zone of `cron`.
    pub time_zone: Option<String>,
    /// The maximum delay of a run, in seconds.
    pub jitter_secs: Option<u32>,
    /// The kinds of resources that it creates.
    pub makes: Option<Makes>,
    /// The bucket of its backups.
    pub bucket_id: Option<BucketId>,
    /// The number of backups to keep; none are created if it is 0.
    pub backup_retention: Option<u32>,
    /// The number of snapshots to keep; none are created if it is 0.
    pub snapshot_retention: Option<u32>,
    /// The rules for keeping backups and snapshots.
    pub retention: Option<Retention>,
}

/// A request to create a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateSchedule {
    /// The app.
    pub app_id: AppId,
    /// The settings.
    pub settings: ScheduleChange,
}

/// A request to change a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateSchedule {
    /// The app.
    pub app_id: AppId,
    /// The schedule.
    pub id: ScheduleId,
    /// The settings.
    pub settings: ScheduleChange,
}

/// Collects the errors of all fields.
#[derive(Default)]
struct Errors(Vec<FieldError>);

impl Errors {
    fn add(&mut self, name: &'static str, reason: impl Into<String>) {
        let reason = reason.into();
        self.0.push(FieldError { name, reason });
    }
}

impl ScheduleChange {
    /// Returns `schedule` with these settings. `is_new` says whether it is a new one, whose own values are defaults.
    ///
    /// # Errors
    /// The fields that are invalid, or can't be combined.
    pub(crate) fn apply(&self, schedule: &Schedule, is_new: bool) -> Result<Schedule, Vec<FieldError>> {
        let mut errors = Errors::default();
        let mut changed = schedule.clone();
        if let Some(name) = &self.name {
            changed.name.clone_from(name);
            if name.len() > SCHEDULE_NAME_CHARS_MAX {
                errors.add(
                    "name",
                    format!(
                        "it has {} characters, and becomes part of other names: expected at most \
                         {SCHEDULE_NAME_CHARS_MAX}",
                        name.len()
                    ),
                );
            }
        }
        changed.enabled = self.enabled.unwrap_or(schedule.enabled);
        if let Some(timing) = self.timing((!is_new).then_some(&schedule.timing), &mut errors) {
            changed.timing = timing;
            self.set_jitter(&mut changed, &mut errors);
        }
        self.set_retention(&mut changed, is_new, &mut errors);
        if let Some(bucket_id) = self.bucket_id {
            changed.bucket_id = Some(bucket_id);
            if !changed.creates_backup {
                errors.add(
                    "bucketID",
                    "a snapshot is in no bucket: expected no bucket, or a schedule that creates backups",
                );
            }
        } else if !changed.creates_backup {
            changed.bucket_id = None;
        }
        if errors.0.is_empty() {
            Ok(changed)
        } else {
            Err(errors.0)
        }
    }

    fn timing(&self, before: Option<&Timing>, errors: &mut Errors) -> Option<Timing> {
        let given = self.times.fields();
        let is_custom = match self.granularity {
            Some(granularity) => granularity == Granularity::Custom,
            None if self.cron.is_some() || self.time_zone.is_some() => true,
            None if given.iter().any(Option::is_some) => false,
            None => {
                if before.is_none() {
                    errors.add("granularity", "it is missing");
                }
                return before.cloned();
            }
        };
        if is_custom {
            self.custom_timing(before, errors)
        } else {
            self.simple_timing(before, errors)
        }
    }

    fn custom_timing(&self, before: Option<&Timing>, errors: &mut Errors) -> Option<Timing> {
        for (name, value) in FIELDS.into_iter().zip(self.times.fields()) {
            if value.is_some() {
                errors.add(name, "granularity custom doesn't have it: expected cron");
            }
        }
        let Some(cron) = self.cron.as_deref().or(before.map(Timing::expression)) else {
            errors.add("cron", "it is missing: granularity custom requires it");
            return None;
        };
        let zone = self.time_zone.as_deref().or(before.map(Timing::zone));
        let timing = Timing::new(cron, zone.unwrap_or(UTC)).map_err(|error| {
            let name = match error {
                TimingError::Zone(_) => "timeZone",
                TimingError::Expression(..) | TimingError::Never(_) => "cron",
            };
            errors.add(name, error.to_string());
        });
        timing.ok()
    }

    fn simple_timing(&self, before: Option<&Timing>, errors: &mut Errors) -> Option<Timing> {
        let earlier = before.map(Timing::granularity);
        let granularity = self.granularity.or(earlier.map(|(granularity, _)| granularity));
        let granularity = granularity.unwrap_or(Granularity::Custom);
        let word = granularity.as_str();
        for (name, is_given) in [
            ("cron", self.cron.is_some()),
            ("timeZone", self.time_zone.is_some()),
        ] {
            if is_given {
                errors.add(
                    name,
                    format!("granularity {word} doesn't have it: expected granularity custom"),
                );
            }
        }
        let kept = earlier.filter(|(earlier, _)| *earlier == granularity);
        let kept = kept.map(|(_, times)| times).unwrap_or_default().fields();
        let mut fields = [None; 4];
        let count = errors.0.len();
        for (at, (name, has)) in FIELDS.into_iter().zip(granularity.has()).enumerate() {
            let given = self.times.fields()[at];
            match (has, given.or(kept[at])) {
                (true, Some(value)) => fields[at] = Some(value),
                (true, None) => errors.add(name, format!("it is missing: granularity {word} requires it")),
                (false, _) if given.is_some() => {
                    errors.add(name, format!("granularity {word} doesn't have it"));
                }
                (false, _) => {}
            }
        }
        if errors.0.len() > count {
            return None;
        }
        let [minute, hour, day_of_week, day_of_month] = fields;
        let times = SimpleTimes {
            minute,
            hour,
            day_of_week,
            day_of_month,
        };
        let timing = Timing::new(&times.expression(), UTC);
        timing
            .map_err(|error| errors.add("granularity", error.to_string()))
            .ok()
    }

    fn set_jitter(&self, changed: &mut Schedule, errors: &mut Errors) {
        let most = changed.timing.jitter_secs_max();
        changed.jitter_secs = self.jitter_secs.unwrap_or(changed.jitter_secs);
        if changed.jitter_secs > most {
            errors.add(
                "jitterSecs",
                format!(
                    "{} is too long for the time between two runs: expected at most {most}",
                    changed.jitter_secs
                ),
            );
        }
    }

    fn set_retention(&self, changed: &mut Schedule, is_new: bool, errors: &mut Errors) {
        let has_counts = self.backup_retention.is_some() || self.snapshot_retention.is_some();
        let has_rules = self.makes.is_some() || self.retention.is_some();
        if has_counts && has_rules {
            let name = if self.makes.is_some() {
                "makes"
            } else {
                "retention"
            };
            errors.add(
                name,
                "specify either backupRetention and snapshotRetention, or makes and retention",
            );
        } else if has_counts {
            self.set_counts(changed, is_new, errors);
        } else {
            self.set_rules(changed, errors);
        }
    }

    fn set_counts(&self, changed: &mut Schedule, is_new: bool, errors: &mut Errors) {
        let mut count = |name: &'static str, given: Option<u32>, before: Option<u32>| {
            let count = if is_new {
                given.or(Some(0))
            } else {
                given.or(before)
            };
            match count {
                Some(count) if count > KEEP_MAX => {
                    errors.add(name, format!("{count} is too many: expected at most {KEEP_MAX}"));
                }
                None => errors.add(name, "it is missing: the schedule doesn't keep a number"),
                Some(_) => {}
            }
            count.unwrap_or_default()
        };
        let backups = count("backupRetention", self.backup_retention, changed.backups_kept());
        let snapshots = count(
            "snapshotRetention",
            self.snapshot_retention,
            changed.snapshots_kept(),
        );
        if backups == 0 && snapshots == 0 && errors.0.is_empty() {
            let reason = "backupRetention and snapshotRetention are both 0, so nothing would be created: expected one \
                          of them to be at least 1";
            errors.add("backupRetention", reason);
            errors.add("snapshotRetention", reason);
        }
        (changed.creates_backup, changed.creates_snapshot) = (backups > 0, snapshots > 0);
        // Those that are no longer created are kept by the rules of the others.
        changed.retention = Retention::last(if backups > 0 { backups } else { snapshots });
        let differ = backups > 0 && snapshots > 0 && backups != snapshots;
        changed.snapshot_retention = differ.then(|| Retention::last(snapshots));
    }

    fn set_rules(&self, changed: &mut Schedule, errors: &mut Errors) {
        if let Some(makes) = self.makes {
            (changed.creates_backup, changed.creates_snapshot) = (makes.backup, makes.snapshot);
            if !makes.backup && !makes.snapshot {
                errors.add(
                    "makes",
                    "nothing would be created: expected backup, snapshot or both",
                );
            }
        }
        let Some(retention) = self.retention else { return };
        changed.retention = retention;
        changed.snapshot_retention = None;
        for (name, count) in [
            ("retention.keepLast", retention.keep_last),
            ("retention.keepDaily", retention.keep_daily),
            ("retention.keepWeekly", retention.keep_weekly),
            ("retention.keepMonthly", retention.keep_monthly),
            ("retention.keepDays", retention.keep_days),
        ] {
            if let Some(count) = count.filter(|count| !(1..=KEEP_MAX).contains(count)) {
                errors.add(name, format!("{count} is invalid: expected 1 to {KEEP_MAX}"));
            }
        }
    }
}

#[cfg(test)]
mod tests;
