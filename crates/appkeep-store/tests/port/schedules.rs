//! Schedules: their next runs, concurrent updates of those, and the items that they created.

use std::sync::Arc;

use appkeep_core::catalog::Declaration;
use appkeep_core::ids::{BackupKind, ScheduleId, SnapshotKind, SubjectId};
use appkeep_core::schedule::{NextRun, Retention, Schedule, ScheduleOrigin, Scheduled, Timing};
use appkeep_core::state::ResourceState;
use appkeep_core::store::{Store, StoreError, StoredKind};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::fixtures::{FORUM, NEAR, NODE, OTHER_ACCOUNT, TEAM, WIKI, at, backup, declaration, snapshot};
use crate::harness::Harness;

pub(crate) const NIGHTLY: ScheduleId = ScheduleId::new(Uuid::from_u128(0x51));

pub(crate) fn nightly() -> Schedule {
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
            keep_days: Some(30),
            ..Retention::default()
        },
        snapshot_retention: None,
        enabled: true,
        origin: ScheduleOrigin::Configuration,
    }
}

pub(crate) fn with(schedules: Vec<Schedule>) -> Declaration {
    Declaration {
        schedules,
        ..declaration()
    }
}

async fn declare(h: &Harness, schedules: Vec<Schedule>) {
    h.declare(&with(schedules), 0).await;
}

fn next(due_secs: i64) -> NextRun {
    NextRun {
        due_at: at(due_secs),
        decided_at: at(0),
    }
}

async fn update(h: &Harness, from: Option<NextRun>, to: Option<NextRun>) -> bool {
    let mut tx = h.begin().await;
    let updated = tx.update_schedule_next(NIGHTLY, from, to).await.unwrap();
    tx.commit().await.unwrap();
    updated
}

async fn next_run(h: &Harness) -> Option<NextRun> {
    let listed = h.store.list_schedules().await.unwrap();
    listed.first().expect("a declared schedule").next
}

port_tests! {
    declared_schedules_are_read_as_written_without_a_next_run,
    the_next_run_is_a_compare_and_set,
    only_one_of_several_servers_runs_a_due_schedule,
    next_run_survives_a_restart_and_the_same_declaration,
    changed_or_redeclared_schedules_have_no_next_run,
    runs_that_begin_at_once_survive_another_timing,
    schedules_of_clients_survive_declarations,
    changes_of_schedules_of_clients_keep_valid_next_runs,
    schedules_of_undeclared_apps_are_not_in_use,
    a_schedule_id_cannot_move_to_another_app,
    resources_of_a_schedule_are_distinguished_from_others,
}

async fn declared_schedules_are_read_as_written_without_a_next_run(h: Harness) {
    let of_all_kinds = Schedule {
        id: ScheduleId::new(Uuid::from_u128(0x52)),
        app_id: FORUM,
        creates_backup: false,
        creates_snapshot: true,
        bucket_id: None,
        jitter_secs: 0,
        retention: Retention::default(),
        ..nightly()
    };
    declare(&h, vec![of_all_kinds.clone(), nightly()]).await;
    let expected = [nightly(), of_all_kinds].map(|schedule| Scheduled { schedule, next: None });
    assert_eq!(h.store.list_schedules().await.unwrap(), expected);
    assert_eq!(
        h.store.fetch_schedule(TEAM, NIGHTLY).await.unwrap(),
        Some(nightly())
    );
    assert_eq!(
        h.store.fetch_schedule(OTHER_ACCOUNT, NIGHTLY).await.unwrap(),
        None
    );
}

async fn the_next_run_is_a_compare_and_set(h: Harness) {
    declare(&h, vec![nightly()]).await;
    assert!(!update(&h, Some(next(1)), Some(next(2))).await);
    assert!(update(&h, None, Some(next(1))).await);
    assert!(!update(&h, None, Some(next(2))).await);
    let decided_at_another_time = NextRun {
        decided_at: at(1),
        ..next(1)
    };
    assert!(!update(&h, Some(decided_at_another_time), Some(next(2))).await);
    assert_eq!(next_run(&h).await, Some(next(1)));
    assert!(update(&h, Some(next(1)), None).await);
    assert_eq!(next_run(&h).await, None);
}

async fn only_one_of_several_servers_runs_a_due_schedule(h: Harness) {
    declare(&h, vec![nightly()]).await;
    assert!(update(&h, None, Some(next(1))).await);
    let mut servers = JoinSet::new();
    for n in 0..6 {
        let store: Arc<dyn Store> = Arc::clone(&h.store);
        servers.spawn(async move {
            let mut tx = store.begin().await.unwrap();
            let won = tx.update_schedule_next(NIGHTLY, Some(next(1)), Some(next(10 + n)));
            let won = won.await.unwrap();
            tx.commit().await.unwrap();
            won
        });
    }
    let won = servers.join_all().await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
}

