//! Trees that are large, deep, or changing.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use appkeep_tests::{Builder, assert_same_tree};
use rustix::fs::{Mode, OFlags};
use serde_json::json;

use crate::Stage;

/// Longer than any path that the system accepts.
const BEYOND_PATH_MAX: usize = 5000;

#[tokio::test]
async fn a_file_that_grows_all_the_time_fails_the_backup_and_is_named() {
    let builder = Builder::new();
    let log = builder.path().join("volumes/blog/log");
    fs::write(&log, vec![0; 96 << 20]).unwrap();
    let stage = Stage::new(builder.start().await).await;
    let ends = Arc::new(AtomicBool::new(false));
    let writers = [(); 4].map(|()| {
        let ends = Arc::clone(&ends);
        let mut log = OpenOptions::new().append(true).open(&log).unwrap();
        thread::spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                log.write_all(b"a line\n").unwrap();
                // A busy app, but not one that fills the disk.
                thread::sleep(Duration::from_micros(100));
            }
        })
    });
    let (_, reasons) = stage.fails().await;
    ends.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.join().unwrap();
    }
    assert!(
        reasons.contains("data/log: changed while it was copied"),
        "{reasons}"
    );
    stage.nothing_but_these_snapshots(0).await;
    // Once it stops changing, the backup succeeds.
    stage.completes().await;
}

async fn many_files(count: usize) {
    let builder = Builder::new();
    for number in 0..count {
        let directory = builder.path().join(format!("volumes/blog/{}", number / 1000));
        if number % 1000 == 0 {
            fs::create_dir(&directory).unwrap();
        }
        fs::write(directory.join(number.to_string()), number.to_string()).unwrap();
    }
    let stage = Stage::new(builder.start().await).await;
    stage.completes().await;
    let said = stage.repository().restic(&["stats", "--json", "latest"]);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    // Including the entries of every volume: two files, a directory, and the volume's own.
    let directories = count.div_ceil(1000);
    assert_eq!(said["total_file_count"], json!(count + directories + 4));
}

#[tokio::test]
async fn restic_counts_every_one_of_many_small_files() {
    many_files(3_000).await;
}

/// Takes minutes in a debug build: `cargo nextest run --run-ignored only`.
#[tokio::test]
#[ignore = "takes minutes in a debug build"]
async fn restic_counts_every_one_of_a_hundred_thousand_small_files() {
    many_files(100_000).await;
}

async fn sparse(bytes: u64) {
    let builder = Builder::new();
    let path = builder.path().join("volumes/blog/sparse");
    let file = File::create(&path).unwrap();
    file.set_len(bytes).unwrap();
    for at in [0, bytes / 2, bytes - 6] {
        file.write_all_at(b"island", at).unwrap();
    }
    let stage = Stage::new(builder.start().await).await;
    // The copy has the holes, too.
    let snap = stage.api.create_snap(stage.app, &json!({})).await;
    let id = snap["id"].as_str().unwrap();
    let snap = format!("{}/{id}", stage.api.app_snaps(stage.app));
    assert_eq!(
        stage.api.wait_for(&snap, &["completed", "failed"]).await["state"],
        "completed"
    );
    let copy = stage.server.snapshot_dir(stage.app, id).join("data/sparse");
    let copied = fs::metadata(copy).unwrap();
    assert_eq!(copied.len(), bytes);
    assert!(copied.blocks() * 512 < 1 << 20, "{} blocks", copied.blocks());

    let backup = stage
        .api
        .create_backup(stage.app, &json!({"snapshotID": id}))
        .await;
    let backup = stage
        .ended(&format!(
            "{}/{}",
            stage.api.backups(),
            backup["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(backup["state"], "completed", "{backup}");
    let target = stage.server.path().join("restored");
    stage
        .repository()
        .restore(backup["id"].as_str().unwrap(), &target);
    let restored = File::open(target.join("data/sparse")).unwrap();
    assert_eq!(restored.metadata().unwrap().len(), bytes);
    for at in [0, bytes / 2, bytes - 6] {
        let mut island = [0; 6];
        restored.read_exact_at(&mut island, at).unwrap();
        assert_eq!(&island, b"island", "at {at}");
    }
}

#[tokio::test]
async fn restic_restores_a_sparse_file_of_half_a_gibibyte() {
    sparse(512 << 20).await;
}

/// A size that doesn't fit into 32 bits.
#[tokio::test]
#[ignore = "takes minutes in a debug build"]
async fn restic_restores_a_sparse_file_of_six_gibibytes() {
    sparse(6 << 30).await;
}

/// Creates `depth` nested directories, and a file in the last one.
fn make_deep(root: &Path, name: &str, depth: usize) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let mut dir: OwnedFd = File::open(root).unwrap().into();
    for _ in 0..depth {
        rustix::fs::mkdirat(&dir, name, Mode::RWXU).unwrap();
        dir = rustix::fs::openat(&dir, name, flags, Mode::empty()).unwrap();
    }
    let create = OFlags::WRONLY | OFlags::CREATE;
    let file = rustix::fs::openat(&dir, "file", create, Mode::RUSR).unwrap();
    File::from(file).write_all(b"far down").unwrap();
}

#[tokio::test]
async fn restic_restores_names_and_paths_as_long_as_the_system_takes() {
    let builder = Builder::new();
    let volume = builder.path().join("volumes/blog");
    // The path of the target directory must not be longer than that of the snapshot.
    make_deep(&volume, &"n".repeat(255), 14);
    let stage = Stage::new(builder.start().await).await;
    let backup = stage.completes().await;
    let target = stage.server.path().join("restored");
    stage
        .repository()
        .restore(backup["id"].as_str().unwrap(), &target);
    assert_same_tree(&volume, &target.join("data"));
}

#[tokio::test]
async fn a_tree_deeper_than_any_path_is_backed_up_or_named() {
    let builder = Builder::new();
    let name = "n".repeat(100);
    make_deep(&builder.path().join("volumes/blog"), &name, BEYOND_PATH_MAX / 100);
    let stage = Stage::new(builder.start().await).await;
    let (_, reasons) = stage.fails().await;
    assert!(reasons.contains("File name too long"), "{reasons}");
    stage.nothing_but_these_snapshots(0).await;
}

/// Each directory on the way down is held open twice, and a process may usually have 1,024 files open.
#[tokio::test]
async fn a_tree_of_four_hundred_directories_one_in_the_other_is_backed_up() {
    let builder = Builder::new();
    make_deep(&builder.path().join("volumes/blog"), "n", 400);
    let stage = Stage::new(builder.start().await).await;
    stage.completes().await;
    stage.nothing_but_these_snapshots(0).await;
}
