//! The credentials of buckets that a server's configuration contains. They are never stored or printed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use appkeep_core::ids::BucketId;
use secrecy::{ExposeSecret, SecretString};

use crate::failure;

/// An access key of an S3 server.
#[derive(Debug, Clone)]
pub struct StaticCredentials {
    /// The id of the access key.
    pub access_key: SecretString,
    /// The secret key.
    pub secret_key: SecretString,
    /// The session token of temporary credentials.
    pub session_token: Option<SecretString>,
}

impl PartialEq for StaticCredentials {
    fn eq(&self, other: &Self) -> bool {
        self.access_key.expose_secret() == other.access_key.expose_secret()
            && self.secret_key.expose_secret() == other.secret_key.expose_secret()
            && self.token() == other.token()
    }
}

impl StaticCredentials {
    fn token(&self) -> Option<&str> {
        self.session_token.as_ref().map(ExposeSecret::expose_secret)
    }
}

impl Eq for StaticCredentials {}

/// The credentials of all buckets whose configuration contains them. Clones share their content.
#[derive(Debug, Clone, Default)]
pub struct BucketCredentials {
    known: Arc<Mutex<HashMap<BucketId, StaticCredentials>>>,
}

impl BucketCredentials {
    /// Replaces all credentials.
    pub fn replace(&self, known: HashMap<BucketId, StaticCredentials>) {
        *failure::lock(&self.known) = known;
    }

    pub(super) fn get(&self, bucket_id: BucketId) -> Option<StaticCredentials> {
        failure::lock(&self.known).get(&bucket_id).cloned()
    }
}
