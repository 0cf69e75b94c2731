//! Limits on concurrent jobs, and jobs that don't have to wait for them.

use appkeep_server::testing::ResourceState;
use appkeep_tests::{Api, Builder, TestServer, until, usual_config};
use serde_json::{Value, json};

use crate::hooks::{WAITING_HOOK, with_hooks};

async fn states(api: &Api) -> Vec<String> {
    let list = api.get(&api.backups()).await.json();
    let items = list["items"].as_array().expect("items").clone();
    items
        .iter()
        .map(|backup| backup["state"].as_str().expect("a state").to_owned())
        .collect()
}

fn at_work(states: &[String]) -> usize {
    let at_work = |state: &&String| ["discovering", "running"].contains(&state.as_str());
    states.iter().filter(at_work).count()
}

/// Returns how many of three backups of different apps, on a server with four workers, are in progress at once.
async fn most_at_once(bucket_line: &str) -> usize {
    let wiki = "[[accounts.apps]]\nname = \"wiki\"\nvolumes = { data = \"volumes/wiki\" }\n\n";
    let config = usual_config()
        .replacen("[[accounts.apps]]", &format!("{wiki}[[accounts.apps]]"), 1)
        .replacen("default = true", &format!("default = true\n{bucket_line}"), 1);
    let builder = Builder::new().workers(4).config(&config);
    std::fs::create_dir(builder.path().join("volumes/wiki")).expect("a volume");
    let server = builder.start().await;
    let (api, jobs) = (server.api().await, server.jobs());
    jobs.hold(ResourceState::Running);
    for app in ["wiki", "blog", "shop"] {
        api.create_backup(server.app("acme", app), &json!({})).await;
    }
    jobs.settle().await;
    let mut most = 0;
    while let Some(running) = jobs.held().keys().next() {
        most = most.max(at_work(&states(&api).await));
        jobs.advance(running).await;
    }
    assert_eq!(states(&api).await, ["completed"; 3]);
    most
}

#[tokio::test]
async fn backups_max_1_serializes_the_backups_of_a_bucket() {
    assert_eq!(most_at_once("backups_max = 1").await, 1);
}

#[tokio::test]
async fn concurrent_backups_stay_within_the_buckets_limit() {
    assert_eq!(most_at_once("").await, 2);
}

#[tokio::test]
async fn snapshots_and_deletes_do_not_wait_for_backups() {
    let server = with_hooks(Builder::new(), &[WAITING_HOOK])
        .workers(2)
        .start()
        .await;
    let (api, blog, shop) = (
        server.api().await,
        server.app("acme", "blog"),
        server.app("acme", "shop"),
    );
    let old = api.snapshot(shop, &json!({})).await;
    let old_path = api.snap_path(shop, &old);

    api.create_backup(blog, &json!({})).await;
    until("the first backup to begin", async || {
        at_work(&states(&api).await) == 1
    })
    .await;
    for _ in 0..3 {
        api.create_backup(shop, &json!({})).await;
    }
    api.snapshot(shop, &json!({})).await;
    assert_eq!(api.delete(&old_path).await.status, 204);
    let copy = server.snapshot_dir(shop, old["id"].as_str().unwrap());
    until("the old snapshot's copy to be deleted", async || !copy.exists()).await;
    let states = states(&api).await;
    assert_eq!(states[..3], ["pending", "pending", "pending"], "{states:?}");
    assert_eq!(at_work(&states), 1, "{states:?}");
}

/// The clock stands still, so the next attempt would never begin.
#[tokio::test]
async fn deletes_do_not_wait_for_the_next_attempt() {
    let server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let (bucket, gone) = (server.path().join("buckets/local"), server.path().join("gone"));
    std::fs::rename(bucket, gone).unwrap();
    let backup = api.create_backup(app, &json!({})).await;
    let path = api.backup_path(&backup);
    until("the backup to wait for its next attempt", async || {
        let backup = api.get(&path).await.json();
        backup["stateUnready"] != json!([])
    })
    .await;
    assert_eq!(api.delete(&path).await.status, 204);
    let (copies, snaps) = (server.snapshot_dir(app, ""), api.app_snaps(app));
    until("its own snapshot to be deleted", async || {
        let none = api.get(&snaps).await.json()["items"] == Value::Array(Vec::new());
        none && !copies.exists()
    })
    .await;
}
