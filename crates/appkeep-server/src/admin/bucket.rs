//! Ownership of buckets, for the command line.

use appkeep_core::catalog::{Bucket, Declaration};

pub use appkeep_core::metadata::FEATURES_LABEL;
pub use appkeep_engine::{BucketClaim, BucketCredentials, list_claims, remove_claim};

/// Returns the declared bucket with this name or id.
///
/// # Errors
/// A message when there is no such bucket, or several accounts have a bucket of this name.
pub fn bucket_named<'a>(declaration: &'a Declaration, wanted: &str) -> Result<&'a Bucket, String> {
    let is_wanted = |name: &str, id: String| name == wanted || id == wanted;
    let mut found = declaration
        .buckets
        .iter()
        .filter(|bucket| is_wanted(&bucket.name, bucket.id.to_string()));
    let bucket = found.next();
    let bucket = bucket.ok_or_else(|| format!("the configuration has no bucket {wanted}"))?;
    if found.next().is_some() {
        return Err(format!("several accounts have a bucket {wanted}: specify its id"));
    }
    Ok(bucket)
}
