//! The trusted certificates of a client.

use reqwest::{Certificate, Url};

use super::{BuildError, ClientBuilder};
use crate::error::TransportError;

/// The TLS settings of a client.
#[derive(Debug, Clone, Default)]
pub(super) struct Tls {
    /// Certificates in PEM.
    root_certificates: Vec<Vec<u8>>,
    accept_invalid_certificates: bool,
    #[cfg(feature = "bundled-roots")]
    bundled_roots: bool,
}

impl ClientBuilder {
    /// Adds trusted certificates, one or more in PEM, to those of the system.
    #[must_use]
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.root_certificates.push(pem.into());
        self
    }

    /// Trusts the certificate authorities of Mozilla's list, which is part of the program, instead of the system's.
    /// For systems without certificates, such as minimal containers.
    #[cfg(feature = "bundled-roots")]
    #[must_use]
    pub fn bundled_roots(mut self) -> Self {
        self.tls.bundled_roots = true;
        self
    }

    /// Trusts any certificate, so any server can obtain the bearer token. For tests only.
    #[must_use]
    pub fn accept_invalid_certificates(mut self, accept: bool) -> Self {
        self.tls.accept_invalid_certificates = accept;
        self
    }
}

impl Tls {
    /// Applies the settings to an HTTP client for `base_url`.
    ///
    /// # Errors
    /// When a certificate can't be read.
    pub(super) fn apply(
        &self,
        http: reqwest::ClientBuilder,
        base_url: &Url,
    ) -> Result<reqwest::ClientBuilder, BuildError> {
        let refuse = |error| BuildError::RootCertificates(TransportError(error).to_string());
        let mut http = http.tls_danger_accept_invalid_certs(self.accept_invalid_certificates);
        if base_url.scheme() == "http" {
            // No certificates are needed, so a machine without any works, too.
            http = http.tls_certs_only([]);
        }
        #[cfg(feature = "bundled-roots")]
        if self.bundled_roots {
            let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
            let roots: Result<Vec<_>, _> = roots.map(|root| Certificate::from_der(root)).collect();
            http = http.tls_certs_only(roots.map_err(refuse)?);
        }
        for pem in &self.root_certificates {
            let certificates = Certificate::from_pem_bundle(pem).map_err(refuse)?;
            if certificates.is_empty() {
                return Err(BuildError::RootCertificates("no certificate in there".to_owned()));
            }
            http = http.tls_certs_merge(certificates);
        }
        Ok(http)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Client;

    #[test]
    fn empty_root_certificates_are_rejected() {
        for pem in ["", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"] {
            let builder = Client::builder("https://host").root_certificates(pem);
            assert!(
                matches!(builder.build(), Err(BuildError::RootCertificates(_))),
                "{pem}"
            );
        }
    }

    #[cfg(feature = "bundled-roots")]
    #[test]
    fn bundled_roots_are_valid() {
        assert!(Client::builder("https://host").bundled_roots().build().is_ok());
    }
}
