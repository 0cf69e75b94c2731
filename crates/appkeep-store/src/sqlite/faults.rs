//! Storage that fails because a test wants it to.
//!
//! Without the feature `failpoints` there is nothing here: [`Faults`] is empty, and every access goes through.

#[cfg(feature = "failpoints")]
use std::sync::Arc;
#[cfg(feature = "failpoints")]
use std::sync::atomic::{AtomicU8, Ordering};

use appkeep_core::store::StoreError;

/// How storage fails.
#[cfg(feature = "failpoints")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageFault {
    /// Nothing can be read or written.
    Broken,
    /// What was written is lost before it is durable; reading goes on.
    NotDurable,
    /// Nothing can be read or written now; later it may.
    Unavailable,
}

/// The reason that a broken store gives. No client may ever see it.
#[cfg(feature = "failpoints")]
pub const FAULT_REASON: &str = "fault-injected-into-the-store";

/// The switch of one store; clones switch the same one.
#[cfg(feature = "failpoints")]
#[derive(Debug, Clone, Default)]
pub struct StorageFaults(Arc<AtomicU8>);

#[cfg(feature = "failpoints")]
impl StorageFaults {
    /// From now on the store fails like this; `None` makes it whole again.
    pub fn set(&self, fault: Option<StorageFault>) {
        let code = match fault {
            None => 0,
            Some(StorageFault::Broken) => 1,
            Some(StorageFault::NotDurable) => 2,
            Some(StorageFault::Unavailable) => 3,
        };
        self.0.store(code, Ordering::SeqCst);
    }
}

/// What a store asks before it does anything.
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
        match self.switch.0.load(Ordering::SeqCst) {
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
        if self.switch.0.load(Ordering::SeqCst) == 2 {
            return Err(StoreError::Broken(FAULT_REASON.to_owned()));
        }
        Ok(())
    }
}
