//! In-place restores: the request, the app's state meanwhile, and its data at the end.

use std::fs;
use std::path::Path;

use appkeep_tests::{
    Api, Builder, TestResponse, TestServer, assert_same_tree, copy_tree, eventually, files_below,
    write_varied_files,
};
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

fn id_of(resource: &Value) -> Uuid {
    resource["id"].as_str().expect("an id").parse().expect("a UUID")
}

/// Creates a completed snapshot and a completed backup of the app.
async fn kept(api: &Api, app: Uuid) -> (Uuid, Uuid) {
    let snap = id_of(&api.create_snap(app, &json!({})).await);
    api.wait_for(&format!("{}/{snap}", api.app_snaps(app)), &["completed"])
        .await;
    let backup = id_of(&api.create_backup(app, &json!({"snapshotID": snap})).await);
    api.wait_for(&format!("{}/{backup}", api.backups()), &["completed"])
        .await;
    (snap, backup)
}

/// Inverts every bit of every file below a directory.
fn damage(directory: &Path) {
    let files = files_below(directory);
    assert!(!files.is_empty());
    for file in files {
        let turned: Vec<u8> = fs::read(&file)
            .expect("a pack")
            .iter()
            .map(|byte| !byte)
            .collect();
        fs::write(&file, turned).expect("a damaged pack");
    }
}

fn path(server: &TestServer, app: Uuid) -> String {
    format!("/accounts/{}/k8s/v2/apps/{app}", server.account("acme"))
}

/// Requests a restore as the usual toolkit does.
async fn restore(api: &Api, path: &str, members: &Value) -> TestResponse {
    let mut body = json!({"type": "application/astra-app", "version": "2.2"});
    let more = members.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(more);
    let request = api
        .request(Method::PUT, path)
        .bearer_auth(api.token())
        .header("Accept", "application/astra-app+json")
        .header("Content-Type", "application/astra-app+json")
        .header("ForceUpdate", "true")
        .body(body.to_string());
    let response = api.send(request).await;
    assert_eq!(response.violations("app_update"), [""; 0], "{members}");
    response
}

/// Returns the app once no restore is in progress.
async fn restored(api: &Api, path: &str) -> Value {
    eventually("the restore to end", async || {
        let app = api.fetch("app_fetch", path).await;
        (app["state"] != "restoring").then_some(app)
    })
    .await
}

#[tokio::test]
async fn restores_bring_back_every_byte() {
    let builder = Builder::new();
    let volumes = builder.path().join("volumes");
    write_varied_files(&volumes.join("shop-data"));
    let mut server = builder.start().await;
    let app = server.app("acme", "shop");
    let path = path(&server, app);
    let (snap, backup) = kept(&server.api().await, app).await;
    let original = server.path().join("original");
    copy_tree(&volumes, &original);
    for source in [json!({"backupID": backup}), json!({"snapshotID": snap})] {
        fs::remove_dir_all(volumes.join("shop-data")).unwrap();
        fs::write(volumes.join("shop-media/greeting.txt"), "overwritten").unwrap();
        // Without workers the state from the first moment persists.
        server.restart(0, None).await;
        let api = server.api().await;
        let response = restore(&api, &path, &source).await;
        assert_eq!(response.status, 204);
        assert!(response.bytes.is_empty());
        assert_eq!(api.fetch("app_fetch", &path).await["state"], "restoring");
        let again = restore(&api, &path, &source).await;
        assert_eq!(again.problem(), "409/112", "one after the other");

        server.restart(2, None).await;
        let app = restored(&server.api().await, &path).await;
        assert_eq!(
            (&app["state"], &app["stateUnready"]),
            (&json!("ready"), &json!([]))
        );
        assert_same_tree(&original.join("shop-data"), &volumes.join("shop-data"));
        assert_same_tree(&original.join("shop-media"), &volumes.join("shop-media"));
    }
    assert_eq!(
        fs::read_dir(&volumes).unwrap().count(),
        4,
        "nothing is left beside"
    );
}

