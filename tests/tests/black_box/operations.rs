//! The operations listener of a server that isn't well.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use appkeep_server::config::Config;
use appkeep_server::system::{Clock, SystemClock};
use appkeep_server::{FAULT_REASON, Options, Server, StorageFault};
use appkeep_tests::{Builder, SteppingClock, usual_config};
use serde_json::{Value, json};

/// A server in this directory that says how it is doing.
async fn start(dir: &Path) -> Server {
    start_at(dir, Arc::new(SystemClock)).await
}

async fn start_at(dir: &Path, clock: Arc<dyn Clock>) -> Server {
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    let config = Config::parse(&dir.join("appkeep.toml"), usual_config()).expect("the usual configuration");
    let options = Options {
        operations_listen: Some(free),
        clock,
        ..Options::new(config, dir.join("data"), free)
    };
    Server::start(options).await.expect("the server starts")
}

async fn get(server: &Server, path: &str) -> (u16, String) {
    let address = server.operations_addr().expect("it listens");
    let answer = reqwest::get(format!("http://{address}{path}")).await;
    let answer = answer.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a body"))
}

async fn readiness(server: &Server) -> (u16, Value) {
    let (status, body) = get(server, "/readyz").await;
    (status, serde_json::from_str(&body).expect("JSON"))
}

#[tokio::test]
async fn a_server_whose_store_fails_lives_but_is_not_ready() {
    let dir = Builder::new();
    let server = start(dir.path()).await;
    assert_eq!(readiness(&server).await, (200, json!({"status": "ready"})));
    for fault in [StorageFault::Broken, StorageFault::Unavailable] {
        server.storage_faults().set(Some(fault));
        let (status, body) = readiness(&server).await;
        assert_eq!((status, &body["status"]), (503, &json!("not ready")));
        let reason = body["reasons"][0].as_str().expect("a reason");
        assert!(reason.contains(FAULT_REASON), "{body}");
        assert_eq!(get(&server, "/healthz").await.0, 200);
        let (status, metrics) = get(&server, "/metrics").await;
        assert_eq!(status, 200);
        assert!(metrics.contains("appkeep_tasks{task=\"worker\"} 3"), "{metrics}");
        assert!(
            !metrics.contains("appkeep_jobs"),
            "numbers that nobody knows are missing, not 0"
        );
    }
    server.storage_faults().set(None);
    assert_eq!(readiness(&server).await, (200, json!({"status": "ready"})));
    assert!(get(&server, "/metrics").await.1.contains("appkeep_jobs{"));
    server.stop().await;
}

#[tokio::test]
async fn the_process_counts_as_broken_once_writes_have_failed_for_a_minute() {
    let dir = Builder::new();
    let clock = Arc::new(SteppingClock::default());
    let server = start_at(dir.path(), clock.clone()).await;
    let minute = Duration::from_mins(1);
    assert_eq!(get(&server, "/healthz").await.0, 200);
    // Time alone proves nothing, and reads that work don't help.
    clock.advance(2 * minute);
    assert_eq!(get(&server, "/healthz").await.0, 200);
    server.storage_faults().set(Some(StorageFault::NotDurable));
    let (status, body) = readiness(&server).await;
    assert_eq!(status, 503);
    assert!(
        body["reasons"][0].as_str().unwrap().contains(FAULT_REASON),
        "{body}"
    );
    assert_eq!(get(&server, "/healthz").await.0, 200, "not yet");
    clock.advance(minute);
    let (status, body) = get(&server, "/healthz").await;
    assert_eq!(status, 503);
    assert!(body.contains("writes have failed for 6"), "{body}");
    assert!(body.contains(FAULT_REASON), "{body}");

    server.storage_faults().set(None);
    assert_eq!(get(&server, "/healthz").await.0, 200);
    assert_eq!(readiness(&server).await.0, 200);
    // The minute begins anew with the next failure.
    server.storage_faults().set(Some(StorageFault::NotDurable));
    assert_eq!(get(&server, "/healthz").await.0, 200);
    server.storage_faults().set(None);
    server.stop().await;
}
