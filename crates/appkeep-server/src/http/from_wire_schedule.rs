//! Converts requests for schedules to the service's types.

use appkeep_api::schedule as wire;
use appkeep_api::schedule::{Enabled, ScheduleCreate, ScheduleRetention, ScheduleUpdate};
use appkeep_core::schedule::{Granularity, Makes, Retention, ScheduleChange, SimpleTimes};

/// Converts the body of a request to create a schedule.
pub(super) fn create(body: ScheduleCreate) -> ScheduleChange {
    update(ScheduleUpdate {
        kind: body.kind,
        version: body.version,
        name: Some(body.name),
        enabled: body.enabled,
        granularity: Some(body.granularity),
        minute: body.minute,
        hour: body.hour,
        day_of_week: body.day_of_week,
        day_of_month: body.day_of_month,
        cron: body.cron,
        time_zone: body.time_zone,
        jitter_secs: body.jitter_secs,
        makes: body.makes,
        bucket_id: body.bucket_id,
        backup_retention: body.backup_retention,
        snapshot_retention: body.snapshot_retention,
        retention: body.retention,
    })
}

/// Converts the body of a request to change a schedule.
pub(super) fn update(body: ScheduleUpdate) -> ScheduleChange {
    ScheduleChange {
        name: body.name.map(|name| name.as_str().to_owned()),
        enabled: body.enabled.map(|enabled| enabled == Enabled::Yes),
        granularity: body.granularity.map(granularity),
        times: SimpleTimes {
            minute: body.minute.map(|minute| minute.0),
            hour: body.hour.and_then(|hour| hour.0),
            day_of_week: body.day_of_week.and_then(|day| day.0),
            day_of_month: body.day_of_month.and_then(|day| day.0),
        },
        cron: body.cron,
        time_zone: body.time_zone,
        jitter_secs: body.jitter_secs,
        makes: body.makes.map(|makes| Makes {
            backup: makes.contains(&wire::Makes::Backup),
            snapshot: makes.contains(&wire::Makes::Snapshot),
        }),
        bucket_id: body.bucket_id.map(|id| id.0.into()),
        backup_retention: body.backup_retention.map(|count| count.0),
        snapshot_retention: body.snapshot_retention.map(|count| count.0),
        retention: body.retention.map(|retention| self::retention(&retention)),
    }
}

fn granularity(granularity: wire::Granularity) -> Granularity {
    match granularity {
        wire::Granularity::Hourly => Granularity::Hourly,
        wire::Granularity::Daily => Granularity::Daily,
        wire::Granularity::Weekly => Granularity::Weekly,
        wire::Granularity::Monthly => Granularity::Monthly,
        wire::Granularity::Custom => Granularity::Custom,
    }
}

fn retention(retention: &ScheduleRetention) -> Retention {
    Retention {
        keep_last: retention.keep_last,
        keep_daily: retention.keep_daily,
        keep_weekly: retention.keep_weekly,
        keep_monthly: retention.keep_monthly,
        keep_days: retention.keep_days,
    }
}
