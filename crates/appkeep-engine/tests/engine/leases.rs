//! Files on which another process holds a lease, for example a file server.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use appkeep_core::catalog::SnapshotMode;
use appkeep_core::engine::{Engine, EngineError};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

use crate::workbench::{Workbench, never_cancelled};

/// Takes a write lease on a file, reports that, and releases the lease 0.1 s after it is asked to.
const HOLDER: &str = "
import fcntl, os, signal, sys, time
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGIO])
file = os.open(sys.argv[1], os.O_RDWR)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
os.write(1, b'.')
signal.sigwait([signal.SIGIO])
time.sleep(.1)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
";

/// A process that holds a lease, killed when dropped.
pub(crate) struct Holder(Child);

impl Holder {
    fn of(path: &Path) -> Self {
        let mut child = Command::new("python3")
            .args(["-c", HOLDER])
            .arg(path)
            .stdout(Stdio::piped())
            .spawn()
            .expect("this test needs python3");
        let mut said = [0];
        child.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
        Self(child)
    }

    /// A stopped process, which never releases the lease.
    pub(crate) fn stopped(path: &Path) -> Self {
        let holder = Self::of(path);
        let pid = Pid::from_raw(i32::try_from(holder.0.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, Signal::STOP).unwrap();
        let options = WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT;
        rustix::process::waitid(WaitId::Pid(pid), options).unwrap();
        holder
    }

    /// Whether a signal that requests the release of the lease is pending.
    pub(crate) fn is_asked(&self) -> bool {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let pending = status.lines().filter(|line| line.contains("Pnd:"));
        pending
            .into_iter()
            .any(|line| line.split_whitespace().last() != Some("0000000000000000"))
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_file_under_a_lease_is_measured_and_copied() {
    let workbench = Workbench::new();
    let path = workbench.data().join("leased");
    fs::write(&path, "content").unwrap();
    // A non-blocking open fails.
    let holder = Holder::of(&path);
    let opened = rustix::fs::open(
        &path,
        rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::NONBLOCK,
        rustix::fs::Mode::empty(),
    );
    assert_eq!(opened.map(File::from).unwrap_err(), rustix::io::Errno::AGAIN);
    drop(holder);

    let holder = Holder::of(&path);
    let measured = workbench.measure().await;
    assert_eq!(measured.unwrap(), 7);
    drop(holder);

    let _holder = Holder::of(&path);
    workbench.create_snapshot(1).await.unwrap();
    assert_eq!(
        fs::read(workbench.snapshot_dir(1).join("data/leased")).unwrap(),
        b"content"
    );
}

#[tokio::test]
async fn waiting_for_a_lease_can_be_cancelled() {
    let workbench = Workbench::new();
    let path = workbench.data().join("leased");
    fs::write(&path, "content").unwrap();
    let holder = Holder::stopped(&path);
    let cancel = never_cancelled();
    let measuring = workbench
        .engine
        .measure_volumes(&workbench.volumes, SnapshotMode::Auto, &cancel);
    let cancelling = async {
        while !holder.is_asked() {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    };
    let (measured, ()) = tokio::join!(measuring, cancelling);
    assert!(matches!(measured, Err(EngineError::Cancelled)), "{measured:?}");
}
