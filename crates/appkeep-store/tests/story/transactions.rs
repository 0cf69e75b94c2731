use appkeep_core::ids::JobId;
use appkeep_core::job::{Claim, CreateBackup, JobPayload, NewJob};
use uuid::Uuid;

use crate::fixtures::{TEAM, WIKI, at, backup};
use crate::harness::Harness;

fn job() -> NewJob {
    let payload = JobPayload::from(CreateBackup {
        account_id: TEAM,
        app_id: WIKI,
        backup_id: backup(1, "nightly").id,
    });
    NewJob {
        id: JobId::new(Uuid::from_u128(1)),
        payload,
        run_after: at(0),
        correlation: None,
    }
}

fn claim() -> Claim {
    Claim {
        owner: Uuid::from_u128(1),
        now: at(1),
        lease_until: at(60),
        backups_max: None,
    }
}

#[tokio::test]
async fn dropped_transactions_are_rolled_back() {
    let h = Harness::new().await;
    let mut tx = h.begin().await;
    tx.insert_app_backup(&backup(1, "nightly")).await.unwrap();
    tx.insert_job(&job()).await.unwrap();
    assert!(
        tx.fetch_app_backup(TEAM, backup(1, "nightly").id)
            .await
            .unwrap()
            .is_some()
    );
    drop(tx);

    assert_eq!(
        h.store
            .fetch_app_backup(TEAM, backup(1, "nightly").id)
            .await
            .unwrap(),
        None
    );
    assert_eq!(h.store.claim_job(&claim()).await.unwrap(), None);
}

#[tokio::test]
async fn uncommitted_changes_are_invisible() {
    let h = Harness::new().await;
    let mut tx = h.begin().await;
    tx.insert_app_backup(&backup(1, "nightly")).await.unwrap();
    assert_eq!(
        h.store
            .fetch_app_backup(TEAM, backup(1, "nightly").id)
            .await
            .unwrap(),
        None
    );
    tx.commit().await.unwrap();
    assert!(
        h.store
            .fetch_app_backup(TEAM, backup(1, "nightly").id)
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn committed_changes_survive_a_restart() {
    let h = Harness::new().await;
    let mut tx = h.begin().await;
    tx.insert_app_backup(&backup(1, "nightly")).await.unwrap();
    tx.insert_job(&job()).await.unwrap();
    tx.commit().await.unwrap();

    let h = h.reopened().await;

    let kept = h
        .store
        .fetch_app_backup(TEAM, backup(1, "nightly").id)
        .await
        .unwrap();
    assert_eq!(kept, Some(backup(1, "nightly")));
    let claimed = h.store.claim_job(&claim()).await.unwrap().unwrap();
    assert_eq!(claimed.payload, job().payload);
    assert_eq!(h.store.list_apps(TEAM).await.unwrap().len(), 2);
}
