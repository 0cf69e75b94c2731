//! `appkeep bucket import`: the backups of a lost database are found again.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use appkeep_launcher::{
    ACCOUNT, APP, BUCKET, Installation, RunningServer, app_backups, backup_body, backups, describe,
};
use serde_json::{Value, json};

use crate::program::{installation, only_error_line, restic, run, started, stdout};

const WIKI: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7b03";
const SPARE: &str = "5e5d3a4c-9ec0-4d5c-a5b2-6b0e5a5d7c02";

/// The declaration of the app `wiki`.
fn wiki() -> String {
    format!("[[accounts.apps]]\nname = \"wiki\"\nid = \"{WIKI}\"\nvolumes = {{ pages = \"pages\" }}\n")
}

/// Starts a server that also has the app `wiki` and the bucket `spare`.
fn started_with_wiki() -> (Installation, RunningServer, String) {
    let installation = installation();
    for directory in ["pages", "spare"] {
        fs::create_dir(installation.path().join(directory)).unwrap();
    }
    fs::write(installation.path().join("pages/index"), "welcome").unwrap();
    installation.add_apps(&wiki()).unwrap();
    let spare = format!("[[accounts.buckets]]\nname = \"spare\"\nid = \"{SPARE}\"\npath = \"spare\"\n");
    installation.add_buckets(&spare).unwrap();
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    (installation, server, token)
}

/// Creates a backup of an app with these additional fields, waits for it, and returns its id.
fn back_up(server: &RunningServer, token: &str, app: &str, fields: &Value) -> String {
    let path = format!("/accounts/{ACCOUNT}/k8s/v1/apps/{app}/appBackups");
    let mut body = backup_body();
    let fields = fields.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
    let created = server.post(token, &path, &body);
    assert_eq!(created.status, 201, "{}", created.text);
    let id = created.body["id"].as_str().unwrap().to_owned();
    server.wait_for(token, &format!("{path}/{id}"), &["completed"]);
    id
}

fn stop(server: RunningServer) {
    server.stop_gracefully().unwrap();
}

fn lose_database(installation: &Installation) {
    for entry in fs::read_dir(installation.data()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if name.starts_with("appkeep.sqlite3") {
            fs::remove_file(path).unwrap();
        }
    }
}

fn import(installation: &Installation, more: &[&str]) -> Output {
    let [data, config] = [installation.data(), installation.config()].map(|path| path.display().to_string());
    run(["bucket", "import", "--data", &data, "--config", &config]
        .iter()
        .chain(more))
}

/// Imports; returns the exit code and the results.
fn imported(installation: &Installation) -> (Option<i32>, Value) {
    let output = import(installation, &["--output", "json"]);
    let results = serde_json::from_str(&stdout(&output));
    (
        output.status.code(),
        results.unwrap_or_else(|_| panic!("{output:?}")),
    )
}

/// The numbers of imported, known and skipped backups of each bucket.
fn counts(results: &Value) -> Vec<[u64; 3]> {
    let results = results.as_array().unwrap().iter();
    let count = |result: &Value| ["imported", "known", "skipped"].map(|name| result[name].as_u64().unwrap());
    results.map(count).collect()
}

/// The notices of a bucket: kind, app and reason.
fn notices(result: &Value) -> Vec<[&str; 3]> {
    let notices = result["notices"].as_array().unwrap().iter();
    notices
        .map(|notice| ["kind", "app", "reason"].map(|name| notice[name].as_str().unwrap_or("-")))
        .collect()
}

/// The list at a path, without the one field that can't be restored: the time of the last change.
fn listed(server: &RunningServer, token: &str, path: &str) -> Vec<Value> {
    let mut items = server.get(token, path).body["items"].as_array().unwrap().clone();
    for item in &mut items {
        let modified = item["metadata"]["modificationTimestamp"].take();
        assert!(
            modified.as_str() >= item["metadata"]["creationTimestamp"].as_str(),
            "{item}"
        );
    }
    items
}

