//! Schedulers of several servers on one database.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use appkeep_core::admission::{Admission, FreeSpace, LowSpace, MeasuredSpace, QueueLimits};
use appkeep_core::catalog::Declaration;
use appkeep_core::clock::{Clock, IdSource};
use appkeep_core::schedule::{Retention, Schedule, ScheduleOrigin, Timing};
use appkeep_core::store::Store;
use appkeep_core::worker::{WorkerDeps, Workers};
use appkeep_store::PostgresStore;
use chrono::{DateTime, Utc};
use sqlx_core::query::query;
use sqlx_core::query_scalar::query_scalar;
use uuid::Uuid;

use crate::fixtures::{NEAR, NODE, TEAM, WIKI, at, declaration};
use crate::idle_engine::IdleEngine;
use crate::schema::Schema;

/// The clock of one server. All servers have the same time, in seconds after the start.
struct ServerClock {
    secs: Arc<AtomicI64>,
    reads: AtomicU64,
}

impl Clock for ServerClock {
    fn now(&self) -> DateTime<Utc> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        at(self.secs.load(Ordering::Relaxed))
    }
}

struct Ids(AtomicU64);

impl IdSource for Ids {
    fn next_id(&self) -> Uuid {
        Uuid::from_u128(self.0.fetch_add(1, Ordering::Relaxed).into())
    }
}

struct Unlimited;

impl FreeSpace for Unlimited {
    fn check(&self) -> Result<(), LowSpace> {
        Ok(())
    }

    fn measure(&self) -> Option<MeasuredSpace> {
        None
    }
}

/// A server without workers: backups stay queued.
struct Server {
    clock: Arc<ServerClock>,
    store: PostgresStore,
    workers: Workers,
}

impl Server {
    async fn start(schema: &Schema, secs: &Arc<AtomicI64>, ids: &Arc<Ids>, n: u32) -> Self {
        let store = PostgresStore::connect(&schema.url()).await.unwrap();
        let clock = Arc::new(ServerClock {
            secs: secs.clone(),
            reads: AtomicU64::new(0),
        });
        let deps = WorkerDeps {
            store: Arc::new(store.clone()),
            engine: Arc::new(IdleEngine::default()),
            clock: clock.clone(),
            ids: ids.clone(),
            wake: Arc::default(),
            owner: Uuid::from_u128(n.into()),
            node: format!("node-{n}"),
            backups_max: None,
            admission: Admission {
                space: Arc::new(Unlimited),
                limits: QueueLimits::default(),
            },
            restore_directories: Arc::default(),
            notifier: None,
            job_control: None,
        };
        let workers = Workers::start(&deps, 0);
        Self {
            clock,
            store,
            workers,
        }
    }

    /// Waits until the server has checked the schedules: a check reads the clock a few times, and at least once.
    async fn checked(&self, reads: u64) {
        let before = self.clock.reads.load(Ordering::Relaxed);
        while self.clock.reads.load(Ordering::Relaxed) < before + reads {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_servers_run_each_schedule_once_when_it_is_due() {
    const READS: u64 = 4;
    let schema = Schema::create().await;
    let (secs, ids) = (Arc::new(AtomicI64::new(0)), Arc::new(Ids(AtomicU64::new(0xf000))));
    let store = PostgresStore::connect(&schema.url()).await.unwrap();
    let every_minute = Schedule {
        id: Uuid::from_u128(0x51).into(),
        account_id: TEAM,
        app_id: WIKI,
        name: "minutely".to_owned(),
        timing: Timing::new("* * * * *", "UTC").unwrap(),
        jitter_secs: 0,
        creates_backup: true,
        creates_snapshot: false,
        bucket_id: Some(NEAR),
        retention: Retention::default(),
        snapshot_retention: None,
        enabled: true,
        origin: ScheduleOrigin::Configuration,
    };
    let declaration = Declaration {
        schedules: vec![every_minute],
        ..declaration()
    };
    let mut tx = store.begin().await.unwrap();
    tx.update_declaration(NODE, &declaration, at(0)).await.unwrap();
    tx.commit().await.unwrap();
    let servers = [
        Server::start(&schema, &secs, &ids, 1).await,
        Server::start(&schema, &secs, &ids, 2).await,
        Server::start(&schema, &secs, &ids, 3).await,
    ];
    let mut database = schema.connect().await;
    for minute in 0..4 {
        secs.store(60 * minute, Ordering::Relaxed);
        for server in &servers {
            server.checked(READS).await;
        }
        let backups: i64 = query_scalar("SELECT COUNT(*) FROM app_backups")
            .fetch_one(&mut database)
            .await
            .unwrap();
        // At first, only the next run is planned.
        assert_eq!(backups, minute, "after {minute} minutes");
        // A schedule doesn't run while its previous run is in progress.
        query("UPDATE app_backups SET state = 'failed'")
            .execute(&mut database)
            .await
            .unwrap();
    }
    for server in servers {
        server.workers.drain().await;
        server.store.close().await;
    }
    store.close().await;
}
