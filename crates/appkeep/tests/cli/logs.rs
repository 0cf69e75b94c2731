//! The log of `appkeep serve`: related lines can be found, and no secrets are logged.

use std::fs;
use std::process::Command;

use appkeep_launcher::{Installation, RunningServer, app_backups, backups};
use serde_json::{Value, json};

use crate::program::{installation, password, stdout};

const HOOK: &str = r#"
[[accounts.apps.hooks]]
name = "quiesce"
stage = "pre-snapshot"
command = ["true"]
env = { DB_PASSWORD = "the-word-of-the-database" }
"#;

/// Starts a server with TLS that logs everything, as JSON.
fn start(installation: &Installation) -> RunningServer {
    installation.add_apps(HOOK).expect("a configuration");
    let mut command = installation.serve();
    command.args(["--log", "trace", "--log-format", "json", "--tls", "self-signed"]);
    let mut server = RunningServer::start(command).unwrap();
    server.next_line().unwrap();
    server
        .trust(&installation.data().join("tls/ca.pem"))
        .expect("the authority");
    server
}

/// Sends a GET over HTTP/2, whose library logs more than that of HTTP/1.1.
fn get_over_http2(server: &RunningServer, installation: &Installation, token: &str, path: &str) {
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--http2", "--noproxy", "*", "-w", "%{http_version}"]);
    curl.args(["-o", "/dev/null", "--cacert"])
        .arg(installation.data().join("tls/ca.pem"));
    curl.args(["-H", &format!("Authorization: Bearer {token}")]);
    let output = curl.arg(format!("{}{path}", server.url)).output();
    let output = output.expect("curl runs: apt-get install curl");
    assert_eq!(stdout(&output), "2", "{output:?}");
}

fn message(line: &Value) -> &str {
    line["fields"]["message"].as_str().unwrap_or_default()
}

/// Returns a field of the innermost span of a line.
fn of_span<'a>(line: &'a Value, field: &str) -> &'a str {
    line["span"][field].as_str().unwrap_or_default()
}

#[test]
fn logs_correlate_requests_and_jobs_without_secrets() {
    let installation = installation();
    let server = start(&installation);
    let (token, wrong) = (
        installation.token("acme").unwrap(),
        format!("appkeep_{}", "5".repeat(64)),
    );
    let path = server.back_up(&token).unwrap();
    let refused = server.get(&wrong, &path);
    assert_eq!(refused.problem(), Some("4"));
    let password = password(&installation);
    assert_eq!(server.delete(&token, &path).status, 204);
    let missed = server.get(&token, &path);
    assert_eq!(missed.status, 404);
    for token in [&token, &wrong] {
        get_over_http2(&server, &installation, token, &path);
    }
    let ended = server.stop("TERM").unwrap();
    assert_eq!(ended.status.code(), Some(0));

    let log = ended.stderr;
    let lines = parsed(&log);
    let with = |text: &str, kind: &str| -> Vec<&Value> {
        let mut found = lines.iter().filter(|line| message(line) == text);
        let is_of = |line: &&Value| line["fields"]["job.kind"] == kind || of_span(line, "job.kind") == kind;
        found.by_ref().filter(is_of).collect()
    };
    let queued = with("job queued", "take_backup");
    let [queued] = queued[..] else {
        panic!("one job: {queued:?}")
    };
    let correlation = of_span(queued, "correlation.id");
    assert_eq!(correlation.len(), 36);
    assert_eq!(of_span(queued, "name"), "request");
    assert_eq!(of_span(queued, "method"), "POST");
    for text in ["job started", "hook ran", "job done"] {
        let found = with(text, "take_backup");
        let [line] = found[..] else {
            panic!("{text}: {found:?}")
        };
        assert_eq!(of_span(line, "correlation.id"), correlation, "{text}");
        assert_eq!(of_span(line, "job.id"), queued["fields"]["job.id"], "{text}");
    }
    for problem in [&refused.body, &missed.body] {
        let id = problem["correlationID"].as_str().unwrap();
        let mut lines = lines.iter().filter(|line| of_span(line, "correlation.id") == id);
        assert!(lines.any(|line| message(line) == "refused"), "{problem}");
    }

    assert!(
        log.contains("\"level\":\"TRACE\""),
        "the libraries underneath log, too"
    );
    let mut secrets = vec![
        token.clone(),
        token.trim_start_matches("appkeep_").to_owned(),
        wrong,
        "the-word-of-the-database".to_owned(),
        password,
    ];
    let data = installation.data();
    secrets.push(
        fs::read_to_string(data.join("keys/master.key"))
            .unwrap()
            .trim()
            .to_owned(),
    );
    for key in ["tls/key.pem", "tls/ca-key.pem"] {
        let pem = fs::read_to_string(data.join(key)).unwrap();
        secrets.extend(
            pem.lines()
                .filter(|line| !line.starts_with("---"))
                .map(str::to_owned),
        );
    }
    for secret in secrets {
        assert!(secret.len() >= 16, "{secret:?} says nothing");
        assert!(!log.contains(&secret), "{secret} was logged");
    }
}

/// Parses the lines of a JSON log.
fn parsed(log: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    log.lines().map(parse).collect()
}

#[test]
fn failures_and_changes_are_logged_by_default() {
    let installation = installation();
    let mut command = installation.serve();
    command.args(["--log-format", "json"]);
    let server = RunningServer::start(command).unwrap();
    let created = installation
        .create_token(&["--account", "acme", "--name", "ci"])
        .unwrap();
    let token = stdout(&created).trim().to_owned();
    let audit = String::from_utf8(created.stderr).unwrap();
    assert!(
        audit.contains("audit: create token") && audit.contains("token.name=\"ci\""),
        "{audit}"
    );
    fs::rename(
        installation.path().join("volume"),
        installation.path().join("away"),
    )
    .unwrap();
    let body = json!({"type": "application/astra-appBackup", "version": "1.1", "name": "doomed"});
    let created = server.post(&token, &app_backups(), &body).body;
    let id = created["id"].as_str().unwrap();
    let path = format!("{}/{id}", backups());
    let failed = server.wait_for(&token, &path, &["completed", "failed"]);
    assert_eq!(failed["state"], "failed", "{failed}");
    assert_eq!(server.delete(&token, &path).status, 204);
    let ended = server.stop("TERM").unwrap();
    let lines = parsed(&ended.stderr);

    let warnings: Vec<_> = lines
        .iter()
        .filter(|line| message(line) == "backup failed")
        .collect();
    let [warning] = warnings[..] else {
        panic!("one warning: {lines:?}")
    };
    let fields = &warning["fields"];
    assert_eq!(warning["level"], "WARN");
    assert_eq!(
        (&fields["app.name"], &fields["name"]),
        (&json!("shop"), &json!("doomed"))
    );
    assert_eq!((&fields["id"], &fields["job.attempt"]), (&json!(id), &json!(1)));
    assert!(
        fields["reason"].as_str().unwrap().contains("No such file"),
        "{warning}"
    );

    let changes: Vec<_> = lines.iter().filter(|line| line["target"] == "audit").collect();
    let said: Vec<_> = changes.iter().map(|line| message(line)).collect();
    assert_eq!(said, ["create backup", "delete backup"]);
    for change in &changes {
        let fields = &change["fields"];
        assert_eq!((&fields["id"], &fields["name"]), (&json!(id), &json!("doomed")));
        assert_eq!(fields["token.name"], "ci");
        assert_eq!(fields["subject"], created["metadata"]["createdBy"]);
    }
    assert_eq!(
        of_span(changes[0], "correlation.id"),
        of_span(warning, "correlation.id")
    );
}
