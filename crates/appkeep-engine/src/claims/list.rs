//! The claims in a bucket, for tools.

use appkeep_core::catalog::Bucket;
use appkeep_core::engine::EngineError;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{parse, read_all};
use crate::failure::storage;
use crate::machine::ProcessState;
use crate::storage::{BucketCredentials, Storages};
use crate::thread::{self, Priority};

/// The claim of a server process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketClaim {
    /// The name of the claim in the bucket.
    pub name: String,
    /// The process id and the machine's name, if the file is valid.
    pub process: Option<(u32, String)>,
    /// The ids of the server process and of its installation, if the file is valid.
    pub ids: Option<(Uuid, Uuid)>,
    /// When the claim was written, by that machine's clock.
    pub time: Option<DateTime<Utc>>,
    /// Whether the process runs on this machine.
    pub runs_here: bool,
    /// Whether the process ran on this machine, and has ended.
    pub has_ended: bool,
}

/// Lists the claims in a bucket.
///
/// # Errors
/// [`EngineError::Storage`] if the bucket can't be read.
pub async fn list_claims(
    bucket: &Bucket,
    credentials: &BucketCredentials,
) -> Result<Vec<BucketClaim>, EngineError> {
    list_claims_with(bucket, Storages::new(credentials.clone())).await
}

/// Lists the claims in a bucket.
///
/// # Errors
/// As [`list_claims`].
pub(crate) async fn list_claims_with(
    bucket: &Bucket,
    storages: Storages,
) -> Result<Vec<BucketClaim>, EngineError> {
    let bucket = bucket.clone();
    thread::run("list-claims", Priority::Normal, move || {
        let objects = storages.open_for_claims(&bucket)?;
        let found = read_all(objects.as_ref())
            .map_err(|error| storage(format!("bucket {} is unavailable", bucket.name), &error))?;
        let found = found.into_iter().map(|(name, version)| {
            let claim = parse(&version.bytes);
            let state = claim.as_ref().map(|claim| claim.process.state());
            BucketClaim {
                name,
                ids: claim
                    .as_ref()
                    .map(|claim| (claim.server_id, claim.installation_id)),
                runs_here: state == Some(ProcessState::Runs),
                has_ended: state == Some(ProcessState::Ended),
                time: claim.as_ref().map(|claim| claim.time),
                process: claim.map(|claim| (claim.process.pid, claim.process.hostname)),
            }
        });
        Ok(found.collect())
    })
    .await
}

/// Removes a claim from a bucket, so that another installation can claim it. A process that still runs claims the
/// bucket again, unless another installation has done so before.
///
/// # Errors
/// [`EngineError::Storage`] if it can't be deleted.
pub async fn remove_claim(
    bucket: &Bucket,
    credentials: &BucketCredentials,
    claim: &BucketClaim,
) -> Result<(), EngineError> {
    let (bucket, credentials, name) = (bucket.clone(), credentials.clone(), claim.name.clone());
    thread::run("remove-claim", Priority::Normal, move || {
        let objects = Storages::new(credentials).open_for_claims(&bucket)?;
        let removed = objects.delete(&name);
        removed.map_err(|error| storage(format!("bucket {}: deleting {name}", bucket.name), &error))
    })
    .await
}
