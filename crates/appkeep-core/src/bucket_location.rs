//! The storage location of a bucket, without secrets: it is stored, logged and compared.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The storage location of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BucketLocation {
    /// A directory on this machine; the path is absolute.
    Directory(PathBuf),
    /// A bucket of an S3-compatible server.
    S3(Box<S3Location>),
}

impl BucketLocation {
    /// The directory on this machine, if it is one.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        match self {
            Self::Directory(path) => Some(path),
            Self::S3(_) => None,
        }
    }

    /// The address of the repository in this subdirectory, as plain restic's option `--repo` expects it.
    #[must_use]
    pub fn restic_repository(&self, directory: &str) -> String {
        match self {
            Self::Directory(path) => path.join(directory).display().to_string(),
            Self::S3(s3) => format!("s3:{}/{}/{directory}", s3.endpoint_url(), s3.path()),
        }
    }
}

/// The directory's path, or the URL `s3://<bucket>/<prefix>`.
impl fmt::Display for BucketLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path) => path.display().fmt(f),
            Self::S3(s3) => s3.fmt(f),
        }
    }
}

/// A bucket of an S3-compatible server, and how it is accessed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct S3Location {
    /// The name of the S3 bucket.
    pub bucket: String,
    /// The common prefix of all objects, without slashes at its ends; may be empty.
    pub prefix: String,
    /// The URL of the server; `None` means Amazon's for the region.
    pub endpoint: Option<String>,
    /// The region, which is part of every signature.
    pub region: String,
    /// Whether the bucket's name is in the path of requests, not in the host name.
    pub path_style: bool,
    /// The storage class of new objects; `None` means the server's default.
    pub storage_class: Option<String>,
    /// The encryption of new objects by the server, in addition to the repository's own.
    pub encryption: Option<S3Encryption>,
    /// A file with certificate authorities (PEM) that are trusted in addition to the system's.
    pub ca_file: Option<PathBuf>,
    /// The source of the credentials.
    pub credentials: S3Credentials,
    /// The limits of transfers.
    pub limits: TransferLimits,
}

impl S3Location {
    /// The name of the S3 bucket, and the prefix after a slash if there is one.
    fn path(&self) -> String {
        if self.prefix.is_empty() {
            self.bucket.clone()
        } else {
            format!("{}/{}", self.bucket, self.prefix)
        }
    }

    /// The URL of the server.
    #[must_use]
    pub fn endpoint_url(&self) -> String {
        let amazon = || format!("https://s3.{}.amazonaws.com", self.region);
        self.endpoint.clone().unwrap_or_else(amazon)
    }
}

/// The URL `s3://<bucket>/<prefix>`.
impl fmt::Display for S3Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.path())
    }
}

/// The encryption of objects by an S3 server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum S3Encryption {
    /// With keys that the server manages (`AES256`).
    Server,
    /// With a key of a key management service (`aws:kms`); `None` means its default key.
    Kms(Option<String>),
}

/// The source of the credentials for an S3 server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum S3Credentials {
    /// The environment: `AWS_*` variables, the default profile, or the machine's role.
    Environment,
    /// A profile of the shared configuration files of AWS.
    Profile(String),
    /// The server's configuration. The credentials themselves are never stored.
    Configured,
}

/// The limits of transfers from and to an S3 server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TransferLimits {
    /// The maximum duration of one transfer of at most a pack (8 MiB), in seconds.
    pub timeout_secs: u32,
    /// The maximum number of retries of a request that failed for a temporary reason.
    pub retries_max: u32,
    /// The maximum number of concurrent requests.
    pub connections_max: u32,
    /// The maximum rate of uploads in bytes per second.
    pub upload_limit: Option<u64>,
    /// The maximum rate of downloads in bytes per second.
    pub download_limit: Option<u64>,
}

impl TransferLimits {
    /// The maximum duration of one transfer.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_secs.into())
    }
}

impl Default for TransferLimits {
    fn default() -> Self {
        Self {
            timeout_secs: 300,
            retries_max: 6,
            connections_max: 8,
            upload_limit: None,
            download_limit: None,
        }
    }
}
