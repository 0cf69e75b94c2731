//! SQLite databases with rows in all tables, and all that a store reads.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::path::PathBuf;

use appkeep_core::actor::{AccountScope, Actor, Role, Token, TokenHash};
use appkeep_core::app_restore::RestoreState;
use appkeep_core::catalog::Declaration;
use appkeep_core::ids::{BackupKind, ScheduleId, SnapshotKind, SubjectId};
use appkeep_core::job::{Claim, CreateSnapshot, JobPayload, JobResult, NewJob};
use appkeep_core::name::NodeName;
use appkeep_core::notification::{Event, EventKind, NewNotification, Subject};
use appkeep_core::resource::Resource;
use appkeep_core::schedule::{NextRun, Retention, Schedule, ScheduleOrigin, Timing};
use appkeep_core::server::NewServer;
use appkeep_core::state::ResourceState;
use appkeep_core::store::{ListFilter, Page, Store, StoreTx, StoredKind};
use appkeep_store::SqliteStore;
use tempfile::TempDir;
use uuid::Uuid;

use crate::fixtures::{
    ALICE, FORUM, NEAR, NODE, OTHER_ACCOUNT, Pending, TEAM, WIKI, at, backup_source, declaration, resource,
    restore,
};

const SERVER: Uuid = Uuid::from_u128(0xe1);
const NIGHTLY: ScheduleId = ScheduleId::new(Uuid::from_u128(0x51));
const STATES: [ResourceState; 7] = [
    ResourceState::Pending,
    ResourceState::Discovering,
    ResourceState::Running,
    ResourceState::Completed,
    ResourceState::Failed,
    ResourceState::Removed,
    ResourceState::Unknown,
];

/// A SQLite database that no process has open.
pub(crate) struct Source {
    _dir: TempDir,
    pub(crate) path: PathBuf,
}

impl Source {
    pub(crate) async fn filled(fill: impl AsyncFn(&SqliteStore)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("appkeep.sqlite3");
        let store = SqliteStore::open_sole_server(&path).await.unwrap();
        fill(&store).await;
        store.close().await;
        Self { _dir: dir, path }
    }

    pub(crate) fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(&self.path).unwrap()
    }
}

pub(crate) fn job(n: u128) -> NewJob {
    let payload = CreateSnapshot {
        account_id: TEAM,
        app_id: WIKI,
        snapshot_id: Uuid::from_u128(n).into(),
    };
    NewJob {
        id: Uuid::from_u128(n).into(),
        payload: JobPayload::from(payload),
        run_after: at(0),
        node: None,
        correlation: n.is_multiple_of(2).then(|| Uuid::from_u128(n)),
    }
}

pub(crate) fn token(n: u8, scope: AccountScope) -> Token {
    Token {
        id: Uuid::from_u128(n.into()).into(),
        name: format!("token {n} of \"ålice\"\n\\N"),
        hash: TokenHash([n; 32]),
        actor: Actor {
            subject: ALICE,
            role: Role::ALL[usize::from(n) % Role::ALL.len()],
            scope,
        },
        created_at: at(i64::from(n)),
        expires_at: (n == 1).then(|| at(77)),
        revoked_at: (n == 2).then(|| at(78)),
    }
}

fn nightly() -> Schedule {
    Schedule {
        id: NIGHTLY,
        account_id: TEAM,
        app_id: WIKI,
        name: "nightly".to_owned(),
        timing: Timing::new("30 2 * * *", "Europe/Berlin").unwrap(),
        jitter_secs: 600,
        creates_backup: true,
        creates_snapshot: false,
        bucket_id: Some(NEAR),
        retention: Retention {
            keep_last: Some(3),
            ..Retention::default()
        },
        snapshot_retention: None,
        enabled: true,
        origin: ScheduleOrigin::Configuration,
    }
}

