//! The record of a snapshot: collected during its creation, stored next to it, and returned if an existing
//! snapshot is requested again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use appkeep_core::catalog::Consistency;
use appkeep_core::engine::{EngineError, SnapshotLevel, SnapshotReport};
use chrono::{DateTime, Utc};
use rustix::fs::FileType;
use serde::{Deserialize, Serialize};

use super::manifest;
use crate::durable;
use crate::failure::Reasons;

/// The maximum number of notes that are kept. Further ones are only counted.
const NOTES_MAX: usize = 32;

/// The record of a snapshot that is being created.
#[derive(Debug)]
pub(crate) struct Record {
    report: SnapshotReport,
    more: u64,
    lost: Reasons,
}

impl Record {
    /// Creates a record with the snapshot's time and the strongest level, which volumes can only lower.
    pub(crate) fn new(snapshot_time: DateTime<Utc>) -> Self {
        Self {
            report: SnapshotReport {
                snapshot_time,
                level: SnapshotLevel::Subvolume,
                skipped: 0,
                metadata_lost: 0,
                changed: 0,
                notes: Vec::new(),
            },
            more: 0,
            lost: Reasons::default(),
        }
    }

    /// Records the level of a volume.
    pub(crate) fn reach(&mut self, level: SnapshotLevel) {
        self.report.level = self.report.level.max(level);
    }

    /// Records a note for the user.
    pub(crate) fn note(&mut self, note: String) {
        if self.report.notes.len() < NOTES_MAX {
            self.report.notes.push(note);
        } else {
            self.more += 1;
        }
    }

    /// Records an entry that can't be copied because of its type.
    pub(crate) fn skip(&mut self, path: &Path, kind: FileType) {
        self.report.skipped += 1;
        let kind = match kind {
            FileType::Socket => "a socket",
            FileType::Fifo => "a pipe",
            FileType::CharacterDevice | FileType::BlockDevice => "a device",
            _ => "of an unknown kind",
        };
        self.note(format!("{}: left out because it is {kind}", path.display()));
    }

    /// Records metadata of an entry that can't be kept; `what` includes the reason.
    pub(crate) fn lose(&mut self, path: &Path, what: &str) {
        self.report.metadata_lost += 1;
        self.lost.push(format!("{}: {what}", path.display()));
        self.note(format!("{}: {what}; it is not kept", path.display()));
    }

    /// Records a file whose content is kept although it changed while it was read.
    pub(crate) fn change(&mut self, path: &Path) {
        self.report.changed += 1;
        self.note(format!(
            "{}: changed while it was read; the last content is kept",
            path.display()
        ));
    }

    /// The snapshot's time.
    pub(crate) fn snapshot_time(&self) -> DateTime<Utc> {
        self.report.snapshot_time
    }

    /// Returns the complete record.
    ///
    /// # Errors
    /// [`EngineError::Unreadable`] if metadata can't be kept although the consistency level requires it.
    pub(crate) fn finish(mut self, consistency: Consistency) -> Result<SnapshotReport, EngineError> {
        if consistency == Consistency::Strict {
            self.lost.into_result()?;
        }
        if self.more > 0 {
            self.report.notes.push(format!("and {} more", self.more));
        }
        Ok(self.report)
    }
}

/// The stored form of a record.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    #[serde(flatten)]
    report: SnapshotReport,
    /// Whether there is a manifest. Snapshots of earlier versions have none: their copies have the originals'
    /// metadata.
    #[serde(default)]
    has_manifest: bool,
}

/// The path of the record of the snapshot at `path`.
fn path_of(path: &Path) -> PathBuf {
    path.with_extension("taken")
}

fn temporary_path_of(path: &Path) -> PathBuf {
    path.with_extension("taken-new")
}

/// Stores the record of the snapshot at `path` durably.
pub(crate) fn write(path: &Path, report: &SnapshotReport) -> io::Result<()> {
    let stored = Stored {
        report: report.clone(),
        has_manifest: true,
    };
    let text = serde_json::to_vec(&stored)?;
    durable::write(&path_of(path), &temporary_path_of(path), &[text])
}

/// Reads the record of the snapshot at `path`.
pub(crate) fn read(path: &Path) -> io::Result<SnapshotReport> {
    stored(path).map(|stored| stored.report)
}

/// Whether the snapshot at `path` has a manifest.
pub(crate) fn has_manifest(path: &Path) -> io::Result<bool> {
    match stored(path) {
        Ok(stored) => Ok(stored.has_manifest),
        Err(error) if error.kind() == io::ErrorKind::NotFound => manifest::path_of(path).try_exists(),
        Err(error) => Err(error),
    }
}

fn stored(path: &Path) -> io::Result<Stored> {
    Ok(serde_json::from_slice(&fs::read(path_of(path))?)?)
}

/// Deletes the record and the manifest of the snapshot at `path`, if they exist.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    for place in [path_of(path), temporary_path_of(path), manifest::path_of(path)] {
        durable::remove(&place)?;
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
        let report = record.finish(Consistency::Normal).unwrap();
        assert_eq!((report.level, report.skipped), (SnapshotLevel::Copy, 40));
        assert_eq!(report.notes.len(), NOTES_MAX + 1);
        assert_eq!(report.notes[0], "data/socket: left out because it is a socket");
        assert_eq!(report.notes[NOTES_MAX], "and 8 more");
    }

    #[test]
    fn lost_metadata_is_counted_and_fails_only_where_it_must() {
        let record = || {
            let mut record = Record::new(DateTime::UNIX_EPOCH);
            record.lose("data/file".as_ref(), "its attribute user.a: Permission denied");
            record
        };
        for consistency in [Consistency::Normal, Consistency::Relaxed] {
            let report = record().finish(consistency).unwrap();
            assert_eq!(report.metadata_lost, 1);
            let note = "data/file: its attribute user.a: Permission denied; it is not kept";
            assert_eq!(report.notes, [note]);
        }
        match record().finish(Consistency::Strict) {
            Err(EngineError::Unreadable(reasons)) => {
                assert_eq!(reasons, ["data/file: its attribute user.a: Permission denied"]);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_record_can_be_read_until_it_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("snapshot");
        let mut record = Record::new(DateTime::UNIX_EPOCH);
        record.note("a note".to_owned());
        let report = record.finish(Consistency::Normal).unwrap();
        write(&path, &report).unwrap();
        assert_eq!(read(&path).unwrap(), report);
        assert!(has_manifest(&path).unwrap());
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert_eq!(read(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(!has_manifest(&path).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_record_of_an_earlier_version_has_no_manifest() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("snapshot");
        let text = r#"{"taken_at":"2026-01-01T00:00:00Z","level":"copy","skipped":2,"notes":["one"]}"#;
        fs::write(dir.path().join("snapshot.taken"), text).unwrap();
        assert!(!has_manifest(&path).unwrap());
        assert_eq!(
            (read(&path).unwrap().skipped, read(&path).unwrap().metadata_lost),
            (2, 0)
        );
    }
}
