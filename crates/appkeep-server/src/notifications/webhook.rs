//! Sends a message to an HTTP server.

use std::error::Error as _;
use std::time::Duration;

use appkeep_core::notification::Message;
use chrono::{DateTime, Utc};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};

use super::{Webhook, json, signature};

/// Sends the message with POST. Redirects aren't followed: they could send secrets elsewhere.
pub(super) async fn post(
    webhook: &Webhook,
    message: &Message,
    at: DateTime<Utc>,
    timeout_secs: u32,
) -> Result<(), String> {
    let body = match &webhook.template {
        None => json(message)?,
        Some(template) => template.render(message)?.into_bytes(),
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in &webhook.headers {
        headers.insert(name, value.clone());
    }
    headers.extend(signature::headers(
        webhook.secret.as_ref(),
        message.id,
        at,
        &body,
    )?);
    let client = client(webhook, timeout_secs)?;
    let request = client.post(webhook.url.clone()).headers(headers).body(body);
    let response = request.send().await.map_err(explain)?;
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    Err(format!("the receiver responded with {status}"))
}

fn client(webhook: &Webhook, timeout_secs: u32) -> Result<Client, String> {
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .timeout(Duration::from_secs(timeout_secs.into()))
        .user_agent(concat!("appkeep/", env!("CARGO_PKG_VERSION")));
    if let Some(file) = &webhook.ca_file {
        let refused = |error: &dyn std::fmt::Display| format!("failed to use {}: {error}", file.display());
        let pem = std::fs::read(file).map_err(|error| refused(&error))?;
        let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| refused(&error))?;
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(explain)
}

/// The causes of an error, without the URL, which may contain a secret.
fn explain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let causes = std::iter::successors(error.source(), |error| (*error).source());
    for cause in causes {
        text = format!("{text}: {cause}");
    }
    text
}
