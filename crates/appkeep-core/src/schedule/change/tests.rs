use uuid::Uuid;

use super::*;
use crate::ids::{AccountId, SubjectId};
use crate::schedule::ScheduleOrigin;

fn schedule(cron: &str) -> Schedule {
    Schedule {
        id: ScheduleId::new(Uuid::from_u128(1)),
        account_id: AccountId::new(Uuid::from_u128(2)),
        app_id: AppId::new(Uuid::from_u128(3)),
        name: "nightly".to_owned(),
        timing: Timing::new(cron, UTC).unwrap(),
        jitter_secs: 0,
        creates_backup: true,
        creates_snapshot: false,
        bucket_id: None,
        retention: Retention::default(),
        snapshot_retention: None,
        enabled: true,
        origin: ScheduleOrigin::Api {
            created_by: SubjectId::SYSTEM,
            modified_by: None,
        },
    }
}

fn daily() -> ScheduleChange {
    ScheduleChange {
        granularity: Some(Granularity::Daily),
        times: SimpleTimes {
            minute: Some(30),
            hour: Some(2),
            ..SimpleTimes::default()
        },
        ..ScheduleChange::default()
    }
}

/// The schedule that results from creating one.
fn created(change: &ScheduleChange) -> Result<Schedule, Vec<&'static str>> {
    let result = change.apply(&schedule("0 0 1 1 *"), true);
    result.map_err(|errors| errors.into_iter().map(|error| error.name).collect())
}

fn changed(cron: &str, change: &ScheduleChange) -> Result<String, Vec<&'static str>> {
    let result = change.apply(&schedule(cron), false);
    let result = result.map(|schedule| schedule.timing.expression().to_owned());
    result.map_err(|errors| errors.into_iter().map(|error| error.name).collect())
}

#[test]
fn granularities_become_cron_expressions_in_utc() {
    let timing = created(&daily()).unwrap().timing;
    assert_eq!((timing.expression(), timing.zone()), ("30 2 * * *", UTC));
    let mut weekly = daily();
    weekly.granularity = Some(Granularity::Weekly);
    assert_eq!(created(&weekly).unwrap_err(), ["dayOfWeek"]);
    weekly.times.day_of_week = Some(0);
    assert_eq!(created(&weekly).unwrap().timing.expression(), "30 2 * * 0");
    let mut hourly = daily();
    hourly.granularity = Some(Granularity::Hourly);
    assert_eq!(created(&hourly).unwrap_err(), ["hour"]);
    let mut custom = daily();
    custom.granularity = Some(Granularity::Custom);
    assert_eq!(created(&custom).unwrap_err(), ["minute", "hour", "cron"]);
}

#[test]
fn custom_schedules_have_a_cron_expression_in_a_zone() {
    let mut custom = ScheduleChange {
        granularity: Some(Granularity::Custom),
        cron: Some("*/15 * * * *".to_owned()),
        time_zone: Some("Europe/Berlin".to_owned()),
        jitter_secs: Some(899),
        ..ScheduleChange::default()
    };
    let timing = created(&custom).unwrap().timing;
    assert_eq!(
        (timing.expression(), timing.zone()),
        ("*/15 * * * *", "Europe/Berlin")
    );
    custom.jitter_secs = Some(900);
    assert_eq!(created(&custom).unwrap_err(), ["jitterSecs"]);
    custom.time_zone = Some("Mars".to_owned());
    assert_eq!(created(&custom).unwrap_err(), ["timeZone"]);
    (custom.cron, custom.time_zone) = (Some("0 25 * * *".to_owned()), None);
    assert_eq!(created(&custom).unwrap_err(), ["cron"]);
    let mut with_cron = daily();
    with_cron.cron = Some("0 0 * * *".to_owned());
    assert_eq!(created(&with_cron).unwrap_err(), ["cron"]);
}

#[test]
fn absent_times_keep_their_values() {
    let mut change = ScheduleChange {
        granularity: Some(Granularity::Daily),
        ..ScheduleChange::default()
    };
    assert_eq!(changed("30 2 * * *", &change).unwrap(), "30 2 * * *");
    change.times.hour = Some(5);
    assert_eq!(changed("30 2 * * *", &change).unwrap(), "30 5 * * *");
    change.granularity = None;
    assert_eq!(changed("30 2 * * 1", &change).unwrap(), "30 5 * * 1");
    assert_eq!(changed("*/15 * * * *", &change).unwrap_err(), ["hour"]);
    assert_eq!(
        changed("*/15 * * * *", &ScheduleChange::default()).unwrap(),
        "*/15 * * * *"
    );
}

#[test]
fn retention_counts_decide_what_is_created() {
    let kept = |backups, snapshots| {
        let schedule = created(&ScheduleChange {
            backup_retention: backups,
            snapshot_retention: snapshots,
            ..daily()
        })?;
        Ok::<_, Vec<_>>((
            (schedule.creates_backup, schedule.creates_snapshot),
            (schedule.backups_kept(), schedule.snapshots_kept()),
        ))
    };
    assert_eq!(kept(Some(3), Some(1)), Ok(((true, true), (Some(3), Some(1)))));
    assert_eq!(kept(Some(3), Some(3)), Ok(((true, true), (Some(3), Some(3)))));
    assert_eq!(kept(Some(0), Some(1)), Ok(((false, true), (Some(0), Some(1)))));
    assert_eq!(kept(Some(3), None), Ok(((true, false), (Some(3), Some(0)))));
    assert_eq!(kept(None, None), Ok(((true, false), (None, Some(0)))));
    assert_eq!(
        kept(Some(0), Some(0)),
        Err(vec!["backupRetention", "snapshotRetention"])
    );
    assert_eq!(kept(Some(KEEP_MAX + 1), None), Err(vec!["backupRetention"]));
}

#[test]
fn counts_and_rules_exclude_each_other() {
    let change = ScheduleChange {
        backup_retention: Some(3),
        retention: Some(Retention::last(3)),
        ..daily()
    };
    assert_eq!(created(&change).unwrap_err(), ["retention"]);
    let change = ScheduleChange {
        retention: Some(Retention::last(0)),
        makes: Some(Makes {
            backup: false,
            snapshot: false,
        }),
        ..daily()
    };
    assert_eq!(created(&change).unwrap_err(), ["makes", "retention.keepLast"]);
}

#[test]
fn snapshots_have_no_bucket() {
    let change = ScheduleChange {
        snapshot_retention: Some(2),
        bucket_id: Some(BucketId::new(Uuid::from_u128(4))),
        ..daily()
    };
    assert_eq!(created(&change).unwrap_err(), ["bucketID"]);
}