async fn next_run_survives_a_restart_and_the_same_declaration(h: Harness) {
    declare(&h, vec![nightly()]).await;
    assert!(update(&h, None, Some(next(1))).await);
    let h = h.reopened().await;
    let with_other_rules = Schedule {
        jitter_secs: 5,
        retention: Retention::default(),
        name: "every-night".to_owned(),
        ..nightly()
    };
    declare(&h, vec![with_other_rules]).await;
    assert_eq!(next_run(&h).await, Some(next(1)));
}

async fn changed_or_redeclared_schedules_have_no_next_run(h: Harness) {
    declare(&h, vec![nightly()]).await;
    for (expression, zone) in [("31 2 * * *", "Europe/Berlin"), ("31 2 * * *", "UTC")] {
        assert!(update(&h, None, Some(next(1))).await);
        let changed = Schedule {
            timing: Timing::new(expression, zone).unwrap(),
            ..nightly()
        };
        declare(&h, vec![changed.clone()]).await;
        let expected = Scheduled {
            schedule: changed,
            next: None,
        };
        assert_eq!(h.store.list_schedules().await.unwrap(), [expected]);
    }
    assert!(update(&h, None, Some(next(1))).await);
    declare(&h, vec![]).await;
    assert_eq!(h.store.list_schedules().await.unwrap(), []);
    assert!(
        !update(&h, Some(next(1)), Some(next(2))).await,
        "an undeclared schedule has no runs"
    );
    let kept = h.store.fetch_schedule(TEAM, NIGHTLY).await.unwrap().unwrap();
    assert!(!kept.enabled);
    declare(&h, vec![nightly()]).await;
    assert_eq!(next_run(&h).await, None);
}

async fn runs_that_begin_at_once_survive_another_timing(h: Harness) {
    declare(&h, vec![nightly()]).await;
    let at_once = NextRun {
        due_at: at(0),
        decided_at: at(0),
    };
    assert!(update(&h, None, Some(at_once)).await);
    let changed = Schedule {
        timing: Timing::new("31 2 * * *", "UTC").unwrap(),
        ..nightly()
    };
    declare(&h, vec![changed]).await;
    assert_eq!(next_run(&h).await, Some(at_once));
}

fn of_client() -> Schedule {
    Schedule {
        id: ScheduleId::new(Uuid::from_u128(0x53)),
        snapshot_retention: Some(Retention::last(2)),
        origin: ScheduleOrigin::Api {
            created_by: SubjectId::new(Uuid::from_u128(0x61)),
            modified_by: None,
        },
        ..nightly()
    }
}

