//! The binary under test, and commands that run to completion.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use appkeep_launcher::{APP, Installation, RunningServer, command};

const BINARY: &str = env!("CARGO_BIN_EXE_appkeep");

/// Returns a call of the binary, without the variables that change its behaviour.
pub(crate) fn appkeep() -> Command {
    command(Path::new(BINARY))
}

/// Returns an installation with the usual configuration.
pub(crate) fn installation() -> Installation {
    Installation::new(Path::new(BINARY)).expect("an installation")
}

/// Starts a server; returns its installation and a token of a member.
pub(crate) fn started() -> (Installation, RunningServer, String) {
    let installation = installation();
    let server = installation.start().expect("a server");
    let token = installation.token("acme").expect("a token");
    (installation, server, token)
}

/// Starts a server without workers.
pub(crate) fn started_idle() -> (Installation, RunningServer, String) {
    let installation = installation();
    let server = installation.start_idle().expect("a server");
    let token = installation.token("acme").expect("a token");
    (installation, server, token)
}

/// Runs the binary with arguments to completion.
pub(crate) fn run(arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> Output {
    appkeep().args(arguments).output().expect("it runs")
}

/// Returns the output on stdout.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// Returns the one line on stderr of a command that could not run.
#[track_caller]
pub(crate) fn only_error_line(output: &Output) -> String {
    let message = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(stdout(output), "");
    let lines: Vec<_> = message.lines().collect();
    let [line] = lines[..] else {
        panic!("not one line: {message}")
    };
    let error = line.strip_prefix("error: ");
    error.unwrap_or_else(|| panic!("no error: {message}")).to_owned()
}

/// Compiles a library that replaces functions of the C library, for `LD_PRELOAD`.
pub(crate) fn compiled(installation: &Installation, source: &str) -> PathBuf {
    let [file, library] = ["shim.c", "shim.so"].map(|name| installation.path().join(name));
    fs::write(&file, source).expect("the source is written");
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &file])
        .arg("-ldl");
    let output = compiler.output().expect("cc runs: apt-get install gcc");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    library
}

/// Runs restic on the app's repository.
pub(crate) fn restic(installation: &Installation, arguments: &[&str]) -> Output {
    Command::new("restic")
        .args(["--no-cache", "--repo"])
        .arg(installation.path().join("bucket").join(APP))
        .args(arguments)
        .env("RESTIC_PASSWORD", password(installation))
        .output()
        .expect("restic runs: apt-get install restic")
}

/// Damages every pack of the app's repository.
pub(crate) fn damage_packs(installation: &Installation) {
    let data = installation.path().join("bucket").join(APP).join("data");
    for directory in fs::read_dir(data).expect("a repository") {
        for pack in fs::read_dir(directory.expect("a directory").path()).expect("packs") {
            let path = pack.expect("a pack").path();
            let mut bytes = fs::read(&path).expect("a readable pack");
            bytes[50] ^= 1;
            fs::write(path, bytes).expect("a damaged pack");
        }
    }
}

/// Returns the password of the app's repository, as `appkeep key show --recovery` prints it.
pub(crate) fn password(installation: &Installation) -> String {
    let data = installation.data().display().to_string();
    let shown = stdout(&run(["key", "show", "--recovery", "--data", &data]));
    let value = shown
        .lines()
        .find_map(|line| line.strip_prefix("export RESTIC_PASSWORD='"));
    value
        .and_then(|rest| rest.strip_suffix('\''))
        .expect("a password")
        .to_owned()
}
