//! The structure of the configuration file.

use std::collections::BTreeMap;
use std::ops::Range;

use secrecy::SecretString;
use serde::Deserialize;
use toml::Spanned;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) server: ServerTable,
    pub(super) store: Option<Spanned<StoreTable>>,
    pub(super) keys: Option<Spanned<KeysTable>>,
    #[serde(default)]
    pub(super) accounts: Vec<AccountTable>,
    #[serde(default)]
    pub(super) notifications: Vec<NotificationTable>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServerTable {
    pub(super) node: Option<Spanned<String>>,
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
    pub(super) restore_directories: Option<Vec<Spanned<String>>>,
    pub(super) pages: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoreTable {
    pub(super) url: Option<Spanned<SecretString>>,
    pub(super) url_env: Option<Spanned<String>>,
    pub(super) url_file: Option<Spanned<String>>,
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
    pub(super) snapshot: Option<Spanned<String>>,
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
pub(super) struct NotificationTable {
    pub(super) name: Spanned<String>,
    pub(super) events: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) account: Option<Spanned<String>>,
    pub(super) apps: Option<Vec<Spanned<String>>>,
    pub(super) command: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    pub(super) env: BTreeMap<Spanned<String>, Spanned<String>>,
    pub(super) url: Option<Spanned<SecretString>>,
    pub(super) secret_file: Option<Spanned<String>>,
    pub(super) secret_env: Option<Spanned<String>>,
    pub(super) template: Option<Spanned<String>>,
    pub(super) template_file: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) headers: BTreeMap<Spanned<String>, Spanned<SecretString>>,
    pub(super) ca_file: Option<Spanned<String>>,
    pub(super) timeout_secs: Option<Spanned<u32>>,
}

impl NotificationTable {
    /// The name and the place of a setting that only webhooks have, if there is one.
    pub(super) fn webhook_setting(&self) -> Option<(&'static str, Range<usize>)> {
        let settings = [
            ("secret_file", self.secret_file.as_ref().map(Spanned::span)),
            ("secret_env", self.secret_env.as_ref().map(Spanned::span)),
            ("template", self.template.as_ref().map(Spanned::span)),
            ("template_file", self.template_file.as_ref().map(Spanned::span)),
            ("headers", self.headers.keys().next().map(Spanned::span)),
            ("ca_file", self.ca_file.as_ref().map(Spanned::span)),
        ];
        settings.into_iter().find_map(|(name, span)| Some((name, span?)))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BucketTable {
    pub(super) name: Spanned<String>,
    pub(super) id: Option<Spanned<String>>,
    pub(super) path: Option<Spanned<String>>,
    pub(super) url: Option<Spanned<String>>,
    pub(super) default: Option<Spanned<bool>>,
    pub(super) backups_max: Option<Spanned<u32>>,
    pub(super) endpoint: Option<Spanned<String>>,
    pub(super) region: Option<Spanned<String>>,
    pub(super) path_style: Option<Spanned<bool>>,
    pub(super) storage_class: Option<Spanned<String>>,
    pub(super) encryption: Option<Spanned<String>>,
    pub(super) encryption_key: Option<Spanned<String>>,
    pub(super) ca_file: Option<Spanned<String>>,
    pub(super) profile: Option<Spanned<String>>,
    pub(super) credentials_file: Option<Spanned<String>>,
    pub(super) access_key: Option<Spanned<SecretString>>,
    pub(super) secret_key: Option<Spanned<SecretString>>,
    pub(super) session_token: Option<Spanned<SecretString>>,
    pub(super) timeout_secs: Option<Spanned<u32>>,
    pub(super) retries_max: Option<Spanned<u32>>,
    pub(super) connections_max: Option<Spanned<u32>>,
    pub(super) upload_limit: Option<Spanned<String>>,
    pub(super) download_limit: Option<Spanned<String>>,
}

impl BucketTable {
    /// The name and the place of a setting that only S3 servers have, if there is one.
    pub(super) fn s3_setting(&self) -> Option<(&'static str, Range<usize>)> {
        fn span<T>(given: Option<&Spanned<T>>) -> Option<Range<usize>> {
            given.map(Spanned::span)
        }
        let settings = [
            ("endpoint", span(self.endpoint.as_ref())),
            ("region", span(self.region.as_ref())),
            ("path_style", span(self.path_style.as_ref())),
            ("storage_class", span(self.storage_class.as_ref())),
            ("encryption", span(self.encryption.as_ref())),
            ("encryption_key", span(self.encryption_key.as_ref())),
            ("ca_file", span(self.ca_file.as_ref())),
            ("profile", span(self.profile.as_ref())),
            ("credentials_file", span(self.credentials_file.as_ref())),
            ("access_key", span(self.access_key.as_ref())),
            ("secret_key", span(self.secret_key.as_ref())),
            ("session_token", span(self.session_token.as_ref())),
            ("timeout_secs", span(self.timeout_secs.as_ref())),
            ("retries_max", span(self.retries_max.as_ref())),
            ("connections_max", span(self.connections_max.as_ref())),
            ("upload_limit", span(self.upload_limit.as_ref())),
            ("download_limit", span(self.download_limit.as_ref())),
        ];
        settings.into_iter().find_map(|(name, span)| Some((name, span?)))
    }
}
