//! Requests for measurements, one after the other on a persistent connection.

use std::time::Duration;

use anyhow::{Result, ensure};
use ureq::Agent;

/// Maximum time for a response.
const PATIENCE: Duration = Duration::from_mins(1);

/// A persistent connection.
#[derive(Debug)]
pub(crate) struct Connection {
    agent: Agent,
    url: String,
    authorization: String,
}

impl Connection {
    /// A connection to the server at `url`, which is opened by the first request. Each request has the token.
    pub(crate) fn new(url: &str, token: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .proxy(None);
        Self {
            agent: config.build().into(),
            url: url.to_owned(),
            authorization: format!("Bearer {token}"),
        }
    }

    /// Sends a GET and returns the body of the response.
    ///
    /// # Errors
    /// When the status isn't 200, or there is no response.
    pub(crate) fn get(&self, path: &str) -> Result<Vec<u8>> {
        let request = self.agent.get(format!("{}{path}", self.url));
        let mut response = request.header("Authorization", &self.authorization).call()?;
        let body = response.body_mut().with_config().limit(u64::MAX).read_to_vec()?;
        let status = response.status();
        ensure!(
            status == 200,
            "GET {path} returned {status}: {}",
            String::from_utf8_lossy(&body)
        );
        Ok(body)
    }
}
