//! A small repository and its source data.

use std::collections::HashSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use appkeep_core::catalog::{Bucket, BucketLocation};
use appkeep_core::engine::{
    BackupReport, CopyBackup, EngineError, Progress, Restore, RestoreData, RestoreReport, RestoreTarget,
    TargetPolicy,
};
use appkeep_core::identity::{BackupIdentity, StoredIdentity};
use appkeep_core::ids::{AccountId, AppBackupId, AppId, AppRestoreId, AppSnapshotId, BucketId};
use chrono::DateTime;
use rustic_core::{
    BackupOptions, CheckOptions, FileType, LsOptions, ReadBackend, ReadSource, SnapshotOptions,
};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::faulty_backend::{Corrupt, Faults, FaultyBackend};
use super::matrix::Content;
use crate::backend::{RepositoryBackend, RepositoryLocation};
use crate::backup::{self, Parent, ProgressReporter};
use crate::bucket::{OpenBucket, Use};
use crate::empty_repository;
use crate::keys::KeyStore;
use crate::prune::{self, FreeSpace};
use crate::repository::{OpenRepository, RepositoryOpener, snapshots_of, tag_of};
use crate::restore::Restorer;
use crate::restore::from_backup::{Blobs, FromBackup};
use crate::restore::swap::NoFaults;
use crate::snapshot::Snapshot;
use crate::storage::Storages;
use crate::tree_source::{BackupSource, TreeSource};
use crate::verify::{RecordedContent, Verification};
use crate::write_gate::WriteGate;

/// The maximum number of times that the library's check is run, as long as it panics.
const CHECKS_MAX: usize = 10;

/// Source data, and a repository with a backend in which faults can be injected.
pub(super) struct TestRepository {
    pub(super) dir: TempDir,
    bucket: Bucket,
    app_id: AppId,
    keys: KeyStore,
    pub(super) verify_percent: u8,
    pub(super) corrupt: Corrupt,
}

impl TestRepository {
    /// Creates source data and an empty repository.
    pub(super) fn new() -> Self {
        Self::without_repository().with_repository()
    }

    /// Adds an empty repository.
    pub(super) fn with_repository(self) -> Self {
        let path = self.dir.path();
        empty_repository::install(
            &path.join("bucket"),
            &path.join("data"),
            self.bucket.id,
            self.app_id,
        );
        self
    }

    /// Creates source data only: the first backup creates the repository, which takes longer.
    pub(super) fn without_repository() -> Self {
        Self::in_dir(tempfile::tempdir().unwrap())
    }

