use std::fs;
use std::path::{Path, PathBuf};

use rustic_core::{FileType, Id, ReadBackend as _, WriteBackend as _};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::backend::RepositoryBackend;
use crate::fake_register::FakeRegister;
use crate::storage::DirectoryStorage;

/// The repository is the bucket's directory itself.
fn location(root: &Path) -> RepositoryLocation {
    RepositoryLocation {
        storage: Arc::new(DirectoryStorage::new(root.parent().unwrap().to_owned())),
        directory: root.file_name().unwrap().to_str().unwrap().to_owned(),
    }
}

fn locks(root: &Path, key: &MasterKey, owner: u128) -> RepositoryLocks {
    RepositoryLocks {
        location: location(root),
        key: key.clone(),
        owner: Uuid::from_u128(owner),
        shared: None,
        check_every: Duration::ZERO,
    }
}

fn gate(root: &Path) -> Arc<WriteGate> {
    let backend = Arc::new(RepositoryBackend::new(location(root)));
    Arc::new(WriteGate::new(backend, &CancellationToken::new()))
}

fn files(root: &Path) -> usize {
    fs::read_dir(root.join(LOCKS_DIR)).map_or(0, Iterator::count)
}

/// Writes a lock of another program.
fn write_foreign(
    locks: &RepositoryLocks,
    exclusive: bool,
    time: DateTime<Utc>,
    hostname: &str,
    packed: bool,
) {
    let content = Content {
        time,
        exclusive,
        hostname: hostname.to_owned(),
        username: "root".to_owned(),
        pid: std::process::id(),
        uid: 0,
        gid: 0,
        appkeep: None,
    };
    let mut text = serde_json::to_vec(&content).unwrap();
    if packed {
        text = [vec![COMPRESSED], zstd::encode_all(&text[..], 3).unwrap()].concat();
    }
    let nonce = [7; NONCE_BYTES];
    let sealed = cipher(&locks.key)
        .unwrap()
        .encrypt(&nonce.into(), &text[..])
        .unwrap();
    let directory = PathBuf::from(locks.location.describe()).join(LOCKS_DIR);
    fs::create_dir_all(&directory).unwrap();
    fs::write(
        directory.join(hex::encode(Sha256::digest(&sealed))),
        [&nonce[..], &sealed].concat(),
    )
    .unwrap();
}

#[test]
fn a_lock_file_exists_until_dropped() {
    let (dir, key) = (tempfile::tempdir().unwrap(), MasterKey::new());
    let locks = locks(dir.path(), &key, 1);
    let lock = locks.lock(Mode::Shared, &gate(dir.path())).unwrap();
    assert_eq!(files(dir.path()), 1);
    // In-process locks coordinate this server's own jobs.
    drop(locks.lock(Mode::Exclusive, &gate(dir.path())).unwrap());
    drop(lock);
    assert_eq!(files(dir.path()), 0);
}

#[test]
fn exclusive_locks_exclude_all_and_shared_ones_only_deletes() {
    for packed in [false, true] {
        for (exclusive, mode, expected) in [
            (false, Mode::Shared, true),
            (false, Mode::Exclusive, false),
            (true, Mode::Shared, false),
            (true, Mode::Exclusive, false),
        ] {
            let (dir, key) = (tempfile::tempdir().unwrap(), MasterKey::new());
            let locks = locks(dir.path(), &key, 1);
            write_foreign(&locks, exclusive, machine::now(), "elsewhere", packed);
            match locks.lock(mode, &gate(dir.path())) {
                Ok(_) => assert!(expected, "{exclusive} {mode:?}"),
                Err(EngineError::Busy(reason)) => {
                    assert!(!expected && reason.contains(" on elsewhere since "), "{reason}");
                }
                Err(error) => panic!("{error}"),
            }
            assert_eq!(files(dir.path()), 1);
        }
    }
}

