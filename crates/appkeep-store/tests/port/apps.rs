use appkeep_core::app::AppView;
use appkeep_core::app_restore::AppRestore;
use appkeep_core::catalog::App;
use appkeep_core::ids::AppId;
use appkeep_core::listing::Listed;
use appkeep_core::store::Page;
use uuid::Uuid;

use crate::fixtures::{
    FORUM, OTHER_ACCOUNT, OTHER_APP, TEAM, WIKI, app, at, backup_source, declaration, restore,
};
use crate::harness::Harness;

/// An app that is not declared at first.
const LOST_APP: AppId = AppId::new(Uuid::from_u128(0xb9));

async fn view(h: &Harness, id: AppId) -> AppView {
    h.store.fetch_app_view(TEAM, id).await.unwrap().unwrap()
}

port_tests! {
    app_views_contain_account_and_times,
    only_changed_apps_get_a_new_generation,
    undeclared_apps_are_inserted_once_and_can_be_declared,
    app_views_contain_the_latest_restore,
    apps_are_listed_newest_first_and_by_account,
}

async fn app_views_contain_account_and_times(h: Harness) {
    let expected = AppView {
        app: app(TEAM, WIKI, "wiki"),
        account_name: "team".to_owned(),
        restore: None,
        away_nodes: Vec::new(),
        created_at: at(0),
        modified_at: at(0),
        generation: 0,
    };
    assert_eq!(view(&h, WIKI).await, expected);
    assert_eq!(h.store.fetch_app_view(TEAM, OTHER_APP).await.unwrap(), None);
}

async fn only_changed_apps_get_a_new_generation(h: Harness) {
    h.declare(&declaration(), 1).await;
    assert_eq!(
        (view(&h, WIKI).await.generation, view(&h, WIKI).await.modified_at),
        (0, at(0))
    );
    let mut without = declaration();
    without.apps.retain(|app| app.id != WIKI);
    h.declare(&without, 2).await;
    let gone = view(&h, WIKI).await;
    assert!(!gone.app.declared);
    assert_eq!(
        (gone.generation, gone.created_at, gone.modified_at),
        (1, at(0), at(2))
    );
    assert_eq!(view(&h, FORUM).await.generation, 0);
    let mut renamed = declaration();
    renamed
        .accounts
        .iter_mut()
        .filter(|account| account.id == TEAM)
        .for_each(|account| "crew".clone_into(&mut account.name));
    h.declare(&renamed, 3).await;
    assert_eq!(
        (view(&h, WIKI).await.generation, view(&h, FORUM).await.generation),
        (2, 1)
    );
    assert_eq!(view(&h, FORUM).await.account_name, "crew");
}

async fn undeclared_apps_are_inserted_once_and_can_be_declared(h: Harness) {
    let lost = App {
        declared: false,
        ..app(TEAM, LOST_APP, "wiki")
    };
    let insert = async |app: &App, secs| {
        let mut tx = h.begin().await;
        let inserted = tx.insert_undeclared_app(app, at(secs)).await.unwrap();
        tx.commit().await.unwrap();
        inserted
    };
    let version = h.store.fetch_account_version(TEAM).await.unwrap();
    assert!(insert(&lost, 1).await);
    let found = view(&h, LOST_APP).await;
    assert_eq!(
        (&found.app, found.created_at, found.generation),
        (&lost, at(1), 0)
    );
    assert_ne!(h.store.fetch_account_version(TEAM).await.unwrap(), version);

    let renamed = App {
        name: "renamed".to_owned(),
        ..lost.clone()
    };
    assert!(insert(&renamed, 2).await);
    assert!(insert(&app(TEAM, WIKI, "renamed"), 2).await);
    assert_eq!(view(&h, LOST_APP).await, found);
    assert_eq!(view(&h, WIKI).await.app, app(TEAM, WIKI, "wiki"));
    let of_other_account = App {
        account_id: OTHER_ACCOUNT,
        ..lost
    };
    assert!(!insert(&of_other_account, 3).await);

    let mut with_it = declaration();
    with_it.apps.push(app(TEAM, LOST_APP, "lost"));
    h.declare(&with_it, 4).await;
    assert_eq!(view(&h, LOST_APP).await.app, app(TEAM, LOST_APP, "lost"));
}

async fn app_views_contain_the_latest_restore(h: Harness) {
    let (mut first, second) = (
        restore(1, WIKI, backup_source(9), 5),
        restore(2, WIKI, backup_source(9), 7),
    );
    let mut tx = h.begin().await;
    tx.insert_app_restore(&first).await.unwrap();
    first.fail(&["no room".to_owned()], at(6));
    assert!(tx.update_app_restore(&first).await.unwrap());
    tx.commit().await.unwrap();
    let failed = view(&h, WIKI).await;
    assert_eq!(failed.restore, Some((first.state, vec!["no room".to_owned()])));
    assert_eq!((failed.generation, failed.modified_at), (2, at(6)));

    let mut tx = h.begin().await;
    tx.insert_app_restore(&second).await.unwrap();
    // A change whose compare-and-set failed doesn't count.
    assert!(
        !tx.update_app_restore(&AppRestore {
            generation: 8,
            ..second.clone()
        })
        .await
        .unwrap()
    );
    tx.commit().await.unwrap();
    let restoring = view(&h, WIKI).await;
    assert_eq!(restoring.restore, Some((second.state, Vec::new())));
    assert_eq!((restoring.generation, restoring.modified_at), (3, at(7)));
    assert_eq!(view(&h, FORUM).await.generation, 0);
}

async fn apps_are_listed_newest_first_and_by_account(h: Harness) {
    let list = async |account_id, rows_max, after| {
        let page = Page {
            after,
            rows_max,
            bytes_max: usize::MAX,
        };
        h.store.list_app_views(account_id, &page).await.unwrap()
    };
    let all = list(TEAM, 10, None).await;
    assert!(!all.has_more);
    let mut ids: Vec<Uuid> = all.rows.iter().map(|view| view.app.id.as_uuid()).collect();
    assert!(
        ids.is_sorted_by(|one, next| one > next),
        "as old as one another, so by id"
    );
    ids.sort_unstable();
    let mut expected = [WIKI.as_uuid(), FORUM.as_uuid()];
    expected.sort_unstable();
    assert_eq!(ids, expected);
    let wiki = all.rows.iter().find(|view| view.app.id == WIKI).unwrap();
    assert_eq!(*wiki, view(&h, WIKI).await);
    let first = list(TEAM, 1, None).await;
    assert!(first.has_more);
    assert_eq!(first.rows, all.rows[..1]);
    let rest = list(TEAM, 10, Some(first.rows[0].position())).await;
    assert_eq!(rest.rows, all.rows[1..]);
    assert_eq!(list(OTHER_ACCOUNT, 10, None).await.rows.len(), 1);
}
