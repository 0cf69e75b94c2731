//! Converts the file's tables of buckets: directories, and buckets of S3 servers.

use std::collections::HashSet;
use std::ops::Range;
use std::path::PathBuf;

use appkeep_core::catalog::{
    Account, Bucket, BucketLocation, S3Credentials, S3Encryption, S3Location, TransferLimits,
};
use appkeep_core::ids::{AccountId, BucketId};
use appkeep_engine::StaticCredentials;
use bytesize::ByteSize;
use percent_encoding::percent_decode_str;
use toml::Spanned;
use url::Url;

use super::credentials;
use super::declare::{Checker, derived_id};
use super::error::ConfigError;
use super::file::BucketTable;
use super::{
    BUCKET_BACKUPS_DEFAULT, S3_CONNECTIONS_MAX, S3_REGION_DEFAULT, S3_RETRIES_MAX, S3_TIMEOUT_SECS_MAX,
    WORKERS_MAX,
};

/// The parts of a URL that locates a bucket.
enum BucketUrl {
    Directory(PathBuf),
    S3 {
        bucket: String,
        prefix: String,
        credentials: Option<StaticCredentials>,
    },
}

/// An S3 location that a configuration names, and where it names it.
#[derive(Debug)]
pub(super) struct S3Place {
    account_id: AccountId,
    what: String,
    server: (String, String),
    prefix: String,
    span: Range<usize>,
}

