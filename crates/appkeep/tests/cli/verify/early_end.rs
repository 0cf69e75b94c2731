//! Runs that end before their last check, and the data that they leave behind.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use appkeep_launcher::{ACCOUNT, APP, backups, eventually, signal};

use super::{json, verify_faulty_server};
use crate::faulty_server::{self, Fault, start_faulty};
use crate::program::{appkeep, installation, stdout};

#[test]
fn ten_requests_without_a_response_end_the_run_with_exit_code_2() {
    let url = start_faulty(|_, _, before| (before >= 30).then_some(Fault::Close));
    let output = verify_faulty_server(&url, &["--format", "json"]);
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
    let report = json(&output);
    assert_eq!(report["outcome"], "could-not-run");
    assert_eq!(report["live"]["ended_early"], "unresponsive");
    let counts = &report["live"]["counts"];
    assert!(
        counts["violated"].as_u64() > Some(0),
        "what was seen is reported: {counts}"
    );
    let text = stdout(&verify_faulty_server(&url, &["--operations", "app_backup_fetch"]));
    assert_eq!(text, "", "a server that never answers gets no report");
}

#[test]
fn endless_responses_are_read_up_to_a_limit() {
    let is_list = |path: &str| path.split('?').next().unwrap_or_default().ends_with("appBackups");
    let url =
        start_faulty(move |method, path, _| (method == "GET" && is_list(path)).then_some(Fault::Endless));
    // The memory limit would be exceeded if it read more.
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -v 2000000; exec \"$@\"", "sh"]);
    let appkeep = appkeep();
    shell.arg(appkeep.get_program());
    let of = ["verify", &url, "--account", ACCOUNT, "--app", APP];
    let output = shell
        .args(of)
        .env("APPKEEP_TOKEN", "secret")
        .output()
        .expect("it runs");
    let report = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{report}");
    for part in [
        "response-too-large  app_backup_list_for_app",
        "found:    200 a body of more than 67108864 bytes",
    ] {
        assert!(report.contains(part), "no {part:?} in\n{report}");
    }
}

#[test]
fn a_run_ends_at_its_time_limit_with_exit_code_2() {
    let output = verify_faulty_server(&faulty_server::start(), &["--time-limit", "1ms"]);
    let report = stdout(&output);
    assert_eq!(output.status.code(), Some(2), "{report}");
    let end = "ended early: the time limit of the run was reached";
    assert!(report.contains(end), "{report}");
}

#[test]
fn invalid_durations_are_rejected() {
    for (flag, value) in [
        ("--time-limit", "soon"),
        ("--time-limit", "0s"),
        ("--response-timeout", "5"),
    ] {
        let output = verify_faulty_server("http://127.0.0.1:1", &[flag, value]);
        assert_eq!(output.status.code(), Some(2), "{flag} {value}");
        let message = String::from_utf8(output.stderr).unwrap();
        for part in [flag, value, "expected a duration such as 90s, 30m or 1h"] {
            assert!(message.contains(part), "{message}");
        }
    }
}

#[test]
fn a_signal_ends_the_run_and_its_resources_are_deleted() {
    let installation = installation();
    installation
        .configure("body_timeout_secs = 600", "body_timeout_secs = 1")
        .unwrap();
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let mut command = appkeep();
        command
            .args(["verify", &server.url, "--yes"])
            .env("APPKEEP_TOKEN", &token);
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let items = || {
            server.get(&token, &backups()).body["items"]
                .as_array()
                .map_or(0, Vec::len)
        };
        eventually("a backup of the run", || (items() > 0).then_some(()));
        signal(name, &child.id().to_string()).unwrap();
        let output: Output = child.wait_with_output().expect("its end");
        let report = stdout(&output);
        assert_eq!(output.status.code(), Some(code), "{report}");
        assert!(
            report.contains("ended early: the run was interrupted"),
            "{report}"
        );
        assert!(!report.contains("left on the server"), "{report}");
        let left = server.get(&token, &backups());
        assert_eq!(left.body["items"], serde_json::json!([]), "after {name}");
    }
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    let creates = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&creates);
    let url = start_faulty(move |method, _, _| {
        let is_create = method == "POST";
        counted.fetch_add(is_create.into(), Ordering::Relaxed);
        is_create.then_some(Fault::Silence)
    });
    let of = ["verify", &url, "--account", ACCOUNT, "--app", APP, "--operations"];
    let mut command = appkeep();
    command
        .args(of)
        .arg("app_backup_create_for_app,app_backup_delete,app_backup_list_for_app")
        .env("APPKEEP_TOKEN", "secret");
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    eventually("a create", || (creates.load(Ordering::Relaxed) > 0).then_some(()));
    signal("INT", &child.id().to_string()).unwrap();
    let lines = BufReader::new(child.stderr.take().expect("its stderr")).lines();
    let mut lines = lines.map_while(Result::ok);
    let said = lines.find(|line| line.contains("another signal ends it at once"));
    assert!(said.is_some(), "nothing was said about the first signal");
    signal("INT", &child.id().to_string()).unwrap();
    let mut report = String::new();
    let mut stdout = child.stdout.take().expect("its stdout");
    stdout.read_to_string(&mut report).expect("text");
    assert_eq!(child.wait().expect("its end").code(), Some(130));
    assert_eq!(report, "", "nothing is reported");
}
