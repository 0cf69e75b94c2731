use std::collections::HashMap;

use appkeep_core::catalog::{
    App, AppOptions, Bucket, BucketFeatures, BucketLocation, BucketMeasurement, BucketProblem, Declaration,
};
use appkeep_core::ids::{AppId, BucketId};
use appkeep_core::store::StoreError;
use uuid::Uuid;

use crate::fixtures::{
    FAR, FORUM, NEAR, NODE, OTHER_ACCOUNT, OTHER_APP, OTHER_BUCKET, TEAM, WIKI, account, app, at, backup,
    bucket, declaration,
};
use crate::harness::Harness;

async fn declare(h: &Harness, declaration: &Declaration) -> Result<(), StoreError> {
    h.declare_on(NODE, declaration, 0).await
}

fn undeclared_app(app: App) -> App {
    App {
        declared: false,
        ..app
    }
}

fn undeclared_bucket(bucket: Bucket) -> Bucket {
    Bucket {
        declared: false,
        ..bucket
    }
}

port_tests! {
    declarations_are_read_as_written,
    items_of_other_accounts_are_invisible,
    declaring_the_same_again_changes_nothing,
    redeclaring_replaces_the_options_of_an_app,
    undeclared_apps_keep_their_row_and_backups,
    names_of_undeclared_items_can_be_reused,
    names_can_be_swapped,
    an_id_never_moves_to_another_account,
    an_app_of_an_unknown_account_is_refused,
    buckets_have_a_problem_until_they_are_checked,
    features_of_buckets_are_known_once_they_are_recorded,
    measurements_are_kept_until_the_location_changes,
}

/// A bucket is unchecked when it is new, and when its location has changed.
async fn buckets_have_a_problem_until_they_are_checked(h: Harness) {
    assert_eq!(problems(&h).await, unchecked_of([NEAR, FAR]));
    assert!(check(&h, NEAR, None).await);
    assert!(!check(&h, NEAR, None).await, "nothing changed");
    assert!(check(&h, FAR, Some("it is missing")).await);
    let failed = BucketProblem::Failed("it is missing".to_owned());
    assert_eq!(problems(&h).await, [(FAR, failed.clone())].into());
    declare(&h, &declaration()).await.unwrap();
    assert_eq!(problems(&h).await, [(FAR, failed)].into());
    let mut moved = declaration();
    for bucket in &mut moved.buckets {
        bucket.location = BucketLocation::Directory("/elsewhere".into());
    }
    declare(&h, &moved).await.unwrap();
    assert_eq!(problems(&h).await, unchecked_of([NEAR, FAR]));
}

async fn features_of_buckets_are_known_once_they_are_recorded(h: Harness) {
    let recorded = async || h.store.list_bucket_features(TEAM).await.unwrap();
    assert_eq!(recorded().await, HashMap::new());
    let mut features = BucketFeatures {
        conditional_writes: true,
        versioning: false,
    };
    let record = async |features| h.store.update_bucket_features(NEAR, features).await.unwrap();
    assert!(record(features).await);
    assert!(!record(features).await, "nothing changed");
    features.versioning = true;
    assert!(record(features).await);
    declare(&h, &declaration()).await.unwrap();
    assert_eq!(recorded().await, [(NEAR, features)].into());
}

async fn measurements_are_kept_until_the_location_changes(h: Harness) {
    let recorded = async || h.store.list_bucket_measurements(TEAM).await.unwrap();
    assert_eq!(recorded().await, HashMap::new());
    let record = async |id, measurement: &BucketMeasurement| {
        h.store.update_bucket_measurement(id, measurement).await.unwrap();
    };
    let version = h.store.fetch_account_version(TEAM).await.unwrap();
    let mut measurement = BucketMeasurement {
        stored_bytes: u64::MAX,
        free_bytes: None,
        time: at(3),
    };
    record(FAR, &measurement).await;
    record(NEAR, &measurement).await;
    measurement = BucketMeasurement {
        stored_bytes: 0,
        free_bytes: Some(7),
        time: at(4),
    };
    record(NEAR, &measurement).await;
    assert_eq!(recorded().await[&NEAR], measurement, "the newest");
    assert_eq!(recorded().await[&FAR].stored_bytes, u64::MAX);
    assert_eq!(h.store.fetch_account_version(TEAM).await.unwrap(), version);
    assert_eq!(
        h.store.list_bucket_measurements(OTHER_ACCOUNT).await.unwrap(),
        HashMap::new()
    );
    let mut moved = declaration();
    let far = moved.buckets.iter_mut().find(|bucket| bucket.id == FAR).unwrap();
    far.location = BucketLocation::Directory("/elsewhere".into());
    declare(&h, &moved).await.unwrap();
    assert_eq!(recorded().await, [(NEAR, measurement)].into());
}

