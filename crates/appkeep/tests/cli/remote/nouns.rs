//! Apps, backups and snapshots, as used by scripts.

use std::fs;

use appkeep_launcher::{APP, BUCKET, app_backups, eventually};
use serde_json::{Value, json};

use super::Site;
use crate::program::{installation, said};

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().expect("text")
}

#[test]
fn apps_are_listed_and_shown_by_name_id_and_beginning() {
    let site = Site::new();
    let apps = site.json(&["app", "list"]);
    assert_eq!(apps[0]["id"], APP);
    assert_eq!(apps[0]["name"], "shop");
    for wanted in [
        &["app", "show"][..],
        &["app", "show", "shop"],
        &["app", "show", "sh"],
        &["app", "show", APP],
        &["app", "show", &APP[..9]],
    ] {
        assert_eq!(site.json(wanted), apps[0], "{wanted:?}");
    }
    let table = said(&site.ask(["app", "list"]));
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0], ["NAME", "STATE", "AGE", "ID"]);
    assert_eq!(rows[1][..2], ["shop", "ready"]);
    assert_eq!(rows[1][3], &APP[..8]);
    let shown = said(&site.ask(["app", "show"]));
    assert!(shown.contains("latest backup  none"), "{shown}");
}

#[test]
fn a_backup_is_made_waited_for_shown_and_deleted() {
    let site = Site::new();
    let made = site.ask([
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
    assert_eq!(said(&made), "backup before is completed: 6 B\n");
    let told = String::from_utf8(made.stderr).unwrap();
    assert!(
        told.starts_with("backup before of shop is being created ("),
        "{told}"
    );
    assert!(
        !told.contains('\u{1b}'),
        "no bar where there is no terminal: {told}"
    );

    let backup = site.json(&["backup", "show", "before"]);
    let id = text(&backup, "id");
    // The output is exactly the server's response.
    let wire = site
        .server
        .get(&site.token, &format!("{}/{id}", app_backups()))
        .body;
    assert_eq!(backup, wire);
    assert_eq!(backup["metadata"]["labels"][0]["name"], "release");
    assert_eq!(site.json(&["backup", "list"])[0], wire);
    assert_eq!(site.json(&["backup", "list", "--app", "shop"])[0], wire);
    let yaml = said(&site.ask(["backup", "show", id, "-o", "yaml"]));
    assert!(
        yaml.contains("name: before\n") && yaml.contains("totalBytes: 6\n"),
        "{yaml}"
    );

    let table = said(&site.ask(["backup", "list"]));
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0], ["NAME", "APP", "STATE", "SIZE", "AGE", "ID"]);
    assert_eq!(rows[1][..5], ["before", "shop", "completed", "6", "B"]);
    assert_eq!(rows[1][6], &id[..8]);
    let shown = said(&site.ask(["backup", "show", "before"]));
    for part in [
        "name        before",
        "app         shop",
        "state       completed",
        "size        6 B",
        "label       release=1.4",
    ] {
        assert!(shown.contains(part), "no {part:?} in\n{shown}");
    }
    let shown = said(&site.ask(["app", "show"]));
    assert!(shown.contains("latest backup  before, completed, "), "{shown}");

    let waited = site.json(&["backup", "wait", id]);
    assert_eq!(waited["state"], "completed");
    let deleted = site.ask(["backup", "delete", &id[..8]]);
    assert_eq!(deleted.status.code(), Some(0), "{deleted:?}");
    assert_eq!(said(&deleted), format!("backup before is deleted ({id})\n"));
    assert_eq!(site.json(&["backup", "list"]), json!([]));
}

