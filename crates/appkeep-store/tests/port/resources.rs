//! Backups and snapshots. Both kinds pass the same checks, apart from the fields that only one of them has.

use appkeep_core::app_backup::BackupDetails;
use appkeep_core::app_snapshot::SnapshotDetails;
use appkeep_core::ids::{AppBackupId, AppSnapshotId, BackupKind, SnapshotKind, SubjectId};
use appkeep_core::metadata::{Label, Metadata};
use appkeep_core::name::ResourceName;
use appkeep_core::resource::Resource;
use appkeep_core::state::{HookState, ResourceState, StateDetail};
use appkeep_core::store::{StoreError, StoreTx, StoredKind};
use chrono::{DateTime, TimeDelta};
use uuid::Uuid;

use crate::fixtures::{
    ALICE, FAR, FORUM, OTHER_ACCOUNT, OTHER_APP, OTHER_BUCKET, Pending, TEAM, at, backup, resource, snapshot,
};
use crate::harness::{Harness, is_name_taken};

const BOB: SubjectId = SubjectId::new(Uuid::from_u128(0xd2));

/// A resource with all fields set, to the longest, largest and most unusual values.
fn extreme<K: StoredKind>(hook_state: HookState, details: K::Details) -> Resource<K> {
    let text = "\"quoted\", \\ 'single', \u{0}\n\u{1f980} ü".to_owned();
    Resource {
        id: Uuid::max().into(),
        account_id: TEAM,
        app_id: FORUM,
        name: ResourceName::new("z".repeat(63)).unwrap(),
        schedule_id: Some(Uuid::max().into()),
        state: ResourceState::Failed,
        state_unready: vec![text.clone(), "x".repeat(127), String::new()],
        away_nodes: Vec::new(),
        hook_state: Some(hook_state),
        hook_state_details: vec![StateDetail {
            kind: text.clone(),
            title: text.clone(),
            detail: text.clone(),
        }],
        snapshot_time: DateTime::from_timestamp_micros(-62_135_596_800_000_000),
        details,
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

fn extreme_backup() -> Resource<BackupKind> {
    let details = BackupDetails {
        bucket_id: FAR,
        snapshot_id: Some(Uuid::nil().into()),
        total_bytes: Some(i64::MAX.unsigned_abs()),
        bytes_done: Some(0),
        percent_done: Some(100),
        started_at: Some(DateTime::UNIX_EPOCH),
        added_bytes: Some(i64::MAX.unsigned_abs()),
    };
    extreme(HookState::Failed, details)
}

fn extreme_snapshot() -> Resource<SnapshotKind> {
    let details = SnapshotDetails {
        made_for: Some(Uuid::nil().into()),
        node: Some("x".repeat(253)),
    };
    extreme(HookState::Success, details)
}

async fn insert<K: StoredKind>(tx: &mut dyn StoreTx, resource: &Resource<K>) -> Result<(), StoreError> {
    K::of_tx(tx).insert_resource(resource).await
}

async fn update<K: StoredKind>(tx: &mut dyn StoreTx, resource: &Resource<K>) -> bool {
    K::of_tx(tx).update_resource(resource).await.unwrap()
}

async fn stored<K: StoredKind>(h: &Harness, resource: &Resource<K>) -> Option<Resource<K>> {
    let store = K::of(h.store.as_ref());
    store.fetch_resource(TEAM, resource.id).await.unwrap()
}

async fn check_reads<K: Pending>(h: &Harness, extreme: Resource<K>) {
    for resource in [resource(1, "nightly"), extreme] {
        h.insert(&resource).await;
        assert_eq!(stored(h, &resource).await.as_ref(), Some(&resource));
        let mut tx = h.begin().await;
        let found = K::of_tx(tx.as_mut()).fetch_resource(TEAM, resource.id).await;
        assert_eq!(found.unwrap(), Some(resource));
    }
}

port_tests! {
    resources_are_read_as_written,
    every_state_can_be_stored,
    times_are_truncated_to_microseconds,
    byte_counts_above_i64_are_refused,
    resources_of_other_accounts_are_not_found_and_apps_not_mixed,
    backups_into_buckets_of_other_accounts_are_refused,
    names_are_unique_within_an_app_and_a_kind,
    a_duplicate_id_is_not_reported_as_a_taken_name,
    update_requires_and_increments_the_stored_generation,
    update_keeps_account_app_creator_and_creation_time,
    deletion_requires_the_stored_generation,
    only_backups_in_progress_count_as_reading,
    only_temporary_snapshots_of_the_backup_are_listed,
}

async fn resources_are_read_as_written(h: Harness) {
    check_reads(&h, extreme_backup()).await;
    check_reads(&h, extreme_snapshot()).await;
}

async fn check_states<K: Pending>(h: &Harness) {
    for (n, &state) in (1..).zip(ResourceState::ALL) {
        let resource = Resource::<K> {
            state,
            ..resource(n, state.as_str())
        };
        h.insert(&resource).await;
        assert_eq!(stored(h, &resource).await, Some(resource));
    }
}

async fn every_state_can_be_stored(h: Harness) {
    check_states::<BackupKind>(&h).await;
    check_states::<SnapshotKind>(&h).await;
}

async fn times_are_truncated_to_microseconds(h: Harness) {
    let mut fine = backup(1, "fine");
    fine.metadata.modified_at += TimeDelta::nanoseconds(999);
    h.insert(&fine).await;
    assert_eq!(stored(&h, &fine).await.unwrap().metadata.modified_at, at(0));
}

async fn byte_counts_above_i64_are_refused(h: Harness) {
    for (total, done) in [(Some(1 << 63), None), (None, Some(u64::MAX))] {
        let mut huge = backup(1, "huge");
        (huge.details.total_bytes, huge.details.bytes_done) = (total, done);
        let mut tx = h.begin().await;
        let refused = tx.insert_resource(&huge).await.unwrap_err().to_string();
        let expected = "expected at most 9223372036854775807";
        assert!(refused.contains(expected), "{refused}");
    }
}

async fn check_accounts<K: Pending>(h: &Harness) {
    let ours = resource::<K>(1, "nightly");
    h.insert(&ours).await;
    let store = K::of(h.store.as_ref());
    assert_eq!(store.fetch_resource(OTHER_ACCOUNT, ours.id).await.unwrap(), None);
    let mut tx = h.begin().await;
    let found = K::of_tx(tx.as_mut()).fetch_resource(OTHER_ACCOUNT, ours.id).await;
    assert_eq!(found.unwrap(), None);
    let misplaced = Resource::<K> {
        app_id: OTHER_APP,
        ..resource(2, "theirs")
    };
    let refused = insert(tx.as_mut(), &misplaced).await;
    assert!(matches!(refused, Err(StoreError::Broken(_))));
}

async fn resources_of_other_accounts_are_not_found_and_apps_not_mixed(h: Harness) {
    check_accounts::<BackupKind>(&h).await;
    check_accounts::<SnapshotKind>(&h).await;
}

async fn backups_into_buckets_of_other_accounts_are_refused(h: Harness) {
    let mut misplaced = backup(2, "theirs");
    misplaced.details.bucket_id = OTHER_BUCKET;
    let mut tx = h.begin().await;
    let refused = tx.insert_resource(&misplaced).await;
    assert!(matches!(refused, Err(StoreError::Broken(_))));
}

async fn check_names<K: Pending>(h: &Harness) {
    h.insert(&resource::<K>(1, "nightly")).await;
    let mut tx = h.begin().await;
    let duplicate = resource::<K>(2, "nightly");
    assert!(is_name_taken(&insert(tx.as_mut(), &duplicate).await));
    let of_another_app = Resource::<K> {
        app_id: FORUM,
        ..resource(3, "nightly")
    };
    insert(tx.as_mut(), &of_another_app).await.unwrap();
    tx.commit()
        .await
        .expect("a taken name doesn't fail the transaction");
    assert_eq!(stored(h, &duplicate).await, None);
    assert_eq!(stored(h, &of_another_app).await, Some(of_another_app));

    h.insert(&resource::<K>(4, "weekly")).await;
    let renamed = Resource::<K> {
        name: ResourceName::new("nightly").unwrap(),
        ..resource(4, "weekly")
    };
    let mut tx = h.begin().await;
    let updated = K::of_tx(tx.as_mut()).update_resource(&renamed).await;
    assert!(is_name_taken(&updated));
}

async fn names_are_unique_within_an_app_and_a_kind(h: Harness) {
    check_names::<BackupKind>(&h).await;
    check_names::<SnapshotKind>(&h).await;
    let h = h.another().await;
    h.insert(&backup(1, "nightly")).await;
    h.insert(&snapshot(1, "nightly")).await;
}

async fn a_duplicate_id_is_not_reported_as_a_taken_name(h: Harness) {
    h.insert(&backup(1, "nightly")).await;
    let mut tx = h.begin().await;
    let refused = tx.insert_resource(&backup(1, "weekly")).await;
    assert!(matches!(refused, Err(StoreError::Broken(_))));
}

async fn check_updates<K: Pending>(h: &Harness, extreme: Resource<K>) {
    let original = resource::<K>(1, "nightly");
    h.insert(&original).await;
    let mut changed = Resource {
        id: original.id,
        app_id: original.app_id,
        generation: 0,
        ..extreme
    };
    let mut tx = h.begin().await;
    let outdated = Resource {
        generation: 5,
        ..changed.clone()
    };
    assert!(!update(tx.as_mut(), &outdated).await);
    assert!(update(tx.as_mut(), &changed).await);
    assert!(!update(tx.as_mut(), &changed).await, "the generation is 1 now");
    tx.commit().await.unwrap();
    changed.generation = 1;
    assert_eq!(stored(h, &changed).await, Some(changed));

    let mut emptied = Resource {
        generation: 1,
        ..original
    };
    let mut tx = h.begin().await;
    assert!(update(tx.as_mut(), &emptied).await);
    tx.commit().await.unwrap();
    emptied.generation = 2;
    assert_eq!(stored(h, &emptied).await, Some(emptied));
}

async fn update_requires_and_increments_the_stored_generation(h: Harness) {
    check_updates(&h, extreme_backup()).await;
    check_updates(&h, extreme_snapshot()).await;
}

async fn check_constant_fields<K: Pending>(h: &Harness) {
    let mut original = resource::<K>(1, "nightly");
    h.insert(&original).await;
    let mut tx = h.begin().await;
    let stolen = Resource {
        account_id: OTHER_ACCOUNT,
        ..original.clone()
    };
    assert!(!update(tx.as_mut(), &stolen).await);
    let moved = Resource {
        app_id: FORUM,
        ..original.clone()
    };
    assert!(!update(tx.as_mut(), &moved).await);
    let mut forged = original.clone();
    forged.metadata.created_at = at(99);
    forged.metadata.created_by = BOB;
    assert!(update(tx.as_mut(), &forged).await);
    tx.commit().await.unwrap();
    original.generation = 1;
    assert_eq!(stored(h, &original).await, Some(original));
}

async fn update_keeps_account_app_creator_and_creation_time(h: Harness) {
    check_constant_fields::<BackupKind>(&h).await;
    check_constant_fields::<SnapshotKind>(&h).await;
}

async fn check_deletion<K: Pending>(h: &Harness) {
    let deleted = resource::<K>(1, "nightly");
    h.insert(&deleted).await;
    let mut tx = h.begin().await;
    for (generation, expected) in [(1, false), (0, true), (0, false)] {
        let outcome = K::of_tx(tx.as_mut())
            .delete_resource(deleted.id, generation)
            .await;
        assert_eq!(outcome.unwrap(), expected);
    }
    tx.commit().await.unwrap();
    assert_eq!(stored(h, &deleted).await, None);
    h.insert(&resource::<K>(2, "nightly")).await;
}

async fn deletion_requires_the_stored_generation(h: Harness) {
    check_deletion::<BackupKind>(&h).await;
    check_deletion::<SnapshotKind>(&h).await;
}

async fn only_backups_in_progress_count_as_reading(h: Harness) {
    let read: AppSnapshotId = Uuid::from_u128(77).into();
    for (n, &state) in (1..).zip(ResourceState::ALL) {
        let mut backup = backup(n, state.as_str());
        backup.state = state;
        backup.details.snapshot_id = Some(read);
        h.insert(&backup).await;
    }
    let mut other = backup(99, "other");
    other.details.snapshot_id = Some(Uuid::nil().into());
    h.insert(&other).await;
    h.insert(&backup(100, "none")).await;
    let mut tx = h.begin().await;
    assert_eq!(tx.count_backups_reading(read).await.unwrap(), 3);
    let unread = Uuid::from_u128(78).into();
    assert_eq!(tx.count_backups_reading(unread).await.unwrap(), 0);
}

async fn only_temporary_snapshots_of_the_backup_are_listed(h: Harness) {
    let made_for = AppBackupId::new(Uuid::from_u128(5));
    let mut temporary = snapshot(1, "temporary");
    temporary.details.made_for = Some(made_for);
    h.insert(&temporary).await;
    let mut for_another = snapshot(2, "for-another");
    for_another.details.made_for = Some(Uuid::from_u128(6).into());
    h.insert(&for_another).await;
    h.insert(&snapshot(3, "unused")).await;
    let mut tx = h.begin().await;
    assert_eq!(tx.list_temporary_snapshots(made_for).await.unwrap(), [temporary]);
    let unused = Uuid::from_u128(7).into();
    assert_eq!(tx.list_temporary_snapshots(unused).await.unwrap(), []);
}
