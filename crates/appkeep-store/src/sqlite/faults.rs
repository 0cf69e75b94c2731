//! Injected storage faults, for tests.
//!
//! Without the feature `failpoints`, [`Faults`] is empty and every access succeeds.

#[cfg(feature = "failpoints")]
use std::sync::Arc;
#[cfg(feature = "failpoints")]
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use appkeep_core::store::StoreError;

/// The kind of an injected storage fault.
#[cfg(feature = "failpoints")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageFault {
    /// Nothing can be read or written.
    Broken,
    /// Commits fail, so that writes are lost; reads succeed.
    NotDurable,
    /// Nothing can be read or written at the moment; a retry may succeed.
    Unavailable,
}

/// The reason that a broken store reports. It must never be visible to clients.
#[cfg(feature = "failpoints")]
pub const FAULT_REASON: &str = "fault-injected-into-the-store";

/// Switches the faults of one store; clones share their state.
#[cfg(feature = "failpoints")]
#[derive(Debug, Clone, Default)]
pub struct StorageFaults {
    fault: Arc<AtomicU8>,
    conflicts: Arc<AtomicU32>,
}

#[cfg(feature = "failpoints")]
impl StorageFaults {
    /// Injects a fault from now on; `None` removes it.
    pub fn set(&self, fault: Option<StorageFault>) {
        let code = match fault {
            None => 0,
            Some(StorageFault::Broken) => 1,
            Some(StorageFault::NotDurable) => 2,
            Some(StorageFault::Unavailable) => 3,
        };
        self.fault.store(code, Ordering::SeqCst);
    }

    /// Makes the next `count` transactions conflict when they are committed.
    pub fn set_conflicts(&self, count: u32) {
        self.conflicts.store(count, Ordering::SeqCst);
    }

    /// Whether this commit conflicts.
    fn takes_conflict(&self) -> bool {
        let (set, read) = (Ordering::SeqCst, Ordering::SeqCst);
        let left = self
            .conflicts
            .fetch_update(set, read, |count| count.checked_sub(1));
        left.is_ok()
    }
}

/// Checks for injected faults before each operation of a store.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    #[cfg(feature = "failpoints")]
    pub(super) switch: StorageFaults,
}

impl Faults {
    /// Called before anything is read or written.
    #[cfg_attr(
        not(feature = "failpoints"),
        expect(
            clippy::unused_self,
            clippy::unnecessary_wraps,
            reason = "it never fails then"
        )
    )]
    pub(super) fn access(&self) -> Result<(), StoreError> {
        #[cfg(feature = "failpoints")]
        match self.switch.fault.load(Ordering::SeqCst) {
            1 => return Err(StoreError::Broken(FAULT_REASON.to_owned())),
            3 => return Err(StoreError::Unavailable(FAULT_REASON.to_owned())),
            _ => {}
        }
        Ok(())
    }

    /// Called before a transaction is committed.
    #[cfg_attr(
        not(feature = "failpoints"),
        expect(
            clippy::unused_self,
            clippy::unnecessary_wraps,
            reason = "it never fails then"
        )
    )]
    pub(super) fn commit(&self) -> Result<(), StoreError> {
        #[cfg(feature = "failpoints")]
        if self.switch.fault.load(Ordering::SeqCst) == 2 {
            return Err(StoreError::Broken(FAULT_REASON.to_owned()));
        }
        #[cfg(feature = "failpoints")]
        if self.switch.takes_conflict() {
            return Err(StoreError::Conflict);
        }
        Ok(())
    }
}
