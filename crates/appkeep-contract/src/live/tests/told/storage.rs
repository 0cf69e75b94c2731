//! Stories of storage that fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use serde_json::json;

use super::super::canned::{Reply, Request};
use super::super::problem;
use super::super::shelf::Shelf;
use super::{HASTY, Teller, Variant, all_told_by, with};
use crate::document::Document;
use crate::live::{Breakage, StorageFault};

/// Why the storage fails, in a word that nobody may repeat.
const REASON: &str = "Mouse-in-the-disk";

/// A switch that a server looks at.
struct Switch(&'static AtomicU8);

impl Breakage for Switch {
    fn set(&self, fault: Option<StorageFault>) {
        let number = match fault {
            None => 0,
            Some(StorageFault::Broken) => 1,
            Some(StorageFault::NotDurable) => 2,
            Some(StorageFault::Unavailable) => 3,
        };
        self.0.store(number, Ordering::SeqCst);
    }

    fn reason(&self) -> &'static str {
        REASON
    }
}

fn documented(example: &str) -> Reply {
    let document = Document::authored().unwrap();
    let pointer = format!("/components/examples/{example}/value");
    let body = document.root().pointer(&pointer).unwrap().clone();
    let status = body["status"].as_str().unwrap().parse().unwrap();
    Reply::json(status, &body)
        .with("Content-Type", "application/problem+json")
        .with("Retry-After", "1")
}

/// As the shelf does, but for what fails.
fn failing(fault: &AtomicU8, shelf: &Shelf, request: &Request) -> Reply {
    match (fault.load(Ordering::SeqCst), request.method.as_str()) {
        (1 | 2, "POST") => documented("AppBackupNotCreatedProblem"),
        (1, "PUT") if request.body["backupID"].is_string() => documented("InternalErrorProblem"),
        (1, "PUT") => problem(400, 9),
        (1, _) => documented("AppBackupsNotListedProblem"),
        (3, _) => documented("NotReadyProblem"),
        _ => shelf.answer(request),
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_a_500_and_then_all_is_there_again() {
    static FAULT: AtomicU8 = AtomicU8::new(0);
    let teller = Teller {
        forget: |target| target.breakage = Some(Arc::new(Switch(&FAULT))),
        ..HASTY
    };
    let steps = ["storage-mended", "storage-broken app_backup_list_for_app"];
    let said = all_told_by(
        teller,
        &steps,
        &[
            ("honest", |shelf, request| failing(&FAULT, shelf, request)),
            ("nothing fails", |shelf, request| shelf.answer(request)),
            ("another title comes", |shelf, request| {
                with(failing(&FAULT, shelf, request), "/title", json!("Something else"))
            }),
            ("the reason is told", |shelf, request| {
                with(
                    failing(&FAULT, shelf, request),
                    "/detail",
                    json!("There is a mouse-in-the-disk."),
                )
            }),
            ("the statement is told", |shelf, request| {
                with(
                    failing(&FAULT, shelf, request),
                    "/detail",
                    json!("SELECT id FROM mice"),
                )
            }),
            ("afterwards nothing is there", |shelf, request| {
                let is_broken = FAULT.load(Ordering::SeqCst) > 0;
                if is_broken {
                    shelf.forget_all();
                }
                failing(&FAULT, shelf, request)
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn what_cannot_be_written_is_not_made() {
    static FAULT: AtomicU8 = AtomicU8::new(0);
    let teller = Teller {
        forget: |target| target.breakage = Some(Arc::new(Switch(&FAULT))),
        ..HASTY
    };
    let said = all_told_by(
        teller,
        &["storage-mended", "storage-broken app_backup_create_for_app"],
        &[
            ("honest", |shelf, request| failing(&FAULT, shelf, request)),
            ("it is made all the same", |shelf, request| {
                let reply = shelf.answer(request);
                if FAULT.load(Ordering::SeqCst) > 0 {
                    failing(&FAULT, shelf, request)
                } else {
                    reply
                }
            }),
            ("what isn't durable is accepted", |shelf, request| {
                match FAULT.load(Ordering::SeqCst) {
                    2 => shelf.answer(request),
                    _ => failing(&FAULT, shelf, request),
                }
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn what_is_out_of_reach_is_a_503() {
    static FAULT: AtomicU8 = AtomicU8::new(0);
    let teller = Teller {
        forget: |target| target.breakage = Some(Arc::new(Switch(&FAULT))),
        ..HASTY
    };
    let said = all_told_by(
        teller,
        &["storage-unavailable app_backup_fetch_for_app"],
        &[
            ("honest", |shelf, request| failing(&FAULT, shelf, request)),
            ("it is called broken", |shelf, request| {
                match FAULT.load(Ordering::SeqCst) {
                    0 => shelf.answer(request),
                    _ => documented("AppBackupNotRetrievedProblem"),
                }
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn a_restore_that_fails_is_a_sound_one() {
    static FAULT: AtomicU8 = AtomicU8::new(0);
    let teller = Teller {
        forget: |target| target.breakage = Some(Arc::new(Switch(&FAULT))),
        ..HASTY
    };
    let honest: &[Variant] = &[("honest", |shelf, request| failing(&FAULT, shelf, request))];
    insta::assert_snapshot!(all_told_by(teller, &["storage-broken app_update"], honest).await);
}
