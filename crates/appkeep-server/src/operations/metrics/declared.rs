//! The declared accounts, apps, buckets and schedules, with the results of their backups.

use std::collections::HashMap;

use appkeep_core::catalog::{App, Bucket, BucketMeasurement};
use appkeep_core::ids::{AccountId, AppId, BucketId};
use appkeep_core::schedule::Scheduled;
use appkeep_core::statistics::BackupResults;
use appkeep_core::store::{Store, StoreError};

/// The maximum number of label sets of a metric by app, bucket or schedule. Further ones are omitted, and
/// `appkeep_label_sets_omitted` is 1 then: more would exceed the sample limits that are usual for scrapes.
pub(super) const LABEL_SETS_MAX: usize = 5000;

/// All declared items, in the order of their accounts' names.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// The names of the accounts.
    pub(super) accounts: HashMap<AccountId, String>,
    pub(super) apps: Vec<App>,
    pub(super) buckets: Vec<DeclaredBucket>,
    pub(super) schedules: Vec<Scheduled>,
    /// The results of backups.
    pub(super) results: Vec<BackupResults>,
    /// Whether there are more items than [`LABEL_SETS_MAX`].
    pub(super) is_limited: bool,
}

/// A declared bucket.
#[derive(Debug)]
pub(super) struct DeclaredBucket {
    pub(super) bucket: Bucket,
    /// Whether any server can use it.
    pub(super) is_available: bool,
    pub(super) measurement: Option<BucketMeasurement>,
}

impl Declared {
    /// Reads all items. The cost depends on their number, and not on the number of backups.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn read(store: &dyn Store) -> Result<Self, StoreError> {
        let mut declared = Self::default();
        for account in store.list_accounts().await? {
            if !account.declared {
                continue;
            }
            let problems = store.list_bucket_problems(account.id).await?;
            let measurements = store.list_bucket_measurements(account.id).await?;
            let buckets = store.list_buckets(account.id).await?.into_iter();
            let buckets = buckets.filter(|bucket| bucket.declared);
            let buckets = buckets.map(|bucket| DeclaredBucket {
                is_available: !problems.contains_key(&bucket.id),
                measurement: measurements.get(&bucket.id).copied(),
                bucket,
            });
            declared.buckets.extend(buckets);
            let apps = store.list_apps(account.id).await?.into_iter();
            declared.apps.extend(apps.filter(|app| app.declared));
            declared.accounts.insert(account.id, account.name);
        }
        declared.schedules = store.list_schedules().await?;
        let rows_max = u32::try_from(LABEL_SETS_MAX).unwrap_or(u32::MAX);
        declared.results = store.list_backup_results(rows_max.saturating_add(1)).await?;
        declared.limit();
        Ok(declared)
    }

    fn limit(&mut self) {
        let lengths = [
            self.apps.len(),
            self.buckets.len(),
            self.schedules.len(),
            self.results.len(),
        ];
        self.is_limited = lengths.into_iter().any(|length| length > LABEL_SETS_MAX);
        self.apps.truncate(LABEL_SETS_MAX);
        self.buckets.truncate(LABEL_SETS_MAX);
        self.schedules.truncate(LABEL_SETS_MAX);
        self.results.truncate(LABEL_SETS_MAX);
    }

    /// The name of an account; empty if it isn't declared.
    pub(super) fn account(&self, id: AccountId) -> String {
        self.accounts.get(&id).cloned().unwrap_or_default()
    }

    /// The apps, by id.
    pub(super) fn apps_by_id(&self) -> HashMap<AppId, &App> {
        self.apps.iter().map(|app| (app.id, app)).collect()
    }

    /// The buckets, by id.
    pub(super) fn buckets_by_id(&self) -> HashMap<BucketId, &Bucket> {
        self.buckets
            .iter()
            .map(|declared| (declared.bucket.id, &declared.bucket))
            .collect()
    }
}
