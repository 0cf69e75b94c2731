//! Failures of the server itself, and internal details that it must not expose.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use appkeep_core::ids::{AppBackupId, AppSnapshotId};
use appkeep_core::store::Store;
use appkeep_server::Clock;
use appkeep_tests::{Builder, TestClock, TestRequest, TestResponse, TestServer, id, until};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::connections::Wire;
use crate::fixture::Fixture;

/// A clock that panics once, on the nth call after it was armed.
struct PanickingClock {
    inner: TestClock,
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

/// A server without workers, with a completed snapshot and a completed backup of the same app.
struct Completed {
    server: TestServer,
    token: String,
    /// One connection, which no response may close.
    wire: Wire,
    backup: String,
    snap: String,
}

impl Completed {
    async fn start(clock: Arc<dyn Clock>) -> Self {
        let mut server = Builder::new().clock(clock.clone()).start().await;
        let (api, shop) = (server.api().await, server.app("acme", "shop"));
        let snap = id(&api.snapshot(shop, &json!({})).await);
        let backup = id(&api.back_up(shop, &json!({"snapshotID": snap})).await);
        let stopped = clock.now();
        server.restart(0, None).await;
        // Measurements of buckets read the clock, too.
        measured_since(server.server().store().as_ref(), stopped).await;
        Self {
            token: api.token().to_owned(),
            wire: Wire::open(server.address()).await,
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

    async fn send(&mut self, operation: &str) -> TestResponse {
        let request = self.request(operation);
        self.wire.send(&request).await
    }
}

/// Waits until all buckets were measured after `time`.
async fn measured_since(store: &dyn Store, time: DateTime<Utc>) {
    let accounts = store.list_accounts().await.expect("the store works");
    for account in accounts {
        let buckets = store.list_buckets(account.id).await.expect("the store works");
        until("measurements of all buckets", async || {
            let measured = store.list_bucket_measurements(account.id).await;
            let measured = measured.expect("the store works");
            let is_new = |id| measured.get(id).is_some_and(|found| found.time > time);
            buckets.iter().all(|bucket| is_new(&bucket.id))
        })
        .await;
    }
}

#[tokio::test]
async fn handler_panics_are_500_problems() {
    let clock = Arc::new(PanickingClock {
        inner: TestClock::stepping(),
        fuse: AtomicI64::new(0),
    });
    let mut completed = Completed::start(clock.clone()).await;
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
        ("app_summary_list", 2, "500/34"),
        ("user_list", 2, "500/34"),
        ("bucket_list", 2, "500/34"),
        ("account_list", 2, "500/34"),
    ] {
        clock.fuse.store(asked, Ordering::SeqCst);
        let response = completed.send(operation).await;
        assert_eq!(response.problem(), says, "{operation}");
        assert_eq!(response.violations(operation), [""; 0], "{operation}");
        let text = response.text();
        assert!(
            !text.contains("clock"),
            "a response tells nothing of the reason: {text}"
        );
        for list in ["app_backup_list_for_app", "app_snap_list_for_app"] {
            let items = completed.send(list).await.json()["items"].clone();
            assert_eq!(
                items.as_array().map(Vec::len),
                Some(1),
                "{operation} changed nothing: {items}"
            );
        }
    }
    for operation in ["app_backup_delete", "app_snap_delete_for_app"] {
        assert_eq!(completed.send(operation).await.status, 204, "{operation}");
    }
}

#[tokio::test]
async fn responses_that_violate_the_contract_are_not_sent() {
    let mut completed = Completed::start(Arc::new(TestClock::stepping())).await;
    let store = completed.server.server().store();
    let account = completed.server.account("acme").into();
    let mut tx = store.begin().await.expect("a transaction");
    let id = AppBackupId::new(completed.backup.parse().expect("an id"));
    let found = tx.fetch_resource(account, id).await;
    let mut backup = found.expect("the store works").expect("the backup");
    backup.state_unready.push("x".repeat(128));
    assert!(tx.update_resource(&backup).await.expect("the store works"));
    let id = AppSnapshotId::new(completed.snap.parse().expect("an id"));
    let found = tx.fetch_resource(account, id).await;
    let mut snap = found.expect("the store works").expect("the snapshot");
    snap.state_unready.push(String::new());
    assert!(tx.update_resource(&snap).await.expect("the store works"));
    tx.commit().await.expect("the store works");

    for (operation, says) in [
        ("app_backup_fetch", "500/95"),
        ("app_backup_fetch_for_app", "500/95"),
        ("app_backup_list_all", "500/96"),
        ("app_backup_list_for_app", "500/96"),
        ("app_snap_fetch_for_app", "500/99"),
        ("app_snap_list_for_app", "500/100"),
    ] {
        let response = completed.send(operation).await;
        assert_eq!(response.problem(), says, "{operation}");
        assert_eq!(response.violations(operation), [""; 0], "{operation}");
        let text = response.text();
        assert!(
            !text.contains("127"),
            "a response tells nothing of the reason: {text}"
        );
    }
}

/// Versions without limits stored such labels.
#[tokio::test]
async fn stored_labels_beyond_the_limits_are_readable() {
    let mut completed = Completed::start(Arc::new(TestClock::stepping())).await;
    let account = completed.server.account("acme").into();
    let store = completed.server.server().store();
    let mut tx = store.begin().await.expect("a transaction");
    let id = AppSnapshotId::new(completed.snap.parse().expect("an id"));
    let found = tx.fetch_resource(account, id).await;
    let mut snap = found.expect("the store works").expect("the snapshot");
    let label = snap.metadata.labels[0].clone();
    snap.metadata.labels = vec![label; 1000];
    snap.metadata.labels[0].name = String::new();
    snap.metadata.labels[1].value = "x".repeat(100_000);
    assert!(tx.update_resource(&snap).await.expect("the store works"));
    tx.commit().await.expect("the store works");

    for operation in ["app_snap_fetch_for_app", "app_snap_list_for_app"] {
        let response = completed.send(operation).await;
        assert_eq!(response.status, 200, "{operation}");
        assert_eq!(response.violations(operation), [""; 0], "{operation}");
        let text = response.text();
        assert!(text.contains(&"x".repeat(100_000)), "{operation}");
    }
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
