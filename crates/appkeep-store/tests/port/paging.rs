//! Lists are read page by page, newest first, and every item is returned exactly once.

use appkeep_core::app_backup::AppBackup;
use appkeep_core::app_snapshot::AppSnapshot;
use appkeep_core::ids::{AppBackupId, AppId, AppSnapshotId, BackupKind, BucketId, SnapshotKind};
use appkeep_core::listing::Listed;
use appkeep_core::state::ResourceState;
use appkeep_core::statistics::StateCount;
use appkeep_core::store::{Finished, ListFilter, Page, Position, StoredKind};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::fixtures::{FORUM, NEAR, NODE, OTHER_ACCOUNT, TEAM, WIKI, at, backup, declaration, snapshot};
use crate::harness::Harness;

/// Ids whose order must be the same as numbers, as text and as bytes, and times, some of which are equal.
fn rows() -> Vec<(Uuid, DateTime<Utc>, AppId)> {
    let ids = [
        0,
        1,
        9,
        0xa,
        0xf0,
        0x0fff_ffff,
        0x9000_0000_0000_0000_0000_0000_0000_0000,
        0xa000_0000_0000_0000_0000_0000_0000_0000,
        u128::MAX >> 1,
        u128::MAX,
    ];
    let mut rows = Vec::new();
    for (n, id) in (0_u32..).zip(ids) {
        let time = at(i64::from(n / 4));
        rows.push((Uuid::from_u128(id), time, if n % 3 == 0 { FORUM } else { WIKI }));
    }
    // The earliest and the latest possible times.
    rows.push((Uuid::from_u128(7), DateTime::<Utc>::MIN_UTC, WIKI));
    rows.push((Uuid::from_u128(8), DateTime::<Utc>::MAX_UTC, WIKI));
    rows
}

/// The expected ids of a list, in order.
fn expected(app_id: Option<AppId>) -> Vec<Uuid> {
    let mut rows = rows();
    rows.retain(|(.., of)| app_id.is_none_or(|expected| expected == *of));
    rows.sort_by_key(|(id, time, _)| std::cmp::Reverse((time.timestamp_micros(), id.as_u128())));
    rows.into_iter().map(|(id, ..)| id).collect()
}

async fn fill(h: &Harness) {
    let mut tx = h.begin().await;
    for (n, (id, created_at, app_id)) in rows().into_iter().enumerate() {
        let name = format!("row-{n}");
        let mut backup = AppBackup {
            id: id.into(),
            app_id,
            ..backup(1, &name)
        };
        backup.metadata.created_at = created_at;
        tx.insert_resource(&backup).await.unwrap();
        let mut snapshot = AppSnapshot {
            id: id.into(),
            app_id,
            ..snapshot(1, &name)
        };
        snapshot.metadata.created_at = created_at;
        tx.insert_resource(&snapshot).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// A page without a size limit.
fn page(after: Option<Position>, rows_max: u32) -> Page {
    Page {
        after,
        rows_max,
        bytes_max: usize::MAX,
    }
}

async fn walk<T: Listed>(h: &Harness, filter: &ListFilter, page: Page) -> Vec<Uuid> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let found = T::page(h.store.as_ref(), filter, &Page { after, ..page })
            .await
            .unwrap();
        assert!(found.rows.len() <= page.rows_max as usize);
        seen.extend(found.rows.iter().map(|row| row.position().id));
        if !found.has_more {
            return seen;
        }
        after = Some(found.rows.last().expect("a page with rows").position());
    }
}

port_tests! {
    pages_of_any_size_contain_each_row_once_newest_first,
    position_of_a_deleted_row_remains_valid,
    pages_end_at_their_size_limit,
    other_accounts_see_an_empty_list,
    a_page_of_no_rows_is_empty,
    changes_of_listed_resources_increment_the_account_version,
    finished_resources_are_listed_by_app_in_the_order_of_their_ids,
    statistics_count_every_change,
}

async fn pages_of_any_size_contain_each_row_once_newest_first(h: Harness) {
    fill(&h).await;
    for app_id in [None, Some(WIKI), Some(FORUM)] {
        let filter = ListFilter {
            account_id: TEAM,
            app_id,
        };
        for rows_max in [1, 2, 3, 100, u32::MAX] {
            assert_eq!(
                walk::<AppBackup>(&h, &filter, page(None, rows_max)).await,
                expected(app_id),
                "{rows_max} per page"
            );
            assert_eq!(
                walk::<AppSnapshot>(&h, &filter, page(None, rows_max)).await,
                expected(app_id),
                "{rows_max} per page"
            );
        }
    }
}

