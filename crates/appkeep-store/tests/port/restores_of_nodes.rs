//! Restores of several nodes, each of which has the journals of those that it began.

use std::sync::Arc;

use appkeep_core::actor::{AccountScope, Actor, OpContext, Role};
use appkeep_core::app_backup::AppBackup;
use appkeep_core::app_restore::{AppRestore, CreateAppRestore, RestoreState, UnfinishedRestore};
use appkeep_core::authz::Write;
use appkeep_core::error::Error;
use appkeep_core::ids::AppRestoreId;
use appkeep_core::service::Service;
use appkeep_core::state::ResourceState;
use appkeep_core::worker::{InterruptedRestore, WorkerDeps, resume_restores};
use uuid::Uuid;

use crate::environment::deps;
use crate::fixtures::{ALICE, NODE, TEAM, WIKI, at, backup, backup_source, restore};
use crate::harness::Harness;
use crate::idle_engine::IdleEngine;
use crate::jobs::claim_by;
use crate::nodes::{THERE, here};

port_tests! {
    older_journals_do_not_replace_the_restore_of_another_node,
    only_its_node_completes_an_interrupted_restore,
    restores_run_on_the_node_of_an_interrupted_one,
}

async fn insert(h: &Harness, id: u128, state: RestoreState, node: &str) -> AppRestore {
    let restore = AppRestore {
        state,
        node: Some(node.to_owned()),
        ..restore(id, WIKI, backup_source(9), 0)
    };
    let mut tx = h.begin().await;
    tx.insert_app_restore(&restore).await.unwrap();
    tx.commit().await.unwrap();
    restore
}

async fn stored(h: &Harness, id: AppRestoreId) -> AppRestore {
    h.store.fetch_app_restore(TEAM, id).await.unwrap().unwrap()
}

async fn older_journals_do_not_replace_the_restore_of_another_node(h: Harness) {
    let older = insert(&h, 1, RestoreState::Interrupted, NODE).await;
    let newer = insert(&h, 2, RestoreState::Completed, THERE).await;
    let journal = UnfinishedRestore {
        id: older.id,
        app_id: WIKI,
        source: None,
    };
    let engine = Arc::new(IdleEngine::with_unfinished(vec![journal]));
    let of_node = |node| deps(h.store.clone(), engine.clone(), node);
    resume_restores(&of_node(NODE)).await.unwrap();
    assert_eq!(h.store.list_pending_jobs().await.unwrap(), []);
    assert_eq!(stored(&h, older.id).await, older);
    assert_eq!(stored(&h, newer.id).await, newer);

    // The node of the newer one may finish it: its engine restores in the same order.
    resume_restores(&of_node(THERE)).await.unwrap();
    assert_eq!(h.store.list_pending_jobs().await.unwrap().len(), 1);
    let resumed = stored(&h, older.id).await;
    assert_eq!(resumed.state, RestoreState::Running);
    assert_eq!(resumed.node.as_deref(), Some(THERE));
}

async fn only_its_node_completes_an_interrupted_restore(h: Harness) {
    let interrupted = insert(&h, 1, RestoreState::Interrupted, THERE).await;
    let complete = async |node| {
        let of = InterruptedRestore {
            account_id: TEAM,
            app_id: WIKI,
            except: None,
            node: Some(node),
        };
        let mut tx = h.begin().await;
        let completed = of.complete(tx.as_mut(), "abandoned", at(1)).await.unwrap();
        tx.commit().await.unwrap();
        completed
    };
    assert!(!complete(NODE).await);
    assert_eq!(stored(&h, interrupted.id).await, interrupted);
    assert!(complete(THERE).await);
    let completed = stored(&h, interrupted.id).await;
    assert_eq!(completed.state, RestoreState::Completed);
    assert_eq!(completed.reasons, ["abandoned"]);
}

/// Requests a restore of the wiki from a backup.
async fn request(deps: &WorkerDeps) -> Result<AppRestore, Error> {
    let (store, clock, ids) = (deps.store.clone(), deps.clock.clone(), deps.ids.clone());
    let service = Service::new(store, clock, ids, deps.wake.clone(), deps.admission.clone());
    let actor = Actor {
        subject: ALICE,
        role: Role::Member,
        scope: AccountScope::All,
    };
    let ctx = OpContext {
        actor,
        token_name: None,
        correlation: None,
    };
    let authorized = service.authorize::<Write>(ctx, TEAM).await?;
    let request = CreateAppRestore {
        app_id: WIKI,
        source: backup_source(9),
        target: None,
    };
    service.app_update(&authorized, request).await
}

async fn restores_run_on_the_node_of_an_interrupted_one(h: Harness) {
    h.declare(&here(), 1).await;
    h.declare_on(THERE, &here(), 2).await.unwrap();
    let completed = AppBackup {
        state: ResourceState::Completed,
        ..backup(9, "nightly")
    };
    h.insert(&completed).await;
    insert(&h, 1, RestoreState::Interrupted, THERE).await;
    let requested = request(&deps(h.store.clone(), Arc::default(), NODE))
        .await
        .unwrap();
    let claimed = async |node: &str| {
        let claim = appkeep_core::job::Claim {
            node: node.to_owned(),
            ..claim_by(Uuid::from_u128(0xe1), 1)
        };
        h.store.claim_job(&claim).await.unwrap()
    };
    assert_eq!(claimed(NODE).await, None, "the journal is on the other node");
    let job = claimed(THERE).await.unwrap();
    assert_eq!(job.payload.resource(), requested.id.as_uuid());
}
