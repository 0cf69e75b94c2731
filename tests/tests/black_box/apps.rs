//! The apps of an account: their declaration, and their state after restores.

use appkeep_tests::{Builder, TestServer, until, usual_config};
use http::Method;
use http::header::ACCEPT;
use serde_json::{Value, json};
use uuid::Uuid;

fn apps(server: &TestServer) -> String {
    format!("/accounts/{}/k8s/v2/apps", server.account("acme"))
}

fn path(server: &TestServer, app: Uuid) -> String {
    format!("{}/{app}", apps(server))
}

fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("items");
    items
        .iter()
        .map(|app| app["name"].as_str().expect("a name"))
        .collect()
}

#[tokio::test]
async fn listed_and_fetched_apps_are_equal() {
    let server = TestServer::start().await;
    let api = server.api_as("viewer", &["acme"]).await;
    let all = api.fetch("app_list", &apps(&server)).await;
    assert_eq!(all["type"], "application/astra-apps");
    let mut found = names(&all);
    found.sort_unstable();
    assert_eq!(found, ["blog", "shop"]);
    assert_eq!(all["metadata"]["count"], 2);
    for app in all["items"].as_array().expect("items") {
        let id: Uuid = app["id"].as_str().expect("an id").parse().expect("a UUID");
        assert_eq!(api.fetch("app_fetch", &path(&server, id)).await, *app);
    }
    let shop = api
        .fetch("app_fetch", &path(&server, server.app("acme", "shop")))
        .await;
    let shown = [
        "state",
        "stateUnready",
        "clusterID",
        "clusterName",
        "namespaces",
        "namespaceScopedResources",
    ]
    .map(|member| shop[member].clone());
    let expected = json!([
        "ready", [], server.account("acme"), "acme", ["shop"], [{"namespace": "shop", "labelSelectors": []}],
    ]);
    assert_eq!(json!(shown), expected);
}

#[tokio::test]
async fn fetches_have_an_etag_and_a_vendor_media_type() {
    let server = TestServer::start().await;
    let api = server.api().await;
    let path = format!("{}/{}", apps(&server), server.app("acme", "shop"));
    for media in ["application/json", "application/astra-app+json"] {
        let request = api.request(Method::GET, &path).bearer_auth(api.token());
        let response = api.send(request.header(ACCEPT, media)).await;
        assert_eq!(response.header("content-type"), media);
        assert_eq!(response.header("etag"), api.get(&path).await.header("etag"));
        assert_eq!(response.violations("app_fetch"), [""; 0]);
    }
}

#[tokio::test]
async fn apps_are_restoring_during_a_restore() {
    let mut server = TestServer::start().await;
    let app = server.app("acme", "blog");
    let api = server.api().await;
    let snap = api.create_snap(app, &json!({})).await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    api.wait_for(&format!("{}/{snap}", api.app_snaps(app)), &["completed"])
        .await;
    let before = api.fetch("app_fetch", &path(&server, app)).await;
    let tag = api.get(&path(&server, app)).await.header("etag");

    // Without workers the restore stays in progress.
    server.restart(0, None).await;
    let api = server.api().await;
    let body = json!({"type": "application/astra-app", "version": "2.2", "snapshotID": snap});
    let request = api
        .request(http::Method::PUT, &path(&server, app))
        .bearer_auth(api.token())
        .header("ForceUpdate", "true")
        .json(&body);
    assert_eq!(api.send(request).await.status, 204);
    let during = api.fetch("app_fetch", &path(&server, app)).await;
    assert_eq!(during["state"], "restoring");
    assert_ne!(api.get(&path(&server, app)).await.header("etag"), tag);
    let moved = |app: &Value| {
        app["metadata"]["modificationTimestamp"]
            .as_str()
            .expect("a time")
            .to_owned()
    };
    assert!(moved(&during) > moved(&before));
    let all = api.fetch("app_list", &apps(&server)).await;
    let listed = all["items"]
        .as_array()
        .expect("items")
        .iter()
        .find(|one| one["id"] == during["id"]);
    assert_eq!(listed, Some(&during));

    server.restart(1, None).await;
    let api = server.api().await;
    until("the app to be ready", async || {
        let now = api.fetch("app_fetch", &path(&server, app)).await;
        now["state"] == "ready"
    })
    .await;
}

#[tokio::test]
async fn undeclared_apps_stay_listed_as_unavailable() {
    let mut server = Builder::new().workers(0).start().await;
    let app = server.app("acme", "blog");
    let before = server.api().await.fetch("app_fetch", &path(&server, app)).await;
    let config = usual_config().replace("name = \"blog\"", "name = \"diary\"");
    server.restart(0, Some(&config)).await;
    let api = server.api().await;
    let after = api.fetch("app_fetch", &path(&server, app)).await;
    assert_eq!(
        (before["state"].as_str(), after["state"].as_str()),
        (Some("ready"), Some("unavailable"))
    );
    assert_eq!(
        after["stateUnready"],
        json!(["it is no longer part of the server's configuration"])
    );
    assert_eq!(
        after["metadata"]["creationTimestamp"],
        before["metadata"]["creationTimestamp"]
    );
    let mut found = api.fetch("app_list", &apps(&server)).await;
    let count = found["items"].as_array_mut().expect("items").len();
    assert_eq!(count, 3, "{found}");
    assert_eq!(names(&found)[0], "diary", "the newest comes first");
}
