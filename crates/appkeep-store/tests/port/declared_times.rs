use appkeep_core::catalog::Recorded;
use appkeep_core::ids::BucketId;
use appkeep_core::schedule::{NextRun, Retention, Schedule, ScheduleOrigin, Timing};
use uuid::Uuid;

use crate::fixtures::{FAR, FORUM, NEAR, OTHER_ACCOUNT, TEAM, WIKI, account, at, declaration};
use crate::harness::Harness;

fn schedule(cron: &str) -> Schedule {
    Schedule {
        id: Uuid::from_u128(0xe1).into(),
        account_id: TEAM,
        app_id: WIKI,
        name: "nightly".to_owned(),
        timing: Timing::new(cron, "UTC").unwrap(),
        jitter_secs: 5,
        creates_backup: true,
        creates_snapshot: false,
        bucket_id: Some(FAR),
        retention: Retention::default(),
        snapshot_retention: None,
        enabled: true,
        origin: ScheduleOrigin::Configuration,
    }
}

/// When each bucket was first declared and when it last changed, in seconds since the start.
async fn times(h: &Harness) -> Vec<(BucketId, i64, i64)> {
    let buckets = h.store.list_recorded_buckets(TEAM).await.unwrap();
    let secs = |time: chrono::DateTime<chrono::Utc>| (time - at(0)).num_seconds();
    buckets
        .iter()
        .map(|bucket| (bucket.item.id, secs(bucket.created_at), secs(bucket.modified_at)))
        .collect()
}

port_tests! {
    accounts_are_listed_with_their_times,
    only_differing_declarations_count_as_changed,
    app_schedules_include_their_next_run_and_runs_are_not_changes,
}

async fn accounts_are_listed_with_their_times(h: Harness) {
    let mut found = h.store.list_recorded_accounts().await.unwrap();
    found.sort_by_key(|account| account.item.id);
    let recorded = |item| Recorded {
        item,
        created_at: at(0),
        modified_at: at(0),
    };
    assert_eq!(
        found,
        [
            recorded(account(TEAM, "team")),
            recorded(account(OTHER_ACCOUNT, "other"))
        ]
    );
    let mut without = declaration();
    without.accounts.retain(|account| account.id == TEAM);
    without.apps.retain(|app| app.account_id == TEAM);
    without.buckets.retain(|bucket| bucket.account_id == TEAM);
    h.declare(&without, 7).await;
    let found = h.store.list_recorded_accounts().await.unwrap();
    let gone = found
        .iter()
        .find(|account| account.item.id == OTHER_ACCOUNT)
        .unwrap();
    assert!(!gone.item.declared);
    assert_eq!((gone.created_at, gone.modified_at), (at(0), at(7)));
}

async fn only_differing_declarations_count_as_changed(h: Harness) {
    let mut changed = declaration();
    // A different order is not a change.
    changed.buckets.swap(0, 1);
    h.declare(&changed, 1).await;
    assert_eq!(times(&h).await, [(FAR, 0, 0), (NEAR, 0, 0)]);
    changed.buckets[1].backups_max += 1;
    h.declare(&changed, 2).await;
    assert_eq!(times(&h).await, [(FAR, 0, 0), (NEAR, 0, 2)]);
    changed.buckets.remove(0);
    h.declare(&changed, 3).await;
    assert_eq!(times(&h).await, [(NEAR, 0, 2), (FAR, 0, 3)]);
    h.declare(&changed, 4).await;
    assert_eq!(times(&h).await, [(NEAR, 0, 2), (FAR, 0, 3)]);
}

async fn app_schedules_include_their_next_run_and_runs_are_not_changes(h: Harness) {
    let mut with = declaration();
    with.schedules.push(schedule("0 3 * * *"));
    h.declare(&with, 1).await;
    let next = NextRun {
        due_at: at(100),
        decided_at: at(2),
    };
    let mut tx = h.begin().await;
    assert!(
        tx.update_schedule_next(with.schedules[0].id, None, Some(next))
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    h.declare(&with, 3).await;
    let found = h.store.list_app_schedules(TEAM, WIKI).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].item.schedule, with.schedules[0]);
    assert_eq!(found[0].item.next, Some(next));
    assert_eq!((found[0].created_at, found[0].modified_at), (at(1), at(1)));
    assert_eq!(h.store.list_app_schedules(TEAM, FORUM).await.unwrap(), []);
    assert_eq!(h.store.list_app_schedules(OTHER_ACCOUNT, WIKI).await.unwrap(), []);

    with.schedules[0] = schedule("0 4 * * *");
    h.declare(&with, 4).await;
    let found = h.store.list_app_schedules(TEAM, WIKI).await.unwrap();
    assert_eq!((found[0].created_at, found[0].modified_at), (at(1), at(4)));
    assert_eq!(found[0].item.next, None);
}
