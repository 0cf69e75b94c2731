//! The packs that a restore has read last. Pieces that follow each other in a file are mostly in the same pack, so that
//! one request replaces many.

use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hashlink::LruCache;
use rustic_core::Id;

use crate::failure::lock;

/// The number of packs that are kept: each of the four threads of a restore reads one.
const PACKS_MAX: usize = 5;

/// The content of a pack, once it has been read.
type Pack = Arc<Mutex<Option<Bytes>>>;

/// A cache of packs.
#[derive(Debug)]
pub(crate) struct PackCache {
    packs: Mutex<LruCache<Id, Pack>>,
}

impl PackCache {
    pub(crate) fn new() -> Self {
        Self {
            packs: Mutex::new(LruCache::new(PACKS_MAX)),
        }
    }

    /// Returns a pack, which `read` reads if it isn't cached. Concurrent calls for a pack read it once.
    pub(crate) fn get(&self, id: &Id, read: impl FnOnce() -> io::Result<Bytes>) -> io::Result<Bytes> {
        let pack = self.entry(*id);
        let mut content = lock(&pack);
        if let Some(content) = &*content {
            return Ok(content.clone());
        }
        let found = read()?;
        *content = Some(found.clone());
        Ok(found)
    }

    fn entry(&self, id: Id) -> Pack {
        let mut packs = lock(&self.packs);
        if let Some(pack) = packs.get(&id) {
            return pack.clone();
        }
        let pack = Pack::default();
        packs.insert(id, pack.clone());
        pack
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
    fn packs_that_threads_read_at_once_are_read_once() {
        let cache = PackCache::new();
        let mut reads = 0;
        // Four threads read one pack after the other, in many pieces.
        for first in (0..80).step_by(4) {
            for number in (first..first + 4).cycle().take(100) {
                let read = || {
                    reads += 1;
                    Ok(Bytes::from_static(b"pack"))
                };
                cache.get(&Id::new([number; 32]), read).unwrap();
            }
        }
        assert_eq!(reads, 80);
        assert!(lock(&cache.packs).len() <= PACKS_MAX);
    }
}
