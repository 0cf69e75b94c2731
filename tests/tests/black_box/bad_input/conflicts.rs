//! Names that are in use or free again, and apps and buckets that were removed from the configuration.

use appkeep_tests::{Builder, backup_body, changed_config, id};
use serde_json::json;

use crate::fixture::{Fixture, UNKNOWN};

#[tokio::test]
async fn names_are_unique_per_app_and_kind() {
    let fixture = Fixture::start().await;
    let named = json!({"name": "taken"});
    fixture.api.create_backup(fixture.blog, &named).await;
    fixture.api.create_snap(fixture.blog, &named).await;
    let shop = json!({"name": "kept"});
    fixture.api.create_backup(fixture.shop, &shop).await;
    fixture.api.create_snap(fixture.shop, &shop).await;
}

#[tokio::test]
async fn names_of_deleted_snapshots_can_be_reused() {
    let fixture = Fixture::start().await;
    let named = json!({"name": "again"});
    for _ in 0..3 {
        let snap = id(&fixture.api.create_snap(fixture.shop, &named).await);
        let deleted = fixture
            .api
            .delete(&format!("{}/{snap}", fixture.api.app_snaps(fixture.shop)))
            .await;
        assert_eq!(deleted.status, 204);
    }
}

#[tokio::test]
async fn concurrent_creates_cannot_share_a_name() {
    let fixture = Fixture::start().await;
    for operation in ["app_backup_create_for_app", "app_snap_create_for_app"] {
        let requests = (0..8).map(|_| async {
            let mut request = fixture.request(operation);
            request.member("name", json!("wanted"));
            request.send(&fixture.api).await.problem()
        });
        let mut responses = futures::future::join_all(requests).await;
        responses.sort();
        assert_eq!(responses[0], "201/-", "{operation}");
        assert_eq!(responses[1..], ["409/10"; 7], "{operation}");
    }
}

#[tokio::test]
async fn accounts_without_a_bucket_can_only_create_snapshots() {
    let config = r#"
        [[accounts]]
        name = "acme"
        [[accounts.apps]]
        name = "shop"
        volumes = { data = "volumes/shop-data" }
    "#;
    let server = Builder::new().workers(0).config(config).start().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    let body = backup_body();
    let refused = api.post(&api.app_backups(shop), &body).await;
    assert_eq!(refused.problem(), "400/127");
    assert_eq!(refused.invalid_fields(), ["bucketID"]);
    assert_eq!(refused.violations("app_backup_create_for_app"), [""; 0]);
    let body = json!({"type": "application/astra-appBackup", "version": "1.1", "bucketID": UNKNOWN});
    assert_eq!(api.post(&api.app_backups(shop), &body).await.problem(), "400/108");
    api.create_snap(shop, &json!({})).await;
}

#[tokio::test]
async fn undeclared_buckets_accept_no_new_backups() {
    let mut server = Builder::new().workers(0).start().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    let spare = server.bucket("acme", "spare");
    let backup = id(&api.create_backup(shop, &json!({"bucketID": spare})).await);
    let without = changed_config(
        "[[accounts.buckets]]\nname = \"spare\"\npath = \"buckets/spare\"\n",
        "",
    );
    server.restart(0, Some(&without)).await;
    let api = server.api().await;
    let body = json!({"type": "application/astra-appBackup", "version": "1.1", "bucketID": spare});
    let refused = api.post(&api.app_backups(shop), &body).await;
    assert_eq!(refused.problem(), "400/108");
    let kept = api
        .get(&format!("{}/{backup}", api.app_backups(shop)))
        .await
        .json();
    assert_eq!(kept["bucketID"], json!(spare));
}