#[test]
fn lost_backups_are_found_again_and_can_be_restored() {
    let (installation, server, token) = started_with_wiki();
    let labels = json!([{"name": "team", "value": "blue"}]);
    let named = json!({"name": "before-upgrade", "metadata": {"labels": labels}});
    let first = back_up(&server, &token, APP, &named);
    back_up(&server, &token, APP, &json!({"bucketID": SPARE}));
    let of_wiki = back_up(&server, &token, WIKI, &json!({"name": "before-upgrade"}));
    let deleted = back_up(&server, &token, APP, &json!({}));
    assert_eq!(
        server
            .delete(&token, &format!("{}/{deleted}", app_backups()))
            .status,
        204
    );
    let snapshots = installation.path().join("bucket").join(APP).join("snapshots");
    appkeep_launcher::eventually("the deletion", || {
        (fs::read_dir(&snapshots).unwrap().count() == 1).then_some(())
    });
    let wiki_app = format!("/accounts/{ACCOUNT}/k8s/v2/apps/{WIKI}");
    let lists = [backups(), app_backups(), backups() + "?limit=2"];
    let before = lists.each_ref().map(|path| listed(&server, &token, path));
    assert_eq!(before[0].len(), 3);
    stop(server);

    // The new configuration doesn't contain the wiki.
    installation.configure(&wiki(), "").unwrap();
    lose_database(&installation);
    let in_buckets =
        || ["bucket", "spare"].map(|name| describe(&installation.path().join(name)).expect("a bucket"));
    let unchanged = in_buckets();
    let (code, results) = imported(&installation);
    assert_eq!(
        (code, counts(&results)),
        (Some(0), vec![[2, 0, 0], [1, 0, 0]]),
        "{results}"
    );
    let added = "the app wiki is not declared, so it was added as undeclared";
    assert_eq!(notices(&results[0]), [["changed", WIKI, added]]);
    assert!(in_buckets() == unchanged, "the import changed a bucket");

    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    assert_eq!(lists.each_ref().map(|path| listed(&server, &token, path)), before);
    let app = server.get(&token, &wiki_app).body;
    assert_eq!(
        (&app["name"], &app["state"]),
        (&json!("wiki"), &json!("unavailable"))
    );
    let refused = only_error_line(&import(&installation, &[]));
    assert!(refused.contains("is in use by another server"), "{refused}");
    let body = json!({"type": "application/astra-app", "version": "2.2", "backupID": first});
    fs::write(installation.path().join("volume/greeting.txt"), "changed").unwrap();
    let app_path = format!("/accounts/{ACCOUNT}/k8s/v2/apps/{APP}");
    assert_eq!(server.put(&token, &app_path, &body).status, 204);
    server.wait_for(&token, &app_path, &["ready"]);
    let greeting = fs::read_to_string(installation.path().join("volume/greeting.txt")).unwrap();
    assert_eq!(greeting, "hello\n");
    stop(server);

    let (code, results) = imported(&installation);
    assert_eq!(
        (code, counts(&results)),
        (Some(0), vec![[0, 2, 0], [0, 1, 0]]),
        "{results}"
    );
    let text = stdout(&import(&installation, &["local"]));
    let rows: Vec<Vec<_>> = text
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[1..], [["local", "acme", "0", "2", "0"]]);
    let target = installation.path().join("restored");
    let [data, target_text] = [installation.data(), target.clone()].map(|path| path.display().to_string());
    let restored = run([
        "restore",
        "--data",
        &data,
        "--backup",
        &of_wiki,
        "--target",
        &target_text,
    ]);
    assert_eq!(restored.status.code(), Some(0), "{restored:?}");
    assert_eq!(fs::read_to_string(target.join("pages/index")).unwrap(), "welcome");
}

fn key_file(installation: &Installation, app: &str) -> PathBuf {
    let keys = installation.data().join("keys");
    keys.join(BUCKET).join(format!("{app}.json"))
}

