//! Tables that fit the terminal.

use std::time::{Duration, SystemTime};

use appkeep_launcher::APP;
use chrono::{DateTime, SecondsFormat, Utc};
use insta::assert_snapshot;
use wiremock::MockServer;

use super::{client_command, run_at};
use crate::fake_server;
use crate::program::stdout;
use crate::terminal::{Terminal, plain};

/// Returns the time three days ago, in a server's notation.
fn then() -> String {
    let then = SystemTime::now() - Duration::from_hours(72);
    DateTime::<Utc>::from(then).to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Starts a fake server with a list that another implementation could return.
fn start() -> MockServer {
    let then = then();
    let resources = [
        (
            "1a2b3c4d-0000-4000-8000-000000000001",
            "nightly-20260101023000-0123456789ab",
            "completed",
            Some(5_067_776_u64),
        ),
        (
            "1a2b3c4d-5000-4000-8000-000000000002",
            "empty",
            "completed",
            Some(0),
        ),
        (
            "2b3c4d5e-0000-4000-8000-000000000003",
            "夜間バックアップ",
            "failed",
            None,
        ),
        (
            "3c4d5e6f-0000-4000-8000-000000000004",
            "🗄️-archive",
            "deleting",
            Some(1 << 50),
        ),
    ];
    let items: Vec<String> = resources
        .iter()
        .map(|(id, name, state, bytes)| {
            let bytes = bytes.map(|bytes| format!(r#""totalBytes":{bytes},"#)).unwrap_or_default();
            format!(
                r#"{{"type":"application/astra-appBackup","version":"1.1","id":"{id}","name":"{name}","bucketID":"{APP}",
"state":"{state}","stateUnready":["the bucket local is not there: /var/backups/appkeep lacks its marker"],{bytes}
"metadata":{{"labels":[],"creationTimestamp":"{then}",
"modificationTimestamp":"{then}","createdBy":"{APP}"}}}}"#
            )
        })
        .collect();
    let backups = format!(r#"{{"items":[{}],"metadata":{{"labels":[]}}}}"#, items.join(","));
    let apps = format!(
        r#"{{"items":[{{"type":"application/astra-app","version":"2.1","id":"{APP}","name":"shop","state":"ready",
"stateUnready":[],"clusterID":"{APP}","clusterName":"acme","metadata":{{"labels":[],
"creationTimestamp":"{then}","modificationTimestamp":"{then}",
"createdBy":"{APP}"}}}}],"metadata":{{"labels":[]}}}}"#
    );
    fake_server::start(move |_, path| {
        let path = path.split('?').next().unwrap_or_default();
        let body = if path.ends_with("/appBackups") {
            &backups
        } else if path.ends_with("/buckets") {
            return (404, "text/plain", String::new());
        } else {
            &apps
        };
        (200, "application/json", body.clone())
    })
}

/// Returns the output on a terminal with `columns` columns.
fn shown(columns: u16, arguments: &[&str]) -> String {
    let server = start();
    let mut command = client_command(&server.uri(), "secret");
    command.args(arguments);
    let (code, text) = Terminal::start(columns, &command).end();
    assert_eq!(code, 0, "{text}");
    text.replace("\r\n", "\n")
}

#[test]
fn pipes_get_unwrapped_lines_without_colours() {
    let server = start();
    let output = run_at(&server.uri(), &["backup", "list"]);
    let table = stdout(&output);
    assert!(!table.contains('\u{1b}'), "{table:?}");
    assert_snapshot!("pipe", table);
}

#[test]
fn tables_fit_80_columns() {
    let text = shown(80, &["backup", "list"]);
    assert!(text.contains("\u{1b}["), "coloured: {text:?}");
    assert_snapshot!("columns_80", plain(&text));
}

#[test]
fn fields_are_listed_vertically_at_40_columns() {
    assert_snapshot!("columns_40", plain(&shown(40, &["backup", "list"])));
    let shown = plain(&shown(40, &["backup", "show", "1a2b3c4d-0"]));
    let (_, date) = shown.split_once("created     ").unwrap();
    assert_snapshot!(
        "columns_40_show",
        shown.replace(&date[..19], "YYYY-MM-DD HH:MM:SS")
    );
}

#[test]
fn no_color_is_respected() {
    let server = start();
    let mut command = client_command(&server.uri(), "secret");
    command.args(["backup", "list"]).env("NO_COLOR", "1");
    let (code, text) = Terminal::start(80, &command).end();
    assert_eq!(code, 0);
    assert!(!text.contains("\u{1b}["), "{text:?}");
}
