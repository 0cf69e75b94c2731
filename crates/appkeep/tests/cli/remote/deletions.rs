//! Deletions of several backups.

use std::process::Output;
use std::sync::{Arc, Mutex};

use appkeep_launcher::{APP, BUCKET};
use serde_json::{Value, json};
use wiremock::MockServer;

use super::{Fixture, client_command, error_line, last_error_line, run_at};
use crate::fake_server;
use crate::program::stdout;
use crate::terminal::{Terminal, plain};

/// A server with backups of two apps, and the first digits of the ids that were deleted from it.
struct Fake {
    server: MockServer,
    deleted: Arc<Mutex<String>>,
}

const OTHER_APP: &str = "6e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b02";
const ID_REST: &str = "a2b3c4d-0000-4000-8000-000000000000";

impl Fake {
    fn start() -> Self {
        let backup = |id: u8, state: &str, day: u8| {
            json!({
                "type": "application/astra-appBackup", "version": "1.1", "name": format!("nightly-{id}"),
                "bucketID": BUCKET, "id": format!("{id}{ID_REST}"), "state": state, "stateUnready": [],
                "metadata": metadata(day),
            })
        };
        let shop = vec![
            backup(1, "pending", 9),
            backup(2, "failed", 8),
            backup(3, "completed", 7),
            backup(4, "completed", 6),
            backup(5, "failed", 5),
            backup(6, "completed", 4),
        ];
        let wiki = vec![backup(7, "completed", 3), backup(8, "running", 2)];
        let app = |id: &str, name: &str| {
            json!({
                "type": "application/astra-app", "version": "2.1", "id": id, "name": name, "state": "ready",
                "stateUnready": [], "clusterID": APP, "clusterName": "acme", "metadata": metadata(1),
            })
        };
        let apps = vec![app(APP, "shop"), app(OTHER_APP, "wiki")];
        let deleted = Arc::new(Mutex::new(String::new()));
        let calls = deleted.clone();
        let server = fake_server::start(move |method, path| {
            let path = path.split('?').next().unwrap_or_default();
            let last = path.rsplit('/').next().unwrap_or_default();
            if method == "DELETE" {
                // The server refuses one of them.
                if last.starts_with('4') {
                    let problem = json!({
                        "type": "about:blank", "title": "Conflict", "status": "409", "detail": "it is being restored",
                    });
                    return (409, "application/problem+json", problem.to_string());
                }
                calls.lock().unwrap().push_str(&last[..1]);
                return (204, "application/json", String::new());
            }
            let items: Vec<Value> = match last {
                "apps" => apps.clone(),
                "appBackups" if path.contains(APP) => shop.clone(),
                "appBackups" if path.contains(OTHER_APP) => wiki.clone(),
                _ => shop.iter().chain(&wiki).cloned().collect(),
            };
            let page = json!({"items": items, "metadata": {"labels": []}});
            (200, "application/json", page.to_string())
        });
        Self { server, deleted }
    }

    fn delete(&self, arguments: &[&str]) -> Output {
        run_at(&self.server.uri(), &[&["backup", "delete"], arguments].concat())
    }

    fn deleted(&self) -> String {
        std::mem::take(&mut self.deleted.lock().unwrap())
    }
}

fn metadata(day: u8) -> Value {
    let time = format!("2026-01-0{day}T02:00:00.000000Z");
    json!({"labels": [], "creationTimestamp": time, "modificationTimestamp": time, "createdBy": APP})
}

