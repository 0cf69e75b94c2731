//! A server process.

use std::io::{BufRead, BufReader, Write};
#[cfg(feature = "tls")]
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{
    Client, Method, PATIENCE, PAUSE_MAX, Response, app_backups, app_snapshots, backup_body, eventually,
    snapshot_body,
};

/// The error for a process that ended, or printed something else, before it was ready.
#[derive(Debug, thiserror::Error)]
#[error("the server isn't ready, it ended with {status} and printed {line:?}: {stderr}")]
pub struct NotReady {
    /// The way in which it ended.
    pub status: ExitStatus,
    /// The first line of its stdout.
    pub line: String,
    /// The server's output on stderr, if it was collected.
    pub stderr: String,
}

/// The way in which a server ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// The lines that it printed since the last one that was read.
    pub lines: Vec<String>,
    /// The server's output on stderr, if it was collected.
    pub stderr: String,
}

/// A running server process. Dropping it kills the process.
#[derive(Debug)]
pub struct RunningServer {
    child: Arc<Mutex<Child>>,
    stdin: ChildStdin,
    lines: Mutex<Receiver<String>>,
    log: Arc<Mutex<String>>,
    log_reader: Option<JoinHandle<()>>,
    client: Client,
    /// Scheme, host and port.
    pub url: String,
}

impl RunningServer {
    /// Starts a command that serves, waits until it prints its URL, and collects what it writes to stderr.
    ///
    /// # Errors
    /// [`NotReady`] when it ends before that; another error when it can't be started or prints nothing.
    pub fn start(command: Command) -> Result<Self> {
        Self::start_with_stderr(command, Stdio::piped())
    }