#[test]
fn a_snapshot_is_taken_backed_up_and_deleted() {
    let site = Site::new();
    let snapshot = site.json(&["snapshot", "create", "quiet", "--app", "shop", "--wait"]);
    assert_eq!(snapshot["state"], "completed");
    let id = text(&snapshot, "id");
    assert_eq!(site.json(&["snapshot", "show", "quiet"]), snapshot);
    assert_eq!(site.json(&["snapshot", "list"])[0], snapshot);
    let backup = site.json(&["backup", "create", "--snapshot", "quiet", "--wait"]);
    assert_eq!(backup["snapshotID"], id);
    let table = said(&site.ask(["snapshot", "list"]));
    assert!(table.starts_with("NAME   APP   STATE"), "{table}");
    let deleted = site.ask(["snapshot", "delete", "quiet"]);
    assert_eq!(said(&deleted), format!("snapshot quiet is deleted ({id})\n"));
}

#[test]
fn empty_lists_are_no_errors() {
    let site = Site::new();
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
        let output = site.ask([noun, "list"]);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(said(&output), "");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), note);
        let output = site.ask([noun, "list", "--app", "shop", "--output", "json"]);
        assert_eq!(said(&output), "[]\n");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    }
}

#[test]
fn an_empty_app_has_a_backup_of_nothing() {
    let site = Site::new();
    fs::remove_file(site.place.path().join("volume/greeting.txt")).unwrap();
    let made = site.ask(["backup", "create", "nothing", "--wait"]);
    assert_eq!(said(&made), "backup nothing is completed: 0 B\n", "{made:?}");
    let shown = said(&site.ask(["backup", "show", "nothing"]));
    assert!(shown.contains("size        0 B\n"), "{shown}");
}

#[test]
fn buckets_are_listed_and_checked() {
    let site = Site::new();
    let buckets = site.json(&["bucket", "list"]);
    assert_eq!(buckets[0]["id"], BUCKET);
    let table = said(&site.ask(["bucket", "list"]));
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[1], ["local", "available", "yes", "2", &BUCKET[..8]]);
    assert_eq!(site.json(&["bucket", "check"])[0]["verdict"], "unused");
    site.json(&["backup", "create", "before", "--wait"]);
    let checked = site.json(&["bucket", "check", "local"]);
    assert_eq!(checked[0]["verdict"], "good");
    assert_eq!(
        (&checked[0]["completed"], &checked[0]["completedBytes"]),
        (&json!(1), &json!(6))
    );
}

#[test]
fn a_bucket_that_is_gone_is_wrong() {
    let place = installation();
    let path = place.path().join("appkeep.toml");
    let config = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        config.replace("workers = 2", "workers = 2\ncheck_every_secs = 1"),
    )
    .unwrap();
    let site = Site::of(place);
    site.json(&["backup", "create", "before", "--wait"]);
    fs::rename(
        site.place.path().join("bucket"),
        site.place.path().join("elsewhere"),
    )
    .unwrap();
    let checked = eventually("the server to notice", || {
        let output = site.ask(["bucket", "check", "--output", "json"]);
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
    let table = said(&site.ask(["bucket", "check"]));
    assert!(table.contains("WRONG"), "{table}");
}

#[test]
fn schedules_are_listed_with_what_they_keep() {
    let place = installation();
    let path = place.path().join("appkeep.toml");
    let config = fs::read_to_string(&path).unwrap();
    let schedule = "[[accounts.apps.schedules]]\nname = \"nightly\"\ncron = \"30 2 * * *\"\nzone = \"Europe/Berlin\"\n\
                    keep_last = 3\nkeep_daily = 7\n\n[[accounts.buckets]]";
    fs::write(&path, config.replacen("[[accounts.buckets]]", schedule, 1)).unwrap();
    let site = Site::of(place);
    let schedules = site.json(&["schedule", "list", "--app", "shop"]);
    assert_eq!(schedules[0]["cron"], "30 2 * * *");
    let table = said(&site.ask(["schedule", "list"]));
    let rows: Vec<&str> = table.lines().collect();
    let words: Vec<&str> = rows[0].split_whitespace().collect();
    assert_eq!(words, ["NAME", "APP", "WHEN", "ZONE", "NEXT", "KEEPS", "ID"]);
    assert!(
        rows[1].starts_with("nightly  shop  30 2 * * *  Europe/Berlin  in "),
        "{table}"
    );
    assert!(rows[1].contains("  3 last, 7 daily  "), "{table}");
}
