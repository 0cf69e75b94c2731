//! Registers this server in the database, and keeps the registration fresh.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::time::{MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Background;
use crate::boot_instant::BootInstant;
use crate::clock::Clock as _;
use crate::lease;
use crate::name::NodeName;
use crate::server::{NewServer, RegisteredServer, Servers};
use crate::store::{Store, StoreError};
use crate::store_clock::StoreClock;
use crate::store_timeout::in_time;

/// The pause before another attempt after the store failed.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The pause before another attempt while a server that may be dead has the same node.
const RETRY_EVERY: Duration = Duration::from_millis(250);

/// The reason why a server could not be registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Another live server has the same node.
    #[error(
        "another running server has the node {:?} (it was seen {} s ago): give each server its own `node` in [server]",
        .node.as_str(),
        .unseen_for.as_secs()
    )]
    NodeInUse {
        /// The name.
        node: NodeName,
        /// The time since that server was last seen.
        unseen_for: Duration,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// This server in the register. Clones share their state.
#[derive(Clone)]
pub struct Register {
    store: Arc<dyn Store>,
    clock: Arc<StoreClock>,
    server: NewServer,
    view: Arc<Mutex<View>>,
    superseded: Arc<AtomicBool>,
}

/// When a server was last seen, as it was read from the register.
#[derive(Debug, Clone, Copy)]
struct Seen {
    unseen_for: Duration,
    read_at: BootInstant,
}

/// The register as it was last read.
#[derive(Debug, Default)]
struct View {
    seen: HashMap<Uuid, Seen>,
    /// The number of times that this server was seen too late.
    lapses: u64,
}

impl View {
    fn unseen_for(&self, id: Uuid, now: BootInstant) -> Option<Duration> {
        let found = self.seen.get(&id)?;
        Some(found.unseen_for + (now - found.read_at))
    }

    /// Replaces the servers. Counts a lapse if this server, which has the id `own`, wasn't seen in time until now, or
    /// isn't registered any more.
    fn replace(&mut self, seen: HashMap<Uuid, Seen>, own: Uuid, now: BootInstant) {
        if let Some(unseen_for) = self.unseen_for(own, now) {
            let is_late = unseen_for >= lease::fenced_after() || !seen.contains_key(&own);
            self.lapses += u64::from(is_late);
        }
        self.seen = seen;
    }
}

impl Register {
    /// The register in `store`, for this server. Nothing is registered yet. Each registration synchronizes the clock.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<StoreClock>, server: NewServer) -> Self {
        Self {
            store,
            clock,
            server,
            view: Arc::default(),
            superseded: Arc::default(),
        }
    }

    /// The id of this server.
    #[must_use]
    pub fn server_id(&self) -> Uuid {
        self.server.id
    }

    /// The name of this server's node, if another server has it because this one was not seen for too long. This server
    /// then claims no jobs.
    #[must_use]
    pub fn lost_node(&self) -> Option<&NodeName> {
        let is_superseded = self.superseded.load(Ordering::Relaxed);
        is_superseded.then_some(&self.server.node)
    }

    /// Registers the server. A predecessor with the same node may have crashed: waits until it is known to be dead, at
    /// most a [lease](lease::duration()).
    ///
    /// # Errors
    /// [`RegisterError::NodeInUse`] if the other server lives: it refreshed its registration meanwhile.
    pub async fn enter(&self) -> Result<(), RegisterError> {
        let begun = Instant::now();
        let mut is_logged = false;
        loop {
            // Before the call: a server that was seen for the last time before this began isn't known to live.
            let waited = begun.elapsed();
            let Some(other) = self.refresh().await? else {
                return Ok(());
            };
            if other.was_seen_during(waited) {
                return Err(RegisterError::NodeInUse {
                    node: other.node,
                    unseen_for: other.unseen_for,
                });
            }
            if !std::mem::replace(&mut is_logged, true) {
                let wait_secs = lease::duration().saturating_sub(other.unseen_for).as_secs();
                let (node, unseen_secs) = (other.node, other.unseen_for.as_secs());
                tracing::warn!(
                    %node, unseen_secs, wait_secs,
                    "another server with this node may have crashed: waiting until it is known to be dead or live"
                );
            }
            tokio::time::sleep(RETRY_EVERY).await;
        }
    }

    /// The registered servers, for the engine. The current runtime reads the register again.
    #[must_use]
    pub fn servers(&self) -> Arc<dyn Servers> {
        Arc::new(SharedRegister {
            register: self.clone(),
            runtime: Handle::current(),
        })
    }

    /// Keeps the registration fresh until it is stopped. The registration remains.
    #[must_use]
    pub fn start(&self) -> Background {
        let register = self.clone();
        Background::start("register", move |shutdown| register.watch(shutdown))
    }

    /// Deletes the registration, so that a successor can start at once.
    pub async fn leave(&self) {
        if let Err(error) = self.store.unregister_server(self.server.id).await {
            tracing::warn!(%error, "this server could not be removed from the register");
        }
    }

    async fn watch(self, shutdown: CancellationToken) {
        let every = lease::renew_every();
        let mut tick = interval_at(tokio::time::Instant::now() + every, every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(tick.tick()).await.is_some() {
            match self.refresh().await {
                Ok(other) => self.set_superseded(other),
                Err(error) => {
                    tracing::warn!(%error, "this server could not refresh its registration");
                    tick.reset_after(RETRY_AFTER);
                }
            }
        }
    }

    /// Records, and logs once, that another server has the node, or that this one has it again.
    fn set_superseded(&self, other: Option<RegisteredServer>) {
        let was_superseded = self.superseded.swap(other.is_some(), Ordering::Relaxed);
        match other {
            Some(other) if !was_superseded => tracing::error!(
                node = %other.node, other.id = %other.id,
                "another server has this node, because this one was not seen for too long: no more jobs are run"
            ),
            None if was_superseded => tracing::info!(
                node = %self.server.node,
                "no other server has this node any more: jobs are run again"
            ),
            _ => {}
        }
    }

    /// Registers the server, or returns the live server that has its node.
    async fn refresh(&self) -> Result<Option<RegisteredServer>, StoreError> {
        in_time(self.clock.synchronize(self.store.as_ref())).await?;
        let registered = self.store.register_server(&self.server, self.clock.now());
        let other = in_time(registered).await?;
        self.read().await?;
        Ok(other)
    }

    fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(&self) -> Result<(), StoreError> {
        // Before the call, so that the servers were seen at least as long ago.
        let read_at = BootInstant::now();
        let servers = in_time(self.store.list_servers(self.clock.now()))
            .await?
            .into_iter();
        let seen = servers.map(|server| {
            let unseen_for = server.unseen_for;
            (server.id, Seen { unseen_for, read_at })
        });
        self.view()
            .replace(seen.collect(), self.server.id, BootInstant::now());
        Ok(())
    }
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Register")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// The register for the threads of an engine, and the runtime that reads it.
#[derive(Debug)]
struct SharedRegister {
    register: Register,
    runtime: Handle,
}

impl Servers for SharedRegister {
    fn unseen_for(&self, id: Uuid) -> Option<Duration> {
        self.register.view().unseen_for(id, BootInstant::now())
    }

    fn lapses(&self) -> u64 {
        self.register.view().lapses
    }

    fn read_again(&self) -> bool {
        let read = self.runtime.block_on(self.register.read());
        if let Err(error) = &read {
            tracing::warn!(%error, "the register of servers was not read");
        }
        read.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_refreshes_are_counted_even_if_nothing_checks_meanwhile() {
        let (own, begin) = (Uuid::from_u128(1), BootInstant::now());
        let mut view = View::default();
        let mut read = |id: u128, read_at: Duration, done_at: Duration| {
            let seen = Seen {
                unseen_for: Duration::ZERO,
                read_at: begin + read_at,
            };
            view.replace([(Uuid::from_u128(id), seen)].into(), own, begin + done_at);
            view.lapses
        };
        let fenced = lease::fenced_after();
        assert_eq!(read(1, Duration::ZERO, Duration::ZERO), 0);
        assert_eq!(read(1, fenced / 2, fenced / 2), 0);
        assert_eq!(read(1, fenced, fenced), 0);
        // The process was stopped during the read.
        assert_eq!(read(1, fenced + fenced / 2, 2 * fenced), 1);
        // Another process deleted the registration.
        assert_eq!(read(2, 2 * fenced, 2 * fenced), 2);
        assert_eq!(read(1, 2 * fenced, 2 * fenced), 2);
    }
}
