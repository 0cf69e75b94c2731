//! Summaries of apps, which contain parts of other lists.

use appkeep_core::app_backup::AppBackup;
use appkeep_core::app_restore::{AppRestore, RestoreState};
use appkeep_core::app_summary::{AppSummary, IN_PROGRESS_MAX, InProgressCounts, SCHEDULES_MAX};
use appkeep_core::ids::{AppId, ScheduleId};
use appkeep_core::listing::Listed as _;
use appkeep_core::schedule::{NextRun, Retention, Schedule, ScheduleOrigin, Timing};
use appkeep_core::state::ResourceState;
use appkeep_core::store::Page;
use uuid::Uuid;

use crate::fixtures::{ALICE, FORUM, OTHER_ACCOUNT, TEAM, WIKI, at, backup, backup_source, restore};
use crate::harness::Harness;

const PAGE: Page = Page {
    after: None,
    rows_max: 10,
    bytes_max: usize::MAX,
};

async fn summary(h: &Harness, id: AppId) -> AppSummary {
    let page = h.store.list_app_summaries(TEAM, &PAGE).await.unwrap();
    let mut rows = page.rows.into_iter();
    rows.find(|summary| summary.view.app.id == id).unwrap()
}

/// A backup in this state that was created at `secs`.
fn backup_in(id: u128, app_id: AppId, state: ResourceState, secs: i64) -> AppBackup {
    let mut backup = AppBackup {
        app_id,
        state,
        ..backup(id, &format!("b{id}"))
    };
    backup.metadata.created_at = at(secs);
    backup
}

fn restore_in(id: u128, state: RestoreState, secs: i64) -> AppRestore {
    AppRestore {
        state,
        ..restore(id, WIKI, backup_source(1), secs)
    }
}

fn schedule(id: u128, enabled: bool) -> Schedule {
    Schedule {
        id: ScheduleId::new(Uuid::from_u128(id)),
        account_id: TEAM,
        app_id: WIKI,
        name: format!("s{id}"),
        timing: Timing::new("0 2 * * *", "UTC").unwrap(),
        jitter_secs: 0,
        creates_backup: true,
        creates_snapshot: false,
        bucket_id: None,
        retention: Retention::last(3),
        snapshot_retention: None,
        enabled,
        origin: ScheduleOrigin::Api {
            created_by: ALICE,
            modified_by: None,
        },
    }
}

