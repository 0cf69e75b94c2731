//! Compares the work with many and with few backups, and after many changes, in accesses to pages of the database.

use std::ops::Range;
use std::time::Duration;

use appkeep_launcher::PostgresCluster;
use sqlx_core::connection::Connection as _;
use sqlx_core::executor::Executor as _;
use sqlx_core::query::query;
use sqlx_core::query_scalar::query_scalar;
use sqlx_core::raw_sql::raw_sql;
use sqlx_postgres::PgConnection;
use tokio::sync::Mutex;

use super::PostgresStore;
use super::plans::assert_bounded;
use crate::scaling::{ACCOUNT, BUCKET, Measured, Work};

/// Triggers and foreign keys are left out, because they take most of the time.
const WITHOUT_TRIGGERS: &str = "SET session_replication_role = replica";

const CATALOG: &str = "\
    WITH account AS (INSERT INTO accounts (id, name, declared) VALUES ($1, 'team', TRUE)), \
    bucket AS (INSERT INTO buckets (id, account_id, name, location, is_default, position, declared) \
    VALUES ($2, $1, 'near', '{\"directory\":\"/backups\"}', TRUE, 0, TRUE)) \
    INSERT INTO apps (id, account_id, name, volumes, declared, created_micros) \
    SELECT ('00000000-0000-0000-0000-' || lpad(to_hex(786432 + n), 12, '0'))::UUID, $1, 'app-' || n, '[]', TRUE, n \
    FROM generate_series(0, $3 - 1) AS n";

/// One in four backups is completed; they are distributed evenly over the apps.
const BACKUPS: &str = "\
    INSERT INTO app_backups (id, account_id, app_id, name, bucket_id, state, state_unready, hook_state_details, \
    labels, created_micros, modified_micros, created_by, generation, bytes_done) \
    SELECT ('00000000-0000-0000-0001-' || lpad(to_hex(n), 12, '0'))::UUID, $1, \
    ('00000000-0000-0000-0000-' || lpad(to_hex(786432 + n % $3), 12, '0'))::UUID, 'backup-' || n, $2, \
    CASE n / $3 % 4 WHEN 0 THEN 'completed' ELSE 'failed' END, '[]', '[]', '[]', n, n, $1, 0, 10 \
    FROM generate_series(0, $4 - 1) AS n";

const COUNTS: &str = "\
    INSERT INTO resource_counts SELECT 'app_backup', state, COUNT(*), SUM(bytes_done) FROM app_backups GROUP BY state";

/// The tables that a backup's life changes often, and that have not been vacuumed and analysed since.
const NOT_VACUUMED: &str = "\
    SELECT COUNT(*) FROM pg_stat_user_tables WHERE relname IN \
    ('jobs', 'app_backups', 'queue_lengths', 'account_changes', 'resource_counts', 'job_counts') \
    AND (autovacuum_count = 0 OR autoanalyze_count = 0 OR n_dead_tup > 1100)";

/// The size of all tables and their indexes in bytes.
const SIZE: &str = "SELECT SUM(pg_total_relation_size(relid))::BIGINT FROM pg_stat_user_tables";

/// The number of backups that are created and deleted.
const CHURN: u128 = 2000;

const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// A database with many backups. Autovacuum is off, because its work would be counted.
struct Filled {
    store: PostgresStore,
    /// A connection to another database of the cluster.
    statistics: Mutex<PgConnection>,
    backups: u32,
    _cluster: PostgresCluster,
}

impl Filled {
    async fn create(apps: u32, backups: u32) -> Self {
        let cluster = PostgresCluster::start_new(&[], &["autovacuum_naptime=1", "max_wal_size=8GB"]);
        let other = format!("postgres://postgres@{}/template1", cluster.address());
        let mut statistics = PgConnection::connect(&other).await.unwrap();
        set_autovacuum(&mut statistics, false).await;
        // A connection's accesses are counted when it becomes idle, so there is only one.
        let url = format!("{}?max_connections=1", cluster.url());
        let store = PostgresStore::connect(&url.into()).await.unwrap();
        let mut raw = PgConnection::connect(&cluster.url()).await.unwrap();
        raw.execute(WITHOUT_TRIGGERS).await.unwrap();
        let (account, bucket) = (ACCOUNT.as_uuid(), BUCKET.as_uuid());
        let catalog = query(CATALOG).bind(account).bind(bucket);
        catalog.bind(i64::from(apps)).execute(&mut raw).await.unwrap();
        let rows = query(BACKUPS).bind(account).bind(bucket);
        let rows = rows.bind(i64::from(apps)).bind(i64::from(backups));
        rows.execute(&mut raw).await.unwrap();
        raw.execute(COUNTS).await.unwrap();
        raw.execute(raw_sql("VACUUM ANALYZE")).await.unwrap();
        raw.close().await.unwrap();
        Self {
            store,
            statistics: Mutex::new(statistics),
            backups,
            _cluster: cluster,
        }
    }

