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

use crate::Fixture;

/// Longer than any path that the system accepts.
const BEYOND_PATH_MAX: usize = 5000;

#[tokio::test]
async fn files_that_keep_growing_fail_the_backup() {
    let builder = Builder::new();
    let log = builder.path().join("volumes/blog/log");
    fs::write(&log, vec![0; 96 << 20]).unwrap();
    let fixture = Fixture::new(builder.start().await).await;
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
    let (_, reasons) = fixture.fails().await;
    ends.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.join().unwrap();
    }
    assert!(
        reasons.contains("data/log: changed while it was copied"),
        "{reasons}"
    );
    fixture.nothing_but_these_snapshots(0).await;
    // Once it stops changing, the backup succeeds.
    fixture.completes().await;
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
    let fixture = Fixture::new(builder.start().await).await;
    fixture.completes().await;
    let said = fixture.repository().restic(&["stats", "--json", "latest"]);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    // Including the entries of every volume: two files, a directory, and the volume's own.
    let directories = count.div_ceil(1000);
    assert_eq!(said["total_file_count"], json!(count + directories + 4));
}

#[tokio::test]
async fn restic_finds_all_of_3000_small_files() {
    many_files(3_000).await;
}

/// Takes minutes in a debug build: `cargo nextest run --run-ignored only`.
#[tokio::test]
#[ignore = "takes minutes in a debug build"]
async fn restic_finds_all_of_100000_small_files() {
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
    let fixture = Fixture::new(builder.start().await).await;
    // The copy has the holes, too.
    let snap = fixture.api.create_snap(fixture.app, &json!({})).await;
    let id = snap["id"].as_str().unwrap();
    let snap = format!("{}/{id}", fixture.api.app_snaps(fixture.app));
    assert_eq!(fixture.api.ended(&snap).await["state"], "completed");
    let copy = fixture.server.snapshot_dir(fixture.app, id).join("data/sparse");
    let copied = fs::metadata(copy).unwrap();
    assert_eq!(copied.len(), bytes);
    assert!(copied.blocks() * 512 < 1 << 20, "{} blocks", copied.blocks());

    let backup = fixture
        .api
        .create_backup(fixture.app, &json!({"snapshotID": id}))
        .await;
    let backup = fixture.ended(&fixture.api.backup_path(&backup)).await;
    assert_eq!(backup["state"], "completed", "{backup}");
    let target = fixture.server.path().join("restored");
    fixture
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
async fn restic_restores_a_sparse_file_of_512_mib() {
    sparse(512 << 20).await;
}

/// A size that doesn't fit into 32 bits.
#[tokio::test]
#[ignore = "takes minutes in a debug build"]
async fn restic_restores_a_sparse_file_of_6_gib() {
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
async fn restic_restores_the_longest_names_and_paths() {
    let builder = Builder::new();
    let volume = builder.path().join("volumes/blog");
    // The path of the target directory must not be longer than that of the snapshot.
    make_deep(&volume, &"n".repeat(255), 14);
    let fixture = Fixture::new(builder.start().await).await;
    let backup = fixture.completes().await;
    let target = fixture.server.path().join("restored");
    fixture
        .repository()
        .restore(backup["id"].as_str().unwrap(), &target);
    assert_same_tree(&volume, &target.join("data"));
}

#[tokio::test]
async fn trees_deeper_than_path_max_fail_the_backup() {
    let builder = Builder::new();
    let name = "n".repeat(100);
    make_deep(&builder.path().join("volumes/blog"), &name, BEYOND_PATH_MAX / 100);
    let fixture = Fixture::new(builder.start().await).await;
    let (_, reasons) = fixture.fails().await;
    assert!(reasons.contains("File name too long"), "{reasons}");
    fixture.nothing_but_these_snapshots(0).await;
}

/// Each directory on the way down is held open twice, and a process may usually have 1,024 files open.
#[tokio::test]
async fn trees_of_400_nested_directories_are_backed_up() {
    let builder = Builder::new();
    make_deep(&builder.path().join("volumes/blog"), "n", 400);
    let fixture = Fixture::new(builder.start().await).await;
    fixture.completes().await;
    fixture.nothing_but_these_snapshots(0).await;
}
