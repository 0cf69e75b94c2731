//! Which machine this is, and which of its processes run.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The machine's name on the network.
pub(crate) fn hostname() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

/// The time by this machine's clock, for files that tell other machines when they were written.
pub(crate) fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// Whether a process of this number runs here.
pub(crate) fn is_running(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// One process on one machine, such that no other process is ever the same: process numbers and names of machines are
/// used again, also by copies of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    /// The machine's name, for people.
    pub(crate) hostname: String,
    /// The machine, from its start to its end.
    pub(crate) boot_id: String,
    /// The namespace in which the number is one.
    pub(crate) pid_namespace: String,
    /// The process number.
    pub(crate) pid: u32,
    /// When it started, in clock ticks since the machine did.
    pub(crate) start_ticks: u64,
}

/// What can be told of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// It runs.
    Runs,
    /// It has ended.
    Ended,
    /// It is on another machine, or was there before this one started, or is in another container.
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

    /// Whether it runs.
    pub(crate) fn life(&self) -> Life {
        let is_here = !self.boot_id.is_empty()
            && !self.pid_namespace.is_empty()
            && (self.boot_id == boot_id() && self.pid_namespace == pid_namespace());
        if !is_here {
            return Life::Unknown;
        }
        if start_ticks(self.pid) == Some(self.start_ticks) {
            Life::Runs
        } else {
            Life::Ended
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

/// When a process started; nothing if there is none, or only what is left of it.
fn start_ticks(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The command's name is in parentheses, and may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_runs_until_it_has_ended() {
        let this = Process::this();
        assert_eq!(this.life(), Life::Runs);
        assert!(this.start_ticks > 0);
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let child_process = Process {
            pid: child.id(),
            start_ticks: start_ticks(child.id()).unwrap(),
            ..this.clone()
        };
        assert_eq!(child_process.life(), Life::Runs);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(child_process.life(), Life::Ended);
        let earlier = Process {
            start_ticks: this.start_ticks - 1,
            ..this.clone()
        };
        assert_eq!(earlier.life(), Life::Ended);
        let elsewhere = Process {
            boot_id: "another".to_owned(),
            ..this
        };
        assert_eq!(elsewhere.life(), Life::Unknown);
    }
}