    /// As [`TestRepository::without_repository`], if possible in memory, where writes needn't wait for a disk.
    /// The size is limited: containers often have 64 MiB.
    pub(super) fn in_memory() -> Self {
        Self::in_dir(tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap()))
    }

    fn in_dir(dir: TempDir) -> Self {
        fs::create_dir_all(dir.path().join("bucket")).unwrap();
        fs::create_dir_all(dir.path().join("source/data/below")).unwrap();
        for number in 0..20 {
            fs::write(
                dir.path().join(format!("source/data/{number}")),
                noise(number, 10_000),
            )
            .unwrap();
        }
        fs::write(dir.path().join("source/data/below/file"), "text").unwrap();
        let bucket = Bucket {
            id: BucketId::new(Uuid::from_u128(0xb)),
            account_id: AccountId::new(Uuid::from_u128(0xac)),
            name: "main".to_owned(),
            location: BucketLocation::Directory(dir.path().join("bucket")),
            is_default: true,
            backups_max: 2,
            declared: true,
        };
        let keys = KeyStore::new(&dir.path().join("data"));
        Self {
            dir,
            bucket,
            app_id: AppId::new(Uuid::from_u128(0xa)),
            keys,
            verify_percent: 100,
            corrupt: Arc::new(|_, bytes| bytes),
        }
    }

    pub(super) fn source(&self) -> PathBuf {
        self.dir.path().join("source")
    }

    /// The source data, with metadata from the file system.
    pub(super) fn tree(&self) -> TreeSource {
        TreeSource::new(Snapshot {
            directory: self.source(),
            manifest: None,
        })
    }

    pub(super) fn root(&self) -> PathBuf {
        let bucket = self.bucket.location.directory().unwrap();
        bucket.join(self.app_id.to_string())
    }

    fn open_bucket(&self) -> OpenBucket {
        OpenBucket::open(&self.bucket, &Storages::default(), &CancellationToken::new()).unwrap()
    }

    fn location(&self) -> RepositoryLocation {
        self.open_bucket().repository(self.app_id)
    }

    fn opener<'a>(&'a self, gate: &'a Arc<WriteGate>) -> RepositoryOpener<'a, ProgressReporter> {
        let reporter = ProgressReporter::hidden();
        RepositoryOpener {
            bucket: &self.bucket,
            app_id: self.app_id,
            keys: &self.keys,
            gate,
            reporter,
        }
    }

    /// Opens the repository, or creates it.
    pub(super) fn open_or_create(&self, faults: Faults) -> Result<(), EngineError> {
        self.open(&self.gate(faults, &CancellationToken::new())).map(drop)
    }

    fn open(&self, gate: &Arc<WriteGate>) -> Result<OpenRepository, EngineError> {
        let presence = self.open_bucket().presence(self.app_id, &self.keys, Use::Write)?;
        self.opener(gate).open_or_create(presence)
    }

    /// Opens the repository without changes: opening it for a backup may complete it.
    fn open_to_look(&self, gate: &Arc<WriteGate>) -> OpenRepository {
        self.opener(gate).open().unwrap()
    }

    fn gate(&self, faults: Faults, cancel: &CancellationToken) -> Arc<WriteGate> {
        let backend = FaultyBackend {
            backend: RepositoryBackend::new(self.location()),
            faults,
            corrupt: Arc::clone(&self.corrupt),
        };
        Arc::new(WriteGate::new(Arc::new(backend), cancel))
    }

    /// Stores the entries of `source` as the backup `number`.
    pub(super) fn store<S: BackupSource>(
        &self,
        number: u128,
        source: S,
        faults: Faults,
        cancel: &CancellationToken,
    ) -> Result<BackupReport, EngineError> {
        self.store_recorded(number, source, None, faults, cancel)
    }

    /// As [`TestRepository::store`]; what is read back is compared with `recorded`.
    pub(super) fn store_recorded<S: BackupSource>(
        &self,
        number: u128,
        source: S,
        recorded: Option<&dyn RecordedContent>,
        faults: Faults,
        cancel: &CancellationToken,
    ) -> Result<BackupReport, EngineError> {
        let gate = self.gate(faults, cancel);
        let request = self.copy_request(number);
        let progress = watch::Sender::new(Progress::default());
        let directory = match recorded {
            None => self.source(),
            Some(_) => crate::live::ROOT.into(),
        };
        backup::copy(
            self.open(&gate)?,
            &gate,
            &request,
            (&directory, &Arc::new(source), Parent::Latest),
            &progress,
            Verification {
                percent: self.verify_percent,
                backend: None,
                recorded,
            },
        )
    }

    pub(super) fn copy_request(&self, number: u128) -> CopyBackup {
        // Later backups have higher numbers.
        let snapshot_time =
            DateTime::from_timestamp(1_700_000_000 + i64::try_from(number).unwrap(), 0).unwrap();
        let backup_id = AppBackupId::new(Uuid::from_u128(number));
        CopyBackup {
            bucket: self.bucket.clone(),
            app_id: self.app_id,
            backup_id,
            snapshot_id: AppSnapshotId::new(Uuid::from_u128(1)),
            identity: BackupIdentity::derived(
                backup_id,
                self.bucket.account_id,
                self.app_id,
                "shop",
                snapshot_time,
            ),
        }
    }

    /// The identity that is stored with the backup `number`.
    pub(super) fn identity(&self, number: u128) -> BackupIdentity {
        let gate = self.gate(Faults::none(), &CancellationToken::new());
        let id = AppBackupId::new(Uuid::from_u128(number));
        let found = snapshots_of(&self.open_to_look(&gate), id).unwrap();
        match StoredIdentity::from_json(found[0].description.as_deref().unwrap()) {
            StoredIdentity::Known(identity) => *identity,
            other => panic!("{other:?}"),
        }
    }

    /// Stores the entries of `source` without any checks, as another program would.
    pub(super) fn store_unguarded<S>(&self, number: u128, source: &S)
    where
        S: ReadSource + 'static,
        S::Open: Send,
        S::Iter: Send,
    {
        let gate = self.gate(Faults::none(), &CancellationToken::new());
        let tag = tag_of(AppBackupId::new(Uuid::from_u128(number)));
        let label = SnapshotOptions::default().add_tags(&tag).unwrap();
        let mut options = BackupOptions::default();
        options.as_path = Some("/".into());
        options.no_scan = true;
        let repository = self.open(&gate).unwrap().to_indexed_ids().unwrap();
        repository
            .archive(&options, source, label.to_snapshot().unwrap(), &[self.source()])
            .unwrap();
        gate.release().unwrap();
    }

    /// Stores the entries of `source` as the backup `number`, without faults in the backend.
    pub(super) fn store_from<S: BackupSource>(
        &self,
        number: u128,
        source: S,
    ) -> Result<BackupReport, EngineError> {
        self.store(number, source, Faults::none(), &CancellationToken::new())
    }

    pub(super) fn store_whole(&self, number: u128) {
        self.store_from(number, self.tree()).unwrap();
    }

    pub(super) fn forget(&self, number: u128, faults: Faults) -> Result<(), EngineError> {
        self.forget_in(FreeSpace::Enough, number, faults)
    }

    pub(super) fn forget_in(
        &self,
        space: FreeSpace,
        number: u128,
        faults: Faults,
    ) -> Result<(), EngineError> {
        let gate = self.gate(faults, &CancellationToken::new());
        prune::forget(
            &self.open(&gate)?,
            &gate,
            AppBackupId::new(Uuid::from_u128(number)),
            &HashSet::new(),
            space,
        )
    }

    /// Opens the repository for inspection.
    pub(super) fn opened(&self) -> OpenRepository {
        let gate = self.gate(Faults::none(), &CancellationToken::new());
        self.open_to_look(&gate)
    }

    /// Restores the backup `number` to `target`, which may contain data.
    pub(super) fn restore(
        &self,
        number: u128,
        target: PathBuf,
        faults: Faults,
    ) -> Result<RestoreReport, EngineError> {
        let (progress, cancel) = (watch::Sender::new(Progress::default()), CancellationToken::new());
        let gate = self.gate(faults, &cancel);
        let backup_id = AppBackupId::new(Uuid::from_u128(number));
        let request = Restore {
            id: AppRestoreId::new(Uuid::from_u128(7)),
            app_id: self.app_id,
            source_app_id: self.app_id,
            source: RestoreData::Backup {
                bucket: self.bucket.clone(),
                backup_id,
            },
            target: RestoreTarget::Directory {
                path: target,
                policy: TargetPolicy::Replace,
            },
            include: Vec::new(),
            within: Vec::new(),
            protected: Vec::new(),
        };
        let repository = self.open(&gate)?;
        let found = snapshots_of(&repository, backup_id).map_err(|error| gate.explain("reading", &error))?;
        let tree = found[0].tree;
        let repository = repository
            .to_indexed()
            .map_err(|error| gate.explain("reading", &error))?;
        let blobs = Blobs::new(repository, gate, false);
        let data_dir = self.dir.path().join("data");
        let restorer = Restorer::new(&data_dir, &request, &progress, &cancel, &NoFaults);
        restorer.run(&mut FromBackup::new(&blobs, tree), Some(&blobs))
    }

    pub(super) fn files(&self, kind: FileType) -> usize {
        RepositoryBackend::new(self.location()).list(kind).unwrap().len()
    }

    /// The repository's version and its pack size.
    pub(super) fn format(&self) -> (u32, Option<u32>) {
        let gate = self.gate(Faults::none(), &CancellationToken::new());
        let repository = self.open_to_look(&gate);
        (repository.config().version, repository.config().datapack_size)
    }

    /// The content of a backup.
    pub(super) fn content(&self, number: u128) -> Content {
        let gate = self.gate(Faults::none(), &CancellationToken::new());
        let repository = self.open_to_look(&gate);
        let snapshots = snapshots_of(&repository, AppBackupId::new(Uuid::from_u128(number))).unwrap();
        let repository = repository.to_indexed().unwrap();
        let root = repository.node_from_snapshot_and_path(&snapshots[0], "").unwrap();
        let mut content = Content::new();
        for entry in repository.ls(&root, &LsOptions::default()).unwrap() {
            let (path, node) = entry.unwrap();
            if node.is_file() {
                repository.dump(&node, content.entry(path).or_default()).unwrap();
            }
        }
        content
    }

    /// Makes the repository faster to copy. The directories are created again when needed.
    pub(super) fn drop_empty_directories(&self) {
        for entry in fs::read_dir(self.root().join("data")).into_iter().flatten() {
            let _ = fs::remove_dir(entry.unwrap().path());
        }
    }

    /// Reads all directories with the library's check. Returns the number of references to the gate before, and the largest
    /// one while packs were read.
    pub(super) fn references_during_check(&mut self) -> (usize, usize) {
        let (watched, most) = (
            Arc::new(OnceLock::<Weak<WriteGate>>::new()),
            Arc::new(AtomicUsize::new(0)),
        );
        let (gate_of, count) = (Arc::clone(&watched), Arc::clone(&most));
        self.corrupt = Arc::new(move |kind, bytes| {
            if let (FileType::Pack, Some(gate)) = (kind, gate_of.get()) {
                count.fetch_max(gate.strong_count(), Ordering::SeqCst);
            }
            bytes
        });
        let gate = self.gate(Faults::none(), &CancellationToken::new());
        let repository = self.open_to_look(&gate);
        let before = Arc::strong_count(&gate);
        watched.set(Arc::downgrade(&gate)).unwrap();
        repository.check(CheckOptions::default()).unwrap();
        (before, most.load(Ordering::SeqCst))
    }

    /// Checks all data of all backups.
    ///
    /// The library's check requires sole ownership of the index, and panics if one of its threads hasn't
    /// released it yet. The check changes nothing, so it is repeated.
    pub(super) fn assert_whole(&self) {
        for _ in 0..CHECKS_MAX {
            let check = || self.opened().check(CheckOptions::default().read_data(true));
            match catch_unwind(AssertUnwindSafe(check)) {
                Ok(found) => {
                    let found = found.unwrap();
                    assert!(found.is_ok().is_ok(), "{found:?}");
                    return;
                }
                Err(panic) => {
                    let held = panic
                        .downcast_ref::<String>()
                        .is_some_and(|said| said.starts_with("index still in use"));
                    if !held {
                        resume_unwind(panic);
                    }
                }
            }
        }
        panic!("the library's check still found its index in use after {CHECKS_MAX} times");
    }
}

/// Incompressible bytes without repetitions; the same for the same seed.
pub(super) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    fastrand::Rng::with_seed(seed).fill(&mut bytes);
    bytes
}
