//! Commands that ran to their end, and servers that run until a test stops them.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a child may keep silent, or a condition untrue, before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// Looks again and again until `look` finds something.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "waited {PATIENCE:?} in vain for {what}"
        );
        thread::sleep(Duration::from_millis(10));
    }
}

/// The binary, with nothing in its environment that changes what it does.
pub(crate) fn appkeep() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_appkeep"));
    for name in ["TOKEN", "URL", "ACCOUNT", "CA", "LOG"] {
        command.env_remove(format!("APPKEEP_{name}"));
    }
    command
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        // Where nobody has logged in.
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null());
    command
}

/// Runs it with arguments to its end.
pub(crate) fn run(arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> Output {
    appkeep().args(arguments).output().expect("it runs")
}

/// What went to stdout.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// The one line on stderr of a command that could not run.
#[track_caller]
pub(crate) fn one_line_error(output: &Output) -> String {
    let complaint = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert_eq!(said(output), "");
    let lines: Vec<_> = complaint.lines().collect();
    let [line] = lines[..] else {
        panic!("not one line: {complaint}")
    };
    let error = line.strip_prefix("error: ");
    error
        .unwrap_or_else(|| panic!("no error: {complaint}"))
        .to_owned()
}

/// A server in a process of its own; it is killed when the test ends.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    complaints: Arc<Mutex<String>>,
    reading: Option<JoinHandle<()>>,
    /// Scheme, host and port.
    pub(crate) url: String,
    /// The certificate authority that curl shall trust.
    pub(crate) trusted: Option<PathBuf>,
}

impl Running {
    /// Starts a command that serves, and waits for the line that says where.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().expect("its stdout"));
        thread::spawn(move || forward(stdout, &sender));
        let stderr = BufReader::new(child.stderr.take().expect("its stderr"));
        let complaints = Arc::default();
        let reading = thread::spawn({
            let complaints = Arc::clone(&complaints);
            move || collect(stderr, &complaints)
        });
        let mut running = Self {
            child,
            lines,
            complaints,
            reading: Some(reading),
            url: String::new(),
            trusted: None,
        };
        let line = running.next_line();
        match line.strip_prefix("appkeep is ready on ") {
            Some(url) => url.clone_into(&mut running.url),
            None => panic!("not ready: {line}"),
        }
        running
    }

    /// The next line that it prints.
    pub(crate) fn next_line(&mut self) -> String {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => panic!("it printed nothing for {PATIENCE:?}"),
            Err(RecvTimeoutError::Disconnected) => panic!("it ended: {}", self.complaints()),
        }
    }

    /// What it has printed on stderr so far.
    pub(crate) fn log(&self) -> String {
        let log = self.complaints.lock();
        log.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All that it printed on stderr; it has ended.
    fn complaints(&mut self) -> String {
        let reading = self.reading.take().expect("joined once");
        reading.join().expect("its stderr");
        self.log()
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.id().to_string();
        // The shell has `kill` built in.
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill -s \"$1\" \"$2\"", "sh", signal, &pid]);
        assert!(kill.status().expect("a shell").success());
    }

    /// Asks it to stop, and answers how it ended and what it printed since the last line that was read.
    pub(crate) fn stop(mut self, signal: &str) -> Ended {
        self.signal(signal);
        let mut lines = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => lines.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it didn't stop within {PATIENCE:?}"),
            }
        }
        let status = self.child.wait().expect("its end");
        Ended {
            status,
            lines,
            complaints: self.complaints(),
        }
    }

    /// A GET with a token.
    pub(crate) fn get(&self, token: &str, path: &str) -> Answer {
        self.curl(token, path, &[])
    }

    /// A DELETE with a token.
    pub(crate) fn delete(&self, token: &str, path: &str) -> Answer {
        self.curl(token, path, &["-X", "DELETE"])
    }

    /// A POST of JSON with a token.
    pub(crate) fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        let json = "Content-Type: application/json";
        self.curl(token, path, &["-H", json, "-d", &body.to_string()])
    }

    /// A PUT of JSON with a token that replaces what is there.
    pub(crate) fn put(&self, token: &str, path: &str, body: &Value) -> Answer {
        let json = "Content-Type: application/json";
        let more = [
            "-X",
            "PUT",
            "-H",
            "ForceUpdate: true",
            "-H",
            json,
            "-d",
            &body.to_string(),
        ];
        self.curl(token, path, &more)
    }

    fn curl(&self, token: &str, path: &str, more: &[&str]) -> Answer {
        let output = Command::new("curl")
            .args(["-sS", "--noproxy", "*", "-w", "\n%{http_code}"])
            .args(["-H", &format!("Authorization: Bearer {token}")])
            .args(more)
            .args(
                self.trusted
                    .iter()
                    .flat_map(|file| [OsStr::new("--cacert"), file.as_os_str()]),
            )
            .arg(format!("{}{path}", self.url))
            .output()
            .expect("curl runs: apt-get install curl");
        let text = String::from_utf8(output.stdout).expect("text");
        let (body, status) = text.rsplit_once('\n').expect("a status");
        Answer {
            status: status.parse().expect("a number"),
            body: serde_json::from_str(body).unwrap_or_default(),
        }
    }

    /// Asks again and again until the resource at `path` is in one of `states`, and answers it.
    pub(crate) fn wait_for(&self, token: &str, path: &str, states: &[&str]) -> Value {
        eventually(&format!("{path} to become {}", states.join(" or ")), || {
            let resource = self.get(token, path).body;
            let state = resource["state"].as_str().unwrap_or_default();
            states.contains(&state).then_some(resource)
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn forward(stdout: impl BufRead, sender: &Sender<String>) {
    for line in stdout.lines().map_while(Result::ok) {
        if sender.send(line).is_err() {
            return;
        }
    }
}

fn collect(mut stderr: impl BufRead, text: &Mutex<String>) {
    let mut line = Vec::new();
    while stderr.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
}

/// How a server ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// What it printed at last.
    pub(crate) lines: Vec<String>,
    /// What went to stderr.
    pub(crate) complaints: String,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The body; null when it is none of JSON.
    pub(crate) body: Value,
}

impl Answer {
    /// The number of the problem.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.body["type"].as_str()?.rsplit('/').next()
    }
}
