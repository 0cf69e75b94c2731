//! Sequences of steps by chance.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use uuid::Uuid;

use super::super::canned::Canned;
use super::super::problem;
use super::super::shelf::Shelf;
use super::{HASTY, PATIENT, all_told, endless, in_state, told, with};
use crate::live::{sequence, stories};

const STEPS: [&str; 5] = [
    "snapshot-create",
    "snapshot-completes",
    "backup-create",
    "backup-completes",
    "sequence",
];

/// What is asked of that shelf.
async fn asked_of(shelf: Shelf) -> String {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    let said = told(&PATIENT, &STEPS, move |request| {
        let reply = shelf.answer(request);
        let path = request.path.split('/').skip(3).collect::<Vec<_>>().join("/");
        let body = if request.body.is_null() {
            String::new()
        } else {
            request.body.to_string()
        };
        let line = format!(
            "{} {path} {} {body} -> {}",
            request.method,
            request.query,
            reply.status()
        );
        heard.lock().unwrap().push(line);
        reply
    })
    .await;
    assert_eq!(said, ["    holds"]);
    asked.lock().unwrap().join("\n")
}

#[tokio::test]
async fn a_run_with_the_same_id_asks_the_same() {
    insta::assert_snapshot!(asked_of(Shelf::default()).await);
}

#[tokio::test]
async fn what_is_in_progress_is_waited_for() {
    insta::assert_snapshot!(asked_of(Shelf::slow(9)).await);
}

/// Many more of them, with what each asks as a number that stands for all of it.
#[tokio::test]
async fn every_sequence_holds() {
    let (soon, late) = (
        many_asked_of(Shelf::slow(3)).await,
        many_asked_of(Shelf::slow(9)).await,
    );
    insta::assert_snapshot!(format!("soon completed:\n{soon}\nlate:\n{late}"));
}

async fn many_asked_of(shelf: Shelf) -> String {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let refused = Arc::new(AtomicU32::new(0));
    let (heard, counted) = (Arc::clone(&asked), Arc::clone(&refused));
    let server = Canned::start(move |request| {
        let text = format!(
            "{} {} {} {}",
            request.method, request.path, request.query, request.body
        );
        heard.lock().unwrap().push(text);
        let reply = shelf.answer(request);
        counted.fetch_add(u32::from(reply.status() == 409), Ordering::Relaxed);
        reply
    })
    .await;
    let mut stage = PATIENT.stage(&server);
    // What others have isn't for a sequence, its bucket neither.
    let others = stories::once()
        .find(|story| story.code == "foreign-create")
        .unwrap();
    assert!((others.run)(&mut stage).await.is_ok());
    let mut lines = Vec::new();
    for number in 5..25 {
        assert!(sequence::tell(&mut stage, number).await.is_ok(), "{number}");
        let findings = std::mem::take(&mut stage.current).findings;
        assert_eq!(findings, [], "{number}");
        let asked = std::mem::take(&mut *asked.lock().unwrap());
        let id = Uuid::new_v5(&Uuid::nil(), asked.join("\n").as_bytes());
        let (count, refused) = (asked.len(), refused.swap(0, Ordering::Relaxed));
        lines.push(format!("{number}: {count} requests, {refused} refused, {id}"));
    }
    lines.join("\n")
}

#[tokio::test]
async fn what_a_sequence_finds() {
    let said = all_told(
        &STEPS,
        &[
            ("names are given twice", |shelf, request| {
                let mut request = request.clone();
                if request.body["name"].is_string() && request.method == "POST" {
                    request.body["name"] = json!(format!("{}-{}", request.body["name"], shelf.names().len()));
                }
                shelf.answer(&request)
            }),
            ("walks have no end", endless),
            ("pages lack something", |shelf, request| {
                shelf
                    .answer(request)
                    .when(request.query.contains("continue"), |reply| {
                        with(reply, "/items", json!([]))
                    })
            }),
            ("one tree is behind", |shelf, request| {
                shelf
                    .answer(request)
                    .when(request.path.contains("/topology/"), |reply| {
                        with(
                            reply,
                            "/metadata/createdBy",
                            json!("8f84cf09-8036-51e4-b579-000000000000"),
                        )
                    })
            }),
            ("all is pending", |shelf, request| {
                in_state(shelf.answer(request), "pending")
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

/// That a backup is in progress keeps no other snapshot than the one that it reads.
#[tokio::test]
async fn a_snapshot_that_nobody_reads_can_be_deleted() {
    let mut lines = Vec::new();
    for number in 5..25 {
        let shelf = Shelf::slow(3);
        let server = Canned::start(move |request| {
            if request.method == "DELETE" && request.path.contains("/appSnaps/") {
                problem(409, 144)
            } else {
                shelf.answer(request)
            }
        })
        .await;
        let mut stage = HASTY.stage(&server);
        stage.current.code = "sequence".to_owned();
        let is_told = sequence::tell(&mut stage, number).await.is_ok();
        let findings = std::mem::take(&mut stage.current).findings;
        let found: Vec<&str> = findings.iter().map(|one| one.what.as_str()).collect();
        lines.push(format!("{number}: {is_told}, {}", found.join("; ")));
    }
    insta::assert_snapshot!(lines.join("\n"));
}
