//! Summaries of apps on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::AppState;
use crate::app_backup::AppBackup;
use crate::app_restore::AppRestore;
use crate::formats::{Identifier, ResourceName, UnreadyReason};
use crate::metadata::{ListMetadata, Metadata, closed_enum, present};
use crate::schedule::Schedule;

closed_enum! {
    /// The `type` of a summary.
    AppSummaryType {
        /// The only value.
        AppSummary = "application/astra-appSummary",
    }
}

closed_enum! {
    /// The versions of the summary's schema. Mirrors `AppSummaryVersion`.
    AppSummaryVersion {
        /// The only version.
        V1_0 = "1.0",
    }
}

closed_enum! {
    /// The `type` of a list of summaries.
    AppSummaryListType {
        /// The only value.
        AppSummaries = "application/astra-appSummaries",
    }
}

/// An app with its schedules, its latest backups and restores, and its work in progress. Mirrors `AppSummary`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AppSummary {
    /// The kind of resource.
    #[serde(rename = "type")]
    pub kind: AppSummaryType,
    /// The version of its schema.
    pub version: AppSummaryVersion,
    /// The app's id.
    pub id: Identifier,
    /// The app's name.
    pub name: ResourceName,
    /// The app's state.
    pub state: AppState,
    /// The reasons why the app isn't ready.
    pub state_unready: Vec<UnreadyReason>,
    /// The names of its volumes.
    pub volumes: Vec<String>,
    /// The newest completed backup.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "AppBackup")]
    pub last_completed_backup: Option<AppBackup>,
    /// The newest backup that has ended.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "AppBackup")]
    pub latest_backup: Option<AppBackup>,
    /// The newest backups that have not ended, started ones first.
    #[schemars(length(max = 10))]
    pub backups_in_progress: Vec<AppBackup>,
    /// The number of backups that were started and have not ended.
    pub started_backups: u64,
    /// The number of backups that wait to be started.
    pub pending_backups: u64,
    /// The latest restore that has ended.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "AppRestore")]
    pub last_restore: Option<AppRestore>,
    /// The newest restores that have not ended, running ones first.
    #[schemars(length(max = 10))]
    pub restores_in_progress: Vec<AppRestore>,
    /// The number of restores that run.
    pub started_restores: u64,
    /// The number of restores that wait to be started.
    pub pending_restores: u64,
    /// The newest schedules, active ones first.
    #[schemars(length(max = 100))]
    pub schedules: Vec<Schedule>,
    /// Labels, times and users of the app.
    pub metadata: Metadata,
}

/// An item of a list: the summary, or its requested fields. Mirrors `AppSummaryListItem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AppSummaryListItem {
    /// The summary.
    Resource(Box<AppSummary>),
    /// The values of the requested fields, in that order.
    Columns(Vec<serde_json::Value>),
}

/// A list of summaries. Mirrors `AppSummaryList`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppSummaryList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: AppSummaryListType,
    /// The version of the list and its items.
    pub version: AppSummaryVersion,
    /// The summaries.
    pub items: Vec<AppSummaryListItem>,
    /// Metadata of the list.
    pub metadata: ListMetadata,
}
