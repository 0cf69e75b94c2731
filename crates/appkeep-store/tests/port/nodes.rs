//! Several nodes: the items that each declares, and the jobs that each may claim.

use std::collections::HashSet;
use std::path::Path;

use appkeep_core::app_snapshot::{AppSnapshot, SnapshotDetails};
use appkeep_core::catalog::{App, Bucket, Declaration};
use appkeep_core::ids::{AppId, BucketId, SnapshotKind};
use appkeep_core::job::{Claim, ClaimedJob, DeleteBackup, DeleteSnapshot, JobResult, NewJob};
use appkeep_core::name::NodeName;
use appkeep_core::node::{Node, list_nodes};
use appkeep_core::schedule::{NextRun, Retention, Schedule, ScheduleOrigin, Timing};
use appkeep_core::server::{DeletedNode, NewServer};
use appkeep_core::state::ResourceState;
use appkeep_core::store::{Resources, StoreError};
use uuid::Uuid;

use crate::fixtures::{
    FAR, FORUM, NEAR, NODE, OTHER_ACCOUNT, TEAM, WIKI, account, app, at, backup, bucket, job, snapshot,
};
use crate::harness::Harness;
use crate::jobs::{SERVER, backup_job, claim_by, end, queue, requeue, snapshot_job};

pub(crate) const THERE: &str = "there";
const HERE_SERVER: Uuid = SERVER;

port_tests! {
    items_are_declared_while_a_node_declares_them,
    nodes_may_only_differ_in_the_paths_of_volumes,
    renamed_shared_items_name_both_nodes,
    schedules_keep_their_next_run_when_other_nodes_change,
    jobs_are_claimed_by_nodes_that_declare_their_app_or_bucket,
    backups_are_claimed_by_nodes_that_declare_their_bucket,
    backups_of_an_app_can_use_the_buckets_of_its_nodes,
    jobs_of_a_node_are_claimed_only_by_it,
    cancelled_jobs_that_never_ran_are_claimed_by_any_node,
    cancelled_jobs_of_away_apps_are_claimed_by_any_node,
    jobs_of_undeclared_apps_are_claimed_by_any_node,
    deletions_of_data_are_not_cancelled,
    interrupted_jobs_are_claimed_by_another_node_of_the_app,
    restores_stay_on_the_node_that_began_them,
    snapshots_without_a_node_belong_to_the_next_that_declares,
    apps_are_away_while_none_of_their_nodes_has_a_live_server,
    a_node_is_forgotten_only_without_a_live_server,
}

fn with(apps: &[App], buckets: &[Bucket]) -> Declaration {
    Declaration {
        accounts: vec![account(TEAM, "team")],
        apps: apps.to_vec(),
        buckets: buckets.to_vec(),
        schedules: Vec::new(),
    }
}

/// The forum and the bucket `far`, for another node than the one with everything.
pub(crate) fn there() -> Declaration {
    with(&[app(TEAM, FORUM, "forum")], &[bucket(TEAM, FAR, "far", false)])
}

/// The wiki and the bucket `near`.
pub(crate) fn here() -> Declaration {
    with(&[app(TEAM, WIKI, "wiki")], &[bucket(TEAM, NEAR, "near", true)])
}

/// The names of the declared apps and buckets.
async fn declared(h: &Harness) -> (Vec<String>, Vec<String>) {
    let apps = h.store.list_apps(TEAM).await.unwrap().into_iter();
    let buckets = h.store.list_buckets(TEAM).await.unwrap().into_iter();
    let apps = apps.filter(|app| app.declared).map(|app| app.name);
    let buckets = buckets.filter(|bucket| bucket.declared).map(|bucket| bucket.name);
    (apps.collect(), buckets.collect())
}

async fn claim_on(h: &Harness, node: &str, now_secs: i64) -> Option<ClaimedJob> {
    let claim = Claim {
        node: node.to_owned(),
        ..claim_by(SERVER, now_secs)
    };
    h.store.claim_job(&claim).await.unwrap()
}

async fn claimed_number(h: &Harness, node: &str) -> Option<u128> {
    let job = claim_on(h, node, 0).await?;
    Some(job.lease.job_id.as_uuid().as_u128())
}

pub(crate) fn of_node(job: NewJob, node: &str) -> NewJob {
    NewJob {
        node: Some(node.to_owned()),
        ..job
    }
}

async fn refusal(h: &Harness, declaration: &Declaration) -> String {
    match h.declare_on(THERE, declaration, 2).await {
        Err(StoreError::Disagreement(reason)) => reason,
        result => panic!("{result:?}"),
    }
}

