//! Identifies this process to other servers.

use std::sync::Arc;

use appkeep_core::lease;
use appkeep_core::server::Servers;
use uuid::Uuid;

/// The identity of this process.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Identifies the process incarnation in claims of buckets and locks of repositories. It is also the owner of its
    /// leases of jobs.
    pub server_id: Uuid,
    /// The installation, if its servers share a database. Otherwise this process is the only one with its data directory,
    /// which contains the installation's id.
    pub shared: Option<SharedInstallation>,
}

/// An installation of several servers.
#[derive(Debug, Clone)]
pub struct SharedInstallation {
    /// The id of the installation. A copy of the database has the same id.
    pub id: Uuid,
    /// The registered servers, this one included.
    pub servers: Arc<dyn Servers>,
}

impl SharedInstallation {
    /// Checks that this server, which has this id, was seen within [`lease::fenced_after()`]. Reads only memory.
    ///
    /// # Errors
    /// The reason if it wasn't: other servers may treat it as dead.
    pub(crate) fn check_heartbeat(&self, server_id: Uuid) -> Result<(), String> {
        match self.servers.unseen_for(server_id) {
            Some(unseen_for) if unseen_for < lease::fenced_after() => Ok(()),
            Some(unseen_for) => Err(format!(
                "this server hasn't reached the database for {} s, so other servers may have taken over its work",
                unseen_for.as_secs()
            )),
            None => Err("this server isn't registered in the database".to_owned()),
        }
    }

    /// Whether another server may still use locks that it holds: it was seen within a [lease](lease::duration()), or
    /// this can't be determined. Otherwise it stopped changing buckets earlier ([`lease::fenced_after()`]), and its last
    /// requests have ended. Blocks.
    pub(crate) fn may_be_live(&self, server_id: Uuid) -> bool {
        let is_live = || {
            let unseen_for = self.servers.unseen_for(server_id);
            unseen_for.is_some_and(|unseen_for| unseen_for < lease::duration())
        };
        // It may have registered, or been seen, since the register was read.
        is_live() || !self.servers.read_again() || is_live()
    }
}
