//! Lists are walked page by page, newest first, and nothing is lost or seen twice.

use appkeep_core::app_backup::AppBackup;
use appkeep_core::app_snap::AppSnap;
use appkeep_core::ids::AppId;
use appkeep_core::store::{ListFilter, Page, Position};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::fixtures::{FORUM, STRANGERS, TEAM, WIKI, at, backup, snap};
use crate::harness::Harness;

/// Ids whose order as numbers, as text and as bytes must be the same, and times of which some are equal.
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
    // The oldest and the newest that can be.
    rows.push((Uuid::from_u128(7), DateTime::<Utc>::MIN_UTC, WIKI));
    rows.push((Uuid::from_u128(8), DateTime::<Utc>::MAX_UTC, WIKI));
    rows
}

/// The ids that a list must give, in its order.
fn expected(app_id: Option<AppId>) -> Vec<Uuid> {
    let mut rows = rows();
    rows.retain(|(.., of)| app_id.is_none_or(|wanted| wanted == *of));
    rows.sort_by_key(|(id, time, _)| std::cmp::Reverse((time.timestamp_micros(), id.as_u128())));
    rows.into_iter().map(|(id, ..)| id).collect()
}

async fn filled() -> Harness {
    let h = Harness::new().await;
    let mut tx = h.begin().await;
    for (n, (id, created_at, app_id)) in rows().into_iter().enumerate() {
        let name = format!("row-{n}");
        let mut backup = AppBackup {
            id: id.into(),
            app_id,
            ..backup(1, &name)
        };
        backup.metadata.created_at = created_at;
        tx.insert_app_backup(&backup).await.unwrap();
        let mut snap = AppSnap {
            id: id.into(),
            app_id,
            ..snap(1, &name)
        };
        snap.metadata.created_at = created_at;
        tx.insert_app_snap(&snap).await.unwrap();
    }
    tx.commit().await.unwrap();
    h
}

async fn walk_backups(h: &Harness, filter: &ListFilter, rows_max: u32) -> Vec<Uuid> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = h
            .store
            .list_app_backup_versions(filter, &Page { after, rows_max })
            .await
            .unwrap();
        assert!(page.len() <= rows_max as usize);
        let Some(last) = page.last() else { return seen };
        after = Some(last.position);
        seen.extend(page.iter().map(|version| version.position.id));
    }
}

async fn walk_snaps(h: &Harness, filter: &ListFilter, rows_max: u32) -> Vec<Uuid> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = h
            .store
            .list_app_snap_versions(filter, &Page { after, rows_max })
            .await
            .unwrap();
        assert!(page.len() <= rows_max as usize);
        let Some(last) = page.last() else { return seen };
        after = Some(last.position);
        seen.extend(page.iter().map(|version| version.position.id));
    }
}

#[tokio::test]
async fn pages_of_any_size_show_everything_once_newest_first() {
    let h = filled().await;
    for app_id in [None, Some(WIKI), Some(FORUM)] {
        let filter = ListFilter {
            account_id: TEAM,
            app_id,
        };
        for rows_max in [1, 2, 3, 100, u32::MAX] {
            assert_eq!(
                walk_backups(&h, &filter, rows_max).await,
                expected(app_id),
                "{rows_max} per page"
            );
            assert_eq!(
                walk_snaps(&h, &filter, rows_max).await,
                expected(app_id),
                "{rows_max} per page"
            );
        }
    }
}

#[tokio::test]
async fn a_place_that_is_gone_is_still_a_place() {
    let h = filled().await;
    let filter = ListFilter {
        account_id: TEAM,
        app_id: None,
    };
    let gone = Position {
        created_micros: at(1).timestamp_micros(),
        id: Uuid::from_u128(0xf1),
    };
    let page = Page {
        after: Some(gone),
        rows_max: 1,
    };
    let next = h.store.list_app_backup_versions(&filter, &page).await.unwrap();
    assert_eq!(next[0].position.id, Uuid::from_u128(0xf0));
}

#[tokio::test]
async fn a_stranger_sees_an_empty_list() {
    let h = filled().await;
    let page = Page {
        after: None,
        rows_max: 10,
    };
    for app_id in [None, Some(WIKI)] {
        let filter = ListFilter {
            account_id: STRANGERS,
            app_id,
        };
        assert_eq!(
            h.store.list_app_backup_versions(&filter, &page).await.unwrap(),
            []
        );
        assert_eq!(h.store.list_app_snap_versions(&filter, &page).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_page_of_no_rows_is_empty() {
    let h = filled().await;
    let filter = ListFilter {
        account_id: TEAM,
        app_id: None,
    };
    let page = Page {
        after: None,
        rows_max: 0,
    };
    assert_eq!(
        h.store.list_app_backup_versions(&filter, &page).await.unwrap(),
        []
    );
}

#[tokio::test]
async fn versions_say_what_was_changed() {
    let h = filled().await;
    let filter = ListFilter {
        account_id: TEAM,
        app_id: None,
    };
    let page = Page {
        after: None,
        rows_max: 1,
    };
    let before = h.store.list_app_backup_versions(&filter, &page).await.unwrap()[0];
    let ids = [before.position.id.into()];
    let newest = h.store.fetch_app_backups(TEAM, &ids).await.unwrap().remove(0);
    let mut tx = h.begin().await;
    assert!(tx.update_app_backup(&newest).await.unwrap());
    tx.commit().await.unwrap();
    let after = h.store.list_app_backup_versions(&filter, &page).await.unwrap()[0];
    assert_eq!(after.position, before.position);
    assert_eq!(after.generation, before.generation + 1);
}

#[tokio::test]
async fn several_are_fetched_at_once_and_only_ones_own() {
    let h = filled().await;
    let ids: Vec<Uuid> = vec![Uuid::from_u128(0), Uuid::from_u128(9), Uuid::from_u128(0xdead)];
    let backups: Vec<_> = ids.iter().copied().map(Into::into).collect();
    let mut found = h.store.fetch_app_backups(TEAM, &backups).await.unwrap();
    found.sort_by_key(|backup| backup.id);
    assert_eq!(
        found.iter().map(|backup| backup.id.as_uuid()).collect::<Vec<_>>(),
        ids[..2]
    );
    let snaps: Vec<_> = ids.iter().copied().map(Into::into).collect();
    assert_eq!(h.store.fetch_app_snaps(TEAM, &snaps).await.unwrap().len(), 2);
    assert_eq!(h.store.fetch_app_backups(STRANGERS, &backups).await.unwrap(), []);
    assert_eq!(h.store.fetch_app_backups(TEAM, &[]).await.unwrap(), []);
}
