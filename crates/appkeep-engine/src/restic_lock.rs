//! Lock files in a repository, in restic's format.
//!
//! The library neither writes nor checks lock files. While a backup holds a lock, `restic prune` refuses to
//! run; while restic holds a lock, this server's changes wait. As in restic, a lock is written first and the
//! other locks are checked again afterwards, so that at least one of two concurrent processes notices.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use aes256ctr_poly1305aes::aead::{Aead, AeadInPlace};
use aes256ctr_poly1305aes::{Aes256CtrPoly1305Aes, Key};
use appkeep_core::boot_instant::BootInstant;
use appkeep_core::engine::EngineError;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use rustic_core::repofile::MasterKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::backend::RepositoryLocation;
use crate::failure::{self, storage};
use crate::identity::SharedInstallation;
use crate::machine;
use crate::storage::Object;
use crate::write_gate::WriteGate;

/// The interval at which a lock is replaced with a new one. restic uses the same value.
const REFRESH_EVERY: Duration = Duration::from_mins(5);

/// The age at which a lock is stale. This is restic's value.
const STALE_AFTER: Duration = Duration::from_mins(30);

/// After this time without a refresh nothing more is written: others may soon treat the lock as stale.
const WRITE_FOR: Duration = Duration::from_mins(25);

/// The interval at which operations check that their own lock still exists.
pub(crate) const CHECK_EVERY: Duration = Duration::from_secs(5);

/// The directory of locks in a repository.
const LOCKS_DIR: &str = "locks";

/// The maximum size of a lock file that is read, in bytes.
const LOCK_BYTES_MAX: u64 = 64 << 10;

/// The size of a nonce and of a message authentication code, in bytes.
const NONCE_BYTES: usize = 16;

/// The first byte of a compressed lock.
const COMPRESSED: u8 = 2;

/// The mode of a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// For backups, which can run at the same time.
    Shared,
    /// For a delete, which removes data that others may rely on.
    Exclusive,
}

/// The content of a lock file, with restic's names.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Content {
    time: DateTime<Utc>,
    exclusive: bool,
    hostname: String,
    username: String,
    pid: u32,
    #[serde(default)]
    uid: u32,
    #[serde(default)]
    gid: u32,
    /// The server process that wrote the lock; restic ignores this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    appkeep: Option<Uuid>,
}

/// The locks of a repository.
#[derive(Clone)]
pub(crate) struct RepositoryLocks {
    /// The repository. Its storage stays usable when the job is cancelled: the lock must still be removed.
    pub(crate) location: RepositoryLocation,
    /// The key that encrypts the repository's files.
    pub(crate) key: MasterKey,
    /// This server process. Its installation has claimed the bucket.
    pub(crate) owner: Uuid,
    /// The installation, if several servers share it.
    pub(crate) shared: Option<SharedInstallation>,
    /// [`CHECK_EVERY`].
    pub(crate) check_every: Duration,
}

/// A lock, held until dropped.
#[derive(Debug)]
pub(crate) struct RepositoryLock {
    stop: Option<mpsc::Sender<()>>,
    refresher: Option<JoinHandle<()>>,
}

impl Drop for RepositoryLock {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(refresher) = self.refresher.take() {
            // The thread has logged its errors.
            let _ = refresher.join();
        }
    }
}

impl RepositoryLocks {
    /// Locks the repository. `gate` is shut if the lock can't be refreshed, or was removed by another process, which no
    /// longer respects it.
    ///
    /// # Errors
    /// [`EngineError::Busy`] if another process has a lock that excludes this one; [`EngineError::Storage`]
    /// if locks can't be read or written.
    pub(crate) fn lock(&self, mode: Mode, gate: &Arc<WriteGate>) -> Result<RepositoryLock, EngineError> {
        self.check(mode)?;
        let lock = LockFile::write(self, mode).map_err(|error| {
            if failure::has_no_room(&error) {
                gate.note_full();
            }
            storage("writing a lock", &error)
        })?;
        if let Err(error) = self.check(mode) {
            lock.remove();
            return Err(error);
        }
        let held = Arc::new(HeldLock::new(lock, self.check_every));
        let checked = Arc::clone(&held);
        gate.hold_lock(move || checked.check());
        let (sender, stopped) = mpsc::channel();
        let (locks, gate) = (self.clone(), Arc::clone(gate));
        let refresher = std::thread::Builder::new()
            .name("repository-lock".to_owned())
            .spawn(move || locks.refresh(&held, mode, &gate, &stopped))
            .map_err(|error| storage("starting a thread", &error))?;
        Ok(RepositoryLock {
            stop: Some(sender),
            refresher: Some(refresher),
        })
    }

