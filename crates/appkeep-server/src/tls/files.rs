//! A certificate and its private key in two PEM files.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use x509_parser::parse_x509_certificate;
use zeroize::Zeroizing;

use super::error::TlsError;

/// The size limit of a file of certificates or keys, in bytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
/// The remaining validity of a certificate at which a warning is logged.
const WARN_BEFORE: TimeDelta = TimeDelta::days(14);

/// The paths of a certificate and its private key.
#[derive(Debug, Clone)]
pub(super) struct PemFiles {
    /// The certificate's file.
    pub(super) cert: PathBuf,
    key: PathBuf,
}

/// The content of the two files.
pub(super) struct Contents {
    cert: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

/// A certificate that handshakes can use.
pub(super) struct Loaded {
    /// The certificate with its key.
    pub(super) certified: Arc<CertifiedKey>,
    /// When the certificate expires.
    pub(super) ends_at: DateTime<Utc>,
}

impl PemFiles {
    pub(super) fn new(cert: PathBuf, key: PathBuf) -> Self {
        Self { cert, key }
    }

    /// Reads both files.
    ///
    /// # Errors
    /// When one can't be read or is too large.
    pub(super) fn read(&self) -> Result<Contents, TlsError> {
        let cert = read(&self.cert).map_err(|problem| self.bad_certificate(problem))?;
        let key = read(&self.key).map_err(|problem| self.bad_key(problem))?;
        Ok(Contents {
            cert: cert.to_vec(),
            key,
        })
    }

    fn bad_certificate(&self, problem: impl Into<String>) -> TlsError {
        TlsError::Certificate {
            path: self.cert.clone(),
            problem: problem.into(),
        }
    }

    fn bad_key(&self, problem: impl Into<String>) -> TlsError {
        TlsError::Key {
            path: self.key.clone(),
            problem: problem.into(),
        }
    }

    /// Warns when all users can read the key.
    pub(super) fn warn_of_open_key(&self) {
        let Ok(metadata) = self.key.metadata() else {
            return;
        };
        let mode = metadata.permissions().mode() & 0o777;
        // Sharing the file with a group is legitimate.
        if mode & 0o007 != 0 {
            tracing::warn!(
                "the private key {} is readable by all users (mode {mode:o})",
                self.key.display()
            );
        }
    }
}

impl Contents {
    /// Returns a digest of both files, to detect changes.
    pub(super) fn digest(&self) -> [u8; 32] {
        let parts = [Sha256::digest(&self.cert), Sha256::digest(self.key.as_slice())];
        Sha256::digest(parts.concat()).into()
    }

    /// Parses the content.
    ///
    /// # Errors
    /// When it contains no certificate or no key, or the two don't match.
    pub(super) fn load(&self, files: &PemFiles) -> Result<Loaded, TlsError> {
        let chain = CertificateDer::pem_slice_iter(&self.cert)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| files.bad_certificate(error.to_string()))?;
        let Some(first) = chain.first() else {
            return Err(
                files.bad_certificate("it contains no certificate: expected -----BEGIN CERTIFICATE-----")
            );
        };
        let ends_at = ends_at(first).map_err(|problem| files.bad_certificate(problem))?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|error| {
            files.bad_key(match error {
                rustls::pki_types::pem::Error::NoItemsFound => {
                    "it contains no unencrypted private key: expected -----BEGIN PRIVATE KEY-----".to_owned()
                }
                other => other.to_string(),
            })
        })?;
        let certified = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider());
        let certified = certified.map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => TlsError::Mismatch {
                cert: files.cert.clone(),
                key: files.key.clone(),
            },
            rustls::Error::InvalidCertificate(_) => files.bad_certificate(error.to_string()),
            other => files.bad_key(other.to_string()),
        })?;
        Ok(Loaded {
            certified: Arc::new(certified),
            ends_at,
        })
    }
}

impl Loaded {
    /// Warns when the certificate has expired, or will soon.
    pub(super) fn warn_of_its_end(&self, files: &PemFiles, now: DateTime<Utc>) {
        let (file, ends_at) = (files.cert.display(), self.ends_at);
        if ends_at <= now {
            tracing::warn!("the certificate {file} ended at {ends_at}: clients reject it");
        } else if ends_at - now < WARN_BEFORE {
            tracing::warn!("the certificate {file} ends at {ends_at}");
        }
    }
}

/// Returns when a certificate expires.
fn ends_at(certificate: &CertificateDer<'_>) -> Result<DateTime<Utc>, String> {
    let (_, parsed) = parse_x509_certificate(certificate).map_err(|error| error.to_string())?;
    let seconds = parsed.validity().not_after.timestamp();
    DateTime::from_timestamp(seconds, 0)
        .ok_or_else(|| format!("invalid end of validity: {seconds} s since 1970"))
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let metadata = file.metadata().map_err(|error| error.to_string())?;
    if metadata.is_dir() {
        return Err("it is a directory".to_owned());
    }
    // Enough capacity for everything, so that reallocation leaves no copy of the key behind.
    let room = usize::try_from(metadata.len().min(FILE_BYTES_MAX) + 1).unwrap_or_default();
    let mut content = Zeroizing::new(Vec::with_capacity(room));
    let read = file.take(FILE_BYTES_MAX + 1).read_to_end(&mut content);
    read.map_err(|error| error.to_string())?;
    if content.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("it is larger than {FILE_BYTES_MAX} bytes"));
    }
    Ok(content)
}
