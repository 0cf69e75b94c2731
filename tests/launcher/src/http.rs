//! Blocking requests, each on a connection of its own.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{Method, Request};

/// The timeout of a response.
const RESPONSE_MAX: Duration = Duration::from_mins(1);

/// A response with any status.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The value of `Content-Type`; empty without one.
    pub media_type: String,
    /// The body as text.
    pub text: String,
    /// The body as JSON; null when it isn't JSON.
    pub body: Value,
}

impl Response {
    /// The number of the problem in the body.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.body["type"].as_str()?.rsplit('/').next()
    }
}

/// An HTTP client that keeps no connections.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
}

impl Default for Client {
    fn default() -> Self {
        let agent = config().build().into();
        Self { agent }
    }
}

impl Client {
    /// A client that waits for a response for at most this time.
    #[must_use]
    pub fn with_timeout(response_max: Duration) -> Self {
        let agent = config().timeout_global(Some(response_max)).build().into();
        Self { agent }
    }

    /// A client that trusts only the certificate authorities in this PEM file.
    ///
    /// # Errors
    /// When the file can't be read.
    #[cfg(feature = "tls")]
    pub fn trusting(authorities: &std::path::Path) -> anyhow::Result<Self> {
        use std::sync::Arc;
        use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

        let pem = std::fs::read(authorities)?;
        let mut certificates = Vec::new();
        for item in parse_pem(&pem) {
            if let PemItem::Certificate(certificate) = item? {
                certificates.push(certificate);
            }
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(certificates)))
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let agent = config().tls_config(tls).build().into();
        Ok(Self { agent })
    }

    /// Sends a request with a token, if there is one, and a JSON body, if there is one.
    ///
    /// # Errors
    /// When no complete response comes.
    pub fn request(
        &self,
        method: &Method,
        url: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Response, ureq::Error> {
        let mut request = Request::builder().method(method).uri(url);
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = match body {
            Some(body) => {
                let request = request.header("Content-Type", "application/json");
                self.agent.run(request.body(body.to_string())?)?
            }
            None => self.agent.run(request.body(())?)?,
        };
        let media_type = response.headers().get("content-type");
        let media_type = media_type.and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().to_owned();
        let status = response.status().as_u16();
        // Lists have no limit.
        let text = response
            .body_mut()
            .with_config()
            .limit(u64::MAX)
            .read_to_string()?;
        Ok(Response {
            status,
            media_type,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        })
    }
}

fn config() -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(RESPONSE_MAX))
        .max_redirects(0)
        .max_idle_connections(0)
        .proxy(None)
}