    /// Starts a command as [`RunningServer::start`] does, with the given stderr.
    ///
    /// # Errors
    /// As for [`RunningServer::start`].
    pub fn start_with_stderr(mut command: Command, stderr: impl Into<Stdio>) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .with_context(|| format!("failed to start {}", command.get_program().display()))?;
        let stdin = child.stdin.take().context("the child has no stdin")?;
        let stdout = child.stdout.take().context("the child has no stdout")?;
        let (sender, lines) = channel();
        thread::spawn(move || forward(BufReader::new(stdout), &sender));
        let log = Arc::<Mutex<String>>::default();
        let log_reader = child.stderr.take().map(|stderr| {
            let log = Arc::clone(&log);
            thread::spawn(move || collect(BufReader::new(stderr), &log))
        });
        let mut server = Self {
            child: Arc::new(Mutex::new(child)),
            stdin,
            lines: Mutex::new(lines),
            log,
            log_reader,
            client: Client::default(),
            url: String::new(),
        };
        let line = server.receive_line()?.unwrap_or_default();
        if let Some(url) = line.strip_prefix("appkeep is ready on ") {
            url.clone_into(&mut server.url);
            return Ok(server);
        }
        let status = server.kill_and_wait()?;
        Err(NotReady {
            status,
            line,
            stderr: server.complete_log(),
        }
        .into())
    }

    /// The next line that the server prints.
    ///
    /// # Errors
    /// When it prints none within [`PATIENCE`], or ends.
    pub fn next_line(&mut self) -> Result<String> {
        match self.receive_line()? {
            Some(line) => Ok(line),
            None => bail!("the server ended: {}", self.complete_log()),
        }
    }

    /// The next line, or `None` when stdout is closed.
    fn receive_line(&mut self) -> Result<Option<String>> {
        let lines = self.lines.get_mut().unwrap_or_else(PoisonError::into_inner);
        match lines.recv_timeout(PATIENCE) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Timeout) => bail!("the server printed nothing for {PATIENCE:?}"),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
        }
    }

    /// Returns the output of the process on stderr so far, if it is collected.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All that the process wrote to stderr. It must have ended.
    fn complete_log(&mut self) -> String {
        if let Some(reader) = self.log_reader.take() {
            // The thread that collects the log doesn't panic.
            let _ = reader.join();
        }
        self.log()
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child().id()
    }

    /// Peak memory use of the process, in bytes; `None` if the system doesn't report it.
    #[must_use]
    pub fn peak_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kib << 10)
    }

    /// Replaces the fail points of a binary that was built with them. Returns whether the server confirmed it.
    #[must_use]
    pub fn set_fail_points(&mut self, rules: &str) -> bool {
        if writeln!(self.stdin, "{rules}").is_err() {
            return false;
        }
        // A server with separate addresses prints more lines when it starts.
        while let Ok(line) = self.next_line() {
            if let Some(confirmed) = line.strip_prefix("fail points:") {
                return confirmed.trim() == rules.trim();
            }
        }
        false
    }

    /// The exit status, if the process has ended.
    ///
    /// # Errors
    /// When the state of the process can't be determined.
    pub fn exit_status(&self) -> Result<Option<ExitStatus>> {
        self.child()
            .try_wait()
            .context("failed to check the server's process")
    }

    /// Kills the process from another thread after `delay`, unless it has ended by then.
    pub fn kill_after(&self, delay: Duration) {
        let child = Arc::clone(&self.child);
        thread::spawn(move || {
            thread::sleep(delay);
            // `kill` does nothing if the process was already waited for, so it can't hit a new process with the same
            // id.
            let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
        });
    }

    /// Kills the process if it still runs, and returns how it ended.
    ///
    /// # Errors
    /// When the state of the process can't be determined.
    pub fn kill(self) -> Result<ExitStatus> {
        self.kill_and_wait()
    }

    fn kill_and_wait(&self) -> Result<ExitStatus> {
        let mut child = self.child();
        // It may have ended by itself.
        let _ = child.kill();
        child.wait().context("failed to wait for the server")
    }

    /// Sends a signal, for example `TERM`.
    ///
    /// # Errors
    /// When no shell can be started.
    pub fn signal(&self, name: &str) -> Result<()> {
        signal(name, &self.id().to_string())
    }

    /// Sends a signal and waits until the process has ended.
    ///
    /// # Errors
    /// When it doesn't end within [`PATIENCE`] of its last line.
    pub fn stop(mut self, name: &str) -> Result<Ended> {
        self.signal(name)?;
        let mut lines = Vec::new();
        while let Some(line) = self.receive_line().context("the server doesn't stop")? {
            lines.push(line);
        }
        let status = self.child().wait().context("failed to wait for the server")?;
        Ok(Ended {
            status,
            lines,
            stderr: self.complete_log(),
        })
    }

    /// Stops the process with SIGTERM, after which its exit status must be 0.
    ///
    /// # Errors
    /// When it has ended before, doesn't stop, or has another exit status.
    pub fn stop_gracefully(self) -> Result<Ended> {
        if let Some(status) = self.exit_status()? {
            bail!("the server ended early with {status}");
        }
        let ended = self.stop("TERM")?;
        ensure!(
            ended.status.success(),
            "the server stopped with {}: {}",
            ended.status,
            ended.stderr
        );
        Ok(ended)
    }

    /// Trusts only the certificate authorities in this PEM file.
    ///
    /// # Errors
    /// When the file can't be read.
    #[cfg(feature = "tls")]
    pub fn trust(&mut self, authorities: &Path) -> Result<()> {
        self.client = Client::trusting(authorities)?;
        Ok(())
    }

    /// Sends a request with a token and, if given, a JSON body.
    ///
    /// # Errors
    /// When no complete response comes: the server may have died before, during or after its work.
    pub fn request(
        &self,
        method: &Method,
        token: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response> {
        let url = format!("{}{path}", self.url);
        // Only `app_update` has this header, and requires it.
        let forced = [("ForceUpdate", "true")];
        let headers: &[_] = if *method == Method::PUT { &forced } else { &[] };
        let response = self.client.request(method, &url, Some(token), headers, body);
        response.with_context(|| format!("{method} {path}"))
    }

    /// The response to a request.
    ///
    /// # Panics
    /// When no complete response comes.
    #[track_caller]
    fn response(&self, method: &Method, token: &str, path: &str, body: Option<&Value>) -> Response {
        self.request(method, token, path, body).expect("a response")
    }

    /// Sends a GET.
    ///
    /// # Panics
    /// When no complete response comes.
    #[track_caller]
    #[must_use]
    pub fn get(&self, token: &str, path: &str) -> Response {
        self.response(&Method::GET, token, path, None)
    }

    /// Sends a DELETE.
    ///
    /// # Panics
    /// When no complete response comes.
    #[track_caller]
    #[must_use]
    pub fn delete(&self, token: &str, path: &str) -> Response {
        self.response(&Method::DELETE, token, path, None)
    }

    /// Sends a POST.
    ///
    /// # Panics
    /// When no complete response comes.
    #[track_caller]
    #[must_use]
    pub fn post(&self, token: &str, path: &str, body: &Value) -> Response {
        self.response(&Method::POST, token, path, Some(body))
    }

    /// Sends a PUT with `ForceUpdate: true`.
    ///
    /// # Panics
    /// When no complete response comes.
    #[track_caller]
    #[must_use]
    pub fn put(&self, token: &str, path: &str, body: &Value) -> Response {
        self.response(&Method::PUT, token, path, Some(body))
    }

    /// Creates a backup of `shop`, and returns its path.
    ///
    /// # Errors
    /// When it isn't created.
    pub fn create_backup(&self, token: &str) -> Result<String> {
        self.create(token, app_backups(), &backup_body())
    }

    /// Creates a snapshot of `shop`, and returns its path.
    ///
    /// # Errors
    /// When it isn't created.
    pub fn create_snapshot(&self, token: &str) -> Result<String> {
        self.create(token, app_snapshots(), &snapshot_body())
    }

    fn create(&self, token: &str, mut path: String, body: &Value) -> Result<String> {
        let created = self.request(&Method::POST, token, &path, Some(body))?;
        match created.body["id"].as_str() {
            Some(id) if created.status == 201 => path.extend(["/", id]),
            _ => bail!("POST {path} returned {}: {}", created.status, created.text),
        }
        Ok(path)
    }

    /// Waits until the backup or snapshot at `path` is completed, and returns it.
    ///
    /// # Errors
    /// When it fails, or isn't completed within `patience`.
    pub fn completed(&self, token: &str, path: &str, patience: Duration) -> Result<Value> {
        let begun = Instant::now();
        loop {
            let resource = self.request(&Method::GET, token, path, None)?.body;
            match resource["state"].as_str() {
                Some("completed") => return Ok(resource),
                Some("failed") => bail!("{path} failed: {resource}"),
                _ if begun.elapsed() > patience => {
                    bail!("{path} isn't completed after {patience:?}: {resource}")
                }
                _ => thread::sleep(PAUSE_MAX),
            }
        }
    }

    /// Creates a backup of `shop`, waits until it is completed, and returns its path.
    ///
    /// # Errors
    /// When it isn't created, fails, or isn't completed within [`PATIENCE`].
    pub fn back_up(&self, token: &str) -> Result<String> {
        let path = self.create_backup(token)?;
        self.completed(token, &path, PATIENCE)?;
        Ok(path)
    }

    /// Waits until the resource at `path` is in one of `states`, and returns it.
    ///
    /// # Panics
    /// When it isn't within [`PATIENCE`].
    pub fn wait_for(&self, token: &str, path: &str, states: &[&str]) -> Value {
        eventually(&format!("{path} to become {}", states.join(" or ")), || {
            let resource = self.get(token, path).body;
            let state = resource["state"].as_str().unwrap_or_default();
            states.contains(&state).then_some(resource)
        })
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        let _ = self.kill_and_wait();
    }
}

fn forward(stdout: impl BufRead, sender: &Sender<String>) {
    for line in stdout.lines().map_while(Result::ok) {
        if sender.send(line).is_err() {
            return;
        }
    }
}

fn collect(mut stderr: impl BufRead, log: &Mutex<String>) {
    let mut line = Vec::new();
    while stderr.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
}

/// Sends a signal to a process, or to the group `-NUMBER`. It may have ended already.
///
/// # Errors
/// When no shell can be started.
pub fn signal(name: &str, target: &str) -> Result<()> {
    // `kill` is built into the shell.
    Command::new("sh")
        .args(["-c", "kill -s \"$1\" -- \"$2\" 2>/dev/null", "sh", name, target])
        .status()
        .context("failed to start a shell")?;
    Ok(())
}
