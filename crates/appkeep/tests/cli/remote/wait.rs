//! Waits, with and without a terminal.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use appkeep_launcher::{APP, signal};
use wiremock::MockServer;

use super::{Fixture, client_command, error_line, fill, last_error_line, run_at};
use crate::fake_server;
use crate::program::stdout;
use crate::terminal::{Terminal, plain};

/// Returns a backup in a server's notation; `more` may contain its reasons.
fn backup(state: &str, more: &str) -> String {
    let unready = if more.contains("stateUnready") {
        ""
    } else {
        r#","stateUnready":[]"#
    };
    format!(
        r#"{{"type":"application/astra-appBackup","version":"1.1","id":"5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7f01",
"name":"nightly","bucketID":"{APP}","state":"{state}"{unready}{more},
"metadata":{{"labels":[],"creationTimestamp":"2026-01-05T09:30:00.000000Z",
"modificationTimestamp":"2026-01-05T09:30:00.000000Z","createdBy":"{APP}"}}}}"#
    )
}

const ID: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7f01";

#[test]
fn ctrl_c_shows_how_to_check_the_backup() {
    let fixture = Fixture::idle();
    let id = fixture.json(&["backup", "create", "nightly"])["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut terminal = Terminal::start(80, &fixture.command(["backup", "wait", "nightly"]));
    terminal.expect("pending");
    terminal.control('c');
    let (code, text) = terminal.end();
    assert_eq!(code, 130, "{text}");
    let last = plain(&text)
        .trim_end()
        .lines()
        .last()
        .unwrap_or_default()
        .trim()
        .to_owned();
    // The terminal may have printed `^C` in front.
    assert!(
        last.ends_with(&format!(
            "error: stopped waiting: the backup nightly continues; check with appkeep backup show {id}"
        )),
        "{text:?}"
    );
    assert_eq!(fixture.json(&["backup", "show", &id])["state"], "pending");
}

#[test]
fn signals_stop_the_wait_without_a_terminal() {
    let fixture = Fixture::idle();
    fixture.json(&["backup", "create", "nightly"]);
    let mut waiting = fixture
        .command(["backup", "wait", "nightly"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Once it has printed the state, its signal handler is installed.
    let mut first = [0_u8; 24];
    std::io::Read::read_exact(waiting.stderr.as_mut().unwrap(), &mut first).unwrap();
    assert_eq!(&first, b"backup nightly: pending\n");
    signal("INT", &waiting.id().to_string()).unwrap();
    let output = waiting.wait_with_output().unwrap();
    assert!(
        error_line(&output, 130).starts_with("stopped waiting: the backup nightly continues; check with ")
    );
    assert_eq!(stdout(&output), "");
}

#[test]
fn waits_end_at_their_timeout() {
    let fixture = Fixture::idle();
    fixture.json(&["backup", "create", "nightly"]);
    let output = fixture.run(["backup", "wait", "nightly", "--timeout", "1"]);
    let message = last_error_line(&output, 1);
    assert!(
        message.starts_with("the backup nightly is still running after 1s; check with "),
        "{message}"
    );
}

/// Starts a fake server whose backup advances at each request.
fn advancing(states: Vec<(&'static str, String)>) -> MockServer {
    let seen = Arc::new(AtomicUsize::new(0));
    fake_server::start(move |_, _| {
        let index = seen.fetch_add(1, Ordering::SeqCst).min(states.len() - 1);
        let (state, bytes) = &states[index];
        if *state == "down" {
            return (503, "text/plain", "not yet".to_owned());
        }
        (200, "application/json", backup(state, bytes))
    })
}

fn bytes(done: u64) -> String {
    format!(
        r#","bytesDone":{done},"totalBytes":10485760,"percentDone":{}"#,
        done / 104_858
    )
}

#[test]
fn terminals_show_a_progress_bar_that_disappears() {
    for columns in [80, 40] {
        let server = advancing(vec![
            ("pending", String::new()),
            ("pending", String::new()),
            ("running", bytes(0)),
            ("running", bytes(5_242_880)),
            ("running", bytes(5_242_880)),
            ("running", bytes(10_485_760)),
            ("completed", bytes(10_485_760)),
        ]);
        let mut command = client_command(&server.uri(), "secret");
        command.args(["backup", "wait", ID]);
        let mut terminal = Terminal::start(columns, &command);
        let before = terminal.expect(" 50%");
        assert!(plain(&before).contains("running"), "{before:?}");
        let (code, text) = terminal.end();
        assert_eq!(code, 0, "{text}");
        let text = plain(&text);
        let last = text.trim_end().rsplit(['\r', '\n']).next().unwrap();
        assert_eq!(last, "backup nightly is completed: 10.00 MiB", "{text:?}");
        for line in text.split(['\r', '\n']) {
            assert!(
                line.chars().count() <= usize::from(columns),
                "{columns}: {line:?}"
            );
        }
    }
}

#[test]
fn states_are_printed_and_failed_polls_are_retried() {
    let server = advancing(vec![
        ("pending", String::new()),
        ("pending", String::new()),
        ("down", String::new()),
        ("down", String::new()),
        ("running", bytes(0)),
        ("completed", bytes(10_485_760)),
    ]);
    let output = run_at(&server.uri(), &["backup", "wait", ID]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(
        stderr,
        "backup nightly: pending\nbackup nightly: no response, retrying\nbackup nightly: running, 0 B of 10.00 MiB\nbackup nightly: completed\n"
    );
    assert_eq!(stdout(&output), "backup nightly is completed: 10.00 MiB\n");
}

#[test]
fn reasons_of_stalled_backups_are_shown_once_when_they_change() {
    let stalled = |reason: &str| {
        (
            "running",
            format!(
                r#","stateUnready":["bucket local is unavailable: {reason}"]{}"#,
                bytes(0)
            ),
        )
    };
    let server = advancing(vec![
        ("running", bytes(0)),
        stalled("no such directory"),
        stalled("no such directory"),
        stalled("it lacks its marker"),
        ("completed", bytes(10_485_760)),
    ]);
    let output = run_at(&server.uri(), &["backup", "wait", ID]);
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(
        stderr,
        "backup nightly: running, 0 B of 10.00 MiB\nbackup nightly: bucket local is unavailable: no such directory\n\
         backup nightly: bucket local is unavailable: it lacks its marker\nbackup nightly: completed\n"
    );
    let quiet = run_at(&server.uri(), &["backup", "wait", ID, "--quiet"]);
    assert_eq!(quiet.stderr, b"", "{quiet:?}");
}

#[test]
fn waits_follow_a_real_backup() {
    let fixture = Fixture::new();
    fill(&fixture.installation, 8 << 20);
    let mut terminal = Terminal::start(80, &fixture.command(["backup", "create", "large", "--wait"]));
    terminal.expect("backup large of shop is being created (");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(
        plain(&text).contains("backup large is completed: 8.00 MiB"),
        "{text:?}"
    );
}
