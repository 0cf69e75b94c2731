//! Why a certificate can't be used, in one line.

use std::path::PathBuf;

/// Why the server can't speak TLS, or not with another certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// The certificate can't be read or understood.
    #[error("failed to use the certificate {}: {problem}", .path.display())]
    Certificate {
        /// Its file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The private key can't be read or understood.
    #[error("failed to use the private key {}: {problem}", .path.display())]
    Key {
        /// Its file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The two are not a pair.
    #[error("the certificate {} is not that of the private key {}", .cert.display(), .key.display())]
    Mismatch {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// No certificate can be made for this name.
    #[error("{name:?} is no name for a certificate: a host name or an IP address would be right")]
    Name {
        /// What was asked for.
        name: String,
    },
    /// The server's own authority can't be used.
    #[error(
        "failed to use the server's own certificate authority: {problem}; remove {} to have another one made, which clients then have to trust",
        .dir.display()
    )]
    Authority {
        /// The directory that it is in.
        dir: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The server's own certificate can't be made.
    #[error("failed to make a certificate in {}: {problem}", .dir.display())]
    Make {
        /// The directory that it would be in.
        dir: PathBuf,
        /// Why not.
        problem: String,
    },
    /// The library offers no protocol.
    #[error("failed to set up TLS: {0}")]
    Protocol(String),
}
