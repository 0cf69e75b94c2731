//! The S3 server of a test: one in this process, or the one that `cargo xtask s3` started.

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use appkeep_core::catalog::{S3Credentials, S3Location, TransferLimits};
use appkeep_engine::StaticCredentials;
use appkeep_s3_server::{ACCESS_KEY, REGION, S3Server, SECRET_KEY};

/// The bucket on a server in this process.
pub(crate) const BUCKET: &str = "appkeep-test";

/// Numbers the prefixes of this process, so that tests don't share them.
static PREFIXES: AtomicU32 = AtomicU32::new(0);

/// A bucket on an S3 server, with a prefix of its own.
#[derive(Clone)]
pub(crate) struct S3Target {
    pub(crate) location: S3Location,
    access_key: String,
    secret_key: String,
    /// The server in this process.
    server: Option<Arc<S3Server>>,
}

impl S3Target {
    /// A bucket on a new server in this process.
    pub(crate) fn in_process() -> Self {
        let server = S3Server::start();
        server.create_bucket(BUCKET);
        Self {
            location: location(&server.url(), BUCKET),
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SECRET_KEY.to_owned(),
            server: Some(Arc::new(server)),
        }
    }

    /// A bucket on the server that `cargo xtask s3` started, else on a new one in this process.
    pub(crate) fn any() -> Self {
        let variable = |name: &str| env::var(format!("APPKEEP_TEST_S3_{name}")).ok();
        let given = (
            variable("URL"),
            variable("BUCKET"),
            variable("ACCESS_KEY"),
            variable("SECRET_KEY"),
        );
        let (Some(url), Some(bucket), Some(access_key), Some(secret_key)) = given else {
            return Self::in_process();
        };
        Self {
            location: location(&url, &bucket),
            access_key,
            secret_key,
            server: None,
        }
    }

    /// The server in this process.
    pub(crate) fn server(&self) -> &S3Server {
        self.server.as_ref().expect("the server is in this process")
    }

    pub(crate) fn credentials(&self) -> StaticCredentials {
        StaticCredentials {
            access_key: self.access_key.clone().into(),
            secret_key: self.secret_key.clone().into(),
            session_token: None,
        }
    }

    /// Uses another secret key.
    pub(crate) fn with_secret_key(mut self, secret_key: &str) -> Self {
        secret_key.clone_into(&mut self.secret_key);
        self
    }

    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ACCESS_KEY_ID", self.access_key.clone()),
            ("AWS_SECRET_ACCESS_KEY", self.secret_key.clone()),
        ]
    }
}

fn location(url: &str, bucket: &str) -> S3Location {
    let number = PREFIXES.fetch_add(1, Ordering::Relaxed);
    S3Location {
        bucket: bucket.to_owned(),
        prefix: format!("{}-{number}/backups", std::process::id()),
        endpoint: Some(url.to_owned()),
        region: REGION.to_owned(),
        path_style: true,
        storage_class: None,
        encryption: None,
        ca_file: None,
        credentials: S3Credentials::Configured,
        limits: TransferLimits {
            timeout_secs: 20,
            retries_max: 2,
            ..TransferLimits::default()
        },
    }
}
