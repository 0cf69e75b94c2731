//! The objects of a bucket: files in a directory, or objects on an S3-compatible server.
//!
//! Both kinds follow the same strict rules. A listing is complete or fails, a read returns all requested bytes or
//! fails, and a write returns only once the data is durable.

mod connection;
mod credentials;
mod directory;
mod pace;
mod probe;
mod s3;
mod s3_error;
mod storages;

use std::fmt;
use std::io;
use std::time::SystemTime;

use bytes::Bytes;

pub use self::credentials::{BucketCredentials, StaticCredentials};
pub(crate) use self::directory::{DirectoryStorage, TMP_DIR};
pub(crate) use self::probe::Probes;
pub(crate) use self::storages::Storages;

/// An entry of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    /// The name below the listed directory.
    pub(crate) name: String,
    /// The size in bytes.
    pub(crate) size: u64,
    /// Whether it is an object, and not a directory or anything else.
    pub(crate) is_file: bool,
    /// When it was last written, by the storage's clock.
    pub(crate) modified: Option<SystemTime>,
}

/// Whether a read may be answered from a cache of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caching {
    /// It may.
    Allowed,
    /// It should reach the storage, as far as the system supports that.
    Bypassed,
}

/// The storage of a bucket. Keys are paths below the bucket, such as `<app id>/config`; the first part of a longer
/// key is a repository's directory.
///
/// All methods block, and must not be called on a thread of an async runtime.
pub(crate) trait BucketStorage: fmt::Debug + Send + Sync {
    /// The location of an object, for logs and for administrators.
    fn describe(&self, key: &str) -> String;

    /// Checks that the bucket exists and can be read.
    fn check(&self) -> io::Result<()>;

    /// Lists the entries of a directory, not those of its subdirectories; `""` is the whole bucket. The directory of
    /// an existing repository must exist if directories are more than parts of keys.
    fn list(&self, directory: &str) -> io::Result<Vec<Object>>;

    /// Lists the objects in the subdirectories of a repository's directory of packs.
    fn list_packs(&self, directory: &str) -> io::Result<Vec<Object>>;

    /// The name of any object in a directory or its subdirectories, except the subdirectory `except`.
    fn any_below(&self, directory: &str, except: &str) -> io::Result<Option<String>>;

    /// The size of an object in bytes, if it exists.
    fn size(&self, key: &str) -> io::Result<Option<u64>>;

    /// Reads an object.
    fn get(&self, key: &str) -> io::Result<Bytes>;

    /// Reads exactly `length` bytes of an object.
    fn range(&self, key: &str, offset: u64, length: usize, caching: Caching) -> io::Result<Bytes>;

    /// Writes an object, and replaces an existing one.
    fn put(&self, key: &str, content: &[Bytes]) -> io::Result<()>;

    /// Starts to write an object, and returns when few enough writes are in progress. [`Self::finish_puts`] returns
    /// only after all of them. By default, this is the same as [`Self::put`].
    fn start_put(&self, key: &str, content: &[Bytes]) -> io::Result<()> {
        self.put(key, content)
    }

    /// Waits until all writes that were started have ended.
    fn finish_puts(&self) -> io::Result<()> {
        Ok(())
    }

    /// Ends all writes that were started, and returns when none is in progress.
    fn abort_puts(&self) {}

    /// Whether the storage is accessed over a network, so that fewer and more concurrent requests are faster.
    fn is_remote(&self) -> bool {
        false
    }

    /// Tries to write an existing object on the condition that it doesn't exist. Returns whether that was refused, for
    /// the log: all other writes are unconditional.
    fn refuses_overwriting(&self, key: &str, content: &[Bytes]) -> io::Result<bool>;

    /// Whether the storage keeps an existing object as a noncurrent version when it is replaced or deleted.
    fn is_versioned(&self, _key: &str) -> io::Result<bool> {
        Ok(false)
    }

    /// Writes an existing object again, or at least updates its time if there is no space.
    fn refresh(&self, key: &str, content: &[Bytes]) -> io::Result<()> {
        self.put(key, content)
    }

    /// Deletes an object; succeeds if it doesn't exist. The deletion is durable, except that of a pack.
    fn delete(&self, key: &str) -> io::Result<()>;

    /// Prepares the directory of a new repository.
    fn create_repository(&self, _directory: &str) -> io::Result<()> {
        Ok(())
    }

    /// Deletes the leftovers of interrupted writes to a repository. There must be no concurrent writer.
    fn clear_unfinished(&self, _directory: &str) -> io::Result<()> {
        Ok(())
    }
}
