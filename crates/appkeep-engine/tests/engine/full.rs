//! Full buckets. Tests with `tmpfs` in their names mount one, which requires root.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::mounted::Mounted;
use crate::workbench::{Workbench, backup_id, noise};

/// Fills a file system completely, and returns the path of the filler.
fn fill(directory: &Path) -> PathBuf {
    let path = directory.join("filler");
    let mut filler = File::options().create(true).append(true).open(&path).unwrap();
    for size in [1 << 20, 4096, 1] {
        let block = vec![0x5a; size];
        while filler.write_all(&block).is_ok() {}
    }
    path
}

#[tokio::test]
async fn delete_in_a_full_tmpfs_frees_space_and_keeps_other_backups() {
    let workbench = Workbench::without_repository();
    let bucket = workbench.root().join("bucket");
    let _mounted = Mounted::at(&bucket, &["-t", "tmpfs", "-o", "size=48m", "tmpfs"]);
    let (stays, goes) = (workbench.data().join("a stays"), workbench.data().join("b goes"));
    fs::write(&stays, noise(1, 1 << 20)).unwrap();
    fs::write(&goes, noise(2, 22 << 20)).unwrap();
    workbench.back_up(1).await;
    fs::remove_file(&goes).unwrap();
    workbench.back_up(2).await;
    let (_, before) = workbench.stored("data");
    assert!(before > 23 << 20);

    let filler = fill(&bucket);
    fs::write(&goes, noise(3, 1 << 20)).unwrap();
    workbench.create_snapshot(3).await.unwrap();
    assert!(workbench.copy(3, 3).await.is_err(), "there is no room");
    fs::remove_file(&goes).unwrap();
    // After a restart there is no space for a claim to the bucket, either.
    let workbench = workbench.verifying(100);
    fill(&bucket);
    workbench.delete(1).await.unwrap();
    let (_, after) = workbench.stored("data");
    assert!(after < 2 << 20, "{after} bytes are left of {before}");
    assert!(!workbench.repository().join("index-in-doubt").exists());

    fs::remove_file(filler).unwrap();
    assert_eq!(workbench.list_backups().await.unwrap(), [backup_id(2)].into());
    // A backup of unchanged data relies on the existing data; all of it is read back.
    workbench.back_up(4).await;
    assert!(workbench.stored("data").1 < after + 50_000);
}

/// The state after a delete without free space was killed between the deletion of the old index and the new
/// one.
#[tokio::test]
async fn delete_rebuilds_an_index_lost_by_an_interruption() {
    let workbench = Workbench::new();
    fs::write(workbench.data().join("stays"), noise(1, 1 << 20)).unwrap();
    workbench.back_up(1).await;
    fs::write(workbench.data().join("goes"), noise(2, 9 << 20)).unwrap();
    workbench.back_up(2).await;
    for entry in fs::read_dir(workbench.repository().join("index")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let in_doubt = workbench.repository().join("index-in-doubt");
    File::create(&in_doubt).unwrap();
    workbench.delete(2).await.unwrap();
    assert!(!in_doubt.exists());
    let (_, bytes) = workbench.stored("data");
    assert!(bytes > 1 << 20 && bytes < 2 << 20, "{bytes} bytes are left");
    fs::remove_file(workbench.data().join("goes")).unwrap();
    let workbench = workbench.verifying(100);
    workbench.back_up(3).await;
    assert!(workbench.stored("data").1 < bytes + 50_000, "all of it was there");
}
