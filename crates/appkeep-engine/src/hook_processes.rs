//! Finds the processes of a hook that left its process group, for example with `setsid`.
//!
//! They are identified by their environment, which processes inherit, and by a start time after the
//! command's. A process that also replaces its environment isn't found; under systemd, stopping the unit ends
//! it.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::machine;

/// The processes of one run of a command.
#[derive(Debug)]
pub(crate) struct HookProcesses {
    /// An entry `NAME=VALUE` that only the environments of these processes contain.
    mark: Vec<u8>,
    /// When the command started, in clock ticks since boot.
    since_ticks: u64,
}

impl HookProcesses {
    /// The processes of the command that was just started as `command` with this entry in its environment.
    /// `None` without `/proc`.
    pub(crate) fn of(command: Pid, mark: Vec<u8>) -> Option<Self> {
        let since_ticks = started_ticks(command)?;
        Some(Self { mark, since_ticks })
    }

    /// Whether any of them is still running.
    pub(crate) fn any(&self) -> bool {
        self.find().next().is_some()
    }

    /// Sends a signal to each of them.
    pub(crate) fn signal(&self, signal: Signal) {
        for pid in self.find() {
            // The process id may have been reused; the descriptor always refers to the same process.
            let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else {
                continue;
            };
            if self.is_one(pid) {
                // Fails if the process has ended.
                let _ = pidfd_send_signal(process, signal);
            }
        }
    }

    fn find(&self) -> impl Iterator<Item = Pid> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries
            .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
            .filter(|pid| self.is_one(*pid))
    }

    fn is_one(&self, pid: Pid) -> bool {
        let is_marked = || {
            let path = Path::new("/proc")
                .join(pid.as_raw_pid().to_string())
                .join("environ");
            // Only processes that this user may signal are readable; a process that has ended has no
            // environment.
            let environment = fs::read(path).unwrap_or_default();
            environment
                .split(|byte| *byte == 0)
                .any(|entry| entry == self.mark)
        };
        started_ticks(pid).is_some_and(|ticks| ticks >= self.since_ticks) && is_marked()
    }
}

fn started_ticks(pid: Pid) -> Option<u64> {
    machine::stat_of(pid.as_raw_pid().unsigned_abs()).map(|(_, ticks)| ticks)
}
