//! Exclusive use of a bucket by one server at a time.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use appkeep_launcher::{ACCOUNT, Installation, RunningServer, eventually};
use serde_json::{Value, json};

use crate::job::listed as jobs;
use crate::program::{installation, run, started, stdout};
use crate::remote::client_command;

/// The claim of a server on another machine.
const CLAIM: &str = "appkeep-server-0b4f7a52-8f7e-4c0c-9a55-0a3d6f1c7e11";

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

/// Whether this is the name of a claim, and not of one that is being written.
pub(crate) fn is_claim(name: &OsStr) -> bool {
    let id = name
        .to_str()
        .and_then(|name| name.strip_prefix("appkeep-server-"));
    id.is_some_and(|id| !id.contains('.'))
}

fn claims(installation: &Installation) -> Vec<PathBuf> {
    let entries = fs::read_dir(installation.path().join("bucket")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| is_claim(path.file_name().unwrap())).collect()
}

fn take_over(installation: &Installation, more: &[&str]) -> Output {
    let config = installation.config().display().to_string();
    run(["bucket", "take-over", "local", "--config", &config]
        .iter()
        .chain(more))
}

#[test]
fn copies_of_a_data_directory_change_nothing_in_the_bucket() {
    let (installation, original, token) = started();
    let path = original.back_up(&token).unwrap();
    assert_eq!(claims(&installation).len(), 1);

    eventually("the backup's own snapshot to be deleted", || {
        jobs(&installation).is_empty().then_some(())
    });
    let copied = installation.path().join("copied");
    let cp = Command::new("cp")
        .arg("-a")
        .arg(installation.data())
        .arg(&copied)
        .status();
    assert!(cp.unwrap().success());
    let copy = RunningServer::start(installation.serve_at("127.0.0.1:0", &copied)).unwrap();
    let bucket = wait_for_bucket(&copy, &token, "failed");
    let reason = bucket["stateUnready"][0].as_str().unwrap();
    let holder = format!("used by a copy of this server (process {} on ", original.id());
    assert!(reason.contains(&holder), "{reason}");
    assert!(reason.ends_with("appkeep bucket take-over local"), "{reason}");
    let doctor = client_command(&copy.url, &token).arg("doctor").output().unwrap();
    assert_eq!(doctor.status.code(), Some(1), "{doctor:?}");
    assert!(stdout(&doctor).contains("take-over local"), "{doctor:?}");
    let waiting = copy.create_backup(&token).unwrap();
    assert!(wait_for_reason(&copy, &token, &waiting).contains(&holder));
    assert_eq!(copy.delete(&token, &path).status, 204);
    // The owner runs on this machine, so the bucket can't be taken over.
    let refused = take_over(&installation, &["--yes"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");

    // The original server continues, and none of its data was deleted.
    original.back_up(&token).unwrap();
    assert_eq!(original.get(&token, &path).body["state"], "completed");
    let repository = installation
        .path()
        .join("bucket")
        .join(appkeep_launcher::APP)
        .join("snapshots");
    assert_eq!(fs::read_dir(repository).unwrap().count(), 2);

    assert_eq!(original.stop("TERM").unwrap().status.code(), Some(0));
    copy.wait_for(&token, &waiting, &["completed"]);
    assert_eq!(copy.stop("TERM").unwrap().status.code(), Some(0));
    assert_eq!(claims(&installation), [""; 0].map(PathBuf::from));
}

#[test]
fn killed_servers_reclaim_their_bucket_at_once() {
    let (installation, server, token) = started();
    wait_for_bucket(&server, &token, "available");
    eventually("the claim", || (claims(&installation).len() == 1).then_some(()));
    server.stop("KILL").unwrap();
    assert_eq!(claims(&installation).len(), 1);
    let server = installation.start().unwrap();
    server.back_up(&token).unwrap();
    assert_eq!(claims(&installation).len(), 1);
}

#[test]
fn buckets_are_taken_over_from_unreachable_servers() {
    let installation = installation();
    let claim = json!({
        "version": 1, "server_id": &CLAIM[15..], "installation_id": "0b4f7a52-8f7e-4c0c-9a55-0a3d6f1c7e12",
        "hostname": "elsewhere", "boot_id": "another", "pid_namespace": "pid:[1]", "pid": 4711, "start_ticks": 1,
        "time": "2026-01-02T03:04:05Z"
    });
    fs::write(installation.path().join("bucket").join(CLAIM), claim.to_string()).unwrap();
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    let bucket = wait_for_bucket(&server, &token, "failed");
    let reason = bucket["stateUnready"][0].as_str().unwrap();
    assert!(
        reason.contains("another server (process 4711 on elsewhere)"),
        "{reason}"
    );
    let path = server.create_backup(&token).unwrap();
    wait_for_reason(&server, &token, &path);

    let asked = take_over(&installation, &[]);
    assert_eq!(asked.status.code(), Some(2), "{asked:?}");
    let answer = take_over(&installation, &["--yes"]);
    assert_eq!(
        stdout(&answer),
        "the bucket local was taken over from process 4711 on elsewhere (last seen 2026-01-02T03:04:05Z)\n"
    );
    server.wait_for(&token, &path, &["completed"]);
}
