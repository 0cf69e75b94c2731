//! A killed server loses none of its jobs in progress.

use std::fs;
use std::path::Path;

use appkeep_launcher::{APP, Installation, eventually};

use crate::program::{installation, restic, stdout};

/// Large enough that copying can be interrupted.
const LARGE_BYTES: u64 = 96 << 20;

/// Returns the total size of the files below `directory`, in bytes; files that vanish meanwhile count as 0.
fn bytes_below(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let bytes = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => bytes_below(&entry.path()),
        _ => entry.metadata().map_or(0, |metadata| metadata.len()),
    });
    bytes.sum()
}

#[test]
fn restic_restores_backups_completed_after_a_kill() {
    let installation = installation();
    kill_during_a_backup(&installation);
}

#[test]
fn restic_restores_live_backups_completed_after_a_kill() {
    let installation = installation();
    let volumes = "volumes = { data = \"volume\" }";
    let live = format!("{volumes}\nsnapshot = \"live\"");
    installation.configure(volumes, &live).unwrap();
    kill_during_a_backup(&installation);
}

/// Kills the server during a backup, and checks the result of the next server.
fn kill_during_a_backup(installation: &Installation) {
    let large = installation.path().join("volume/large");
    installation.write_noise("large", LARGE_BYTES).unwrap();
    let server = installation.start().unwrap();
    let token = installation.token("acme").unwrap();
    let path = server.create_backup(&token).unwrap();
    let data = installation.path().join("bucket").join(APP).join("data");
    eventually("bytes in the bucket", || (bytes_below(&data) > 0).then_some(()));
    assert_eq!(server.get(&token, &path).body["state"], "running");
    assert_eq!(server.stop("KILL").unwrap().status.code(), None);

    let server = installation.start().unwrap();
    let backup = server.wait_for(&token, &path, &["completed", "failed"]);
    assert_eq!(backup["state"], "completed", "{backup}");
    assert_eq!(backup["totalBytes"], LARGE_BYTES + 6);
    let restic = |arguments: &[&str]| stdout(&restic(installation, arguments));
    let checked = restic(&["check", "--read-data"]);
    assert!(checked.contains("no errors were found"), "{checked}");
    assert_eq!(restic(&["list", "locks"]), "");
    let restored = installation.path().join("restored");
    restic(&["restore", "latest", "--target", &restored.display().to_string()]);
    assert!(fs::read(restored.join("data/large")).unwrap() == fs::read(&large).unwrap());

    // Incomplete data of the killed server is removed by the next delete.
    assert_eq!(server.delete(&token, &path).status, 204);
    let snapshots = installation.data().join("snapshots");
    eventually("the bytes to be deleted", || {
        (bytes_below(&data) + bytes_below(&snapshots) == 0).then_some(())
    });
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
}
