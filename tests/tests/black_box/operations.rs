//! The operations listener of an unhealthy server.

use std::time::Duration;

use appkeep_server::failpoints::{FAULT_REASON, StorageFault};
use appkeep_tests::{Builder, TestServer};
use serde_json::{Value, json};

async fn get(server: &TestServer, path: &str) -> (u16, String) {
    let address = server
        .server()
        .operations_addr()
        .expect("the operations listener is on");
    let response = reqwest::get(format!("http://{address}{path}")).await;
    let response = response.expect("a response");
    (response.status().as_u16(), response.text().await.expect("a body"))
}

async fn readiness(server: &TestServer) -> (u16, Value) {
    let (status, body) = get(server, "/readyz").await;
    (status, serde_json::from_str(&body).expect("JSON"))
}

#[tokio::test]
async fn servers_with_a_failing_store_are_not_ready() {
    let server = Builder::new().with_operations().start().await;
    assert_eq!(readiness(&server).await, (200, json!({"status": "ready"})));
    for fault in [StorageFault::Broken, StorageFault::Unavailable] {
        server.server().storage_faults().set(Some(fault));
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
            "unknown numbers are missing, not 0"
        );
    }
    server.server().storage_faults().set(None);
    assert_eq!(readiness(&server).await, (200, json!({"status": "ready"})));
    assert!(get(&server, "/metrics").await.1.contains("appkeep_jobs{"));
}

#[tokio::test]
async fn health_fails_after_a_minute_of_failed_writes() {
    let server = Builder::new().with_operations().start().await;
    let minute = Duration::from_mins(1);
    assert_eq!(get(&server, "/healthz").await.0, 200);
    // Only trial writes change the state: neither elapsed time nor successful reads do.
    server.clock().advance(2 * minute);
    assert_eq!(get(&server, "/healthz").await.0, 200);
    server
        .server()
        .storage_faults()
        .set(Some(StorageFault::NotDurable));
    let (status, body) = readiness(&server).await;
    assert_eq!(status, 503);
    assert!(
        body["reasons"][0].as_str().unwrap().contains(FAULT_REASON),
        "{body}"
    );
    assert_eq!(get(&server, "/healthz").await.0, 200, "not yet");
    server.clock().advance(minute);
    let (status, body) = get(&server, "/healthz").await;
    assert_eq!(status, 503);
    assert!(body.contains("writes have failed for 6"), "{body}");
    assert!(body.contains(FAULT_REASON), "{body}");

    server.server().storage_faults().set(None);
    assert_eq!(get(&server, "/healthz").await.0, 200);
    assert_eq!(readiness(&server).await.0, 200);
    // The next failure starts the minute again.
    server
        .server()
        .storage_faults()
        .set(Some(StorageFault::NotDurable));
    assert_eq!(get(&server, "/healthz").await.0, 200);
    server.server().storage_faults().set(None);
}