async fn insert_restores(h: &Harness, restores: &[AppRestore]) {
    let mut tx = h.begin().await;
    for restore in restores {
        tx.insert_app_restore(restore).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn ids<T>(items: &[T], id_of: impl Fn(&T) -> Uuid) -> Vec<u128> {
    items.iter().map(|item| id_of(item).as_u128()).collect()
}

port_tests! {
    apps_without_resources_have_empty_summaries,
    newest_backups_are_found_among_those_that_have_ended,
    backups_in_progress_are_counted_and_limited,
    restores_are_summarized_by_state,
    schedules_in_use_are_first,
    summaries_are_paged_like_apps,
    every_change_of_a_summary_changes_the_version,
}

async fn apps_without_resources_have_empty_summaries(h: Harness) {
    let view = h.store.fetch_app_view(TEAM, WIKI).await.unwrap().unwrap();
    let expected = AppSummary {
        view,
        last_completed_backup: None,
        latest_backup: None,
        backups_in_progress: Vec::new(),
        last_restore: None,
        restores_in_progress: Vec::new(),
        counts: InProgressCounts::default(),
        schedules: Vec::new(),
    };
    assert_eq!(summary(&h, WIKI).await, expected);
}

async fn newest_backups_are_found_among_those_that_have_ended(h: Harness) {
    let completed = backup_in(1, WIKI, ResourceState::Completed, 10);
    h.insert(&completed).await;
    h.insert(&backup_in(2, WIKI, ResourceState::Completed, 5)).await;
    let wiki = summary(&h, WIKI).await;
    assert_eq!(wiki.last_completed_backup.as_ref(), Some(&completed));
    assert_eq!(wiki.latest_backup.as_ref(), Some(&completed));
    for (id, state) in [
        (3, ResourceState::Failed),
        (4, ResourceState::Removed),
        (5, ResourceState::Unknown),
        (6, ResourceState::Failed),
    ] {
        let ended = backup_in(id, WIKI, state, 20);
        h.insert(&ended).await;
        let wiki = summary(&h, WIKI).await;
        assert_eq!(wiki.last_completed_backup.as_ref(), Some(&completed));
        assert_eq!(wiki.latest_backup, Some(ended), "as old as the others, so by id");
    }
    h.insert(&backup_in(7, WIKI, ResourceState::Running, 30)).await;
    h.insert(&backup_in(8, FORUM, ResourceState::Failed, 40)).await;
    let wiki = summary(&h, WIKI).await;
    assert_eq!(wiki.latest_backup.unwrap().id.as_uuid().as_u128(), 6);
    let forum = summary(&h, FORUM).await;
    assert_eq!(forum.last_completed_backup, None);
    assert_eq!(forum.latest_backup.unwrap().id.as_uuid().as_u128(), 8);
}

async fn backups_in_progress_are_counted_and_limited(h: Harness) {
    for id in 1..=15 {
        let secs = i64::try_from(id).unwrap();
        h.insert(&backup_in(id, WIKI, ResourceState::Pending, secs)).await;
    }
    h.insert(&backup_in(20, WIKI, ResourceState::Running, 1)).await;
    h.insert(&backup_in(21, WIKI, ResourceState::Discovering, 2))
        .await;
    let wiki = summary(&h, WIKI).await;
    assert_eq!(
        ids(&wiki.backups_in_progress, |backup| backup.id.as_uuid()),
        [21, 20, 15, 14, 13, 12, 11, 10, 9, 8]
    );
    assert_eq!(wiki.backups_in_progress.len(), IN_PROGRESS_MAX as usize);
    let counts = InProgressCounts {
        started_backups: 2,
        pending_backups: 15,
        ..InProgressCounts::default()
    };
    assert_eq!(wiki.counts, counts);
    assert_eq!(summary(&h, FORUM).await.counts, InProgressCounts::default());
}

async fn restores_are_summarized_by_state(h: Harness) {
    // The one that ended last is the one that was inserted last, regardless of its date.
    insert_restores(
        &h,
        &[
            restore_in(1, RestoreState::Completed, 50),
            restore_in(2, RestoreState::Failed, 3),
            restore_in(3, RestoreState::Running, 4),
        ],
    )
    .await;
    let pending: Vec<_> = (10..=22)
        .map(|id| restore_in(id, RestoreState::Pending, 5))
        .collect();
    insert_restores(&h, &pending).await;
    let wiki = summary(&h, WIKI).await;
    assert_eq!(wiki.last_restore.unwrap().id.as_uuid().as_u128(), 2);
    assert_eq!(
        ids(&wiki.restores_in_progress, |restore| restore.id.as_uuid()),
        [3, 22, 21, 20, 19, 18, 17, 16, 15, 14]
    );
    assert_eq!(
        (wiki.counts.started_restores, wiki.counts.pending_restores),
        (1, 13)
    );
    let forum = summary(&h, FORUM).await;
    assert_eq!(
        (forum.last_restore, forum.restores_in_progress),
        (None, Vec::new())
    );
}

async fn schedules_in_use_are_first(h: Harness) {
    let mut tx = h.begin().await;
    tx.insert_schedule(&schedule(1, true), at(1)).await.unwrap();
    tx.insert_schedule(&schedule(2, false), at(2)).await.unwrap();
    tx.insert_schedule(&schedule(3, true), at(3)).await.unwrap();
    let next = NextRun {
        due_at: at(100),
        decided_at: at(4),
    };
    let id = schedule(3, true).id;
    assert!(tx.update_schedule_next(id, None, Some(next)).await.unwrap());
    tx.commit().await.unwrap();
    let schedules = summary(&h, WIKI).await.schedules;
    let shown = |schedules: &[_]| {
        ids(
            schedules,
            |one: &appkeep_core::catalog::Recorded<appkeep_core::schedule::Scheduled>| {
                one.item.schedule.id.as_uuid()
            },
        )
    };
    assert_eq!(shown(&schedules), [3, 1, 2]);
    assert_eq!(
        (schedules[0].item.next, schedules[0].created_at),
        (Some(next), at(3))
    );
    assert!(summary(&h, FORUM).await.schedules.is_empty());
    let mut tx = h.begin().await;
    for id in 4..=120 {
        tx.insert_schedule(&schedule(id, true), at(5)).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(summary(&h, WIKI).await.schedules.len(), SCHEDULES_MAX);
}

async fn summaries_are_paged_like_apps(h: Harness) {
    let apps = h.store.list_app_views(TEAM, &PAGE).await.unwrap();
    let all = h.store.list_app_summaries(TEAM, &PAGE).await.unwrap();
    let views: Vec<_> = all.rows.iter().map(|summary| summary.view.clone()).collect();
    assert_eq!((views, all.has_more), (apps.rows, false));
    let one = Page { rows_max: 1, ..PAGE };
    let first = h.store.list_app_summaries(TEAM, &one).await.unwrap();
    assert_eq!((&first.rows[..], first.has_more), (&all.rows[..1], true));
    let after = Page {
        after: Some(first.rows[0].position()),
        ..one
    };
    let second = h.store.list_app_summaries(TEAM, &after).await.unwrap();
    assert_eq!((&second.rows[..], second.has_more), (&all.rows[1..], false));
    let others = h.store.list_app_summaries(OTHER_ACCOUNT, &PAGE).await.unwrap();
    assert_eq!(others.rows.len(), 1);
}

async fn every_change_of_a_summary_changes_the_version(h: Harness) {
    let version = async || h.store.fetch_account_version(TEAM).await.unwrap().unwrap();
    let others = h.store.fetch_account_version(OTHER_ACCOUNT).await.unwrap();
    let mut last = version().await;
    let mut changed = async |what: &str| {
        let now = version().await;
        assert!(now > last, "{what}");
        last = now;
    };
    let mut tx = h.begin().await;
    tx.insert_schedule(&schedule(1, true), at(1)).await.unwrap();
    tx.commit().await.unwrap();
    changed("a new schedule").await;
    let next = NextRun {
        due_at: at(100),
        decided_at: at(4),
    };
    let mut tx = h.begin().await;
    let id = schedule(1, true).id;
    assert!(tx.update_schedule_next(id, None, Some(next)).await.unwrap());
    tx.commit().await.unwrap();
    changed("a next run").await;
    let mut tx = h.begin().await;
    assert!(tx.delete_schedule(id).await.unwrap());
    tx.commit().await.unwrap();
    changed("a deleted schedule").await;
    let mut started = restore_in(1, RestoreState::Pending, 1);
    started.target = Some(appkeep_core::app_restore::RestoreDirectory {
        path: "/srv/restored".into(),
        include: Vec::new(),
    });
    insert_restores(&h, &[started.clone()]).await;
    changed("a new restore to a directory").await;
    started.begin("here", at(2));
    let mut tx = h.begin().await;
    assert!(tx.update_app_restore(&started).await.unwrap());
    tx.commit().await.unwrap();
    changed("a restore that has begun").await;
    started.generation += 1;
    let mut tx = h.begin().await;
    assert!(tx.delete_app_restore(&started).await.unwrap());
    tx.commit().await.unwrap();
    changed("a cancelled restore").await;
    assert_eq!(
        h.store.fetch_account_version(OTHER_ACCOUNT).await.unwrap(),
        others
    );
}
