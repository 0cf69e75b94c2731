//! The structure of the configuration file.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) server: ServerTable,
    pub(super) keys: Option<Spanned<KeysTable>>,
    #[serde(default)]
    pub(super) accounts: Vec<AccountTable>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServerTable {
    pub(super) workers: Option<Spanned<u32>>,
    pub(super) backups_max: Option<Spanned<u32>>,
    pub(super) body_timeout_secs: Option<Spanned<u32>>,
    pub(super) connections_max: Option<Spanned<u32>>,
    pub(super) connections_per_address_max: Option<Spanned<u32>>,
    pub(super) idle_timeout_secs: Option<Spanned<u32>>,
    pub(super) write_timeout_secs: Option<Spanned<u32>>,
    pub(super) check_every_secs: Option<Spanned<u32>>,
    pub(super) verify_percent: Option<Spanned<u32>>,
    pub(super) engine_priority: Option<Spanned<String>>,
    pub(super) reserve_mib: Option<Spanned<u32>>,
    pub(super) app_jobs_max: Option<Spanned<u32>>,
    pub(super) account_jobs_max: Option<Spanned<u32>>,
    pub(super) pages: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeysTable {
    pub(super) file: Option<Spanned<String>>,
    pub(super) env: Option<Spanned<String>>,
    pub(super) command: Option<Spanned<Vec<Spanned<String>>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountTable {
    pub(super) name: Spanned<String>,
    pub(super) id: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) apps: Vec<AppTable>,
    #[serde(default)]
    pub(super) buckets: Vec<BucketTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppTable {
    pub(super) name: Spanned<String>,
    pub(super) id: Option<Spanned<String>>,
    pub(super) volumes: Spanned<BTreeMap<Spanned<String>, Spanned<String>>>,
    #[serde(default)]
    pub(super) schedules: Vec<ScheduleTable>,
    pub(super) consistency: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) hooks: Vec<HookTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScheduleTable {
    pub(super) name: Spanned<String>,
    pub(super) id: Option<Spanned<String>>,
    pub(super) cron: Spanned<String>,
    pub(super) zone: Option<Spanned<String>>,
    pub(super) what: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) bucket: Option<Spanned<String>>,
    pub(super) jitter_secs: Option<Spanned<u32>>,
    pub(super) keep_last: Option<Spanned<u32>>,
    pub(super) keep_daily: Option<Spanned<u32>>,
    pub(super) keep_weekly: Option<Spanned<u32>>,
    pub(super) keep_monthly: Option<Spanned<u32>>,
    pub(super) keep_days: Option<Spanned<u32>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HookTable {
    pub(super) name: Spanned<String>,
    pub(super) stage: Spanned<String>,
    pub(super) command: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) env: BTreeMap<Spanned<String>, Spanned<String>>,
    pub(super) timeout_secs: Option<Spanned<u32>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BucketTable {
    pub(super) name: Spanned<String>,
    pub(super) id: Option<Spanned<String>>,
    pub(super) path: Spanned<String>,
    pub(super) default: Option<Spanned<bool>>,
    pub(super) backups_max: Option<Spanned<u32>>,
}
