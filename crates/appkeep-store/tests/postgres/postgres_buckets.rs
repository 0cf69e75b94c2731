//! Buckets that not every node can use.

use std::collections::HashSet;

use appkeep_core::catalog::{App, BucketProblem};
use appkeep_core::ids::{BackupKind, BucketId};
use appkeep_core::job::{Claim, CreateBackup, DeleteBackup, JobPayload, JobResult};
use appkeep_core::name::NodeName;
use appkeep_core::server::NewServer;
use appkeep_core::store::{Store, StoredKind};
use appkeep_store::PostgresStore;
use uuid::Uuid;

use crate::fixtures::{FAR, NEAR, NODE, TEAM, WIKI, at, declaration, job, resource};
use crate::schema::Schema;

const THERE: &str = "there";

fn server_of(node: &str) -> Uuid {
    Uuid::from_u128(node.len() as u128)
}

/// A node with a live server.
async fn start(store: &PostgresStore, node: &str) -> Uuid {
    let id = server_of(node);
    let node = NodeName::new(node).unwrap();
    let server = NewServer { id, node };
    assert_eq!(store.register_server(&server, at(0)).await.unwrap(), None);
    let mut tx = store.begin().await.unwrap();
    tx.update_declaration(server.node.as_str(), &declaration(), at(0))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn check(store: &PostgresStore, node: &str, id: BucketId, reason: Option<&str>) -> bool {
    let mut tx = store.begin().await.unwrap();
    let changed = tx.update_bucket_problem(node, id, reason).await.unwrap();
    tx.commit().await.unwrap();
    changed
}

/// The problem of `near`; a checked bucket without one is available.
async fn problem(store: &PostgresStore) -> Option<BucketProblem> {
    let mut problems = store.list_bucket_problems(TEAM).await.unwrap();
    problems.remove(&NEAR)
}

fn failed(reason: &str) -> BucketProblem {
    BucketProblem::Failed(reason.to_owned())
}

async fn queue(store: &PostgresStore, n: u128, payload: JobPayload) {
    let mut tx = store.begin().await.unwrap();
    tx.insert_job(&job(n, 0, payload)).await.unwrap();
    tx.commit().await.unwrap();
}

/// Claims a job for the node, and puts it back.
async fn can_claim(store: &PostgresStore, node: &str) -> bool {
    let claim = Claim {
        owner: server_of(node),
        node: node.to_owned(),
        now: at(1),
        lease_until: at(31),
        backups_max: None,
    };
    let Some(claimed) = store.claim_job(&claim).await.unwrap() else {
        return false;
    };
    let mut tx = store.begin().await.unwrap();
    let result = JobResult::Requeue {
        run_after: at(0),
        counts: false,
        reason: String::new(),
    };
    assert!(
        tx.update_job_finished(&claimed.lease, &result, at(1))
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_bucket_has_a_problem_if_no_live_node_can_use_it() {
    let schema = Schema::create().await;
    let store = PostgresStore::connect(&schema.url()).await.unwrap();
    start(&store, NODE).await;
    let there = start(&store, THERE).await;
    assert_eq!(problem(&store).await, Some(BucketProblem::Unchecked));
    assert!(check(&store, THERE, NEAR, Some("no route")).await);
    assert_eq!(problem(&store).await, Some(failed("no route")));
    assert!(check(&store, NODE, NEAR, None).await);
    let elsewhere = async |node| store.list_buckets_usable_elsewhere(node).await.unwrap();
    assert_eq!(elsewhere(THERE).await, HashSet::from([NEAR]));
    assert_eq!(elsewhere(NODE).await, HashSet::new());
    assert!(!check(&store, NODE, NEAR, None).await, "nothing changed");
    assert_eq!(problem(&store).await, None);
    assert!(check(&store, NODE, NEAR, Some("it is full")).await);
    assert_eq!(problem(&store).await, Some(failed("it is full")));

    // The result of a node without a live server doesn't count.
    assert!(check(&store, THERE, NEAR, None).await);
    assert_eq!(problem(&store).await, None);
    assert_eq!(elsewhere(NODE).await, HashSet::from([NEAR]));
    store.unregister_server(there).await.unwrap();
    assert_eq!(elsewhere(NODE).await, HashSet::new());
    assert!(check(&store, NODE, NEAR, Some("it is full")).await);
    assert_eq!(problem(&store).await, Some(failed("it is full")));
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_leaves_jobs_to_others_that_can_use_the_bucket() {
    let schema = Schema::create().await;
    let store = PostgresStore::connect(&schema.url()).await.unwrap();
    start(&store, NODE).await;
    let there = start(&store, THERE).await;
    let backup = resource::<BackupKind>(7, "nightly");
    let mut tx = store.begin().await.unwrap();
    BackupKind::of_tx(tx.as_mut())
        .insert_resource(&backup)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let create = CreateBackup {
        account_id: TEAM,
        app_id: WIKI,
        backup_id: backup.id,
    };
    let delete = DeleteBackup {
        account_id: TEAM,
        app_id: WIKI,
        backup_id: backup.id,
        bucket_id: NEAR,
        name: None,
    };
    for (n, payload) in [(8, JobPayload::from(create)), (9, JobPayload::from(delete))] {
        queue(&store, n, payload).await;
        assert!(
            can_claim(&store, THERE).await,
            "no node is known to be able to use it"
        );
        check(&store, NODE, NEAR, None).await;
        assert!(!can_claim(&store, THERE).await, "it isn't checked there");
        assert!(can_claim(&store, NODE).await);
        check(&store, THERE, NEAR, Some("no route")).await;
        assert!(!can_claim(&store, THERE).await);
        assert!(can_claim(&store, NODE).await);
        check(&store, NODE, NEAR, Some("no route")).await;
        assert!(can_claim(&store, THERE).await, "the attempt records the reason");
        check(&store, THERE, NEAR, None).await;
        check(&store, NODE, FAR, None).await;
        assert!(!can_claim(&store, NODE).await, "another bucket can be used");
        assert!(can_claim(&store, THERE).await);
        store.unregister_server(there).await.unwrap();
        assert!(can_claim(&store, NODE).await, "the other node is away");
        assert_eq!(start(&store, THERE).await, there);

        // The other node can use the bucket, but has not the app.
        if n == 8 {
            let mut elsewhere = declaration();
            elsewhere.apps.retain(|app: &App| app.id != WIKI);
            let mut tx = store.begin().await.unwrap();
            tx.update_declaration(THERE, &elsewhere, at(2)).await.unwrap();
            tx.commit().await.unwrap();
            assert!(can_claim(&store, NODE).await);
        }
        let mut database = schema.connect().await;
        sqlx_core::query::query("DELETE FROM jobs")
            .execute(&mut database)
            .await
            .unwrap();
        sqlx_core::query::query("DELETE FROM bucket_checks")
            .execute(&mut database)
            .await
            .unwrap();
        start(&store, THERE).await;
    }
    store.close().await;
}
