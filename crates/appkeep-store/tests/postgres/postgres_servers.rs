//! Several servers on one database.

use appkeep_core::catalog::{Account, Declaration};
use appkeep_core::job::{Claim, DeleteBackup, DeleteSnapshot, JobPayload, JobResult, LeaseStatus, NewJob};
use appkeep_core::name::NodeName;
use appkeep_core::server::NewServer;
use appkeep_core::store::Store;
use appkeep_store::PostgresStore;
use chrono::{DateTime, Utc};
use futures::FutureExt as _;
use sqlx_core::query_as::query_as;
use sqlx_core::query_scalar::query_scalar;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::fixtures::{NEAR, TEAM, WIKI, declaration};
use crate::schema::Schema;

const FIRST: Uuid = Uuid::from_u128(1);
const SECOND: Uuid = Uuid::from_u128(2);

fn at(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(secs, 0).unwrap()
}

fn claim(owner: Uuid, now_secs: i64) -> Claim {
    Claim {
        owner,
        now: at(now_secs),
        lease_until: at(now_secs + 60),
        backups_max: None,
        node: "node".to_owned(),
    }
}

/// A job without a shared key.
fn job(n: u128) -> NewJob {
    let payload = DeleteSnapshot {
        account_id: None,
        app_id: Uuid::from_u128(2).into(),
        snapshot_id: Uuid::from_u128(n).into(),
        name: None,
    };
    NewJob {
        id: Uuid::from_u128(n).into(),
        payload: JobPayload::from(payload),
        run_after: at(0),
        correlation: None,
        node: Some("node".to_owned()),
    }
}

