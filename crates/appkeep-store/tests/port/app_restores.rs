use appkeep_core::app_restore::{AppRestore, RestoreDirectory, RestoreSource, RestoreState};
use appkeep_core::ids::{AppRestoreId, AppSnapshotId};
use uuid::Uuid;

use crate::fixtures::{FORUM, OTHER_ACCOUNT, TEAM, WIKI, at, backup_source, restore};
use crate::harness::Harness;

async fn inserted(h: &Harness, restore: &AppRestore) {
    let mut tx = h.begin().await;
    tx.insert_app_restore(restore).await.unwrap();
    tx.commit().await.unwrap();
}

fn directory(include: &[&str]) -> RestoreDirectory {
    RestoreDirectory {
        path: "/srv/restored/ü".into(),
        include: include.iter().map(|path| path.parse().unwrap()).collect(),
    }
}

port_tests! {
    restores_are_read_as_written,
    update_requires_the_stored_generation,
    latest_restore_is_the_last_inserted_regardless_of_date,
    only_restores_in_progress_count_as_reading,
    only_old_finished_restores_are_deleted,
    restores_to_directories_do_not_change_the_app,
    deletion_requires_the_stored_generation,
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
            source_app_id: FORUM,
            target: (id > 2).then(|| directory(&["/data/100%25", "/data/%FF"])),
            total_bytes: (id > 1).then_some(u64::MAX >> 1),
            bytes_done: (id > 1).then_some(0),
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

async fn restores_to_directories_do_not_change_the_app(h: Harness) {
    let in_place = restore(1, WIKI, backup_source(1), 0);
    inserted(&h, &in_place).await;
    let view = async || h.store.fetch_app_view(TEAM, WIKI).await.unwrap().unwrap();
    let before = view().await;
    let mut to_directory = AppRestore {
        target: Some(directory(&[])),
        ..restore(2, WIKI, backup_source(1), 5)
    };
    inserted(&h, &to_directory).await;
    to_directory.fail(&["why".to_owned()], at(6));
    let mut in_place = in_place;
    assert!(in_place.record_progress(5, Some(10), at(7)));
    let mut tx = h.begin().await;
    assert!(tx.update_app_restore(&to_directory).await.unwrap());
    assert!(tx.update_app_restore_progress(&in_place).await.unwrap());
    assert!(!tx.update_app_restore_progress(&in_place).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(view().await, before);
    let latest = h
        .store
        .fetch_latest_app_restore(TEAM, WIKI)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((latest.id, latest.bytes_done), (in_place.id, Some(5)));
    // Both kinds are kept separately.
    let mut tx = h.begin().await;
    for number in 3..110 {
        let ended = AppRestore {
            state: RestoreState::Completed,
            target: Some(directory(&[])),
            ..restore(number, WIKI, backup_source(1), 9)
        };
        tx.insert_app_restore(&ended).await.unwrap();
    }
    tx.commit().await.unwrap();
    let listed = h.store.list_app_restores(TEAM, WIKI).await.unwrap();
    assert_eq!(listed.len(), 101);
    assert!(listed.iter().any(|restore| restore.id == in_place.id));
    assert_eq!(h.store.list_app_restores(TEAM, FORUM).await.unwrap(), []);
    assert_eq!(h.store.list_app_restores(OTHER_ACCOUNT, WIKI).await.unwrap(), []);
}

async fn deletion_requires_the_stored_generation(h: Harness) {
    let pending = restore(1, WIKI, backup_source(1), 0);
    inserted(&h, &pending).await;
    let mut tx = h.begin().await;
    let changed = AppRestore {
        generation: 1,
        ..pending.clone()
    };
    assert!(!tx.delete_app_restore(&changed).await.unwrap());
    assert!(tx.delete_app_restore(&pending).await.unwrap());
    assert!(!tx.delete_app_restore(&pending).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(h.store.fetch_app_restore(TEAM, pending.id).await.unwrap(), None);
    let view = h.store.fetch_app_view(TEAM, WIKI).await.unwrap().unwrap();
    assert_eq!(view.restore, None);
}
