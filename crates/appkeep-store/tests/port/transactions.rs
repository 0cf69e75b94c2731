use appkeep_core::app_backup::AppBackup;

use crate::fixtures::{TEAM, backup};
use crate::harness::Harness;
use crate::jobs::{SERVER, backup_job, claim};

async fn fetch(h: &Harness) -> Option<AppBackup> {
    let id = backup(1, "nightly").id;
    h.store.fetch_resource(TEAM, id).await.unwrap()
}

port_tests! {
    dropped_transactions_are_rolled_back,
    uncommitted_changes_are_invisible,
    committed_changes_survive_a_restart,
}

async fn dropped_transactions_are_rolled_back(h: Harness) {
    let mut tx = h.begin().await;
    tx.insert_resource(&backup(1, "nightly")).await.unwrap();
    tx.insert_job(&backup_job(1, 0)).await.unwrap();
    assert!(
        tx.fetch_resource(TEAM, backup(1, "nightly").id)
            .await
            .unwrap()
            .is_some()
    );
    drop(tx);

    assert_eq!(fetch(&h).await, None);
    assert_eq!(claim(&h, SERVER, 1).await, None);
}

async fn uncommitted_changes_are_invisible(h: Harness) {
    let mut tx = h.begin().await;
    tx.insert_resource(&backup(1, "nightly")).await.unwrap();
    assert_eq!(fetch(&h).await, None);
    tx.commit().await.unwrap();
    assert!(fetch(&h).await.is_some());
}

async fn committed_changes_survive_a_restart(h: Harness) {
    let mut tx = h.begin().await;
    tx.insert_resource(&backup(1, "nightly")).await.unwrap();
    tx.insert_job(&backup_job(1, 0)).await.unwrap();
    tx.commit().await.unwrap();

    let h = h.reopened().await;

    assert_eq!(fetch(&h).await, Some(backup(1, "nightly")));
    let claimed = claim(&h, SERVER, 1).await.unwrap();
    assert_eq!(claimed.payload, backup_job(1, 0).payload);
    assert_eq!(h.store.list_apps(TEAM).await.unwrap().len(), 2);
}
