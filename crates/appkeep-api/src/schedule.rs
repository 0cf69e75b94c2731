//! Schedules on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metadata::{ListMetadata, Metadata, closed_enum, present};
use crate::words::{Expression, Identifier, ResourceName, Timestamp};

closed_enum! {
    /// The `type` of a schedule.
    ScheduleType {
        /// The only one.
        Schedule = "application/astra-schedule",
    }
}

closed_enum! {
    /// The versions of a schedule's form. Mirrors `ScheduleVersion`.
    ScheduleVersion {
        /// The only one that there is.
        V1_3 = "1.3",
    }
}

closed_enum! {
    /// The `type` of a list of schedules.
    ScheduleListType {
        /// The only one.
        Schedules = "application/astra-schedules",
    }
}

closed_enum! {
    /// Whether a schedule makes anything: a string, as the original has it.
    Enabled {
        /// It does.
        Yes = "true",
        /// It was taken out of the configuration.
        No = "false",
    }
}

closed_enum! {
    /// The original's kinds of schedules.
    Granularity {
        /// Any other than its four simple ones.
        Custom = "custom",
    }
}

closed_enum! {
    /// What a run of a schedule makes.
    Makes {
        /// A backup.
        Backup = "backup",
        /// A snapshot that stays.
        Snapshot = "snapshot",
    }
}

/// What is made of an app by itself, and when. Mirrors `Schedule`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Schedule {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: ScheduleType,
    /// The version of its form.
    pub version: ScheduleVersion,
    /// Its id.
    pub id: Identifier,
    /// Its name.
    pub name: ResourceName,
    /// The app that it is for.
    #[serde(rename = "appID")]
    pub app_id: Identifier,
    /// Whether it makes anything, in the original's form.
    pub enabled: Enabled,
    /// The original's word for what isn't of its simple kinds.
    pub granularity: Granularity,
    /// When it is due.
    pub cron: Expression,
    /// The zone in which that is read.
    pub time_zone: Expression,
    /// By how many seconds a run may be late on purpose.
    pub jitter_secs: u32,
    /// What a run makes.
    pub makes: Vec<Makes>,
    /// The bucket of its backups, unless that is the account's default.
    #[serde(
        rename = "bucketID",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Identifier")]
    pub bucket_id: Option<Identifier>,
    /// What is kept of what it made.
    pub retention: ScheduleRetention,
    /// When it runs next.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Timestamp")]
    pub next_run_timestamp: Option<Timestamp>,
    /// Labels, times, authorship.
    pub metadata: Metadata,
}

/// What is kept of what a schedule made. Mirrors `ScheduleRetention`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ScheduleRetention {
    /// How many of the newest.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u32")]
    pub keep_last: Option<u32>,
    /// The newest of each of so many days.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u32")]
    pub keep_daily: Option<u32>,
    /// The newest of each of so many weeks.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u32")]
    pub keep_weekly: Option<u32>,
    /// The newest of each of so many months.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u32")]
    pub keep_monthly: Option<u32>,
    /// All that are at most so many days older than the newest.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "u32")]
    pub keep_days: Option<u32>,
}

/// An item of a list: the resource, or the fields that were asked for. Mirrors `ScheduleListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ScheduleListItem {
    /// The resource.
    Resource(Box<Schedule>),
    /// The values of the fields that were asked for, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of schedules. Mirrors `ScheduleList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: ScheduleListType,
    /// The version of its items.
    pub version: ScheduleVersion,
    /// The schedules.
    pub items: Vec<ScheduleListItem>,
    /// About the list as a whole.
    pub metadata: ListMetadata,
}
