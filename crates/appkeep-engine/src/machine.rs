//! Identifies this machine and its running processes.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The machine's host name.
pub(crate) fn hostname() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

/// The time by this machine's clock, for timestamps in files that other machines read.
pub(crate) fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// Whether a process with this id is running on this machine.
pub(crate) fn is_running(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// Identifies a process uniquely across machines and time: process ids and host names are reused, also by
/// copies of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    /// The machine's host name, for messages.
    pub(crate) hostname: String,
    /// Identifies the machine from one boot to the next.
    pub(crate) boot_id: String,
    /// The PID namespace of the process id.
    pub(crate) pid_namespace: String,
    /// The process id.
    pub(crate) pid: u32,
    /// When the process started, in clock ticks since boot.
    pub(crate) start_ticks: u64,
}

/// The known state of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProcessState {
    /// It is running.
    Runs,
    /// It has ended.
    Ended,
    /// It is on another machine, was started before this boot, or is in another container.
    Unknown,
}

impl Process {
    /// This process.
    pub(crate) fn this() -> Self {
        let pid = std::process::id();
        Self {
            hostname: hostname(),
            boot_id: boot_id(),
            pid_namespace: pid_namespace(),
            pid,
            start_ticks: start_ticks(pid).unwrap_or_default(),
        }
    }

    /// The state of the process.
    pub(crate) fn state(&self) -> ProcessState {
        let is_here = !self.boot_id.is_empty()
            && !self.pid_namespace.is_empty()
            && (self.boot_id == boot_id() && self.pid_namespace == pid_namespace());
        if !is_here {
            return ProcessState::Unknown;
        }
        if start_ticks(self.pid) == Some(self.start_ticks) {
            ProcessState::Runs
        } else {
            ProcessState::Ended
        }
    }
}

fn boot_id() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

fn pid_namespace() -> String {
    let link = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    link.display().to_string()
}

/// When a process started; `None` if it doesn't exist or is a zombie.
fn start_ticks(pid: u32) -> Option<u64> {
    let (state, ticks) = stat_of(pid)?;
    (!matches!(state, 'Z' | 'X')).then_some(ticks)
}

/// The state of a process, and when it started, in clock ticks since boot.
pub(crate) fn stat_of(pid: u32) -> Option<(char, u64)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The command's name is in parentheses, and may contain any character.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.nth(18)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_runs_until_it_has_ended() {
        let this = Process::this();
        assert_eq!(this.state(), ProcessState::Runs);
        assert!(this.start_ticks > 0);
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let child_process = Process {
            pid: child.id(),
            start_ticks: start_ticks(child.id()).unwrap(),
            ..this.clone()
        };
        assert_eq!(child_process.state(), ProcessState::Runs);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(child_process.state(), ProcessState::Ended);
        let earlier = Process {
            start_ticks: this.start_ticks - 1,
            ..this.clone()
        };
        assert_eq!(earlier.state(), ProcessState::Ended);
        let elsewhere = Process {
            boot_id: "another".to_owned(),
            ..this
        };
        assert_eq!(elsewhere.state(), ProcessState::Unknown);
    }
}
