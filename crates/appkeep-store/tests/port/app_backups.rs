use appkeep_core::app_backup::{AppBackup, BackupDetails};
use appkeep_core::ids::{AppBackupId, AppSnapshotId, SubjectId};
use appkeep_core::metadata::{Label, Metadata};
use appkeep_core::name::ResourceName;
use appkeep_core::state::{HookState, ResourceState, StateDetail};
use appkeep_core::store::StoreError;
use chrono::{DateTime, TimeDelta};
use uuid::Uuid;

use crate::fixtures::{ALICE, FAR, FORUM, OTHER_ACCOUNT, OTHER_APP, OTHER_BUCKET, TEAM, at, backup};
use crate::harness::{Harness, is_name_taken};

const BOB: SubjectId = SubjectId::new(Uuid::from_u128(0xd2));

/// A backup with all fields set, to the longest, largest and most unusual values.
fn extreme() -> AppBackup {
    let text = "\"quoted\", \\ 'single', \u{0}\n\u{1f980} ü".to_owned();
    AppBackup {
        id: AppBackupId::new(Uuid::from_u128(u128::MAX)),
        account_id: TEAM,
        app_id: FORUM,
        name: ResourceName::new("z".repeat(63)).unwrap(),
        schedule_id: Some(Uuid::max().into()),
        state: ResourceState::Failed,
        state_unready: vec![text.clone(), "x".repeat(127), String::new()],
        hook_state: Some(HookState::Failed),
        hook_state_details: vec![StateDetail {
            kind: text.clone(),
            title: text.clone(),
            detail: text.clone(),
        }],
        snapshot_time: DateTime::from_timestamp_micros(-62_135_596_800_000_000),
        details: BackupDetails {
            bucket_id: FAR,
            snapshot_id: Some(Uuid::nil().into()),
            total_bytes: Some(i64::MAX.unsigned_abs()),
            bytes_done: Some(0),
            percent_done: Some(100),
        },
        metadata: Metadata {
            labels: vec![
                Label {
                    name: text.clone(),
                    value: String::new(),
                },
                Label {
                    name: "a".to_owned(),
                    value: text,
                },
            ],
            created_at: at(0),
            modified_at: at(0) + TimeDelta::microseconds(1),
            created_by: ALICE,
            modified_by: Some(BOB),
        },
        generation: i64::MAX - 1,
    }
}

async fn inserted(h: &Harness, backup: &AppBackup) {
    let mut tx = h.begin().await;
    tx.insert_resource(backup).await.unwrap();
    tx.commit().await.unwrap();
}

async fn stored(h: &Harness, id: AppBackupId) -> Option<AppBackup> {
    h.store.fetch_resource(TEAM, id).await.unwrap()
}

#[tokio::test]
async fn backups_are_read_as_written() {
    let h = Harness::new().await;
    for backup in [backup(1, "nightly"), extreme()] {
        inserted(&h, &backup).await;
        assert_eq!(stored(&h, backup.id).await.as_ref(), Some(&backup));
        let mut tx = h.begin().await;
        assert_eq!(
            tx.fetch_resource(TEAM, backup.id).await.unwrap().as_ref(),
            Some(&backup)
        );
    }
}

#[tokio::test]
async fn every_state_can_be_stored() {
    let h = Harness::new().await;
    for (n, state) in (1..).zip(ResourceState::ALL.iter().copied()) {
        let mut backup = backup(n, state.as_str());
        backup.state = state;
        inserted(&h, &backup).await;
        assert_eq!(
            stored(&h, backup.id).await.map(|backup| backup.state),
            Some(state)
        );
    }
}

#[tokio::test]
async fn times_are_truncated_to_microseconds() {
    let h = Harness::new().await;
    let mut fine = backup(1, "fine");
    fine.metadata.modified_at += TimeDelta::nanoseconds(999);
    inserted(&h, &fine).await;
    assert_eq!(stored(&h, fine.id).await.unwrap().metadata.modified_at, at(0));
}

