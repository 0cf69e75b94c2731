//! The commands that contact a server.

mod contexts;
mod definitions;
mod deletions;
mod doctor;
mod errors;
mod global;
mod lists;
mod login;
mod resources;
mod restore;
mod restore_targets;
mod several;
mod status;
mod tables;
mod wait;

use std::ffi::OsStr;
use std::fs;
use std::process::{Command, Output};

use appkeep_launcher::{ACCOUNT, Installation, RunningServer};
use serde_json::Value;

use crate::program::{appkeep, installation, started_idle};

/// A server with one app, and a user with a token for it.
pub(crate) struct Fixture {
    pub(crate) installation: Installation,
    pub(crate) server: RunningServer,
    pub(crate) token: String,
}

impl Fixture {
    /// Starts a server with workers.
    pub(crate) fn new() -> Self {
        Self::of(installation())
    }

    pub(crate) fn of(installation: Installation) -> Self {
        let server = installation.start().unwrap();
        let token = installation.token("acme").unwrap();
        Self {
            installation,
            server,
            token,
        }
    }

    /// Starts a server without workers.
    pub(crate) fn idle() -> Self {
        let (installation, server, token) = started_idle();
        Self {
            installation,
            server,
            token,
        }
    }

    /// Returns a call of the binary by that user.
    pub(crate) fn command(&self, arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> Command {
        let mut command = client_command(&self.server.url, &self.token);
        command
            .env("XDG_CONFIG_HOME", self.installation.path().join("config"))
            .args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> Output {
        self.command(arguments).output().expect("it runs")
    }

    /// Runs a command with JSON output, which must succeed.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments.iter().chain(&["--output", "json"]));
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

/// Returns a call of the binary with a server, a token and an account in its environment.
pub(crate) fn client_command(url: &str, token: &str) -> Command {
    let mut command = appkeep();
    command
        .env("APPKEEP_URL", url)
        .env("APPKEEP_TOKEN", token)
        .env("APPKEEP_ACCOUNT", ACCOUNT);
    command
}

/// Runs the binary with a server and a token in its environment.
pub(crate) fn run_at(url: &str, arguments: &[&str]) -> Output {
    let mut command = client_command(url, "secret");
    command.args(arguments).output().expect("it runs")
}

/// Returns the words of each line.
pub(crate) fn rows(table: &str) -> Vec<Vec<&str>> {
    let lines = table.lines();
    lines.map(|line| line.split_whitespace().collect()).collect()
}

/// Returns the line on stderr of a command that ended with `code`.
#[track_caller]
pub(crate) fn error_line(output: &Output, code: i32) -> String {
    let message = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(output.status.code(), Some(code), "{message}");
    let line = message.strip_suffix('\n').expect("a whole line");
    assert!(!line.contains('\n'), "one line: {message}");
    without_word(line)
}

/// Returns the last line on stderr of a command that ended with `code`, after its progress messages.
#[track_caller]
pub(crate) fn last_error_line(output: &Output, code: i32) -> String {
    let message = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(output.status.code(), Some(code), "{message}");
    without_word(message.lines().last().expect("a line"))
}

/// Returns the last line on stderr of a command with JSON output that ended with `code`.
#[track_caller]
pub(crate) fn last_error_as_json(output: &Output, code: i32) -> Value {
    let message = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(output.status.code(), Some(code), "{message}");
    let error: Value = serde_json::from_str(message.lines().last().expect("a line")).expect("JSON");
    assert_eq!(error["exitCode"], code, "{message}");
    error
}

#[track_caller]
fn without_word(line: &str) -> String {
    let error = line.strip_prefix("error: ");
    error.unwrap_or_else(|| panic!("no error: {line}")).to_owned()
}

/// Makes the app's volume larger, so that a backup of it takes a moment.
pub(crate) fn fill(installation: &Installation, bytes: usize) {
    let mut noise = vec![0; bytes];
    fastrand::Rng::with_seed(1).fill(&mut noise);
    fs::write(installation.path().join("volume/noise"), noise).expect("a file");
}
