//! The HTTP interfaces of the servers.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use appkeep_launcher::{ACCOUNT, Client, Method, Response};
use serde_json::Value;

use super::environment::{API_PORT, APPS, OPERATIONS_PORT};
use super::model::Kind;
use super::network;

/// The timeout of a response during a fault: servers may be stopped, or can't reach the database.
const RESPONSE_MAX: Duration = Duration::from_secs(2);

/// The timeout of a response when all servers are ready.
const READY_RESPONSE_MAX: Duration = Duration::from_secs(30);

/// A client of all servers.
#[derive(Clone)]
pub(super) struct Api {
    client: Client,
    patient_client: Client,
    token: String,
}

impl Api {
    /// A client with a token.
    pub(super) fn new(token: String) -> Self {
        Self {
            client: Client::with_timeout(RESPONSE_MAX),
            patient_client: Client::with_timeout(READY_RESPONSE_MAX),
            token,
        }
    }

    /// Sends a request to a server. Returns `None` without a complete response.
    pub(super) fn request(
        &self,
        server: usize,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<Response> {
        let response = self
            .client
            .request(method, &url(server, path), Some(&self.token), &[], body);
        response.ok()
    }

    /// Sends a request to a server that is ready.
    ///
    /// # Errors
    /// Without a complete response.
    pub(super) fn response(&self, server: usize, method: &Method, path: &str) -> Result<Response> {
        let url = url(server, path);
        let response = self
            .patient_client
            .request(method, &url, Some(&self.token), &[], None);
        response.with_context(|| format!("{method} {url}"))
    }

    /// The backups or snapshots of an app, in the order of their ids. The server is ready.
    ///
    /// # Errors
    /// When the server returns no list.
    pub(super) fn list(&self, server: usize, app: usize, kind: Kind) -> Result<Vec<Value>> {
        let path = of_app(app, kind);
        let response = self.response(server, &Method::GET, &path)?;
        let mut items = Self::items(&path, &response)?.clone();
        items.sort_by_key(|item| item["id"].to_string());
        Ok(items)
    }

    /// The items in the response to a request of a list.
    ///
    /// # Errors
    /// When the response isn't a list.
    pub(super) fn items<'a>(path: &str, response: &'a Response) -> Result<&'a Vec<Value>> {
        match response.body["items"].as_array() {
            Some(items) if response.status == 200 => Ok(items),
            _ => bail!("GET {path} returned {}: {}", response.status, response.text),
        }
    }

    /// The status and the text of a server's `/readyz`, if it responds.
    pub(super) fn readiness(&self, server: usize) -> Option<(u16, String)> {
        let url = format!("http://{}:{OPERATIONS_PORT}/readyz", network::address(server));
        let response = self.client.request(&Method::GET, &url, None, &[], None).ok()?;
        Some((response.status, response.text))
    }
}

fn url(server: usize, path: &str) -> String {
    format!("http://{}:{API_PORT}{path}", network::address(server))
}

/// The path of an app's backups or snapshots.
pub(super) fn of_app(app: usize, kind: Kind) -> String {
    format!("/accounts/{ACCOUNT}/k8s/v1/apps/{}/{}", APPS[app].id, kind.path())
}