async fn position_of_a_deleted_row_remains_valid(h: Harness) {
    fill(&h).await;
    let filter = ListFilter {
        account_id: TEAM,
        app_id: None,
    };
    let gone = Position {
        created_micros: at(1).timestamp_micros(),
        id: Uuid::from_u128(0xf1),
    };
    let store = h.store.as_ref();
    let next = AppBackup::page(store, &filter, &page(Some(gone), 1))
        .await
        .unwrap();
    assert_eq!(next.rows[0].id.as_uuid(), Uuid::from_u128(0xf0));
}

async fn pages_end_at_their_size_limit(h: Harness) {
    fill(&h).await;
    for app_id in [None, Some(WIKI)] {
        let filter = ListFilter {
            account_id: TEAM,
            app_id,
        };
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = Page {
                after,
                rows_max: 100,
                bytes_max: 800,
            };
            let found = AppBackup::page(h.store.as_ref(), &filter, &page).await.unwrap();
            after = found.rows.last().map(Listed::position);
            pages.push(found.rows.len());
            if !found.has_more {
                break;
            }
        }
        // A row has about 180 bytes.
        assert!(
            pages[..pages.len() - 1].iter().all(|rows| *rows == 5),
            "{pages:?}"
        );
        assert_eq!(pages.iter().sum::<usize>(), expected(app_id).len());
        let least = Page {
            after: None,
            rows_max: 100,
            bytes_max: 0,
        };
        assert_eq!(walk::<AppBackup>(&h, &filter, least).await, expected(app_id));
        assert_eq!(walk::<AppSnapshot>(&h, &filter, least).await, expected(app_id));
    }
}

async fn other_accounts_see_an_empty_list(h: Harness) {
    fill(&h).await;
    for app_id in [None, Some(WIKI)] {
        let filter = ListFilter {
            account_id: OTHER_ACCOUNT,
            app_id,
        };
        assert!(walk::<AppBackup>(&h, &filter, page(None, 10)).await.is_empty());
        assert!(walk::<AppSnapshot>(&h, &filter, page(None, 10)).await.is_empty());
    }
}

async fn a_page_of_no_rows_is_empty(h: Harness) {
    fill(&h).await;
    let filter = ListFilter {
        account_id: TEAM,
        app_id: None,
    };
    let none = AppBackup::page(h.store.as_ref(), &filter, &page(None, 0))
        .await
        .unwrap();
    assert!(none.rows.is_empty() && none.has_more);
}

async fn changes_of_listed_resources_increment_the_account_version(h: Harness) {
    fill(&h).await;
    let versions = async || {
        let team = h.store.fetch_account_version(TEAM).await.unwrap().unwrap();
        let other = h
            .store
            .fetch_account_version(OTHER_ACCOUNT)
            .await
            .unwrap()
            .unwrap();
        (team, other)
    };
    let backup_id = AppBackupId::new(Uuid::from_u128(1));
    let snapshot_id = AppSnapshotId::new(Uuid::from_u128(1));
    let before = versions().await;
    let mut seen = vec![before.0];
    let mut tx = h.begin().await;
    let mut changed = tx.fetch_resource(TEAM, backup_id).await.unwrap().unwrap();
    assert!(tx.update_resource(&changed).await.unwrap());
    tx.commit().await.unwrap();
    seen.push(versions().await.0);
    changed.generation += 1;
    let mut tx = h.begin().await;
    assert!(tx.delete_resource(changed.id, changed.generation).await.unwrap());
    tx.commit().await.unwrap();
    seen.push(versions().await.0);
    let mut tx = h.begin().await;
    tx.insert_resource(&backup(0x77, "another")).await.unwrap();
    tx.commit().await.unwrap();
    seen.push(versions().await.0);
    let mut tx = h.begin().await;
    let changed = tx.fetch_resource(TEAM, snapshot_id).await.unwrap().unwrap();
    assert!(tx.update_resource(&changed).await.unwrap());
    tx.commit().await.unwrap();
    seen.push(versions().await.0);
    let mut tx = h.begin().await;
    let mut renamed = declaration();
    "crew".clone_into(&mut renamed.accounts[0].name);
    tx.update_declaration(NODE, &renamed, at(5)).await.unwrap();
    drop(tx);
    assert_eq!(versions().await.0, seen[seen.len() - 1], "it was rolled back");
    assert!(seen.is_sorted_by(|one, next| one < next), "{seen:?}");
    assert_eq!(versions().await.1, before.1, "nothing has changed there");
    let unknown = Uuid::from_u128(0xdead).into();
    assert_eq!(h.store.fetch_account_version(unknown).await.unwrap(), None);
}