#[tokio::test]
async fn sources_of_a_restore_cannot_be_deleted_until_it_ends() {
    let mut server = TestServer::start().await;
    let app = server.app("acme", "blog");
    let app_path = path(&server, app);
    let (snap, backup) = kept(&server.api().await, app).await;
    for (member, id, collection, operation) in [
        ("snapshotID", snap, "appSnaps", "app_snap_delete_for_app"),
        ("backupID", backup, "appBackups", "app_backup_delete_for_app"),
    ] {
        // Without workers the restore stays in progress.
        server.restart(0, None).await;
        let api = server.api().await;
        assert_eq!(restore(&api, &app_path, &json!({member: id})).await.status, 204);
        let source = format!(
            "/accounts/{}/k8s/v1/apps/{app}/{collection}/{id}",
            server.account("acme")
        );
        let before = api.get(&source).await.json();
        let refused = api.delete(&source).await;
        assert_eq!(refused.problem(), "409/142");
        assert_eq!(refused.violations(operation), [""; 0]);
        if member == "backupID" {
            let by_account = api.delete(&format!("{}/{id}", api.backups())).await;
            assert_eq!(by_account.problem(), "409/142");
        }
        assert_eq!(api.get(&source).await.json(), before);

        server.restart(1, None).await;
        let api = server.api().await;
        assert_eq!(restored(&api, &app_path).await["state"], "ready");
        assert_eq!(api.delete(&source).await.status, 204);
    }
}

#[tokio::test]
async fn restores_without_the_key_fail_and_keep_the_data() {
    let mut server = TestServer::start().await;
    let app = server.app("acme", "blog");
    let path = path(&server, app);
    let (_, backup) = kept(&server.api().await, app).await;
    // Without workers the restore waits; a reconciler without the key would find the backup unreadable first.
    server.restart(0, None).await;
    let api = server.api().await;
    let asked = restore(&api, &path, &json!({"backupID": backup})).await;
    assert_eq!(asked.status, 204);
    let volume = server.path().join("volumes/blog");
    fs::write(volume.join("greeting.txt"), "since then").unwrap();
    fs::rename(server.data().join("keys"), server.path().join("keys away")).unwrap();
    server.restart(1, None).await;
    let failed = restored(&server.api().await, &path).await;
    assert_eq!(failed["state"], "failed", "{failed}");
    let reason = failed["stateUnready"][0].as_str().expect("a reason");
    assert!(reason.contains("missing"), "{failed}");
    let kept = fs::read_to_string(volume.join("greeting.txt")).unwrap();
    assert_eq!(kept, "since then");
}

#[tokio::test]
async fn restores_of_damaged_backups_fail_and_keep_the_data() {
    let server = TestServer::start().await;
    let (api, app) = (server.api().await, server.app("acme", "blog"));
    let path = path(&server, app);
    let (snap, backup) = kept(&api, app).await;
    let volume = server.path().join("volumes/blog");
    fs::write(volume.join("greeting.txt"), "since then").unwrap();
    fs::write(volume.join("new.txt"), "since then").unwrap();
    damage(&server.repository("local", app).path.join("data"));

    assert_eq!(
        restore(&api, &path, &json!({"backupID": backup})).await.status,
        204
    );
    let failed = restored(&api, &path).await;
    assert_eq!(failed["state"], "failed", "{failed}");
    let reasons = failed["stateUnready"].as_array().expect("reasons");
    assert!(!reasons.is_empty(), "{failed}");
    for file in ["greeting.txt", "new.txt"] {
        assert_eq!(fs::read_to_string(volume.join(file)).unwrap(), "since then");
    }
    assert_eq!(fs::metadata(volume.join("below/zeros")).unwrap().len(), 100_000);
    let beside = fs::read_dir(server.path().join("volumes")).unwrap().count();
    assert_eq!(beside, 4, "nothing is left beside");

    // An undamaged snapshot can be restored, and the app is then ready.
    assert_eq!(
        restore(&api, &path, &json!({"snapshotID": snap})).await.status,
        204
    );
    let ready = restored(&api, &path).await;
    assert_eq!(
        (&ready["state"], &ready["stateUnready"]),
        (&json!("ready"), &json!([]))
    );
    assert_eq!(
        fs::read_to_string(volume.join("greeting.txt")).unwrap(),
        "hello from blog\n"
    );
    assert!(!volume.join("new.txt").exists());
}