/// A schedule of a client, with all of its fields.
fn of_client() -> Schedule {
    Schedule {
        id: Uuid::from_u128(0x53).into(),
        name: "of-client".to_owned(),
        snapshot_retention: Some(Retention::last(2)),
        origin: ScheduleOrigin::Api {
            created_by: SubjectId::new(Uuid::from_u128(0x61)),
            modified_by: None,
        },
        ..nightly()
    }
}

/// Inserts a resource in each state. Later ones have smaller ids and were created earlier.
async fn insert_resources<K: Pending>(tx: &mut dyn StoreTx, change: impl Fn(usize, &mut Resource<K>)) {
    for (n, state) in STATES.into_iter().enumerate() {
        let mut resource = resource::<K>(0x1000 - n as u128, &format!("in-state-{n}"));
        resource.state = state;
        resource.schedule_id = (n % 2 == 0).then_some(NIGHTLY);
        change(n, &mut resource);
        K::of_tx(tx).insert_resource(&resource).await.unwrap();
    }
}

/// Ends a claimed job for each result. Others stay running, queued, parked, or are cancelled.
async fn fill_jobs(store: &SqliteStore) {
    let mut tx = store.begin().await.unwrap();
    for n in 1..=9 {
        tx.insert_job(&job(n)).await.unwrap();
    }
    assert!(tx.update_job_cancelled(job(9).id, at(2)).await.unwrap());
    tx.update_jobs_cancel_requested(job(8).payload.resource())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let reason = "a reason with a NUL: \0".to_owned();
    let results = [
        None,
        Some(JobResult::Failed {
            reason: reason.clone(),
        }),
        Some(JobResult::Done),
        Some(JobResult::Cancelled),
        Some(JobResult::Requeue {
            run_after: at(50),
            counts: true,
            reason,
        }),
    ];
    let claim = Claim {
        owner: SERVER,
        node: NODE.to_owned(),
        now: at(1),
        lease_until: at(60),
        backups_max: None,
    };
    for result in results {
        let claimed = store.claim_job(&claim).await.unwrap().unwrap();
        let mut tx = store.begin().await.unwrap();
        match result {
            None => assert!(
                tx.update_job_step_key(&claimed.lease, Some("a step"), at(1))
                    .await
                    .unwrap()
            ),
            Some(result) => assert!(
                tx.update_job_finished(&claimed.lease, &result, at(3))
                    .await
                    .unwrap()
            ),
        }
        tx.commit().await.unwrap();
    }
}

pub(crate) async fn fill(store: &SqliteStore) {
    let mut tx = store.begin().await.unwrap();
    let scheduled = Declaration {
        schedules: vec![nightly()],
        ..declaration()
    };
    tx.update_declaration(NODE, &scheduled, at(0)).await.unwrap();
    let next = NextRun {
        due_at: at(500),
        decided_at: at(0),
    };
    assert!(tx.update_schedule_next(NIGHTLY, None, Some(next)).await.unwrap());
    assert!(tx.insert_alarm("an alarm", at(1)).await.unwrap());
    tx.insert_notification(&NewNotification {
        id: Uuid::from_u128(0x71),
        receiver: "pager".to_owned(),
        event: Event {
            kind: EventKind::Failure,
            subject: Subject::Test,
            account_id: None,
            at: at(1),
            since: None,
            backup_name: None,
            reasons: vec!["a reason".to_owned()],
        },
    })
    .await
    .unwrap();
    tx.insert_schedule(&of_client(), at(1)).await.unwrap();
    assert!(tx.update_schedule(&of_client(), at(2)).await.unwrap());
    tx.update_bucket_problem(NODE, NEAR, Some("unreachable"))
        .await
        .unwrap();
    for (n, scope) in (1..).zip([
        AccountScope::All,
        AccountScope::These(vec![TEAM, OTHER_ACCOUNT]),
        AccountScope::These(vec![]),
    ]) {
        tx.insert_token(&token(n, scope)).await.unwrap();
    }
    insert_resources::<BackupKind>(tx.as_mut(), |n, backup| {
        backup.metadata.created_at = at(-(i64::try_from(n).unwrap()));
        backup.details.bytes_done = (n > 2).then_some(u64::MAX >> 1 >> n);
    })
    .await;
    insert_resources::<SnapshotKind>(tx.as_mut(), |_, _| ()).await;
    for (n, state) in (1..).zip([
        RestoreState::Pending,
        RestoreState::Running,
        RestoreState::Completed,
        RestoreState::Failed,
        RestoreState::Interrupted,
    ]) {
        let app = if n < 3 { WIKI } else { FORUM };
        // The restore that is inserted last has neither the latest date nor the largest id.
        let mut restore = restore(0x100 - n, app, backup_source(1), -(i64::try_from(n).unwrap()));
        restore.state = state;
        tx.insert_app_restore(&restore).await.unwrap();
    }
    tx.commit().await.unwrap();
    let server = NewServer {
        id: SERVER,
        node: NodeName::new("node-1").unwrap(),
    };
    assert_eq!(store.register_server(&server, at(0)).await.unwrap(), None);
    fill_jobs(store).await;
    // An undeclared account, and a rename.
    let mut later = declaration();
    "renamed".clone_into(&mut later.accounts[0].name);
    let mut tx = store.begin().await.unwrap();
    tx.update_declaration(NODE, &later, at(9)).await.unwrap();
    tx.commit().await.unwrap();
}

