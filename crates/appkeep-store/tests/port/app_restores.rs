use appkeep_core::app_restore::{AppRestore, RestoreSource, RestoreState};
use appkeep_core::ids::{AppRestoreId, AppSnapshotId};
use uuid::Uuid;

use crate::fixtures::{FORUM, OTHER_ACCOUNT, TEAM, WIKI, at, backup_source, restore};
use crate::harness::Harness;

async fn inserted(h: &Harness, restore: &AppRestore) {
    let mut tx = h.begin().await;
    tx.insert_app_restore(restore).await.unwrap();
    tx.commit().await.unwrap();
}

port_tests! {
    restores_are_read_as_written,
    update_requires_the_stored_generation,
    latest_restore_is_the_last_inserted_regardless_of_date,
    only_restores_in_progress_count_as_reading,
    only_old_finished_restores_are_deleted,
}

async fn restores_are_read_as_written(h: Harness) {
    let snapshot = RestoreSource::Snapshot(AppSnapshotId::new(Uuid::max()));
    for (id, (source, state)) in (1..).zip([
        (backup_source(7), RestoreState::Pending),
        (snapshot, RestoreState::Running),
        (snapshot, RestoreState::Completed),
        (backup_source(8), RestoreState::Failed),
    ]) {
        let restore = AppRestore {
            state,
            reasons: vec!["\"quoted\", \\ 'single', \u{0}\n\u{1f980} ü".to_owned()],
            modified_at: at(5),
            node: (id > 1).then(|| "höre".to_owned()),
            generation: 41,
            ..restore(id, WIKI, source, 0)
        };
        inserted(&h, &restore).await;
        let stored = h.store.fetch_app_restore(TEAM, restore.id).await.unwrap();
        assert_eq!(stored.as_ref(), Some(&restore));
        assert_eq!(
            h.store
                .fetch_app_restore(OTHER_ACCOUNT, restore.id)
                .await
                .unwrap(),
            None
        );
        let mut tx = h.begin().await;
        assert_eq!(tx.fetch_app_restore(TEAM, restore.id).await.unwrap(), stored);
    }
}

async fn update_requires_the_stored_generation(h: Harness) {
    let mut changed = restore(1, WIKI, backup_source(1), 0);
    inserted(&h, &changed).await;
    changed.begin("here", at(1));
    let mut tx = h.begin().await;
    assert!(tx.update_app_restore(&changed).await.unwrap());
    assert!(!tx.update_app_restore(&changed).await.unwrap());
    tx.commit().await.unwrap();
    let stored = h
        .store
        .fetch_app_restore(TEAM, changed.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((stored.state, stored.generation), (RestoreState::Running, 1));
    assert_eq!(stored.node.as_deref(), Some("here"));
}

async fn latest_restore_is_the_last_inserted_regardless_of_date(h: Harness) {
    assert_eq!(h.store.fetch_latest_app_restore(TEAM, WIKI).await.unwrap(), None);
    // The clock was ahead when the first one was inserted.
    for (id, app, secs) in [(3, WIKI, 9), (1, WIKI, 2), (2, FORUM, 3)] {
        inserted(&h, &restore(id, app, backup_source(1), secs)).await;
    }
    let latest = h.store.fetch_latest_app_restore(TEAM, WIKI).await.unwrap();
    assert_eq!(latest.unwrap().id.as_uuid(), Uuid::from_u128(1));
    let mut tx = h.begin().await;
    let latest = tx.fetch_latest_app_restore(TEAM, FORUM).await.unwrap();
    assert_eq!(latest.unwrap().id.as_uuid(), Uuid::from_u128(2));
}

async fn only_restores_in_progress_count_as_reading(h: Harness) {
    let source = backup_source(1);
    for (id, state) in (1..).zip(RestoreState::ALL.iter().copied()) {
        let restore = AppRestore {
            state,
            ..restore(id, WIKI, source, 0)
        };
        inserted(&h, &restore).await;
    }
    let mut tx = h.begin().await;
    assert_eq!(tx.count_restores_reading(source).await.unwrap(), 2);
    // A snapshot with the same id is a different source.
    let snapshot = RestoreSource::Snapshot(AppSnapshotId::new(Uuid::from_u128(1)));
    assert_eq!(tx.count_restores_reading(snapshot).await.unwrap(), 0);
    assert_eq!(tx.count_restores_reading(backup_source(2)).await.unwrap(), 0);
}

async fn only_old_finished_restores_are_deleted(h: Harness) {
    inserted(&h, &restore(1, WIKI, backup_source(1), 0)).await;
    let mut tx = h.begin().await;
    for number in 2..110 {
        let ended = AppRestore {
            state: RestoreState::Completed,
            ..restore(number, WIKI, backup_source(1), i64::try_from(number).unwrap())
        };
        tx.insert_app_restore(&ended).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut there = Vec::new();
    for number in 1..110 {
        let id = AppRestoreId::new(Uuid::from_u128(number));
        if h.store.fetch_app_restore(TEAM, id).await.unwrap().is_some() {
            there.push(number);
        }
    }
    let expected: Vec<u128> = std::iter::once(1).chain(10..110).collect();
    assert_eq!(there, expected);
}
