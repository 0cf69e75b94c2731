//! An engine with an app and a bucket in a temporary directory.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::s3_target::S3Target;
use appkeep_core::catalog::{Bucket, BucketLocation, Consistency, SnapshotMode, Volume};
use appkeep_core::engine::{
    BackUpVolumes, BackupReport, CopyBackup, CreateSnapshot, DeleteBackup, Engine, EngineError, Progress,
    ProgressSender, SnapshotReport,
};
use appkeep_core::identity::BackupIdentity;
use appkeep_core::ids::{AccountId, AppBackupId, AppId, AppSnapshotId, BucketId};
use appkeep_engine::{BucketCredentials, EngineConfig, KeyStore, Priority, RusticEngine};
use chrono::{DateTime, Utc};
use rustix::fs::{CWD, FileType, Mode};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::empty_repository;
use crate::random_tree::{self, Entries};
use crate::tree;

/// A token that is never cancelled.
pub(crate) fn never_cancelled() -> CancellationToken {
    CancellationToken::new()
}

/// Progress without a receiver.
pub(crate) fn no_progress() -> ProgressSender {
    watch::Sender::new(Progress::default())
}

/// Cancels `cancel` once `progress` reaches `bytes`.
pub(crate) fn cancel_after(
    progress: &ProgressSender,
    bytes: u64,
    cancel: &CancellationToken,
) -> JoinHandle<()> {
    let (mut progress, cancel) = (progress.subscribe(), cancel.clone());
    tokio::spawn(async move {
        let is_reached = |progress: &Progress| progress.bytes_done >= bytes;
        progress.wait_for(is_reached).await.unwrap();
        cancel.cancel();
    })
}

/// A file of a snapshot whose content can't be read before its release, so that no backup of it is completed.
pub(crate) struct BlockedFile {
    path: PathBuf,
    kept: PathBuf,
    /// While the pipe has a writer, readers wait for data.
    pipe: File,
}

impl BlockedFile {
    fn new(path: PathBuf) -> Self {
        let kept = path.with_extension("kept");
        fs::rename(&path, &kept).unwrap();
        rustix::fs::mknodat(CWD, &path, FileType::Fifo, Mode::RWXU, 0).unwrap();
        let pipe = File::options().read(true).write(true).open(&path).unwrap();
        Self { path, kept, pipe }
    }

    /// Restores the file, and wakes its reader, whose backup was cancelled.
    pub(crate) fn release(&mut self) {
        fs::rename(&self.kept, &self.path).unwrap();
        self.pipe.write_all(b"x").unwrap();
    }
}

/// The time of all snapshots, unless a test sets another.
pub(crate) fn snapshot_time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

/// The backup with this number.
pub(crate) fn backup_id(number: u128) -> AppBackupId {
    AppBackupId::new(Uuid::from_u128(number))
}

/// The snapshot with this number.
pub(crate) fn snapshot_id(number: u128) -> AppSnapshotId {
    AppSnapshotId::new(Uuid::from_u128(number))
}

/// An engine with an app and a bucket.
pub(crate) struct Workbench {
    path: PathBuf,
    /// Deletes the directory when dropped.
    removed: Option<TempDir>,
    pub(crate) engine: RusticEngine,
    pub(crate) app_id: AppId,
    pub(crate) bucket: Bucket,
    pub(crate) volumes: Vec<Volume>,
    pub(crate) consistency: Consistency,
    s3: Option<S3Target>,
}

impl Workbench {
    /// Creates an app with one empty volume, `data`, and an empty repository.
    pub(crate) fn new() -> Self {
        let workbench = Self::without_repository();
        let bucket_dir = workbench.bucket.location.directory().unwrap();
        let data_dir = workbench.root().join("data");
        empty_repository::install(bucket_dir, &data_dir, workbench.bucket.id, workbench.app_id);
        workbench
    }

    /// Creates an app with one empty volume, `data`. Its first backup creates the repository, which is slow.
    pub(crate) fn without_repository() -> Self {
        let mut workbench = Self::bare(tempfile::tempdir().unwrap());
        workbench.add_volume("data");
        workbench
    }

    /// Creates an app with one volume, `data`, that contains these entries.
    pub(crate) fn with_tree(entries: &Entries) -> Self {
        let workbench = Self::new();
        random_tree::make(workbench.data(), entries);
        workbench
    }

    /// Creates an app without volumes; all its files are in `dir`.
    pub(crate) fn bare(dir: TempDir) -> Self {
        let mut workbench = Self::at(dir.path());
        workbench.removed = Some(dir);
        workbench
    }

