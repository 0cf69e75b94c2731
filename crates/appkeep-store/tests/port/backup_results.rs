//! The results of backups by app, bucket and schedule.

use appkeep_core::app_backup::{AppBackup, BackupReport};
use appkeep_core::state::ResourceState;
use appkeep_core::statistics::BackupResults;
use chrono::TimeDelta;

use crate::fixtures::{FAR, NEAR, TEAM, WIKI, at, backup, declaration};
use crate::harness::Harness;
use crate::schedules::{NIGHTLY, nightly, with};

/// More than all results.
const ALL: u32 = 100;

/// Applies a change to a stored backup.
async fn change(h: &Harness, of: &AppBackup, change: impl FnOnce(&mut AppBackup)) {
    let mut tx = h.begin().await;
    let mut found = tx.fetch_resource(TEAM, of.id).await.unwrap().unwrap();
    change(&mut found);
    assert!(tx.update_resource(&found).await.unwrap());
    tx.commit().await.unwrap();
}

/// Runs a pending backup from `started` until it completes at `ended`.
async fn complete(
    h: &Harness,
    of: &AppBackup,
    (started, ended): (i64, i64),
    (bytes, added_bytes): (u64, u64),
) {
    change(h, of, |backup| backup.start(at(started))).await;
    let report = BackupReport {
        bytes,
        added_bytes,
        stored_again: Vec::new(),
    };
    change(h, of, |backup| backup.complete(&report, at(started), at(ended))).await;
}

async fn results(h: &Harness) -> Vec<BackupResults> {
    h.store.list_backup_results(ALL).await.unwrap()
}

/// The only results.
async fn only(h: &Harness) -> BackupResults {
    let mut results = results(h).await;
    assert_eq!(results.len(), 1, "{results:?}");
    results.remove(0)
}

async fn results_count_ended_backups_and_outlive_them(h: Harness) {
    let (one, two, three) = (backup(1, "one"), backup(2, "two"), backup(3, "three"));
    for pending in [&one, &two, &three] {
        h.insert(pending).await;
    }
    assert_eq!(results(&h).await, []);
    change(&h, &one, |backup| backup.start(at(10))).await;
    assert_eq!(only(&h).await.last_attempt, Some(at(10)));
    change(&h, &one, |backup| backup.fail(&["full".to_owned()], at(20))).await;
    complete(&h, &two, (30, 37), (100, 40)).await;
    complete(&h, &three, (50, 52), (120, 5)).await;
    let expected = BackupResults {
        app_id: WIKI,
        bucket_id: NEAR,
        schedule_id: None,
        successes: 2,
        failures: 1,
        read_bytes: 220,
        added_bytes: 45,
        last_attempt: Some(at(50)),
        last_success: Some(at(52)),
        last_failure: Some(at(20)),
        last_duration: Some(TimeDelta::seconds(2)),
        last_read_bytes: Some(120),
        last_added_bytes: Some(5),
    };
    assert_eq!(only(&h).await, expected);

    // Neither changes by the reconciler nor deletions count.
    for state in [
        ResourceState::Removed,
        ResourceState::Completed,
        ResourceState::Unknown,
    ] {
        change(&h, &three, |backup| backup.advance(state, at(90))).await;
    }
    let mut tx = h.begin().await;
    for deleted in [&one, &two, &three] {
        let found = tx.fetch_resource(TEAM, deleted.id).await.unwrap().unwrap();
        assert!(tx.delete_resource(found.id, found.generation).await.unwrap());
    }
    tx.commit().await.unwrap();
    assert_eq!(only(&h).await, expected);
    let reopened = h.reopened().await;
    assert_eq!(only(&reopened).await, expected);
}

async fn backups_that_fail_in_the_queue_are_attempts(h: Harness) {
    let queued = backup(1, "queued");
    h.insert(&queued).await;
    change(&h, &queued, |backup| backup.fail(&["gave up".to_owned()], at(7))).await;
    let found = only(&h).await;
    assert_eq!((found.failures, found.successes), (1, 0));
    assert_eq!((found.last_attempt, found.last_success), (Some(at(7)), None));
}

async fn imported_backups_only_set_the_last_success(h: Harness) {
    for (n, ended) in [(1, 70), (2, 90), (3, 80)] {
        let mut imported = backup(n, &format!("imported-{n}"));
        imported.state = ResourceState::Completed;
        imported.metadata.modified_at = at(ended);
        h.insert(&imported).await;
    }
    let found = only(&h).await;
    assert_eq!(found.last_success, Some(at(90)));
    assert_eq!(
        (found.successes, found.read_bytes, found.last_attempt),
        (0, 0, None)
    );
}

async fn results_are_separate_by_schedule_and_bucket_and_limited(h: Harness) {
    h.declare(&with(vec![nightly()]), 0).await;
    let mut scheduled = backup(1, "scheduled");
    scheduled.schedule_id = Some(NIGHTLY);
    let mut far = backup(2, "far");
    far.details.bucket_id = FAR;
    let manual = backup(3, "manual");
    for (n, one) in (0..).zip([&scheduled, &far, &manual]) {
        h.insert(one).await;
        complete(&h, one, (n * 10, n * 10 + 1), (1, 1)).await;
    }
    let key = |one: &BackupResults| (one.bucket_id, one.schedule_id);
    let keys: Vec<_> = results(&h).await.iter().map(key).collect();
    assert_eq!(keys, [(FAR, None), (NEAR, None), (NEAR, Some(NIGHTLY))]);
    let limited = h.store.list_backup_results(2).await.unwrap();
    assert_eq!(limited.iter().map(key).collect::<Vec<_>>(), keys[..2]);

    // Results of undeclared items aren't listed, but kept.
    h.declare(&declaration(), 1).await;
    let keys: Vec<_> = results(&h).await.iter().map(key).collect();
    assert_eq!(keys, [(FAR, None), (NEAR, None)]);
    let mut near_only = with(vec![nightly()]);
    near_only.buckets.retain(|bucket| bucket.id != FAR);
    h.declare(&near_only, 2).await;
    let keys: Vec<_> = results(&h).await.iter().map(key).collect();
    assert_eq!(keys, [(NEAR, None), (NEAR, Some(NIGHTLY))]);
}

port_tests! {
    results_count_ended_backups_and_outlive_them,
    backups_that_fail_in_the_queue_are_attempts,
    imported_backups_only_set_the_last_success,
    results_are_separate_by_schedule_and_bucket_and_limited,
}
