//! Filters, order, columns and formats of lists.

use std::process::Output;

use appkeep_launcher::{APP, BUCKET};
use serde_json::{Value, json};
use wiremock::MockServer;

use super::{Fixture, error_line, rows, run_at};
use crate::fake_server;
use crate::program::{installation, stdout};

/// Starts a server with four backups of one app.
fn start() -> MockServer {
    let backups = [
        (
            "1",
            "nightly-1",
            "completed",
            json!(300),
            "2026-01-05T02:00:00.000000Z",
            json!([]),
        ),
        (
            "2",
            "before, \"the\" upgrade",
            "completed",
            json!(4000),
            "2026-01-04T12:00:00.000000Z",
            json!([{"name": "release", "value": "1.4"}, {"name": "kept", "value": "yes"}]),
        ),
        (
            "3",
            "nightly-0",
            "failed",
            Value::Null,
            "2026-01-04T02:00:00.000000Z",
            json!([]),
        ),
        (
            "4",
            "nightly-2",
            "pending",
            Value::Null,
            "2026-01-03T23:59:59.999999Z",
            json!([{"name": "release", "value": "1.3"}]),
        ),
    ];
    let items: Vec<Value> = backups
        .into_iter()
        .map(|(id, name, state, bytes, time, labels)| {
            json!({
                "type": "application/astra-appBackup", "version": "1.1", "name": name, "bucketID": BUCKET,
                "id": format!("{id}a2b3c4d-0000-4000-8000-000000000000"), "state": state, "stateUnready": [],
                "totalBytes": bytes,
                "metadata": {
                    "labels": labels, "creationTimestamp": time, "modificationTimestamp": time, "createdBy": APP,
                },
            })
        })
        .collect();
    let metadata = json!({
        "labels": [], "creationTimestamp": "2026-01-01T00:00:00.000000Z",
        "modificationTimestamp": "2026-01-01T00:00:00.000000Z", "createdBy": APP,
    });
    let app = json!({
        "type": "application/astra-app", "version": "2.1", "id": APP, "name": "shop", "state": "ready",
        "stateUnready": [], "clusterID": APP, "clusterName": "acme", "metadata": metadata,
    });
    let bucket = json!({
        "type": "application/astra-bucket", "version": "1.1", "id": BUCKET, "name": "local", "state": "available",
        "stateUnready": [], "provider": "generic", "isDefault": true, "backupsMax": 2, "metadata": metadata,
    });
    fake_server::start(move |_, path| {
        let path = path.split('?').next().unwrap_or_default();
        let items = match path.rsplit('/').next() {
            Some("appBackups") => json!(items),
            Some("buckets") => json!([bucket]),
            _ => json!([app]),
        };
        let list = json!({
            "type": "application/astra-list", "version": "1.1", "items": items, "metadata": {"labels": []},
        });
        (200, "application/json", list.to_string())
    })
}

/// Lists backups.
fn list(server: &MockServer, arguments: &[&str]) -> Output {
    run_at(&server.uri(), &[&["backup", "list"], arguments].concat())
}

#[test]
fn lists_are_filtered_sorted_and_limited() {
    let server = start();
    for (arguments, ids) in [
        (&[][..], &["1", "2", "3", "4"][..]),
        (&["--state", "completed"], &["1", "2"]),
        (&["--state", "failed,pending"], &["3", "4"]),
        (&["--state", "failed", "--state", "pending"], &["3", "4"]),
        (&["--since", "2026-01-04"], &["1", "2", "3"]),
        (&["--since", "2026-01-04T12:00:00Z"], &["1", "2"]),
        (&["--until", "2026-01-04"], &["2", "3", "4"]),
        (&["--until", "2026-01-04T12:00:00Z"], &["3", "4"]),
        (&["--since", "2026-01-04", "--until", "2026-01-04"], &["2", "3"]),
        (&["--since", "1s"], &[]),
        (&["--label", "release"], &["2", "4"]),
        (&["--label", "release=1.3"], &["4"]),
        (&["--label", "release", "--label", "kept=yes"], &["2"]),
        (&["--sort", "name"], &["2", "3", "1", "4"]),
        (&["--sort", "-size"], &["2", "1", "3", "4"]),
        (&["--sort", "created", "--limit", "1"], &["4"]),
        (
            &["--sort=-created", "--state", "completed", "--limit", "5"],
            &["1", "2"],
        ),
    ] {
        let output = list(&server, &[arguments, &["--quiet"]].concat());
        let printed = stdout(&output);
        let found: Vec<&str> = printed.lines().map(|id| &id[..1]).collect();
        assert_eq!(found, ids, "{arguments:?}: {output:?}");
        assert!(printed.lines().all(|id| id.len() == APP.len()), "{printed}");
    }
    let none = list(&server, &["--label", "other"]);
    assert_eq!(none.status.code(), Some(0));
    assert_eq!(String::from_utf8(none.stderr).unwrap(), "no backups match\n");
    let none = list(&server, &["--label", "other", "--output", "json"]);
    assert_eq!(stdout(&none), "[]\n");
}

