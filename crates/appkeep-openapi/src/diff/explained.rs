//! Places that are known, as hashes: they take less memory than JSON pointers. Two equal ones are unlikely.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};

/// A set of places.
#[derive(Debug, Default)]
pub(super) struct Places {
    places: HashSet<u64>,
    /// The places around them.
    outer: HashSet<u64>,
}

impl Places {
    /// Adds a place, a JSON pointer.
    pub(super) fn insert(&mut self, place: &str) {
        if self.places.insert(hash_of(&place)) {
            self.outer.extend(around(place).map(|outer| hash_of(&outer)));
        }
    }

    /// Adds all places of another set.
    pub(super) fn add(&mut self, other: Self) {
        self.places.extend(other.places);
        self.outer.extend(other.outer);
    }

    /// Whether a place is in the set, within one of its places, or around one of them.
    pub(super) fn is_related(&self, place: &str) -> bool {
        self.outer.contains(&hash_of(&place))
            || around(place)
                .chain([place])
                .any(|outer| self.places.contains(&hash_of(&outer)))
    }
}

/// The places around a place, outermost first.
fn around(place: &str) -> impl Iterator<Item = &str> {
    place.match_indices('/').map(|(end, _)| &place[..end])
}

pub(super) fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
