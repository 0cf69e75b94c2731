//! Failures of the server itself, and internal details that it must not expose.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use appkeep_core::ids::{AppBackupId, AppSnapId};
use appkeep_server::config::Config;
use appkeep_server::error::StartError;
use appkeep_server::system::Clock;
use appkeep_server::{Options, Server};
use appkeep_tests::{SteppingClock, TestRequest, TestResponse, TestServer, files_below, usual_config};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::connections::Wire;
use crate::fixture::{Fixture, id};

/// A clock that panics once, on the nth call after it was armed.
#[derive(Default)]
struct PanickingClock {
    inner: SteppingClock,
    fuse: AtomicI64,
}

impl Clock for PanickingClock {
    fn now(&self) -> DateTime<Utc> {
        assert_ne!(
            self.fuse.fetch_sub(1, Ordering::SeqCst),
            1,
            "the clock was told to panic"
        );
        self.inner.now()
    }
}

fn options(dir: &Path) -> Options {
    let mut config =
        Config::parse(&dir.join("appkeep.toml"), usual_config()).expect("the usual configuration");
    config.workers = 0;
    Options::new(config, dir.join("data"), SocketAddr::from(([127, 0, 0, 1], 0)))
}

/// A stopped server, with a completed snapshot and a completed backup of the same app.
struct StoppedServer {
    server: TestServer,
    token: String,
    backup: String,
    snap: String,
}

impl StoppedServer {
    async fn new() -> Self {
        let mut server = TestServer::start().await;
        let (api, shop) = (server.api().await, server.app("acme", "shop"));
        let snap = id(&api.create_snap(shop, &json!({})).await);
        api.wait_for(&format!("{}/{snap}", api.app_snaps(shop)), &["completed"])
            .await;
        let backup = id(&api.create_backup(shop, &json!({"snapshotID": snap})).await);
        api.wait_for(&format!("{}/{backup}", api.app_backups(shop)), &["completed"])
            .await;
        server.stop().await;
        Self {
            token: api.token().to_owned(),
            server,
            backup,
            snap,
        }
    }

    fn request(&self, operation: &str) -> TestRequest {
        let mut request = TestRequest::new(operation, &self.token);
        request.account = self.server.account("acme").to_string();
        request.app = self.server.app("acme", "shop").to_string();
        request.resource = if request.has("appSnap_id") {
            self.snap.clone()
        } else {
            self.backup.clone()
        };
        request
    }
}

async fn send(wire: &mut Wire, request: &TestRequest) -> TestResponse {
    let body = request.bytes();
    wire.head(request, body.len()).await;
    wire.write(&body).await;
    wire.response().await
}

