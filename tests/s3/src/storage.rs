//! The correct server: `s3s-fs`, with the rules of real servers that it lacks.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::dto::{CompleteMultipartUploadInput, ListObjectsInput, ListObjectsV2Input, PutObjectInput};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3Request, S3Result, s3_error};
use s3s_fs::FileSystem;
use walkdir::WalkDir;

use crate::{ACCESS_KEY, SECRET_KEY};

/// Marks requests whose conditions are ignored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IgnoreConditions;

/// A service that stores objects below `directory`.
///
/// # Panics
/// When the directory doesn't exist.
pub(crate) fn service(directory: &Path) -> S3Service {
    let storage = FileSystem::new(directory).expect("the directory exists");
    let mut builder = S3ServiceBuilder::new(storage);
    builder.set_auth(Keys);
    builder.set_access(Buckets {
        directory: directory.to_owned(),
    });
    builder.build()
}

/// The sorted keys of the objects in a bucket.
pub(crate) fn keys(bucket: &Path) -> Vec<String> {
    let files = WalkDir::new(bucket).into_iter().filter_map(Result::ok);
    let keys = files
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| Some(entry.path().strip_prefix(bucket).ok()?.to_str()?.to_owned()));
    let mut keys: Vec<_> = keys.collect();
    keys.sort_unstable();
    keys
}

/// The only valid key. `s3s` responds to others with a code that AWS doesn't use here.
#[derive(Debug)]
struct Keys;

#[async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if access_key == ACCESS_KEY {
            return Ok(SECRET_KEY.into());
        }
        Err(s3_error!(
            InvalidAccessKeyId,
            "The AWS Access Key Id you provided does not exist in our records."
        ))
    }
}

/// Refuses requests to missing buckets, after the check of the signature, as real servers do: `s3s-fs` creates buckets
/// when objects are put. Also changes parsed requests.
#[derive(Debug)]
struct Buckets {
    directory: PathBuf,
}

#[async_trait]
impl S3Access for Buckets {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        if context.credentials().is_none() {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        }
        let bucket = context.s3_path().get_bucket_name();
        let is_missing = bucket.is_some_and(|bucket| !self.directory.join(bucket).is_dir());
        if is_missing && context.s3_op().name() != "CreateBucket" {
            return Err(s3_error!(NoSuchBucket, "The specified bucket does not exist"));
        }
        Ok(())
    }

    // restic's lists have empty delimiters.
    async fn list_objects(&self, request: &mut S3Request<ListObjectsInput>) -> S3Result<()> {
        request.input.delimiter.take_if(|delimiter| delimiter.is_empty());
        Ok(())
    }

    async fn list_objects_v2(&self, request: &mut S3Request<ListObjectsV2Input>) -> S3Result<()> {
        request.input.delimiter.take_if(|delimiter| delimiter.is_empty());
        Ok(())
    }

    async fn put_object(&self, request: &mut S3Request<PutObjectInput>) -> S3Result<()> {
        if request.extensions.get::<IgnoreConditions>().is_some() {
            request.input.if_match = None;
            request.input.if_none_match = None;
        }
        Ok(())
    }

    async fn complete_multipart_upload(
        &self,
        request: &mut S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<()> {
        if request.extensions.get::<IgnoreConditions>().is_some() {
            request.input.if_match = None;
            request.input.if_none_match = None;
        }
        Ok(())
    }
}
