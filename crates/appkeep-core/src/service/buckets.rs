//! The operations on buckets: an operator declares them, so they can only be looked at.

use std::collections::HashMap;

use crate::actor::OpContext;
use crate::authz::Access;
use crate::catalog::{Bucket, default_bucket};
use crate::error::Error;
use crate::ids::{AccountId, BucketId};
use crate::listing::ListOptions;
use crate::short_list::ShortList;

use super::Service;

/// The buckets of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketList {
    /// The part of them that was asked for.
    pub list: ShortList<Bucket>,
    /// The one that is taken when a backup names none, if there is any.
    pub default_id: Option<BucketId>,
    /// Why some of them can't be used.
    pub troubles: HashMap<BucketId, String>,
}

impl Service {
    /// Lists an account's buckets, newest first, also those that aren't declared any more.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn bucket_list<I>(
        &self,
        ctx: &OpContext,
        account: Result<AccountId, I>,
        input: Result<ListOptions, I>,
    ) -> Result<BucketList, Error<I>> {
        let account_id = self.admit(ctx, account, Access::Read).await?;
        let options = input.map_err(Error::Input)?;
        let buckets = self.store.list_recorded_buckets(account_id).await?;
        let default_id = default_bucket(buckets.iter().map(|bucket| &bucket.what)).map(|bucket| bucket.id);
        Ok(BucketList {
            list: ShortList::of(buckets, &options),
            default_id,
            troubles: self.store.list_bucket_troubles(account_id).await?,
        })
    }

    /// Who may ask for the clouds of an account. There never are any.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn cloud_list<I>(
        &self,
        ctx: &OpContext,
        account: Result<AccountId, I>,
        input: Result<ListOptions, I>,
    ) -> Result<(), Error<I>> {
        self.admit(ctx, account, Access::Read).await?;
        input.map(drop).map_err(Error::Input)
    }
}