    /// Refreshes a lock regularly until `stopped` disconnects, then removes it.
    fn refresh(&self, held: &HeldLock, mode: Mode, gate: &WriteGate, stopped: &mpsc::Receiver<()>) {
        while stopped.recv_timeout(REFRESH_EVERY) == Err(RecvTimeoutError::Timeout) {
            // A new lock would conceal that the old one was lost.
            if let Err(reason) = held.check_now() {
                gate.shut(&reason);
                break;
            }
            match LockFile::write(self, mode) {
                Ok(next) => held.replace(next),
                Err(error) => tracing::warn!(%error, "a lock was not refreshed"),
            }
        }
        held.remove();
    }

    /// Checks that no other process has a lock that excludes `mode`. Removes stale locks.
    ///
    /// # Errors
    /// [`EngineError::Busy`] if there is such a lock; [`EngineError::Storage`] if the locks can't be read.
    pub(crate) fn check(&self, mode: Mode) -> Result<(), EngineError> {
        let failed = |error: io::Error| storage("reading the repository's locks", &error);
        let RepositoryLocation { storage: objects, .. } = &self.location;
        let locks = match objects.list(&self.location.key(&[LOCKS_DIR])) {
            // A tool that copies trees may have omitted empty directories.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            found => found.map_err(failed)?,
        };
        for object in locks {
            let Some(other) = self.read(&object).map_err(failed)? else {
                continue;
            };
            let name = object.name;
            if other.appkeep == Some(self.owner) {
                // The in-process locks coordinate this server's own jobs.
                continue;
            }
            if self.is_stale(&other) {
                tracing::warn!(
                    name, host = other.hostname, pid = other.pid, time = %other.time, "a stale lock is removed"
                );
                let removed = objects.delete(&self.location.key(&[LOCKS_DIR, &name]));
                removed.map_err(|error| storage("removing a stale lock", &error))?;
            } else if other.exclusive || mode == Mode::Exclusive {
                let Content {
                    hostname, pid, time, ..
                } = other;
                return Err(EngineError::Busy(format!(
                    "the repository is locked by process {pid} on {hostname} since {time}",
                    time = time.format("%FT%TZ"),
                )));
            }
        }
        Ok(())
    }

    /// Whether the process that wrote a lock no longer relies on it.
    fn is_stale(&self, other: &Content) -> bool {
        // restic compares the clocks of different machines, and so must this.
        let is_old = machine::now() - other.time > TimeDelta::from_std(STALE_AFTER).unwrap_or(TimeDelta::MAX);
        let is_here = other.hostname == machine::hostname();
        match (other.appkeep, &self.shared) {
            // It may have lost its job's lease, but not have noticed yet.
            (Some(server_id), Some(shared)) => !shared.may_be_live(server_id),
            // This process has the data directory and the bucket, so an earlier one has ended.
            (Some(_), None) => true,
            (None, _) => is_old || (is_here && !machine::is_running(other.pid)),
        }
    }

    /// Reads a lock. Returns `None` if it was deleted or isn't a valid lock; restic ignores such files, too.
    fn read(&self, object: &Object) -> io::Result<Option<Content>> {
        let sealed = if object.size > LOCK_BYTES_MAX {
            Bytes::new()
        } else {
            match self
                .location
                .storage
                .get(&self.location.key(&[LOCKS_DIR, &object.name]))
            {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                found => found?,
            }
        };
        let content = self.open(&sealed);
        if content.is_none() {
            tracing::warn!(object.name, "not a lock of this repository");
        }
        Ok(content)
    }

