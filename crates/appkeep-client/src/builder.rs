//! Configuration of a client: base URL, token, proxy and timeouts.

#[cfg(feature = "rustls")]
mod tls;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Proxy, Url, redirect};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::error::TransportError;
use crate::generated::Client;
use crate::retry::Settings;

/// The default time that a client waits for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The default time that a client waits for a complete response.
pub const TOTAL_TIMEOUT: Duration = Duration::from_mins(1);

/// The default number of repetitions of a request.
#[cfg(feature = "retry")]
pub const RETRIES: usize = 3;

/// The default user agent of a client.
const USER_AGENT: &str = concat!("appkeep-client/", env!("CARGO_PKG_VERSION"));

/// The token, or the file that contains it.
#[derive(Debug, Clone)]
enum TokenSource {
    Text(SecretString),
    File(PathBuf),
}

/// A builder of a client; see [`Client::builder`].
#[derive(Debug, Clone)]
pub struct ClientBuilder {
    base_url: String,
    token: Option<TokenSource>,
    proxy: Option<String>,
    #[cfg(feature = "retry")]
    retries: usize,
    connect_timeout: Duration,
    timeout: Duration,
    user_agent: String,
    #[cfg(feature = "rustls")]
    tls: tls::Tls,
}

/// The reason why a client can't be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL can't be used.
    #[error("the base URL `{url}` {reason}")]
    BaseUrl {
        /// The given URL.
        url: String,
        /// The problem.
        reason: String,
    },
    /// The token can't be sent in a header.
    #[error("the token has characters that can't be sent")]
    Token,
    /// The file with the token can't be read.
    #[error("can't read the token from {}: {error}", .path.display())]
    TokenFile {
        /// The file.
        path: PathBuf,
        /// The cause.
        error: std::io::Error,
    },
    /// The proxy can't be used.
    #[error("the proxy `{url}` can't be used: {reason}")]
    Proxy {
        /// The given URL.
        url: String,
        /// The problem.
        reason: String,
    },
    /// The root certificates aren't PEM, or contain no certificate.
    #[error("the root certificates can't be read: {0}")]
    RootCertificates(String),
    /// The HTTP client can't be set up.
    #[error("the HTTP client can't be set up: {0}")]
    Http(TransportError),
}

impl Client {
    /// Creates a builder for the server at `base_url`: scheme, host, port, and a path in front of `/accounts`
    /// if there is one.
    pub fn builder(base_url: impl Into<String>) -> ClientBuilder {
        ClientBuilder {
            base_url: base_url.into(),
            token: None,
            proxy: None,
            #[cfg(feature = "retry")]
            retries: RETRIES,
            connect_timeout: CONNECT_TIMEOUT,
            timeout: TOTAL_TIMEOUT,
            user_agent: USER_AGENT.to_owned(),
            #[cfg(feature = "rustls")]
            tls: tls::Tls::default(),
        }
    }
}

impl ClientBuilder {
    /// Sets the token that is sent with every request.
    #[must_use]
    pub fn token(mut self, token: impl Into<SecretString>) -> Self {
        self.token = Some(TokenSource::Text(token.into()));
        self
    }

