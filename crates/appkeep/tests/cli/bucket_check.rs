//! Examining buckets on the server's machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use appkeep_launcher::{APP, BUCKET, Installation};
use chrono::Utc;
use serde_json::{Value, json};

use crate::program::{appkeep, installation, stdout};
use crate::remote::{Fixture, last_error_line};

/// The claim of a server on another machine.
const CLAIM: &str = "appkeep-server-0b4f7a52-8f7e-4c0c-9a55-0a3d6f1c7e11";

/// Examines the buckets of an installation.
fn examine(installation: &Installation, more: &[&str]) -> Output {
    let mut command = appkeep();
    command
        .args(["bucket", "check", "--data"])
        .arg(installation.data());
    command.args(more).output().expect("it runs")
}

/// Examines the only bucket, and checks the exit code.
fn examined(installation: &Installation, more: &[&str], code: i32) -> Value {
    let output = examine(installation, &[&["--output", "json"], more].concat());
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let checks: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    checks[0].clone()
}

/// Returns the only problem of the only bucket.
fn problem(installation: &Installation, more: &[&str]) -> Value {
    let check = examined(installation, more, 1);
    assert_eq!(check["verdict"], "wrong", "{check}");
    assert_eq!(check["problems"].as_array().map(Vec::len), Some(1), "{check}");
    let problem = check["problems"][0].clone();
    assert!(
        problem["next"].as_str().is_some_and(|next| !next.is_empty()),
        "{problem}"
    );
    problem
}

fn only_file(directory: &Path) -> PathBuf {
    let mut files = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let file = files.next().expect("a file");
    assert_eq!(files.next(), None);
    file
}

fn contains(value: &Value, part: &str) {
    assert!(value.as_str().is_some_and(|text| text.contains(part)), "{value}");
}

/// Creates a backup. Returns its id.
fn back_up(fixture: &Fixture) -> String {
    let backup = fixture.json(&["backup", "create", "before", "--app", "shop", "--wait"]);
    backup["id"].as_str().expect("an id").to_owned()
}

#[test]
fn healthy_buckets_have_no_problems_with_the_server_running_or_stopped() {
    let fixture = Fixture::new();
    let installation = &fixture.installation;
    let check = examined(installation, &[], 0);
    assert_eq!(
        (&check["verdict"], &check["backups"]),
        (&json!("unused"), &json!(0))
    );
    back_up(&fixture);
    let check = examined(installation, &["local", "--read-data", "all"], 0);
    assert_eq!(check["verdict"], "good", "{check}");
    assert_eq!(
        (&check["repositories"], &check["backups"]),
        (&json!(1), &json!(1))
    );
    assert_eq!((&check["problems"], &check["notes"]), (&json!([]), &json!([])));
    assert_eq!(check["usedBy"], "this");
    assert!(check["readBytes"].as_u64() > Some(0), "{check}");
    let table = stdout(&examine(installation, &["--read-data", "5%"]));
    assert!(
        table.contains("good") && table.contains("this server ("),
        "{table}"
    );
    fixture.server.stop_gracefully().unwrap();
    let check = examined(installation, &["--read-data", "1KiB"], 0);
    assert_eq!(check["verdict"], "good", "{check}");
    assert_eq!(check["usedBy"], "nobody");
}

