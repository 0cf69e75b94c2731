//! The cost of a process, as measured by the system.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use wait4::Wait4;

/// The cost of a process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// Time from its start to its end.
    pub(crate) wall: Duration,
    /// CPU time of all processors, in user and system mode.
    pub(crate) cpu: Duration,
    /// Peak memory use, in bytes.
    pub(crate) peak_bytes: u64,
}

impl Cost {
    /// The lower of the two values, for each figure separately.
    pub(crate) fn best(self, other: Self) -> Self {
        Self {
            wall: self.wall.min(other.wall),
            cpu: self.cpu.min(other.cpu),
            peak_bytes: self.peak_bytes.min(other.peak_bytes),
        }
    }

    /// The figures for the JSON result.
    pub(crate) fn to_json(self) -> Value {
        json!({
            "wall_seconds": self.wall.as_secs_f64(),
            "cpu_seconds": self.cpu.as_secs_f64(),
            "peak_bytes": self.peak_bytes,
        })
    }
}

/// Runs a command to its end and returns its cost. Its output on stdout is discarded.
///
/// # Errors
/// When it can't be started or fails.
pub(crate) fn cost_of(command: &mut Command) -> Result<Cost> {
    let name = command.get_program().to_string_lossy().into_owned();
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("failed to start {name}"))?;
    let used = child
        .wait4()
        .with_context(|| format!("failed to wait for {name}"))?;
    if !used.status.success() {
        bail!("{name} failed: {}", used.status);
    }
    Ok(Cost {
        wall: began.elapsed(),
        cpu: used.rusage.utime + used.rusage.stime,
        peak_bytes: used.rusage.maxrss,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_and_failures_of_processes_are_reported() {
        let cost =
            cost_of(Command::new("sh").args(["-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"]));
        let cost = cost.unwrap();
        assert!(cost.cpu > Duration::ZERO && cost.wall >= cost.cpu / 2);
        assert!((100 * 1024..1 << 30).contains(&cost.peak_bytes), "{cost:?}");
        let error = cost_of(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(error.to_string().contains("exit status: 3"), "{error}");
    }
}
