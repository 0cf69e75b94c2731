//! Sends requests, and compares the responses with the document.

use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderValue};

use super::LiveError;
use super::body::{self, Content, ReadError};
use super::call::{Call, Credential, Payload, Server};
use super::target::{Options, Target};
use appkeep_openapi::{Operation, Received, ResponseValidator, Violated, Violation};

/// Maximum number of bytes of a body that an exchange keeps for the report.
const KEPT_BYTES_MAX: usize = 4096;

/// Extra time of the HTTP client beyond the limit for a response, so that a check's own timeout expires
/// first.
const GRACE: Duration = Duration::from_secs(1);

/// A token that was never issued.
const UNKNOWN_TOKEN: &str = "an-unknown-token";

/// `Authorization` of another scheme: `someone:secret`.
const BASIC: &str = "Basic c29tZW9uZTpzZWNyZXQ=";

/// One request with its response. Contains no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The requested operation.
    pub operation: String,
    /// The method that was sent.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Request headers; a token is replaced by the name of a variable.
    pub request_headers: Vec<(String, String)>,
    /// The request body, truncated after 4 KiB.
    pub request_body: Option<String>,
    /// Number of spaces sent before the body.
    pub padding_bytes: usize,
    /// Whether the request body was left unfinished.
    pub incomplete: bool,
    /// Number of requests that were sent at the same time to provoke a race, including this one; 1 if it was sent alone.
    pub concurrent: usize,
    /// Time until the whole response was received.
    pub elapsed: Duration,
    /// The status of the response.
    pub status: u16,
    /// The headers of the response.
    pub response_headers: Vec<(String, String)>,
    /// The body of the response, truncated after 4 KiB.
    pub response_body: String,
    /// Violations in the form of the response.
    pub violations: Vec<Violation>,
    /// Whether the response violates any other rule.
    pub faulty: bool,
}

/// An exchange, and the response's whole body.
pub(super) type Exchanged = (Exchange, Content);

/// The connection to the target's servers.
pub(super) struct Connection {
    http: reqwest::Client,
    main: Url,
    idle: Option<Url>,
    body_bytes_max: usize,
    target: Target,
    validator: Arc<ResponseValidator>,
}

impl Connection {
    pub(super) fn new(
        target: Target,
        options: &Options,
        validator: Arc<ResponseValidator>,
    ) -> Result<Self, LiveError> {
        // Checks with other time limits apply them themselves.
        let http = client(target.ca.as_deref(), options.response_timeout + GRACE)?;
        let idle = target.idle.as_ref().map(|idle| read_url(&idle.url)).transpose()?;
        Ok(Self {
            http,
            main: read_url(&target.url)?,
            idle,
            body_bytes_max: options.body_bytes_max,
            target,
            validator,
        })
    }

    pub(super) fn validator(&self) -> &ResponseValidator {
        &self.validator
    }

    fn operation(&self, call: &Call) -> Option<&Operation> {
        self.validator.document().operation(&call.operation)
    }

    /// Sends requests at the same time.
    pub(super) async fn exchange_all(&self, calls: &[Call]) -> Vec<Result<Exchanged, String>> {
        join_all(calls.iter().map(|call| self.exchange(call))).await
    }

