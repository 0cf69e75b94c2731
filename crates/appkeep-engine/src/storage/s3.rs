//! A bucket of an S3-compatible server, accessed with OpenDAL.
//!
//! No object is larger than a pack or an index, so each is written by one request: there are no multipart uploads that
//! an interruption could leave behind.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use appkeep_core::catalog::{Bucket, BucketLocation, S3Credentials, S3Encryption, S3Location};
use appkeep_core::engine::EngineError;
use appkeep_core::ids::BucketId;
use bytes::Bytes;
use futures::StreamExt;
use opendal::layers::{RetryLayer, TimeoutLayer};
use opendal::services::S3;
use opendal::{Buffer, ErrorKind, HttpTransporter, OperationContext, Operator};
use opendal_http_transport_reqwest::ReqwestTransport;
use secrecy::ExposeSecret;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use super::s3_error;
use super::{BucketCredentials, BucketStorage, Caching, DirectoryStorage, Object};
use crate::failure::{self, storage};

/// The maximum duration of a request that transfers no object.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);

/// The maximum duration of a connection attempt.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The first and the longest pause before a retry; each pause is twice the previous one, with jitter.
const RETRY_DELAYS: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(10)];

/// The threads that transfer data of all buckets.
const TRANSFER_THREADS: usize = 2;

/// Opens the storages of buckets. Clones share their connections and credentials.
#[derive(Debug, Clone, Default)]
pub(crate) struct Storages {
    credentials: BucketCredentials,
    connected: Arc<Mutex<HashMap<BucketId, Arc<Connection>>>>,
}

impl Storages {
    /// Creates storages that use these credentials for buckets whose configuration contains them.
    pub(crate) fn new(credentials: BucketCredentials) -> Self {
        Self {
            credentials,
            connected: Arc::default(),
        }
    }

    /// Opens the storage of a bucket. Nothing is requested yet. After `cancel` is cancelled, requests to a server
    /// end promptly, and further ones fail.
    ///
    /// # Errors
    /// [`EngineError::Storage`] if the credentials or certificates aren't available.
    pub(crate) fn open(
        &self,
        bucket: &Bucket,
        cancel: &CancellationToken,
    ) -> Result<Arc<dyn BucketStorage>, EngineError> {
        let location = match &bucket.location {
            BucketLocation::Directory(path) => return Ok(Arc::new(DirectoryStorage::new(path.clone()))),
            BucketLocation::S3(location) => location,
        };
        let failed = |error: io::Error| storage(format!("bucket {} is unavailable", bucket.name), &error);
        let mut connected = failure::lock(&self.connected);
        let usable = connected.get(&bucket.id).filter(|connection| {
            connection.location == **location && !connection.is_refused.load(Ordering::Relaxed)
        });
        let connection = if let Some(connection) = usable {
            Arc::clone(connection)
        } else {
            let connection = Connection::new(location, bucket.id, &self.credentials).map_err(failed)?;
            let connection = Arc::new(connection);
            connected.insert(bucket.id, Arc::clone(&connection));
            connection
        };
        Ok(Arc::new(S3Storage {
            connection,
            cancel: cancel.clone(),
        }))
    }
}

/// A client of one bucket.
#[derive(Debug)]
struct Connection {
    location: S3Location,
    operator: Operator,
    slots: Semaphore,
    upload: Pace,
    download: Pace,
    /// Whether the server supports conditional writes, as far as known.
    conditions: AtomicBool,
    /// Whether the credentials were refused: they may have been replaced since they were read.
    is_refused: AtomicBool,
}

