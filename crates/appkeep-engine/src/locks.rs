//! Locks for repositories, snapshots and volumes within this process.
//!
//! A prune during a backup deletes packs that the backup refers to, and neither of them notices. Therefore
//! backups share a repository, and a prune locks it exclusively. Other processes are excluded by the data
//! directory's own lock, which is elsewhere.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Weak};

use appkeep_core::engine::EngineError;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};
use tokio_util::sync::CancellationToken;

use crate::failure;

/// A resource that can be locked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum LockKey {
    /// A snapshot's directory: reads are shared; creation and deletion are exclusive.
    Snapshot(PathBuf),
    /// A repository: backups are shared; a prune is exclusive.
    Repository(String),
    /// The right to write a backup to a repository. Two concurrent backups would both store their common
    /// data.
    BackupSlot(String),
    /// The volumes of an app: snapshots are shared; a restore is exclusive.
    Volumes(PathBuf),
    /// Restores of an app to directories: one at a time.
    Targets(PathBuf),
}

/// Held while a resource is used together with others.
pub(crate) type SharedGuard = OwnedRwLockReadGuard<()>;

/// Held while a resource is used exclusively.
pub(crate) type ExclusiveGuard = OwnedRwLockWriteGuard<()>;

/// The locks of all resources in use.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    in_use: Mutex<HashMap<LockKey, Weak<RwLock<()>>>>,
}

impl Locks {
    /// Waits for shared access to `place`.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the caller cancels meanwhile.
    pub(crate) async fn shared(
        &self,
        key: LockKey,
        cancel: &CancellationToken,
    ) -> Result<SharedGuard, EngineError> {
        let lock = self.lock_of(key);
        cancel
            .run_until_cancelled(lock.read_owned())
            .await
            .ok_or(EngineError::Cancelled)
    }

    /// Waits for exclusive access to `place`.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the caller cancels meanwhile.
    pub(crate) async fn exclusive(
        &self,
        key: LockKey,
        cancel: &CancellationToken,
    ) -> Result<ExclusiveGuard, EngineError> {
        let lock = self.lock_of(key);
        cancel
            .run_until_cancelled(lock.write_owned())
            .await
            .ok_or(EngineError::Cancelled)
    }

    fn lock_of(&self, key: LockKey) -> Arc<RwLock<()>> {
        let mut in_use = failure::lock(&self.in_use);
        if let Some(lock) = in_use.get(&key).and_then(Weak::upgrade) {
            return lock;
        }
        in_use.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(RwLock::new(()));
        in_use.insert(key, Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> LockKey {
        LockKey::Repository("/bucket/app".into())
    }

    #[tokio::test]
    async fn a_prune_waits_for_a_backup_and_gives_up_when_cancelled() {
        let locks = Locks::default();
        let cancel = CancellationToken::new();
        let backup = locks.shared(repository(), &cancel).await.unwrap();
        let another = locks.shared(repository(), &cancel).await.unwrap();
        drop(another);

        let cancelled = CancellationToken::new();
        cancelled.cancel();
        let refused = locks.exclusive(repository(), &cancelled).await;
        assert!(matches!(refused, Err(EngineError::Cancelled)));

        drop(backup);
        locks.exclusive(repository(), &cancel).await.unwrap();
    }

    #[tokio::test]
    async fn keys_of_different_kinds_do_not_conflict() {
        let locks = Locks::default();
        let cancel = CancellationToken::new();
        let _prune = locks.exclusive(repository(), &cancel).await.unwrap();
        let _turn = locks
            .exclusive(LockKey::BackupSlot("/bucket/app".into()), &cancel)
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn unused_locks_are_removed() {
        let locks = Locks::default();
        let cancel = CancellationToken::new();
        for app in 0..100 {
            locks
                .shared(LockKey::Repository(format!("/bucket/{app}")), &cancel)
                .await
                .unwrap();
        }
        assert_eq!(locks.in_use.lock().unwrap().len(), 1);
    }
}
