//! Clocks that jump.

use std::fs;
use std::time::Duration;

use appkeep_tests::{Builder, write_noise};

use crate::Fixture;

/// Large enough that copying can be observed.
const LARGE_BYTES: u64 = 64 << 20;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn restic_reads_backups_after_the_clock_was_set_back() {
    let builder = Builder::new();
    write_noise(&builder.path().join("volumes/blog/large"), LARGE_BYTES);
    let fixture = Fixture::new(builder.start().await).await;
    let path = fixture.create().await;
    fixture.api.wait_for(&path, &["running"]).await;
    fixture.server.set_back(DAY);
    fixture.api.completed(&path).await;
    // Later backups have an earlier time, and work as well.
    fs::remove_file(fixture.volume().join("large")).unwrap();
    fixture.completes().await;
    fixture.repository().assert_sound();
    assert_eq!(fixture.repository().snapshots().len(), 2);
}

#[tokio::test]
async fn restic_finds_no_deleted_backup_after_a_clock_jump() {
    let fixture = Fixture::new(Builder::new().start().await).await;
    let backup = fixture.completes().await;
    fixture.server.clock().advance(DAY * 365);
    let path = fixture.api.backup_path(&backup);
    assert_eq!(fixture.api.delete(&path).await.status, 204);
    fixture.completes().await;
    // The app's jobs run one after the other, so the delete has run.
    assert_eq!(fixture.repository().snapshots().len(), 1);
    fixture.repository().assert_sound();
}
