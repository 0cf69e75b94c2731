//! Schedules on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::{Expression, Identifier, ResourceName, Timestamp};
use crate::metadata::{ListMetadata, Metadata, closed_enum, present};

closed_enum! {
    /// The `type` of a schedule.
    ScheduleType {
        /// The only value.
        Schedule = "application/astra-schedule",
    }
}

closed_enum! {
    /// The versions of the schedule schema. Mirrors `ScheduleVersion`.
    ScheduleVersion {
        /// The only version.
        V1_3 = "1.3",
    }
}

closed_enum! {
    /// The `type` of a list of schedules.
    ScheduleListType {
        /// The only value.
        Schedules = "application/astra-schedules",
    }
}

closed_enum! {
    /// Whether a schedule is active: a string, as in the original.
    Enabled {
        /// It is active.
        Yes = "true",
        /// It is no longer configured.
        No = "false",
    }
}

closed_enum! {
    /// The original's kinds of schedules.
    Granularity {
        /// Any other than hourly, daily, weekly and monthly.
        Custom = "custom",
    }
}

closed_enum! {
    /// The kind of resource that a schedule creates.
    Makes {
        /// A backup.
        Backup = "backup",
        /// A snapshot.
        Snapshot = "snapshot",
    }
}

/// A schedule that creates backups or snapshots of an app. Mirrors `Schedule`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Schedule {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: ScheduleType,
    /// The version of its schema.
    pub version: ScheduleVersion,
    /// Its id.
    pub id: Identifier,
    /// Its name.
    pub name: ResourceName,
    /// The app.
    #[serde(rename = "appID")]
    pub app_id: Identifier,
    /// Whether it is active.
    pub enabled: Enabled,
    /// The original's value for schedules that aren't hourly, daily, weekly or monthly.
    pub granularity: Granularity,
    /// The times of its runs.
    pub cron: Expression,
    /// The time zone of `cron`.
    pub time_zone: Expression,
    /// The maximum random delay of a run, in seconds.
    pub jitter_secs: u32,
    /// The kind of resource that a run creates.
    pub makes: Vec<Makes>,
    /// The bucket of its backups; absent for the account's default.
    #[serde(
        rename = "bucketID",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub bucket_id: Option<Identifier>,
    /// The retention of its backups or snapshots.
    pub retention: ScheduleRetention,
    /// The time of its next run.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Timestamp")]
    pub next_run_timestamp: Option<Timestamp>,
    /// Labels, times and users.
    pub metadata: Metadata,
}

/// The retention of a schedule's backups or snapshots. Mirrors `ScheduleRetention`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ScheduleRetention {
    /// Keeps this many of the newest.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u32")]
    pub keep_last: Option<u32>,
    /// Keeps the newest of each day, for this many days.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u32")]
    pub keep_daily: Option<u32>,
    /// Keeps the newest of each week, for this many weeks.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u32")]
    pub keep_weekly: Option<u32>,
    /// Keeps the newest of each month, for this many months.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u32")]
    pub keep_monthly: Option<u32>,
    /// Keeps all that are at most this many days older than the newest.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u32")]
    pub keep_days: Option<u32>,
}

/// An item of a list: the resource, or its requested fields. Mirrors `ScheduleListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ScheduleListItem {
    /// The resource.
    Resource(Box<Schedule>),
    /// The values of the requested fields, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of schedules. Mirrors `ScheduleList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: ScheduleListType,
    /// The version of the list and its items.
    pub version: ScheduleVersion,
    /// The schedules.
    pub items: Vec<ScheduleListItem>,
    /// Metadata of the list.
    pub metadata: ListMetadata,
}
