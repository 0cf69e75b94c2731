//! TLS: the server's certificate, and its replacement while the server runs.
//!
//! The certificate is in files, which the operator or the server itself maintains. Handshakes use the last
//! valid certificate; open connections keep theirs. `listener` performs the handshakes.

mod error;
mod files;
mod own;
mod watch;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use appkeep_core::clock::Clock;
use chrono::{DateTime, Utc};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

pub use self::error::TlsError;
use self::files::{Loaded, PemFiles};
use self::own::OwnCertificate;
pub(crate) use self::watch::CertificateWatch;

/// The source of the server's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tls {
    /// The operator provides the certificate, and may replace it while the server runs.
    Files {
        /// The certificate and the intermediate certificates of its chain (PEM).
        cert: PathBuf,
        /// The private key (PEM: PKCS #8, PKCS #1 or SEC 1).
        key: PathBuf,
    },
    /// The server creates the certificate, with its own authority, in its data directory.
    SelfSigned {
        /// Names and addresses by which clients reach the server, besides `localhost`, the loopback
        /// addresses, the host's name and the listening address.
        names: Vec<String>,
    },
}

/// The certificate in use.
pub(crate) struct Certificate {
    shown: Arc<Shown>,
    files: PemFiles,
    digest: [u8; 32],
    own: Option<OwnCertificate>,
}

impl Certificate {
    /// Reads the certificate, or creates it.
    ///
    /// # Errors
    /// When it can't be read, created or used.
    pub(crate) fn open(
        tls: &Tls,
        data_dir: &Path,
        listen: SocketAddr,
        clock: &dyn Clock,
    ) -> Result<Self, TlsError> {
        let (files, own) = match tls {
            Tls::Files { cert, key } => (PemFiles::new(cert.clone(), key.clone()), None),
            Tls::SelfSigned { names } => {
                let mut own = OwnCertificate::new(data_dir, listen, names)?;
                own.renew_if_due(clock.now())?;
                (own.files(), Some(own))
            }
        };
        let contents = files.read()?;
        let loaded = contents.load(&files)?;
        files.warn_of_open_key();
        loaded.warn_of_its_end(&files, clock.now());
        Ok(Self {
            shown: Arc::new(Shown(RwLock::new(loaded))),
            digest: contents.digest(),
            files,
            own,
        })
    }

    /// Returns the certificate authority that clients have to trust, if the server created its certificate
    /// itself.
    pub(crate) fn ca_file(&self) -> Option<PathBuf> {
        self.own.as_ref().map(OwnCertificate::ca_file)
    }

    /// Returns the end of the validity of the certificate in use, which changes when it is replaced.
    pub(crate) fn expiry(&self) -> Expiry {
        Expiry(self.shown.clone())
    }

    /// Returns the TLS configuration. Each handshake uses the certificate that is current at that time.
    ///
    /// # Errors
    /// When the TLS library supports no protocol version.
    pub(crate) fn server_config(&self) -> Result<ServerConfig, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Protocol(error.to_string()))?
            .with_no_client_auth()
            .with_cert_resolver(self.shown.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// The certificate that handshakes use.
struct Shown(RwLock<Loaded>);

impl Shown {
    fn replace(&self, loaded: Loaded) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = loaded;
    }

    fn read(&self) -> RwLockReadGuard<'_, Loaded> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of the validity of the certificate in use.
#[derive(Debug, Clone)]
pub(crate) struct Expiry(Arc<Shown>);

impl Expiry {
    /// When the certificate expires that handshakes use now.
    pub(crate) fn ends_at(&self) -> DateTime<Utc> {
        self.0.read().ends_at
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.read().certified.clone())
    }
}

impl fmt::Debug for Shown {
    /// The certified key contains a private key, so it isn't printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").finish_non_exhaustive()
    }
}