#[test]
fn damage_names_the_object_the_backups_and_the_next_step() {
    let fixture = Fixture::new();
    let id = back_up(&fixture);
    let installation = &fixture.installation;
    let repository = installation.path().join("bucket").join(APP);

    let snapshot = only_file(&repository.join("snapshots"));
    let aside = installation.path().join("aside");
    fs::rename(&snapshot, &aside).unwrap();
    let missing = problem(installation, &[]);
    assert_eq!(missing["object"], format!("backup {id}"));
    assert_eq!(missing["app"], "shop");
    assert_eq!(missing["backupIDs"], json!([id]));
    contains(&missing["next"], &format!("appkeep backup delete {id}"));
    fs::rename(&aside, &snapshot).unwrap();

    let packs = fs::read_dir(repository.join("data")).unwrap();
    let packs = packs.flat_map(|directory| fs::read_dir(directory.unwrap().path()).unwrap());
    let pack = packs
        .map(|pack| pack.unwrap().path())
        .max_by_key(|pack| pack.metadata().unwrap().len())
        .expect("a pack");
    let content = fs::read(&pack).unwrap();
    let mut flipped = content.clone();
    flipped[20] ^= 1;
    fs::write(&pack, flipped).unwrap();
    let damaged = problem(installation, &["--read-data", "all"]);
    let name = format!("pack {}", pack.file_name().unwrap().to_str().unwrap());
    assert_eq!(
        (&damaged["object"], &damaged["backupIDs"]),
        (&json!(name), &json!([id]))
    );
    contains(&damaged["reason"], "its content is damaged");
    let output = examine(installation, &["--read-data", "all"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(text.contains("WRONG") && text.contains(&name), "{text}");
    assert!(
        text.contains(&format!("backups: {id}")) && text.contains("next: "),
        "{text}"
    );
    let messages = String::from_utf8_lossy(&output.stderr);
    let is_progress = |line: &str| line.starts_with("bucket local: ");
    assert!(messages.lines().all(is_progress), "{messages}");
    fs::write(&pack, content).unwrap();
    examined(installation, &["--read-data", "all"], 0);

    fs::remove_dir_all(&repository).unwrap();
    contains(&problem(installation, &[])["reason"], "does not exist");
}

#[test]
fn markers_mounts_and_owners_are_checked() {
    let fixture = Fixture::new();
    back_up(&fixture);
    fixture.server.stop_gracefully().unwrap();
    let installation = &fixture.installation;
    let bucket = installation.path().join("bucket");

    let claim = json!({
        "version": 1, "server_id": CLAIM.trim_start_matches("appkeep-server-"),
        "installation_id": "6f1c7e11-8f7e-4c0c-9a55-0a3d0b4f7a52", "hostname": "elsewhere", "boot_id": "x",
        "pid_namespace": "x", "pid": 7, "start_ticks": 1, "time": Utc::now(),
    });
    fs::write(bucket.join(CLAIM), claim.to_string()).unwrap();
    let foreign = problem(installation, &[]);
    contains(&foreign["reason"], "process 7 on elsewhere");
    contains(&foreign["next"], "appkeep bucket take-over local");
    assert_eq!(examined(installation, &[], 1)["usedBy"], "another");
    fs::remove_file(bucket.join(CLAIM)).unwrap();

    let marker = bucket.join(format!("appkeep-bucket-{BUCKET}"));
    let content = fs::read(&marker).unwrap();
    fs::remove_file(&marker).unwrap();
    contains(&problem(installation, &[])["reason"], "marker is missing");
    fs::write(&marker, "{}").unwrap();
    contains(
        &problem(installation, &[])["reason"],
        "is not a marker of this bucket",
    );
    fs::write(&marker, content).unwrap();

    let key = only_file(&installation.data().join("keys").join(BUCKET));
    let aside = installation.path().join("aside");
    fs::rename(&key, &aside).unwrap();
    contains(&problem(installation, &[])["reason"], "is missing");
    fs::rename(&aside, &key).unwrap();

    fs::rename(&bucket, installation.path().join("unmounted")).unwrap();
    fs::create_dir(&bucket).unwrap();
    let unmounted = problem(installation, &[]);
    contains(&unmounted["reason"], "lacks appkeep-bucket-");
    contains(&unmounted["next"], "mount its disk");
    fs::remove_dir(&bucket).unwrap();
    contains(&problem(installation, &[])["reason"], "is unavailable");
}

#[test]
fn invalid_options_are_refused() {
    let installation = installation();
    installation.start().unwrap().stop_gracefully().unwrap();
    let line = last_error_line(&examine(&installation, &["nowhere"]), 3);
    assert_eq!(line, "there is no configured bucket \"nowhere\"");
    let output = examine(&installation, &["--read-data", "half"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        message.contains("invalid share \"half\": expected a percentage"),
        "{message}"
    );
}