#[test]
fn backups_are_deleted_by_age_and_number() {
    let fake = Fake::start();
    for (arguments, ids) in [
        // Only finished backups are deleted.
        (&["--older-than", "2026-01-05"][..], "67"),
        (&["--older-than", "1d", "--app", "wiki"], "7"),
        // Those that are newer than a kept one are kept, too.
        (&["--keep-last", "1", "--app", "shop"], "456"),
        (&["--keep-last", "2"], "56"),
        (&["--keep-last", "3"], ""),
        (&["--older-than", "2026-01-05", "--keep-last", "2"], "6"),
        (&["--older-than", "2026-01-04", "--keep-last", "2"], ""),
    ] {
        let dry = fake.delete(&[arguments, &["--dry-run"]].concat());
        assert_eq!(dry.status.code(), Some(0), "{arguments:?}: {dry:?}");
        let printed = stdout(&dry);
        let found: String = printed
            .lines()
            .map(|line| {
                line.strip_prefix("backup nightly-")
                    .unwrap()
                    .chars()
                    .next()
                    .unwrap()
            })
            .collect();
        assert_eq!(found, ids, "{arguments:?}");
        assert_eq!(fake.deleted(), "", "{arguments:?}");
    }
    let arguments = ["--older-than", "2026-01-05"];
    assert_eq!(
        last_error_line(&fake.delete(&arguments), 2),
        "this command deletes 2 backups; confirm it with --yes"
    );
    assert_eq!(fake.deleted(), "");
    let output = fake.delete(&[&arguments[..], &["--yes"]].concat());
    assert_eq!(
        stdout(&output),
        format!("backup nightly-6 is deleted (6{ID_REST})\nbackup nightly-7 is deleted (7{ID_REST})\n")
    );
    assert_eq!(fake.deleted(), "67");
    let json = fake.delete(&[&arguments[..], &["--yes", "--output", "json"]].concat());
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (&json[0]["name"], &json[0]["appName"]),
        (&json!("nightly-6"), &json!("shop"))
    );
}

#[test]
fn the_rest_is_deleted_if_a_deletion_is_refused() {
    let fake = Fake::start();
    let output = fake.delete(&["--keep-last", "1", "--yes"]);
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    assert_eq!(fake.deleted(), "56");
    assert_eq!(stdout(&output).lines().count(), 2);
    assert!(
        error_line(&output, 5).contains("it is being restored"),
        "{output:?}"
    );
}

#[test]
fn several_backups_are_found_before_any_is_deleted() {
    let fake = Fake::start();
    let output = fake.delete(&["nightly-3", "nightly-9"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(fake.deleted(), "");
    let output = fake.delete(&["nightly-3", "nightly-7", "nightly-3"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(stdout(&output).lines().count(), 2);
    assert_eq!(fake.deleted(), "37");
    for arguments in [&[][..], &["a", "--keep-last", "1"], &["--keep-last", "0"]] {
        let usage = fake.delete(arguments);
        assert_eq!(usage.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn terminals_ask_before_a_deletion() {
    let fake = Fake::start();
    let mut command = client_command(&fake.server.uri(), "secret");
    command.args(["backup", "delete", "nightly-3", "nightly-7"]);
    for (answer, code, deleted) in [("n", 2, ""), ("y", 0, "37")] {
        let mut terminal = Terminal::start(80, &command);
        let listed = terminal.expect("Delete these 2 backups?");
        assert!(plain(&listed).contains("nightly-7 ("), "{listed:?}");
        terminal.type_line(answer);
        let (found, text) = terminal.end();
        assert_eq!(found, code, "{text}");
        assert_eq!(fake.deleted(), deleted, "{text}");
    }
    // A question that is too long for a line precedes a short one.
    let mut narrow = client_command(&fake.server.uri(), "secret");
    narrow.args(["backup", "delete", "nightly-3"]);
    let mut terminal = Terminal::start(40, &narrow);
    let listed = plain(&terminal.expect("Continue?"));
    assert!(listed.contains("Delete backup nightly-3 ("), "{listed}");
    terminal.type_line("n");
    assert_eq!(terminal.end().0, 2);
    command.arg("--yes");
    let (code, text) = Terminal::start(80, &command).end();
    assert_eq!(code, 0, "{text}");
    assert_eq!(fake.deleted(), "37");
}

#[test]
fn deletions_of_a_real_server_are_reported() {
    let fixture = Fixture::new();
    for name in ["first", "second", "third"] {
        fixture.json(&["backup", "create", name, "--wait"]);
    }
    let output = fixture.run([
        "backup",
        "delete",
        "--keep-last",
        "1",
        "--older-than",
        "0s",
        "--yes",
    ]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let left = fixture.json(&["backup", "list"]);
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert_eq!(left[0]["name"], "third");
}
