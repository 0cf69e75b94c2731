//! The packs that a restore has read last. Pieces that follow each other in a file are mostly in the same pack, so that
//! one request replaces many.

use std::io;

use bytes::Bytes;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use rustic_core::Id;

/// The number of packs that fit. Each thread of a restore reads one.
const PACKS: usize = 6;

/// The maximum size of all packs in bytes: a pack has little more than 8 MiB.
const BYTES_MAX: u64 = 56 << 20;

/// A pack's weight is its size.
#[derive(Debug, Clone)]
struct Size;

impl Weighter<Id, Bytes> for Size {
    fn weight(&self, _: &Id, pack: &Bytes) -> u64 {
        pack.len() as u64
    }
}

/// A cache of packs.
#[derive(Debug)]
pub(crate) struct PackCache {
    packs: Cache<Id, Bytes, Size>,
}

impl PackCache {
    pub(crate) fn new() -> Self {
        let options = OptionsBuilder::new()
            .estimated_items_capacity(PACKS)
            .weight_capacity(BYTES_MAX)
            .shards(1)
            .build()
            .expect("both capacities are set");
        Self {
            packs: Cache::with_options(
                options,
                Size,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
        }
    }

    /// Returns a pack, which `read` reads if it isn't cached. Concurrent calls for a pack read it once.
    pub(crate) fn get(&self, id: &Id, read: impl FnOnce() -> io::Result<Bytes>) -> io::Result<Bytes> {
        self.packs.get_or_insert_with(id, read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pack_is_read_once_and_failures_are_not_kept() {
        let cache = PackCache::new();
        let id = Id::new([7; 32]);
        assert!(cache.get(&id, || Err(io::ErrorKind::NotFound.into())).is_err());
        let pack = Bytes::from_static(b"pack");
        assert_eq!(cache.get(&id, || Ok(pack.clone())).unwrap(), pack);
        assert_eq!(cache.get(&id, || panic!("it is cached")).unwrap(), pack);
    }

    #[test]
    fn the_total_size_is_limited() {
        let cache = PackCache::new();
        let pack = Bytes::from(vec![0; 8 << 20]);
        for number in 0..40 {
            cache.get(&Id::new([number; 32]), || Ok(pack.clone())).unwrap();
        }
        assert!(cache.packs.weight() <= BYTES_MAX);
    }
}