fn unchecked_of<const N: usize>(ids: [BucketId; N]) -> HashMap<BucketId, BucketProblem> {
    ids.map(|id| (id, BucketProblem::Unchecked)).into()
}

async fn problems(h: &Harness) -> HashMap<BucketId, BucketProblem> {
    h.store.list_bucket_problems(TEAM).await.unwrap()
}

async fn check(h: &Harness, id: BucketId, reason: Option<&str>) -> bool {
    let mut tx = h.begin().await;
    let changed = tx.update_bucket_problem(NODE, id, reason).await.unwrap();
    tx.commit().await.unwrap();
    changed
}

async fn declarations_are_read_as_written(h: Harness) {
    assert_eq!(
        h.store.list_accounts().await.unwrap(),
        [account(OTHER_ACCOUNT, "other"), account(TEAM, "team")],
        "by name"
    );
    assert_eq!(
        h.store.fetch_account(TEAM).await.unwrap(),
        Some(account(TEAM, "team"))
    );
    assert_eq!(
        h.store.list_apps(TEAM).await.unwrap(),
        [app(TEAM, FORUM, "forum"), app(TEAM, WIKI, "wiki")],
        "by name"
    );
    assert_eq!(
        h.store.fetch_app(TEAM, WIKI).await.unwrap(),
        Some(app(TEAM, WIKI, "wiki"))
    );
    assert_eq!(
        h.store.list_buckets(TEAM).await.unwrap(),
        [bucket(TEAM, NEAR, "near", true), bucket(TEAM, FAR, "far", false)],
        "as declared"
    );
    assert_eq!(
        h.store.fetch_bucket(TEAM, FAR).await.unwrap(),
        Some(bucket(TEAM, FAR, "far", false))
    );
}

async fn items_of_other_accounts_are_invisible(h: Harness) {
    assert_eq!(h.store.fetch_app(TEAM, OTHER_APP).await.unwrap(), None);
    assert_eq!(h.store.fetch_bucket(TEAM, OTHER_BUCKET).await.unwrap(), None);
    assert_eq!(h.store.fetch_app(OTHER_ACCOUNT, WIKI).await.unwrap(), None);
}

async fn declaring_the_same_again_changes_nothing(h: Harness) {
    declare(&h, &declaration()).await.unwrap();
    assert_eq!(h.store.list_apps(TEAM).await.unwrap().len(), 2);
    assert_eq!(
        h.store.fetch_app(TEAM, WIKI).await.unwrap(),
        Some(app(TEAM, WIKI, "wiki"))
    );
}

async fn redeclaring_replaces_the_options_of_an_app(h: Harness) {
    let mut changed = declaration();
    for app in &mut changed.apps {
        app.options = AppOptions::default();
    }
    declare(&h, &changed).await.unwrap();
    let wiki = h.store.fetch_app(TEAM, WIKI).await.unwrap().unwrap();
    assert_eq!(wiki.options, AppOptions::default());
}

