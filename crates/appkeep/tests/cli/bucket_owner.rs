//! Exclusive use of a bucket by one server at a time.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use appkeep_launcher::{ACCOUNT, APP, Installation, RunningServer, app_backups, backups, eventually};
use serde_json::{Value, json};

use crate::program::{installation, run, said};
use crate::remote::person;

/// The claim of a server on another machine.
const CLAIM: &str = "appkeep-server-0b4f7a52-8f7e-4c0c-9a55-0a3d6f1c7e11";

fn body() -> Value {
    json!({"type": "application/astra-appBackup", "version": "1.1"})
}

fn create(server: &RunningServer, token: &str) -> String {
    let created = server.post(token, &app_backups(), &body());
    assert_eq!(created.status, 201, "{created:?}");
    format!("{}/{}", backups(), created.body["id"].as_str().unwrap())
}

/// Waits until the account's one bucket is in this state, and returns it.
fn wait_for_bucket(server: &RunningServer, token: &str, state: &str) -> Value {
    let path = format!("/accounts/{ACCOUNT}/topology/v1/buckets");
    eventually(&format!("the bucket to be {state}"), || {
        let bucket = server.get(token, &path).body["items"][0].clone();
        (bucket["state"] == state).then_some(bucket)
    })
}

/// Waits until the backup has a reason for its delay, and returns the reason.
fn wait_for_reason(server: &RunningServer, token: &str, path: &str) -> String {
    eventually("a reason", || {
        let backup = server.get(token, path).body;
        assert_ne!(backup["state"], "completed", "{backup}");
        backup["stateUnready"][0].as_str().map(str::to_owned)
    })
}

fn claims(place: &Installation) -> Vec<PathBuf> {
    let entries = fs::read_dir(place.path().join("bucket")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("appkeep-server-")
        })
        .collect()
}

fn take_over(place: &Installation, more: &[&str]) -> Output {
    let config = place.path().join("appkeep.toml").display().to_string();
    run(["bucket", "take-over", "local", "--config", &config]
        .iter()
        .chain(more))
}

#[test]
fn a_copy_of_the_data_directory_changes_nothing_beside_the_original() {
    let place = installation();
    let original = place.start().unwrap();
    let token = place.token("acme").unwrap();
    let path = create(&original, &token);
    original.wait_for(&token, &path, &["completed"]);
    assert_eq!(claims(&place).len(), 1);

    let snapshots = place.data().join("snapshots").join(APP);
    eventually("the backup's own snapshot to be removed", || {
        let left = fs::read_dir(&snapshots).map_or(0, Iterator::count);
        (left == 0).then_some(())
    });
    let copied = place.path().join("copied");
    let cp = Command::new("cp")
        .arg("-a")
        .arg(place.data())
        .arg(&copied)
        .status();
    assert!(cp.unwrap().success());
    let copy = RunningServer::start(place.serve_at("127.0.0.1:0", &copied)).unwrap();
    let bucket = wait_for_bucket(&copy, &token, "unavailable");
    let reason = bucket["stateUnready"][0].as_str().unwrap();
    let holder = format!("used by a copy of this server (process {} on ", original.id());
    assert!(reason.contains(&holder), "{reason}");
    assert!(reason.ends_with("appkeep bucket take-over local"), "{reason}");
    let doctor = person(&copy.url, &token).arg("doctor").output().unwrap();
    assert_eq!(doctor.status.code(), Some(1), "{doctor:?}");
    assert!(said(&doctor).contains("take-over local"), "{doctor:?}");
    let waiting = create(&copy, &token);
    assert!(wait_for_reason(&copy, &token, &waiting).contains(&holder));
    assert_eq!(copy.delete(&token, &path).status, 204);
    // The owner runs on this machine, so the bucket can't be taken over.
    let refused = take_over(&place, &["--yes"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");

    // The original server continues, and none of its data was deleted.
    let another = create(&original, &token);
    original.wait_for(&token, &another, &["completed"]);
    assert_eq!(original.get(&token, &path).body["state"], "completed");
    let repository = place
        .path()
        .join("bucket")
        .join(appkeep_launcher::APP)
        .join("snapshots");
    assert_eq!(fs::read_dir(repository).unwrap().count(), 2);

    assert_eq!(original.stop("TERM").unwrap().status.code(), Some(0));
    copy.wait_for(&token, &waiting, &["completed"]);
    assert_eq!(copy.stop("TERM").unwrap().status.code(), Some(0));
    assert_eq!(claims(&place), [""; 0].map(PathBuf::from));
}

#[test]
fn a_server_that_was_killed_has_its_bucket_back_at_once() {
    let place = installation();
    let server = place.start().unwrap();
    let token = place.token("acme").unwrap();
    wait_for_bucket(&server, &token, "available");
    eventually("the claim", || (claims(&place).len() == 1).then_some(()));
    server.stop("KILL").unwrap();
    assert_eq!(claims(&place).len(), 1);
    let server = place.start().unwrap();
    let path = create(&server, &token);
    server.wait_for(&token, &path, &["completed"]);
    assert_eq!(claims(&place).len(), 1);
}

#[test]
fn a_bucket_is_taken_over_from_a_server_that_is_gone() {
    let place = installation();
    let claim = json!({
        "version": 1, "server_id": &CLAIM[15..], "installation_id": "0b4f7a52-8f7e-4c0c-9a55-0a3d6f1c7e12",
        "hostname": "elsewhere", "boot_id": "another", "pid_namespace": "pid:[1]", "pid": 4711, "start_ticks": 1,
        "time": "2026-01-02T03:04:05Z"
    });
    fs::write(place.path().join("bucket").join(CLAIM), claim.to_string()).unwrap();
    let server = place.start().unwrap();
    let token = place.token("acme").unwrap();
    let bucket = wait_for_bucket(&server, &token, "unavailable");
    let reason = bucket["stateUnready"][0].as_str().unwrap();
    assert!(
        reason.contains("another server (process 4711 on elsewhere)"),
        "{reason}"
    );
    let path = create(&server, &token);
    wait_for_reason(&server, &token, &path);

    let asked = take_over(&place, &[]);
    assert_eq!(asked.status.code(), Some(2), "{asked:?}");
    let answer = take_over(&place, &["--yes"]);
    assert_eq!(
        said(&answer),
        "the bucket local was taken over from process 4711 on elsewhere (last seen 2026-01-02T03:04:05Z)\n"
    );
    server.wait_for(&token, &path, &["completed"]);
}
