//! In-place restores that are killed between two volumes: the app's state, and its recovery.

#![allow(
    dead_code,
    reason = "what the tests of the command line share, and not all of it is needed here"
)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends at the first surprise, in its helpers too"
)]

#[path = "../cli/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use appkeep_launcher::{ACCOUNT, APP, Installation, RunningServer, app_backups, backups, eventually};
use serde_json::{Value, json};

use crate::program::{appkeep, installation, run, said};

/// Aborts after the first volume is swapped, and before the second one.
const BETWEEN_VOLUMES: &str = "restore.swapping:2:abort";

const VOLUMES: [&str; 2] = ["config", "volume"];

/// An app with two volumes and a backup of them, whose data has changed since.
struct Site {
    place: Installation,
    token: String,
    backup_id: String,
}

impl Site {
    fn new() -> Self {
        let place = installation();
        let volumes = r#"{ config = "config", data = "volume" }"#;
        place.configure(r#"{ data = "volume" }"#, volumes).unwrap();
        fs::create_dir(place.path().join("config")).unwrap();
        let mut site = Self {
            place,
            token: String::new(),
            backup_id: String::new(),
        };
        site.write("saved");
        let server = site.place.start().unwrap();
        site.token = site.place.token("acme").unwrap();
        let backup = server.post(&site.token, &app_backups(), &backup_body()).body;
        backup["id"].as_str().unwrap().clone_into(&mut site.backup_id);
        let path = format!("{}/{}", backups(), site.backup_id);
        server.wait_for(&site.token, &path, &["completed"]);
        assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
        site.write("newer");
        site
    }

    fn write(&self, text: &str) {
        for volume in VOLUMES {
            fs::write(self.place.path().join(volume).join("state"), text).unwrap();
        }
    }

    /// Returns the content of each volume.
    fn held(&self) -> [String; 2] {
        VOLUMES.map(|volume| fs::read_to_string(self.place.path().join(volume).join("state")).unwrap())
    }

    /// Kills a restore on the command line, while the server is stopped.
    fn kill_restore(&self) {
        let mut restore = appkeep();
        restore
            .args(["restore", "--in-place", "--backup", &self.backup_id, "--data"])
            .arg(self.place.data())
            .env("APPKEEP_FAIL_POINTS", BETWEEN_VOLUMES);
        assert_eq!(restore.output().unwrap().status.code(), None);
        assert_eq!(self.held(), ["saved", "newer"]);
    }

    fn restore_with(&self, arguments: &[&str]) -> Output {
        let data = self.place.data().display().to_string();
        run(["restore", "--data", &data].iter().chain(arguments))
    }

    /// Runs a client command.
    fn ask(&self, server: &RunningServer, arguments: &[&str]) -> Output {
        let mut command = appkeep();
        command
            .env("APPKEEP_URL", &server.url)
            .env("APPKEEP_TOKEN", &self.token)
            .env("APPKEEP_ACCOUNT", ACCOUNT)
            .args(arguments);
        command.output().unwrap()
    }

    fn app(&self, server: &RunningServer) -> Value {
        server.get(&self.token, &app_path()).body
    }

    fn leftovers(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.place.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().path());
        names
            .filter(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                name.starts_with(".appkeep-restore-")
            })
            .collect()
    }

    /// Creates a snapshot while no worker runs, starts a server with workers, and asserts that the snapshot
    /// has the saved data of both volumes.
    fn assert_next_snapshot_is_whole(&self) {
        let idle = self.place.start_idle().unwrap();
        assert_eq!(self.app(&idle)["state"], "restoring");
        let snap = idle.post(&self.token, &snaps(), &snapshot_body());
        assert_eq!(snap.status, 201, "{snap:?}");
        let id = snap.body["id"].as_str().unwrap();
        idle.stop("TERM").unwrap();

        let server = self.place.start().unwrap();
        server.wait_for(&self.token, &format!("{}/{id}", snaps()), &["completed"]);
        assert_eq!(self.app(&server)["state"], "ready");
        assert_eq!(self.held(), ["saved", "saved"]);
        assert_eq!(self.leftovers(), [""; 0].map(PathBuf::from));
        let snapshot = self.place.data().join("snapshots").join(APP).join(id);
        for volume in ["config", "data"] {
            assert_eq!(
                fs::read_to_string(snapshot.join(volume).join("state")).unwrap(),
                "saved"
            );
        }
        let logged = server.stop("TERM").unwrap().stderr;
        assert!(logged.contains("a restore was interrupted"), "{logged}");
    }
}

fn app_path() -> String {
    format!("/accounts/{ACCOUNT}/k8s/v2/apps/{APP}")
}

