//! Faults of the database while several tasks use a store.

use std::collections::BTreeSet;
use std::sync::Arc;

use appkeep_core::actor::AccountScope;
use appkeep_core::store::{Store, StoreError, StoreTx};
use appkeep_launcher::PostgresCluster;
use appkeep_store::PostgresStore;
use chrono::DateTime;
use sqlx_core::executor::Executor as _;
use sqlx_postgres::PgConnection;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::filled::{job, token};
use crate::schema::Schema;

const TERMINATE: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                         WHERE application_name = current_setting('search_path')";

/// The number of transactions, and of tasks that run them.
const TRANSACTIONS: u8 = 240;
const TASKS: usize = 3;
/// One of this many calls is preceded by the termination of all connections.
const CALLS_PER_TERMINATION: usize = 8;

/// The result of a transaction, as its caller knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Committed,
    RolledBack,
    /// The commit failed, perhaps only its acknowledgement.
    Unknown,
}

/// Terminates all connections of a store before some calls.
struct Terminator {
    connection: Mutex<PgConnection>,
    random: std::sync::Mutex<fastrand::Rng>,
}

impl Terminator {
    async fn pass(&self) {
        let terminates = self.random.lock().unwrap().usize(..CALLS_PER_TERMINATION) == 0;
        if terminates {
            self.connection.lock().await.execute(TERMINATE).await.unwrap();
        }
    }
}

/// Inserts a token and a job.
async fn write(store: &PostgresStore, n: u8, terminator: &Terminator) -> Result<Known, StoreError> {
    let begun = async {
        terminator.pass().await;
        let mut tx = store.begin().await?;
        terminator.pass().await;
        tx.insert_token(&token(n, AccountScope::All)).await?;
        terminator.pass().await;
        tx.insert_job(&job(n.into())).await?;
        terminator.pass().await;
        Ok::<Box<dyn StoreTx>, StoreError>(tx)
    };
    match begun.await {
        Ok(tx) => tx
            .commit()
            .await
            .map(|()| Known::Committed)
            .or_else(|error| expected(&error, Known::Unknown)),
        Err(error) => expected(&error, Known::RolledBack),
    }
}

fn expected(error: &StoreError, known: Known) -> Result<Known, StoreError> {
    match error {
        StoreError::Unavailable(_) | StoreError::Conflict => Ok(known),
        other => Err(StoreError::Broken(format!("unexpected: {other}"))),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn commits_survive_the_termination_of_connections_at_random() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let schema = Schema::create().await;
    let url = schema.url_with("application_name", schema.name());
    let store = PostgresStore::connect(&url).await.unwrap();
    let terminator = Arc::new(Terminator {
        connection: Mutex::new(schema.connect().await),
        random: std::sync::Mutex::new(fastrand::Rng::with_seed(seed)),
    });
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (store, terminator) = (store.clone(), terminator.clone());
        tasks.spawn(async move {
            let mut results = Vec::new();
            for n in (1..=TRANSACTIONS).skip(task).step_by(TASKS) {
                results.push((n, write(&store, n, &terminator).await.unwrap()));
            }
            results
        });
    }
    let results: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    store.close().await;

    let reader = PostgresStore::connect(&schema.url()).await.unwrap();
    let tokens = reader.list_tokens().await.unwrap();
    let tokens: BTreeSet<Uuid> = tokens.iter().map(|token| token.id.as_uuid()).collect();
    let jobs = reader.list_pending_jobs().await.unwrap();
    let jobs: BTreeSet<Uuid> = jobs.iter().map(|job| job.id.as_uuid()).collect();
    assert_eq!(tokens, jobs, "both rows or none");
    let mut counts = [0; 2];
    for (n, known) in results {
        let is_stored = tokens.contains(&Uuid::from_u128(n.into()));
        match known {
            Known::Committed => counts[0] += 1,
            Known::RolledBack => counts[1] += 1,
            Known::Unknown => continue,
        }
        assert_eq!(is_stored, known == Known::Committed, "{n}: {known:?}");
    }
    assert!(counts.iter().all(|&count| count > 0), "both occur: {counts:?}");
    reader.close().await;
}

fn is_unavailable<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Unavailable(_)))
}

async fn insert(store: &PostgresStore, n: u8) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    tx.insert_token(&token(n, AccountScope::All)).await?;
    tx.insert_job(&job(n.into())).await?;
    tx.commit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_fail_during_a_restart_and_recover_afterwards() {
    let mut cluster = PostgresCluster::start_new(&[], &[]);
    let url = format!("{}?acquire_timeout_secs=5&max_connections=4", cluster.url());
    let store = PostgresStore::connect(&url.into()).await.unwrap();
    let mut events = store.watch_jobs().unwrap();
    insert(&store, 1).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.insert_token(&token(2, AccountScope::All)).await.unwrap();

    cluster.stop();
    let committed = tx.commit().await;
    assert!(is_unavailable(&committed), "{committed:?}");
    let (listed, written, probed) = tokio::join!(store.list_tokens(), insert(&store, 3), store.probe_write());
    assert!(is_unavailable(&listed), "{:?}", listed.err());
    assert!(is_unavailable(&written), "{written:?}");
    assert!(is_unavailable(&probed), "{probed:?}");

    cluster.start();
    // Each broken connection fails at most once.
    let mut attempts = 0;
    while let Err(error) = insert(&store, 4).await {
        assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
        attempts += 1;
        assert!(attempts <= 4, "the store doesn't recover");
    }
    let tokens = store.list_tokens().await.unwrap();
    let ids: Vec<_> = tokens.iter().map(|token| token.id.as_uuid().as_u128()).collect();
    assert_eq!(ids, [1, 4]);
    assert_eq!(store.list_pending_jobs().await.unwrap().len(), 2);
    for n in 5..8 {
        insert(&store, n).await.unwrap();
        events.queued.changed().await.unwrap();
    }
    store.close().await;
}

#[tokio::test]
async fn statements_that_exceed_their_timeout_make_the_store_unavailable() {
    let schema = Schema::create().await;
    PostgresStore::connect(&schema.url()).await.unwrap().close().await;
    let url = schema.url_with("options[statement_timeout]", "5s");
    let store = PostgresStore::connect(&url).await.unwrap();
    let mut other = schema.connect().await;
    other
        .execute("BEGIN; LOCK TABLE tokens IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let mut tx = store.begin().await.unwrap();
    let inserted_token = token(1, AccountScope::All);
    let (listed, inserted) = tokio::join!(store.list_tokens(), tx.insert_token(&inserted_token));
    assert!(is_unavailable(&listed), "{:?}", listed.err());
    assert!(is_unavailable(&inserted), "{inserted:?}");
    drop(tx);
    other.execute("ROLLBACK").await.unwrap();
    insert(&store, 1).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert!(
        tx.update_token_revoked(token(1, AccountScope::All).id, DateTime::UNIX_EPOCH)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    store.close().await;
}
