//! The events of the feature `tracing`.

use std::io::{Read, Seek};
use std::sync::Mutex;

use tracing_subscriber::util::SubscriberInitExt;

use super::*;

#[tokio::test]
async fn each_attempt_is_an_event_without_the_token() {
    let mut log = tempfile::tempfile().unwrap();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("appkeep_client=debug")
        .with_ansi(false)
        .without_time()
        .with_writer(Mutex::new(log.try_clone().unwrap()));
    let guard = subscriber.set_default();
    let server = serve(vec![ResponseTemplate::new(503), ok(backup("a"))]).await;
    let client = Client::builder(server.uri()).token("hunter2").build().unwrap();
    client.app_backup_fetch(ACCOUNT, BACKUP).await.unwrap();
    drop(guard);

    log.rewind().unwrap();
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    let without_duration = |line: &str| {
        let words = line
            .split_whitespace()
            .filter(|word| !word.starts_with("elapsed_ms="));
        words.collect::<Vec<_>>().join(" ")
    };
    let lines: Vec<_> = text.lines().map(without_duration).collect();
    let request = format!(
        "method=GET url={}/accounts/{ACCOUNT}/topology/v1/appBackups/{BACKUP}",
        server.uri()
    );
    assert_eq!(
        lines,
        [
            format!(
                "DEBUG appkeep_client::trace: request failed operation=\"app_backup_fetch\" attempt=1 {request} status=503 \
                 error=503 Service Unavailable, and the body isn't a problem: (nothing)"
            ),
            format!(
                "DEBUG appkeep_client::trace: request succeeded operation=\"app_backup_fetch\" attempt=2 {request} \
                 status=200"
            ),
        ]
    );
}