    /// Sends one request and returns the exchange, with the response body parsed as JSON.
    pub(super) async fn exchange(&self, call: &Call) -> Result<Exchanged, String> {
        let Some(operation) = self.operation(call) else {
            return Err(format!("the document has no operation `{}`", call.operation));
        };
        let method = call.method.clone().unwrap_or_else(|| operation.method.clone());
        let url = self.url(call, &operation.path)?;
        let verb = reqwest::Method::from_bytes(method.as_bytes()).map_err(|error| error.to_string())?;
        let mut request = self.http.request(verb, url.clone());
        let mut shown = Vec::new();
        if let Some((value, variable)) = authorization(&self.target, call) {
            request = request.header("Authorization", value);
            shown.push(("Authorization".to_owned(), variable));
        }
        for (name, value) in [
            ("Accept", &call.accept),
            ("Range", &call.range),
            ("If-Range", &call.if_range),
            ("Content-Type", &call.content_type),
            ("ForceUpdate", &call.force_update),
        ] {
            if let Some(value) = value {
                request = request.header(name, value);
                shown.push((name.to_owned(), value.clone()));
            }
        }
        if let Some(body) = call.payload.body() {
            request = request.body(body);
        }
        let begun = Instant::now();
        let response = request.send().await.map_err(|error| chain(&error))?;
        let status = response.status().as_u16();
        let headers = header_list(response.headers());
        let (body, mut violations) = match body::read(response, self.body_bytes_max).await {
            Ok(body) => {
                let received = Received {
                    status,
                    headers: &headers,
                    body: &body,
                };
                let violations = self.validator.check(&call.operation, received);
                (body, violations)
            }
            Err(ReadError::TooLarge) => (Vec::new(), vec![self.too_large(operation, status)]),
            Err(ReadError::Broken(error)) => return Err(chain(&error)),
        };
        if method == "HEAD" {
            violations.retain(|violation| violation.rule != Violated::BodyMissing);
        }
        let media_type = headers.iter().find(|(name, _)| name == "content-type");
        let media_type = media_type.map(|(_, value)| value.clone()).unwrap_or_default();
        let exchange = Exchange {
            operation: call.operation.clone(),
            method,
            url: url.to_string(),
            request_headers: shown,
            request_body: request_body(&call.payload),
            padding_bytes: if let Payload::Padded(count, _) = call.payload {
                count
            } else {
                0
            },
            incomplete: matches!(call.payload, Payload::Incomplete(_)),
            concurrent: 1,
            elapsed: begun.elapsed(),
            status,
            response_headers: headers,
            response_body: cut(&String::from_utf8_lossy(&body)),
            violations,
            faulty: false,
        };
        let content = Content::of(body, &media_type);
        Ok((exchange, content))
    }

    fn too_large(&self, operation: &Operation, status: u16) -> Violation {
        let at = operation.response(status).map(|response| response.at.clone());
        Violation {
            rule: Violated::BodyTooLarge,
            place: at.unwrap_or_else(|| operation.at.clone()),
            what: format!("a body of more than {} bytes", self.body_bytes_max),
        }
    }

    /// The path of a request as it is sent.
    pub(super) fn path_of(&self, call: &Call) -> Option<String> {
        let template = &self.operation(call)?.path;
        let prefix = self.main.path().trim_end_matches('/');
        let url = self.url(call, template).ok()?;
        url.path().strip_prefix(prefix).map(str::to_owned)
    }

    fn url(&self, call: &Call, template: &str) -> Result<Url, String> {
        let base = match call.server {
            Server::Main => &self.main,
            Server::Idle => self.idle.as_ref().ok_or("no idle server was given")?,
        };
        if let Some(location) = &call.location {
            let url = base
                .join(location)
                .map_err(|error| format!("follow `{location}`: {error}"))?;
            // The token must only be sent to the server under test.
            if url.origin() != base.origin() {
                return Err(format!("`{location}` points to another server"));
            }
            return Ok(url);
        }
        let mut url = base.clone();
        {
            let mut segments = url.path_segments_mut().map_err(|()| "the address has no path")?;
            segments.pop_if_empty();
            for segment in template.split('/').skip(1) {
                let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                match name {
                    Some(name) => segments.push(call.path.get(name).map_or("", String::as_str)),
                    None => segments.push(segment),
                };
            }
        }
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        Ok(url)
    }
}

/// A client that follows no redirects and uses no proxy.
pub(super) fn client(ca: Option<&[u8]>, response_timeout: Duration) -> Result<reqwest::Client, LiveError> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(response_timeout)
        .no_proxy();
    if let Some(pem) = ca {
        let certificate = reqwest::Certificate::from_pem(pem).map_err(LiveError::Client)?;
        builder = builder.tls_certs_merge([certificate]);
    }
    builder.build().map_err(LiveError::Client)
}

