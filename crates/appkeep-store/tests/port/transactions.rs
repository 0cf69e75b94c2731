//! Isolation, durability, and commits that transactions share.

use std::time::Duration;

use appkeep_core::app_backup::AppBackup;
use appkeep_core::listing::Listed as _;
use appkeep_core::store::{ListFilter, Page, StoreError, StoreTx};
use futures::FutureExt as _;
use tokio::task::JoinHandle;

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
    waiting_transactions_share_a_commit,
    groups_are_bounded,
    rollback_leaves_the_other_transactions_of_a_group,
    failure_leaves_the_other_transactions_of_a_group,
    abandoned_commit_is_completed,
    closing_commits_the_open_group,
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

/// A transaction that is complete but not committed, because another one that waited for it has begun.
struct SharedCommit {
    /// The commit of the transaction that inserted backup 1.
    first: JoinHandle<Result<(), StoreError>>,
    second: Box<dyn StoreTx>,
}

async fn shared_commit(h: &Harness) -> SharedCommit {
    let mut first = h.begin().await;
    let mut second = h.store.begin();
    assert!((&mut second).now_or_never().is_none());
    first.insert_resource(&backup(1, "first")).await.unwrap();
    let first = tokio::spawn(first.commit());
    let second = second.await.unwrap();
    assert!(!first.is_finished());
    SharedCommit { first, second }
}

/// The numbers of the backups that are visible to other connections.
async fn stored(h: &Harness) -> Vec<u128> {
    let filter = ListFilter {
        account_id: TEAM,
        app_id: None,
    };
    let page = Page {
        after: None,
        rows_max: 100,
        bytes_max: usize::MAX,
    };
    let found = AppBackup::page(h.store.as_ref(), &filter, &page).await.unwrap();
    let mut numbers: Vec<u128> = found.rows.iter().map(|row| row.id.as_uuid().as_u128()).collect();
    numbers.sort_unstable();
    numbers
}

async fn waiting_transactions_share_a_commit(h: Harness) {
    let SharedCommit { first, mut second } = shared_commit(&h).await;
    let found: Option<AppBackup> = second.fetch_resource(TEAM, backup(1, "first").id).await.unwrap();
    assert_eq!(found, Some(backup(1, "first")), "earlier members are visible");
    second.insert_resource(&backup(2, "second")).await.unwrap();
    assert!(!first.is_finished());
    assert_eq!(stored(&h).await, [0; 0]);
    second.commit().await.unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(stored(&h).await, [1, 2]);
}

async fn groups_are_bounded(h: Harness) {
    let mut first = h.begin().await;
    let mut others: Vec<_> = (2..=66).map(|n| (n, h.store.begin())).collect();
    for (_, begin) in &mut others {
        assert!(begin.now_or_never().is_none());
    }
    first.insert_resource(&backup(1, "backup-1")).await.unwrap();
    let mut commits = vec![tokio::spawn(first.commit())];
    for (n, begin) in others {
        let mut tx = begin.await.unwrap();
        if n <= 64 {
            assert_eq!(stored(&h).await, [0; 0]);
        } else {
            assert_eq!(stored(&h).await, (1..=64).collect::<Vec<_>>());
        }
        tx.insert_resource(&backup(n, &format!("backup-{n}")))
            .await
            .unwrap();
        commits.push(tokio::spawn(tx.commit()));
    }
    for commit in commits {
        commit.await.unwrap().unwrap();
    }
    assert_eq!(stored(&h).await, (1..=66).collect::<Vec<_>>());
}

async fn rollback_leaves_the_other_transactions_of_a_group(h: Harness) {
    let SharedCommit { first, mut second } = shared_commit(&h).await;
    let mut third = h.store.begin();
    assert!((&mut third).now_or_never().is_none());
    second.insert_resource(&backup(2, "second")).await.unwrap();
    drop(second);
    let mut third = third.await.unwrap();
    third.insert_resource(&backup(3, "second")).await.unwrap();
    third.commit().await.unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(stored(&h).await, [1, 3]);

    // The transaction that is rolled back is the last one.
    let mut first = h.begin().await;
    let mut second = h.store.begin();
    assert!((&mut second).now_or_never().is_none());
    first.insert_resource(&backup(4, "fourth")).await.unwrap();
    let first = tokio::spawn(first.commit());
    let mut second = second.await.unwrap();
    second.insert_resource(&backup(5, "fifth")).await.unwrap();
    drop(second);
    first.await.unwrap().unwrap();
    assert_eq!(stored(&h).await, [1, 3, 4]);
}

async fn failure_leaves_the_other_transactions_of_a_group(h: Harness) {
    let SharedCommit { first, mut second } = shared_commit(&h).await;
    second.insert_resource(&backup(2, "second")).await.unwrap();
    // Its id is taken.
    let failed = second.insert_resource(&backup(1, "third")).await;
    assert!(matches!(failed, Err(StoreError::Broken(_))), "{failed:?}");
    second.commit().await.unwrap_err();
    first.await.unwrap().unwrap();
    assert_eq!(stored(&h).await, [1]);
    h.insert(&backup(2, "second")).await;
    assert_eq!(stored(&h).await, [1, 2]);
}

async fn abandoned_commit_is_completed(h: Harness) {
    let mut first = h.begin().await;
    let mut second = h.store.begin();
    assert!((&mut second).now_or_never().is_none());
    first.insert_resource(&backup(1, "first")).await.unwrap();
    // The caller stops waiting after the transaction has joined the group.
    assert!(first.commit().now_or_never().is_none());
    drop(second.await.unwrap());
    let is_stored = async {
        while stored(&h).await.is_empty() {
            drop(h.begin().await);
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_mins(1), is_stored).await;
    waited.expect("the transaction is committed");
}

async fn closing_commits_the_open_group(h: Harness) {
    let SharedCommit { first, mut second } = shared_commit(&h).await;
    let store = h.store.clone();
    let mut close = store.close();
    assert!((&mut close).now_or_never().is_none());
    second.insert_resource(&backup(2, "second")).await.unwrap();
    let second = tokio::spawn(second.commit());
    close.await;
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    let h = h.reopened().await;
    assert_eq!(stored(&h).await, [1, 2]);
}
