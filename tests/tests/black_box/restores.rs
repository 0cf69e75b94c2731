//! Restores in place, and what they keep from being deleted. The API has no operation for them yet, so they are
//! asked for in the server's own process.

use std::fs;

use appkeep_server::restore::{AppRestore, AppState, CreateAppRestore, RestoreSource, RestoreState};
use appkeep_tests::{Builder, TestServer, assert_same_tree, copy_tree, eventually, write_zoo};
use serde_json::{Value, json};
use uuid::Uuid;

fn id_of(resource: &Value) -> Uuid {
    resource["id"].as_str().expect("an id").parse().expect("a UUID")
}

/// A completed snapshot and a completed backup of the app.
async fn kept(server: &TestServer, app: Uuid) -> (Uuid, Uuid) {
    let api = server.api().await;
    let snap = id_of(&api.create_snap(app, &json!({})).await);
    api.wait_for(&format!("{}/{snap}", api.app_snaps(app)), &["completed"])
        .await;
    let backup = id_of(&api.create_backup(app, &json!({})).await);
    api.wait_for(&format!("{}/{backup}", api.backups()), &["completed"])
        .await;
    (snap, backup)
}

/// Asks for a restore; what is in the way, in the words of the error.
async fn ask(server: &TestServer, app: Uuid, source: RestoreSource) -> Result<AppRestore, String> {
    let (service, ctx) = server.operations();
    let account = Ok::<_, String>(server.account("acme").into());
    let wanted = CreateAppRestore {
        app_id: app.into(),
        source,
    };
    service
        .app_restore_create(&ctx, account, async { Ok(wanted) })
        .await
        .map_err(|error| error.to_string())
}

async fn fetch(server: &TestServer, restore: &AppRestore) -> AppRestore {
    let (service, ctx) = server.operations();
    let account = Ok::<_, String>(restore.account_id);
    let found = service.app_restore_fetch(&ctx, account, Ok((restore.app_id, restore.id)));
    found.await.expect("the restore")
}

async fn ended(server: &TestServer, restore: &AppRestore) -> AppRestore {
    eventually("the restore to end", async || {
        let restore = fetch(server, restore).await;
        (!restore.state.is_in_progress()).then_some(restore)
    })
    .await
}

async fn state_of(server: &TestServer, app: Uuid) -> AppState {
    let (service, ctx) = server.operations();
    let account = Ok::<_, String>(server.account("acme").into());
    service
        .app_state(&ctx, account, Ok(app.into()))
        .await
        .expect("a state")
}

#[tokio::test]
async fn what_a_restore_reads_cannot_be_deleted_until_that_ends() {
    let mut server = TestServer::start().await;
    let app = server.app("acme", "blog");
    let (snap, backup) = kept(&server, app).await;
    for (source, path) in [
        (
            RestoreSource::Snapshot(snap.into()),
            format!("k8s/v1/apps/{app}/appSnaps/{snap}"),
        ),
        (
            RestoreSource::Backup(backup.into()),
            format!("k8s/v1/apps/{app}/appBackups/{backup}"),
        ),
    ] {
        // Without workers the restore stays where it is: in progress.
        server.restart(0, None).await;
        let restore = ask(&server, app, source).await.expect("a restore");
        assert_eq!(restore.state, RestoreState::Pending);
        assert_eq!(state_of(&server, app).await, AppState::Restoring);
        let api = server.api().await;
        let path = format!("/accounts/{}/{path}", server.account("acme"));
        let before = api.get(&path).await.json();
        let operation = match source {
            RestoreSource::Backup(_) => "app_backup_delete_for_app",
            RestoreSource::Snapshot(_) => "app_snap_delete_for_app",
        };
        let refused = api.delete(&path).await;
        assert_eq!(refused.problem(), "409/142");
        assert_eq!(refused.violations(operation), [""; 0]);
        if let RestoreSource::Backup(id) = source {
            let by_account = api.delete(&format!("{}/{id}", api.backups())).await;
            assert_eq!(by_account.problem(), "409/142");
        }
        assert_eq!(api.get(&path).await.json(), before);
        assert_eq!(
            ask(&server, app, source).await,
            Err("the app is being restored".to_owned())
        );

        server.restart(1, None).await;
        let restore = ended(&server, &restore).await;
        assert_eq!(restore.state, RestoreState::Completed, "{restore:?}");
        assert_eq!(state_of(&server, app).await, AppState::Ready);
        assert_eq!(server.api().await.delete(&path).await.status, 204);
    }
}

