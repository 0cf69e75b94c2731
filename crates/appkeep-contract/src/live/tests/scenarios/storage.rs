//! Scenarios of a failing storage.

use std::cell::Cell;
use std::sync::Arc;

use serde_json::json;

use super::super::fake::FakeServer;
use super::super::fake::declared::example;
use super::super::problem;
use super::{Setup, Variant, WITHOUT_WAITING, results_with, with};
use crate::live::{FaultInjector, StorageFault};
use crate::testing::{Request, Response};

/// The reason of the failure, which no response may contain.
const ERROR_WORD: &str = "Injected-disk-error";

thread_local! {
    /// The current failure; a test's server runs on the thread of its checker.
    static FAULT: Cell<Option<StorageFault>> = const { Cell::new(None) };
}

/// Makes the storage fail.
struct Injector;

impl FaultInjector for Injector {
    fn set(&self, fault: Option<StorageFault>) {
        FAULT.set(fault);
    }

    fn reason(&self) -> &'static str {
        ERROR_WORD
    }
}

/// With a storage that can be made to fail.
const WITH_FAULTS: Setup = Setup {
    record_delete: |target| target.fault_injector = Some(Arc::new(Injector)),
    ..WITHOUT_WAITING
};

fn documented(name: &str) -> Response {
    let body = example(name);
    let status = body["status"].as_str().unwrap().parse().unwrap();
    Response::of_json(status, body)
        .with("Content-Type", "application/problem+json")
        .with("Retry-After", "1")
}

/// Like the fake server, but with a failing storage.
fn failing(fake: &FakeServer, request: &Request) -> Response {
    let Some(fault) = FAULT.get() else {
        return fake.respond(request);
    };
    match (fault, request.method.as_str()) {
        (StorageFault::Broken | StorageFault::NotDurable, "POST") => documented("AppBackupNotCreatedProblem"),
        (StorageFault::Broken, "PUT") if request.json()["backupID"].is_string() => {
            documented("InternalErrorProblem")
        }
        (StorageFault::Broken, "PUT") => problem(400, 9),
        (StorageFault::Broken, _) => documented("AppBackupsNotListedProblem"),
        (StorageFault::NotDurable, _) => fake.respond(request),
        (StorageFault::Unavailable, _) => documented("NotReadyProblem"),
    }
}

#[tokio::test]
async fn failed_reads_return_500_and_lose_nothing() {
    let steps = "storage-mended, storage-broken app_backup_list_for_app";
    let variants: &[Variant] = &[
        ("conforming server", failing),
        ("requests succeed", |fake, request| fake.respond(request)),
        ("another title", |fake, request| {
            with(failing(fake, request), "/title", json!("Something else"))
        }),
        ("the error message is disclosed", |fake, request| {
            with(
                failing(fake, request),
                "/detail",
                json!("There is an injected-disk-error."),
            )
        }),
        ("an SQL statement is disclosed", |fake, request| {
            with(failing(fake, request), "/detail", json!("SELECT id FROM backups"))
        }),
        ("all resources are lost", |fake, request| {
            if FAULT.get().is_some() {
                fake.delete_all();
            }
            failing(fake, request)
        }),
    ];
    insta::assert_snapshot!(results_with(WITH_FAULTS, steps, variants).await);
}

#[tokio::test]
async fn failed_writes_create_nothing() {
    let variants: &[Variant] = &[
        ("conforming server", failing),
        (
            "the resource is created although the response is 500",
            |fake, request| {
                fake.respond(request)
                    .when(FAULT.get().is_some(), |_| failing(fake, request))
            },
        ),
        (
            "a write that isn't durable is accepted",
            |fake, request| match FAULT.get() {
                Some(StorageFault::NotDurable) => fake.respond(request),
                _ => failing(fake, request),
            },
        ),
    ];
    insta::assert_snapshot!(
        results_with(
            WITH_FAULTS,
            "storage-mended, storage-broken app_backup_create_for_app",
            variants
        )
        .await
    );
}

#[tokio::test]
async fn an_unreachable_store_returns_503() {
    let variants: &[Variant] = &[
        ("conforming server", failing),
        ("500 instead of 503", |fake, request| match FAULT.get() {
            None => fake.respond(request),
            Some(_) => documented("AppBackupNotRetrievedProblem"),
        }),
    ];
    insta::assert_snapshot!(
        results_with(
            WITH_FAULTS,
            "storage-unavailable app_backup_fetch_for_app",
            variants
        )
        .await
    );
}

#[tokio::test]
async fn failed_restores_conform() {
    let conforming: &[Variant] = &[("conforming server", failing)];
    insta::assert_snapshot!(results_with(WITH_FAULTS, "storage-broken app_update", conforming).await);
}