    /// The number of pages that were read, from memory or from disk.
    async fn total_pages(&self) -> i64 {
        let mut db = self.store.db().await.unwrap();
        db.execute("SELECT pg_stat_force_next_flush()").await.unwrap();
        drop(db);
        let read = "SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = 'postgres'";
        query_scalar(read)
            .fetch_one(&mut *self.statistics.lock().await)
            .await
            .unwrap()
    }

    async fn work(&self) -> Work {
        let measured = Measured {
            store: &self.store,
            total: async || self.total_pages().await,
        };
        // The first calls also read the schema.
        for n in 0..2 {
            measured.read(self.backups).await;
            measured.write(n).await;
        }
        let mut work = measured.read(self.backups).await;
        work.extend(measured.write(2).await);
        work
    }

    /// Creates, completes and deletes a backup for each of the numbers, while PostgreSQL vacuums. Returns the size of
    /// the tables and indexes in bytes, once PostgreSQL has vacuumed and analysed those that changed.
    async fn churn(&self, numbers: Range<u128>) -> i64 {
        set_autovacuum(&mut *self.statistics.lock().await, true).await;
        let unmeasured = Measured {
            store: &self.store,
            total: async || 0,
        };
        for n in numbers {
            unmeasured.write(n).await;
        }
        self.total_pages().await;
        while self.fetch(NOT_VACUUMED).await > 0 {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        set_autovacuum(&mut *self.statistics.lock().await, false).await;
        self.fetch(SIZE).await
    }

    async fn fetch(&self, number: &'static str) -> i64 {
        let mut db = self.store.db().await.unwrap();
        query_scalar(number).fetch_one(&mut *db).await.unwrap()
    }
}

/// Starts or stops autovacuum, and waits until it has started or stopped.
async fn set_autovacuum(db: &mut PgConnection, on: bool) {
    let set = if on {
        "ALTER SYSTEM SET autovacuum = on"
    } else {
        "ALTER SYSTEM SET autovacuum = off"
    };
    db.execute(set).await.unwrap();
    db.execute("SELECT pg_reload_conf()").await.unwrap();
    let running = "SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type LIKE 'autovacuum%'";
    while (query_scalar::<_, i64>(running).fetch_one(&mut *db).await.unwrap() > 0) != on {
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

#[tokio::test]
async fn work_does_not_grow_with_the_number_of_backups_private_cluster() {
    let small = Filled::create(10, 1000).await.work().await;
    let filled = Filled::create(1000, 1_000_000).await;
    let large = filled.work().await;
    for ((name, large), (_, small)) in large.iter().zip(&small) {
        println!("{name}: {large} pages, {small} with few backups");
        // Indexes have more levels.
        assert!(
            *small > 0 && *large <= 2 * small + 10,
            "{name}: {large} pages instead of {small}"
        );
    }
    assert_bounded(&mut filled.store.db().await.unwrap()).await;
}

#[tokio::test]
async fn work_does_not_grow_with_deleted_backups_private_cluster() {
    let filled = Filled::create(10, 1000).await;
    let size = filled.churn(1000..1000 + CHURN).await;
    // Counts are sums of rows, and most of these rows were added by the churn.
    let work = filled.work().await;
    let later_size = filled.churn(10_000..10_000 + CHURN).await;
    println!("{size} bytes after {CHURN} backups, {later_size} after as many more");
    assert!(
        later_size <= size + size / 4,
        "{later_size} bytes instead of {size}"
    );
    for ((name, later), (_, pages)) in filled.work().await.iter().zip(&work) {
        println!("{name}: {pages} pages, then {later}");
        assert!(
            *later <= 2 * pages + 10,
            "{name}: {later} pages instead of {pages}"
        );
    }
    assert_bounded(&mut filled.store.db().await.unwrap()).await;
}
