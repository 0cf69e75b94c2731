use std::path::Path;
use std::sync::mpsc;

use super::*;

use uuid::Uuid;

use crate::backend::RepositoryLocation;
use crate::fake_register::FakeRegister;
use crate::fence::ClaimTime;
use crate::identity::SharedInstallation;
use crate::storage::DirectoryStorage;

fn backend_in(bucket: &Path) -> RepositoryBackend {
    RepositoryBackend::new(RepositoryLocation {
        storage: Arc::new(DirectoryStorage::new(bucket.to_owned())),
        directory: "app".to_owned(),
    })
}

fn gate(cancel: &CancellationToken) -> (tempfile::TempDir, WriteGate) {
    let dir = tempfile::tempdir().unwrap();
    let gate = WriteGate::new(Arc::new(backend_in(dir.path())), cancel);
    gate.create().unwrap();
    gate.write_bytes(FileType::Config, &Id::default(), false, b"sealed".to_vec().into())
        .unwrap();
    (dir, gate)
}

fn write(gate: &WriteGate, kind: FileType) -> RusticResult<()> {
    gate.write_bytes(kind, &Id::new([7; 32]), false, b"bytes".to_vec().into())
}

#[test]
fn a_snapshot_file_is_held_back_until_released() {
    let (_dir, gate) = gate(&CancellationToken::new());
    write(&gate, FileType::Snapshot).unwrap();
    assert_eq!(gate.list(FileType::Snapshot).unwrap(), []);
    gate.release().unwrap();
    assert_eq!(gate.list(FileType::Snapshot).unwrap(), [Id::new([7; 32])]);
    assert!(matches!(gate.release(), Err(EngineError::Broken(_))));
}

/// The bucket may have been taken over since the backup began.
#[test]
fn a_snapshot_file_is_not_released_when_the_check_fails() {
    let (_dir, gate) = gate(&CancellationToken::new());
    let gate = gate.checking(|| Err(EngineError::Busy("used by another server".to_owned())));
    write(&gate, FileType::Snapshot).unwrap();
    assert!(matches!(gate.release(), Err(EngineError::Busy(_))));
    assert_eq!(gate.list(FileType::Snapshot).unwrap(), []);
}

#[test]
fn no_operation_passes_after_cancellation() {
    let cancel = CancellationToken::new();
    let (dir, gate) = gate(&cancel);
    write(&gate, FileType::Pack).unwrap();
    write(&gate, FileType::Snapshot).unwrap();
    cancel.cancel();
    assert!(write(&gate, FileType::Index).is_err());
    assert!(gate.remove(FileType::Pack, &Id::new([7; 32]), false).is_err());
    assert!(matches!(gate.release(), Err(EngineError::Cancelled)));
    let plain = backend_in(dir.path());
    assert_eq!(plain.list(FileType::Pack).unwrap().len(), 1);
    assert_eq!(plain.list(FileType::Index).unwrap(), []);
    assert_eq!(plain.list(FileType::Snapshot).unwrap(), []);
}

/// A backend whose writes begin and end under the test's control.
#[derive(Debug)]
struct Slow {
    begun: mpsc::SyncSender<()>,
    ends: Mutex<mpsc::Receiver<()>>,
    heard: Arc<Mutex<Vec<&'static str>>>,
}

impl ReadBackend for Slow {
    fn location(&self) -> String {
        String::new()
    }

    fn list_with_size(&self, _: FileType) -> RusticResult<Vec<(Id, u32)>> {
        Ok(Vec::new())
    }

    fn read_full(&self, _: FileType, _: &Id) -> RusticResult<Bytes> {
        Ok(Bytes::new())
    }

    fn read_partial(&self, _: FileType, _: &Id, _: bool, _: u32, _: u32) -> RusticResult<Bytes> {
        Ok(Bytes::new())
    }

    fn warmup_path(&self, _: FileType, _: &Id) -> String {
        String::new()
    }
}

impl WriteBackend for Slow {
    fn write_bytes(&self, _: FileType, _: &Id, _: bool, _: BytesList) -> RusticResult<()> {
        self.begun.send(()).unwrap();
        self.ends.lock().unwrap().recv().unwrap();
        self.heard.lock().unwrap().push("written");
        Ok(())
    }

    fn remove(&self, _: FileType, _: &Id, _: bool) -> RusticResult<()> {
        Ok(())
    }
}

#[test]
fn shutting_waits_for_operations_in_progress() {
    let (begun, has_begun) = mpsc::sync_channel(0);
    let (end, ends) = mpsc::sync_channel(0);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let slow = Slow {
        begun,
        ends: Mutex::new(ends),
        heard: Arc::clone(&heard),
    };
    let gate = Arc::new(WriteGate::new(Arc::new(slow), &CancellationToken::new()));
    std::thread::scope(|scope| {
        scope.spawn(|| write(&gate, FileType::Pack).unwrap());
        has_begun.recv().unwrap();
        scope.spawn(|| {
            drop(ShutWhenDropped(Arc::clone(&gate)));
            heard.lock().unwrap().push("shut");
        });
        end.send(()).unwrap();
    });
    assert_eq!(*heard.lock().unwrap(), ["written", "shut"]);
    assert!(write(&gate, FileType::Pack).is_err());
}

#[test]
fn no_operation_passes_once_the_fence_fails() {
    let dir = tempfile::tempdir().unwrap();
    let register = Arc::new(FakeRegister::default());
    register.show(1, 0);
    let shared = SharedInstallation {
        id: Uuid::from_u128(0x1),
        servers: Arc::clone(&register) as _,
    };
    let server = Some((&shared, Uuid::from_u128(1)));
    let fence = Fence::new(&CancellationToken::new(), server, ClaimTime::default());
    let gate = WriteGate::new(Arc::new(backend_in(dir.path())), fence);
    gate.create().unwrap();
    let id = Id::default();
    gate.write_bytes(FileType::Pack, &id, false, b"sealed".to_vec().into())
        .unwrap();
    register.show(1, 20);
    assert!(gate.remove(FileType::Pack, &id, false).is_err());
    // The gate stays shut.
    register.show(1, 0);
    assert!(gate.read_full(FileType::Pack, &id).is_err());
    assert!(
        matches!(gate.failed(), Some(EngineError::Busy(reason)) if reason.contains("hasn't reached the database"))
    );
}

/// Guard 4: after a failed write the library would read the whole source to its end.
#[test]
fn the_first_failure_shuts_the_gate_and_is_reported() {
    let (dir, gate) = gate(&CancellationToken::new());
    let pack_dir = dir.path().join("app/data/07");
    std::fs::remove_dir(&pack_dir).unwrap();
    std::fs::write(&pack_dir, "a file").unwrap();
    let error = write(&gate, FileType::Pack).unwrap_err();
    assert!(gate.stop().is_cancelled());
    assert!(write(&gate, FileType::Index).is_err());
    match gate.explain("writing", &error) {
        EngineError::Storage(reason) => {
            assert!(reason.starts_with("writing data/07070707: "), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}