impl Connection {
    fn new(location: &S3Location, bucket_id: BucketId, known: &BucketCredentials) -> io::Result<Self> {
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
                let Some(found) = known.get(bucket_id) else {
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
        let timeouts = TimeoutLayer::new()
            .with_timeout(REQUEST_TIMEOUT)
            .with_io_timeout(limits.timeout());
        let retries = RetryLayer::new()
            .with_max_times(limits.retries_max as usize)
            .with_min_delay(RETRY_DELAYS[0])
            .with_max_delay(RETRY_DELAYS[1])
            .with_jitter();
        let transport = HttpTransporter::new(ReqwestTransport::new(http_client(location)?));
        let operator = Operator::new(builder)
            .map_err(io::Error::other)?
            .with_context(OperationContext::new().with_http_transport(transport))
            .layer(timeouts)
            .layer(retries);
        Ok(Self {
            location: location.clone(),
            operator,
            slots: Semaphore::new(limits.connections_max.max(1) as usize),
            upload: Pace::new(limits.upload_limit),
            download: Pace::new(limits.download_limit),
            conditions: AtomicBool::new(true),
            is_refused: AtomicBool::new(false),
        })
    }
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

/// The runtime of all requests, which outlives each of them.
fn runtime() -> io::Result<&'static Runtime> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(TRANSFER_THREADS)
        .thread_name("bucket-transfer")
        .enable_all()
        .build()?;
    Ok(RUNTIME.get_or_init(|| runtime))
}

/// A bucket on an S3 server, for one operation of the engine.
#[derive(Debug)]
struct S3Storage {
    connection: Arc<Connection>,
    cancel: CancellationToken,
}

impl S3Storage {
    /// Runs a request, and its retries, on the transfer threads.
    fn run<T: Send>(
        &self,
        doing: &str,
        request: impl Future<Output = opendal::Result<T>> + Send,
    ) -> io::Result<T> {
        let runtime = runtime()?;
        let request = self.cancel.run_until_cancelled(async {
            // The semaphore is never closed.
            let _slot = self.connection.slots.acquire().await;
            request.await
        });
        let result = if Handle::try_current().is_ok() {
            // Only when an engine is dropped by a task, and releases its buckets: a runtime can't wait in another one.
            std::thread::scope(|scope| {
                let waiting = scope.spawn(|| runtime.block_on(request));
                waiting
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        } else {
            runtime.block_on(request)
        };
        let error = match result {
            Some(Ok(value)) => return Ok(value),
            Some(Err(error)) => error,
            None => return Err(failure::cancelled()),
        };
        let location = &self.connection.location;
        let (error, is_refused) = s3_error::explain(doing, location, &error);
        if is_refused {
            self.connection.is_refused.store(true, Ordering::Relaxed);
        }
        tracing::debug!(bucket = location.bucket, doing, %error, "a request to a bucket failed");
        Err(error)
    }

    fn operator(&self) -> &Operator {
        &self.connection.operator
    }

    fn write(&self, key: &str, content: &[Bytes], if_absent: bool) -> io::Result<()> {
        let buffer = Buffer::from_iter(content.iter().cloned());
        let bytes = buffer.len();
        self.run("writing", async {
            self.connection.upload.wait(bytes).await;
            let write = self.operator().write_with(key, buffer);
            write.if_not_exists(if_absent).await
        })?;
        Ok(())
    }

    fn entries(&self, directory: &str, is_recursive: bool) -> io::Result<Vec<Object>> {
        let path = if directory.is_empty() {
            String::new()
        } else {
            format!("{directory}/")
        };
        let found = self.run("listing", async {
            self.operator().list_with(&path).recursive(is_recursive).await
        })?;
        let objects = found.into_iter().filter_map(|entry| {
            let name = entry.path().strip_prefix(&path)?.trim_end_matches('/');
            let found = entry.metadata();
            (!name.is_empty()).then(|| Object {
                name: name.to_owned(),
                size: found.content_length(),
                is_file: found.is_file(),
                modified: found.last_modified().map(Into::into),
            })
        });
        Ok(objects.collect())
    }
}

impl BucketStorage for S3Storage {
    fn describe(&self, key: &str) -> String {
        format!(
            "{}/{key}",
            BucketLocation::S3(Box::new(self.connection.location.clone()))
        )
    }

    fn check(&self) -> io::Result<()> {
        self.run("listing", async {
            let mut lister = self.operator().lister_with("").limit(1).await?;
            lister.next().await.transpose()
        })?;
        Ok(())
    }

    fn list(&self, directory: &str) -> io::Result<Vec<Object>> {
        self.entries(directory, false)
    }

    fn list_packs(&self, directory: &str) -> io::Result<Vec<Object>> {
        self.entries(directory, true)
    }

    fn any_below(&self, directory: &str, except: &str) -> io::Result<Option<String>> {
        let found = self.entries(directory, true)?;
        let mut names = found.into_iter().map(|object| object.name);
        Ok(names.find(|name| name.split_once('/').is_none_or(|(first, _)| first != except)))
    }

    fn size(&self, key: &str) -> io::Result<Option<u64>> {
        let found = self.run("reading", async {
            match self.operator().stat(key).await {
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                found => found.map(Some),
            }
        })?;
        Ok(found.map(|found| found.content_length()))
    }

    fn get(&self, key: &str) -> io::Result<Bytes> {
        self.run("reading", async {
            let content = self.operator().read(key).await?;
            self.connection.download.wait(content.len()).await;
            Ok(content.to_bytes())
        })
    }

    fn range(&self, key: &str, offset: u64, length: usize, _: Caching) -> io::Result<Bytes> {
        let end = offset.saturating_add(length as u64);
        let content = self.run("reading", async {
            self.connection.download.wait(length).await;
            self.operator().read_with(key).range(offset..end).await
        })?;
        if content.len() != length {
            let problem = format!("{} of {length} bytes were returned", content.len());
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, problem));
        }
        Ok(content.to_bytes())
    }

    fn put(&self, key: &str, content: &[Bytes]) -> io::Result<()> {
        self.write(key, content, false)
    }

    fn put_if_absent(&self, key: &str, content: &[Bytes]) -> io::Result<()> {
        if self.size(key)?.is_some() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let if_absent = self.connection.conditions.load(Ordering::Relaxed);
        match self.write(key, content, if_absent) {
            // The first of several attempts may have succeeded although its response was lost.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if self.get(key)? == content.concat() {
                    Ok(())
                } else {
                    Err(error)
                }
            }
            written => written,
        }
    }

    fn refuses_overwriting(&self, key: &str, content: &[Bytes]) -> io::Result<bool> {
        let refuses = match self.write(key, content, true) {
            Ok(()) => false,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => true,
            Err(error) if error.kind() == io::ErrorKind::Unsupported => false,
            Err(error) => return Err(error),
        };
        self.connection.conditions.store(refuses, Ordering::Relaxed);
        Ok(refuses)
    }

    fn delete(&self, key: &str) -> io::Result<()> {
        self.run("deleting", async { self.operator().delete(key).await })
    }
}
