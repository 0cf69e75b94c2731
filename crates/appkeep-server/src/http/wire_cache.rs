//! What versions of resources look like on the wire, so that lists needn't read and write them again.
//!
//! A version never looks different, so nothing in here can be stale; it only saves work. Which versions
//! there are is always asked of the store.

use std::sync::Arc;

use appkeep_core::store::Version;
use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use uuid::Uuid;

/// The most that is kept, in bytes: 8 MiB.
const BYTES_MAX: u64 = 8_388_608;
/// The number of entries to expect: of the size of an ordinary backup.
const ENTRIES_EXPECTED: usize = 16_384;

type Key = (Uuid, i64);

#[derive(Clone)]
struct ByLength;

impl Weighter<Key, Bytes> for ByLength {
    fn weight(&self, _: &Key, text: &Bytes) -> u64 {
        (size_of::<Key>() + size_of::<Bytes>() + text.len()) as u64
    }
}

/// Texts by id and generation. Ids are unique across all kinds of resources.
#[derive(Clone)]
pub(crate) struct WireCache(Arc<Cache<Key, Bytes, ByLength>>);

impl WireCache {
    /// An empty cache.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Cache::with_weighter(
            ENTRIES_EXPECTED,
            BYTES_MAX,
            ByLength,
        )))
    }

    /// The text of a version, if it is still there.
    pub(super) fn get(&self, version: &Version) -> Option<Bytes> {
        self.0.get(&(version.position.id, version.generation))
    }

    /// Keeps the text of a version.
    pub(super) fn insert(&self, id: Uuid, generation: i64, text: Bytes) {
        self.0.insert((id, generation), text);
    }
}
