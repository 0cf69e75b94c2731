//! Errors about certificates, each printed on one line.

use std::path::PathBuf;

/// The reason why the server can't use TLS, or can't replace its certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The certificate can't be read or parsed.
    #[error("failed to use the certificate {}: {problem}", .path.display())]
    Certificate {
        /// The certificate's file.
        path: PathBuf,
        /// The problem.
        problem: String,
    },
    /// The private key can't be read or parsed.
    #[error("failed to use the private key {}: {problem}", .path.display())]
    Key {
        /// The key's file.
        path: PathBuf,
        /// The problem.
        problem: String,
    },
    /// The certificate and the key don't match.
    #[error("the certificate {} is not that of the private key {}", .cert.display(), .key.display())]
    Mismatch {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// No certificate can be created for this name.
    #[error("{name:?} is not a valid name for a certificate: expected a host name or an IP address")]
    Name {
        /// The requested name.
        name: String,
    },
    /// The server's own certificate authority can't be used.
    #[error(
        "failed to use the server's own certificate authority: {problem}; remove {} to create a new one, which clients must then trust",
        .dir.display()
    )]
    Authority {
        /// The directory of the authority.
        dir: PathBuf,
        /// The problem.
        problem: String,
    },
    /// The server's own certificate can't be created.
    #[error("failed to create a certificate in {}: {problem}", .dir.display())]
    Make {
        /// The directory for the certificate.
        dir: PathBuf,
        /// The cause.
        problem: String,
    },
    /// The TLS library supports no protocol version.
    #[error("failed to set up TLS: {0}")]
    Protocol(String),
}