async fn undeclared_apps_keep_their_row_and_backups(h: Harness) {
    h.insert(&backup(1, "nightly")).await;

    declare(&h, &Declaration::default()).await.unwrap();

    let (near, far) = (bucket(TEAM, NEAR, "near", true), bucket(TEAM, FAR, "far", false));
    assert_eq!(
        h.store.fetch_app(TEAM, WIKI).await.unwrap(),
        Some(undeclared_app(app(TEAM, WIKI, "wiki")))
    );
    assert_eq!(
        h.store.list_buckets(TEAM).await.unwrap(),
        [undeclared_bucket(near), undeclared_bucket(far)]
    );
    assert_eq!(h.store.list_accounts().await.unwrap().len(), 2);
    let kept = h
        .store
        .fetch_resource(TEAM, backup(1, "nightly").id)
        .await
        .unwrap();
    assert_eq!(kept, Some(backup(1, "nightly")));

    declare(&h, &declaration()).await.unwrap();
    assert_eq!(
        h.store.fetch_app(TEAM, WIKI).await.unwrap(),
        Some(app(TEAM, WIKI, "wiki"))
    );
}

async fn names_of_undeclared_items_can_be_reused(h: Harness) {
    let (new_wiki, new_near) = (AppId::new(Uuid::from_u128(1)), BucketId::new(Uuid::from_u128(2)));
    let second = Declaration {
        accounts: vec![account(TEAM, "team")],
        apps: vec![app(TEAM, new_wiki, "wiki")],
        buckets: vec![bucket(TEAM, new_near, "near", true)],
        schedules: Vec::new(),
    };
    declare(&h, &second).await.unwrap();
    assert_eq!(
        h.store.list_apps(TEAM).await.unwrap(),
        [
            undeclared_app(app(TEAM, FORUM, "forum")),
            app(TEAM, new_wiki, "wiki"),
            undeclared_app(app(TEAM, WIKI, "wiki")),
        ]
    );
    let buckets: Vec<BucketId> = h
        .store
        .list_buckets(TEAM)
        .await
        .unwrap()
        .iter()
        .map(|bucket| bucket.id)
        .collect();
    assert_eq!(buckets, [new_near, NEAR, FAR], "what is declared comes first");
}

async fn names_can_be_swapped(h: Harness) {
    let mut swapped = declaration();
    swapped.accounts = vec![account(TEAM, "other"), account(OTHER_ACCOUNT, "team")];
    "forum".clone_into(&mut swapped.apps[0].name);
    "wiki".clone_into(&mut swapped.apps[1].name);
    swapped.buckets.swap(0, 1);
    "near".clone_into(&mut swapped.buckets[0].name);
    "far".clone_into(&mut swapped.buckets[1].name);
    declare(&h, &swapped).await.unwrap();
    assert_eq!(
        h.store.fetch_account(TEAM).await.unwrap(),
        Some(account(TEAM, "other"))
    );
    assert_eq!(
        h.store.fetch_app(TEAM, WIKI).await.unwrap().as_ref(),
        Some(&swapped.apps[0])
    );
    assert_eq!(h.store.list_buckets(TEAM).await.unwrap(), swapped.buckets[..2]);
}

async fn an_id_never_moves_to_another_account(h: Harness) {
    let mut moved = declaration();
    moved.apps[0].account_id = OTHER_ACCOUNT;
    let refused = declare(&h, &moved).await.unwrap_err();
    assert!(refused.to_string().contains(&WIKI.to_string()), "{refused}");

    let mut moved = declaration();
    moved.buckets[0].account_id = OTHER_ACCOUNT;
    let refused = declare(&h, &moved).await.unwrap_err();
    assert!(refused.to_string().contains(&NEAR.to_string()), "{refused}");

    assert_eq!(
        h.store.fetch_app(TEAM, WIKI).await.unwrap(),
        Some(app(TEAM, WIKI, "wiki"))
    );
}

async fn an_app_of_an_unknown_account_is_refused(h: Harness) {
    let orphan = Declaration {
        apps: declaration().apps,
        ..Declaration::default()
    };
    declare(&h, &orphan).await.expect("its account was declared once");
    let orphan = Declaration {
        apps: vec![app(
            Uuid::from_u128(9).into(),
            AppId::new(Uuid::from_u128(8)),
            "orphan",
        )],
        ..Declaration::default()
    };
    assert!(matches!(declare(&h, &orphan).await, Err(StoreError::Broken(_))));
}