#[tokio::test]
async fn byte_counts_above_i64_are_refused() {
    let h = Harness::new().await;
    for (total, done) in [(Some(1 << 63), None), (None, Some(u64::MAX))] {
        let mut huge = backup(1, "huge");
        (huge.details.total_bytes, huge.details.bytes_done) = (total, done);
        let mut tx = h.begin().await;
        let refused = tx.insert_resource(&huge).await.unwrap_err();
        assert!(
            refused
                .to_string()
                .contains("expected at most 9223372036854775807"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn backups_of_other_accounts_are_not_found() {
    let h = Harness::new().await;
    inserted(&h, &backup(1, "nightly")).await;
    let id = backup(1, "nightly").id;
    assert_eq!(h.store.fetch_resource(OTHER_ACCOUNT, id).await.unwrap(), None);
    assert_eq!(
        h.begin().await.fetch_resource(OTHER_ACCOUNT, id).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn app_and_bucket_must_belong_to_the_backups_account() {
    let h = Harness::new().await;
    let foreign_app = AppBackup {
        app_id: OTHER_APP,
        ..backup(1, "theirs")
    };
    let mut foreign_bucket = backup(2, "theirs");
    foreign_bucket.details.bucket_id = OTHER_BUCKET;
    for misplaced in [foreign_app, foreign_bucket] {
        let mut tx = h.begin().await;
        assert!(matches!(
            tx.insert_resource(&misplaced).await,
            Err(StoreError::Broken(_))
        ));
    }
}

#[tokio::test]
async fn backup_names_are_unique_within_an_app() {
    let h = Harness::new().await;
    inserted(&h, &backup(1, "nightly")).await;
    let mut tx = h.begin().await;
    assert!(is_name_taken(&tx.insert_resource(&backup(2, "nightly")).await));
    let elsewhere = AppBackup {
        app_id: FORUM,
        ..backup(3, "nightly")
    };
    tx.insert_resource(&elsewhere).await.unwrap();
    tx.commit().await.expect("a taken name spoils nothing");
    assert_eq!(stored(&h, backup(2, "nightly").id).await, None);
    assert_eq!(stored(&h, elsewhere.id).await, Some(elsewhere));
}

#[tokio::test]
async fn a_duplicate_id_is_not_reported_as_a_taken_name() {
    let h = Harness::new().await;
    inserted(&h, &backup(1, "nightly")).await;
    let mut tx = h.begin().await;
    assert!(matches!(
        tx.insert_resource(&backup(1, "weekly")).await,
        Err(StoreError::Broken(_))
    ));
}

#[tokio::test]
async fn update_requires_and_increments_the_stored_generation() {
    let h = Harness::new().await;
    inserted(&h, &backup(1, "nightly")).await;
    let mut wanted = extreme();
    wanted.id = backup(1, "nightly").id;
    wanted.app_id = backup(1, "nightly").app_id;
    wanted.generation = 0;

    let mut tx = h.begin().await;
    assert!(tx.update_resource(&wanted).await.unwrap());
    assert!(
        !tx.update_resource(&wanted).await.unwrap(),
        "the generation is 1 now"
    );
    tx.commit().await.unwrap();

    let updated = AppBackup {
        generation: 1,
        ..wanted
    };
    assert_eq!(stored(&h, updated.id).await, Some(updated.clone()));

    let mut emptied = AppBackup {
        generation: 1,
        ..backup(1, "nightly")
    };
    let mut tx = h.begin().await;
    assert!(tx.update_resource(&emptied).await.unwrap());
    tx.commit().await.unwrap();
    emptied.generation = 2;
    assert_eq!(stored(&h, emptied.id).await, Some(emptied));
}

#[tokio::test]
async fn update_keeps_account_app_creator_and_creation_time() {
    let h = Harness::new().await;
    let original = backup(1, "nightly");
    inserted(&h, &original).await;
    let mut tx = h.begin().await;
    let stolen = AppBackup {
        account_id: OTHER_ACCOUNT,
        ..original.clone()
    };
    assert!(!tx.update_resource(&stolen).await.unwrap());
    let moved = AppBackup {
        app_id: FORUM,
        ..original.clone()
    };
    assert!(!tx.update_resource(&moved).await.unwrap());
    let mut forged = original.clone();
    forged.metadata.created_at = at(99);
    forged.metadata.created_by = BOB;
    assert!(tx.update_resource(&forged).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(
        stored(&h, original.id).await,
        Some(AppBackup {
            generation: 1,
            ..original
        })
    );
}

#[tokio::test]
async fn renaming_to_a_taken_name_is_refused() {
    let h = Harness::new().await;
    inserted(&h, &backup(1, "nightly")).await;
    inserted(&h, &backup(2, "weekly")).await;
    let mut tx = h.begin().await;
    let renamed = AppBackup {
        name: ResourceName::new("nightly").unwrap(),
        ..backup(2, "weekly")
    };
    assert!(is_name_taken(&tx.update_resource(&renamed).await));
}

#[tokio::test]
async fn deletion_requires_the_stored_generation() {
    let h = Harness::new().await;
    inserted(&h, &backup(1, "nightly")).await;
    let id = backup(1, "nightly").id;
    let mut tx = h.begin().await;
    assert!(!tx.delete_resource(id, 1).await.unwrap());
    assert!(tx.delete_resource(id, 0).await.unwrap());
    assert!(!tx.delete_resource(id, 0).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(stored(&h, id).await, None);
    inserted(&h, &backup(2, "nightly")).await;
}

#[tokio::test]
async fn only_backups_in_progress_count_as_reading() {
    let h = Harness::new().await;
    let read: AppSnapshotId = Uuid::from_u128(77).into();
    for (n, state) in (1..).zip(ResourceState::ALL.iter().copied()) {
        let mut backup = backup(n, state.as_str());
        backup.state = state;
        backup.details.snapshot_id = Some(read);
        inserted(&h, &backup).await;
    }
    let mut other = backup(99, "other");
    other.details.snapshot_id = Some(Uuid::nil().into());
    inserted(&h, &other).await;
    inserted(&h, &backup(100, "none")).await;
    let mut tx = h.begin().await;
    assert_eq!(tx.count_backups_reading(read).await.unwrap(), 3);
    assert_eq!(
        tx.count_backups_reading(Uuid::from_u128(78).into())
            .await
            .unwrap(),
        0
    );
}