fn snaps() -> String {
    format!("/accounts/{ACCOUNT}/k8s/v1/apps/{APP}/appSnaps")
}

fn backup_body() -> Value {
    json!({"type": "application/astra-appBackup", "version": "1.1"})
}

fn snapshot_body() -> Value {
    json!({"type": "application/astra-appSnap", "version": "1.1"})
}

#[test]
fn a_server_finishes_its_killed_restore_before_it_takes_a_snapshot() {
    let site = Site::new();
    let mut serve = site.place.serve();
    serve.env("APPKEEP_FAIL_POINTS", BETWEEN_VOLUMES);
    let server = RunningServer::start(serve).unwrap();
    let asked = site.ask(&server, &["backup", "restore", &site.backup_id, "--yes"]);
    assert_eq!(asked.status.code(), Some(0), "{asked:?}");
    eventually("the server to die between the volumes", || {
        (site.held() == ["saved", "newer"] && !Path::new(&format!("/proc/{}/exe", server.id())).exists())
            .then_some(())
    });
    drop(server);
    site.assert_next_snapshot_is_whole();
}

#[test]
fn a_server_finishes_a_killed_restore_of_the_command_line_before_it_takes_a_snapshot() {
    let site = Site::new();
    site.kill_restore();
    site.assert_next_snapshot_is_whole();
}

#[test]
fn an_app_whose_restore_cannot_be_finished_is_failed_and_not_backed_up() {
    let site = Site::new();
    site.kill_restore();
    for left in site.leftovers() {
        fs::remove_dir_all(left).unwrap();
    }
    let server = site.place.start().unwrap();
    let app = server.wait_for(&site.token, &app_path(), &["failed"]);
    let reasons = app["stateUnready"].to_string();
    assert!(reasons.contains("restore the app again, or"), "{reasons}");
    for (path, body) in [(app_backups(), backup_body()), (snaps(), snapshot_body())] {
        let refused = server.post(&site.token, &path, &body);
        assert_eq!(
            (refused.status, refused.problem()),
            (409, Some("112")),
            "{refused:?}"
        );
    }
    let doctor = site.ask(&server, &["doctor"]);
    assert_eq!(doctor.status.code(), Some(1), "{doctor:?}");
    assert!(said(&doctor).contains("a restore is unfinished"), "{doctor:?}");
    let shown = said(&site.ask(&server, &["app", "show"]));
    assert!(shown.contains("a restore is unfinished"), "{shown}");
    server.stop("TERM").unwrap();

    // The missing data doesn't block other restores, neither to a directory nor in place.
    let target = site.place.path().join("elsewhere").display().to_string();
    let to = ["--backup", &site.backup_id, "--target", &target];
    let elsewhere = site.restore_with(&to);
    assert_eq!(elsewhere.status.code(), Some(0), "{elsewhere:?}");
    let server = site.place.start().unwrap();
    server.wait_for(&site.token, &app_path(), &["failed"]);
    let again = ["backup", "restore", &site.backup_id, "--yes", "--wait"];
    let again = site.ask(&server, &again);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert_eq!(site.held(), ["saved", "saved"]);
    let created = server.post(&site.token, &app_backups(), &backup_body());
    assert_eq!(created.status, 201, "{created:?}");
    server.stop("TERM").unwrap();
    let server = site.place.start().unwrap();
    assert_eq!(site.app(&server)["state"], "ready");
}

#[test]
fn an_abandoned_restore_leaves_the_app_ready_and_both_versions_findable() {
    let site = Site::new();
    let nothing = site.restore_with(&["--abandon"]);
    assert_eq!(nothing.status.code(), Some(2));
    site.kill_restore();
    let abandoned = site.restore_with(&["--abandon", "--app", "shop"]);
    assert_eq!(abandoned.status.code(), Some(0), "{abandoned:?}");
    let [left] = &site.leftovers()[..] else {
        panic!("{:?}", site.leftovers())
    };
    let told = said(&abandoned);
    assert!(told.contains(&left.display().to_string()), "{told}");
    // The old configuration and the new data.
    assert_eq!(
        fs::read_to_string(left.join("new/config/state")).unwrap(),
        "newer"
    );
    assert_eq!(fs::read_to_string(left.join("new/data/state")).unwrap(), "saved");
    let server = site.place.start().unwrap();
    assert_eq!(site.app(&server)["state"], "ready");
    assert_eq!(site.held(), ["saved", "newer"]);
    let created = server.post(&site.token, &app_backups(), &backup_body());
    assert_eq!(created.status, 201, "{created:?}");
}
