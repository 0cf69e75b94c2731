//! The data that plain restic needs to read the backups without a server.

use std::collections::HashMap;

use appkeep_core::catalog::{Account, App, Bucket, Declaration};
use appkeep_core::ids::{AccountId, AppId, BucketId};
use appkeep_core::store::{Store, StoreError};

use crate::admin::keys::{KeyError, KeyStore, SecretString};

/// The apps and buckets that keys belong to.
#[derive(Debug, Default)]
pub struct Catalog {
    accounts: HashMap<AccountId, Account>,
    apps: HashMap<AppId, App>,
    buckets: HashMap<BucketId, Bucket>,
}

impl Catalog {
    /// Adds the accounts, apps and buckets that a configuration declares.
    pub fn learn(&mut self, declaration: &Declaration) {
        self.add(
            declaration.accounts.clone(),
            declaration.apps.clone(),
            declaration.buckets.clone(),
        );
    }

    /// Adds everything that a server's store contains, including resources that are no longer declared.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn recall(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        for account in store.list_accounts().await? {
            let (apps, buckets) = (
                store.list_apps(account.id).await?,
                store.list_buckets(account.id).await?,
            );
            self.add(vec![account], apps, buckets);
        }
        Ok(())
    }

    fn add(&mut self, accounts: Vec<Account>, apps: Vec<App>, buckets: Vec<Bucket>) {
        self.accounts
            .extend(accounts.into_iter().map(|account| (account.id, account)));
        self.apps.extend(apps.into_iter().map(|app| (app.id, app)));
        self.buckets
            .extend(buckets.into_iter().map(|bucket| (bucket.id, bucket)));
    }

    fn name_of_account(&self, id: Option<AccountId>) -> Option<String> {
        self.accounts.get(&id?).map(|account| account.name.clone())
    }
}

/// The data that plain restic needs to read one app's backups in one bucket.
pub struct Recovery {
    /// The account's name, if known.
    pub account: Option<String>,
    /// The app's name, else its id.
    pub app: String,
    /// The bucket's name, else its id.
    pub bucket: String,
    /// The address of the repository for restic, if known.
    pub repository: Option<String>,
    /// The name of the repository's directory in the bucket.
    pub app_id: AppId,
    /// The repository's password, or why it can't be determined.
    pub password: Result<SecretString, KeyError>,
}

/// Returns one value for each key, by bucket and app.
///
/// # Errors
/// When the keys can't be listed.
pub fn list(keys: &KeyStore, catalog: &Catalog) -> Result<Vec<Recovery>, KeyError> {
    let found = keys.list()?.into_iter().map(|(bucket_id, app_id)| {
        let (app, bucket) = (catalog.apps.get(&app_id), catalog.buckets.get(&bucket_id));
        Recovery {
            account: catalog.name_of_account(app.map(|app| app.account_id)),
            app: app.map_or_else(|| app_id.to_string(), |app| app.name.clone()),
            bucket: bucket.map_or_else(|| bucket_id.to_string(), |bucket| bucket.name.clone()),
            repository: bucket.map(|bucket| bucket.location.restic_repository(&app_id.to_string())),
            app_id,
            password: keys.password(bucket_id, app_id).map_err(KeyError::from),
        }
    });
    Ok(found.collect())
}
