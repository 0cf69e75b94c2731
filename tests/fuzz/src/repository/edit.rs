//! Edits of a repository, in a format that mutations rarely make invalid.
//!
//! An edit has a byte for the part, one that selects among several of its kind, and three little-endian numbers of 16
//! bits: an offset, a number of bytes to remove there, and a number of bytes to insert, which follow.

/// The maximum number of edits in an input.
const EDITS_MAX: usize = 4;

/// The size of an edit without the inserted bytes, in bytes.
const HEAD_BYTES: usize = 8;

/// A part of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Files as they are stored.
    ConfigFile,
    KeyFile,
    IndexFile,
    SnapshotFile,
    TreePack,
    DataPack,
    /// The server's copy of the key.
    ServerKey,
    /// Files before they are encrypted.
    Config,
    Index,
    Snapshot,
    /// A directory, and the content of a file, in an encrypted pack. The index has them under their previous hashes.
    Tree,
    Data,
    /// A directory that is in the index under its new hash. Its parent directories and the snapshot name it, too.
    LinkedTree,
}

/// The parts, by their numbers.
pub(super) const PARTS: [Part; 13] = [
    Part::ConfigFile,
    Part::KeyFile,
    Part::IndexFile,
    Part::SnapshotFile,
    Part::TreePack,
    Part::DataPack,
    Part::ServerKey,
    Part::Config,
    Part::Index,
    Part::Snapshot,
    Part::Tree,
    Part::Data,
    Part::LinkedTree,
];

/// An edit: bytes that replace others at an offset.
#[derive(Debug)]
pub(super) struct Edit<'a> {
    pub(super) part: Part,
    which: usize,
    at: usize,
    removed: usize,
    inserted: &'a [u8],
}

impl<'a> Edit<'a> {
    /// The edits in an input. The last one may be cut off.
    pub(super) fn all(mut bytes: &'a [u8]) -> Vec<Self> {
        let mut edits = Vec::new();
        while edits.len() < EDITS_MAX
            && let Some((head, rest)) = bytes.split_first_chunk::<HEAD_BYTES>()
        {
            let number = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
            let (inserted, after) = rest.split_at(number(6).min(rest.len()));
            edits.push(Self {
                part: PARTS[usize::from(head[0]) % PARTS.len()],
                which: head[1].into(),
                at: number(2),
                removed: number(4),
                inserted,
            });
            bytes = after;
        }
        edits
    }

    /// Whether the edit is for the part with this number among `count` of its kind.
    pub(super) fn is_for(&self, part: Part, number: usize, count: usize) -> bool {
        self.part == part && self.which % count == number
    }

    /// Applies the edit. Numbers beyond the end mean the end.
    pub(super) fn apply(&self, content: &mut Vec<u8>) {
        let start = self.at.min(content.len());
        let end = start.saturating_add(self.removed).min(content.len());
        content.splice(start..end, self.inserted.iter().copied());
    }
}