    fn open(&self, sealed: &[u8]) -> Option<Content> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        let opened = cipher(&self.key)?.decrypt(nonce.into(), sealed).ok()?;
        match opened.split_first()? {
            (&COMPRESSED, packed) => serde_json::from_slice(&zstd::decode_all(packed).ok()?).ok(),
            _ => serde_json::from_slice(&opened).ok(),
        }
    }

    fn seal(&self, content: &Content) -> io::Result<Vec<u8>> {
        let broken = || io::Error::other("the lock can't be encrypted");
        let mut sealed = vec![0; NONCE_BYTES];
        getrandom::fill(&mut sealed).map_err(|_| broken())?;
        sealed.extend(serde_json::to_vec(content)?);
        let (nonce, text) = sealed.split_at_mut(NONCE_BYTES);
        let cipher = cipher(&self.key).ok_or_else(broken)?;
        let tag = cipher.encrypt_in_place_detached((&*nonce).into(), &[], text);
        sealed.extend(tag.map_err(|_| broken())?);
        Ok(sealed)
    }
}

/// The lock file on which a job relies.
struct HeldLock {
    /// The file, and when it was last found.
    file: Mutex<(LockFile, BootInstant)>,
    check_every: Duration,
}

impl HeldLock {
    fn new(file: LockFile, check_every: Duration) -> Self {
        let found_at = file.at;
        Self {
            file: Mutex::new((file, found_at)),
            check_every,
        }
    }

    /// Checks that the lock isn't about to become stale, and at most every [`CHECK_EVERY`] that it still exists.
    ///
    /// # Errors
    /// The reason why another process may not respect it.
    fn check(&self) -> Result<(), String> {
        self.check_after(self.check_every)
    }

    fn check_now(&self) -> Result<(), String> {
        self.check_after(Duration::ZERO)
    }

    fn check_after(&self, pause: Duration) -> Result<(), String> {
        let mut held = failure::lock(&self.file);
        Self::check_at(BootInstant::now(), &mut held, pause)
    }

    fn check_at(
        now: BootInstant,
        (file, found_at): &mut (LockFile, BootInstant),
        pause: Duration,
    ) -> Result<(), String> {
        if now - file.at >= WRITE_FOR {
            return Err("the repository's lock could not be refreshed".to_owned());
        }
        if now - *found_at < pause {
            return Ok(());
        }
        match file.exists() {
            Ok(true) => *found_at = now,
            Ok(false) => {
                return Err("another process removed this server's lock of the repository".to_owned());
            }
            // A lock that can't be found for long enough isn't refreshed, either.
            Err(error) => tracing::warn!(file.name, %error, "a lock could not be looked up"),
        }
        Ok(())
    }

    /// Replaces the file with a new one.
    fn replace(&self, next: LockFile) {
        let found_at = next.at;
        let (previous, _) = std::mem::replace(&mut *failure::lock(&self.file), (next, found_at));
        previous.remove();
    }

    fn remove(&self) {
        failure::lock(&self.file).0.remove();
    }
}

/// A lock file of this process.
struct LockFile {
    location: RepositoryLocation,
    name: String,
    at: BootInstant,
}

impl LockFile {
    fn write(locks: &RepositoryLocks, mode: Mode) -> io::Result<Self> {
        let at = BootInstant::now();
        let sealed = locks.seal(&Content {
            time: machine::now(),
            exclusive: mode == Mode::Exclusive,
            hostname: machine::hostname(),
            username: "appkeep".to_owned(),
            pid: std::process::id(),
            uid: rustix::process::getuid().as_raw(),
            gid: rustix::process::getgid().as_raw(),
            appkeep: Some(locks.owner),
        })?;
        let name = hex::encode(Sha256::digest(&sealed));
        let location = locks.location.clone();
        let key = location.key(&[LOCKS_DIR, &name]);
        location.storage.put(&key, &[Bytes::from(sealed)])?;
        Ok(Self { location, name, at })
    }

    fn exists(&self) -> io::Result<bool> {
        let key = self.location.key(&[LOCKS_DIR, &self.name]);
        Ok(self.location.storage.size(&key)?.is_some())
    }

    fn remove(&self) {
        let key = self.location.key(&[LOCKS_DIR, &self.name]);
        if let Err(error) = self.location.storage.delete(&key) {
            tracing::warn!(self.name, %error, "a lock could not be deleted");
        }
    }
}

fn cipher(key: &MasterKey) -> Option<Aes256CtrPoly1305Aes> {
    let parts = [&key.encrypt[..], &key.mac.k, &key.mac.r].concat();
    Key::from_exact_iter(parts).map(|key| Aes256CtrPoly1305Aes::new(&key))
}

#[cfg(test)]
mod tests;