async fn items_are_declared_while_a_node_declares_them(h: Harness) {
    h.declare(&here(), 1).await;
    h.declare_on(THERE, &there(), 2).await.unwrap();
    let strings = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let both = (strings(&["forum", "wiki"]), strings(&["near", "far"]));
    assert_eq!(declared(&h).await.0, both.0);
    let others = h.store.list_buckets_of_other_nodes(NODE).await.unwrap();
    assert_eq!(others, HashSet::from([FAR]));
    // One node's start with another configuration doesn't undeclare the items of the other.
    h.declare(&with(&[], &[]), 3).await;
    assert_eq!(declared(&h).await, (strings(&["forum"]), strings(&["far"])));
    assert!(h.store.fetch_account(TEAM).await.unwrap().unwrap().declared);
    h.declare(&here(), 4).await;
    assert_eq!(declared(&h).await.0, both.0);
    h.declare(&Declaration::default(), 5).await;
    h.declare_on(THERE, &Declaration::default(), 6).await.unwrap();
    assert_eq!(declared(&h).await, (Vec::new(), Vec::new()));
    assert!(!h.store.fetch_account(TEAM).await.unwrap().unwrap().declared);
    assert!(
        !h.store
            .fetch_account(OTHER_ACCOUNT)
            .await
            .unwrap()
            .unwrap()
            .declared
    );
}

async fn nodes_may_only_differ_in_the_paths_of_volumes(h: Harness) {
    register(&h).await;
    h.declare(&here(), 1).await;
    let mut shared = here();
    shared.apps[0].volumes[0].path = "/mnt/wiki".into();
    h.declare_on(THERE, &shared, 2).await.unwrap();
    let path = async |node| {
        let app = h
            .store
            .fetch_app_of_node(node, TEAM, WIKI)
            .await
            .unwrap()
            .unwrap();
        app.volumes[0].path.clone()
    };
    assert_eq!(path(THERE).await, Path::new("/mnt/wiki"));
    assert_eq!(path(NODE).await, Path::new("/srv/wiki/data"));
    let elsewhere = h.store.fetch_app_of_node("elsewhere", TEAM, WIKI).await.unwrap();
    assert_eq!(elsewhere, None, "only other nodes declare it");
    let forum = h.store.fetch_app_of_node(NODE, TEAM, FORUM).await.unwrap();
    assert!(!forum.unwrap().declared, "no node declares it");

    let mut other = here();
    other.buckets[0].backups_max += 1;
    let refused = refusal(&h, &other).await;
    assert_eq!(
        refused,
        "nodes there and here declare bucket \"near\" differently: `backups_max` differs"
    );
    assert_eq!(path(THERE).await, Path::new("/mnt/wiki"), "nothing was changed");
    // The other node's declaration is outdated once its server has stopped.
    h.store.unregister_server(HERE_SERVER).await.unwrap();
    h.declare_on(THERE, &other, 4).await.unwrap();
    assert_eq!(
        h.store
            .fetch_app_of_node(NODE, TEAM, WIKI)
            .await
            .unwrap()
            .unwrap()
            .id,
        WIKI
    );
    assert_eq!(
        h.store.fetch_bucket(TEAM, NEAR).await.unwrap().unwrap(),
        other.buckets[0]
    );
    let others = h.store.list_buckets_of_other_nodes(NODE).await.unwrap();
    assert_eq!(others, HashSet::from([NEAR]));
}

/// A server of the node with everything.
async fn register(h: &Harness) {
    let server = NewServer {
        id: HERE_SERVER,
        node: NodeName::new(NODE).unwrap(),
    };
    assert_eq!(h.store.register_server(&server, at(0)).await.unwrap(), None);
}

async fn renamed_shared_items_name_both_nodes(h: Harness) {
    register(&h).await;
    h.declare(&here(), 1).await;
    let mut other = here();
    "books".clone_into(&mut other.apps[0].name);
    let refused = refusal(&h, &other).await;
    assert!(refused.ends_with("`name` differs"), "{refused}");
    let mut other = here();
    other.apps[0].id = AppId::new(Uuid::from_u128(0xbb));
    let refused = refusal(&h, &other).await;
    assert!(
        refused.contains("app \"wiki\"") && refused.contains("`id`"),
        "{refused}"
    );
}