async fn queue(store: &PostgresStore, jobs: impl IntoIterator<Item = NewJob>) {
    let mut tx = store.begin().await.unwrap();
    for job in jobs {
        tx.insert_job(&job).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn servers() -> (Schema, PostgresStore, PostgresStore) {
    let schema = Schema::create().await;
    let first = PostgresStore::connect(&schema.url()).await.unwrap();
    let second = PostgresStore::connect(&schema.url()).await.unwrap();
    (schema, first, second)
}

#[tokio::test]
async fn transactions_of_all_servers_run_one_after_another() {
    let (_schema, first, second) = servers().await;
    let mut one = first.begin().await.unwrap();
    let mut other = tokio::spawn(async move { second.begin().await });
    // The second transaction begins when the first one has been committed, and sees its result.
    one.insert_job(&job(1)).await.unwrap();
    assert!((&mut other).now_or_never().is_none());
    one.commit().await.unwrap();
    let mut other = other.await.unwrap().unwrap();
    assert!(other.fetch_pending_job(job(1).id).await.unwrap().is_some());
    other.commit().await.unwrap();
}

#[tokio::test]
async fn transactions_see_renewals_and_claims_since_they_began() {
    let (_schema, store, _second) = servers().await;
    queue(&store, (1..=2).map(job)).await;
    let first = store.claim_job(&claim(FIRST, 0)).await.unwrap().unwrap();
    let mut tx = store.begin().await.unwrap();
    assert!(!tx.update_job_cancelled(job(9).id, at(0)).await.unwrap());
    store.renew_lease(&first.lease, at(999)).await.unwrap();
    assert!(tx.holds_lease(&first.lease).await.unwrap());
    let second = store.claim_job(&claim(SECOND, 0)).await.unwrap().unwrap();
    assert!(tx.holds_lease(&second.lease).await.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn job_is_not_claimed_while_a_transaction_depends_on_its_state() {
    let (_schema, first, second) = servers().await;
    queue(&first, [job(1)]).await;
    let mut tx = first.begin().await.unwrap();
    assert!(tx.fetch_pending_job(job(1).id).await.unwrap().is_some());
    assert_eq!(second.claim_job(&claim(SECOND, 1)).await.unwrap(), None);
    assert!(tx.update_job_cancelled(job(1).id, at(1)).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(second.claim_job(&claim(SECOND, 1)).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_transactions_of_several_servers_succeed_at_once() {
    let (_schema, first, second) = servers().await;
    let mut writers = JoinSet::new();
    for (n, store) in (1..=40).zip([first.clone(), second].into_iter().cycle()) {
        writers.spawn(async move {
            let mut tx = store.begin().await.unwrap();
            tx.insert_job(&job(n)).await.unwrap();
            tx.commit().await.unwrap();
        });
    }
    writers.join_all().await;
    assert_eq!(first.list_pending_jobs().await.unwrap().len(), 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_never_claim_a_job_twice() {
    let (_schema, first, second) = servers().await;
    queue(&first, (1..=60).map(job)).await;
    let mut claimers = JoinSet::new();
    for (n, store) in (0..6).zip([first, second].into_iter().cycle()) {
        claimers.spawn(async move {
            let mut mine = Vec::new();
            while let Some(job) = store.claim_job(&claim(Uuid::from_u128(n), 1)).await.unwrap() {
                mine.push(job.lease.job_id);
            }
            mine
        });
    }
    let mut claimed: Vec<_> = claimers.join_all().await.into_iter().flatten().collect();
    claimed.sort();
    assert_eq!(claimed, (1..=60).map(|n| job(n).id).collect::<Vec<_>>());
}

#[tokio::test]
async fn expired_job_is_not_claimed_while_its_results_are_written() {
    let (_schema, first, second) = servers().await;
    queue(&first, [job(1)]).await;
    let old = first.claim_job(&claim(FIRST, 0)).await.unwrap().unwrap();
    let mut tx = first.begin().await.unwrap();
    assert!(tx.holds_lease(&old.lease).await.unwrap());
    assert_eq!(second.claim_job(&claim(SECOND, 100)).await.unwrap(), None);
    assert!(
        tx.update_job_finished(&old.lease, &JobResult::Done, at(100))
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    assert_eq!(second.claim_job(&claim(SECOND, 100)).await.unwrap(), None);
    assert_eq!(
        first.renew_lease(&old.lease, at(999)).await.unwrap(),
        LeaseStatus::Lost
    );
}

#[tokio::test]
async fn renewal_conflicts_with_no_transaction_that_begins_later() {
    let (_schema, first, _second) = servers().await;
    queue(&first, [job(1)]).await;
    let job = first.claim_job(&claim(FIRST, 0)).await.unwrap().unwrap();
    for round in 1..=20 {
        assert_eq!(
            first.renew_lease(&job.lease, at(60 + round)).await.unwrap(),
            LeaseStatus::Held
        );
        let mut tx = first.begin().await.unwrap();
        assert!(tx.holds_lease(&job.lease).await.unwrap());
        let key = Some("hooks:wiki");
        assert!(tx.update_job_step_key(&job.lease, key, at(0)).await.unwrap());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn counts_are_folded_and_old_finished_jobs_are_deleted() {
    let (schema, store, _second) = servers().await;
    let account = Account {
        id: FIRST.into(),
        name: "team".to_owned(),
        declared: true,
    };
    for n in 0..100 {
        let mut tx = store.begin().await.unwrap();
        let account = Account {
            name: format!("team-{n}"),
            ..account.clone()
        };
        let declaration = Declaration {
            accounts: vec![account],
            ..Declaration::default()
        };
        tx.update_declaration("node", &declaration, at(n)).await.unwrap();
        tx.commit().await.unwrap();
    }
    queue(&store, (1..=1200).map(job)).await;
    let mut finished = 0;
    while let Some(job) = store.claim_job(&claim(FIRST, 1)).await.unwrap() {
        let mut tx = store.begin().await.unwrap();
        assert!(
            tx.update_job_finished(&job.lease, &JobResult::Done, at(1))
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        finished += 1;
    }
    assert_eq!(finished, 1200);
    let mut raw = schema.connect().await;
    let (first_kept, kept): (i64, i64) = query_as("SELECT MIN(seq), COUNT(*) FROM jobs")
        .fetch_one(&mut raw)
        .await
        .unwrap();
    assert_eq!(
        first_kept + kept,
        1201,
        "the jobs that finished first are deleted"
    );
    assert!((1000..=1064).contains(&kept), "{kept} jobs are kept");
    let statistics = store.fetch_statistics().await.unwrap();
    assert_eq!(statistics.jobs.iter().map(|one| one.count).sum::<i64>(), kept);
    let version = store.fetch_account_version(account.id).await.unwrap();
    assert!(version >= Some(99), "{version:?}");
    for table in [
        "account_changes",
        "job_counts",
        "queue_lengths",
        "resource_counts",
    ] {
        let count = match table {
            "account_changes" => "SELECT COUNT(*) FROM account_changes",
            "job_counts" => "SELECT COUNT(*) FROM job_counts",
            "queue_lengths" => "SELECT COUNT(*) FROM queue_lengths",
            _ => "SELECT COUNT(*) FROM resource_counts",
        };
        let rows: i64 = query_scalar(count).fetch_one(&mut raw).await.unwrap();
        assert!(rows < 400, "{table} has {rows} rows");
    }
}

#[tokio::test]
async fn waiting_jobs_name_the_away_nodes_of_their_bucket_or_snapshot() {
    let (_schema, store, _) = servers().await;
    let server = NewServer {
        id: FIRST,
        node: NodeName::new("node").unwrap(),
    };
    let mut tx = store.begin().await.unwrap();
    tx.update_declaration("node", &declaration(), at(0))
        .await
        .unwrap();
    tx.insert_job(&job(1)).await.unwrap();
    let deletion = DeleteBackup {
        account_id: TEAM,
        app_id: WIKI,
        backup_id: Uuid::from_u128(2).into(),
        bucket_id: NEAR,
        name: None,
    };
    let deletion = NewJob {
        payload: deletion.into(),
        node: None,
        ..job(2)
    };
    tx.insert_job(&deletion).await.unwrap();
    tx.commit().await.unwrap();
    let reasons = async || {
        let jobs = store.list_pending_jobs().await.unwrap().into_iter();
        jobs.map(|job| job.reason).collect::<Vec<_>>()
    };
    let away = Some("node node was not seen for 30 s".to_owned());
    assert_eq!(reasons().await, [away.clone(), away]);
    assert_eq!(store.register_server(&server, at(0)).await.unwrap(), None);
    assert_eq!(reasons().await, [None, None]);
}