    /// Reads the token from a file when the client is built. White space around it is ignored.
    #[must_use]
    pub fn token_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.token = Some(TokenSource::File(path.into()));
        self
    }

    /// Uses the proxy at `url`, instead of those of the environment (`HTTPS_PROXY`, `ALL_PROXY`).
    ///
    /// The proxies of the environment are used for `https://` only. With an `http://` base URL, a proxy sees the
    /// token: specify it here if that is intended.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Sets how often a request is repeated at most, instead of [`RETRIES`]; 0 for never.
    ///
    /// A request is repeated when the connection can't be established. All but creations are also repeated when the
    /// response is incomplete or its status is 429, 502, 503 or 504. The waits are 200 ms, 400 ms and so on up to
    /// 30 s, with jitter, or as `Retry-After` requests. A repeated deletion can fail with 404 because the first one
    /// succeeded and only its response was lost.
    #[cfg(feature = "retry")]
    #[must_use]
    pub fn retries(mut self, retries: usize) -> Self {
        self.retries = retries;
        self
    }

    /// Sets the time to wait for a connection, instead of [`CONNECT_TIMEOUT`].
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the time to wait for a response, from the connection to the body's last byte, instead of
    /// [`TOTAL_TIMEOUT`]. For [`Content`](crate::Content) it is the time to wait for the headers, and for each piece.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the user agent, instead of `appkeep-client` and its version.
    #[must_use]
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Builds the client. Nothing is sent yet.
    ///
    /// # Errors
    /// When the base URL, the token or a certificate can't be used.
    pub fn build(self) -> Result<Client, BuildError> {
        let base_url = self.checked_base_url()?;
        let mut http = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            .timeout(self.timeout)
            .user_agent(&self.user_agent)
            .default_headers(self.headers()?)
            // The contract defines no redirects, and a token must not be sent to another server.
            .redirect(redirect::Policy::none());
        if let Some(url) = &self.proxy {
            let proxy = Proxy::all(url).map_err(|error| BuildError::Proxy {
                url: url.clone(),
                reason: TransportError(error).to_string(),
            })?;
            http = http.proxy(proxy);
        } else if base_url.scheme() == "http" || is_local(&base_url) {
            // A proxy would receive the token in clear text, and can't reach a loopback address.
            http = http.no_proxy();
        }
        #[cfg(feature = "rustls")]
        {
            http = self.tls.apply(http, &base_url)?;
        }
        let http = http
            .build()
            .map_err(|error| BuildError::Http(TransportError(error)))?;
        Ok(Client::new_with_client(
            base_url.as_str().trim_end_matches('/'),
            http,
            Settings {
                #[cfg(feature = "retry")]
                retries: self.retries,
                timeout: self.timeout,
            },
        ))
    }

    fn checked_base_url(&self) -> Result<Url, BuildError> {
        let refuse = |url: &str, reason: String| BuildError::BaseUrl {
            url: url.to_owned(),
            reason,
        };
        let mut url = Url::parse(&self.base_url)
            .map_err(|error| refuse(&self.base_url, format!("can't be read: {error}")))?;
        if !url.username().is_empty() || url.password().is_some() {
            // The URL isn't repeated: it may contain a password.
            return Err(refuse(
                "…",
                "must not hold a user or a password: use a bearer token".to_owned(),
            ));
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse(
                &self.base_url,
                "has to begin with https:// or http://".to_owned(),
            ));
        }
        if url.scheme() == "https" && cfg!(not(feature = "rustls")) {
            return Err(refuse(
                &self.base_url,
                "requires TLS: enable the feature `rustls` of appkeep-client".to_owned(),
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse(
                &self.base_url,
                "must not have a query or a fragment".to_owned(),
            ));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(url)
    }

    fn headers(&self) -> Result<HeaderMap, BuildError> {
        let mut headers = HeaderMap::new();
        if let Some(source) = &self.token {
            let token = match source {
                TokenSource::Text(token) => token,
                TokenSource::File(path) => &read_token(path)?,
            };
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
                .map_err(|_| BuildError::Token)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(headers)
    }
}

fn read_token(path: &Path) -> Result<SecretString, BuildError> {
    let text = std::fs::read_to_string(path).map_err(|error| BuildError::TokenFile {
        path: path.to_owned(),
        error,
    })?;
    let text = Zeroizing::new(text);
    Ok(SecretString::from(text.trim()))
}

fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_validated() {
        for url in [
            "appkeep:8443",
            "ftp://host",
            "https://host/?a=b",
            "https://host/#a",
            "",
        ] {
            assert!(
                matches!(Client::builder(url).build(), Err(BuildError::BaseUrl { .. })),
                "{url}"
            );
        }
        for url in ["http://host", "http://[::1]:80/prefix/"] {
            assert!(Client::builder(url).build().is_ok(), "{url}");
        }
        let with_tls = Client::builder("https://host:8443/").build();
        assert_eq!(with_tls.is_ok(), cfg!(feature = "rustls"));
    }

    #[test]
    fn passwords_in_base_urls_are_not_printed() {
        let error = Client::builder("https://me:hunter2@host").build().unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn tokens_are_not_printed() {
        let builder = Client::builder("http://host").token("hunter2");
        assert!(!format!("{builder:?}").contains("hunter2"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("hunter2"));
    }

    #[test]
    fn tokens_must_be_valid_header_values() {
        let builder = Client::builder("http://host").token("two\nlines");
        assert!(matches!(builder.build(), Err(BuildError::Token)));
    }

    #[test]
    fn local_hosts_are_known() {
        for (url, local) in [
            ("http://127.0.0.1:1", true),
            ("http://[::1]", true),
            ("http://localhost", true),
            ("http://a.b", false),
        ] {
            assert_eq!(is_local(&Url::parse(url).unwrap()), local, "{url}");
        }
    }
}
