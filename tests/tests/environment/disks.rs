//! Disks that are full, read-only, or missing.

use std::fs;
use std::time::Duration;

use appkeep_tests::{Builder, Repository, bytes_below, eventually, write_noise};

use crate::Stage;
use crate::disk::Disk;

const MIB: u64 = 1 << 20;

#[tokio::test]
async fn restic_restores_earlier_backups_when_the_bucket_is_full_as_root() {
    let builder = Builder::new();
    let disk = Disk::in_memory(&builder.path().join("buckets/local"), 16);
    let stage = Stage::new(builder.start().await).await;
    let earlier = stage.earlier().await;
    write_noise(&stage.volume().join("large"), 40 * MIB);

    let (path, reasons) = stage.fails().await;
    assert!(reasons.contains("writing data/"), "{reasons}");
    assert!(reasons.contains("No space left on device"), "{reasons}");
    earlier.assert_whole(&stage.repository(), stage.server.path());
    stage.nothing_but_these_snapshots(0).await;

    // Deleting the failed backup frees its space, and with more space a backup succeeds.
    assert_eq!(stage.api.delete(&path).await.status, 204);
    eventually("the bytes to be gone", async || {
        (bytes_below(&stage.repository().path) < MIB).then_some(())
    })
    .await;
    disk.remount("size=100m");
    stage.completes().await;
    earlier.assert_whole(&stage.repository(), stage.server.path());
}

#[tokio::test]
async fn restic_restores_earlier_backups_when_a_snapshot_would_use_the_reserve_as_root() {
    let builder = Builder::new();
    let disk = Disk::in_memory(&builder.path().join("data/snapshots"), 16);
    let stage = Stage::new(builder.start().await).await;
    let earlier = stage.earlier().await;
    write_noise(&stage.volume().join("large"), 40 * MIB);

    let (_, reasons) = stage.fails().await;
    assert!(reasons.contains("the snapshot needs 41 MiB, but "), "{reasons}");
    assert!(
        reasons.contains(" MiB are available beyond the reserve of 1 MiB"),
        "{reasons}"
    );
    stage.nothing_but_these_snapshots(0).await;
    earlier.assert_whole(&stage.repository(), stage.server.path());
    disk.remount("size=100m");
    stage.completes().await;
}

#[tokio::test]
async fn restic_restores_earlier_backups_of_a_bucket_turned_read_only_as_root() {
    let builder = Builder::new();
    let disk = Disk::in_memory(&builder.path().join("buckets/local"), 64);
    let stage = Stage::new(builder.start().await).await;
    let earlier = stage.earlier().await;
    write_noise(&stage.volume().join("more"), MIB);
    let other = stage.completes().await;
    write_noise(&stage.volume().join("much more"), MIB);
    disk.remount("ro");

    let (_, reasons) = stage.fails().await;
    assert!(reasons.contains("Read-only file system"), "{reasons}");
    // A delete is queued until it can be performed.
    let path = format!("{}/{}", stage.api.backups(), other["id"].as_str().unwrap());
    assert_eq!(stage.api.delete(&path).await.status, 204);
    assert_eq!(
        stage
            .repository()
            .restic(&["snapshots", "--no-lock"])
            .matches("backup=")
            .count(),
        2
    );
    earlier.assert_whole(&stage.repository(), stage.server.path());

    disk.remount("rw");
    let snapshots = stage.repository().path.join("snapshots");
    eventually("the deleted backup's data to go", async || {
        stage.server.advance(Duration::from_secs(1));
        (fs::read_dir(&snapshots).unwrap().count() == 1).then_some(())
    })
    .await;
    stage.completes().await;
    earlier.assert_whole(&stage.repository(), stage.server.path());
}

/// The first half of the file can be read before the disk fails.
#[tokio::test]
async fn restic_restores_earlier_backups_of_a_volume_that_went_away_in_mid_read_as_root() {
    let builder = Builder::new();
    let volume = builder.path().join("volumes/blog");
    let disk = Disk::in_file(&volume, &builder.path().join("disk.img"), 64);
    fs::write(volume.join("small"), "small").unwrap();
    let stage = Stage::new(builder.start().await).await;
    let earlier = stage.earlier().await;
    write_noise(&volume.join("large"), 40 * MIB);
    disk.mount_again();
    disk.loses_all_after(24);

    let (_, reasons) = stage.fails().await;
    assert!(reasons.contains("data/large: Input/output error"), "{reasons}");
    stage.nothing_but_these_snapshots(0).await;
    earlier.assert_whole(&stage.repository(), stage.server.path());
}

#[tokio::test]
async fn a_volume_that_is_gone_is_named_and_earlier_backups_stay() {
    let stage = Stage::new(Builder::new().start().await).await;
    let first = stage.completes().await;
    let bytes = bytes_below(&stage.repository().path);
    fs::rename(stage.volume(), stage.server.path().join("volumes/elsewhere")).unwrap();
    let (_, reasons) = stage.fails().await;
    assert!(reasons.contains("data: No such file or directory"), "{reasons}");
    assert_eq!(bytes_below(&stage.repository().path), bytes);
    let path = format!("{}/{}", stage.api.backups(), first["id"].as_str().unwrap());
    assert_eq!(stage.api.get(&path).await.json(), first);
}

/// With guard 13: a file survives a power cut only if its directory was synced, too.
#[tokio::test]
async fn restic_finds_a_completed_backup_after_a_power_cut_as_root() {
    let builder = Builder::new();
    let bucket = builder.path().join("buckets/local");
    let disk = Disk::in_file(&bucket, &builder.path().join("disk.img"), 64);
    let stage = Stage::new(builder.start().await).await;
    let earlier = stage.earlier().await;
    let at = stage.server.path().join("after");
    let _after = disk.as_after_a_power_cut(&at);
    let repository = Repository {
        path: at.join(stage.app.to_string()),
        ..stage.repository()
    };
    earlier.assert_whole(&repository, stage.server.path());
}
