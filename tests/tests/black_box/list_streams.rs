//! Lists that are streamed in chunks: their interruption, and the size of the chunks.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use futures::future::join_all;
use serde_json::json;

use crate::lists::{create_snaps, idle, ids};

/// The number of clients that request a complete list at once: more than the store reads at a time.
const READERS: usize = 40;
/// The number of snapshots in the list: 25 pages.
const LISTED: usize = 5000;

/// The log of this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn interrupted_lists_are_logged_with_their_request() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // The server has threads of its own.
    tracing::subscriber::set_global_default(subscriber).expect("no other test sets one");
    let server = idle().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    let made = create_snaps(&api, shop, 450).await;
    let database =
        rusqlite::Connection::open(server.path().join("data/appkeep.sqlite3")).expect("the database");
    database
        .execute(
            "UPDATE app_snaps SET labels = 'unreadable' WHERE id = ?1",
            [&made[0]],
        )
        .expect("an update");

    let request = api
        .request(http::Method::GET, &api.app_snaps(shop))
        .bearer_auth(api.token());
    let mut response = request.send().await.expect("a response");
    assert_eq!(response.status(), 200, "the first pages are whole");
    let was_interrupted = loop {
        match response.chunk().await {
            Ok(Some(_)) => {}
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(was_interrupted, "the client detects the interruption");
    let text = String::from_utf8(log.0.lock().expect("the log").clone()).expect("text");
    let line = text
        .lines()
        .find(|line| line.contains("a list response was cut short"))
        .expect("a line");
    assert!(line.contains("correlation.id="), "{line}");
    assert!(line.contains("app_snaps.labels"), "{line}");
}

#[tokio::test]
async fn lists_of_large_resources_arrive_completely() {
    let server = idle().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    let made = create_snaps(&api, shop, 30).await;
    let database =
        rusqlite::Connection::open(server.path().join("data/appkeep.sqlite3")).expect("the database");
    // An earlier version accepted such labels.
    let label = json!([{"name": "large", "value": "x".repeat(500_000)}]).to_string();
    database
        .execute("UPDATE app_snaps SET labels = ?1", [&label])
        .expect("an update");
    let path = api.app_snaps(shop);
    let whole = ids(&api.get(&path).await.json());
    assert_eq!(whole, made.iter().rev().cloned().collect::<Vec<_>>());
    let part = api.get(&format!("{path}?limit=7")).await.json();
    assert_eq!(ids(&part), whole[..7]);
    let place = part["metadata"]["continue"].as_str().expect("a continue token");
    let rest = api.get(&format!("{path}?continue={place}")).await.json();
    assert_eq!(ids(&rest), whole[7..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn creates_succeed_while_many_clients_read_lists() {
    let server = idle().await;
    let (api, shop) = (server.api().await, server.app("acme", "shop"));
    create_snaps(&api, shop, 1).await;
    let database =
        rusqlite::Connection::open(server.path().join("data/appkeep.sqlite3")).expect("the database");
    database
        .execute_batch(&format!(
            "BEGIN IMMEDIATE;
             CREATE TEMP TABLE copies AS WITH RECURSIVE numbers(number) AS (
               SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {LISTED} - 1
             ) SELECT number, app_snaps.* FROM app_snaps, numbers;
             UPDATE copies SET id = printf('00000000-0000-4000-8000-%012x', number), name = 'copy-' || number;
             ALTER TABLE copies DROP COLUMN number;
             INSERT INTO app_snaps SELECT * FROM copies;
             COMMIT;"
        ))
        .expect("copies of the snapshot");

    let path = api.app_snaps(shop);
    let lists = (0..READERS).map(|_| {
        let request = api.request(http::Method::GET, &path).bearer_auth(api.token());
        async { request.send().await.expect("the beginning of a list") }
    });
    // The server is still writing them, or waits for its clients to read.
    let lists = join_all(lists).await;
    assert!(lists.iter().all(|list| list.status() == 200));
    assert_eq!(create_snaps(&api, shop, 20).await.len(), 20);
    for list in lists.into_iter().take(3) {
        let whole: serde_json::Value = list.json().await.expect("a whole list");
        assert!(ids(&whole).len() >= LISTED);
    }
}