async fn schedules_keep_their_next_run_when_other_nodes_change(h: Harness) {
    let schedule = Schedule {
        id: Uuid::from_u128(0xe1).into(),
        account_id: TEAM,
        app_id: WIKI,
        name: "nightly".to_owned(),
        timing: Timing::new("0 3 * * *", "UTC").unwrap(),
        jitter_secs: 5,
        creates_backup: true,
        creates_snapshot: false,
        bucket_id: None,
        retention: Retention::default(),
        snapshot_retention: None,
        enabled: true,
        origin: ScheduleOrigin::Configuration,
    };
    let mut shared = here();
    shared.schedules.push(schedule);
    h.declare(&shared, 1).await;
    let next = NextRun {
        due_at: at(100),
        decided_at: at(2),
    };
    let mut tx = h.begin().await;
    let planned = tx.update_schedule_next(shared.schedules[0].id, None, Some(next));
    assert!(planned.await.unwrap());
    tx.commit().await.unwrap();
    h.declare_on(THERE, &shared, 2).await.unwrap();
    h.declare(&here(), 3).await;
    let listed = h.store.list_schedules().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].next, Some(next));
    h.declare_on(THERE, &here(), 4).await.unwrap();
    assert_eq!(h.store.list_schedules().await.unwrap(), []);
}

async fn jobs_are_claimed_by_nodes_that_declare_their_app_or_bucket(h: Harness) {
    h.declare(&here(), 1).await;
    h.declare_on(THERE, &there(), 2).await.unwrap();
    let deletion = |n, bucket_id| {
        let payload = DeleteBackup {
            account_id: TEAM,
            app_id: AppId::new(Uuid::from_u128(n)),
            backup_id: Uuid::from_u128(n).into(),
            bucket_id,
            name: None,
        };
        NewJob {
            payload: payload.into(),
            ..backup_job(n, 0)
        }
    };
    let undeclared = BucketId::new(Uuid::from_u128(0xcc));
    queue(&h, &[backup_job(1, 0), snapshot_job(2, 0), deletion(3, NEAR)]).await;
    queue(&h, &[deletion(4, undeclared)]).await;
    assert_eq!(
        claimed_number(&h, THERE).await,
        Some(4),
        "no node declares the bucket"
    );
    assert_eq!(claimed_number(&h, THERE).await, None);
    assert_eq!(claimed_number(&h, NODE).await, Some(2));
    assert_eq!(
        claimed_number(&h, NODE).await,
        Some(3),
        "the bucket is declared here"
    );
    assert_eq!(claimed_number(&h, NODE).await, Some(1));
}

async fn backups_are_claimed_by_nodes_that_declare_their_bucket(h: Harness) {
    let mut shared = here();
    shared.buckets = vec![bucket(TEAM, FAR, "far", false)];
    h.declare(&here(), 1).await;
    h.declare_on(THERE, &shared, 2).await.unwrap();
    let mut into_far = backup(1, "far");
    into_far.details.bucket_id = FAR;
    h.insert(&into_far).await;
    queue(&h, &[backup_job(1, 0)]).await;
    assert_eq!(
        claimed_number(&h, NODE).await,
        None,
        "only the other node declares it"
    );
    // The data of a bucket that no node declares is still where it was.
    h.declare_on(THERE, &here(), 3).await.unwrap();
    assert_eq!(claimed_number(&h, NODE).await, Some(1));
}

async fn backups_of_an_app_can_use_the_buckets_of_its_nodes(h: Harness) {
    h.declare(&here(), 1).await;
    h.declare_on(THERE, &there(), 2).await.unwrap();
    let usable = async |app_id, node| {
        let buckets = h.store.list_buckets_of_app(TEAM, app_id, node).await.unwrap();
        buckets.into_iter().map(|bucket| bucket.id).collect::<Vec<_>>()
    };
    assert_eq!(usable(WIKI, None).await, [NEAR]);
    assert_eq!(usable(FORUM, None).await, [FAR]);
    assert_eq!(
        usable(WIKI, Some(THERE)).await,
        [FAR],
        "the node has the snapshot"
    );
    assert_eq!(usable(AppId::new(Uuid::from_u128(0xbb)), None).await, []);
    let mut shared = there();
    shared.apps.extend(here().apps);
    h.declare_on(THERE, &shared, 3).await.unwrap();
    let both: HashSet<_> = usable(WIKI, None).await.into_iter().collect();
    assert_eq!(both, HashSet::from([NEAR, FAR]));
}

/// A deletion of a snapshot, which requires no declaration.
pub(crate) fn snapshot_deletion(n: u128) -> NewJob {
    let payload = DeleteSnapshot {
        account_id: Some(TEAM),
        app_id: WIKI,
        snapshot_id: Uuid::from_u128(n).into(),
        name: None,
    };
    job(n, 0, payload)
}

