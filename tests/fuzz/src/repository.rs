//! Restores from repositories with changed files.
//!
//! The repository has one backup of a small tree. The bytes are [edits](Edit) of its files, as they are stored or
//! decrypted. Each run restores the backup to a new directory.

mod edit;
mod original;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use appkeep_core::engine::{
    Engine, EngineError, Progress, Restore, RestoreData, RestoreReport, RestoreTarget, TargetPolicy,
};
use appkeep_core::ids::AppRestoreId;
use appkeep_engine::{EngineConfig, Priority, RusticEngine};
use appkeep_tests::assert_same_tree;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::edit::{Edit, Part};
use self::original::{APP_ID, BACKUP_ID, FILES, Files, Original, bucket_in};
use crate::{panics, runtime};

static ORIGINAL: LazyLock<Original> = LazyLock::new(Original::new);

/// The restored backup without edits.
static RESTORED: LazyLock<Run> = LazyLock::new(|| {
    let run = Run::new(&ORIGINAL.edited(&[]));
    run.restore().expect("a restore without edits");
    for (path, content) in FILES {
        assert_eq!(
            fs::read(run.target().join(path)).expect("a file"),
            content,
            "{path}"
        );
    }
    run
});

/// Restores the backup after the edits. The restore must end with an error, or with the data that was backed up. Only
/// edits of directories that are linked by their new hashes, and of the snapshot that names the root directory, may
/// lead to other data.
///
/// # Panics
/// When the data differs, or anything outside of the restore's target was written.
pub fn repository(bytes: &[u8]) {
    panics::watch();
    let edits = Edit::all(bytes);
    let run = Run::new(&ORIGINAL.edited(&edits));
    let outcome = run.restore();
    panics::assert_none();
    run.check_surroundings();
    let may_differ = edits
        .iter()
        .any(|edit| matches!(edit.part, Part::LinkedTree | Part::Snapshot));
    match outcome {
        Ok(_) if may_differ => {}
        Ok(_) => assert_same_tree(&RESTORED.volume(), &run.volume()),
        Err(_) => assert!(!run.volume().exists(), "a failed restore left data"),
    }
}

/// The files below a directory with their contents, and the directories.
type Contents = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// A directory with an edited repository, and the target of its restore.
struct Run {
    dir: TempDir,
    /// Everything in the bucket and next to the target.
    before: Contents,
}

impl Run {
    fn new(files: &Files) -> Self {
        let dir = TempDir::with_prefix("appkeep-fuzz-").expect("a temporary directory");
        for directory in &ORIGINAL.directories {
            fs::create_dir_all(dir.path().join(directory)).expect("a directory");
        }
        for (path, content) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, content).expect("a file");
        }
        fs::create_dir(dir.path().join("around")).expect("a directory");
        let mut run = Self {
            dir,
            before: Contents::new(),
        };
        run.before = run.surroundings();
        run
    }

    fn target(&self) -> PathBuf {
        self.dir.path().join("around/target")
    }

    /// The restored volume.
    fn volume(&self) -> PathBuf {
        self.target().join("data")
    }

    fn restore(&self) -> Result<RestoreReport, EngineError> {
        static RESTORES: AtomicU64 = AtomicU64::new(1);
        let data_dir = self.dir.path().join("data");
        let engine = RusticEngine::new(&EngineConfig { data_dir }).with_priority(Priority::Normal);
        let id = RESTORES.fetch_add(1, Ordering::Relaxed);
        let request = Restore {
            id: AppRestoreId::new(Uuid::from_u128(id.into())),
            app_id: APP_ID,
            source_app_id: APP_ID,
            source: RestoreData::Backup {
                bucket: bucket_in(self.dir.path()),
                backup_id: BACKUP_ID,
            },
            target: RestoreTarget::Directory {
                path: self.target(),
                policy: TargetPolicy::Refuse,
            },
            include: Vec::new(),
            within: Vec::new(),
            protected: Vec::new(),
        };
        let progress = watch::Sender::new(Progress::default());
        let cancel = CancellationToken::new();
        runtime::run(engine.restore(&request, &progress, &cancel))
    }

    /// What is in the bucket and next to the target. The engine's own data is left out.
    fn surroundings(&self) -> Contents {
        let mut found = Contents::new();
        for entry in fs::read_dir(self.dir.path()).expect("a directory") {
            let path = entry.expect("an entry").path();
            if !path.ends_with("data") {
                add_below(&path, &self.target(), &mut found);
            }
        }
        found
    }

    fn check_surroundings(&self) {
        let after = self.surroundings();
        assert!(
            after.keys().eq(self.before.keys()),
            "the restore created or deleted other files: {:?}, before {:?}",
            after.keys(),
            self.before.keys()
        );
        for (path, content) in &after {
            assert_eq!(
                Some(content),
                self.before.get(path),
                "the restore changed {}",
                path.display()
            );
        }
    }
}

/// Adds a path and everything below it, except for one directory.
fn add_below(path: &Path, except: &Path, into: &mut Contents) {
    if path == except {
        return;
    }
    let metadata = path.symlink_metadata().expect("an entry");
    if metadata.is_dir() {
        for entry in fs::read_dir(path).expect("a directory") {
            add_below(&entry.expect("an entry").path(), except, into);
        }
    }
    let content = metadata.is_file().then(|| fs::read(path).expect("a file"));
    into.insert(path.to_owned(), content);
}