    /// As [`Workbench::bare`], in a directory that is not deleted.
    pub(crate) fn at(path: &Path) -> Self {
        let bucket_dir = path.join("bucket");
        fs::create_dir_all(&bucket_dir).unwrap();
        let bucket = Bucket {
            id: BucketId::new(Uuid::from_u128(0xb)),
            account_id: AccountId::new(Uuid::from_u128(0xac)),
            name: "main".to_owned(),
            location: BucketLocation::Directory(bucket_dir),
            is_default: true,
            backups_max: 2,
            declared: true,
        };
        let engine = engine_in(&path.join("data"));
        let app_id = AppId::new(Uuid::from_u128(0xa));
        Self {
            path: path.to_owned(),
            removed: None,
            engine,
            app_id,
            bucket,
            volumes: Vec::new(),
            consistency: Consistency::Normal,
            s3: None,
        }
    }

    /// Creates an app with one empty volume, `data`, and a bucket on an S3 server.
    pub(crate) fn on_s3(target: &S3Target) -> Self {
        let mut workbench = Self::without_repository();
        workbench.bucket.location = BucketLocation::S3(Box::new(target.location.clone()));
        workbench.engine = workbench.s3_engine(target, "data");
        workbench.s3 = Some(target.clone());
        workbench
    }

    /// Creates an engine of another data directory with access to the bucket on an S3 server.
    pub(crate) fn s3_engine(&self, target: &S3Target, data: &str) -> RusticEngine {
        let credentials = BucketCredentials::default();
        credentials.replace([(self.bucket.id, target.credentials())].into());
        engine_in(&self.root().join(data)).with_credentials(credentials)
    }

    /// The environment variables with which restic finds the bucket's credentials.
    pub(crate) fn s3_environment(&self) -> Vec<(&'static str, String)> {
        self.s3.as_ref().map(S3Target::environment).unwrap_or_default()
    }

    /// Sets how many percent of each backup are read back.
    pub(crate) fn verifying(mut self, percent: u8) -> Self {
        self.engine = engine_in(&self.root().join("data")).verifying(percent);
        self
    }

    /// Adds an empty volume and returns its path.
    pub(crate) fn add_volume(&mut self, name: &str) -> PathBuf {
        let path = self.path.join("volumes").join(name);
        fs::create_dir_all(&path).unwrap();
        self.volumes.push(Volume {
            name: name.to_owned(),
            path: path.clone(),
        });
        path
    }

    /// The first volume's directory.
    pub(crate) fn data(&self) -> &Path {
        &self.volumes[0].path
    }

    /// The directory that contains all files.
    pub(crate) fn root(&self) -> &Path {
        &self.path
    }

    pub(crate) fn repository(&self) -> PathBuf {
        self.root().join("bucket").join(self.app_id.to_string())
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        let bucket = self.bucket.id.to_string();
        self.root()
            .join("data/keys")
            .join(bucket)
            .join(format!("{}.json", self.app_id))
    }

    /// The password of the repository for restic.
    pub(crate) fn password(&self) -> SecretString {
        let keys = KeyStore::new(&self.root().join("data"));
        keys.password(self.bucket.id, self.app_id).unwrap()
    }

    pub(crate) fn snapshot_dir(&self, number: u128) -> PathBuf {
        self.root()
            .join("data/snapshots")
            .join(self.app_id.to_string())
            .join(snapshot_id(number).to_string())
    }

    pub(crate) fn snapshot_request(&self, number: u128) -> CreateSnapshot {
        CreateSnapshot {
            app_id: self.app_id,
            snapshot_id: snapshot_id(number),
            volumes: self.volumes.clone(),
            consistency: self.consistency,
            snapshot_time: snapshot_time(),
        }
    }

    pub(crate) async fn create_snapshot(&self, number: u128) -> Result<SnapshotReport, EngineError> {
        self.engine
            .create_snapshot(&self.snapshot_request(number), &never_cancelled())
            .await
    }

    pub(crate) fn copy_request(&self, backup_number: u128, snapshot_number: u128) -> CopyBackup {
        let (backup_id, account_id) = (backup_id(backup_number), self.bucket.account_id);
        CopyBackup {
            bucket: self.bucket.clone(),
            app_id: self.app_id,
            backup_id,
            snapshot_id: snapshot_id(snapshot_number),
            identity: BackupIdentity::derived(backup_id, account_id, self.app_id, "shop", snapshot_time()),
        }
    }

    pub(crate) async fn copy(&self, backup_number: u128, snapshot_number: u128) -> Result<u64, EngineError> {
        let request = self.copy_request(backup_number, snapshot_number);
        let copied = self
            .engine
            .copy_backup(&request, &no_progress(), &never_cancelled())
            .await?;
        assert_eq!(copied.stored_again, [""; 0]);
        Ok(copied.bytes)
    }

