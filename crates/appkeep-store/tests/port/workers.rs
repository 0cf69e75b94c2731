//! Jobs that workers run: their effects on nodes that share a database.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use appkeep_core::app_restore::RestoreState;
use appkeep_core::app_snapshot::{AppSnapshot, SnapshotDetails};
use appkeep_core::ids::{AppSnapshotId, SnapshotKind};
use appkeep_core::job::{NewJob, RestoreApp};
use appkeep_core::state::ResourceState;
use appkeep_core::store::Resources;
use appkeep_core::worker::Workers;
use uuid::Uuid;

use crate::environment::deps;
use crate::fixtures::{NODE, TEAM, WIKI, backup_source, job, restore, snapshot};
use crate::harness::Harness;
use crate::idle_engine::IdleEngine;
use crate::jobs::{queue, snapshot_job};
use crate::nodes::{THERE, here, of_node, snapshot_deletion, there};

/// The pause between two checks whether the queue is empty.
const POLL_EVERY: Duration = Duration::from_millis(10);

port_tests! {
    deletions_spare_snapshots_that_their_node_has_completed_since,
    deletions_continue_when_their_snapshot_is_deleted_again,
    jobs_of_undeclared_apps_fail_with_a_reason,
}

/// Runs all jobs on a node.
async fn run_jobs(h: &Harness, engine: &Arc<IdleEngine>, node: &str) {
    let workers = Workers::start(&deps(h.store.clone(), engine.clone(), node), 1);
    while !h.store.list_pending_jobs().await.unwrap().is_empty() {
        tokio::time::sleep(POLL_EVERY).await;
    }
    workers.drain().await;
}

fn snapshot_of(node: &str, id: u128, state: ResourceState) -> AppSnapshot {
    let details = SnapshotDetails {
        node: Some(node.to_owned()),
        ..SnapshotDetails::default()
    };
    AppSnapshot {
        state,
        details,
        ..snapshot(id, &format!("snapshot-{id}"))
    }
}

fn snapshot_ids<const N: usize>(numbers: [u128; N]) -> HashSet<AppSnapshotId> {
    numbers.map(|n| Uuid::from_u128(n).into()).into()
}

/// A node that takes over a snapshot queues the deletion of incomplete data on the previous one, which may get the
/// snapshot back before it deletes them.
async fn deletions_spare_snapshots_that_their_node_has_completed_since(h: Harness) {
    h.declare(&here(), 1).await;
    h.insert(&snapshot_of(NODE, 1, ResourceState::Completed)).await;
    h.insert(&snapshot_of(THERE, 2, ResourceState::Completed)).await;
    queue(&h, &[1, 2, 3].map(|n| of_node(snapshot_deletion(n), NODE))).await;
    let engine = Arc::new(IdleEngine::default());
    run_jobs(&h, &engine, NODE).await;
    assert_eq!(
        engine.deleted_snapshots(),
        snapshot_ids([2, 3]),
        "the first is complete, the second is on another node, and the third was deleted"
    );
}

/// Deletions aren't cancelled with the other jobs of a snapshot: another node would finish them without deleting.
async fn deletions_continue_when_their_snapshot_is_deleted_again(h: Harness) {
    h.declare(&here(), 1).await;
    queue(&h, &[of_node(snapshot_deletion(1), THERE)]).await;
    let mut tx = h.begin().await;
    tx.update_jobs_cancel_requested(Uuid::from_u128(1)).await.unwrap();
    tx.commit().await.unwrap();
    queue(&h, &[of_node(snapshot_deletion(2), NODE)]).await;
    let engine = Arc::new(IdleEngine::default());
    let workers = Workers::start(&deps(h.store.clone(), engine.clone(), NODE), 1);
    while engine.deleted_snapshots().is_empty() {
        tokio::time::sleep(POLL_EVERY).await;
    }
    workers.drain().await;
    let pending = h.store.list_pending_jobs().await.unwrap();
    assert_eq!(pending.len(), 1);
    assert!(!pending[0].cancel_requested);
    assert_eq!(engine.deleted_snapshots(), snapshot_ids([2]));
}

async fn jobs_of_undeclared_apps_fail_with_a_reason(h: Harness) {
    let (pending, requested) = (snapshot(1, "pending"), restore(2, WIKI, backup_source(9), 0));
    h.insert(&pending).await;
    let mut tx = h.begin().await;
    tx.insert_app_restore(&requested).await.unwrap();
    tx.commit().await.unwrap();
    queue(&h, &[snapshot_job(1, 0), restore_job(2)]).await;
    h.declare(&there(), 1).await;
    run_jobs(&h, &Arc::default(), THERE).await;
    let reason = format!("app {WIKI} is no longer declared");
    let store: &dyn Resources<SnapshotKind> = h.store.as_ref();
    let failed = store.fetch_resource(TEAM, pending.id).await.unwrap().unwrap();
    assert_eq!(failed.state, ResourceState::Failed);
    assert_eq!(failed.state_unready, [reason.as_str()]);
    let failed = h
        .store
        .fetch_app_restore(TEAM, requested.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(failed.node.as_deref(), Some(THERE), "it has begun there");
    assert_eq!(
        (failed.state, failed.reasons),
        (RestoreState::Failed, vec![reason])
    );
}

/// The job of a restore of the wiki.
fn restore_job(n: u128) -> NewJob {
    let payload = RestoreApp {
        account_id: TEAM,
        app_id: WIKI,
        restore_id: Uuid::from_u128(n).into(),
    };
    job(n, 0, payload)
}
