use appkeep_core::app_snapshot::{AppSnapshot, SnapshotDetails};
use appkeep_core::ids::{AppBackupId, AppSnapshotId};
use appkeep_core::metadata::{Label, Metadata};
use appkeep_core::name::ResourceName;
use appkeep_core::state::{HookState, ResourceState, StateDetail};
use appkeep_core::store::StoreError;
use uuid::Uuid;

use crate::fixtures::{ALICE, FORUM, OTHER_ACCOUNT, OTHER_APP, TEAM, at, backup, snapshot};
use crate::harness::{Harness, is_name_taken};

/// A snapshot with all fields set.
fn extreme() -> AppSnapshot {
    let text = "\"quoted\", \\ 'single', \u{0}\n\u{1f980} ü".to_owned();
    AppSnapshot {
        id: AppSnapshotId::new(Uuid::from_u128(u128::MAX)),
        account_id: TEAM,
        app_id: FORUM,
        name: ResourceName::new("0").unwrap(),
        schedule_id: Some(Uuid::max().into()),
        state: ResourceState::Unknown,
        state_unready: vec![text.clone()],
        hook_state: Some(HookState::Success),
        hook_state_details: vec![StateDetail {
            kind: text.clone(),
            title: text.clone(),
            detail: text.clone(),
        }],
        snapshot_time: Some(at(-1)),
        details: SnapshotDetails {
            made_for: Some(Uuid::nil().into()),
        },
        metadata: Metadata {
            labels: vec![Label {
                name: text.clone(),
                value: text,
            }],
            created_at: at(0),
            modified_at: at(1),
            created_by: ALICE,
            modified_by: Some(ALICE),
        },
        generation: 41,
    }
}

async fn inserted(h: &Harness, snapshot: &AppSnapshot) {
    let mut tx = h.begin().await;
    tx.insert_resource(snapshot).await.unwrap();
    tx.commit().await.unwrap();
}

async fn stored(h: &Harness, id: AppSnapshotId) -> Option<AppSnapshot> {
    h.store.fetch_resource(TEAM, id).await.unwrap()
}

#[tokio::test]
async fn snapshots_are_read_as_written() {
    let h = Harness::new().await;
    for snapshot in [snapshot(1, "before"), extreme()] {
        inserted(&h, &snapshot).await;
        assert_eq!(stored(&h, snapshot.id).await.as_ref(), Some(&snapshot));
        let mut tx = h.begin().await;
        assert_eq!(
            tx.fetch_resource(TEAM, snapshot.id).await.unwrap().as_ref(),
            Some(&snapshot)
        );
    }
}

#[tokio::test]
async fn every_state_can_be_stored() {
    let h = Harness::new().await;
    for (n, state) in (1..).zip(ResourceState::ALL.iter().copied()) {
        let snapshot = AppSnapshot {
            state,
            ..snapshot(n, state.as_str())
        };
        inserted(&h, &snapshot).await;
        assert_eq!(stored(&h, snapshot.id).await, Some(snapshot));
    }
}

#[tokio::test]
async fn snapshots_of_other_accounts_are_not_found() {
    let h = Harness::new().await;
    inserted(&h, &snapshot(1, "before")).await;
    assert_eq!(
        h.store
            .fetch_resource(OTHER_ACCOUNT, snapshot(1, "before").id)
            .await
            .unwrap(),
        None
    );
    let mut tx = h.begin().await;
    let misplaced = AppSnapshot {
        app_id: OTHER_APP,
        ..snapshot(2, "theirs")
    };
    assert!(matches!(
        tx.insert_resource(&misplaced).await,
        Err(StoreError::Broken(_))
    ));
}

#[tokio::test]
async fn snapshot_names_are_unique_within_an_app() {
    let h = Harness::new().await;
    let mut tx = h.begin().await;
    tx.insert_resource(&backup(1, "nightly")).await.unwrap();
    tx.insert_resource(&snapshot(1, "nightly")).await.unwrap();
    assert!(is_name_taken(&tx.insert_resource(&snapshot(2, "nightly")).await));
    tx.insert_resource(&AppSnapshot {
        app_id: FORUM,
        ..snapshot(3, "nightly")
    })
    .await
    .unwrap();
    tx.insert_resource(&snapshot(4, "weekly")).await.unwrap();
    let renamed = AppSnapshot {
        name: ResourceName::new("nightly").unwrap(),
        ..snapshot(4, "weekly")
    };
    assert!(is_name_taken(&tx.update_resource(&renamed).await));
}

#[tokio::test]
async fn update_requires_and_increments_the_stored_generation() {
    let h = Harness::new().await;
    inserted(&h, &snapshot(1, "before")).await;
    let wanted = AppSnapshot {
        id: snapshot(1, "before").id,
        app_id: snapshot(1, "before").app_id,
        generation: 0,
        ..extreme()
    };
    let mut tx = h.begin().await;
    assert!(
        !tx.update_resource(&AppSnapshot {
            generation: 5,
            ..wanted.clone()
        })
        .await
        .unwrap()
    );
    assert!(
        !tx.update_resource(&AppSnapshot {
            account_id: OTHER_ACCOUNT,
            ..wanted.clone()
        })
        .await
        .unwrap()
    );
    assert!(tx.update_resource(&wanted).await.unwrap());
    assert!(!tx.update_resource(&wanted).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(
        stored(&h, wanted.id).await,
        Some(AppSnapshot {
            generation: 1,
            ..wanted
        })
    );
}

#[tokio::test]
async fn deletion_requires_the_stored_generation() {
    let h = Harness::new().await;
    inserted(&h, &snapshot(1, "before")).await;
    let id = snapshot(1, "before").id;
    let mut tx = h.begin().await;
    assert!(!tx.delete_resource(id, 1).await.unwrap());
    assert!(tx.delete_resource(id, 0).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(stored(&h, id).await, None);
}

#[tokio::test]
async fn only_temporary_snapshots_of_the_backup_are_listed() {
    let h = Harness::new().await;
    let made_for = AppBackupId::new(Uuid::from_u128(5));
    let mut temporary = snapshot(1, "temporary");
    temporary.details.made_for = Some(made_for);
    inserted(&h, &temporary).await;
    let mut for_another = snapshot(2, "for-another");
    for_another.details.made_for = Some(Uuid::from_u128(6).into());
    inserted(&h, &for_another).await;
    inserted(&h, &snapshot(3, "unused")).await;
    let mut tx = h.begin().await;
    assert_eq!(tx.list_temporary_snapshots(made_for).await.unwrap(), [temporary]);
    assert_eq!(
        tx.list_temporary_snapshots(Uuid::from_u128(7).into())
            .await
            .unwrap(),
        []
    );
}