impl Checker<'_> {
    pub(super) fn bucket(
        &mut self,
        account: &Account,
        table: &BucketTable,
        names: &mut HashSet<String>,
    ) -> Result<Bucket, ConfigError> {
        let name = self.name(&table.name, names)?;
        let derived = derived_id("bucket", &account.name, &name);
        let id = BucketId::new(self.id(table.id.as_ref(), &table.name, derived)?);
        let location = self.location(account, table, &name, id)?;
        Ok(Bucket {
            id,
            account_id: account.id,
            name,
            location,
            is_default: table.default.as_ref().is_some_and(|marked| *marked.get_ref()),
            backups_max: self.number(
                table.backups_max.as_ref(),
                BUCKET_BACKUPS_DEFAULT,
                1..=WORKERS_MAX,
            )?,
            declared: true,
        })
    }

    fn location(
        &mut self,
        account: &Account,
        table: &BucketTable,
        name: &str,
        id: BucketId,
    ) -> Result<BucketLocation, ConfigError> {
        let expected = "expected `path = \"/a/directory\"` or `url = \"s3://bucket/prefix\"`";
        let (url, span) = match (&table.path, &table.url) {
            (Some(path), None) => (BucketUrl::Directory(self.path(path, "a directory")?), path.span()),
            (None, Some(url)) => (self.bucket_url(url)?, url.span()),
            (None, None) => {
                let problem = format!("bucket {name:?} has no location: {expected}");
                return Err(self.error(&table.name.span(), problem));
            }
            (Some(_), Some(url)) => {
                let problem = format!("bucket {name:?} has two locations: {expected}");
                return Err(self.error(&url.span(), problem));
            }
        };
        match url {
            BucketUrl::Directory(directory) => {
                if let Some((setting, span)) = table.s3_setting() {
                    let problem = format!("`{setting}` applies only to buckets with an s3:// URL");
                    return Err(self.error(&span, problem));
                }
                self.directories.add_bucket(name, account.id, &directory, span);
                Ok(BucketLocation::Directory(directory))
            }
            BucketUrl::S3 {
                bucket,
                prefix,
                credentials,
            } => {
                let location = self.s3_location(table, id, bucket, prefix, credentials)?;
                self.s3_places.push(S3Place {
                    account_id: account.id,
                    what: format!("bucket {name:?}"),
                    server: (location.endpoint_url(), location.bucket.clone()),
                    prefix: location.prefix.clone(),
                    span,
                });
                Ok(BucketLocation::S3(Box::new(location)))
            }
        }
    }

    fn bucket_url(&self, given: &Spanned<String>) -> Result<BucketUrl, ConfigError> {
        let refused = |problem: String| Err(self.error(&given.span(), problem));
        let expected = "expected s3://bucket/prefix or file:///a/directory";
        let url = match Url::parse(given.get_ref()) {
            Ok(url) => url,
            Err(error) => return refused(format!("invalid URL: {error}: {expected}")),
        };
        if url.query().is_some() || url.fragment().is_some() {
            return refused(format!("the URL has a query or a fragment: {expected}"));
        }
        match url.scheme() {
            "file" => match url.to_file_path() {
                Ok(path) => Ok(BucketUrl::Directory(path)),
                Err(()) => refused(format!("the URL is not that of a local directory: {expected}")),
            },
            "s3" => {
                let bucket = url.host_str().unwrap_or_default();
                let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
                if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(is_valid) {
                    return refused(format!(
                        "invalid S3 bucket {bucket:?}: expected 3 to 63 letters, digits, hyphens, dots and underscores"
                    ));
                }
                if url.port().is_some() {
                    return refused(
                        "the URL has a port: set the address of the server as `endpoint`".to_owned(),
                    );
                }
                let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
                let prefix = decoded(url.path()).trim_matches('/').to_owned();
                if prefix.split('/').any(|part| matches!(part, "." | "..")) || prefix.contains("//") {
                    return refused(format!(
                        "invalid prefix {prefix:?}: expected names separated by slashes"
                    ));
                }
                let credentials = match (url.username(), url.password()) {
                    ("", None) => None,
                    (access_key, Some(secret_key)) if !access_key.is_empty() => Some(StaticCredentials {
                        access_key: decoded(access_key).into(),
                        secret_key: decoded(secret_key).into(),
                        session_token: None,
                    }),
                    _ => {
                        let problem = "the URL contains only half of the credentials: expected s3://ACCESS-KEY:SECRET-KEY@bucket";
                        return refused(problem.to_owned());
                    }
                };
                Ok(BucketUrl::S3 {
                    bucket: bucket.to_owned(),
                    prefix,
                    credentials,
                })
            }
            scheme => refused(format!("unknown scheme {scheme:?}: {expected}")),
        }
    }

    fn s3_location(
        &mut self,
        table: &BucketTable,
        id: BucketId,
        bucket: String,
        prefix: String,
        in_url: Option<StaticCredentials>,
    ) -> Result<S3Location, ConfigError> {
        let endpoint = table
            .endpoint
            .as_ref()
            .map(|given| self.endpoint(given))
            .transpose()?;
        let region = match (&table.region, &endpoint) {
            (Some(region), _) => self.setting(region, "a region")?,
            (None, Some(_)) => S3_REGION_DEFAULT.to_owned(),
            (None, None) => {
                let span = table.url.as_ref().map_or(table.name.span(), Spanned::span);
                let problem = "the region is missing: expected `region = \"…\"` for Amazon S3, or `endpoint = \"https://…\"` for another server";
                return Err(self.error(&span, problem.to_owned()));
            }
        };
        let path_style = table.path_style.as_ref().map(|given| *given.get_ref());
        let storage_class = table.storage_class.as_ref();
        Ok(S3Location {
            bucket,
            prefix,
            path_style: path_style.unwrap_or(endpoint.is_some()),
            endpoint,
            region,
            storage_class: storage_class
                .map(|class| self.setting(class, "a storage class"))
                .transpose()?,
            encryption: self.encryption(table)?,
            ca_file: table
                .ca_file
                .as_ref()
                .map(|path| self.path(path, "a file"))
                .transpose()?,
            credentials: self.credentials(table, id, in_url)?,
            limits: self.limits(table)?,
        })
    }

    fn endpoint(&self, given: &Spanned<String>) -> Result<String, ConfigError> {
        let text = given.get_ref().trim_end_matches('/');
        let parsed = Url::parse(text).ok();
        let is_valid = |url: &Url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.path() == "/"
                && url.query().is_none()
                && url.username().is_empty()
        };
        if parsed.as_ref().is_some_and(is_valid) {
            return Ok(text.to_owned());
        }
        let problem = "invalid endpoint: expected the URL of an S3 server, without a path, for example \"https://s3.example.com:9000\"";
        Err(self.error(&given.span(), problem.to_owned()))
    }

    fn setting(&self, given: &Spanned<String>, expected: &str) -> Result<String, ConfigError> {
        let text = given.get_ref();
        if text.is_empty()
            || text
                .chars()
                .any(|character| character.is_control() || character.is_whitespace())
        {
            return Err(self.error(
                &given.span(),
                format!("invalid value {text:?}: expected {expected}"),
            ));
        }
        Ok(text.clone())
    }

    fn encryption(&self, table: &BucketTable) -> Result<Option<S3Encryption>, ConfigError> {
        let key = table.encryption_key.as_ref();
        let key_text = key.map(|key| self.setting(key, "the id of a key")).transpose()?;
        let kind = table.encryption.as_ref();
        match (kind.map(|kind| kind.get_ref().as_str()), key, kind) {
            (Some("aws:kms"), ..) => Ok(Some(S3Encryption::Kms(key_text))),
            (_, Some(key), _) => {
                let problem = "`encryption_key` requires `encryption = \"aws:kms\"`";
                Err(self.error(&key.span(), problem.to_owned()))
            }
            (Some("AES256"), ..) => Ok(Some(S3Encryption::Server)),
            (Some(other), _, Some(kind)) => {
                let problem = format!("invalid encryption {other:?}: expected AES256 or aws:kms");
                Err(self.error(&kind.span(), problem))
            }
            _ => Ok(None),
        }
    }

    /// Determines the source of the credentials, and remembers those that the configuration contains.
    fn credentials(
        &mut self,
        table: &BucketTable,
        id: BucketId,
        in_url: Option<StaticCredentials>,
    ) -> Result<S3Credentials, ConfigError> {
        let span = table.url.as_ref().map_or(table.name.span(), Spanned::span);
        let mut found: Vec<(Range<usize>, Option<StaticCredentials>)> = Vec::new();
        found.extend(in_url.map(|keys| (span.clone(), Some(keys))));
        if let Some(path) = &table.credentials_file {
            let file = self.path(path, "a file")?;
            let keys = credentials::read(&file).map_err(|problem| self.error(&path.span(), problem))?;
            found.push((path.span(), Some(keys)));
        }
        match (&table.access_key, &table.secret_key) {
            (Some(access_key), Some(secret_key)) => found.push((
                access_key.span(),
                Some(StaticCredentials {
                    access_key: access_key.get_ref().clone(),
                    secret_key: secret_key.get_ref().clone(),
                    session_token: table.session_token.as_ref().map(|token| token.get_ref().clone()),
                }),
            )),
            (None, None) => {}
            (Some(half), None) | (None, Some(half)) => {
                let problem = "the credentials are incomplete: expected both `access_key` and `secret_key`";
                return Err(self.error(&half.span(), problem.to_owned()));
            }
        }
        let profile = table.profile.as_ref();
        found.extend(profile.map(|profile| (profile.span(), None)));
        if let Some((span, _)) = found.get(1) {
            let problem = "the credentials are configured twice: expected one of `access_key` with `secret_key`, \
                           `credentials_file`, `profile`, and credentials in the URL";
            return Err(self.error(span, problem.to_owned()));
        }
        match (found.pop(), profile) {
            (Some((_, Some(keys))), _) => {
                self.bucket_credentials.insert(id, keys);
                Ok(S3Credentials::Configured)
            }
            (Some((_, None)), Some(profile)) => {
                Ok(S3Credentials::Profile(self.setting(profile, "a profile")?))
            }
            _ => Ok(S3Credentials::Environment),
        }
    }

    fn limits(&self, table: &BucketTable) -> Result<TransferLimits, ConfigError> {
        let default = TransferLimits::default();
        let (timeout, retries) = (table.timeout_secs.as_ref(), table.retries_max.as_ref());
        let connections = table.connections_max.as_ref();
        Ok(TransferLimits {
            timeout_secs: self.number(timeout, default.timeout_secs, 1..=S3_TIMEOUT_SECS_MAX)?,
            retries_max: self.number(retries, default.retries_max, 0..=S3_RETRIES_MAX)?,
            connections_max: self.number(connections, default.connections_max, 1..=S3_CONNECTIONS_MAX)?,
            upload_limit: self.rate(table.upload_limit.as_ref())?,
            download_limit: self.rate(table.download_limit.as_ref())?,
        })
    }

    fn rate(&self, given: Option<&Spanned<String>>) -> Result<Option<u64>, ConfigError> {
        let Some(given) = given else { return Ok(None) };
        let text = given.get_ref();
        let rate: Option<ByteSize> = text.strip_suffix("/s").and_then(|size| size.trim().parse().ok());
        match rate {
            Some(ByteSize(bytes)) if bytes > 0 => Ok(Some(bytes)),
            _ => {
                let problem =
                    format!("invalid rate {text:?}: expected a size per second, for example \"10 MiB/s\"");
                Err(self.error(&given.span(), problem))
            }
        }
    }

    /// Checks that no bucket is inside another one on the same server, or the same.
    pub(super) fn check_s3_places(&self) -> Result<(), ConfigError> {
        let is_inside = |inner: &str, outer: &str| {
            outer.is_empty()
                || inner
                    .strip_prefix(outer)
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        for (number, one) in self.s3_places.iter().enumerate() {
            let others = self.s3_places.iter().enumerate();
            for (place, other) in others.filter(|(_, other)| other.server == one.server) {
                let is_same = one.prefix == other.prefix;
                // Accounts may share a bucket: each app has its own repository in it.
                let is_shared = is_same && one.account_id != other.account_id;
                if place == number || is_shared || (is_same && number < place) {
                    continue;
                }
                if is_same || is_inside(&one.prefix, &other.prefix) {
                    let relation = if is_same {
                        "has the same location as"
                    } else {
                        "is inside"
                    };
                    let problem = format!("{} {relation} {}: expected another prefix", one.what, other.what);
                    return Err(self.error(&one.span, problem));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
