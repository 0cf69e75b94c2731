//! Converts an app's `schedules`: checks that their timings occur and that their buckets exist.

use std::collections::HashSet;

use appkeep_core::catalog::{Account, App, Bucket};
use appkeep_core::ids::{BucketId, ScheduleId};
use appkeep_core::schedule::{
    KEEP_MAX, Retention, SCHEDULE_NAME_CHARS_MAX, Schedule, ScheduleOrigin, Timing, TimingError,
};
use toml::Spanned;

use super::declare::{Checker, derived_id};
use super::error::ConfigError;
use super::file::ScheduleTable;

/// The resources that a schedule creates.
#[derive(Debug, Clone, Copy, Default)]
struct Makes {
    backup: bool,
    snapshot: bool,
}

impl Checker<'_> {
    /// Returns the schedules of an app, whose account has these buckets.
    pub(super) fn schedules(
        &mut self,
        account: &Account,
        app: &App,
        buckets: &[Bucket],
        tables: &[ScheduleTable],
    ) -> Result<Vec<Schedule>, ConfigError> {
        let mut names = HashSet::new();
        let mut schedules = Vec::new();
        for table in tables {
            schedules.push(self.schedule(account, app, buckets, table, &mut names)?);
        }
        Ok(schedules)
    }

    fn schedule(
        &mut self,
        account: &Account,
        app: &App,
        buckets: &[Bucket],
        table: &ScheduleTable,
        names: &mut HashSet<String>,
    ) -> Result<Schedule, ConfigError> {
        let name = self.name(&table.name, names)?;
        if name.len() > SCHEDULE_NAME_CHARS_MAX {
            let problem = format!(
                "a schedule's name becomes part of other names: expected at most {SCHEDULE_NAME_CHARS_MAX} characters"
            );
            return Err(self.error(&table.name.span(), problem));
        }
        let derived = derived_id("schedule", &account.name, &format!("{}/{name}", app.name));
        let id = ScheduleId::new(self.id(table.id.as_ref(), &table.name, derived)?);
        let timing = self.timing(table)?;
        let makes = self.makes(table)?;
        let bucket_id = self.bucket_of(account, buckets, table, makes)?;
        Ok(Schedule {
            id,
            account_id: account.id,
            app_id: app.id,
            name,
            jitter_secs: self.jitter_secs(table, &timing)?,
            timing,
            creates_backup: makes.backup,
            creates_snapshot: makes.snapshot,
            bucket_id,
            retention: self.retention(table)?,
            snapshot_retention: None,
            enabled: true,
            origin: ScheduleOrigin::Configuration,
        })
    }

    fn timing(&self, table: &ScheduleTable) -> Result<Timing, ConfigError> {
        let zone = table.zone.as_ref().map_or("UTC", |zone| zone.get_ref().as_str());
        Timing::new(table.cron.get_ref(), zone).map_err(|error| {
            let invalid_field = match (&error, &table.zone) {
                (TimingError::Zone(_), Some(zone)) => zone,
                _ => &table.cron,
            };
            self.error(&invalid_field.span(), error.to_string())
        })
    }

    /// Returns the jitter, which must be shorter than the shortest time between runs: otherwise runs would be
    /// skipped.
    fn jitter_secs(&self, table: &ScheduleTable, timing: &Timing) -> Result<u32, ConfigError> {
        self.number(table.jitter_secs.as_ref(), 0, 0..=timing.jitter_secs_max())
    }

    fn makes(&self, table: &ScheduleTable) -> Result<Makes, ConfigError> {
        let Some(what) = &table.what else {
            return Ok(Makes {
                backup: true,
                snapshot: false,
            });
        };
        let expected = "expected [\"backup\"], [\"snapshot\"] or both";
        let mut makes = Makes::default();
        for word in what.get_ref() {
            let made = match word.get_ref().as_str() {
                "backup" => &mut makes.backup,
                "snapshot" => &mut makes.snapshot,
                other => {
                    return Err(self.error(&word.span(), format!("{other:?} can't be created: {expected}")));
                }
            };
            if std::mem::replace(made, true) {
                let problem = format!("{:?} is repeated: {expected}", word.get_ref());
                return Err(self.error(&word.span(), problem));
            }
        }
        if makes.backup || makes.snapshot {
            Ok(makes)
        } else {
            Err(self.error(&what.span(), format!("nothing would be created: {expected}")))
        }
    }

    fn bucket_of(
        &self,
        account: &Account,
        buckets: &[Bucket],
        table: &ScheduleTable,
        makes: Makes,
    ) -> Result<Option<BucketId>, ConfigError> {
        let wanted = table.bucket.as_ref();
        if !makes.backup {
            return match wanted {
                None => Ok(None),
                Some(wanted) => {
                    let problem = "a snapshot is in no bucket: expected no bucket, or what = [\"backup\"]";
                    Err(self.error(&wanted.span(), problem.to_owned()))
                }
            };
        }
        let Some(wanted) = wanted else {
            if buckets.is_empty() {
                let problem = format!(
                    "account {:?} has no bucket for backups: expected an [[accounts.buckets]]",
                    account.name
                );
                return Err(self.error(&table.name.span(), problem));
            }
            return Ok(None);
        };
        let found = buckets.iter().find(|bucket| bucket.name == *wanted.get_ref());
        found.map(|bucket| Some(bucket.id)).ok_or_else(|| {
            let names: Vec<String> = buckets
                .iter()
                .map(|bucket| format!("{:?}", bucket.name))
                .collect();
            let expected = if names.is_empty() {
                "it has none".to_owned()
            } else {
                format!("expected {}", names.join(" or "))
            };
            let problem = format!(
                "{:?} is not a bucket of account {:?}: {expected}",
                wanted.get_ref(),
                account.name
            );
            self.error(&wanted.span(), problem)
        })
    }

    fn retention(&self, table: &ScheduleTable) -> Result<Retention, ConfigError> {
        let keep = |given: &Option<Spanned<u32>>| -> Result<Option<u32>, ConfigError> {
            let checked = given
                .as_ref()
                .map(|_| self.number(given.as_ref(), 1, 1..=KEEP_MAX));
            checked.transpose()
        };
        Ok(Retention {
            keep_last: keep(&table.keep_last)?,
            keep_daily: keep(&table.keep_daily)?,
            keep_weekly: keep(&table.keep_weekly)?,
            keep_monthly: keep(&table.keep_monthly)?,
            keep_days: keep(&table.keep_days)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::Config;

    use super::*;

    const GOOD: &str = r#"
[[accounts]]
name = "acme"

[[accounts.apps]]
name = "shop"
volumes = { data = "/srv/shop" }

[[accounts.apps.schedules]]
name = "nightly"
cron = "30 2 * * *"
zone = "Europe/Berlin"
what = ["backup", "snapshot"]
bucket = "local"
jitter_secs = 600
keep_last = 3
keep_days = 30

[[accounts.apps.schedules]]
name = "hourly"
cron = "0 * * * *"

[[accounts.buckets]]
name = "local"
path = "/var/backups"
"#;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("/etc/appkeep.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn valid_files_declare_schedules_with_defaults() {
        let declaration = parse(GOOD).unwrap().declaration;
        let [nightly, hourly] = declaration.schedules.as_slice() else {
            panic!("two schedules");
        };
        let id = derived_id("schedule", "acme", "shop/nightly");
        assert_eq!((nightly.id.as_uuid(), id.get_version_num()), (id, 5));
        assert_eq!(nightly.app_id, declaration.apps[0].id);
        assert_eq!(nightly.bucket_id, Some(declaration.buckets[0].id));
        assert_eq!(nightly.timing.zone(), "Europe/Berlin");
        assert!(nightly.creates_backup && nightly.creates_snapshot);
        assert_eq!(
            (nightly.retention.keep_last, nightly.retention.keep_daily),
            (Some(3), None)
        );
        assert_eq!((hourly.timing.zone(), hourly.jitter_secs), ("UTC", 0));
        assert!(hourly.creates_backup && !hourly.creates_snapshot);
        assert_eq!((hourly.bucket_id, hourly.retention), (None, Retention::default()));
    }

    #[test]
    fn the_system_subject_is_derived_like_other_ids() {
        use appkeep_core::ids::SubjectId;
        assert_eq!(derived_id("subject", "", "system"), SubjectId::SYSTEM.as_uuid());
    }

    #[test]
    fn schedule_errors_name_the_expected_value() {
        let long = format!("name = \"{}\"", "a".repeat(36));
        for (from, to, line, problem) in [
            (
                "cron = \"30 2 * * *\"",
                "cron = \"30 2 * *\"",
                11,
                "it has 4 fields, not 5): expected minute, hour, day, month and weekday",
            ),
            (
                "cron = \"30 2 * * *\"",
                "cron = \"0 0 31 4 *\"",
                11,
                "\"0 0 31 4 *\" never matches any date",
            ),
            ("cron = \"30 2 * * *\"", "cron = 30", 11, "expected a string"),
            ("cron = \"30 2 * * *\"\n", "", 9, "missing field `cron`"),
            (
                "zone = \"Europe/Berlin\"",
                "zone = \"Berlin\"",
                12,
                "invalid time zone \"Berlin\": expected a name of the IANA database",
            ),
            (
                "what = [\"backup\", \"snapshot\"]",
                "what = [\"backups\"]",
                13,
                "\"backups\" can't be created: expected [\"backup\"], [\"snapshot\"] or both",
            ),
            (
                "what = [\"backup\", \"snapshot\"]",
                "what = [\"backup\", \"backup\"]",
                13,
                "\"backup\" is repeated",
            ),
            (
                "what = [\"backup\", \"snapshot\"]",
                "what = []",
                13,
                "nothing would be created",
            ),
            (
                "what = [\"backup\", \"snapshot\"]",
                "what = [\"snapshot\"]",
                14,
                "a snapshot is in no bucket",
            ),
            (
                "bucket = \"local\"",
                "bucket = \"remote\"",
                14,
                "\"remote\" is not a bucket of account \"acme\": expected \"local\"",
            ),
            (
                "jitter_secs = 600",
                "jitter_secs = 86400",
                15,
                "86400 is out of range: expected 0 to 84599",
            ),
            (
                "keep_last = 3",
                "keep_last = 0",
                16,
                "0 is out of range: expected 1 to 9999",
            ),
            (
                "keep_last = 3",
                "keep_lsat = 3",
                16,
                "unknown field `keep_lsat`, expected one of ",
            ),
            (
                "name = \"nightly\"",
                "name = \"hourly\"",
                20,
                "the name \"hourly\" is repeated",
            ),
            ("name = \"nightly\"", &long, 10, "expected at most 35 characters"),
            (
                "\n[[accounts.buckets]]\nname = \"local\"\npath = \"/var/backups\"\n",
                "",
                14,
                "\"local\" is not a bucket of account \"acme\": it has none",
            ),
        ] {
            let broken = GOOD.replacen(from, to, 1);
            assert_ne!(broken, GOOD, "{from}");
            let refused = parse(&broken).unwrap_err();
            let place = format!("/etc/appkeep.toml:{line}: `");
            assert!(refused.starts_with(&place), "{refused} is not at {line}");
            assert!(refused.contains(problem), "{refused} is not {problem}");
        }
    }
}