#[tokio::test]
async fn handler_panics_are_500_problems() {
    let stopped = StoppedServer::new().await;
    let clock = Arc::new(PanickingClock::default());
    let server = Server::start(Options {
        clock: clock.clone(),
        ..options(stopped.server.path())
    })
    .await;
    let server = server.expect("the server starts");
    let mut wire = Wire::open(server.local_addr()).await;
    let lists = ["app_backup_list_for_app", "app_snap_list_for_app"].map(|list| stopped.request(list));
    for (operation, asked, says) in [
        // The first call is during the check of the token.
        ("app_backup_fetch", 1, "500/95"),
        ("app_backup_delete", 1, "500/97"),
        ("app_backup_create_for_app", 2, "500/94"),
        // The third call is in the middle of a transaction.
        ("app_backup_create_for_app", 3, "500/94"),
        ("app_backup_list_all", 2, "500/96"),
        ("app_backup_list_for_app", 2, "500/96"),
        ("app_backup_delete", 2, "500/97"),
        ("app_backup_delete_for_app", 2, "500/97"),
        ("app_snap_create_for_app", 2, "500/98"),
        ("app_snap_create_for_app", 3, "500/98"),
        ("app_snap_list_for_app", 2, "500/100"),
        ("app_snap_delete_for_app", 2, "500/34"),
        ("app_list", 2, "500/34"),
        ("bucket_list", 2, "500/34"),
        ("account_list", 2, "500/34"),
    ] {
        clock.fuse.store(asked, Ordering::SeqCst);
        let response = send(&mut wire, &stopped.request(operation)).await;
        assert_eq!(response.problem(), says, "{operation}");
        assert_eq!(response.violations(operation), [""; 0], "{operation}");
        let text = String::from_utf8_lossy(&response.bytes).into_owned();
        assert!(
            !text.contains("clock"),
            "a response tells nothing of the reason: {text}"
        );
        for list in &lists {
            let items = send(&mut wire, list).await.json()["items"].clone();
            assert_eq!(
                items.as_array().map(Vec::len),
                Some(1),
                "{operation} changed nothing: {items}"
            );
        }
    }
    for operation in ["app_backup_delete", "app_snap_delete_for_app"] {
        assert_eq!(
            send(&mut wire, &stopped.request(operation)).await.status,
            204,
            "{operation}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn responses_that_violate_the_contract_are_not_sent() {
    let stopped = StoppedServer::new().await;
    let server = Server::start(options(stopped.server.path()))
        .await
        .expect("the server starts");
    let store = server.store();
    let account = stopped.server.account("acme").into();
    let mut tx = store.begin().await.expect("a transaction");
    let id = AppBackupId::new(stopped.backup.parse().expect("an id"));
    let found = tx.fetch_resource(account, id).await;
    let mut backup = found.expect("the store works").expect("the backup");
    backup.state_unready.push("x".repeat(128));
    assert!(tx.update_resource(&backup).await.expect("the store works"));
    let id = AppSnapId::new(stopped.snap.parse().expect("an id"));
    let found = tx.fetch_resource(account, id).await;
    let mut snap = found.expect("the store works").expect("the snapshot");
    snap.state_unready.push(String::new());
    assert!(tx.update_resource(&snap).await.expect("the store works"));
    tx.commit().await.expect("the store works");

    let mut wire = Wire::open(server.local_addr()).await;
    for (operation, says) in [
        ("app_backup_fetch", "500/95"),
        ("app_backup_fetch_for_app", "500/95"),
        ("app_backup_list_all", "500/96"),
        ("app_backup_list_for_app", "500/96"),
        ("app_snap_fetch_for_app", "500/99"),
        ("app_snap_list_for_app", "500/100"),
    ] {
        let response = send(&mut wire, &stopped.request(operation)).await;
        assert_eq!(response.problem(), says, "{operation}");
        assert_eq!(response.violations(operation), [""; 0], "{operation}");
        let text = String::from_utf8_lossy(&response.bytes).into_owned();
        assert!(
            !text.contains("127"),
            "a response tells nothing of the reason: {text}"
        );
    }
    server.stop().await;
}

/// Versions without limits stored such labels.
#[tokio::test]
async fn stored_labels_beyond_the_limits_are_readable() {
    let stopped = StoppedServer::new().await;
    let server = Server::start(options(stopped.server.path()))
        .await
        .expect("the server starts");
    let account = stopped.server.account("acme").into();
    let store = server.store();
    let mut tx = store.begin().await.expect("a transaction");
    let id = AppSnapId::new(stopped.snap.parse().expect("an id"));
    let found = tx.fetch_resource(account, id).await;
    let mut snap = found.expect("the store works").expect("the snapshot");
    let label = snap.metadata.labels[0].clone();
    snap.metadata.labels = vec![label; 1000];
    snap.metadata.labels[0].name = String::new();
    snap.metadata.labels[1].value = "x".repeat(100_000);
    assert!(tx.update_resource(&snap).await.expect("the store works"));
    tx.commit().await.expect("the store works");

    let mut wire = Wire::open(server.local_addr()).await;
    for operation in ["app_snap_fetch_for_app", "app_snap_list_for_app"] {
        let response = send(&mut wire, &stopped.request(operation)).await;
        assert_eq!(response.status, 200, "{operation}");
        assert_eq!(response.violations(operation), [""; 0], "{operation}");
        let text = String::from_utf8_lossy(&response.bytes).into_owned();
        assert!(text.contains(&"x".repeat(100_000)), "{operation}");
    }
    server.stop().await;
}

#[tokio::test]
async fn unknown_urls_get_a_problem() {
    let server = TestServer::start().await;
    let api = server.api().await;
    let account = server.account("acme");
    for (path, says) in [
        ("/nowhere".to_owned(), "404/1"),
        ("/account".to_owned(), "404/1"),
        (format!("/accounts/{account}"), "404/1"),
        ("/accounts//topology/v1/appBackups".to_owned(), "404/1"),
        (format!("/accounts/{account}/topology/v2/appBackups"), "404/1"),
        (format!("/accounts/{account}/topology/v1/appbackups"), "404/1"),
        (format!("{}/{}/more", api.backups(), account), "404/1"),
        ("/accounts/%ff/topology/v1/appBackups".to_owned(), "400/-"),
        (format!("{}/%C3%28", api.backups()), "400/-"),
    ] {
        for method in ["GET", "DELETE", "BREW"] {
            let method = http::Method::from_bytes(method.as_bytes()).expect("a method");
            let response = api.send(api.request(method, &path)).await;
            assert_eq!(response.problem(), says, "{path}");
            assert!(response.json()["correlationID"].is_string(), "{path}");
            assert_eq!(response.header("cache-control"), "no-store", "{path}");
            assert_eq!(response.header("x-content-type-options"), "nosniff", "{path}");
        }
    }
}

#[tokio::test]
async fn unknown_methods_get_405_with_allow() {
    let server = TestServer::start().await;
    let api = server.api().await;
    let fetch = format!("{}/{}", api.backups(), server.account("acme"));
    for method in ["BREW", "PROPFIND", "get"] {
        for (path, allow) in [
            (api.backups(), "GET"),
            (fetch.clone(), "DELETE, GET"),
            ("/ui".to_owned(), "GET, HEAD"),
        ] {
            let method = http::Method::from_bytes(method.as_bytes()).expect("a method");
            let response = api.send(api.request(method, &path)).await;
            assert_eq!(response.problem(), "405/69", "{path}");
            assert_eq!(response.header("allow"), allow, "{path}");
        }
    }
}

#[tokio::test]
async fn api_responses_forbid_caching_and_sniffing() {
    let fixture = Fixture::start().await;
    for operation in appkeep_tests::operations() {
        let sound = fixture.request(&operation.id);
        let mut refused = sound.clone();
        refused.authorization = None;
        for request in [refused, sound] {
            let response = request.send(&fixture.api).await;
            assert_eq!(response.header("cache-control"), "no-store", "{}", operation.id);
            assert_eq!(
                response.header("x-content-type-options"),
                "nosniff",
                "{}",
                operation.id
            );
        }
    }
}

#[tokio::test]
async fn a_second_server_on_a_data_directory_refuses_to_start_and_says_why() {
    let mut server = TestServer::start().await;
    let api = server.api().await;
    let Err(refused) = Server::start(options(server.path())).await else {
        panic!("it started")
    };
    assert!(matches!(refused, StartError::DataDirInUse { .. }), "{refused}");
    let said = refused.to_string();
    let process = format!("process {}", std::process::id());
    for part in [
        &*server.data().display().to_string(),
        "in use by another server",
        &*process,
        "--data",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert_eq!(api.get(&api.backups()).await.status, 200, "the first one goes on");
    server.stop().await;
    let second = Server::start(options(server.path()))
        .await
        .expect("the directory is free again");
    second.stop().await;
}

#[tokio::test]
async fn a_token_is_nowhere_in_the_data_directory() {
    let mut server = TestServer::start().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    api.create_snap(shop, &json!({})).await;
    let tokens = [api.token().to_owned(), server.token("owner", &["*"]).await];
    for stopped in [false, true] {
        if stopped {
            server.stop().await;
        }
        let files = files_below(&server.data());
        assert!(
            files.iter().any(|path| path.ends_with("appkeep.sqlite3")),
            "{files:?}"
        );
        for path in files {
            let bytes = fs::read(server.data().join(&path)).expect("a file");
            for token in &tokens {
                let (_, bits) = token.split_once('_').expect("a prefix");
                let found = bytes.windows(bits.len()).any(|window| window == bits.as_bytes());
                assert!(!found, "{} has the token in clear", path.display());
            }
        }
    }
}
