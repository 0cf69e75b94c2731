//! `appkeep job`

use std::fs;
use std::process::Output;

use appkeep_launcher::{ACCOUNT, APP, Installation, RunningServer, eventually};
use serde_json::{Value, json};

use crate::program::{installation, only_error_line, run, started, started_idle, stdout};
use crate::remote::error_line;

fn job(installation: &Installation, arguments: &[&str]) -> Output {
    let data = installation.data().display().to_string();
    let (command, rest) = arguments.split_first().expect("a command");
    run(["job", command, "--data", &data].iter().chain(rest))
}

pub(crate) fn listed(installation: &Installation) -> Vec<Value> {
    let output = job(installation, &["list", "--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let list: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    list.as_array().expect("a list").clone()
}

/// Creates a snapshot and two backups; returns the paths of the backups.
fn create(server: &RunningServer, token: &str) -> [String; 2] {
    server.create_snapshot(token).expect("a snapshot");
    [(), ()].map(|()| server.create_backup(token).expect("a backup"))
}

fn assert_cancelled(backup: &Value) {
    assert_eq!(backup["state"], "failed", "{backup}");
    assert_eq!(backup["stateUnready"], json!(["an operator cancelled it"]));
}

#[test]
fn queued_jobs_are_listed_and_cancelled_while_a_server_runs() {
    let (installation, server, token) = started_idle();
    let none = job(&installation, &["list"]);
    let said = String::from_utf8(none.stderr).unwrap();
    assert_eq!(said, "no jobs are waiting, running or parked\n");
    let paths = create(&server, &token);

    let jobs = listed(&installation);
    let kinds: Vec<_> = jobs.iter().map(|job| job["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["take_snapshot", "take_backup", "take_backup"]);
    for job in &jobs {
        assert_eq!((&job["state"], &job["attempts"]), (&json!("queued"), &json!(0)));
        assert_eq!((&job["accountID"], &job["appID"]), (&json!(ACCOUNT), &json!(APP)));
    }
    assert!(paths[0].ends_with(jobs[1]["resourceID"].as_str().unwrap()));
    let table = stdout(&job(&installation, &["list"]));
    let heads: Vec<_> = table
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    assert_eq!(heads, ["ID", "KIND", "APP", "STATE", "ATTEMPTS", "REASON"]);
    assert_eq!(
        table.lines().filter(|line| line.contains("shop")).count(),
        3,
        "{table}"
    );

    let id = jobs[1]["id"].as_str().unwrap();
    let cancelled = job(&installation, &["cancel", &id[..8]]);
    assert_eq!(
        stdout(&cancelled),
        format!("cancelled {id} (take_backup of shop)\n")
    );
    assert_cancelled(&server.get(&token, &paths[0]).body);
    assert_eq!(server.get(&token, &paths[1]).body["state"], "pending");
    assert_eq!(listed(&installation).len(), 2);
    let again = only_error_line(&job(&installation, &["cancel", id]));
    assert_eq!(
        again,
        format!("no pending job has the id {id:?}; `appkeep job list` shows them")
    );

    // Afterwards the failed backup can be deleted, and the queue continues to work.
    assert_eq!(server.delete(&token, &paths[0]).status, 204);
    assert_eq!(listed(&installation)[2]["kind"], "delete_backup");
    let delete = listed(&installation)[2]["id"].as_str().unwrap().to_owned();
    let refused = only_error_line(&job(&installation, &["cancel", &delete]));
    assert_eq!(
        refused,
        format!("job {delete} is a delete_backup job: expected a backup, a snapshot or a restore")
    );
}

#[test]
fn all_queued_jobs_of_an_app_are_cancelled_while_no_server_runs() {
    let (installation, server, token) = started_idle();
    let paths = create(&server, &token);
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));

    let unknown = error_line(&job(&installation, &["cancel", "--app", "blog"]), 3);
    assert_eq!(unknown, "there is no app \"blog\"; expected shop");
    assert_eq!(listed(&installation).len(), 3);
    let cancelled = job(&installation, &["cancel", "--app", "sh"]);
    assert_eq!(cancelled.status.code(), Some(0), "{cancelled:?}");
    assert_eq!(stdout(&cancelled).lines().count(), 3);
    assert_eq!(listed(&installation), [] as [Value; 0]);

    let server = installation.start().unwrap();
    for path in &paths {
        assert_cancelled(&server.get(&token, path).body);
    }
    server.back_up(&token).unwrap();
}

#[test]
fn jobs_waiting_for_a_retry_are_cancelled() {
    let (installation, server, token) = started();
    let bucket = installation.path().join("bucket");
    fs::rename(&bucket, installation.path().join("away")).unwrap();
    let path = server.create_backup(&token).unwrap();
    let waiting = eventually("the first attempt to fail", || {
        let jobs = listed(&installation);
        let [waiting] = &jobs[..] else {
            panic!("one job: {jobs:?}")
        };
        (waiting["state"] == "queued" && waiting["attempts"].as_u64() >= Some(1)).then(|| waiting.clone())
    });
    let reason = waiting["reason"].as_str().unwrap();
    assert!(reason.contains("No such file or directory"), "{waiting}");
    let id = waiting["id"].as_str().unwrap();
    let cancelled = job(&installation, &["cancel", id]);
    // It may have left data behind, so a worker completes the cancellation.
    assert_eq!(
        stdout(&cancelled),
        format!("a worker will cancel {id} (take_backup of shop)\n")
    );
    assert_cancelled(&server.wait_for(&token, &path, &["failed"]));
    eventually("its leftovers to be deleted", || {
        listed(&installation).is_empty().then_some(())
    });

    fs::rename(installation.path().join("away"), &bucket).unwrap();
    server.back_up(&token).unwrap();
}

#[test]
fn cancel_requires_a_job() {
    let installation = installation();
    drop(installation.start_idle().unwrap());
    let output = job(&installation, &["cancel"]);
    assert_eq!(output.status.code(), Some(2));
    let refused = only_error_line(&job(&installation, &["cancel", "12"]));
    assert_eq!(
        refused,
        "the job id \"12\" is too short: expected at least 4 characters"
    );
}