#[tokio::test]
async fn an_app_gets_back_what_its_backup_and_its_snapshot_hold() {
    let builder = Builder::new();
    let volumes = builder.path().join("volumes");
    write_zoo(&volumes.join("shop-data"));
    let server = builder.start().await;
    let app = server.app("acme", "shop");
    let (snap, backup) = kept(&server, app).await;
    let original = server.path().join("original");
    copy_tree(&volumes, &original);
    for source in [
        RestoreSource::Backup(backup.into()),
        RestoreSource::Snapshot(snap.into()),
    ] {
        fs::remove_dir_all(volumes.join("shop-data")).unwrap();
        fs::write(volumes.join("shop-media/greeting.txt"), "overwritten").unwrap();
        let restore = ask(&server, app, source).await.expect("a restore");
        let restore = ended(&server, &restore).await;
        assert_eq!(restore.state, RestoreState::Completed, "{restore:?}");
        assert_eq!(restore.reasons, [""; 0]);
        assert_same_tree(&original.join("shop-data"), &volumes.join("shop-data"));
        assert_same_tree(&original.join("shop-media"), &volumes.join("shop-media"));
    }
    assert_eq!(fs::read_dir(&volumes).unwrap().count(), 4);
}

#[tokio::test]
async fn a_restore_that_cannot_be_fails_with_its_reason_and_the_app_with_it() {
    let mut server = TestServer::start().await;
    let app = server.app("acme", "blog");
    let (_, backup) = kept(&server, app).await;
    let volume = server.path().join("volumes/blog");
    fs::write(volume.join("greeting.txt"), "since then").unwrap();
    let keys = server.data().join("keys");
    fs::rename(&keys, server.path().join("keys away")).unwrap();
    server.restart(1, None).await;
    let source = RestoreSource::Backup(backup.into());
    let restore = ask(&server, app, source).await.expect("a restore");
    let restore = ended(&server, &restore).await;
    assert_eq!(restore.state, RestoreState::Failed);
    assert!(restore.reasons[0].contains("missing"), "{restore:?}");
    assert_eq!(state_of(&server, app).await, AppState::Failed);
    assert_eq!(
        fs::read_to_string(volume.join("greeting.txt")).unwrap(),
        "since then"
    );
}

#[tokio::test]
async fn a_restore_needs_a_completed_source_of_its_own_app() {
    let mut server = TestServer::start().await;
    let (shop, blog) = (server.app("acme", "shop"), server.app("acme", "blog"));
    let (snap, backup) = kept(&server, shop).await;
    let unknown = Uuid::from_u128(1);
    server.restart(0, None).await;
    let api = server.api().await;
    let pending = id_of(&api.create_backup(shop, &json!({})).await);
    let pending_snap = id_of(&api.create_snap(shop, &json!({})).await);
    for (app, source, expected) in [
        (
            unknown,
            RestoreSource::Backup(backup.into()),
            "the app was not found",
        ),
        (
            shop,
            RestoreSource::Backup(unknown.into()),
            "the backup was not found",
        ),
        (
            blog,
            RestoreSource::Backup(backup.into()),
            "the backup was not found",
        ),
        (
            shop,
            RestoreSource::Backup(pending.into()),
            "the backup is not completed",
        ),
        (
            shop,
            RestoreSource::Snapshot(unknown.into()),
            "the snapshot was not found",
        ),
        (
            blog,
            RestoreSource::Snapshot(snap.into()),
            "the snapshot belongs to another app",
        ),
        (
            shop,
            RestoreSource::Snapshot(pending_snap.into()),
            "the snapshot is not completed",
        ),
    ] {
        assert_eq!(ask(&server, app, source).await, Err(expected.to_owned()));
    }
    let (service, mut ctx) = server.operations();
    ctx.actor.role = appkeep_server::tokens::Role::Viewer;
    let wanted = CreateAppRestore {
        app_id: shop.into(),
        source: RestoreSource::Backup(backup.into()),
    };
    let account = Ok::<_, String>(server.account("acme").into());
    let refused = service
        .app_restore_create(&ctx, account, async { Ok(wanted) })
        .await;
    assert_eq!(refused.unwrap_err().to_string(), "not permitted");
}
