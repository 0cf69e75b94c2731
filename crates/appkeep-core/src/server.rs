//! The register of an installation's servers, which share its database.

use std::fmt::Debug;
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::lease;
use crate::name::NodeName;

/// The time since a server was last seen after which its registration is deleted.
pub const SERVER_FORGOTTEN_AFTER: Duration = Duration::from_hours(24);

/// A server that registers itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewServer {
    /// Identifies the process incarnation, also in leases of jobs and claims of buckets.
    pub id: Uuid,
    /// The name of the machine, unique among live servers.
    pub node: NodeName,
}

/// A registered server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredServer {
    /// Identifies the process incarnation.
    pub id: Uuid,
    /// The name of the machine.
    pub node: NodeName,
    /// When it registered first.
    pub started_at: DateTime<Utc>,
    /// The time since it was last seen.
    pub unseen_for: Duration,
}

impl RegisteredServer {
    /// Whether the server was seen within a [lease](lease::duration()): it may still hold its node and run jobs.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.unseen_for < lease::duration()
    }

    /// Whether the server, which is registered, is known to be running by a caller that has waited for this time: it was
    /// seen meanwhile. Otherwise it may have crashed. The wait is bounded, in case the database's clock is set back.
    #[must_use]
    pub fn was_seen_during(&self, waited: Duration) -> bool {
        self.unseen_for < waited || waited > 2 * lease::duration()
    }
}

/// The result of [`StoreTx::delete_node`](crate::store::StoreTx::delete_node).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletedNode {
    /// It was deleted.
    Deleted,
    /// It has a live server, which was last seen before this time. Nothing was changed.
    Live(Duration),
    /// There is no such node.
    Unknown,
}

/// The servers of an installation, for the threads of the engine: several servers use a bucket at once.
pub trait Servers: Debug + Send + Sync {
    /// The time since the server with this id was last seen, if it is registered. Reads only memory.
    fn unseen_for(&self, id: Uuid) -> Option<Duration>;

    /// The number of times that this server's own registration was missing, or wasn't refreshed within
    /// [`lease::fenced_after()`]. Reads only memory.
    fn lapses(&self) -> u64;

    /// Reads the register again. Returns false if the store isn't available. Blocks, so it must not be called by the
    /// async runtime.
    fn read_again(&self) -> bool;
}