pub(super) fn read_url(text: &str) -> Result<Url, LiveError> {
    let failed = |why: String| LiveError::Url {
        url: text.to_owned(),
        why,
    };
    let url = Url::parse(text).map_err(|error| failed(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(failed("expected http:// or https:// and a host".to_owned()));
    }
    Ok(url)
}

/// Headers as text.
pub(super) fn header_list(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = headers.iter();
    headers
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect()
}

/// The value of the header, and its replacement in a report.
fn authorization(target: &Target, call: &Call) -> Option<(String, String)> {
    let token =
        |secret: &str, variable: &str| Some((format!("Bearer {secret}"), format!("Bearer ${variable}")));
    match call.credential {
        Credential::None => None,
        Credential::Basic => Some((BASIC.to_owned(), BASIC.to_owned())),
        Credential::Unknown => {
            let value = format!("Bearer {UNKNOWN_TOKEN}");
            Some((value.clone(), value))
        }
        Credential::Own => match (&target.idle, call.server) {
            (Some(idle), Server::Idle) => token(&idle.token, "APPKEEP_IDLE_TOKEN"),
            _ => token(&target.token, "APPKEEP_TOKEN"),
        },
        Credential::Viewer => token(target.viewer_token.as_ref()?, "APPKEEP_VIEWER_TOKEN"),
        Credential::Revoked => token(target.revoked_token.as_ref()?, "APPKEEP_REVOKED_TOKEN"),
        Credential::Foreign => token(&target.foreign.as_ref()?.token, "APPKEEP_TOKEN_B"),
        Credential::Operator => token(target.operator_token.as_ref()?, "APPKEEP_OPERATOR_TOKEN"),
    }
}

fn request_body(payload: &Payload) -> Option<String> {
    match payload {
        Payload::None => None,
        Payload::Json(value) | Payload::Padded(_, value) => Some(cut(&value.to_string())),
        Payload::Text(text) => Some(cut(text)),
        Payload::Incomplete(text) => Some((*text).to_owned()),
    }
}

fn cut(text: &str) -> String {
    if text.len() <= KEPT_BYTES_MAX {
        return text.to_owned();
    }
    let end = (0..=KEPT_BYTES_MAX)
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    format!("{}… ({} bytes)", &text[..end], text.len())
}

/// An error with all its causes: the first line of reqwest's errors never states the cause.
pub(super) fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_bodies_are_cut_between_characters() {
        assert_eq!(cut("short"), "short");
        let just = "a".repeat(KEPT_BYTES_MAX);
        assert_eq!(cut(&just), just);
        assert_eq!(cut(&format!("{just}b")), format!("{just}… (4097 bytes)"));
        let wide = format!("{}ß", "a".repeat(KEPT_BYTES_MAX - 1));
        assert_eq!(
            cut(&wide),
            format!("{}… (4097 bytes)", "a".repeat(KEPT_BYTES_MAX - 1))
        );
    }

    #[test]
    fn sent_values_are_stored() {
        assert_eq!(request_body(&Payload::None), None);
        assert_eq!(
            request_body(&Payload::Json(json!({"a": 1}))).unwrap(),
            r#"{"a":1}"#
        );
        assert_eq!(request_body(&Payload::Padded(9, json!([]))).unwrap(), "[]");
        assert_eq!(request_body(&Payload::Text("{".to_owned())).unwrap(), "{");
        assert_eq!(request_body(&Payload::Incomplete("{\"a\"")).unwrap(), "{\"a\"");
    }

    #[test]
    fn addresses_have_a_scheme_and_a_host() {
        for sound in ["http://127.0.0.1:8080", "https://example.com/below"] {
            assert_eq!(
                read_url(sound).unwrap().scheme(),
                sound.split_once(':').unwrap().0
            );
        }
        for none in ["ftp://example.com", "data:text/plain,a", "localhost:80", ""] {
            assert!(matches!(read_url(none), Err(LiveError::Url { .. })), "{none}");
        }
    }

    #[test]
    fn invalid_certificates_are_rejected() {
        let pem = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(client(Some(pem), GRACE).is_err());
    }
}
