//! Apps, backups and snapshots, as used by scripts.

use std::fs;

use appkeep_launcher::{APP, BUCKET, app_backups, eventually};
use serde_json::{Value, json};

use super::{Fixture, error_line, rows};
use crate::program::{installation, stdout};

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().expect("text")
}

#[test]
fn apps_are_listed_and_shown_by_name_id_and_prefix() {
    let fixture = Fixture::new();
    let apps = fixture.json(&["app", "list"]);
    assert_eq!(apps[0]["id"], APP);
    assert_eq!(apps[0]["name"], "shop");
    for wanted in [
        &["app", "show"][..],
        &["app", "show", "shop"],
        &["app", "show", "sh"],
        &["app", "show", APP],
        &["app", "show", &APP[..9]],
    ] {
        assert_eq!(fixture.json(wanted), apps[0], "{wanted:?}");
    }
    let table = stdout(&fixture.run(["app", "list"]));
    let rows = rows(&table);
    assert_eq!(rows[0], ["NAME", "STATE", "AGE", "ID"]);
    assert_eq!(rows[1][..2], ["shop", "ready"]);
    assert_eq!(rows[1][3], &APP[..8]);
    let shown = stdout(&fixture.run(["app", "show"]));
    assert!(shown.contains("latest backup  none"), "{shown}");
    assert!(shown.contains("volumes        data\n"), "{shown}");
}

#[test]
fn backups_are_created_awaited_shown_and_deleted() {
    let fixture = Fixture::new();
    let made = fixture.run([
        "backup",
        "create",
        "before",
        "--label",
        "release=1.4",
        "--bucket",
        BUCKET,
        "--wait",
    ]);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    assert_eq!(stdout(&made), "backup before is completed: 6 B\n");
    let stderr = String::from_utf8(made.stderr).unwrap();
    assert!(
        stderr.starts_with("backup before of shop is being created ("),
        "{stderr}"
    );
    assert!(
        !stderr.contains('\u{1b}'),
        "no bar where there is no terminal: {stderr}"
    );

    let backup = fixture.json(&["backup", "show", "before"]);
    let id = text(&backup, "id");
    // The output is the server's response, with names of other resources.
    let mut wire = fixture
        .server
        .get(&fixture.token, &format!("{}/{id}", app_backups()))
        .body;
    wire["appID"] = json!(APP);
    wire["appName"] = json!("shop");
    wire["bucketName"] = json!("local");
    assert_eq!(backup, wire);
    assert_eq!(backup["metadata"]["labels"][0]["name"], "release");
    assert_eq!(fixture.json(&["backup", "list"])[0], wire);
    assert_eq!(fixture.json(&["backup", "list", "--app", "shop"])[0], wire);
    let yaml = stdout(&fixture.run(["backup", "show", id, "-o", "yaml"]));
    assert!(
        yaml.contains("name: before\n") && yaml.contains("totalBytes: 6\n"),
        "{yaml}"
    );

    let table = stdout(&fixture.run(["backup", "list"]));
    let rows = rows(&table);
    assert_eq!(rows[0], ["NAME", "APP", "STATE", "SIZE", "AGE", "ID"]);
    assert_eq!(rows[1][..5], ["before", "shop", "completed", "6", "B"]);
    assert_eq!(rows[1][6], &id[..8]);
    let shown = stdout(&fixture.run(["backup", "show", "before"]));
    for part in [
        "name        before",
        "app         shop",
        "state       completed",
        "size        6 B",
        "label       release=1.4",
    ] {
        assert!(shown.contains(part), "no {part:?} in\n{shown}");
    }
    let shown = stdout(&fixture.run(["app", "show"]));
    assert!(shown.contains("latest backup  before, completed, "), "{shown}");

    let waited = fixture.json(&["backup", "wait", id]);
    assert_eq!(waited["state"], "completed");
    let deleted = fixture.run(["backup", "delete", &id[..8]]);
    assert_eq!(deleted.status.code(), Some(0), "{deleted:?}");
    assert_eq!(stdout(&deleted), format!("backup before is deleted ({id})\n"));
    assert_eq!(fixture.json(&["backup", "list"]), json!([]));
}

