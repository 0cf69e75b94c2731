//! Load on a server: as many requests as its responses allow, sent with `wrk`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::process;

/// The requests of `wrk`.
const SCRIPT: &str = include_str!("load.lua");

/// Usual duration of a measurement, in seconds.
pub(super) const TURN_SECS: u32 = 3;

/// Maximum time for a response; longer than a measurement on a busy machine.
const TIMEOUT: &str = "60s";

/// The server and the requests of a measurement.
#[derive(Debug, Clone)]
pub(super) struct Load<'a> {
    /// Scheme, host and port.
    pub(super) url: &'a str,
    /// The bearer token of each request.
    pub(super) token: &'a str,
    /// The method of each request.
    pub(super) method: &'a str,
    /// The paths, which are requested in turn.
    pub(super) paths: &'a [String],
    /// The JSON body of each request, if there is one.
    pub(super) body: Option<String>,
    /// Number of connections, each with one request at a time.
    pub(super) connections: usize,
    /// Duration, in seconds.
    pub(super) secs: u32,
}

/// The responses to a load.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Responses {
    /// Number of complete responses.
    pub(super) requests: u32,
    /// Duration of the measurement, in microseconds.
    micros: u32,
    /// Number of received bytes, with the headers.
    pub(super) bytes: u64,
    /// Number of failed requests, and of responses with an error status.
    failed: u32,
    /// Median of the latencies, in microseconds.
    pub(super) p50: u32,
    /// 99th percentile of the latencies, in microseconds.
    pub(super) p99: u32,
}

impl Responses {
    /// Number of responses per second.
    pub(super) fn per_second(&self) -> f64 {
        f64::from(self.requests) * 1e6 / f64::from(self.micros)
    }
}

/// Checks that `wrk` is installed.
///
/// # Errors
/// When it isn't.
pub(super) fn require_wrk() -> Result<()> {
    // It has no option that only prints its version and succeeds.
    ensure!(
        process::quietly("sh", &["-c", "command -v wrk"]),
        "wrk isn't installed; it is required to measure requests per second"
    );
    Ok(())
}

impl Load<'_> {
    /// Sends requests. The script and the paths are written to `dir`.
    ///
    /// # Errors
    /// When a request fails, or has another status than 2xx.
    pub(super) fn run(&self, dir: &Path) -> Result<Responses> {
        let (script, paths) = (dir.join("load.lua"), dir.join("paths"));
        fs::write(&script, SCRIPT)?;
        fs::write(&paths, self.paths.join("\n"))?;
        let output = Command::new("wrk")
            .args([
                "-t1",
                &format!("-c{}", self.connections),
                &format!("-d{}", self.secs),
            ])
            .args(["--timeout", TIMEOUT])
            .args(["-H", &format!("Authorization: Bearer {}", self.token)])
            .args(["-H", "Content-Type: application/json"])
            .arg("-s")
            .arg(&script)
            .arg(self.url)
            .args(["--", self.method])
            .arg(&paths)
            .args(&self.body)
            .output()
            .context("failed to start wrk")?;
        let printed = String::from_utf8_lossy(&output.stdout);
        let line = printed.lines().rfind(|line| line.starts_with('{'));
        let responses: Responses = line
            .and_then(|line| serde_json::from_str(line).ok())
            .with_context(|| format!("wrk printed no result: {printed}"))?;
        ensure!(
            responses.requests > 0 && responses.failed == 0,
            "{} {} failed: {responses:?}",
            self.method,
            self.url
        );
        Ok(responses)
    }
}
