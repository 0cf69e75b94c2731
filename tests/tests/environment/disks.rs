//! Disks that are full, read-only, or missing.

use std::fs;
use std::time::Duration;

use appkeep_tests::{Builder, Repository, bytes_below, until, write_noise};

use crate::Fixture;
use crate::disk::Disk;

const MIB: u64 = 1 << 20;

#[tokio::test]
async fn restic_restores_backups_from_a_full_bucket_as_root() {
    let builder = Builder::new();
    let disk = Disk::in_memory(&builder.path().join("buckets/local"), 16);
    let fixture = Fixture::new(builder.start().await).await;
    let earlier = fixture.earlier().await;
    write_noise(&fixture.volume().join("large"), 40 * MIB);

    let (path, reasons) = fixture.fails().await;
    assert!(reasons.contains("writing data/"), "{reasons}");
    assert!(reasons.contains("No space left on device"), "{reasons}");
    earlier.assert_whole(&fixture.repository(), fixture.server.path());
    fixture.nothing_but_these_snapshots(0).await;

    // Deleting the failed backup frees its space, and with more space a backup succeeds.
    assert_eq!(fixture.api.delete(&path).await.status, 204);
    until("the bytes to be deleted", async || {
        bytes_below(&fixture.repository().path) < MIB
    })
    .await;
    disk.remount("size=100m");
    fixture.completes().await;
    earlier.assert_whole(&fixture.repository(), fixture.server.path());
}

#[tokio::test]
async fn restic_restores_backups_when_the_reserve_is_reached_as_root() {
    let builder = Builder::new();
    let disk = Disk::in_memory(&builder.path().join("data/snapshots"), 16);
    let fixture = Fixture::new(builder.start().await).await;
    let earlier = fixture.earlier().await;
    write_noise(&fixture.volume().join("large"), 40 * MIB);

    let (_, reasons) = fixture.fails().await;
    assert!(reasons.contains("the snapshot needs 41 MiB, but "), "{reasons}");
    assert!(
        reasons.contains(" MiB are available beyond the reserve of 1 MiB"),
        "{reasons}"
    );
    fixture.nothing_but_these_snapshots(0).await;
    earlier.assert_whole(&fixture.repository(), fixture.server.path());
    disk.remount("size=100m");
    fixture.completes().await;
}

#[tokio::test]
async fn restic_restores_backups_from_a_read_only_bucket_as_root() {
    let builder = Builder::new();
    let disk = Disk::in_memory(&builder.path().join("buckets/local"), 64);
    let fixture = Fixture::new(builder.start().await).await;
    let earlier = fixture.earlier().await;
    write_noise(&fixture.volume().join("more"), MIB);
    let other = fixture.completes().await;
    write_noise(&fixture.volume().join("much more"), MIB);
    disk.remount("ro");

    let (_, reasons) = fixture.fails().await;
    assert!(reasons.contains("Read-only file system"), "{reasons}");
    // A delete is queued until it can be performed.
    let path = fixture.api.backup_path(&other);
    assert_eq!(fixture.api.delete(&path).await.status, 204);
    assert_eq!(
        fixture
            .repository()
            .restic(&["snapshots", "--no-lock"])
            .matches("backup=")
            .count(),
        2
    );
    earlier.assert_whole(&fixture.repository(), fixture.server.path());

    disk.remount("rw");
    let snapshots = fixture.repository().path.join("snapshots");
    until("the deleted backup's data to go", async || {
        fixture.server.clock().advance(Duration::from_secs(1));
        fs::read_dir(&snapshots).unwrap().count() == 1
    })
    .await;
    fixture.completes().await;
    earlier.assert_whole(&fixture.repository(), fixture.server.path());
}

/// The first half of the file can be read before the disk fails.
#[tokio::test]
async fn restic_restores_backups_after_a_volume_failed_as_root() {
    let builder = Builder::new();
    let volume = builder.path().join("volumes/blog");
    let disk = Disk::in_file(&volume, &builder.path().join("disk.img"), 64);
    fs::write(volume.join("small"), "small").unwrap();
    let fixture = Fixture::new(builder.start().await).await;
    let earlier = fixture.earlier().await;
    write_noise(&volume.join("large"), 40 * MIB);
    disk.mount_again();
    disk.loses_all_after(24);

    let (_, reasons) = fixture.fails().await;
    assert!(reasons.contains("data/large: Input/output error"), "{reasons}");
    fixture.nothing_but_these_snapshots(0).await;
    earlier.assert_whole(&fixture.repository(), fixture.server.path());
}

#[tokio::test]
async fn missing_volumes_are_named_and_earlier_backups_stay() {
    let fixture = Fixture::new(Builder::new().start().await).await;
    let first = fixture.completes().await;
    let bytes = bytes_below(&fixture.repository().path);
    fs::rename(fixture.volume(), fixture.server.path().join("volumes/elsewhere")).unwrap();
    let (_, reasons) = fixture.fails().await;
    assert!(reasons.contains("data: No such file or directory"), "{reasons}");
    assert_eq!(bytes_below(&fixture.repository().path), bytes);
    let path = fixture.api.backup_path(&first);
    assert_eq!(fixture.api.get(&path).await.json(), first);
}

/// With guard 13: a file survives a power cut only if its directory was synced, too.
#[tokio::test]
async fn restic_reads_completed_backups_after_a_power_cut_as_root() {
    let builder = Builder::new();
    let bucket = builder.path().join("buckets/local");
    let disk = Disk::in_file(&bucket, &builder.path().join("disk.img"), 64);
    let fixture = Fixture::new(builder.start().await).await;
    let earlier = fixture.earlier().await;
    let at = fixture.server.path().join("after");
    let _after = disk.as_after_a_power_cut(&at);
    let repository = Repository {
        path: at.join(fixture.app.to_string()),
        ..fixture.repository()
    };
    earlier.assert_whole(&repository, fixture.server.path());
}