#[test]
fn snapshots_are_created_backed_up_and_deleted() {
    let fixture = Fixture::new();
    let snapshot = fixture.json(&["snapshot", "create", "quiet", "--app", "shop", "--wait"]);
    assert_eq!(snapshot["state"], "completed");
    let id = text(&snapshot, "id");
    let mut named = snapshot.clone();
    named["appID"] = json!(APP);
    named["appName"] = json!("shop");
    assert_eq!(fixture.json(&["snapshot", "show", "quiet"]), named);
    assert_eq!(fixture.json(&["snapshot", "list"])[0], named);
    assert_eq!(fixture.json(&["snapshot", "wait", "qui"]), snapshot);
    let backup = fixture.json(&["backup", "create", "--snapshot", "quiet", "--wait"]);
    assert_eq!(backup["snapshotID"], id);
    let table = stdout(&fixture.run(["snapshot", "list"]));
    assert!(table.starts_with("NAME   APP   STATE"), "{table}");
    let deleted = fixture.run(["snapshot", "delete", "quiet"]);
    assert_eq!(stdout(&deleted), format!("snapshot quiet is deleted ({id})\n"));
}

#[test]
fn empty_lists_are_not_errors() {
    let fixture = Fixture::new();
    for (noun, note) in [
        (
            "backup",
            "there are no backups; create one with appkeep backup create\n",
        ),
        (
            "snapshot",
            "there are no snapshots; create one with appkeep snapshot create\n",
        ),
    ] {
        let output = fixture.run([noun, "list"]);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(stdout(&output), "");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), note);
        let output = fixture.run([noun, "list", "--app", "shop", "--output", "json"]);
        assert_eq!(stdout(&output), "[]\n");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    }
}

#[test]
fn empty_apps_can_be_backed_up() {
    let fixture = Fixture::new();
    fs::remove_file(fixture.installation.path().join("volume/greeting.txt")).unwrap();
    let made = fixture.run(["backup", "create", "nothing", "--wait"]);
    assert_eq!(stdout(&made), "backup nothing is completed: 0 B\n", "{made:?}");
    let shown = stdout(&fixture.run(["backup", "show", "nothing"]));
    assert!(shown.contains("size        0 B\n"), "{shown}");
}

#[test]
fn buckets_are_listed_and_checked() {
    let fixture = Fixture::new();
    let buckets = fixture.json(&["bucket", "list"]);
    assert_eq!(buckets[0]["id"], BUCKET);
    eventually("the bucket to be checked", || {
        let buckets = fixture.json(&["bucket", "list"]);
        (buckets[0]["state"] == "available").then_some(())
    });
    let table = stdout(&fixture.run(["bucket", "list"]));
    let rows = rows(&table);
    assert_eq!(rows[1][..2], ["local", "available"]);
    assert_eq!(rows[1][rows[1].len() - 3..], ["yes", "2", &BUCKET[..8]]);
    assert_eq!(fixture.json(&["bucket", "check"])[0]["verdict"], "unused");
    fixture.json(&["backup", "create", "before", "--wait"]);
    let checked = fixture.json(&["bucket", "check", "local"]);
    assert_eq!(checked[0]["verdict"], "good");
    assert_eq!(checked[0]["completed"], 1);
    // Compressed and encrypted: not the size of the backup, which is 6 bytes.
    let stored = eventually("the bucket to be measured", || {
        let stored = fixture.json(&["bucket", "check", "local"])[0]["storedBytes"].as_u64();
        stored.filter(|bytes| *bytes > 0)
    });
    assert!(stored > 100, "{stored}");
    let status = fixture.json(&["status"]);
    assert_eq!(status["buckets"][0]["storedBytes"], stored);
    assert!(status["buckets"][0]["freeBytes"].as_u64() > Some(0), "{status}");
    let shown = stdout(&fixture.run(["bucket", "show", "local"]));
    assert!(shown.contains("stored") && shown.contains("measured"), "{shown}");
    let output = fixture.run(["bucket", "check"]);
    let note = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(note.contains("the bucket was not accessed"), "{note}");
    assert!(note.contains("appkeep bucket check --data"), "{note}");
}

