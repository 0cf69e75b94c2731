//! TLS options of `serve`.

use std::path::PathBuf;

use appkeep_server::Tls;
use clap::ValueEnum;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsArgs {
    /// Serve HTTPS with this certificate (PEM), followed by intermediate certificates. A replaced file is used within
    /// seconds, or at once after SIGHUP.
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with = "tls")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert", conflicts_with = "tls")]
    tls_key: Option<PathBuf>,
    /// Serve HTTPS with a certificate that the server creates. Clients must trust the file tls/ca.pem of the data
    /// directory.
    #[arg(long, value_enum, value_name = "HOW")]
    tls: Option<Own>,
    /// An additional name or address for the server's own certificate, besides localhost, the host's name and the
    /// listen address; may be repeated.
    #[arg(long, value_name = "NAME", requires = "tls")]
    tls_name: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Own {
    /// Signed by the server's own authority.
    SelfSigned,
}

impl TlsArgs {
    /// Returns the source of the certificate; none for plain HTTP.
    pub(crate) fn into_tls(self) -> Option<Tls> {
        match (self.tls_cert, self.tls_key, self.tls) {
            (Some(cert), Some(key), _) => Some(Tls::Files { cert, key }),
            (_, _, Some(Own::SelfSigned)) => Some(Tls::SelfSigned { names: self.tls_name }),
            _ => None,
        }
    }
}
