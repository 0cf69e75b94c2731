//! A client of one bucket on an S3 server: credentials, certificates, timeouts, retries and limits.

use std::fs;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use appkeep_core::catalog::{S3Credentials, S3Encryption, S3Location};
use opendal::layers::{RetryLayer, TimeoutLayer};
use opendal::services::S3;
use opendal::{Buffer, HttpTransporter, OperationContext, Operator};
use opendal_http_transport_reqwest::ReqwestTransport;
use secrecy::ExposeSecret;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::StaticCredentials;
use super::pace::Pace;

/// The maximum duration of a request that transfers no object.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);

/// The maximum duration of a connection attempt.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The maximum duration of a request for a claim or a lock, and of a check of the bucket.
const PROMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// The maximum number of retries of such a request.
const PROMPT_RETRIES_MAX: usize = 2;

/// The first and the longest pause before a retry; each pause is twice the previous one, with jitter.
const RETRY_DELAYS: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(10)];

/// The purpose of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The data of repositories: requests wait for free connections, and are retried for a long time.
    Data,
    /// Claims, locks and checks of the bucket: requests neither wait for others nor take long, because claims and locks
    /// expire.
    Claims,
}

/// A client of one bucket.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) location: S3Location,
    /// The credentials of the configuration, if it contains them.
    credentials: Option<StaticCredentials>,
    data: Operator,
    claims: Operator,
    /// The requests for data that may run at once; never closed.
    slots: Semaphore,
    upload: Pace,
    pub(super) download: Pace,
    /// Whether the credentials were refused: they may have been replaced since they were read.
    is_refused: AtomicBool,
}

impl Connection {
    pub(super) fn new(location: &S3Location, credentials: Option<StaticCredentials>) -> io::Result<Self> {
        let limits = &location.limits;
        let mut builder = S3::default()
            .bucket(&location.bucket)
            .root(&format!("/{}", location.prefix))
            .region(&location.region)
            .endpoint(&location.endpoint_url())
            // Servers check the digest of each upload.
            .checksum_algorithm("md5");
        if !location.path_style {
            builder = builder.enable_virtual_host_style();
        }
        if let Some(class) = &location.storage_class {
            builder = builder.default_storage_class(class);
        }
        builder = match &location.encryption {
            None => builder,
            Some(S3Encryption::Server) => builder.server_side_encryption_with_s3_key(),
            Some(S3Encryption::Kms(None)) => builder.server_side_encryption_with_aws_managed_kms_key(),
            Some(S3Encryption::Kms(Some(key))) => {
                builder.server_side_encryption_with_customer_managed_kms_key(key)
            }
        };
        builder = match &location.credentials {
            S3Credentials::Environment => builder,
            S3Credentials::Profile(profile) => builder.profile(profile),
            S3Credentials::Configured => {
                let Some(found) = &credentials else {
                    return Err(io::Error::other(
                        "the configuration doesn't contain its credentials",
                    ));
                };
                let mut builder = builder
                    .disable_config_load()
                    .disable_ec2_metadata()
                    .access_key_id(found.access_key.expose_secret())
                    .secret_access_key(found.secret_key.expose_secret());
                if let Some(token) = &found.session_token {
                    builder = builder.session_token(token.expose_secret());
                }
                builder
            }
        };
        let retries_max = limits.retries_max as usize;
        let transport = HttpTransporter::new(ReqwestTransport::new(http_client(location)?));
        let operator = Operator::new(builder)
            .map_err(io::Error::other)?
            .with_context(OperationContext::new().with_http_transport(transport));
        Ok(Self {
            location: location.clone(),
            credentials,
            data: persistent(operator.clone(), REQUEST_TIMEOUT, limits.timeout(), retries_max),
            claims: persistent(
                operator,
                PROMPT_TIMEOUT,
                PROMPT_TIMEOUT.min(limits.timeout()),
                retries_max.min(PROMPT_RETRIES_MAX),
            ),
            slots: Semaphore::new(limits.connections_max.max(1) as usize),
            upload: Pace::new(limits.upload_limit),
            download: Pace::new(limits.download_limit),
            is_refused: AtomicBool::new(false),
        })
    }
}

impl Connection {
    /// Whether it can be used with this configuration. If the credentials were refused, they may have been replaced.
    pub(super) fn fits(&self, location: &S3Location, credentials: Option<&StaticCredentials>) -> bool {
        self.location == *location
            && self.credentials.as_ref() == credentials
            && !self.is_refused.load(Ordering::Relaxed)
    }

    /// Records that the credentials were refused.
    pub(super) fn refuse(&self) {
        self.is_refused.store(true, Ordering::Relaxed);
    }

    pub(super) fn operator(&self, purpose: Purpose) -> &Operator {
        match purpose {
            Purpose::Data => &self.data,
            Purpose::Claims => &self.claims,
        }
    }

    /// Waits until a request may run; it may as long as the result exists.
    pub(super) async fn slot(&self, purpose: Purpose) -> Option<SemaphorePermit<'_>> {
        match purpose {
            Purpose::Data => self.slots.acquire().await.ok(),
            Purpose::Claims => None,
        }
    }

    /// Writes an object by one request.
    pub(super) async fn write(&self, purpose: Purpose, key: &str, content: Buffer) -> opendal::Result<()> {
        // Other requests can use the slot while this one waits.
        self.upload.wait_for_object(content.len()).await;
        let _slot = self.slot(purpose).await;
        self.operator(purpose).write(key, content).await?;
        Ok(())
    }
}

/// Adds timeouts of requests without and with content, and retries.
fn persistent(operator: Operator, timeout: Duration, io_timeout: Duration, retries_max: usize) -> Operator {
    let timeouts = TimeoutLayer::new()
        .with_timeout(timeout)
        .with_io_timeout(io_timeout);
    let retries = RetryLayer::new()
        .with_max_times(retries_max)
        .with_min_delay(RETRY_DELAYS[0])
        .with_max_delay(RETRY_DELAYS[1])
        .with_jitter();
    operator.layer(timeouts).layer(retries)
}

fn http_client(location: &S3Location) -> io::Result<reqwest::Client> {
    let mut client = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT);
    if let Some(path) = &location.ca_file {
        let invalid = |error: &dyn std::fmt::Display| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("the certificate authorities in {}: {error}", path.display()),
            )
        };
        let text = fs::read(path).map_err(|error| invalid(&error))?;
        let found = reqwest::Certificate::from_pem_bundle(&text).map_err(|error| invalid(&error))?;
        if found.is_empty() {
            return Err(invalid(&"no certificate in PEM format found"));
        }
        client = client.tls_certs_merge(found);
    }
    client.build().map_err(io::Error::other)
}
