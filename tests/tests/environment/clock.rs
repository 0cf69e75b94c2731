//! Clocks that jump.

use std::fs;
use std::time::Duration;

use appkeep_tests::{Builder, write_noise};

use crate::Stage;

/// Large enough that copying can be observed.
const LARGE_BYTES: u64 = 64 << 20;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn restic_finds_one_backup_when_the_clock_was_set_back_while_it_ran() {
    let builder = Builder::new();
    write_noise(&builder.path().join("volumes/blog/large"), LARGE_BYTES);
    let stage = Stage::new(builder.start().await).await;
    let path = stage.create().await;
    stage.api.wait_for(&path, &["running"]).await;
    stage.server.set_back(DAY);
    let backup = stage.api.wait_for(&path, &["completed", "failed"]).await;
    assert_eq!(backup["state"], "completed", "{backup}");
    // Later backups have an earlier time, and work as well.
    fs::remove_file(stage.volume().join("large")).unwrap();
    stage.completes().await;
    stage.repository().assert_sound();
    assert_eq!(stage.repository().snapshots().len(), 2);
}

#[tokio::test]
async fn restic_finds_nothing_of_a_backup_deleted_after_the_clock_was_set_forward() {
    let stage = Stage::new(Builder::new().start().await).await;
    let backup = stage.completes().await;
    stage.server.advance(DAY * 365);
    let path = format!("{}/{}", stage.api.backups(), backup["id"].as_str().unwrap());
    assert_eq!(stage.api.delete(&path).await.status, 204);
    stage.completes().await;
    // The app's jobs run one after the other, so the delete has run.
    assert_eq!(stage.repository().snapshots().len(), 1);
    stage.repository().assert_sound();
}
