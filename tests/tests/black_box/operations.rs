//! The operations listener of a server that isn't well.

use std::net::SocketAddr;
use std::path::Path;

use appkeep_server::config::Config;
use appkeep_server::{FAULT_REASON, Options, Server, StorageFault};
use appkeep_tests::{Builder, usual_config};
use serde_json::{Value, json};

/// A server in this directory that says how it is doing.
async fn start(dir: &Path) -> Server {
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    let config = Config::parse(&dir.join("appkeep.toml"), usual_config()).expect("the usual configuration");
    let options = Options {
        operations_listen: Some(free),
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