/// All finished resources of an app, which are in this bucket.
async fn finished<K: StoredKind>(
    h: &Harness,
    app_id: AppId,
    bucket_id: Option<BucketId>,
) -> Vec<(Uuid, ResourceState)> {
    let (store, mut all) = (K::of(h.store.as_ref()), Vec::new());
    loop {
        let after = all.last().map(|(id, _): &(Uuid, _)| (*id).into());
        let page = store.list_finished(app_id, after, 2).await.unwrap();
        if page.is_empty() {
            return all;
        }
        let is_expected = |one: &Finished<K>| one.bucket_id == bucket_id && one.generation == 0;
        assert!(page.iter().all(is_expected));
        all.extend(page.iter().map(|one| (one.id.as_uuid(), one.state)));
    }
}

async fn finished_resources_are_listed_by_app_in_the_order_of_their_ids(h: Harness) {
    let mut tx = h.begin().await;
    let states = ResourceState::ALL
        .iter()
        .copied()
        .cycle()
        .take(30)
        .collect::<Vec<_>>();
    for (n, state) in (1..).zip(&states) {
        let app_id = if n % 5 == 0 { FORUM } else { WIKI };
        let name = format!("row-{n}");
        let backup = AppBackup {
            app_id,
            state: *state,
            ..backup(n, &name)
        };
        tx.insert_resource(&backup).await.unwrap();
        let snapshot = AppSnapshot {
            app_id,
            state: *state,
            ..snapshot(n, &name)
        };
        tx.insert_resource(&snapshot).await.unwrap();
    }
    tx.commit().await.unwrap();
    for app_id in [WIKI, FORUM] {
        let expected: Vec<_> = (1_u128..)
            .zip(&states)
            .filter(|(n, _)| (n % 5 == 0) == (app_id == FORUM))
            .filter(|(_, state)| {
                use ResourceState::{Completed, Removed, Unknown};
                [Completed, Removed, Unknown].contains(*state)
            })
            .map(|(n, state)| (Uuid::from_u128(n), *state))
            .collect();
        assert!(expected.len() >= 2);
        assert_eq!(finished::<BackupKind>(&h, app_id, Some(NEAR)).await, expected);
        assert_eq!(finished::<SnapshotKind>(&h, app_id, None).await, expected);
    }
}

async fn statistics_count_every_change(h: Harness) {
    fill(&h).await;
    let count = async |expected: ResourceState| {
        let statistics = h.store.fetch_statistics().await.unwrap();
        let of = |counts: &[StateCount]| {
            let found = counts.iter().find(|one| one.state == expected);
            found.map_or((0, 0), |one| (one.count, one.bytes))
        };
        (of(&statistics.app_backups), of(&statistics.app_snapshots))
    };
    let all = i64::try_from(rows().len()).unwrap();
    assert_eq!(count(ResourceState::Pending).await, ((all, 0), (all, 0)));
    let id = AppBackupId::new(Uuid::from_u128(1));
    let mut tx = h.begin().await;
    let mut moved = tx.fetch_resource(TEAM, id).await.unwrap().unwrap();
    moved.state = ResourceState::Running;
    moved.details.bytes_done = Some(70);
    assert!(tx.update_resource(&moved).await.unwrap());
    moved.generation += 1;
    moved.details.bytes_done = Some(90);
    assert!(tx.update_resource(&moved).await.unwrap());
    moved.generation += 1;
    tx.commit().await.unwrap();
    assert_eq!(count(ResourceState::Running).await, ((1, 90), (0, 0)));
    assert_eq!(count(ResourceState::Pending).await, ((all - 1, 0), (all, 0)));
    let mut tx = h.begin().await;
    assert!(tx.delete_resource(moved.id, moved.generation).await.unwrap());
    let snapshot_id = AppSnapshotId::new(Uuid::from_u128(1));
    let snapshot = tx.fetch_resource(TEAM, snapshot_id).await.unwrap().unwrap();
    assert!(
        tx.delete_resource(snapshot.id, snapshot.generation)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    assert_eq!(count(ResourceState::Running).await, ((0, 0), (0, 0)));
    assert_eq!(count(ResourceState::Pending).await, ((all - 1, 0), (all - 1, 0)));
}