#[test]
fn unreadable_repositories_and_buckets_are_skipped() {
    let (installation, server, token) = started_with_wiki();
    back_up(&server, &token, APP, &json!({}));
    back_up(&server, &token, APP, &json!({"bucketID": SPARE}));
    back_up(&server, &token, WIKI, &json!({}));
    stop(server);
    lose_database(&installation);
    let key = key_file(&installation, WIKI);
    let [spare, aside] = ["spare", "aside"].map(|name| installation.path().join(name));
    fs::rename(&spare, &aside).unwrap();
    let aside_key = installation.path().join("aside.json");
    fs::rename(&key, &aside_key).unwrap();
    let missing =
        format!("key: bucket local has a repository of this app, but keys/{BUCKET}/{WIKI}.json is missing");
    let (code, results) = imported(&installation);
    assert_eq!(
        (code, counts(&results)),
        (Some(1), vec![[1, 0, 1], [0, 0, 1]]),
        "{results}"
    );
    assert_eq!(notices(&results[0]), [["failed", "wiki", missing.as_str()]]);
    let [unavailable] = notices(&results[1])[..] else {
        panic!("{results}")
    };
    assert_eq!(unavailable[..2], ["failed", "-"]);
    assert!(
        unavailable[2].contains("bucket spare is unavailable"),
        "{unavailable:?}"
    );

    // Each reason is also a line of text.
    let output = import(&installation, &[]);
    assert_eq!(output.status.code(), Some(1));
    let lines = String::from_utf8(output.stderr).unwrap();
    assert!(
        lines.starts_with(&format!("error: bucket local, app wiki: {missing}\n")),
        "{lines}"
    );
    assert_eq!(lines.lines().count(), 2, "{lines}");

    fs::rename(&aside, &spare).unwrap();
    let wrong = json!({"version": 1, "password": "0".repeat(64)});
    fs::write(&key, wrong.to_string()).unwrap();
    let (code, results) = imported(&installation);
    assert_eq!(
        (code, counts(&results)),
        (Some(1), vec![[0, 1, 1], [1, 0, 0]]),
        "{results}"
    );
    let mismatch =
        format!("key: keys/{BUCKET}/{WIKI}.json does not match this app's repository in bucket local");
    assert_eq!(notices(&results[0]), [["failed", "wiki", mismatch.as_str()]]);

    fs::rename(&aside_key, &key).unwrap();
    let (code, results) = imported(&installation);
    assert_eq!(
        (code, counts(&results)),
        (Some(0), vec![[1, 1, 0], [0, 1, 0]]),
        "{results}"
    );
}

#[test]
fn backups_rewritten_by_restic_are_imported_without_their_names() {
    let (installation, server, token) = started();
    let id = back_up(&server, &token, APP, &json!({"name": "before-upgrade"}));
    stop(server);
    let tag = format!("backup={id}");
    let tagged = restic(&installation, &["tag", "--add", "kept", "--tag", &tag]);
    assert!(tagged.status.success(), "{tagged:?}");
    let config = installation.config().display().to_string();
    let unrelated = restic(&installation, &["backup", &config]);
    assert!(unrelated.status.success(), "{unrelated:?}");
    lose_database(&installation);
    let (code, results) = imported(&installation);
    assert_eq!((code, counts(&results)), (Some(0), vec![[1, 0, 1]]), "{results}");
    let [unrelated, changed] = notices(&results[0])[..] else {
        panic!("{results}")
    };
    assert_eq!(
        unrelated,
        [
            "skipped",
            "shop",
            "snapshots that are not backups of this server: 1"
        ]
    );
    assert_eq!(changed[..2], ["changed", "shop"]);
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    let found = &listed(&server, &token, &backups())[0];
    let name = found["name"].as_str().unwrap();
    assert!(
        name.starts_with("backup-2") && name.ends_with(&id[24..]),
        "{found}"
    );
    assert!(
        changed[2].starts_with(&format!("imported as {name} without its name")),
        "{changed:?}"
    );
    assert_eq!((&found["id"], &found["state"]), (&json!(id), &json!("completed")));
}