#[test]
fn stale_locks_are_removed() {
    let (dir, key) = (tempfile::tempdir().unwrap(), MasterKey::new());
    let locks = locks(dir.path(), &key, 1);
    write_foreign(
        &locks,
        true,
        machine::now() - TimeDelta::minutes(31),
        "elsewhere",
        false,
    );
    locks.check(Mode::Exclusive).unwrap();
    assert_eq!(files(dir.path()), 0);
    // An earlier server process died; this one has claimed the bucket.
    LockFile::write(&self::locks(dir.path(), &key, 2), Mode::Exclusive).unwrap();
    locks.check(Mode::Shared).unwrap();
    assert_eq!(files(dir.path()), 0);
}

#[test]
fn nothing_passes_once_another_process_has_removed_the_lock() {
    let (dir, key) = (tempfile::tempdir().unwrap(), MasterKey::new());
    let (locks, gate) = (locks(dir.path(), &key, 1), gate(dir.path()));
    let _lock = locks.lock(Mode::Exclusive, &gate).unwrap();
    gate.list(FileType::Key).unwrap();
    // As a server that takes over does.
    fs::remove_dir_all(dir.path().join(LOCKS_DIR)).unwrap();
    assert!(gate.remove(FileType::Pack, &Id::default(), false).is_err());
    assert!(
        matches!(gate.failed(), Some(EngineError::Storage(reason)) if reason.contains("removed this server's lock"))
    );
}

#[test]
fn a_lock_that_was_not_refreshed_permits_nothing() {
    let (dir, key) = (tempfile::tempdir().unwrap(), MasterKey::new());
    let file = LockFile::write(&locks(dir.path(), &key, 1), Mode::Shared).unwrap();
    let held = HeldLock::new(file, CHECK_EVERY);
    held.check().unwrap();
    let mut file = failure::lock(&held.file);
    let stale_at = file.0.at + WRITE_FOR;
    let refused = HeldLock::check_at(stale_at, &mut file, CHECK_EVERY).unwrap_err();
    assert!(refused.contains("could not be refreshed"));
}

/// A sibling may still run a job whose lease it lost: it must not lose its lock, too.
#[test]
fn the_lock_of_a_sibling_is_stale_once_its_heartbeat_is() {
    let (dir, key) = (tempfile::tempdir().unwrap(), MasterKey::new());
    let register = Arc::new(FakeRegister::default());
    let locks = RepositoryLocks {
        shared: Some(SharedInstallation {
            id: Uuid::from_u128(0x1),
            servers: Arc::clone(&register) as _,
        }),
        ..locks(dir.path(), &key, 1)
    };
    let write = || LockFile::write(&self::locks(dir.path(), &key, 2), Mode::Exclusive).unwrap();
    let is_busy = || matches!(locks.check(Mode::Exclusive), Err(EngineError::Busy(_)));
    write();
    register.see(2, 0);
    assert!(is_busy(), "it registered since the register was read");
    register.see(2, 29);
    assert!(is_busy(), "its last requests may not have ended");
    register.clear();
    assert!(is_busy(), "it was registered when the register was read");
    register.forget(2);
    register.set_unavailable(true);
    assert!(is_busy(), "the register can't be read");
    assert_eq!(files(dir.path()), 1);
    register.set_unavailable(false);
    for unseen_secs in [None, Some(30)] {
        if let Some(secs) = unseen_secs {
            write();
            register.see(2, secs);
        }
        assert!(!is_busy(), "{unseen_secs:?}");
        assert_eq!(files(dir.path()), 0);
    }
}

#[test]
fn files_that_are_not_locks_are_ignored() {
    let (dir, key) = (tempfile::tempdir().unwrap(), MasterKey::new());
    fs::create_dir(dir.path().join(LOCKS_DIR)).unwrap();
    for text in ["", "short", "long enough to be a lock of some kind"] {
        fs::write(dir.path().join(LOCKS_DIR).join("file"), text).unwrap();
        locks(dir.path(), &key, 1).check(Mode::Exclusive).unwrap();
    }
    let other = MasterKey::new();
    write_foreign(
        &locks(dir.path(), &other, 1),
        true,
        machine::now(),
        "elsewhere",
        false,
    );
    locks(dir.path(), &key, 1).check(Mode::Exclusive).unwrap();
}