    pub(crate) fn live_request(&self, number: u128) -> BackUpVolumes {
        BackUpVolumes {
            backup: self.copy_request(number, number),
            volumes: self.volumes.clone(),
            consistency: self.consistency,
        }
    }

    /// Creates a backup directly from the volumes.
    pub(crate) async fn back_up_live(
        &self,
        number: u128,
    ) -> Result<(SnapshotReport, BackupReport), EngineError> {
        let (request, progress) = (self.live_request(number), no_progress());
        self.engine
            .back_up_volumes(&request, &progress, &never_cancelled())
            .await
    }

    /// Blocks the last file of a snapshot of [`Self::write_files`].
    pub(crate) fn block_last_file(&self, snapshot_number: u128) -> BlockedFile {
        BlockedFile::new(self.snapshot_dir(snapshot_number).join("data/9"))
    }

    /// Copies snapshot 1, and cancels that after `bytes`. The last file is read afterwards.
    pub(crate) async fn copy_cancelled(
        &self,
        backup_number: u128,
        bytes: u64,
    ) -> Result<BackupReport, EngineError> {
        let (cancel, progress) = (never_cancelled(), no_progress());
        let mut blocked = self.block_last_file(1);
        let canceller = cancel_after(&progress, bytes, &cancel);
        let release = async {
            canceller.await.unwrap();
            blocked.release();
        };
        let request = self.copy_request(backup_number, 1);
        let copy = self.engine.copy_backup(&request, &progress, &cancel);
        tokio::join!(copy, release).0
    }

    /// The size of all volumes.
    pub(crate) async fn measure(&self) -> Result<u64, EngineError> {
        self.engine
            .measure_volumes(&self.volumes, SnapshotMode::Auto, &never_cancelled())
            .await
    }

    /// Writes `count` files of `bytes` incompressible bytes to the first volume.
    pub(crate) fn write_files(&self, count: u64, bytes: usize) {
        for number in 0..count {
            fs::write(self.data().join(number.to_string()), noise(number, bytes)).unwrap();
        }
    }

    /// Creates a snapshot and its backup, both with the same number.
    pub(crate) async fn back_up(&self, number: u128) -> u64 {
        self.create_snapshot(number).await.unwrap();
        self.copy(number, number).await.unwrap()
    }

    pub(crate) async fn delete(&self, number: u128) -> Result<(), EngineError> {
        let request = self.delete_request(number);
        self.engine.delete_backup(&request, &never_cancelled()).await
    }

    /// The backups in the bucket.
    pub(crate) async fn list_backups(&self) -> Result<HashSet<AppBackupId>, EngineError> {
        let (bucket, app_id) = (&self.bucket, self.app_id);
        self.engine.list_backups(bucket, app_id, &never_cancelled()).await
    }

    pub(crate) fn delete_request(&self, number: u128) -> DeleteBackup {
        DeleteBackup {
            bucket: self.bucket.clone(),
            app_id: self.app_id,
            backup_id: backup_id(number),
            keep: HashSet::new(),
        }
    }

    /// The number of files below a directory of the repository, and their total size in bytes.
    pub(crate) fn stored(&self, directory: &str) -> (usize, u64) {
        let directory = self.repository().join(directory);
        if !directory.exists() {
            return (0, 0);
        }
        let files = walkdir::WalkDir::new(directory).into_iter();
        let files = files
            .map(|entry| entry.unwrap().metadata().unwrap())
            .filter(fs::Metadata::is_file);
        files.fold((0, 0), |(count, bytes), file| (count + 1, bytes + file.len()))
    }
}

/// Creates an engine that doesn't need idle CPU time, which concurrent tests may use up.
fn engine_in(data_dir: &Path) -> RusticEngine {
    let data_dir = data_dir.to_owned();
    RusticEngine::new(&EngineConfig { data_dir }).with_priority(Priority::Low)
}

/// Creates an app with two volumes: `data`, with everything that is difficult to copy, and `config`. Returns
/// the directory of `config`, too.
pub(crate) fn odd_volumes() -> (Workbench, PathBuf) {
    add_odd_volumes(Workbench::new())
}

/// As [`odd_volumes`], for an app with one empty volume.
pub(crate) fn add_odd_volumes(mut workbench: Workbench) -> (Workbench, PathBuf) {
    let config = workbench.add_volume("config");
    fs::write(config.join("settings"), "on").unwrap();
    tree::make_volume(workbench.data());
    (workbench, config)
}

/// Blocks on a future, for tests that can't be asynchronous.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

/// Incompressible bytes without repetitions; the same for the same seed.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    fastrand::Rng::with_seed(seed).fill(&mut bytes);
    bytes
}
