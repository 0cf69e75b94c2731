//! With SQLite, only one process runs jobs. A server that starts therefore knows that its predecessor is dead.

use std::path::{Path, PathBuf};

use appkeep_core::job::{Claim, CreateBackup, DeleteSnapshot, JobPayload, JobResult, LeaseStatus, NewJob};
use appkeep_core::name::NodeName;
use appkeep_core::server::NewServer;
use appkeep_core::store::Store;
use appkeep_store::SqliteStore;
use chrono::DateTime;
use uuid::Uuid;

const DEAD: Uuid = Uuid::from_u128(1);
const LIVING: Uuid = Uuid::from_u128(2);

pub(crate) fn claim(owner: Uuid) -> Claim {
    let at = |secs| DateTime::from_timestamp(secs, 0).unwrap();
    Claim {
        owner,
        now: at(1000),
        lease_until: at(1060),
        backups_max: None,
        node: "node".to_owned(),
    }
}

pub(crate) fn job(n: u128) -> NewJob {
    let payload = JobPayload::from(CreateBackup {
        account_id: Uuid::from_u128(1).into(),
        app_id: Uuid::from_u128(2).into(),
        backup_id: Uuid::from_u128(n).into(),
    });
    NewJob {
        id: Uuid::from_u128(n).into(),
        payload,
        run_after: DateTime::UNIX_EPOCH,
        correlation: None,
        node: Some("node".to_owned()),
    }
}

pub(crate) async fn queue(store: &SqliteStore, jobs: impl IntoIterator<Item = NewJob>) {
    let mut tx = store.begin().await.unwrap();
    for job in jobs {
        tx.insert_job(&job).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn path(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("appkeep.db")
}

/// Queues two jobs for one app. A server claims the first and dies.
async fn leave_behind(path: &Path) {
    let store = SqliteStore::open_sole_server(path).await.unwrap();
    queue(&store, [job(1), job(2)]).await;
    store.claim_job(&claim(DEAD)).await.unwrap().unwrap();
    store.close().await;
}

#[tokio::test]
async fn sole_server_claims_jobs_of_dead_servers_immediately() {
    let dir = tempfile::tempdir().unwrap();
    leave_behind(&path(&dir)).await;
    let store = SqliteStore::open_sole_server(path(&dir)).await.unwrap();
    let claimed = store.claim_job(&claim(LIVING)).await.unwrap().unwrap();
    assert_eq!(claimed.lease.job_id, job(1).id, "not the one that waits for it");
    assert_eq!(claimed.attempt, 2);
    assert_eq!(
        store.claim_job(&claim(LIVING)).await.unwrap(),
        None,
        "and never its own"
    );

    let until = claim(LIVING).lease_until;
    assert_eq!(
        store.renew_lease(&claimed.lease, until).await.unwrap(),
        LeaseStatus::Held
    );
    let mut tx = store.begin().await.unwrap();
    assert!(
        tx.update_job_finished(&claimed.lease, &JobResult::Done, DateTime::UNIX_EPOCH)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    assert_eq!(
        store
            .claim_job(&claim(LIVING))
            .await
            .unwrap()
            .unwrap()
            .lease
            .job_id,
        job(2).id
    );
}

#[tokio::test]
async fn other_servers_wait_until_the_lease_expires() {
    let dir = tempfile::tempdir().unwrap();
    leave_behind(&path(&dir)).await;
    let store = SqliteStore::open(path(&dir)).await.unwrap();
    assert_eq!(store.claim_job(&claim(LIVING)).await.unwrap(), None);
    let now = claim(DEAD).lease_until + chrono::TimeDelta::microseconds(1);
    let later = Claim {
        owner: LIVING,
        now,
        lease_until: now,
        backups_max: None,
        node: "node".to_owned(),
    };
    assert_eq!(
        store.claim_job(&later).await.unwrap().unwrap().lease.job_id,
        job(1).id
    );
}

#[tokio::test]
async fn only_the_sole_server_takes_over_step_keys_immediately() {
    let dir = tempfile::tempdir().unwrap();
    let (sole, other) = (
        SqliteStore::open_sole_server(path(&dir)).await.unwrap(),
        SqliteStore::open(path(&dir)).await.unwrap(),
    );
    let (now, key) = (claim(DEAD).now, Some("hooks:shop"));
    queue(
        &other,
        [NewJob {
            run_after: now,
            ..job(1)
        }],
    )
    .await;
    let dead = other.claim_job(&claim(DEAD)).await.unwrap().unwrap();
    let mut tx = other.begin().await.unwrap();
    assert!(tx.update_job_step_key(&dead.lease, key, now).await.unwrap());
    tx.commit().await.unwrap();

    let payload = DeleteSnapshot {
        account_id: None,
        app_id: Uuid::from_u128(2).into(),
        snapshot_id: Uuid::from_u128(2).into(),
        name: None,
    };
    let payload = JobPayload::from(payload);
    queue(&other, [NewJob { payload, ..job(2) }]).await;
    let living = other.claim_job(&claim(LIVING)).await.unwrap().unwrap();
    for (store, taken_over) in [(&other, false), (&sole, true)] {
        let mut tx = store.begin().await.unwrap();
        let set = tx.update_job_step_key(&living.lease, key, now).await.unwrap();
        assert_eq!(set, taken_over);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stores_on_one_file_never_claim_a_job_twice() {
    let dir = tempfile::tempdir().unwrap();
    let first = SqliteStore::open(path(&dir)).await.unwrap();
    let second = SqliteStore::open(path(&dir)).await.unwrap();
    let jobs = (1..=60).map(|n| {
        let (app_id, snapshot_id) = (Uuid::from_u128(2).into(), Uuid::from_u128(n).into());
        NewJob {
            payload: JobPayload::from(DeleteSnapshot {
                account_id: None,
                app_id,
                snapshot_id,
                name: None,
            }),
            ..job(n)
        }
    });
    queue(&first, jobs).await;
    let mut claimers = tokio::task::JoinSet::new();
    for (n, store) in (0..6).zip([&first, &second].into_iter().cycle()) {
        let store = store.clone();
        claimers.spawn(async move {
            let mut mine = Vec::new();
            while let Some(job) = store.claim_job(&claim(Uuid::from_u128(n))).await.unwrap() {
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
async fn the_sole_server_replaces_its_predecessor_in_the_register_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let node = NodeName::new("one").unwrap();
    let [dead, living] = [DEAD, LIVING].map(|id| NewServer {
        id,
        node: node.clone(),
    });
    let now = DateTime::UNIX_EPOCH;
    let store = SqliteStore::open_sole_server(path(&dir)).await.unwrap();
    for server in [dead, living] {
        assert_eq!(store.register_server(&server, now).await.unwrap(), None);
    }
    let registered = store.list_servers(now).await.unwrap();
    let ids: Vec<Uuid> = registered.iter().map(|found| found.id).collect();
    assert_eq!(ids, [LIVING]);
}
