//! Schedules on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::{Expression, Identifier, ResourceName, Timestamp};
use crate::metadata::{ListMetadata, Metadata, closed_enum, present};
use crate::schedule_fields::{Count, DayOfMonth, DayOfWeek, Hour, Minute, ScheduleName};

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
        /// The first.
        V1_0 = "1.0",
        /// The second.
        V1_1 = "1.1",
        /// The third.
        V1_2 = "1.2",
        /// The newest; responses have this version.
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
        /// It is no longer configured, or was disabled.
        No = "false",
    }
}

closed_enum! {
    /// The origin of a schedule.
    Origin {
        /// An operator configured it.
        Configuration = "configuration",
        /// It was created by this API.
        Api = "api",
    }
}

closed_enum! {
    /// The original's kinds of schedules.
    Granularity {
        /// Each hour.
        Hourly = "hourly",
        /// Each day.
        Daily = "daily",
        /// Each week.
        Weekly = "weekly",
        /// Each month that has the day.
        Monthly = "monthly",
        /// Any other times.
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
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
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
    /// Its origin.
    pub origin: Origin,
    /// Whether it is active.
    pub enabled: Enabled,
    /// Its kind of times.
    pub granularity: Granularity,
    /// The minute of a granularity other than custom.
    #[schemars(with = "Minute")]
    pub minute: Option<Minute>,
    /// The hour of a daily, weekly or monthly schedule.
    #[schemars(with = "Hour")]
    pub hour: Option<Hour>,
    /// The day of a weekly schedule.
    #[schemars(with = "DayOfWeek")]
    pub day_of_week: Option<DayOfWeek>,
    /// The day of a monthly schedule.
    #[schemars(with = "DayOfMonth")]
    pub day_of_month: Option<DayOfMonth>,
    /// The times of its runs.
    pub cron: Expression,
    /// The time zone of `cron`.
    pub time_zone: Expression,
    /// The maximum random delay of a run, in seconds.
    pub jitter_secs: u32,
    /// The kind of resource that a run creates.
    pub makes: Vec<Makes>,
    /// The bucket of its backups; absent for the account's default.
    #[serde(rename = "bucketID")]
    #[schemars(with = "Identifier")]
    pub bucket_id: Option<Identifier>,
    /// The number of backups that are kept.
    #[schemars(with = "Count")]
    pub backup_retention: Option<Count>,
    /// The number of snapshots that are kept.
    #[schemars(with = "Count")]
    pub snapshot_retention: Option<Count>,
    /// The retention of its backups or snapshots.
    pub retention: ScheduleRetention,
    /// The time of its next run.
    #[schemars(with = "Timestamp")]
    pub next_run_timestamp: Option<Timestamp>,
    /// Labels, times and users.
    pub metadata: Metadata,
}

/// Defines the body of a request. Bodies differ in whether they require the name and the granularity.
macro_rules! schedule_body {
    ($(#[$doc:meta])+ $body:ident { $($name:tt)+ } { $($granularity:tt)+ }) => {
        $(#[$doc])+
        #[serde_with::apply(Option => #[serde(
            default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
        )])]
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "camelCase")]
        pub struct $body {
            /// The kind of resource.
            #[serde(rename = "type")]
            pub kind: ScheduleType,
            /// Any documented version.
            pub version: ScheduleVersion,
            $($name)+
            /// Whether it is active.
            #[schemars(with = "Enabled")]
            pub enabled: Option<Enabled>,
            $($granularity)+
            /// The minute of a granularity other than custom.
            #[schemars(with = "Minute")]
            pub minute: Option<Minute>,
            /// The hour of a daily, weekly or monthly schedule.
            #[schemars(with = "Hour")]
            pub hour: Option<Hour>,
            /// The day of a weekly schedule.
            #[schemars(with = "DayOfWeek")]
            pub day_of_week: Option<DayOfWeek>,
            /// The day of a monthly schedule.
            #[schemars(with = "DayOfMonth")]
            pub day_of_month: Option<DayOfMonth>,
            /// The times of granularity custom.
            #[schemars(with = "String", length(min = 1, max = 256))]
            pub cron: Option<String>,
            /// The time zone of `cron`.
            #[schemars(with = "String", length(min = 1, max = 64))]
            pub time_zone: Option<String>,
            /// The maximum random delay of a run, in seconds.
            #[schemars(with = "u32", range(min = 0, max = 86400))]
            pub jitter_secs: Option<u32>,
            /// The kinds of resources that a run creates.
            #[schemars(with = "Vec<Makes>")]
            pub makes: Option<Vec<Makes>>,
            /// The bucket of its backups.
            #[serde(rename = "bucketID")]
            #[schemars(with = "Identifier")]
            pub bucket_id: Option<Identifier>,
            /// The number of backups that are kept.
            #[schemars(with = "Count")]
            pub backup_retention: Option<Count>,
            /// The number of snapshots that are kept.
            #[schemars(with = "Count")]
            pub snapshot_retention: Option<Count>,
            /// The rules for keeping its backups and snapshots.
            #[schemars(with = "ScheduleRetention")]
            pub retention: Option<ScheduleRetention>,
        }
    };
}

schedule_body! {
    /// A request for a new schedule. Mirrors `ScheduleCreate`.
    ScheduleCreate {
        /// A name that no other schedule of the app has.
        pub name: ScheduleName,
    } {
        /// Its kind of times.
        pub granularity: Granularity,
    }
}

schedule_body! {
    /// New settings of a schedule; absent ones keep their values. Mirrors `ScheduleUpdate`.
    ScheduleUpdate {
        /// A name that no other schedule of the app has.
        #[schemars(with = "ScheduleName")]
        pub name: Option<ScheduleName>,
    } {
        /// Its kind of times.
        #[schemars(with = "Granularity")]
        pub granularity: Option<Granularity>,
    }
}

/// The retention of a schedule's backups or snapshots. Mirrors `ScheduleRetention`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ScheduleRetention {
    /// Keeps this many of the newest.
    #[schemars(with = "u32", range(min = 0, max = 9999))]
    pub keep_last: Option<u32>,
    /// Keeps the newest of each day, for this many days.
    #[schemars(with = "u32", range(min = 0, max = 9999))]
    pub keep_daily: Option<u32>,
    /// Keeps the newest of each week, for this many weeks.
    #[schemars(with = "u32", range(min = 0, max = 9999))]
    pub keep_weekly: Option<u32>,
    /// Keeps the newest of each month, for this many months.
    #[schemars(with = "u32", range(min = 0, max = 9999))]
    pub keep_monthly: Option<u32>,
    /// Keeps all that are at most this many days older than the newest.
    #[schemars(with = "u32", range(min = 0, max = 9999))]
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