#[test]
fn lists_are_printed_as_csv_with_names_and_ids() {
    let server = start();
    let output = list(&server, &["--output", "csv", "--limit", "3"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let csv = stdout(&output);
    let id = "a2b3c4d-0000-4000-8000-000000000000";
    let expected = [
        "name,app,app-id,bucket,bucket-id,state,reason,size,created,labels,schedule-id,id".to_owned(),
        format!("nightly-1,shop,{APP},local,{BUCKET},completed,,300,2026-01-05T02:00:00.000000Z,,,1{id}"),
        format!(
            "\"before, \"\"the\"\" upgrade\",shop,{APP},local,{BUCKET},completed,,4000,2026-01-04T12:00:00.000000Z,\
             release=1.4 kept=yes,,2{id}"
        ),
        format!("nightly-0,shop,{APP},local,{BUCKET},failed,,,2026-01-04T02:00:00.000000Z,,,3{id}"),
    ];
    assert_eq!(csv.lines().collect::<Vec<_>>(), expected);
    let selected = [
        "--output",
        "csv",
        "--columns",
        "size,name",
        "--state",
        "completed",
    ];
    let csv = stdout(&list(&server, &selected));
    assert_eq!(csv.lines().next(), Some("size,name"));
    assert_eq!(csv.lines().nth(1), Some("300,nightly-1"));

    let json = stdout(&list(&server, &["--output", "json"]));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["appName"], "shop");
    assert_eq!(json[0]["appID"], APP);
    assert_eq!(
        (&json[0]["bucketName"], &json[0]["bucketID"]),
        (&json!("local"), &json!(BUCKET))
    );
}

#[test]
fn columns_of_tables_are_selected() {
    let server = start();
    let table = stdout(&list(
        &server,
        &["--columns", "Bucket, size,ID", "--sort", "-SIZE"],
    ));
    let rows = rows(&table);
    assert_eq!(rows[0], ["BUCKET", "SIZE", "ID"]);
    assert_eq!(rows[1], ["local", "3.91", "KiB", "2a2b3c4d"]);
    assert_eq!(rows[3], ["local", "-", "3a2b3c4d"]);
    // Titles of columns are names, too.
    let table = stdout(&list(&server, &["--columns", "AGE,BUCKET ID"]));
    assert!(table.starts_with("AGE  BUCKET ID"), "{table}");
}

#[test]
fn invalid_options_of_lists_name_the_valid_ones() {
    let server = start();
    for (arguments, problem) in [
        (
            &["--state", "done"][..],
            "invalid state \"done\": expected pending, discovering, running, completed, failed, removed, unknown",
        ),
        (
            &["--sort", "date"],
            "invalid field \"date\": expected name, app, app-id, bucket, bucket-id, state, reason, size, created, labels, \
             schedule-id, id",
        ),
        (
            &["--columns", "name", "--output", "yaml"],
            "--columns is for tables and CSV, not for JSON and YAML; specify --output csv",
        ),
    ] {
        assert_eq!(error_line(&list(&server, arguments), 2), problem, "{arguments:?}");
    }
    let output = list(&server, &["--since", "yesterday"]);
    let usage = String::from_utf8(output.stderr).unwrap();
    assert!(
        usage.contains("expected an age such as 7d or 12h, a date such as 2026-12-31"),
        "{usage}"
    );
    for arguments in [&["show", "nightly-1"][..], &["create"]] {
        let output = run_at(
            &server.uri(),
            &[&["backup"], arguments, &["--output", "csv"]].concat(),
        );
        assert_eq!(
            error_line(&output, 2),
            "only lists are printed as CSV; specify --output json",
            "{arguments:?}"
        );
    }
}

#[test]
fn all_lists_have_the_same_options() {
    let installation = installation();
    let schedule = "[[accounts.apps.schedules]]\nname = \"nightly\"\ncron = \"30 2 * * *\"\nkeep_last = 3\n";
    installation.add_apps(schedule).unwrap();
    let fixture = Fixture::of(installation);
    fixture.json(&["snapshot", "create", "quiet", "--wait"]);
    for (noun, name, state) in [
        ("app", "shop", "ready"),
        ("snapshot", "quiet", "completed"),
        ("bucket", "local", "available,unknown"),
        ("schedule", "nightly", "on"),
    ] {
        let selection = [
            "--state", state, "--since", "1h", "--sort", "-created", "--limit", "1",
        ];
        let csv = ["--output", "csv", "--columns", "name"];
        let output = fixture.run([&[noun, "list"], &selection[..], &csv].concat());
        assert_eq!(stdout(&output), format!("name\n{name}\n"), "{noun}: {output:?}");
        let ids = stdout(&fixture.run([noun, "list", "--quiet"]));
        assert_eq!(ids.trim(), fixture.json(&[noun, "list"])[0]["id"], "{noun}");
    }
}

#[test]
fn buckets_and_schedules_are_shown() {
    let installation = installation();
    let schedule = "[[accounts.apps.schedules]]\nname = \"nightly\"\ncron = \"30 2 * * *\"\nkeep_last = 3\n";
    installation.add_apps(schedule).unwrap();
    let fixture = Fixture::of(installation);
    let wire = fixture.json(&["bucket", "list"]);
    for wanted in [&["bucket", "show"][..], &["bucket", "show", "loc"]] {
        assert_eq!(fixture.json(wanted)["id"], wire[0]["id"], "{wanted:?}");
    }
    let shown = stdout(&fixture.run(["bucket", "show", "local"]));
    assert!(shown.contains("default   yes\n"), "{shown}");
    let shown = stdout(&fixture.run(["schedule", "show", "night"]));
    for part in [
        "name     nightly\n",
        "app      shop\n",
        "when     30 2 * * *\n",
        "keeps    3 last\n",
    ] {
        assert!(shown.contains(part), "no {part:?} in\n{shown}");
    }
    assert_eq!(fixture.json(&["schedule", "show", "nightly"])["appName"], "shop");
    assert_eq!(
        error_line(&fixture.run(["schedule", "show", "weekly"]), 3),
        "there is no schedule \"weekly\"; expected nightly"
    );
}
