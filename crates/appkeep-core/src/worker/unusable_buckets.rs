//! The buckets that this server can't use.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::catalog::Bucket;
use crate::ids::BucketId;

/// The declared buckets that this server can't use now, by the latest check of each. Clones share their content.
#[derive(Debug, Clone, Default)]
pub struct UnusableBuckets(Arc<Mutex<BTreeMap<BucketId, UnusableBucket>>>);

/// A bucket that this server can't use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusableBucket {
    /// Its name.
    pub name: String,
    /// The reason.
    pub reason: String,
}

impl UnusableBuckets {
    /// The buckets, in the order of their ids.
    #[must_use]
    pub fn list(&self) -> Vec<UnusableBucket> {
        self.lock().values().cloned().collect()
    }

    /// Records the result of a check. Returns whether it differs from the previous one; at first, buckets are usable.
    pub(super) fn record(&self, bucket: &Bucket, reason: Option<&str>) -> bool {
        let new = reason.map(|reason| UnusableBucket {
            name: bucket.name.clone(),
            reason: reason.to_owned(),
        });
        let mut buckets = self.lock();
        let before = match new.clone() {
            Some(new) => buckets.insert(bucket.id, new),
            None => buckets.remove(&bucket.id),
        };
        before != new
    }

    /// Removes buckets that are no longer declared.
    pub(super) fn retain(&self, declared: &[Bucket]) {
        self.lock()
            .retain(|id, _| declared.iter().any(|bucket| bucket.id == *id));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<BucketId, UnusableBucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::catalog::BucketLocation;

    fn bucket(id: u128) -> Bucket {
        Bucket {
            id: Uuid::from_u128(id).into(),
            account_id: Uuid::from_u128(9).into(),
            name: format!("bucket-{id}"),
            location: BucketLocation::Directory("/backups".into()),
            is_default: false,
            backups_max: 1,
            declared: true,
        }
    }

    #[test]
    fn changes_are_reported_once_and_undeclared_buckets_removed() {
        let buckets = UnusableBuckets::default();
        assert!(!buckets.record(&bucket(1), None));
        assert!(buckets.record(&bucket(1), Some("it is full")));
        assert!(!buckets.record(&bucket(1), Some("it is full")));
        assert!(buckets.record(&bucket(1), Some("it is missing")));
        assert!(buckets.record(&bucket(2), Some("it is missing")));
        assert!(buckets.record(&bucket(2), None));
        let unusable = UnusableBucket {
            name: "bucket-1".to_owned(),
            reason: "it is missing".to_owned(),
        };
        assert_eq!(buckets.list(), [unusable]);
        buckets.retain(&[bucket(2)]);
        assert_eq!(buckets.list(), []);
    }
}
