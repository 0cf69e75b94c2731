//! A register of servers for tests.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use appkeep_core::server::Servers;
use uuid::Uuid;

use crate::failure;

/// A register whose changes are visible once it is read again.
#[derive(Debug, Default)]
pub(crate) struct FakeRegister {
    stored: Mutex<HashMap<Uuid, Duration>>,
    read: Mutex<HashMap<Uuid, Duration>>,
    is_unavailable: AtomicBool,
    lapses: AtomicU64,
}

impl FakeRegister {
    /// Registers a server that was last seen some time ago.
    pub(crate) fn see(&self, server_id: u128, unseen_secs: u64) {
        let unseen_for = Duration::from_secs(unseen_secs);
        failure::lock(&self.stored).insert(Uuid::from_u128(server_id), unseen_for);
    }

    /// Like [`Self::see`]; visible at once.
    pub(crate) fn show(&self, server_id: u128, unseen_secs: u64) {
        self.see(server_id, unseen_secs);
        assert!(self.read_again());
    }

    /// Records that the heartbeat of the server that reads was too late.
    pub(crate) fn lapse(&self) {
        self.lapses.fetch_add(1, Ordering::SeqCst);
    }

    /// Deletes a server that was read; it stays registered.
    pub(crate) fn forget(&self, server_id: u128) {
        failure::lock(&self.read).remove(&Uuid::from_u128(server_id));
    }

    /// Deletes the registrations of all servers.
    pub(crate) fn clear(&self) {
        failure::lock(&self.stored).clear();
    }

    /// Makes the register unavailable, or available again.
    pub(crate) fn set_unavailable(&self, is_unavailable: bool) {
        self.is_unavailable.store(is_unavailable, Ordering::SeqCst);
    }

    /// A register with the same servers, which wasn't read yet.
    pub(crate) fn copy(&self) -> Self {
        Self {
            stored: Mutex::new(failure::lock(&self.stored).clone()),
            ..Self::default()
        }
    }
}

impl Servers for FakeRegister {
    fn unseen_for(&self, id: Uuid) -> Option<Duration> {
        failure::lock(&self.read).get(&id).copied()
    }

    fn lapses(&self) -> u64 {
        self.lapses.load(Ordering::SeqCst)
    }

    fn read_again(&self) -> bool {
        if self.is_unavailable.load(Ordering::SeqCst) {
            return false;
        }
        *failure::lock(&self.read) = failure::lock(&self.stored).clone();
        true
    }
}
