//! Scenarios of random sequences.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use uuid::Uuid;

use super::super::fake::FakeServer;
use super::super::problem;
use super::super::serve;
use super::{Variant, WITH_WAITING, WITHOUT_WAITING, endless, in_state, result_of, results, with};
use crate::live::{scenarios, sequence};
use crate::testing::Request;

const STEPS: &str = "snapshot-create, snapshot-completes, backup-create, backup-completes, sequence";

/// The requests that a fake server gets, each with its status.
async fn requests_to(fake: FakeServer) -> Vec<String> {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let received = Arc::clone(&requests);
    let results = result_of(&WITH_WAITING, STEPS, move |request| {
        let response = fake.respond(request);
        let path = request.path.split('/').skip(3).collect::<Vec<_>>().join("/");
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let line = format!(
            "{} {path} {} {body} -> {}",
            request.method,
            query_of(request),
            response.status
        );
        received.lock().unwrap().push(line);
        response
    })
    .await;
    assert_eq!(results, ["    holds"]);
    std::mem::take(&mut *requests.lock().unwrap())
}

/// The query of a request.
fn query_of(request: &Request) -> String {
    let pairs = request
        .query
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("&")
}

#[tokio::test]
async fn runs_with_the_same_id_send_the_same_requests() {
    let requests = requests_to(FakeServer::default()).await;
    assert_eq!(requests, requests_to(FakeServer::default()).await);
    assert!(requests.len() > 100, "{} requests", requests.len());
}

#[tokio::test]
async fn the_checker_waits_for_resources_in_progress() {
    let at_once = requests_to(FakeServer::default()).await;
    let late = requests_to(FakeServer::slow(3)).await;
    let changes = |requests: &[String]| -> Vec<String> {
        let changes = requests.iter().filter(|request| !request.starts_with("GET "));
        changes.cloned().collect()
    };
    assert_eq!(changes(&late)[..2], changes(&at_once)[..2]);
    assert!(late.len() > at_once.len(), "{} and {}", late.len(), at_once.len());
}

/// Many more sequences, each with a hash of its requests.
#[tokio::test]
async fn every_sequence_conforms() {
    let (soon, late) = (
        run_many(FakeServer::slow(1)).await,
        run_many(FakeServer::slow(3)).await,
    );
    insta::assert_snapshot!(format!("soon completed:\n{soon}\nlate:\n{late}"));
}

async fn run_many(fake: FakeServer) -> String {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let refused = Arc::new(AtomicU32::new(0));
    let (received, counted) = (Arc::clone(&requests), Arc::clone(&refused));
    let server = serve(move |request| {
        let text = format!(
            "{} {} {} {}",
            request.method,
            request.path,
            query_of(request),
            request.json()
        );
        received.lock().unwrap().push(text);
        let response = fake.respond(request);
        counted.fetch_add(u32::from(response.status == 409), Ordering::Relaxed);
        response
    })
    .await;
    let mut ctx = WITH_WAITING.ctx(&server);
    // A sequence must not use the resources or the bucket of the other account.
    let create_foreign = scenarios::once()
        .find(|scenario| scenario.code == "foreign-create")
        .unwrap();
    assert!((create_foreign.run)(&mut ctx).await.is_ok());
    let mut lines = Vec::new();
    for number in 5..25 {
        assert!(sequence::run(&mut ctx, number).await.is_ok(), "{number}");
        let findings = std::mem::take(&mut ctx.current).findings;
        assert_eq!(findings, [], "{number}");
        let requests = std::mem::take(&mut *requests.lock().unwrap());
        let id = Uuid::new_v5(&Uuid::nil(), requests.join("\n").as_bytes());
        let (count, refused) = (requests.len(), refused.swap(0, Ordering::Relaxed));
        lines.push(format!("{number}: {count} requests, {refused} refused, {id}"));
    }
    lines.join("\n")
}

#[tokio::test]
async fn sequences_find_injected_defects() {
    let variants: &[Variant] = &[
        ("names aren't unique", |fake, request| {
            let mut request = request.clone();
            if request.json()["name"].is_string() && request.method == "POST" {
                let name = request.json()["name"].as_str().unwrap_or_default().to_owned();
                request.change(|body| body["name"] = json!(format!("{name}-{}", fake.names().len())));
            }
            fake.respond(&request)
        }),
        ("pages never end", endless),
        ("pages lack items", |fake, request| {
            fake.respond(request)
                .when(request.parameter("continue").is_some(), |response| {
                    with(response, "/items", json!([]))
                })
        }),
        ("the path trees differ", |fake, request| {
            fake.respond(request)
                .when(request.path.contains("/topology/"), |response| {
                    with(
                        response,
                        "/metadata/createdBy",
                        json!("8f84cf09-8036-51e4-b579-000000000000"),
                    )
                })
        }),
        ("everything stays pending", |fake, request| {
            in_state(fake.respond(request), "pending")
        }),
    ];
    insta::assert_snapshot!(results(STEPS, variants).await);
}

/// A backup in progress only protects the snapshot that it copies.
#[tokio::test]
async fn unread_snapshots_can_be_deleted() {
    let mut lines = Vec::new();
    for number in 5..25 {
        let fake = FakeServer::slow(1);
        let server = serve(move |request| {
            if request.method == "DELETE" && request.path.contains("/appSnaps/") {
                problem(409, 144)
            } else {
                fake.respond(request)
            }
        })
        .await;
        let mut ctx = WITHOUT_WAITING.ctx(&server);
        ctx.current.code = "sequence".to_owned();
        let is_complete = sequence::run(&mut ctx, number).await.is_ok();
        let findings = std::mem::take(&mut ctx.current).findings;
        let found: Vec<&str> = findings.iter().map(|one| one.what.as_str()).collect();
        lines.push(format!("{number}: {is_complete}, {}", found.join("; ")));
    }
    insta::assert_snapshot!(lines.join("\n"));
}
