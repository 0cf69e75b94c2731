//! The server as a child process, and its API.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Method;

use super::place::Place;
use crate::appkeep;

/// How long an answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// What a request came to.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Null when there is no body, or none of JSON.
    pub(super) body: Value,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Death {
    /// At a fail point.
    Abort,
    /// Killed from outside.
    Kill,
    /// By itself, or in any other way.
    Other(Option<i32>),
}

/// A running server.
pub(super) struct Server {
    child: Arc<Mutex<Child>>,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    agent: Agent,
    url: String,
    token: String,
}

/// How starting ended.
pub(super) enum Started {
    /// It is ready.
    Ready(Server),
    /// It died before.
    Died(Death),
}

impl Server {
    /// Starts `binary` on `place`, with those fail points, and waits until it is ready.
    ///
    /// # Errors
    /// When it can't be started.
    pub(super) fn start(binary: &Path, place: &Place, token: &str, points: &str) -> Result<Started> {
        let log = open_log(place)?;
        let mut child = Command::new(binary)
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log",
                "warn,appkeep_core=info",
                "--config",
            ])
            .arg(place.config())
            .arg("--data")
            .arg(place.data())
            .env("APPKEEP_FAIL_POINTS", points)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("failed to start {}", binary.display()))?;
        let stdin = child.stdin.take().context("the child has no stdin")?;
        let mut stdout = BufReader::new(child.stdout.take().context("the child has no stdout")?);
        let Some(url) = appkeep::ready(&mut stdout)? else {
            let status = child.wait().context("failed to wait for the server")?;
            return Ok(Started::Died(death(status)));
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(ANSWER_MAX))
            .proxy(None)
            .build();
        Ok(Started::Ready(Self {
            url,
            agent: config.into(),
            token: token.to_owned(),
            child: Arc::new(Mutex::new(child)),
            stdin,
            stdout,
        }))
    }

    /// Sets the fail points that count from now on. False when the server is dead.
    pub(super) fn arm(&mut self, points: &str) -> bool {
        let mut line = String::new();
        writeln!(self.stdin, "{points}").is_ok()
            && self.stdout.read_line(&mut line).is_ok()
            && line.trim_end() == format!("fail points: {points}").trim_end()
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it ended, if it did.
    ///
    /// # Errors
    /// When the system doesn't say.
    pub(super) fn ended(&self) -> Result<Option<Death>> {
        let status = self.child().try_wait();
        Ok(status.context("failed to look at the server")?.map(death))
    }

    /// Kills it from another thread after `delay`, unless it has ended by then.
    pub(super) fn kill_after(&self, delay: Duration) -> JoinHandle<()> {
        let child = Arc::clone(&self.child);
        thread::spawn(move || {
            thread::sleep(delay);
            // One that was waited for isn't killed: its number may be another process's.
            let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
        })
    }

    /// Kills it, if it still runs, and says how it ended.
    ///
    /// # Errors
    /// When the system doesn't say.
    pub(super) fn kill(self) -> Result<Death> {
        let mut child = self.child();
        // It may have ended by itself.
        let _ = child.kill();
        let status = child.wait().context("failed to wait for the server")?;
        Ok(death(status))
    }

    /// Stops it in good order.
    ///
    /// # Errors
    /// When it doesn't stop, or says that it stopped badly.
    pub(super) fn stop(self) -> Result<()> {
        match death(appkeep::stop(&mut self.child())?) {
            Death::Other(Some(0)) => Ok(()),
            other => bail!("the server was asked to stop and ended with {other:?}"),
        }
    }

    /// Sends a request. Nothing when no whole answer came: the server may have died before it, at it, or
    /// after it did what it was asked.
    pub(super) fn ask(&self, method: &Method, path: &str, body: Option<&Value>) -> Option<Answer> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("Authorization", format!("Bearer {}", self.token));
        let response = match body {
            Some(body) => self.agent.run(
                request
                    .header("Content-Type", "application/json")
                    .body(body.to_string())
                    .ok()?,
            ),
            None => self.agent.run(request.body(()).ok()?),
        };
        let mut response = response.ok()?;
        let status = response.status().as_u16();
        let text = response.body_mut().read_to_string().ok()?;
        let body = serde_json::from_str(&text).unwrap_or_default();
        Some(Answer { status, body })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut child = self.child();
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn open_log(place: &Place) -> Result<File> {
    let path = place.path().join("server.log");
    let opened = OpenOptions::new().create(true).append(true).open(&path);
    opened.with_context(|| format!("failed to open {}", path.display()))
}

fn death(status: ExitStatus) -> Death {
    match status.signal() {
        Some(6) => Death::Abort,
        Some(9) => Death::Kill,
        _ => Death::Other(status.code()),
    }
}
