//! Workers that another server wakes and stops.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use appkeep_core::ids::SnapshotKind;
use appkeep_core::job::{CreateSnapshot, DeleteSnapshot, JobPayload};
use appkeep_core::lease;
use appkeep_core::state::ResourceState;
use appkeep_core::store::{Store, StoredKind};
use appkeep_core::worker::{JobControl, WorkerDeps, Workers};
use appkeep_launcher::PostgresCluster;
use appkeep_store::PostgresStore;
use async_trait::async_trait;
use sqlx_core::executor::Executor as _;
use sqlx_core::query_scalar::query_scalar;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::environment::deps;
use crate::fixtures::{NODE, TEAM, WIKI, at, declaration, job, resource};
use crate::schema::Schema;

/// Keeps each job in its first state, and reports when it begins and when it is stopped.
struct Hold(mpsc::UnboundedSender<&'static str>);

struct Held(mpsc::UnboundedSender<&'static str>);

impl Drop for Held {
    fn drop(&mut self) {
        // The test may have ended.
        let _ = self.0.send("stopped");
    }
}

#[async_trait]
impl JobControl for Hold {
    async fn leave(&self, _: &JobPayload, _: ResourceState) -> Result<(), String> {
        let _held = Held(self.0.clone());
        let _ = self.0.send("begun");
        std::future::pending().await
    }
}

/// Workers' dependencies that hold each job in its first state.
fn held(store: PostgresStore, events: mpsc::UnboundedSender<&'static str>) -> WorkerDeps {
    WorkerDeps {
        notifier: None,
        job_control: Some(Arc::new(Hold(events))),
        ..deps(Arc::new(store), Arc::default(), NODE)
    }
}

/// Queues a job that creates a snapshot. Returns the snapshot's id.
async fn queue_snapshot(store: &PostgresStore) -> Uuid {
    let snapshot = resource::<SnapshotKind>(7, "of-another-server");
    let payload = CreateSnapshot {
        account_id: TEAM,
        app_id: WIKI,
        snapshot_id: snapshot.id,
    };
    let mut tx = store.begin().await.unwrap();
    tx.update_declaration(NODE, &declaration(), at(0)).await.unwrap();
    SnapshotKind::of_tx(tx.as_mut())
        .insert_resource(&snapshot)
        .await
        .unwrap();
    tx.insert_job(&job(8, 0, payload)).await.unwrap();
    tx.commit().await.unwrap();
    snapshot.id.as_uuid()
}

/// Forwards connections to a cluster. While it is stalled, nothing is forwarded, and no connection is closed.
struct Proxy {
    address: SocketAddr,
    is_stalled: watch::Sender<bool>,
}

impl Proxy {
    async fn start(cluster: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (is_stalled, watched) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let database = TcpStream::connect(&cluster).await.unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_database, to_database) = database.into_split();
                tokio::spawn(forward(from_client, to_database, watched.clone()));
                tokio::spawn(forward(from_database, to_client, watched.clone()));
            }
        });
        Self { address, is_stalled }
    }
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut is_stalled: watch::Receiver<bool>) {
    let mut buffer = vec![0; 16 << 10];
    while let Ok(bytes @ 1..) = from.read(&mut buffer).await {
        // The test may have ended.
        let is_resumed = is_stalled.wait_for(|is_stalled| !is_stalled).await.is_ok();
        if !is_resumed || to.write_all(&buffer[..bytes]).await.is_err() {
            return;
        }
    }
}

/// Another server can claim the job 30 s after the last renewal.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn jobs_of_a_private_cluster_that_does_not_respond_stop_before_their_leases_expire() {
    let cluster = PostgresCluster::start_new(&[], &[]);
    let direct = PostgresStore::connect(&cluster.url().into()).await.unwrap();
    let proxy = Proxy::start(cluster.address()).await;
    let url = cluster
        .url()
        .replace(&cluster.address(), &proxy.address.to_string());
    let store = PostgresStore::connect(&url.into()).await.unwrap();
    let (sender, mut events) = mpsc::unbounded_channel();
    let workers = Workers::start(&held(store.clone(), sender), 1);
    queue_snapshot(&direct).await;
    assert_eq!(events.recv().await, Some("begun"));

    let stalled = Instant::now();
    proxy.is_stalled.send_replace(true);
    assert_eq!(events.recv().await, Some("stopped"));
    assert!(stalled.elapsed() < lease::duration());

    proxy.is_stalled.send_replace(false);
    workers.drain().await;
    store.close().await;
    direct.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_of_another_server_stop_a_job_before_its_lease_is_renewed() {
    let schema = Schema::create().await;
    let first = PostgresStore::connect(&schema.url()).await.unwrap();
    let second = PostgresStore::connect(&schema.url()).await.unwrap();
    let (sender, mut events) = mpsc::unbounded_channel();
    let workers = Workers::start(&held(first.clone(), sender), 1);

    let snapshot_id = queue_snapshot(&second).await;
    assert_eq!(events.recv().await, Some("begun"));

    let requested = Instant::now();
    let mut tx = second.begin().await.unwrap();
    tx.update_jobs_cancel_requested(snapshot_id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(events.recv().await, Some("stopped"));
    assert!(requested.elapsed() < lease::renew_every());

    workers.drain().await;
    assert_eq!(second.list_pending_jobs().await.unwrap(), []);
    first.close().await;
    second.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn jobs_end_at_once_although_their_leases_are_renewed_meanwhile() {
    const JOBS: u64 = 60;
    let schema = Schema::create().await;
    // On a busy machine, the renewals delay the workers.
    let url = schema.url_with("acquire_timeout_secs", "300");
    let store = PostgresStore::connect(&url).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.update_declaration(NODE, &declaration(), at(0)).await.unwrap();
    for n in 0..JOBS {
        let payload = DeleteSnapshot {
            account_id: Some(TEAM),
            app_id: WIKI,
            snapshot_id: Uuid::from_u128(n.into()).into(),
            name: None,
        };
        tx.insert_job(&job(n.into(), 0, payload)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let deps = deps(Arc::new(store.clone()), Arc::default(), NODE);
    let workers = Workers::start(&deps, 4);
    let mut renewals = JoinSet::new();
    for _ in 0..4 {
        let mut database = schema.connect().await;
        renewals.spawn(async move {
            loop {
                let renewal =
                    "UPDATE jobs SET lease_until_micros = lease_until_micros + 1 WHERE state = 'running'";
                // It may conflict itself.
                let _ = database.execute(renewal).await;
            }
        });
    }
    while !store.list_pending_jobs().await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    renewals.shutdown().await;
    workers.drain().await;
    // A conflict that isn't resolved at once would put the job back into the queue.
    let claims: Vec<i64> = query_scalar("SELECT DISTINCT fence FROM jobs")
        .fetch_all(&mut schema.connect().await)
        .await
        .unwrap();
    assert_eq!(claims, [1]);
    store.close().await;
}
