//! `appkeep serve --operations-listen`: health checks and metrics.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::process::Command;

use appkeep_launcher::{Client, Method, RunningServer, backups, eventually};
use serde_json::{Value, json};

use crate::program::{installation, only_error_line};

fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

/// A server, and the address of its operations listener.
pub(crate) struct MonitoredServer {
    pub(crate) server: RunningServer,
    pub(crate) url: String,
}

impl MonitoredServer {
    pub(crate) fn start(mut command: Command) -> Self {
        command.args(["--operations-listen", "127.0.0.1:0"]);
        let mut server = RunningServer::start(command).unwrap();
        let line = server.next_line().unwrap();
        let url = line.strip_prefix("operations are on ").expect("where");
        Self {
            url: url.to_owned(),
            server,
        }
    }

    /// Sends a GET without a token; returns the status, the media type and the body.
    fn get(&self, path: &str) -> (u16, String, String) {
        let url = format!("{}{path}", self.url);
        let response = Client::default().request(&Method::GET, &url, None, &[], None);
        let response = response.expect("a response");
        (response.status, response.media_type, response.text)
    }

    pub(crate) fn json(&self, path: &str) -> (u16, Value) {
        let (status, media_type, body) = self.get(path);
        assert_eq!(media_type, "application/json", "{path}");
        (status, serde_json::from_str(&body).expect("JSON"))
    }

    /// Returns each metric by its name and labels, as written.
    fn metrics(&self) -> BTreeMap<String, String> {
        let (status, media_type, body) = self.get("/metrics");
        assert_eq!(status, 200);
        assert_eq!(
            media_type,
            "application/openmetrics-text; version=1.0.0; charset=utf-8"
        );
        assert!(body.ends_with("# EOF\n"), "{body}");
        let numbers = body.lines().filter(|line| !line.starts_with('#'));
        let split = |line: &str| {
            let (name, value) = line.rsplit_once(' ').expect("a number");
            (name.to_owned(), value.to_owned())
        };
        numbers.map(split).collect()
    }
}

#[test]
fn health_and_version_require_no_token() {
    let installation = installation();
    let monitored = MonitoredServer::start(installation.serve());
    assert_eq!(monitored.json("/healthz"), (200, json!({"status": "ok"})));
    eventually("the server to be ready", || {
        (monitored.json("/readyz") == (200, json!({"status": "ready"}))).then_some(())
    });
    let (status, version) = monitored.json("/version");
    assert_eq!(status, 200);
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    let contract = appkeep_contract::authored::document().unwrap();
    assert_eq!(
        &version["contract"],
        contract.root().pointer("/info/version").unwrap()
    );
    // The API's listener has no health checks, and the operations listener has no API.
    assert_eq!(monitored.server.get("unknown", "/healthz").status, 404);
    assert_eq!(monitored.get(&backups()).0, 404);
    let ended = monitored.server.stop("TERM").unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(0), ""));
}

#[test]
fn metrics_count_requests_jobs_and_backups() {
    let installation = installation();
    let monitored = MonitoredServer::start(installation.serve());
    let (server, token) = (&monitored.server, installation.token("acme").unwrap());
    let before = monitored.metrics();
    assert_eq!(before["appkeep_jobs{kind=\"take_backup\",state=\"done\"}"], "0");
    assert_eq!(before["appkeep_backups{state=\"completed\"}"], "0");
    let build = format!("appkeep_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    assert_eq!(before[&build], "1");
    assert_eq!(before["appkeep_tasks{task=\"worker\"}"], "2");
    assert_eq!(before["appkeep_tasks{task=\"scheduler\"}"], "1");
    assert_eq!(before["appkeep_tasks{task=\"reconciler\"}"], "1");

    let path = server.back_up(&token).unwrap();
    assert_eq!(server.get(&token, &path).status, 200);
    for _ in 0..3 {
        assert_eq!(server.get("unknown", &backups()).status, 401);
    }
    let after = monitored.metrics();
    let requests = |operation: &str, status: u16| {
        after[&format!("appkeep_http_requests_total{{operation=\"{operation}\",status=\"{status}\"}}")]
            .as_str()
    };
    assert_eq!(requests("app_backup_create_for_app", 201), "1");
    assert_eq!(requests("app_backup_list_all", 401), "3");
    assert!(number(requests("app_backup_fetch_for_app", 200)) >= 1.0);
    let latency = |part: &str, more: &str| {
        after[&format!(
            "appkeep_http_request_duration_seconds_{part}{{{more}operation=\"app_backup_list_all\"}}"
        )]
            .as_str()
    };
    assert_eq!(latency("count", ""), "3");
    assert_eq!(latency("bucket", "le=\"+Inf\","), "3");
    assert!(number(latency("sum", "")) > 0.0);
    assert_eq!(after["appkeep_jobs{kind=\"take_backup\",state=\"done\"}"], "1");
    assert_eq!(after["appkeep_backups{state=\"completed\"}"], "1");
    assert_eq!(
        after["appkeep_backup_size_bytes{state=\"completed\"}"], "6",
        "hello and a newline"
    );
    // The backup's own snapshot is deleted by another job.
    eventually("the queue to be empty", || {
        (monitored.metrics()["appkeep_queue_age_seconds"] == "0.0").then_some(())
    });
    assert_eq!(monitored.server.stop("TERM").unwrap().status.code(), Some(0));

    // Metrics from the store survive a restart.
    let monitored = MonitoredServer::start(installation.serve());
    let restarted = monitored.metrics();
    assert_eq!(restarted["appkeep_backups{state=\"completed\"}"], "1");
    assert!(
        !restarted
            .keys()
            .any(|name| name.starts_with("appkeep_http_requests_total"))
    );
}

#[test]
fn the_age_of_an_unprocessed_queue_grows() {
    let installation = installation();
    installation.configure("workers = 2", "workers = 0").unwrap();
    let monitored = MonitoredServer::start(installation.serve());
    let token = installation.token("acme").unwrap();
    monitored.server.create_backup(&token).unwrap();
    let metrics = monitored.metrics();
    assert_eq!(
        metrics["appkeep_jobs{kind=\"take_backup\",state=\"queued\"}"],
        "1"
    );
    assert_eq!(metrics["appkeep_backups{state=\"pending\"}"], "1");
    let first = number(&metrics["appkeep_queue_age_seconds"]);
    eventually("the queue to grow older", || {
        (number(&monitored.metrics()["appkeep_queue_age_seconds"]) > first).then_some(())
    });
}

#[test]
fn an_operations_address_in_use_prevents_the_start() {
    let installation = installation();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = installation.serve();
    let refused = command.args(["--operations-listen", &address]).output().unwrap();
    let expected = format!("failed to listen on {address}: Address already in use (os error 98)");
    assert_eq!(only_error_line(&refused), expected);
}
