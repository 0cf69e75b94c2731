//! Reads a certificate authority from a TLS handshake.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use pem::{EncodeConfig, LineEnding, Pem};
use reqwest::Url;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use x509_parser::parse_x509_certificate;

use crate::failure::{COULD_NOT_RUN, Failure, NOT_FOUND};

/// The longest time of a connection and its handshake.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// A certificate authority.
#[derive(Debug)]
pub(super) struct Authority {
    /// The SHA-256 fingerprint: upper-case pairs of hex digits with colons between them, as `openssl` prints it.
    pub(super) fingerprint: String,
    pub(super) pem: String,
}

impl Authority {
    /// Parses the first certificate of a PEM file.
    ///
    /// # Errors
    /// When there is none, or it isn't that of an authority.
    pub(super) fn parse(pem: &[u8]) -> anyhow::Result<Self> {
        let certificate = pem::parse(pem)?;
        ensure!(
            is_authority(certificate.contents()),
            "it is the certificate of a server"
        );
        Ok(Self::new(certificate.contents()))
    }

    fn new(der: &[u8]) -> Self {
        let pairs: Vec<String> = Sha256::digest(der)
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        Self {
            fingerprint: pairs.join(":"),
            pem: pem::encode_config(
                &Pem::new("CERTIFICATE", der),
                EncodeConfig::new().set_line_ending(LineEnding::LF),
            ),
        }
    }
}

/// Returns whether a certificate is that of an authority which signed itself.
fn is_authority(der: &[u8]) -> bool {
    parse_x509_certificate(der)
        .is_ok_and(|(_, certificate)| certificate.is_ca() && certificate.issuer() == certificate.subject())
}

/// Fetches the authority that signed the certificate of the server at `url`, and checks that clients which trust it trust the
/// server.
///
/// # Errors
/// When the server can't be reached, doesn't use TLS, or doesn't send its authority; or when the authority didn't sign its
/// certificate.
pub(super) async fn fetch(url: &str) -> anyhow::Result<Authority> {
    let server = Server::parse(url)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = || {
        let builder = ClientConfig::builder_with_provider(provider.clone());
        builder.with_safe_default_protocol_versions()
    };
    let anyone = builder()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyServer(provider.clone())))
        .with_no_client_auth();
    let chain = server.handshake(anyone).await?;
    let Some(authority) = chain.iter().find(|certificate| is_authority(certificate)) else {
        let problem = format!("{url} doesn't send its certificate authority");
        return Err(Failure::new(NOT_FOUND, problem)
            .next("the operator of the server has it; authorities of the system need no file")
            .into());
    };
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone())?;
    let trusting = builder()?.with_root_certificates(roots).with_no_client_auth();
    server.handshake(trusting).await?;
    Ok(Authority::new(authority))
}

/// A server with TLS.
struct Server {
    url: String,
    host: String,
    port: u16,
    name: ServerName<'static>,
}

impl Server {
    fn parse(url: &str) -> anyhow::Result<Self> {
        let parsed = Url::parse(url).with_context(|| format!("invalid address {url}"))?;
        if parsed.scheme() != "https" {
            let problem = format!("{url} has no certificate authority: only https:// has one");
            return Err(Failure::new(COULD_NOT_RUN, problem).into());
        }
        let host = parsed
            .host_str()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
            .to_owned();
        Ok(Self {
            name: ServerName::try_from(host.clone()).with_context(|| format!("invalid host {host}"))?,
            port: parsed.port_or_known_default().unwrap_or_default(),
            url: url.to_owned(),
            host,
        })
    }

    /// Connects, and returns the server's certificates, its own first.
    async fn handshake(&self, config: ClientConfig) -> anyhow::Result<Vec<CertificateDer<'static>>> {
        let connector = TlsConnector::from(Arc::new(config));
        let connected = async {
            let tcp = TcpStream::connect((self.host.as_str(), self.port)).await?;
            connector.connect(self.name.clone(), tcp).await
        };
        let connected = tokio::time::timeout(HANDSHAKE_MAX, connected)
            .await
            .map_err(|_| {
                let seconds = HANDSHAKE_MAX.as_secs();
                Failure::new(
                    COULD_NOT_RUN,
                    format!("{} didn't respond within {seconds} seconds", self.url),
                )
            })?;
        let stream = connected.map_err(|error| {
            Failure::new(
                COULD_NOT_RUN,
                format!("the TLS handshake with {} failed: {error}", self.url),
            )
            .next("find the reason with appkeep doctor")
        })?;
        let (_, connection) = stream.get_ref();
        Ok(connection.peer_certificates().unwrap_or_default().to_vec())
    }
}

/// Accepts the certificate of any server, only to read it: no data is sent.
struct AnyServer(Arc<CryptoProvider>);

impl fmt::Debug for AnyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyServer")
    }
}

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
