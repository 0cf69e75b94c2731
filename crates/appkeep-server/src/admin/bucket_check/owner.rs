//! Determines which server uses a bucket, by the claims in it.

use std::collections::BTreeSet;

use appkeep_core::catalog::Bucket;
use appkeep_core::clock::Clock as _;
use appkeep_engine::BucketClaim;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::Failed;
use crate::SystemClock;
use crate::admin::files::StoredBackups;

/// The age after which a claim of another installation has expired.
const CLAIM_EXPIRES_AFTER: TimeDelta = TimeDelta::minutes(30);

/// The server that uses a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A server of this installation; the time is that of its claim, by its machine's clock.
    This(Option<DateTime<Utc>>),
    /// A server of another installation, or of an unknown one, with its description.
    Another(String, Option<DateTime<Utc>>),
    /// No server.
    Nobody,
}

/// The servers with claims in a bucket.
pub(super) struct Ownership {
    pub(super) owner: Owner,
    /// Descriptions of the servers of other installations.
    pub(super) others: Vec<String>,
    /// Descriptions of the servers of other installations whose claims have expired.
    pub(super) expired: Vec<String>,
}

impl Ownership {
    /// Reads the claims. Those of processes that have ended on this machine don't count.
    pub(super) async fn of(stored: &StoredBackups, bucket: &Bucket) -> Result<Self, Failed> {
        let mut claims = stored.engine.list_bucket_claims(bucket).await?;
        claims.retain(|claim| !claim.has_ended);
        let now = SystemClock.now();
        let servers = stored.store.list_servers(now).await?;
        let ids: BTreeSet<Uuid> = servers.iter().map(|server| server.id).collect();
        let registered = claims.iter().filter_map(|claim| claim.ids);
        let registered = registered.filter(|(server, _)| ids.contains(server));
        let installations: BTreeSet<Uuid> = registered
            .map(|(_, installation)| installation)
            .chain(stored.installation_id)
            .collect();
        let is_own = |claim: &BucketClaim| {
            let ids = claim.ids;
            ids.is_some_and(|(_, installation)| installations.contains(&installation))
        };
        let (own, others): (Vec<_>, Vec<_>) = claims.into_iter().partition(is_own);
        let mut ownership = Self {
            owner: if own.is_empty() {
                Owner::Nobody
            } else {
                Owner::This(own.iter().filter_map(|claim| claim.time).max())
            },
            others: Vec::new(),
            expired: Vec::new(),
        };
        for other in others {
            let name = described(&other);
            if other.time.is_some_and(|time| now - time > CLAIM_EXPIRES_AFTER) {
                ownership.expired.push(name);
            } else {
                ownership.owner = Owner::Another(name.clone(), other.time);
                ownership.others.push(name);
            }
        }
        Ok(ownership)
    }
}

fn described(claim: &BucketClaim) -> String {
    claim.process.as_ref().map_or_else(
        || "an unknown server".to_owned(),
        |(pid, host)| format!("process {pid} on {host}"),
    )
}