async fn jobs_of_a_node_are_claimed_only_by_it(h: Harness) {
    h.declare_on(THERE, &there(), 2).await.unwrap();
    queue(&h, &[of_node(snapshot_deletion(1), THERE)]).await;
    queue(&h, &[of_node(backup_job(2, 0), THERE), snapshot_deletion(3)]).await;
    assert_eq!(claimed_number(&h, NODE).await, Some(3), "any node can run it");
    assert_eq!(claimed_number(&h, NODE).await, None);
    assert_eq!(claimed_number(&h, THERE).await, Some(1));
    assert_eq!(claimed_number(&h, THERE).await, Some(2));
}

async fn cancelled_jobs_that_never_ran_are_claimed_by_any_node(h: Harness) {
    queue(&h, &[backup_job(1, 0)]).await;
    let mut tx = h.begin().await;
    tx.update_jobs_cancel_requested(Uuid::from_u128(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(claimed_number(&h, "elsewhere").await, Some(1));
}

async fn cancelled_jobs_of_away_apps_are_claimed_by_any_node(h: Harness) {
    register(&h).await;
    h.declare(&here(), 1).await;
    queue(&h, &[backup_job(1, 0)]).await;
    let job = claim_on(&h, NODE, 0).await.unwrap();
    assert!(end(&h, &job, requeue(0, true)).await);
    let mut tx = h.begin().await;
    tx.update_jobs_cancel_requested(Uuid::from_u128(1)).await.unwrap();
    assert_eq!(tx.update_away_apps(at(0)).await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert_eq!(claimed_number(&h, THERE).await, None, "its node cleans up");
    h.store.unregister_server(HERE_SERVER).await.unwrap();
    let mut tx = h.begin().await;
    assert_eq!(tx.update_away_apps(at(0)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(claimed_number(&h, THERE).await, Some(1));
}

async fn jobs_of_undeclared_apps_are_claimed_by_any_node(h: Harness) {
    h.declare(&there(), 1).await;
    queue(
        &h,
        &[
            backup_job(1, 0),
            snapshot_job(2, 0),
            of_node(snapshot_job(3, 0), NODE),
        ],
    )
    .await;
    assert_eq!(
        claimed_number(&h, THERE).await,
        Some(2),
        "no node declares the wiki"
    );
    assert_eq!(claimed_number(&h, THERE).await, Some(1));
    assert_eq!(
        claimed_number(&h, THERE).await,
        None,
        "the other has begun on its node"
    );
}

async fn deletions_of_data_are_not_cancelled(h: Harness) {
    // The incomplete data of a snapshot that was created again on another node, and then deleted.
    queue(&h, &[of_node(snapshot_deletion(1), THERE)]).await;
    let mut tx = h.begin().await;
    tx.update_jobs_cancel_requested(Uuid::from_u128(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(claimed_number(&h, NODE).await, None, "the data isn't there");
    let job = claim_on(&h, THERE, 0).await.unwrap();
    assert!(!job.cancel_requested);
}

async fn interrupted_jobs_are_claimed_by_another_node_of_the_app(h: Harness) {
    h.declare(&here(), 1).await;
    h.declare_on(THERE, &here(), 2).await.unwrap();
    queue(&h, &[backup_job(1, 0)]).await;
    let first = claim_on(&h, NODE, 0).await.unwrap();
    assert_eq!(claim_on(&h, "elsewhere", 61).await, None);
    let second = claim_on(&h, THERE, 61).await.unwrap();
    assert_eq!(second.payload, first.payload);
    assert!(!end(&h, &first, JobResult::Done).await, "its lease is lost");
}

async fn restores_stay_on_the_node_that_began_them(h: Harness) {
    h.declare(&here(), 1).await;
    h.declare_on(THERE, &here(), 2).await.unwrap();
    queue(&h, &[snapshot_job(1, 0)]).await;
    let job = claim_on(&h, NODE, 0).await.unwrap();
    let mut tx = h.begin().await;
    assert!(tx.update_job_node(&job.lease, NODE).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(claim_on(&h, THERE, 61).await, None);
    assert!(claim_on(&h, NODE, 61).await.is_some());
    let mut tx = h.begin().await;
    assert!(
        !tx.update_job_node(&job.lease, THERE).await.unwrap(),
        "the lease is lost"
    );
}

async fn snapshots_without_a_node_belong_to_the_next_that_declares(h: Harness) {
    let finished = AppSnapshot {
        state: ResourceState::Completed,
        ..snapshot(1, "before")
    };
    h.insert(&finished).await;
    h.insert(&snapshot(2, "pending")).await;
    h.declare_on(THERE, &there(), 1).await.unwrap();
    h.declare(&here(), 2).await;
    let store: &dyn Resources<SnapshotKind> = h.store.as_ref();
    let node = async |id| {
        let found = store.fetch_resource(TEAM, id).await.unwrap().unwrap();
        found.details.node
    };
    assert_eq!(node(finished.id).await.as_deref(), Some(THERE));
    assert_eq!(node(snapshot(2, "pending").id).await, None);
    let listed = store.list_finished(WIKI, None, 10).await.unwrap();
    assert_eq!(listed[0].node.as_deref(), Some(THERE));
}

async fn apps_are_away_while_none_of_their_nodes_has_a_live_server(h: Harness) {
    let update = async || {
        let mut tx = h.begin().await;
        let changed = tx.update_away_apps(at(0)).await.unwrap();
        tx.commit().await.unwrap();
        changed
    };
    let away = async || {
        let view = h.store.fetch_app_view(TEAM, WIKI).await.unwrap().unwrap();
        view.away_nodes
    };
    register(&h).await;
    h.declare(&here(), 1).await;
    queue(&h, &[backup_job(1, 0)]).await;
    assert_eq!(update().await, 0);
    h.store.unregister_server(HERE_SERVER).await.unwrap();
    let version = h.store.fetch_account_version(TEAM).await.unwrap();
    assert_eq!(update().await, 1);
    assert_eq!(update().await, 0, "nothing changed");
    assert_eq!(away().await, [NODE]);
    assert!(h.store.fetch_account_version(TEAM).await.unwrap() > version);
    let jobs = h.store.list_pending_jobs().await.unwrap();
    assert_eq!(jobs[0].reason.as_deref(), Some("node here was not seen for 30 s"));
    h.declare_on(THERE, &here(), 2).await.unwrap();
    assert_eq!(away().await, Vec::<String>::new(), "a server declares it");
    assert_eq!(update().await, 1, "that server isn't registered");
    assert_eq!(away().await, [NODE, THERE]);
    register(&h).await;
    assert_eq!(update().await, 1);
    assert_eq!(away().await, Vec::<String>::new());
    assert_eq!(h.store.list_pending_jobs().await.unwrap()[0].reason, None);
}

async fn a_node_is_forgotten_only_without_a_live_server(h: Harness) {
    let delete = async |node| {
        let mut tx = h.begin().await;
        let deleted = tx.delete_node(node, at(3)).await.unwrap();
        tx.commit().await.unwrap();
        deleted
    };
    register(&h).await;
    h.declare(&here(), 1).await;
    h.declare_on(THERE, &there(), 2).await.unwrap();
    queue(&h, &[of_node(snapshot_deletion(1), THERE)]).await;
    let finished = AppSnapshot {
        state: ResourceState::Completed,
        details: SnapshotDetails {
            made_for: None,
            node: Some(THERE.to_owned()),
        },
        ..snapshot(2, "lost")
    };
    h.insert(&finished).await;
    let nodes = async || {
        let nodes = list_nodes(h.store.as_ref(), at(3)).await.unwrap();
        let shown = |node: Node| (node.name.clone(), node.is_live(), node.apps, node.buckets);
        nodes.into_iter().map(shown).collect::<Vec<_>>()
    };
    let strings = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let own = (NODE.to_owned(), true, strings(&["wiki"]), strings(&["near"]));
    let other = (THERE.to_owned(), false, strings(&["forum"]), strings(&["far"]));
    assert_eq!(nodes().await, [own.clone(), other]);

    assert!(matches!(delete(NODE).await, DeletedNode::Live(_)));
    assert_eq!(delete("nowhere").await, DeletedNode::Unknown);
    assert_eq!(delete(THERE).await, DeletedNode::Deleted);
    assert_eq!(delete(THERE).await, DeletedNode::Unknown);
    assert_eq!(nodes().await, [own]);
    assert_eq!(declared(&h).await, (strings(&["wiki"]), strings(&["near"])));
    assert_eq!(claimed_number(&h, NODE).await, Some(1), "any node can run it");
    let store: &dyn Resources<SnapshotKind> = h.store.as_ref();
    let found = store.fetch_resource(TEAM, finished.id).await.unwrap().unwrap();
    assert_eq!(found.details.node, None);
}