/// All that the port reads, as text.
pub(crate) async fn read_all(store: &dyn Store) -> String {
    async fn resources<K: Pending + StoredKind>(store: &dyn Store, add: &mut impl FnMut(&dyn Debug))
    where
        Resource<K>: Debug,
    {
        for account_id in [TEAM, OTHER_ACCOUNT] {
            for app_id in [None, Some(WIKI)] {
                let page = Page {
                    after: None,
                    rows_max: 100,
                    bytes_max: usize::MAX,
                };
                let filter = ListFilter { account_id, app_id };
                add(&K::of(store).list_resources(&filter, &page).await.unwrap());
            }
        }
        add(&K::of(store).list_finished(WIKI, None, 100).await.unwrap());
        add(&K::of(store).list_by_schedule(NIGHTLY).await.unwrap());
    }
    let mut text = String::new();
    let mut add = |what: &dyn Debug| writeln!(text, "{what:?}").unwrap();
    for token in store.list_tokens().await.unwrap() {
        add(&(token.id, &token.name, token.hash.0, &token.actor));
        add(&(token.created_at, token.expires_at, token.revoked_at));
    }
    let mut accounts = store.list_recorded_accounts().await.unwrap();
    accounts.sort_by_key(|account| account.item.id);
    add(&accounts);
    for id in accounts.iter().map(|account| account.item.id) {
        add(&store.fetch_account_version(id).await.unwrap());
        add(&store.list_recorded_buckets(id).await.unwrap());
        let problems = store.list_bucket_problems(id).await.unwrap();
        add(&problems.into_iter().collect::<BTreeMap<_, _>>());
        for app in store.list_apps(id).await.unwrap() {
            add(&app);
            add(&store.fetch_app_view(id, app.id).await.unwrap());
            add(&store.fetch_latest_app_restore(id, app.id).await.unwrap());
            let mut schedules = store.list_app_schedules(id, app.id).await.unwrap();
            schedules.sort_by_key(|schedule| schedule.item.schedule.id);
            for schedule in schedules {
                add(&(schedule.item.schedule, schedule.item.next, schedule.created_at));
            }
        }
    }
    resources::<BackupKind>(store, &mut add).await;
    resources::<SnapshotKind>(store, &mut add).await;
    add(&store.list_pending_jobs().await.unwrap());
    add(&store.fetch_statistics().await.unwrap());
    add(&store.list_backup_results(100).await.unwrap());
    add(&store.list_alarms().await.unwrap());
    text
}
