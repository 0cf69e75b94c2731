//! A cache of serialised pages of lists, so that a list that is requested repeatedly is read once.
//!
//! The key includes the account's version, so a page is never stale; the cache only saves work. Access to a
//! page is always checked before the cache is read.

use std::sync::Arc;

use appkeep_core::listing::{ListOptions, Listed, Listing};
use appkeep_core::store::{ListFilter, Position};
use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// The size of the cache, in bytes: 8 MiB.
const BYTES_MAX: u64 = 8_388_608;
/// The expected number of entries, each of the size of 100 ordinary backups.
const ENTRIES_EXPECTED: usize = 128;

/// Everything that a page depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct PageKey {
    kind: &'static str,
    filter: ListFilter,
    options: ListOptions,
    include: Option<Vec<&'static str>>,
    version: i64,
}

impl PageKey {
    /// Returns the key of a list that hasn't been read yet; none if the account has no version.
    pub(super) fn of<T: Listed>(listing: &Listing<T>, include: Option<&[&'static str]>) -> Option<Self> {
        Some(Self {
            kind: T::KIND,
            filter: listing.filter(),
            options: listing.options(),
            include: include.map(<[_]>::to_vec),
            version: listing.version()?,
        })
    }
}

/// A serialised page, without the metadata at the end, which names the requester.
#[derive(Debug, Clone)]
pub(super) struct WrittenPage {
    pub(super) written: Bytes,
    pub(super) count: u64,
    pub(super) continue_after: Option<Position>,
}

#[derive(Clone)]
struct ByLength;

impl Weighter<PageKey, WrittenPage> for ByLength {
    fn weight(&self, key: &PageKey, page: &WrittenPage) -> u64 {
        let names = key
            .include
            .as_ref()
            .map_or(0, |names| size_of_val(names.as_slice()));
        (size_of::<PageKey>() + names + size_of::<WrittenPage>() + page.written.len()) as u64
    }
}

/// A cache of pages.
#[derive(Clone)]
pub(crate) struct PageCache(Arc<Cache<PageKey, WrittenPage, ByLength>>);

impl PageCache {
    /// Creates an empty cache.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Cache::with_weighter(
            ENTRIES_EXPECTED,
            BYTES_MAX,
            ByLength,
        )))
    }

    pub(super) fn get(&self, key: &PageKey) -> Option<WrittenPage> {
        self.0.get(key)
    }

    pub(super) fn insert(&self, key: PageKey, page: WrittenPage) {
        self.0.insert(key, page);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key(number: u128, version: i64) -> PageKey {
        PageKey {
            kind: "backup",
            filter: ListFilter {
                account_id: Uuid::from_u128(number).into(),
                app_id: None,
            },
            options: ListOptions::default(),
            include: None,
            version,
        }
    }

    fn page(bytes: usize) -> WrittenPage {
        WrittenPage {
            written: vec![b'a'; bytes].into(),
            count: 1,
            continue_after: None,
        }
    }

    #[test]
    fn pages_are_cached_per_version() {
        let cache = PageCache::new();
        cache.insert(key(1, 3), page(7));
        assert_eq!(cache.get(&key(1, 3)).unwrap().written.len(), 7);
        assert!(cache.get(&key(1, 4)).is_none());
        assert!(cache.get(&key(2, 3)).is_none());
        let other_columns = PageKey {
            include: Some(vec!["id"]),
            ..key(1, 3)
        };
        assert!(cache.get(&other_columns).is_none());
    }

    #[test]
    fn cached_bytes_are_bounded() {
        let cache = PageCache::new();
        for number in 0..1000 {
            cache.insert(key(number, 1), page(80_000));
        }
        let kept = (0..1000)
            .filter(|number| cache.get(&key(*number, 1)).is_some())
            .count();
        assert!((40..=105).contains(&kept), "{kept}");
    }
}
