//! The register of servers.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use appkeep_core::clock::Clock;
use appkeep_core::lease;
use appkeep_core::name::NodeName;
use appkeep_core::server::{NewServer, RegisteredServer};
use appkeep_core::store_clock::StoreClock;
use appkeep_core::worker::{Register, RegisterError};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::fixtures::{NODE, at};
use crate::harness::Harness;
use crate::jobs::{claim, queue, snapshot_job};

fn server(id: u128, node: &str) -> NewServer {
    let (id, node) = (Uuid::from_u128(id), NodeName::new(node).unwrap());
    NewServer { id, node }
}

async fn register(h: &Harness, registered: &NewServer) -> Option<RegisteredServer> {
    h.store.register_server(registered, at(0)).await.unwrap()
}

async fn ids(h: &Harness) -> Vec<u128> {
    let servers = h.store.list_servers(at(0)).await.unwrap();
    servers.iter().map(|found| found.id.as_u128()).collect()
}

/// Changes when all servers were last seen. On PostgreSQL this is the time of the database, which tests can't set.
async fn age(h: &Harness, update: &'static str) {
    h.execute(update).await.unwrap();
}

const BY_20_SECS: &str = "UPDATE servers SET seen_micros = seen_micros - 20000000";
const BY_29_SECS: &str = "UPDATE servers SET seen_micros = seen_micros - 29000000";
const BY_31_SECS: &str = "UPDATE servers SET seen_micros = seen_micros - 31000000";
const BY_25_HOURS: &str = "UPDATE servers SET seen_micros = seen_micros - 90000000000";

port_tests! {
    a_server_is_registered_until_it_unregisters,
    a_live_server_keeps_its_node,
    a_refresh_makes_a_server_live_and_keeps_its_start,
    servers_that_were_not_seen_for_a_day_are_deleted,
    of_two_servers_that_register_at_once_one_gets_the_node,
    a_start_waits_until_its_predecessor_is_known_to_be_dead,
    a_start_is_refused_when_the_other_server_turns_out_to_live,
    a_server_claims_nothing_while_another_has_its_node,
}

async fn a_server_is_registered_until_it_unregisters(h: Harness) {
    let (one, two) = (server(1, "one"), server(2, "two.example.org"));
    assert_eq!(register(&h, &two).await, None);
    assert_eq!(register(&h, &one).await, None);
    let found = h.store.list_servers(at(0)).await.unwrap();
    let nodes: Vec<&str> = found.iter().map(|found| found.node.as_str()).collect();
    assert_eq!(nodes, ["one", "two.example.org"]);
    assert!(found.iter().all(RegisteredServer::is_live));
    h.store.unregister_server(one.id).await.unwrap();
    h.store.unregister_server(one.id).await.unwrap();
    assert_eq!(ids(&h).await, [2]);
}

async fn a_live_server_keeps_its_node(h: Harness) {
    assert_eq!(register(&h, &server(1, "one")).await, None);
    age(&h, BY_20_SECS).await;
    let other = register(&h, &server(2, "one")).await.unwrap();
    assert_eq!((other.id.as_u128(), other.node.as_str()), (1, "one"));
    assert!(other.is_live());
    assert!(other.unseen_for >= Duration::from_secs(20), "{other:?}");
    assert_eq!(ids(&h).await, [1]);
    // A dead server doesn't, but stays registered.
    age(&h, BY_31_SECS).await;
    assert_eq!(register(&h, &server(2, "one")).await, None);
    let found = h.store.list_servers(at(0)).await.unwrap();
    let live: Vec<bool> = found.iter().map(RegisteredServer::is_live).collect();
    assert_eq!(live, [false, true]);
    // When it returns, its successor has the node.
    assert_eq!(register(&h, &server(1, "one")).await.unwrap().id.as_u128(), 2);
    let found = h.store.list_servers(at(0)).await.unwrap();
    assert!(found[0].unseen_for > lease::duration());
}

async fn a_refresh_makes_a_server_live_and_keeps_its_start(h: Harness) {
    let one = server(1, "one");
    register(&h, &one).await;
    let started_at = h.store.list_servers(at(0)).await.unwrap()[0].started_at;
    age(&h, BY_31_SECS).await;
    assert!(!h.store.list_servers(at(0)).await.unwrap()[0].is_live());
    assert_eq!(register(&h, &one).await, None);
    let refreshed = &h.store.list_servers(at(0)).await.unwrap()[0];
    assert!(refreshed.is_live());
    assert_eq!(refreshed.started_at, started_at);
}

async fn servers_that_were_not_seen_for_a_day_are_deleted(h: Harness) {
    register(&h, &server(1, "one")).await;
    register(&h, &server(2, "two")).await;
    age(&h, BY_25_HOURS).await;
    register(&h, &server(3, "three")).await;
    assert_eq!(ids(&h).await, [3]);
}

async fn of_two_servers_that_register_at_once_one_gets_the_node(h: Harness) {
    let (one, two) = (server(1, "one"), server(2, "one"));
    let registered = tokio::join!(register(&h, &one), register(&h, &two));
    let refused = [registered.0, registered.1].into_iter().flatten().count();
    assert_eq!(refused, 1);
    assert_eq!(ids(&h).await.len(), 1);
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        SystemTime::now().into()
    }
}

fn entry(h: &Harness, registered: NewServer) -> Register {
    let clock = StoreClock::new(Arc::new(SystemClock));
    Register::new(h.store.clone(), Arc::new(clock), registered)
}

async fn a_start_waits_until_its_predecessor_is_known_to_be_dead(h: Harness) {
    entry(&h, server(1, "one")).enter().await.unwrap();
    age(&h, BY_29_SECS).await;
    let two = entry(&h, server(2, "one"));
    two.enter().await.unwrap();
    let found = h.store.list_servers(SystemClock.now()).await.unwrap();
    let live: Vec<bool> = found.iter().map(RegisteredServer::is_live).collect();
    assert_eq!(live, [false, true]);
    two.leave().await;
    entry(&h, server(3, "one")).enter().await.unwrap();
}

async fn a_start_is_refused_when_the_other_server_turns_out_to_live(h: Harness) {
    let one = entry(&h, server(1, "one"));
    one.enter().await.unwrap();
    let two = entry(&h, server(2, "one"));
    let refused = two.enter();
    let lives = async {
        loop {
            one.enter().await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let refused = tokio::select! {
        refused = refused => refused,
        () = lives => unreachable!(),
    };
    let Err(RegisterError::NodeInUse { node, unseen_for }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(node.as_str(), "one");
    assert!(unseen_for < lease::duration());
    assert_eq!(h.store.list_servers(SystemClock.now()).await.unwrap().len(), 1);
}

async fn a_server_claims_nothing_while_another_has_its_node(h: Harness) {
    let (superseded, successor) = (server(1, NODE), server(2, NODE));
    assert_eq!(register(&h, &superseded).await, None);
    queue(&h, &[snapshot_job(1, 0), snapshot_job(2, 0)]).await;
    assert!(claim(&h, superseded.id, 0).await.is_some());
    age(&h, BY_31_SECS).await;
    assert_eq!(register(&h, &successor).await, None);
    assert_eq!(claim(&h, superseded.id, 0).await, None);
    h.store.unregister_server(successor.id).await.unwrap();
    assert!(claim(&h, superseded.id, 0).await.is_some());
}
