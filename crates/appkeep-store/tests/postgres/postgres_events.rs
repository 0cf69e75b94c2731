//! Events of the queue that several servers cause.

use std::time::Duration;

use appkeep_core::store::{JobEvents, Store};
use appkeep_store::PostgresStore;
use sqlx_core::executor::Executor as _;
use sqlx_core::query_scalar::query_scalar;
use tokio::sync::watch;

use crate::filled::job;
use crate::schema::Schema;

/// The longest time to wait for an event.
const PATIENCE: Duration = Duration::from_mins(1);

async fn changed(events: &mut watch::Receiver<()>) {
    let changed = tokio::time::timeout(PATIENCE, events.changed()).await;
    changed.expect("an event").expect("an open store");
}

/// Connections of a server that listens. The statement is its last one.
const COUNT_LISTENING: &str = "\
    SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = current_setting('search_path') \
    AND query = 'SELECT current_schema::TEXT'";

/// A server that listens, and its connections have the name of the schema.
async fn listening(schema: &Schema) -> (PostgresStore, JobEvents) {
    let url = schema.url_with("application_name", schema.name());
    let store = PostgresStore::connect(&url).await.unwrap();
    let mut events = store.watch_jobs().unwrap();
    is_listening(schema, &mut events).await;
    (store, events)
}

async fn is_listening(schema: &Schema, events: &mut JobEvents) {
    let mut raw = schema.connect().await;
    let listening = async {
        // Each attempt to connect is an event.
        changed(&mut events.queued).await;
        query_scalar::<_, i64>(COUNT_LISTENING)
            .fetch_one(&mut raw)
            .await
            .unwrap()
    };
    let mut count = listening.await;
    while count == 0 {
        changed(&mut events.queued).await;
        count = query_scalar(COUNT_LISTENING).fetch_one(&mut raw).await.unwrap();
    }
    events.cancelled.mark_unchanged();
}

async fn queue(store: &PostgresStore, n: u128) {
    let mut tx = store.begin().await.unwrap();
    tx.insert_job(&job(n)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn request_cancel(store: &PostgresStore, n: u128) {
    let mut tx = store.begin().await.unwrap();
    tx.update_jobs_cancel_requested(job(n).payload.resource())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn jobs_of_one_server_wake_the_others() {
    let schema = Schema::create().await;
    let first = PostgresStore::connect(&schema.url()).await.unwrap();
    let (second, mut events) = listening(&schema).await;
    queue(&first, 1).await;
    changed(&mut events.queued).await;
    assert!(!events.cancelled.has_changed().unwrap());
    request_cancel(&first, 1).await;
    changed(&mut events.cancelled).await;
    changed(&mut events.queued).await;
    second.close().await;
    assert!(
        events.queued.changed().await.is_err(),
        "a closed store has no events"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_committed_changes_of_the_same_schema_are_events() {
    let (schema, other) = (Schema::create().await, Schema::create().await);
    let elsewhere = PostgresStore::connect(&other.url()).await.unwrap();
    let (store, mut events) = listening(&schema).await;
    queue(&elsewhere, 1).await;
    request_cancel(&elsewhere, 1).await;
    queue(&store, 1).await;
    changed(&mut events.queued).await;
    let mut tx = store.begin().await.unwrap();
    tx.update_jobs_cancel_requested(job(1).payload.resource())
        .await
        .unwrap();
    drop(tx);
    // No job has this resource.
    request_cancel(&store, 2).await;
    queue(&store, 3).await;
    changed(&mut events.queued).await;
    assert!(!events.cancelled.has_changed().unwrap());
    store.close().await;
    elsewhere.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn terminated_listening_connections_are_replaced() {
    let schema = Schema::create().await;
    let first = PostgresStore::connect(&schema.url()).await.unwrap();
    let (second, mut events) = listening(&schema).await;
    for round in 0..3 {
        let terminate = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity \
                         WHERE application_name = current_setting('search_path')";
        schema.connect().await.execute(terminate).await.unwrap();
        is_listening(&schema, &mut events).await;
        // The first event may still be that of the connection.
        for n in 1..=3 {
            queue(&first, round * 10 + n).await;
            changed(&mut events.queued).await;
        }
    }
    second.close().await;
}