async fn insert(h: &Harness, schedule: &Schedule) {
    let mut tx = h.begin().await;
    tx.insert_schedule(schedule, at(3)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn change(h: &Harness, schedule: &Schedule) {
    let mut tx = h.begin().await;
    assert!(tx.update_schedule(schedule, at(4)).await.unwrap());
    tx.commit().await.unwrap();
}

async fn schedules_of_clients_survive_declarations(h: Harness) {
    declare(&h, vec![nightly()]).await;
    insert(&h, &of_client()).await;
    let listed = async || {
        let listed = h.store.list_schedules().await.unwrap().into_iter();
        listed.map(|one| one.schedule).collect::<Vec<_>>()
    };
    assert_eq!(listed().await, [nightly(), of_client()]);
    declare(&h, vec![]).await;
    assert_eq!(listed().await, [of_client()]);
    declare(&h, vec![nightly()]).await;
    assert_eq!(listed().await, [nightly(), of_client()]);
    let mut tx = h.begin().await;
    let same_name = Schedule {
        id: ScheduleId::new(Uuid::from_u128(0x54)),
        ..of_client()
    };
    let refused = tx.insert_schedule(&same_name, at(0)).await;
    assert!(matches!(refused, Err(StoreError::NameTaken)), "{refused:?}");
    assert!(!tx.update_schedule(&nightly(), at(0)).await.unwrap());
    assert!(!tx.delete_schedule(NIGHTLY).await.unwrap());
    assert!(tx.delete_schedule(of_client().id).await.unwrap());
    assert!(!tx.delete_schedule(of_client().id).await.unwrap());
    let same_id = Schedule {
        id: NIGHTLY,
        ..of_client()
    };
    let refused = tx.insert_schedule(&same_id, at(0)).await;
    assert!(matches!(refused, Err(StoreError::NameTaken)), "{refused:?}");
    tx.commit().await.unwrap();
    assert_eq!(listed().await, [nightly()]);
}

async fn changes_of_schedules_of_clients_keep_valid_next_runs(h: Harness) {
    declare(&h, vec![]).await;
    insert(&h, &of_client()).await;
    let plan = async |to| {
        let mut tx = h.begin().await;
        let id = of_client().id;
        assert!(tx.update_schedule_next(id, None, Some(to)).await.unwrap());
        tx.commit().await.unwrap();
    };
    plan(next(1)).await;
    let mut changed = Schedule {
        name: "renamed".to_owned(),
        bucket_id: None,
        creates_snapshot: true,
        snapshot_retention: None,
        retention: Retention::last(9),
        origin: ScheduleOrigin::Api {
            created_by: SubjectId::new(Uuid::from_u128(0x61)),
            modified_by: Some(SubjectId::SYSTEM),
        },
        ..of_client()
    };
    change(&h, &changed).await;
    let found = async || h.store.list_app_schedules(TEAM, WIKI).await.unwrap().remove(0);
    let recorded = found().await;
    assert_eq!(recorded.item.schedule, changed);
    assert_eq!(recorded.item.next, Some(next(1)));
    assert_eq!((recorded.created_at, recorded.modified_at), (at(3), at(4)));
    changed.timing = Timing::new("0 3 * * *", "UTC").unwrap();
    change(&h, &changed).await;
    assert_eq!(found().await.item.next, None);
    plan(next(1)).await;
    changed.enabled = false;
    change(&h, &changed).await;
    assert_eq!(found().await.item.next, None);
    assert_eq!(h.store.list_schedules().await.unwrap(), []);
}

async fn schedules_of_undeclared_apps_are_not_in_use(h: Harness) {
    declare(&h, vec![]).await;
    insert(&h, &of_client()).await;
    let mut without = declaration();
    without.apps.retain(|app| app.id != WIKI);
    h.declare(&without, 0).await;
    assert_eq!(h.store.list_schedules().await.unwrap(), []);
    declare(&h, vec![]).await;
    assert_eq!(h.store.list_schedules().await.unwrap().len(), 1);
}

async fn a_schedule_id_cannot_move_to_another_app(h: Harness) {
    declare(&h, vec![nightly()]).await;
    let moved = Schedule {
        app_id: FORUM,
        ..nightly()
    };
    let mut tx = h.begin().await;
    let refused = tx
        .update_declaration(NODE, &with(vec![moved]), at(0))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains(&NIGHTLY.to_string()), "{refused}");
}

async fn resources_of_a_schedule_are_distinguished_from_others(h: Harness) {
    declare(&h, vec![nightly()]).await;
    let mut tx = h.begin().await;
    let by_schedule = |n, name: &str, state| {
        let mut backup = backup(n, name);
        backup.schedule_id = Some(NIGHTLY);
        backup.metadata.created_by = SubjectId::SYSTEM;
        backup.state = state;
        backup
    };
    // The newest by date, and the first to be inserted.
    let mut done = by_schedule(1, "one", ResourceState::Completed);
    done.snapshot_time = Some(at(77));
    tx.insert_resource(&done).await.unwrap();
    tx.insert_resource(&by_schedule(2, "two", ResourceState::Failed))
        .await
        .unwrap();
    tx.insert_resource(&backup(3, "by-a-person")).await.unwrap();
    assert_eq!(tx.count_in_progress_by_schedule(NIGHTLY).await.unwrap(), 0);
    let mut snapshot = snapshot(4, "four");
    snapshot.schedule_id = Some(NIGHTLY);
    tx.insert_resource(&snapshot).await.unwrap();
    assert_eq!(tx.count_in_progress_by_schedule(NIGHTLY).await.unwrap(), 1);
    for (n, state) in (5..).zip([
        ResourceState::Pending,
        ResourceState::Discovering,
        ResourceState::Running,
    ]) {
        tx.insert_resource(&by_schedule(n, state.as_str(), state))
            .await
            .unwrap();
    }
    assert_eq!(tx.count_in_progress_by_schedule(NIGHTLY).await.unwrap(), 4);
    tx.commit().await.unwrap();

    let store = h.store.as_ref();
    let made = BackupKind::of(store).list_by_schedule(NIGHTLY).await.unwrap();
    let seen: Vec<_> = made
        .iter()
        .map(|one| (one.id.as_u128(), one.at, one.state))
        .take(3)
        .collect();
    assert_eq!(
        seen,
        [
            (1, at(77), ResourceState::Completed),
            (2, at(0), ResourceState::Failed),
            (5, at(0), ResourceState::Pending),
        ]
    );
    let snapshots = SnapshotKind::of(store).list_by_schedule(NIGHTLY).await.unwrap();
    assert_eq!(snapshots.len(), 1);
    assert_eq!((snapshots[0].id, snapshots[0].at), (snapshot.id.as_uuid(), at(0)));
}
