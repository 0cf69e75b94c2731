//! Metrics of the backups by app, bucket and schedule.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicU64;

use appkeep_core::ids::ScheduleId;
use appkeep_core::statistics::BackupResults;
use chrono::{DateTime, Utc};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::declared::{Declared, LABEL_SETS_MAX};

/// The labels of backups. The schedule is empty for backups that clients created. The bucket and the schedule are empty
/// for an app without any backup; the bucket is empty for a schedule without any.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BackupLabels {
    account: String,
    app: String,
    bucket: String,
    schedule: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ScheduleLabels {
    account: String,
    app: String,
    schedule: String,
}

type Values<L> = Family<L, Gauge<f64, AtomicU64>>;

/// Adds the metrics of all declared items.
pub(super) fn register(registry: &mut Registry, declared: &Declared, now: DateTime<Utc>) {
    let backups = Backups::default();
    let is_limited = backups.fill(declared) || declared.is_limited;
    backups.register(registry);
    register_schedules(registry, declared, now);
    let omitted = Gauge::<i64>::default();
    omitted.set(i64::from(is_limited));
    registry.register(
        "label_sets_omitted",
        "1 if there are so many apps, buckets or schedules that some of their metrics are omitted",
        omitted,
    );
}

/// The metrics of backups, without values.
#[derive(Default)]
struct Backups {
    last_success: Values<BackupLabels>,
    last_attempt: Values<BackupLabels>,
    last_failure: Values<BackupLabels>,
    last_duration: Values<BackupLabels>,
    last_read_bytes: Values<BackupLabels>,
    last_added_bytes: Values<BackupLabels>,
    successes: Family<BackupLabels, Counter>,
    failures: Family<BackupLabels, Counter>,
    read_bytes: Family<BackupLabels, Counter>,
    added_bytes: Family<BackupLabels, Counter>,
}

impl Backups {
    /// Sets the values of all results, and zeros for schedules and apps without any: a time series that is absent can't be
    /// monitored. Returns whether any were omitted.
    fn fill(&self, declared: &Declared) -> bool {
        let (apps, buckets) = (declared.apps_by_id(), declared.buckets_by_id());
        let names = declared.schedules.iter().map(|one| &one.schedule);
        let names: HashMap<ScheduleId, &str> = names.map(|one| (one.id, one.name.as_str())).collect();
        let labels_of = |app_id, bucket: &str, schedule: &str| {
            let app = apps.get(&app_id)?;
            Some(BackupLabels {
                account: declared.account(app.account_id),
                app: app.name.clone(),
                bucket: bucket.to_owned(),
                schedule: schedule.to_owned(),
            })
        };
        let (mut with_results, mut label_sets) = (HashSet::new(), 0);
        for result in &declared.results {
            let Some(bucket) = buckets.get(&result.bucket_id) else {
                continue;
            };
            let schedule = match result.schedule_id {
                None => "",
                Some(id) => match names.get(&id) {
                    Some(name) => name,
                    None => continue,
                },
            };
            if let Some(labels) = labels_of(result.app_id, &bucket.name, schedule) {
                self.set(&labels, result);
                with_results.insert((result.app_id, result.schedule_id));
                label_sets += 1;
            }
        }
        let of_schedules = declared.schedules.iter().map(|one| &one.schedule);
        let of_schedules = of_schedules.filter(|schedule| schedule.creates_backup);
        let mut missing = Vec::new();
        for schedule in of_schedules.filter(|one| !with_results.contains(&(one.app_id, Some(one.id)))) {
            missing.push((schedule.app_id, schedule.name.as_str()));
        }
        let mut covered: HashSet<_> = with_results.iter().map(|(app_id, _)| *app_id).collect();
        covered.extend(missing.iter().map(|(app_id, _)| *app_id));
        let other_apps = declared.apps.iter().filter(|app| !covered.contains(&app.id));
        missing.extend(other_apps.map(|app| (app.id, "")));
        let left = LABEL_SETS_MAX.saturating_sub(label_sets);
        for (app_id, schedule) in missing.iter().take(left) {
            if let Some(labels) = labels_of(*app_id, "", schedule) {
                self.set_zeros(&labels);
            }
        }
        missing.len() > left
    }