#[tokio::test]
async fn restores_require_one_completed_source_of_the_app() {
    let mut server = TestServer::start().await;
    let (shop, blog) = (server.app("acme", "shop"), server.app("acme", "blog"));
    let (snap, backup) = kept(&server.api().await, shop).await;
    let unknown = Uuid::from_u128(1);
    server.restart(0, None).await;
    let api = server.api().await;
    let pending = id_of(&api.create_backup(shop, &json!({})).await);
    let pending_snap = id_of(&api.create_snap(shop, &json!({})).await);
    for (app, members, says, invalid_fields) in [
        (shop, json!({}), "400/9", &["backupID", "snapshotID"][..]),
        (
            shop,
            json!({"backupID": backup, "snapshotID": snap}),
            "400/9",
            &["backupID", "snapshotID"],
        ),
        (shop, json!({"backupID": "x"}), "400/8", &["backupID"]),
        (shop, json!({"snapshotID": null}), "400/8", &["snapshotID"]),
        (
            shop,
            json!({"backupID": backup, "restoreFilter": {}}),
            "400/8",
            &["restoreFilter"],
        ),
        (unknown, json!({"backupID": backup}), "404/2", &[]),
        (shop, json!({"backupID": unknown}), "400/9", &["backupID"]),
        (blog, json!({"backupID": backup}), "400/9", &["backupID"]),
        (shop, json!({"backupID": snap}), "400/9", &["backupID"]),
        (shop, json!({"snapshotID": unknown}), "400/46", &["snapshotID"]),
        (blog, json!({"snapshotID": snap}), "403/47", &["snapshotID"]),
        (shop, json!({"backupID": pending}), "409/111", &["backupID"]),
        (
            shop,
            json!({"snapshotID": pending_snap}),
            "409/111",
            &["snapshotID"],
        ),
    ] {
        let response = restore(&api, &path(&server, app), &members).await;
        assert_eq!(response.problem(), says, "{members}");
        let mut named = response.invalid_fields();
        named.dedup();
        assert_eq!(named, invalid_fields, "{members}");
        assert_eq!(
            api.fetch("app_fetch", &path(&server, shop)).await["state"],
            "ready",
            "{members}"
        );
    }
}

#[tokio::test]
async fn restores_require_force_update() {
    let mut server = TestServer::start().await;
    let app = server.app("acme", "blog");
    let path = path(&server, app);
    let (_, backup) = kept(&server.api().await, app).await;
    server.restart(0, None).await;
    let api = server.api().await;
    let body = json!({"type": "application/astra-app", "version": "2.0", "backupID": backup});
    for (values, says) in [
        (&[][..], "403/79"),
        (&["false"], "400/12"),
        (&["yes"], "400/12"),
        (&[""], "400/12"),
        (&["true", "true"], "400/12"),
        (&["TRUE"], "204/-"),
    ] {
        let mut request = api.request(Method::PUT, &path).bearer_auth(api.token());
        for value in values {
            request = request.header("ForceUpdate", *value);
        }
        let response = api.send(request.json(&body)).await;
        assert_eq!(response.problem(), says, "{values:?}");
        assert_eq!(response.violations("app_update"), [""; 0], "{values:?}");
        let state = if says == "204/-" { "restoring" } else { "ready" };
        assert_eq!(api.fetch("app_fetch", &path).await["state"], state, "{values:?}");
        if state == "ready" {
            assert_eq!(response.invalid_fields(), ["ForceUpdate"], "{values:?}");
        }
    }
}
