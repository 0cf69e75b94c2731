//! A bucket of an S3-compatible server, accessed with `opendal`.
//!
//! No object is larger than a pack or an index, so each is written by one request: there are no multipart uploads that
//! an interruption could leave behind.

use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use opendal::{Buffer, ErrorKind, Operator};
use tokio::runtime::{Handle, Runtime};
use tokio::task::JoinSet;

use super::connection::{Connection, Purpose};
use super::s3_error;
use super::{BucketStorage, Caching, Object};
use crate::failure;
use crate::fence::Fence;

/// The maximum number of writes that are in progress at once. Each holds a pack in memory.
const PUTS_MAX: usize = 5;

/// The space for an object that is read, in bytes. Few packs are larger; what isn't filled takes no memory.
const OBJECT_CAPACITY: usize = 9 << 20;

/// The threads that transfer data of all buckets.
const TRANSFER_THREADS: usize = 2;

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
pub(super) struct S3Storage {
    connection: Arc<Connection>,
    purpose: Purpose,
    fence: Fence,
    /// The writes in progress, which end when this is dropped.
    puts: Mutex<JoinSet<io::Result<opendal::Result<()>>>>,
}

impl S3Storage {
    pub(super) fn new(connection: Arc<Connection>, purpose: Purpose, fence: Fence) -> Self {
        Self {
            connection,
            purpose,
            fence,
            puts: Mutex::default(),
        }
    }

    /// Runs a request, and its retries, on the transfer threads.
    fn run<T: Send>(
        &self,
        doing: &str,
        request: impl Future<Output = opendal::Result<T>> + Send,
    ) -> io::Result<T> {
        let request = async {
            let _slot = self.connection.slot(self.purpose).await;
            request.await
        };
        self.block_on(request)?
            .map_err(|error| self.explain(doing, &error))
    }

    /// Waits for a future, unless the fence fails.
    fn block_on<T: Send>(&self, future: impl Future<Output = T> + Send) -> io::Result<T> {
        Self::wait_for(self.fence.guard(future))?
    }

    fn wait_for<T: Send>(future: impl Future<Output = T> + Send) -> io::Result<T> {
        let runtime = runtime()?;
        let result = if Handle::try_current().is_ok() {
            // Only when an engine is dropped by a task, and releases its buckets: a runtime can't wait in another one.
            std::thread::scope(|scope| {
                let waiting = scope.spawn(|| runtime.block_on(future));
                waiting
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        } else {
            runtime.block_on(future)
        };
        Ok(result)
    }

    fn explain(&self, doing: &str, error: &opendal::Error) -> io::Error {
        let location = &self.connection.location;
        let (error, is_refused) = s3_error::explain(doing, location, error);
        if is_refused {
            self.connection.refuse();
        }
        tracing::debug!(bucket = location.bucket, doing, %error, "a request to a bucket failed");
        error
    }

    /// Waits until at most `most` writes are in progress.
    fn await_puts(&self, most: usize) -> io::Result<()> {
        let mut puts = failure::lock(&self.puts);
        while puts.len() > most {
            let put = self
                .block_on(puts.join_next())?
                .transpose()
                .map_err(io::Error::other)?;
            put.unwrap_or(Ok(Ok(())))?
                .map_err(|error| self.explain("writing", &error))?;
        }
        Ok(())
    }

    fn operator(&self) -> &Operator {
        self.connection.operator(self.purpose)
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
        format!("{}/{key}", self.connection.location)
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
        // `Operator::read` would collect the whole object in pieces, which then would have to be copied.
        let content = self.run("reading", async {
            let mut content = BytesMut::with_capacity(OBJECT_CAPACITY);
            let reader = self.operator().reader(key).await?;
            reader.read_into(&mut content, ..).await?;
            Ok(content.freeze())
        })?;
        self.block_on(self.connection.download.wait_for_object(content.len()))?;
        Ok(content)
    }

    fn range(&self, key: &str, offset: u64, length: usize, _: Caching) -> io::Result<Bytes> {
        let end = offset.saturating_add(length as u64);
        self.block_on(self.connection.download.wait(length))?;
        let read = self.operator().read_with(key).range(offset..end);
        let content = self.run("reading", read.into_future())?;
        if content.len() != length {
            let problem = format!("{} of {length} bytes were returned", content.len());
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, problem));
        }
        Ok(content.to_bytes())
    }

    fn put(&self, key: &str, content: &[Bytes]) -> io::Result<()> {
        let buffer: Buffer = content.iter().cloned().collect();
        self.block_on(self.connection.write(self.purpose, key, buffer))?
            .map_err(|error| self.explain("writing", &error))
    }

    fn start_put(&self, key: &str, content: &[Bytes]) -> io::Result<()> {
        self.await_puts(PUTS_MAX - 1)?;
        let (connection, purpose) = (Arc::clone(&self.connection), self.purpose);
        let (key, content): (_, Buffer) = (key.to_owned(), content.iter().cloned().collect());
        let fence = self.fence.clone();
        let write = async move { fence.guard(connection.write(purpose, &key, content)).await };
        failure::lock(&self.puts).spawn_on(write, runtime()?.handle());
        Ok(())
    }

    fn finish_puts(&self) -> io::Result<()> {
        self.await_puts(0)
    }

    fn abort_puts(&self) {
        let mut puts = failure::lock(&self.puts);
        if !puts.is_empty()
            && let Err(error) = Self::wait_for(puts.shutdown())
        {
            tracing::error!(%error, "writes could not be ended");
        }
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn refuses_overwriting(&self, key: &str, content: &[Bytes]) -> io::Result<bool> {
        let content: Buffer = content.iter().cloned().collect();
        let written = self.run("writing", async {
            self.operator().write_with(key, content).if_not_exists(true).await
        });
        match written {
            Ok(_) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn is_versioned(&self, key: &str) -> io::Result<bool> {
        let found = self.run("reading", async { self.operator().stat(key).await })?;
        // The version of objects is "null" while versioning is suspended.
        Ok(found.version().is_some_and(|version| version != "null"))
    }

    fn delete(&self, key: &str) -> io::Result<()> {
        self.run("deleting", async { self.operator().delete(key).await })
    }
}
