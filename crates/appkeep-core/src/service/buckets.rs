//! The operations on buckets. They are read-only, because an operator declares buckets.

use std::collections::HashMap;

use crate::authz::{Authorized, Read};
use crate::catalog::{Bucket, BucketFeatures, BucketMeasurement, BucketProblem, default_bucket};
use crate::error::Error;
use crate::ids::BucketId;
use crate::listing::ListOptions;
use crate::short_list::ShortList;

use super::Service;

/// The buckets of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketList {
    /// The requested part of the list.
    pub list: ShortList<Bucket>,
    /// The bucket that is used for backups that don't specify one, if there is any.
    pub default_id: Option<BucketId>,
    /// The problems of buckets that are not available.
    pub problems: HashMap<BucketId, BucketProblem>,
    /// What the storages of buckets support that were probed.
    pub features: HashMap<BucketId, BucketFeatures>,
    /// The latest measurements of buckets.
    pub measurements: HashMap<BucketId, BucketMeasurement>,
}

impl Service {
    /// Lists an account's buckets, newest first, including those that are no longer declared.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn bucket_list(
        &self,
        authorized: &Authorized<Read>,
        options: ListOptions,
    ) -> Result<BucketList, Error> {
        let account_id = authorized.account_id();
        let buckets = self.store.list_recorded_buckets(account_id).await?;
        let default_id = default_bucket(buckets.iter().map(|bucket| &bucket.item)).map(|bucket| bucket.id);
        Ok(BucketList {
            list: ShortList::of(buckets, &options),
            default_id,
            problems: self.store.list_bucket_problems(account_id).await?,
            features: self.store.list_bucket_features(account_id).await?,
            measurements: self.store.list_bucket_measurements(account_id).await?,
        })
    }
}
