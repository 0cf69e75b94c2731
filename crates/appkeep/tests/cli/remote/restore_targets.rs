//! Restores to directories of the server's machine, and into other apps.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use appkeep_launcher::{ACCOUNT, APP, Installation, describe, eventually};
use serde_json::{Value, json};

use super::{Fixture, error_line, last_error_line};
use crate::program::{installation, stdout};

/// An installation that permits restores to the directory `restored`.
fn with_targets() -> Installation {
    let installation = installation();
    fs::create_dir(installation.path().join("restored")).unwrap();
    let permitted = "[server]\nrestore_directories = [\"restored\"]\n";
    installation.configure("[server]\n", permitted).unwrap();
    installation
}

/// Fills the app's volume, and creates the backup `good`.
fn backed_up(installation: Installation) -> Fixture {
    let volume = installation.path().join("volume");
    fs::create_dir_all(volume.join("orders/old")).unwrap();
    let file = volume.join("orders/old/1.txt");
    fs::write(&file, "an order").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(volume.join("orders"), fs::Permissions::from_mode(0o750)).unwrap();
    let time = UNIX_EPOCH + Duration::new(1_600_000_000, 123_456_789);
    fs::File::open(&file).unwrap().set_modified(time).unwrap();
    let fixture = Fixture::of(installation);
    fixture.json(&["backup", "create", "good", "--app", "shop", "--wait"]);
    fixture
}

impl Fixture {
    fn target(&self, name: &str) -> (PathBuf, String) {
        let path = self.installation.path().join("restored").join(name);
        let text = path.display().to_string();
        (path, text)
    }
}

fn described(directory: &Path) -> Vec<String> {
    describe(directory).expect("a readable directory")
}

fn restores() -> String {
    format!("/accounts/{ACCOUNT}/k8s/v1/apps/{APP}/appRestores")
}

#[test]
fn backups_are_restored_to_a_directory_and_the_app_is_unchanged() {
    let fixture = backed_up(with_targets());
    let volume = fixture.installation.path().join("volume");
    let before = described(&volume);
    fs::write(volume.join("greeting.txt"), "newer").unwrap();
    fixture.json(&["snapshot", "create", "newer", "--wait"]);
    for (noun, name) in [("backup", "good"), ("snapshot", "newer")] {
        let (path, target) = fixture.target(&format!("{noun}/all"));
        let restored = fixture.run([noun, "restore", name, "--target", &target, "--wait"]);
        assert_eq!(restored.status.code(), Some(0), "{restored:?}");
        let expected = format!("shop was restored to {target}: ");
        assert!(stdout(&restored).starts_with(&expected), "{restored:?}");
        let expected = if noun == "backup" {
            before.clone()
        } else {
            described(&volume)
        };
        assert_eq!(described(&path.join("data")), expected);
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
    }
    assert_eq!(fixture.json(&["app", "show"])["state"], "ready");
    assert_eq!(fs::read_to_string(volume.join("greeting.txt")).unwrap(), "newer");

    let (path, target) = fixture.target("orders");
    let restore = fixture.json(&[
        "backup",
        "restore",
        "good",
        "--target",
        &target,
        "--include",
        "/data/orders",
        "--wait",
    ]);
    assert_eq!(restore["include"], json!(["/data/orders"]));
    assert_eq!(
        (&restore["totalBytes"], &restore["percentDone"]),
        (&json!(8), &json!(100))
    );
    assert_eq!(
        described(&path.join("data/orders")),
        described(&volume.join("orders"))
    );
    assert!(!path.join("data/greeting.txt").exists());

    let listed = fixture.json(&["restore", "list", "--app", "shop"]);
    assert_eq!(listed.as_array().unwrap().len(), 3);
    assert_eq!(listed[0]["id"], restore["id"]);
    assert_eq!(listed[0]["appName"], "shop");
    let id = restore["id"].as_str().unwrap();
    let shown = stdout(&fixture.run(["restore", "show", &id[..13]]));
    assert!(
        shown.contains(&target) && shown.contains("/data/orders"),
        "{shown}"
    );
    let shown = stdout(&fixture.run(["app", "show"]));
    assert!(
        shown.contains(&format!("latest restore  {target}, completed, ")),
        "{shown}"
    );
    let ended = error_line(&fixture.run(["restore", "cancel", id, "--yes"]), 5);
    assert!(ended.contains("The restore has ended"), "{ended}");
}

#[test]
fn targets_that_are_not_permitted_are_refused() {
    let fixture = backed_up(with_targets());
    let path = fixture.installation.path();
    let restored = path.join("restored");
    symlink(path.join("volume"), restored.join("link")).unwrap();
    fs::create_dir(restored.join("full")).unwrap();
    fs::write(restored.join("full/mine"), "precious").unwrap();
    let below = |name: &str| restored.join(name).display().to_string();
    let outside = path.join("elsewhere").display().to_string();
    let volume = described(&path.join("volume"));
    for (target, reason) in [
        (outside.as_str(), "it is not below a directory for restores"),
        (
            &restored.display().to_string(),
            "it is not below a directory for restores",
        ),
        ("relative", "is not an absolute path"),
        (
            &format!("{}/../elsewhere", restored.display()),
            "is not an absolute path without",
        ),
    ] {
        let refused = fixture.run(["backup", "restore", "good", "--target", target]);
        let message = String::from_utf8(refused.stderr).unwrap();
        assert!(
            !refused.status.success() && message.contains(reason),
            "{target}: {message}"
        );
        assert!(!message.contains("no longer in use"), "{message}");
    }
    for (target, reason) in [
        (below("link/new"), "after links are resolved"),
        (below("full"), "is not empty: it contains mine"),
    ] {
        let failed = fixture.run(["backup", "restore", "good", "--target", &target, "--wait"]);
        let message = last_error_line(&failed, 1);
        assert!(message.contains(reason), "{target}: {message}");
    }
    assert_eq!(described(&path.join("volume")), volume);
    assert_eq!(
        fs::read_to_string(restored.join("full/mine")).unwrap(),
        "precious"
    );
    assert!(!path.join("elsewhere").exists());
    let missing = fixture.run([
        "backup",
        "restore",
        "good",
        "--target",
        &below("new"),
        "--include",
        "/data/nothing",
        "--wait",
    ]);
    let message = last_error_line(&missing, 1);
    assert!(
        message.contains("the source doesn't contain /data/nothing"),
        "{message}"
    );
    assert!(!restored.join("new").exists());
    let listed = fixture.json(&["restore", "list", "--state", "failed"]);
    assert_eq!(listed.as_array().unwrap().len(), 3);
}

