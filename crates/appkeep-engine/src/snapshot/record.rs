//! What a snapshot turned out to be: gathered while it is taken, kept beside it, and read again by whoever
//! asks for a snapshot that is there already.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use appkeep_core::engine::{SnapshotLevel, SnapshotTaken};
use chrono::{DateTime, Utc};
use rustix::fs::FileType;

use crate::durable;

/// How many notes are kept. More are only counted.
const NOTES_MAX: usize = 32;

/// What is known of a snapshot that is being taken.
#[derive(Debug)]
pub(crate) struct Record {
    taken: SnapshotTaken,
    more: u64,
}

impl Record {
    /// Nothing is known but the moment, and that there is nothing better than this.
    pub(crate) fn new(taken_at: DateTime<Utc>) -> Self {
        Self {
            taken: SnapshotTaken {
                taken_at,
                level: SnapshotLevel::Subvolume,
                skipped: 0,
                notes: Vec::new(),
            },
            more: 0,
        }
    }

    /// A volume reached this level.
    pub(crate) fn reach(&mut self, level: SnapshotLevel) {
        self.taken.level = self.taken.level.max(level);
    }

    /// A person should know this.
    pub(crate) fn note(&mut self, note: String) {
        if self.taken.notes.len() < NOTES_MAX {
            self.taken.notes.push(note);
        } else {
            self.more += 1;
        }
    }

    /// An entry can't be copied, because of its kind.
    pub(crate) fn skip(&mut self, path: &Path, kind: FileType) {
        self.taken.skipped += 1;
        let kind = match kind {
            FileType::Socket => "a socket",
            FileType::Fifo => "a pipe",
            FileType::CharacterDevice | FileType::BlockDevice => "a device",
            _ => "of an unknown kind",
        };
        self.note(format!("{}: left out, it is {kind}", path.display()));
    }

    /// All of it.
    pub(crate) fn finish(mut self) -> SnapshotTaken {
        if self.more > 0 {
            self.taken.notes.push(format!("and {} more", self.more));
        }
        self.taken
    }
}

/// Where the record of the snapshot at `path` is.
fn place_of(path: &Path) -> PathBuf {
    path.with_extension("taken")
}

fn place_beside(path: &Path) -> PathBuf {
    path.with_extension("taken-new")
}

/// Keeps what the snapshot at `path` is, durably.
///
/// # Errors
/// As the system says.
pub(crate) fn write(path: &Path, taken: &SnapshotTaken) -> io::Result<()> {
    let text = serde_json::to_vec(taken)?;
    durable::write(&place_of(path), &place_beside(path), &[text])
}

/// What the snapshot at `path` is.
///
/// # Errors
/// As the system says.
pub(crate) fn read(path: &Path) -> io::Result<SnapshotTaken> {
    Ok(serde_json::from_slice(&fs::read(place_of(path))?)?)
}

/// Forgets what the snapshot at `path` was. No record is fine.
///
/// # Errors
/// As the system says.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    for place in [place_of(path), place_beside(path)] {
        match fs::remove_file(place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weakest_level_counts_and_notes_are_bounded() {
        let mut record = Record::new(DateTime::UNIX_EPOCH);
        record.reach(SnapshotLevel::Copy);
        record.reach(SnapshotLevel::Reflink);
        for _ in 0..40 {
            record.skip("data/socket".as_ref(), FileType::Socket);
        }
        let taken = record.finish();
        assert_eq!((taken.level, taken.skipped), (SnapshotLevel::Copy, 40));
        assert_eq!(taken.notes.len(), NOTES_MAX + 1);
        assert_eq!(taken.notes[0], "data/socket: left out, it is a socket");
        assert_eq!(taken.notes[NOTES_MAX], "and 8 more");
    }

    #[test]
    fn what_was_written_is_read_until_it_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("snapshot");
        let mut record = Record::new(DateTime::UNIX_EPOCH);
        record.note("a note".to_owned());
        let taken = record.finish();
        write(&path, &taken).unwrap();
        assert_eq!(read(&path).unwrap(), taken);
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert_eq!(read(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
