//! Memory of a running process.

use std::fs;

use anyhow::{Context, Result};

/// Memory of a process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    /// Present use, in bytes.
    pub(super) current: u64,
    /// Peak use, in bytes.
    pub(super) peak: u64,
}

impl Memory {
    /// Reads the memory of a process from the system.
    ///
    /// # Errors
    /// When the system doesn't report it.
    pub(super) fn of(process: u32) -> Result<Self> {
        let path = format!("/proc/{process}/status");
        let status = fs::read_to_string(&path).with_context(|| format!("failed to read {path}"))?;
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
            Some(kib << 10)
        };
        let read = |name| bytes(name).with_context(|| format!("{path} has no {name}"));
        Ok(Self {
            current: read("VmRSS:")?,
            peak: read("VmHWM:")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_a_process_is_read() {
        let memory = Memory::of(std::process::id()).unwrap();
        assert!(
            memory.current > 1 << 20 && memory.current <= memory.peak,
            "{memory:?}"
        );
        assert!(Memory::of(0).is_err());
    }
}