#[test]
fn servers_without_restore_directories_name_the_key() {
    let fixture = backed_up(installation());
    let refused = fixture.run(["backup", "restore", "good", "--target", "/srv/restored/shop"]);
    let message = error_line(&refused, 5);
    assert!(message.contains("restore_directories in [server]"), "{message}");
    assert!(
        message.contains("; choose a target below a directory"),
        "{message}"
    );
}

#[test]
fn apps_become_clones_of_apps_with_the_same_volumes() {
    let installation = installation();
    let other = "[[accounts.apps]]\nname = \"copy\"\nvolumes = { data = \"copy\" }\n\
                 [[accounts.apps]]\nname = \"blog\"\nvolumes = { posts = \"posts\" }\n";
    installation.add_apps(other).unwrap();
    for name in ["copy", "posts"] {
        fs::create_dir(installation.path().join(name)).unwrap();
        fs::write(installation.path().join(name).join("mine"), "old").unwrap();
    }
    let fixture = backed_up(installation);
    let path = fixture.installation.path();
    let clone = ["backup", "restore", "good", "--to-app", "copy", "--wait"];
    let asks = error_line(&fixture.run(clone), 2);
    assert!(
        asks.starts_with("this command replaces all data of copy with that of backup good of shop"),
        "{asks}"
    );
    let restored = fixture.run(clone.iter().chain(&["--yes"]));
    assert_eq!(restored.status.code(), Some(0), "{restored:?}");
    assert_eq!(described(&path.join("copy")), described(&path.join("volume")));
    let refused = fixture.run(["backup", "restore", "good", "--to-app", "blog", "--yes"]);
    let message = error_line(&refused, 5);
    assert!(message.contains("whose volumes have other names"), "{message}");
    assert_eq!(fs::read_to_string(path.join("posts/mine")).unwrap(), "old");
    let listed = fixture.json(&["restore", "list", "--app", "copy"]);
    assert_eq!(listed[0]["sourceAppID"], APP);
    assert_eq!(listed[0]["state"], "completed");
}

#[test]
fn pending_restores_are_listed_and_cancelled() {
    let Fixture {
        installation,
        server,
        token,
    } = backed_up(with_targets());
    let backup = server.get(&token, &appkeep_launcher::backups()).body["items"][0]["id"].clone();
    server.stop_gracefully().unwrap();
    let idle = installation.start_idle().unwrap();
    let target = installation.path().join("restored/shop");
    let request = json!({
        "type": "application/astra-appRestore", "version": "1.0", "backupID": backup,
        "target": target.display().to_string(),
    });
    let created = idle.post(&token, &restores(), &request);
    assert_eq!(
        (created.status, &created.body["state"]),
        (201, &json!("pending")),
        "{created:?}"
    );
    let path = format!("{}/{}", restores(), created.body["id"].as_str().unwrap());
    let fetched = idle.get(&token, &path).body;
    assert_eq!(fetched, created.body);
    let listed = idle.get(&token, &restores()).body;
    assert_eq!(listed["items"], json!([fetched]));
    let in_use = idle.delete(
        &token,
        &format!("{}/{}", appkeep_launcher::app_backups(), backup.as_str().unwrap()),
    );
    assert_eq!(in_use.status, 409, "a pending restore reads the backup");
    assert_eq!(idle.delete(&token, &path).status, 204);
    assert_eq!(idle.get(&token, &path).status, 404);
    idle.stop("TERM").unwrap();
    let server = installation.start().unwrap();
    let again = server.post(&token, &restores(), &request);
    let path = format!("{}/{}", restores(), again.body["id"].as_str().unwrap());
    server.wait_for(&token, &path, &["completed"]);
    assert_eq!(
        described(&target.join("data")),
        described(&installation.path().join("volume"))
    );
}

#[test]
fn unreadable_buckets_fail_restores_and_leave_the_target_empty() {
    let fixture = backed_up(with_targets());
    crate::program::damage_packs(&fixture.installation);
    let (path, target) = fixture.target("shop");
    let failed = fixture.run(["backup", "restore", "good", "--target", &target, "--wait"]);
    let message = last_error_line(&failed, 1);
    assert!(message.starts_with("the restore of shop failed: "), "{message}");
    let left = eventually("the remains to be removed", || {
        let entries: Vec<_> = fs::read_dir(&path)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        entries.is_empty().then_some(entries)
    });
    assert_eq!(left, Vec::<PathBuf>::new());
    assert_eq!(fixture.json(&["app", "show"])["state"], "ready");
    let status: Value = fixture.json(&["restore", "list", "--app", "shop"]);
    assert_eq!(status[0]["state"], "failed");
}
