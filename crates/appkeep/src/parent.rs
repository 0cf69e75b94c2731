//! Watches the process that started this one.

use std::thread;

use anyhow::{Context, bail};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{PidfdFlags, getppid, pidfd_open};
use tokio::sync::oneshot;

/// Starts to watch the parent process. The receiver is closed when the parent has ended.
///
/// `None` if the parent can't be seen from here, because a container runtime started this process.
///
/// # Errors
/// When the parent has ended meanwhile, or the kernel has no pidfds (Linux before 5.3).
pub(crate) fn watch() -> anyhow::Result<Option<oneshot::Receiver<()>>> {
    let Some(parent) = getppid() else {
        return Ok(None);
    };
    let process = pidfd_open(parent, PidfdFlags::empty()).context("failed to watch the parent process")?;
    // If the parent ended before the call, its id may belong to another process now.
    if getppid() != Some(parent) {
        bail!("the parent process has ended");
    }
    let (sender, receiver) = oneshot::channel();
    let wait = move || {
        // A pidfd becomes readable when its process ends.
        while let Err(Errno::INTR) = poll(&mut [PollFd::new(&process, PollFlags::IN)], None) {}
        drop(sender);
    };
    let thread = thread::Builder::new().name("parent".to_owned());
    thread.spawn(wait).context("failed to start a thread")?;
    Ok(Some(receiver))
}
