//! Stories of storage that fails.

use std::cell::Cell;
use std::sync::Arc;

use serde_json::json;

use super::super::canned::{Reply, Request};
use super::super::declared::example;
use super::super::problem;
use super::super::shelf::Shelf;
use super::{HASTY, Teller, Variant, all_told_by, with};
use crate::live::{Breakage, StorageFault};

/// Why the storage fails, in a word that nobody may repeat.
const REASON: &str = "Mouse-in-the-disk";

thread_local! {
    /// How it fails now: a test's server lives on the thread of its judge.
    static FAULT: Cell<Option<StorageFault>> = const { Cell::new(None) };
}

/// The switch for that.
struct Switch;

impl Breakage for Switch {
    fn set(&self, fault: Option<StorageFault>) {
        FAULT.set(fault);
    }

    fn reason(&self) -> &'static str {
        REASON
    }
}

/// Can make storage fail.
const BREAKING: Teller = Teller {
    forget: |target| target.breakage = Some(Arc::new(Switch)),
    ..HASTY
};

fn documented(name: &str) -> Reply {
    let body = example(name);
    let status = body["status"].as_str().unwrap().parse().unwrap();
    Reply::json(status, body)
        .with("Content-Type", "application/problem+json")
        .with("Retry-After", "1")
}

/// As the shelf does, but for what fails.
fn failing(shelf: &Shelf, request: &Request) -> Reply {
    let Some(fault) = FAULT.get() else {
        return shelf.answer(request);
    };
    match (fault, request.method.as_str()) {
        (StorageFault::Broken | StorageFault::NotDurable, "POST") => documented("AppBackupNotCreatedProblem"),
        (StorageFault::Broken, "PUT") if request.body["backupID"].is_string() => {
            documented("InternalErrorProblem")
        }
        (StorageFault::Broken, "PUT") => problem(400, 9),
        (StorageFault::Broken, _) => documented("AppBackupsNotListedProblem"),
        (StorageFault::NotDurable, _) => shelf.answer(request),
        (StorageFault::Unavailable, _) => documented("NotReadyProblem"),
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_a_500_and_then_all_is_there_again() {
    let steps = ["storage-mended", "storage-broken app_backup_list_for_app"];
    let said = all_told_by(
        BREAKING,
        &steps,
        &[
            ("honest", failing),
            ("nothing fails", |shelf, request| shelf.answer(request)),
            ("another title comes", |shelf, request| {
                with(failing(shelf, request), "/title", json!("Something else"))
            }),
            ("the reason is told", |shelf, request| {
                with(
                    failing(shelf, request),
                    "/detail",
                    json!("There is a mouse-in-the-disk."),
                )
            }),
            ("the statement is told", |shelf, request| {
                with(failing(shelf, request), "/detail", json!("SELECT id FROM mice"))
            }),
            ("afterwards nothing is there", |shelf, request| {
                if FAULT.get().is_some() {
                    shelf.forget_all();
                }
                failing(shelf, request)
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn what_cannot_be_written_is_not_made() {
    let said = all_told_by(
        BREAKING,
        &["storage-mended", "storage-broken app_backup_create_for_app"],
        &[
            ("honest", failing),
            ("it is made all the same", |shelf, request| {
                shelf
                    .answer(request)
                    .when(FAULT.get().is_some(), |_| failing(shelf, request))
            }),
            ("what isn't durable is accepted", |shelf, request| {
                match FAULT.get() {
                    Some(StorageFault::NotDurable) => shelf.answer(request),
                    _ => failing(shelf, request),
                }
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn what_is_out_of_reach_is_a_503() {
    let said = all_told_by(
        BREAKING,
        &["storage-unavailable app_backup_fetch_for_app"],
        &[
            ("honest", failing),
            ("it is called broken", |shelf, request| match FAULT.get() {
                None => shelf.answer(request),
                Some(_) => documented("AppBackupNotRetrievedProblem"),
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn a_restore_that_fails_is_a_sound_one() {
    let honest: &[Variant] = &[("honest", failing)];
    insta::assert_snapshot!(all_told_by(BREAKING, &["storage-broken app_update"], honest).await);
}