#[test]
fn missing_buckets_are_wrong() {
    let installation = installation();
    let workers = "workers = 2";
    installation
        .configure(workers, &format!("{workers}\ncheck_every_secs = 1"))
        .unwrap();
    let fixture = Fixture::of(installation);
    fixture.json(&["backup", "create", "before", "--wait"]);
    fs::rename(
        fixture.installation.path().join("bucket"),
        fixture.installation.path().join("elsewhere"),
    )
    .unwrap();
    let checked = eventually("the server to notice", || {
        let output = fixture.run(["bucket", "check", "--output", "json"]);
        (output.status.code() == Some(1)).then_some(output)
    });
    let checked: Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(checked[0]["verdict"], "wrong");
    assert_eq!(checked[0]["unknown"], 1);
    assert!(
        checked[0]["found"][0]
            .as_str()
            .unwrap()
            .contains("is unavailable"),
        "{checked}"
    );
    let table = stdout(&fixture.run(["bucket", "check"]));
    assert!(table.contains("WRONG"), "{table}");
}

#[test]
fn schedules_are_listed_with_their_retention() {
    let installation = installation();
    let schedule = "[[accounts.apps.schedules]]\nname = \"nightly\"\ncron = \"30 2 * * *\"\nzone = \"Europe/Berlin\"\n\
                    keep_last = 3\nkeep_daily = 7\n";
    installation.add_apps(schedule).unwrap();
    let fixture = Fixture::of(installation);
    let schedules = fixture.json(&["schedule", "list", "--app", "shop"]);
    assert_eq!(schedules[0]["cron"], "30 2 * * *");
    let table = stdout(&fixture.run(["schedule", "list"]));
    let rows: Vec<&str> = table.lines().collect();
    let words: Vec<&str> = rows[0].split_whitespace().collect();
    assert_eq!(
        words,
        ["NAME", "APP", "WHEN", "ZONE", "ORIGIN", "NEXT", "KEEPS", "ID"]
    );
    assert!(
        rows[1].starts_with("nightly  shop  30 2 * * *  Europe/Berlin  configuration  in "),
        "{table}"
    );
    assert!(rows[1].contains("  3 last, 7 daily  "), "{table}");
}

#[test]
fn schedules_are_created_changed_and_deleted() {
    let installation = installation();
    let schedule = "[[accounts.apps.schedules]]\nname = \"yearly\"\ncron = \"0 0 1 1 *\"\n";
    installation.add_apps(schedule).unwrap();
    let fixture = Fixture::of(installation);
    let settings = [
        "--cron",
        "@daily",
        "--zone",
        "Europe/Berlin",
        "--what",
        "backup,snapshot",
        "--keep-daily",
        "7",
        "--jitter-secs",
        "60",
        "--bucket",
        "local",
    ];
    let create = [&["schedule", "create", "nightly"][..], &settings].concat();
    let output = fixture.run(&create);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let line = stdout(&output);
    assert!(
        line.starts_with("schedule nightly of shop is created ("),
        "{line}"
    );
    let created = fixture.json(&["schedule", "show", "nightly"]);
    assert_eq!(created["origin"], "api");
    assert_eq!(created["cron"], "0 0 * * *");
    assert_eq!(created["makes"], json!(["backup", "snapshot"]));
    assert_eq!(created["retention"], json!({"keepDaily": 7}));

    let twice = error_line(&fixture.run(&create), 5);
    assert!(twice.contains("name"), "{twice}");
    let invalid = ["schedule", "create", "other", "--cron", "0 25 * * *"];
    let invalid = error_line(&fixture.run(invalid), 2);
    assert!(invalid.contains("hour \"25\" is not 0 to 23"), "{invalid}");
    for command in ["update", "delete"] {
        let refused = error_line(&fixture.run(["schedule", command, "yearly"]), 5);
        let expected =
            "yearly is part of the server's configuration; change it in appkeep.toml, on the server";
        assert_eq!(refused, expected);
    }

    let update = ["schedule", "update", "nightly", "--keep-last", "3", "--disable"];
    let output = fixture.run(update);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let changed = fixture.json(&["schedule", "show", "nightly"]);
    assert_eq!(
        (&changed["cron"], &changed["enabled"]),
        (&created["cron"], &"false".into())
    );
    assert_eq!(changed["retention"], json!({"keepLast": 3}));
    let deleted = stdout(&fixture.run(["schedule", "delete", "nightly"]));
    assert!(deleted.contains("its backups and snapshots stay"), "{deleted}");
    let listed = fixture.json(&["schedule", "list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
}