    fn set(&self, labels: &BackupLabels, result: &BackupResults) {
        self.set_zeros(labels);
        let set_time = |values: &Values<BackupLabels>, time: Option<DateTime<Utc>>| {
            if let Some(time) = time {
                values.get_or_create(labels).set(unix_secs(time));
            }
        };
        set_time(&self.last_success, result.last_success);
        set_time(&self.last_attempt, result.last_attempt);
        set_time(&self.last_failure, result.last_failure);
        if let Some(duration) = result.last_duration {
            self.last_duration
                .get_or_create(labels)
                .set(duration.as_seconds_f64());
        }
        for (values, bytes) in [
            (&self.last_read_bytes, result.last_read_bytes),
            (&self.last_added_bytes, result.last_added_bytes),
        ] {
            if let Some(bytes) = bytes {
                values.get_or_create(labels).set(number(bytes));
            }
        }
        self.successes.get_or_create(labels).inc_by(result.successes);
        self.failures.get_or_create(labels).inc_by(result.failures);
        self.read_bytes.get_or_create(labels).inc_by(result.read_bytes);
        self.added_bytes.get_or_create(labels).inc_by(result.added_bytes);
    }

    fn set_zeros(&self, labels: &BackupLabels) {
        for times in [&self.last_success, &self.last_attempt, &self.last_failure] {
            times.get_or_create(labels).set(0.0);
        }
        for counters in [
            &self.successes,
            &self.failures,
            &self.read_bytes,
            &self.added_bytes,
        ] {
            drop(counters.get_or_create(labels));
        }
    }

    fn register(self, registry: &mut Registry) {
        for (name, help, unit, values) in [
            (
                "backup_last_success_timestamp",
                "End of the backup that completed last, or 0",
                Unit::Seconds,
                self.last_success,
            ),
            (
                "backup_last_attempt_timestamp",
                "Start of the latest backup, or 0",
                Unit::Seconds,
                self.last_attempt,
            ),
            (
                "backup_last_failure_timestamp",
                "End of the backup that failed last, or 0",
                Unit::Seconds,
                self.last_failure,
            ),
            (
                "backup_last_duration",
                "Time from the start to the end of the backup that completed last",
                Unit::Seconds,
                self.last_duration,
            ),
            (
                "backup_last_read",
                "Bytes that the backup has read that completed last",
                Unit::Bytes,
                self.last_read_bytes,
            ),
            (
                "backup_last_added",
                "Bytes that the backup has added to the bucket that completed last",
                Unit::Bytes,
                self.last_added_bytes,
            ),
        ] {
            registry.register_with_unit(name, help, unit, values);
        }
        registry.register(
            "backup_successes",
            "Backups that completed, with deleted ones",
            self.successes,
        );
        registry.register(
            "backup_failures",
            "Backups that failed, with deleted ones",
            self.failures,
        );
        registry.register_with_unit(
            "backup_read",
            "Bytes that completed backups have read",
            Unit::Bytes,
            self.read_bytes,
        );
        registry.register_with_unit(
            "backup_added",
            "Bytes that completed backups have added to buckets",
            Unit::Bytes,
            self.added_bytes,
        );
    }
}

fn register_schedules(registry: &mut Registry, declared: &Declared, now: DateTime<Utc>) {
    let (next_run, overdue) = (Values::default(), Values::default());
    let apps = declared.apps_by_id();
    let mut last_success: HashMap<ScheduleId, DateTime<Utc>> = HashMap::new();
    for result in &declared.results {
        if let Some((id, ended)) = result.schedule_id.zip(result.last_success) {
            let last = last_success.entry(id).or_insert(ended);
            *last = ended.max(*last);
        }
    }
    for scheduled in &declared.schedules {
        let schedule = &scheduled.schedule;
        let Some(app) = apps.get(&schedule.app_id).filter(|_| schedule.creates_backup) else {
            continue;
        };
        let labels = ScheduleLabels {
            account: declared.account(app.account_id),
            app: app.name.clone(),
            schedule: schedule.name.clone(),
        };
        if let Some(next) = scheduled.next {
            let starts_at = schedule.starts_at(next.due_at);
            next_run.get_or_create(&labels).set(unix_secs(starts_at));
        }
        if let Some(ended) = last_success.get(&schedule.id) {
            let late = schedule.overdue_by(*ended, now);
            overdue.get_or_create(&labels).set(late.as_seconds_f64());
        }
    }
    registry.register_with_unit(
        "schedule_next_run_timestamp",
        "Start of the next run",
        Unit::Seconds,
        next_run,
    );
    registry.register_with_unit(
        "schedule_overdue",
        "Time since the first run was due after the end of the schedule's latest completed backup",
        Unit::Seconds,
        overdue,
    );
}

