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

#[cfg(test)]
mod tests {
    use appkeep_core::store::Position;

    use super::*;

    fn version(number: u128, generation: i64) -> Version {
        let position = Position {
            created_micros: 0,
            id: Uuid::from_u128(number),
        };
        Version { position, generation }
    }

    #[test]
    fn a_version_is_found_again_and_no_other() {
        let cache = WireCache::new();
        let text = Bytes::from_static(b"{}");
        cache.insert(Uuid::from_u128(1), 3, text.clone());
        assert_eq!(cache.get(&version(1, 3)), Some(text));
        assert_eq!(cache.get(&version(1, 4)), None);
        assert_eq!(cache.get(&version(2, 3)), None);
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let text = Bytes::from(vec![b'a'; 100]);
        // An id and a generation, a handle, and what it holds.
        let room = BYTES_MAX / (24 + 32 + 100);
        let cache = WireCache::new();
        for number in 0..2 * room {
            cache.insert(Uuid::from_u128(number.into()), 1, text.clone());
        }
        let kept = (0..2 * room).filter(|number| cache.get(&version((*number).into(), 1)).is_some());
        let kept = kept.count() as u64;
        assert!((room / 2..=room).contains(&kept), "{kept} of {room}");
    }
}
