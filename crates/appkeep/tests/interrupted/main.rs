//! Restores that are killed, in place between two volumes and to directories: the app's state, and its recovery. Live backups that are killed
//! after they were stored.

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

use appkeep_launcher::{
    ACCOUNT, APP, Installation, Method, RunningServer, app_backups, app_snapshots, backup_body, describe,
    eventually, snapshot_body,
};
use serde_json::{Value, json};

use crate::program::{appkeep, installation, run, stdout};

/// Aborts after the first volume is swapped, and before the second one.
const BETWEEN_VOLUMES: &str = "restore.swapping:2:abort";

const VOLUMES: [&str; 2] = ["config", "volume"];

/// An app with two volumes and a backup of them, whose data has changed since.
struct Fixture {
    installation: Installation,
    token: String,
    backup_id: String,
}

impl Fixture {
    fn new() -> Self {
        let installation = installation();
        let volumes = r#"{ config = "config", data = "volume" }"#;
        installation.configure(r#"{ data = "volume" }"#, volumes).unwrap();
        fs::create_dir(installation.path().join("config")).unwrap();
        let mut fixture = Self {
            installation,
            token: String::new(),
            backup_id: String::new(),
        };
        fixture.write("saved");
        let server = fixture.installation.start().unwrap();
        fixture.token = fixture.installation.token("acme").unwrap();
        let backup = server.back_up(&fixture.token).unwrap();
        let id = backup.rsplit('/').next().unwrap_or_default();
        id.clone_into(&mut fixture.backup_id);
        assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
        fixture.write("newer");
        fixture
    }

    fn write(&self, text: &str) {
        for volume in VOLUMES {
            fs::write(self.installation.path().join(volume).join("state"), text).unwrap();
        }
    }

    /// Returns the content of each volume.
    fn held(&self) -> [String; 2] {
        VOLUMES.map(|volume| fs::read_to_string(self.installation.path().join(volume).join("state")).unwrap())
    }

    /// Kills a restore on the command line, while the server is stopped.
    fn kill_restore(&self) {
        let mut restore = appkeep();
        restore
            .args(["restore", "--in-place", "--backup", &self.backup_id, "--data"])
            .arg(self.installation.data())
            .env("APPKEEP_FAIL_POINTS", BETWEEN_VOLUMES);
        assert_eq!(restore.output().unwrap().status.code(), None);
        assert_eq!(self.held(), ["saved", "newer"]);
    }

    fn restore_with(&self, arguments: &[&str]) -> Output {
        let data = self.installation.data().display().to_string();
        run(["restore", "--data", &data].iter().chain(arguments))
    }

    /// Runs a client command.
    fn run(&self, server: &RunningServer, arguments: &[&str]) -> Output {
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
        let entries = fs::read_dir(self.installation.path()).unwrap();
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
        let idle = self.installation.start_idle().unwrap();
        assert_eq!(self.app(&idle)["state"], "restoring");
        let path = idle.create_snapshot(&self.token).unwrap();
        idle.stop("TERM").unwrap();

        let server = self.installation.start().unwrap();
        server.wait_for(&self.token, &path, &["completed"]);
        assert_eq!(self.app(&server)["state"], "ready");
        assert_eq!(self.held(), ["saved", "saved"]);
        assert_eq!(self.leftovers(), [""; 0].map(PathBuf::from));
        let id = path.rsplit('/').next().unwrap();
        let snapshot = self.installation.data().join("snapshots").join(APP).join(id);
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

#[test]
fn servers_finish_killed_restores_before_snapshots() {
    let fixture = Fixture::new();
    let mut serve = fixture.installation.serve();
    serve.env("APPKEEP_FAIL_POINTS", BETWEEN_VOLUMES);
    let server = RunningServer::start(serve).unwrap();
    // The server may die before it responds.
    let restore = json!({"type": "application/astra-app", "version": "2.2", "backupID": fixture.backup_id});
    let _ = server.request(&Method::PUT, &fixture.token, &app_path(), Some(&restore));
    eventually("the server to die between the volumes", || {
        (fixture.held() == ["saved", "newer"] && !Path::new(&format!("/proc/{}/exe", server.id())).exists())
            .then_some(())
    });
    drop(server);
    fixture.assert_next_snapshot_is_whole();
}

fn restores() -> String {
    format!("/accounts/{ACCOUNT}/k8s/v1/apps/{APP}/appRestores")
}

/// Permits restores to directories below `restored`.
fn permit_targets(fixture: &Fixture) -> PathBuf {
    let directory = fixture.installation.path().join("restored");
    fs::create_dir(&directory).unwrap();
    let permitted = "[server]\nrestore_directories = [\"restored\"]\n";
    fixture.installation.configure("[server]\n", permitted).unwrap();
    directory
}

/// Requests a restore to a directory from a server that dies at a fail point.
fn kill_restore_to(fixture: &Fixture, target: &Path, point: &str) {
    let mut serve = fixture.installation.serve();
    serve.env("APPKEEP_FAIL_POINTS", format!("{point}:abort"));
    let server = RunningServer::start(serve).unwrap();
    let restore = json!({
        "type": "application/astra-appRestore", "version": "1.0", "backupID": fixture.backup_id,
        "target": target.display().to_string(),
    });
    // The server may die before it responds.
    let _ = server.request(&Method::POST, &fixture.token, &restores(), Some(&restore));
    eventually("the server to die", || {
        (!Path::new(&format!("/proc/{}/exe", server.id())).exists()).then_some(())
    });
}

/// The path of the newest restore, which has this target.
fn newest_restore(fixture: &Fixture, server: &RunningServer, target: &Path) -> String {
    let newest = server.get(&fixture.token, &restores()).body["items"][0].clone();
    assert_eq!(newest["target"], json!(target), "{newest}");
    format!("{}/{}", restores(), newest["id"].as_str().unwrap())
}

fn assert_restored(target: &Path) {
    for volume in ["config", "data"] {
        let state = fs::read_to_string(target.join(volume).join("state"));
        assert_eq!(state.unwrap(), "saved", "{}", target.display());
    }
    assert_eq!(fs::read_dir(target).unwrap().count(), 2, "{}", target.display());
}

#[test]
fn killed_restores_to_directories_are_repeated() {
    let fixture = Fixture::new();
    let directory = permit_targets(&fixture);
    for point in [
        "restore.before_directory:1",
        "restore.to_directory:1",
        "restore.staged:1",
        "restore.swapping:1",
        "restore.swapping:2",
        "restore.directory_written:1",
    ] {
        let target = directory.join(point.replace(':', "-"));
        kill_restore_to(&fixture, &target, point);
        let server = fixture.installation.start().unwrap();
        let path = newest_restore(&fixture, &server, &target);
        server.wait_for(&fixture.token, &path, &["completed"]);
        assert_restored(&target);
        assert_eq!(fixture.app(&server)["state"], "ready");
        server.stop("TERM").unwrap();
    }
    assert_eq!(fixture.held(), ["newer", "newer"]);
}

/// Nothing remains, unless all data was being moved to the target.
#[test]
fn killed_restores_that_are_cancelled_leave_no_part_of_the_data() {
    let fixture = Fixture::new();
    let directory = permit_targets(&fixture);
    for (point, is_complete) in [("restore.staged:1", false), ("restore.swapping:2", true)] {
        let target = directory.join(point.replace(':', "-"));
        kill_restore_to(&fixture, &target, point);
        let is_hidden = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with('.');
        let hidden = || {
            let entries = fs::read_dir(&target).unwrap();
            entries.map(Result::unwrap).filter(is_hidden).count()
        };
        assert_eq!(hidden(), 1, "{point}");
        let idle = fixture.installation.start_idle().unwrap();
        let path = newest_restore(&fixture, &idle, &target);
        assert_eq!(idle.delete(&fixture.token, &path).status, 204, "{point}");
        idle.stop("TERM").unwrap();
        let server = fixture.installation.start().unwrap();
        eventually("the cancelled restore to leave the target", || {
            (hidden() == 0).then_some(())
        });
        if is_complete {
            assert_restored(&target);
        } else {
            assert_eq!(fs::read_dir(&target).unwrap().count(), 0);
        }
        server.stop("TERM").unwrap();
    }
}

#[test]
fn servers_finish_killed_cli_restores_before_snapshots() {
    let fixture = Fixture::new();
    fixture.kill_restore();
    fixture.assert_next_snapshot_is_whole();
}

#[test]
fn apps_with_unfinishable_restores_are_failed() {
    let fixture = Fixture::new();
    fixture.kill_restore();
    for left in fixture.leftovers() {
        fs::remove_dir_all(left).unwrap();
    }
    let server = fixture.installation.start().unwrap();
    let app = server.wait_for(&fixture.token, &app_path(), &["failed"]);
    let reasons = app["stateUnready"].to_string();
    assert!(reasons.contains("restore the app again, or"), "{reasons}");
    for (path, body) in [(app_backups(), backup_body()), (app_snapshots(), snapshot_body())] {
        let refused = server.post(&fixture.token, &path, &body);
        assert_eq!(
            (refused.status, refused.problem()),
            (409, Some("112")),
            "{refused:?}"
        );
    }
    let doctor = fixture.run(&server, &["doctor"]);
    assert_eq!(doctor.status.code(), Some(1), "{doctor:?}");
    assert!(stdout(&doctor).contains("a restore is unfinished"), "{doctor:?}");
    let shown = stdout(&fixture.run(&server, &["app", "show"]));
    assert!(shown.contains("a restore is unfinished"), "{shown}");
    server.stop("TERM").unwrap();
    let data = fixture.installation.data();
    let doctor = appkeep().args(["doctor", "--data"]).arg(data).output().unwrap();
    assert_eq!(doctor.status.code(), Some(1), "{doctor:?}");
    let found = "of shop is unfinished: its volumes may contain old and new data";
    assert!(stdout(&doctor).contains(found), "{doctor:?}");

    // The missing data doesn't block other restores, neither to a directory nor in place.
    let target = fixture
        .installation
        .path()
        .join("elsewhere")
        .display()
        .to_string();
    let to = ["--backup", &fixture.backup_id, "--target", &target];
    let elsewhere = fixture.restore_with(&to);
    assert_eq!(elsewhere.status.code(), Some(0), "{elsewhere:?}");
    let server = fixture.installation.start().unwrap();
    server.wait_for(&fixture.token, &app_path(), &["failed"]);
    let again = ["backup", "restore", &fixture.backup_id, "--yes", "--wait"];
    let again = fixture.run(&server, &again);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert_eq!(fixture.held(), ["saved", "saved"]);
    server.create_backup(&fixture.token).unwrap();
    server.stop("TERM").unwrap();
    let server = fixture.installation.start().unwrap();
    assert_eq!(fixture.app(&server)["state"], "ready");
}

#[test]
fn abandoned_restores_keep_both_versions() {
    let fixture = Fixture::new();
    let nothing = fixture.restore_with(&["--abandon"]);
    assert_eq!(nothing.status.code(), Some(2));
    fixture.kill_restore();
    let abandoned = fixture.restore_with(&["--abandon", "--app", "shop"]);
    assert_eq!(abandoned.status.code(), Some(0), "{abandoned:?}");
    let [left] = &fixture.leftovers()[..] else {
        panic!("{:?}", fixture.leftovers())
    };
    let output = stdout(&abandoned);
    assert!(output.contains(&left.display().to_string()), "{output}");
    // The old configuration and the new data.
    assert_eq!(
        fs::read_to_string(left.join("new/config/state")).unwrap(),
        "newer"
    );
    assert_eq!(fs::read_to_string(left.join("new/data/state")).unwrap(), "saved");
    let server = fixture.installation.start().unwrap();
    assert_eq!(fixture.app(&server)["state"], "ready");
    assert_eq!(fixture.held(), ["saved", "newer"]);
    server.create_backup(&fixture.token).unwrap();
}

/// The backup is found in the bucket; the hooks release the app again.
#[test]
fn live_backups_killed_after_they_were_stored_are_not_read_again() {
    let installation = installation();
    let log = installation.path().join("hooks.log");
    let hook = |name: &str, stage: &str| {
        let script = format!("echo {name} >> {}", log.display());
        format!(
            "\n[[accounts.apps.hooks]]\nname = \"{name}\"\nstage = \"{stage}-snapshot\"\n\
             command = [\"sh\", \"-c\", \"{script}\"]\n"
        )
    };
    let volumes = "volumes = { data = \"volume\" }";
    let (quiesce, release) = (hook("quiesce", "pre"), hook("release", "post"));
    let live = format!("{volumes}\nsnapshot = \"live\"\n{quiesce}{release}");
    installation.configure(volumes, &live).unwrap();
    let mut serve = installation.serve();
    serve.env("APPKEEP_FAIL_POINTS", "live_backup.stored:1:abort");
    let server = RunningServer::start(serve).unwrap();
    let token = installation.token("acme").unwrap();
    let path = server.create_backup(&token).unwrap();
    eventually("the server to die after it stored the backup", || {
        (!Path::new(&format!("/proc/{}/exe", server.id())).exists()).then_some(())
    });
    drop(server);
    assert_eq!(fs::read_to_string(&log).unwrap(), "quiesce\n");
    let repository = installation.path().join("bucket").join(APP);
    let stored = describe(&repository.join("data")).unwrap();

    fs::write(installation.path().join("volume/later"), "not in the backup").unwrap();
    let server = installation.start().unwrap();
    let backup = server.wait_for(&token, &path, &["completed", "failed"]);
    assert_eq!(backup["state"], "completed", "{backup}");
    assert_eq!(
        backup["metadata"]["labels"][0],
        json!({"name": "appkeep.io/read-only/snapshot-level", "value": "live"})
    );
    assert_eq!(fs::read_to_string(&log).unwrap(), "quiesce\nquiesce\nrelease\n");
    assert_eq!(describe(&repository.join("data")).unwrap(), stored);
    assert_eq!(fs::read_dir(repository.join("snapshots")).unwrap().count(), 1);
    assert!(!installation.data().join("snapshots").join(APP).exists());
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}