/// Seconds since 1970.
pub(super) fn unix_secs(time: DateTime<Utc>) -> f64 {
    (time - DateTime::UNIX_EPOCH).as_seconds_f64()
}

/// A number of bytes; above 8 PiB it is rounded.
#[expect(clippy::cast_precision_loss, reason = "metrics are floating-point numbers")]
pub(super) fn number(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use appkeep_core::catalog::{App, AppOptions};
    use appkeep_core::schedule::{Retention, Schedule, ScheduleOrigin, Scheduled, Timing};
    use prometheus_client::encoding::text::encode_registry;
    use uuid::Uuid;

    use super::*;

    fn app(number: usize) -> App {
        App {
            id: Uuid::from_u128(number as u128 + 1).into(),
            account_id: Uuid::from_u128(9).into(),
            name: format!("app-{number}"),
            volumes: Vec::new(),
            options: AppOptions::default(),
            declared: true,
        }
    }

    /// A schedule of app 0.
    fn scheduled(name: &str, jitter_secs: u32) -> Scheduled {
        let schedule = Schedule {
            id: Uuid::from_u128(5).into(),
            account_id: Uuid::from_u128(9).into(),
            app_id: app(0).id,
            name: name.to_owned(),
            timing: Timing::new("0 2 * * *", "UTC").unwrap(),
            jitter_secs,
            creates_backup: true,
            creates_snapshot: false,
            bucket_id: None,
            retention: Retention::default(),
            snapshot_retention: None,
            enabled: true,
            origin: ScheduleOrigin::Configuration,
        };
        Scheduled { schedule, next: None }
    }

    /// The exported lines that begin with this text.
    fn lines(declared: &Declared, beginning: &str) -> Vec<String> {
        let mut registry = Registry::default();
        register(&mut registry, declared, DateTime::UNIX_EPOCH);
        let mut text = String::new();
        encode_registry(&mut text, &registry).unwrap();
        let lines = text.lines().filter(|line| line.starts_with(beginning));
        lines.map(str::to_owned).collect()
    }

    #[test]
    fn the_number_of_label_sets_is_limited() {
        let mut declared = Declared {
            accounts: [(Uuid::from_u128(9).into(), "acme".to_owned())].into(),
            apps: (0..LABEL_SETS_MAX).map(app).collect(),
            ..Declared::default()
        };
        assert_eq!(lines(&declared, "backup_successes_total").len(), LABEL_SETS_MAX);
        assert_eq!(lines(&declared, "label_sets_omitted"), ["label_sets_omitted 0"]);
        // Two schedules of one app need two label sets instead of one.
        declared.schedules = vec![scheduled("nightly", 0), scheduled("weekly", 0)];
        assert_eq!(lines(&declared, "backup_successes_total").len(), LABEL_SETS_MAX);
        assert_eq!(lines(&declared, "label_sets_omitted"), ["label_sets_omitted 1"]);
    }

    #[test]
    fn names_are_escaped() {
        let declared = Declared {
            apps: vec![App {
                name: "a\"b\\c\nd".to_owned(),
                ..app(0)
            }],
            ..Declared::default()
        };
        let expected = r#"backup_successes_total{account="",app="a\"b\\c\nd",bucket="",schedule=""} 0"#;
        assert_eq!(lines(&declared, "backup_successes_total"), [expected]);
    }
}