#[test]
fn existing_rows_and_queued_deletions_take_precedence() {
    let (installation, server, token) = started();
    let lost = back_up(&server, &token, APP, &json!({"name": "before-upgrade"}));
    stop(server);
    lose_database(&installation);
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    back_up(&server, &token, APP, &json!({"name": "before-upgrade"}));
    let deleted = back_up(&server, &token, APP, &json!({"name": "unwanted"}));
    stop(server);
    let server = installation.start_idle().unwrap();
    assert_eq!(
        server
            .delete(&token, &format!("{}/{deleted}", app_backups()))
            .status,
        204
    );
    let before = listed(&server, &token, &backups());
    stop(server);
    let (code, results) = imported(&installation);
    assert_eq!((code, counts(&results)), (Some(0), vec![[1, 1, 1]]), "{results}");
    let name = format!("before-upgrade-{}", &lost[24..]);
    let renamed = format!("imported as {name}, because the name before-upgrade is taken");
    let expected = [
        ["skipped", "shop", "its deletion is queued"],
        ["changed", "shop", &renamed],
    ];
    assert_eq!(notices(&results[0]), expected);
    assert_eq!(results[0]["notices"][0]["backupID"], deleted);
    let server = installation.start_idle().unwrap();
    let after = listed(&server, &token, &backups());
    assert_eq!(after.len(), 2);
    assert_eq!((&after[0], &after[1]["name"]), (&before[0], &json!(name)));
}

#[test]
fn imports_require_keys_and_declared_buckets() {
    let (installation, server, token) = started();
    back_up(&server, &token, APP, &json!({}));
    stop(server);
    lose_database(&installation);
    let refused = only_error_line(&import(&installation, &["nowhere"]));
    assert_eq!(refused, "the configuration has no bucket nowhere");
    let master = installation.data().join("keys/master.key");
    fs::write(&master, format!("{}\n", "1".repeat(64))).unwrap();
    let refused = only_error_line(&import(&installation, &[]));
    assert!(
        refused.contains(&format!("keys/{BUCKET}/{APP}.json requires master key ")),
        "{refused}"
    );
    fs::remove_file(&master).unwrap();
    let refused = only_error_line(&import(&installation, &[]));
    assert!(refused.contains("but keys/master.key is missing"), "{refused}");
    for removed in [BUCKET, ""] {
        fs::remove_dir_all(installation.data().join("keys").join(removed)).unwrap();
        let refused = only_error_line(&import(&installation, &[]));
        assert!(
            refused.contains("contains no repository keys, so no backup can be read"),
            "{refused}"
        );
    }
    fs::remove_dir_all(installation.data()).unwrap();
    only_error_line(&import(&installation, &[]));
    assert!(!installation.data().exists());
}

#[test]
fn backups_of_other_accounts_are_not_imported() {
    let (installation, server, token) = started();
    back_up(&server, &token, APP, &json!({}));
    stop(server);
    let config = fs::read_to_string(installation.config()).unwrap();
    let shop =
        format!("[[accounts.apps]]\nname = \"shop\"\nid = \"{APP}\"\nvolumes = {{ data = \"volume\" }}\n");
    installation.configure(&shop, "").unwrap();
    installation.add_to_other(&shop).unwrap();
    lose_database(&installation);
    let (code, results) = imported(&installation);
    assert_eq!((code, counts(&results)), (Some(1), vec![[0, 0, 1]]), "{results}");
    let reason = "the app belongs to another account";
    assert_eq!(notices(&results[0]), [["failed", "shop", reason]]);

    let moved = ACCOUNT.replace("a01", "a09");
    installation
        .write_config(&config.replace(ACCOUNT, &moved))
        .unwrap();
    lose_database(&installation);
    let (code, results) = imported(&installation);
    assert_eq!((code, counts(&results)), (Some(1), vec![[0, 0, 1]]), "{results}");
    let reason = format!("its identity has account {ACCOUNT}, expected {moved}");
    assert_eq!(notices(&results[0]), [["failed", "shop", reason.as_str()]]);
}
