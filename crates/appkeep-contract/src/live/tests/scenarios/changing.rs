//! Scenarios of changes: pending and failed resources, restores, and concurrent requests.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use super::super::fake::FakeServer;
use super::super::problem;
use super::{PATIENT, Setup, fetches, in_state, lists, results, results_with, with};
use crate::testing::{Request, Response};

/// Like the fake server, but every resource is pending and can't be deleted.
fn pending(fake: &FakeServer, request: &Request) -> Response {
    if request.method == "DELETE" {
        return problem(409, 128);
    }
    with(fake.answer(request), "/state", json!("pending"))
}

#[tokio::test]
async fn pending_backups_cannot_be_deleted() {
    let said = results(
        &["pending-below-app app_backup_delete_for_app"],
        &[
            ("honest", pending),
            ("it is deleted", |fake, request| fake.answer(request)),
            ("it begins as running", |fake, request| {
                pending(fake, request).when(request.method == "POST", |reply| {
                    with(reply, "/state", json!("running"))
                })
            }),
            ("it goes on after the refusal", |fake, request| {
                pending(fake, request).when(fetches(request), |reply| with(reply, "/state", json!("running")))
            }),
            ("another problem comes", |fake, request| {
                match request.method.as_str() {
                    "DELETE" => problem(409, 144),
                    _ => pending(fake, request),
                }
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

/// Like the fake server, but every job fails.
fn failing(fake: &FakeServer, request: &Request) -> Response {
    let reply = fake.answer(request);
    if request.method == "POST" {
        return reply;
    }
    let reply = with(reply, "/state", json!("failed"));
    with(reply, "/stateUnready", json!(["the data can't be read"]))
}

#[tokio::test]
async fn unreadable_apps_fail() {
    let said = results(
        &["backup-fails"],
        &[
            ("honest", failing),
            ("it is completed", |fake, request| fake.answer(request)),
            ("it goes on", |fake, request| {
                in_state(fake.answer(request), "running")
            }),
            ("it says nothing", |fake, request| {
                with(failing(fake, request), "/stateUnready", json!([]))
            }),
            ("it is in an unknown state", |fake, request| {
                with(fake.answer(request), "/state", json!("sleeping"))
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn created_resources_are_completed() {
    let said = results(
        &["backup-create", "backup-completes"],
        &[
            ("honest", |fake, request| fake.answer(request)),
            ("it fails", failing),
            ("it goes on", |fake, request| {
                in_state(fake.answer(request), "running")
            }),
            ("lists don't have it", |fake, request| {
                in_state(fake.answer(request), "running")
                    .when(lists(request), |reply| with(reply, "/items", json!([])))
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn apps_are_ready_after_a_restore() {
    let steps = [
        "snapshot-create",
        "snapshot-completes",
        "backup-create",
        "backup-completes",
        "restore-in-place",
    ];
    let said = results(
        &steps,
        &[
            ("honest", |fake, request| fake.answer(request)),
            ("it never ends", |fake, request| {
                fake.answer(request)
                    .when(request.path.contains("/v2/apps/"), |reply| {
                        with(reply, "/state", json!("restoring"))
                    })
            }),
            ("it is ready with reasons", |fake, request| {
                fake.answer(request)
                    .when(request.path.contains("/v2/apps/"), |reply| {
                        with(reply, "/stateUnready", json!(["almost"]))
                    })
            }),
            ("it is lost", |fake, request| {
                fake.answer(request)
                    .when(request.path.contains("/v2/apps/"), |reply| {
                        with(reply, "/state", json!("unavailable"))
                    })
            }),
            ("it is refused", |fake, request| match request.method.as_str() {
                "PUT" => problem(409, 111),
                _ => fake.answer(request),
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn the_checker_waits_for_restores() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let steps = [
        "snapshot-create",
        "snapshot-completes",
        "backup-create",
        "backup-completes",
        "restore-in-place",
    ];
    let said = results_with(
        PATIENT,
        &steps,
        &[("it is restored for a while", |fake, request| {
            let reply = fake.answer(request);
            let is_ready = ASKED.fetch_add(1, Ordering::Relaxed) % 5 > 2;
            if is_ready || !request.path.contains("/v2/apps/") || request.method != "GET" {
                return reply;
            }
            with(reply, "/state", json!("restoring"))
        })],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn resources_of_others_are_not_restored() {
    let steps = [
        "snapshot-create",
        "snapshot-completes",
        "backup-create",
        "backup-completes",
        "foreign-create",
        "restore-of-others",
    ];
    let said = results(
        &steps,
        &[
            ("honest", |fake, request| fake.answer(request)),
            ("all is restored", |fake, request| match request.method.as_str() {
                "PUT" => Response::empty(204),
                _ => fake.answer(request),
            }),
            ("another problem comes", |fake, request| {
                match request.method.as_str() {
                    "PUT" => problem(fake.answer(request).status, 5),
                    _ => fake.answer(request),
                }
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn refusals_do_not_disclose_resources_of_others() {
    let steps = ["foreign-create", "foreign-snapshot"];
    let said = results(
        &steps,
        &[
            ("honest", |fake, request| fake.answer(request)),
            ("it is told", |fake, request| {
                let reply = fake.answer(request);
                let theirs = request.json()["snapshotID"] == "5e1f0000-0000-4000-8000-000000000000";
                reply.when(theirs, |reply| {
                    with(reply, "/detail", json!("it is of another account"))
                })
            }),
            ("it is told by a header", |fake, request| {
                let reply = fake.answer(request);
                let theirs = request.json()["snapshotID"] == "5e1f0000-0000-4000-8000-000000000000";
                if theirs { reply.with("X-Owner", "1") } else { reply }
            }),
            ("an id is repeated", |fake, request| {
                let id = request.json()["snapshotID"].clone();
                let reply = fake.answer(request);
                let is_it = id.is_string() && reply.status == 400;
                reply.when(is_it, |reply| with(reply, "/detail", id))
            }),
            ("it is taken", |fake, request| {
                if request.json()["snapshotID"].is_string() {
                    let mut request = request.clone();
                    request.change(|body| {
                        body.shift_remove("snapshotID");
                    });
                    return fake.answer(&request);
                }
                fake.answer(request)
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn one_of_concurrent_creates_succeeds() {
    let said = results(
        &["race-create"],
        &[
            ("honest", |fake, request| fake.answer(request)),
            ("all win", |fake, request| {
                if request.method == "POST" {
                    let mut request = request.clone();
                    request.change(|body| {
                        body.shift_remove("name");
                    });
                    return fake.answer(&request);
                }
                fake.answer(request)
            }),
            ("none wins", |fake, request| match request.method.as_str() {
                "POST" => problem(409, 10),
                _ => fake.answer(request),
            }),
            ("losers are told another reason", |fake, request| {
                let reply = fake.answer(request);
                let is_it = reply.status == 409;
                reply.when(is_it, |_| problem(409, 128))
            }),
            ("losers are told nothing", |fake, request| {
                let reply = fake.answer(request);
                let is_it = reply.status == 409;
                reply.when(is_it, |_| problem(400, 9))
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn one_of_concurrent_deletes_succeeds() {
    let said = results(
        &["race-delete"],
        &[
            ("honest", |fake, request| fake.answer(request)),
            ("all remove it", |fake, request| {
                fake.answer(request)
                    .when(request.method == "DELETE", |_| Response::empty(204))
            }),
            ("none removes it", |fake, request| match request.method.as_str() {
                "DELETE" => problem(409, 128),
                _ => fake.answer(request),
            }),
            ("others are told another reason", |fake, request| {
                let reply = fake.answer(request);
                let is_it = request.method == "DELETE" && reply.status == 404;
                reply.when(is_it, |_| problem(403, 11))
            }),
        ],
    )
    .await;
    // Either of the two deletes may be the first one.
    let said = said.replace("app_backup_delete_for_app", "app_backup_delete");
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn properties_only_in_lists_are_checked_per_resource() {
    let steps = ["backup-without-name", "backup-create", "backup-completes"];
    let said = results_with(
        PATIENT,
        &steps,
        &[("the others failed", |fake, request| {
            let reply = fake.answer(request);
            if fetches(request) {
                let is_named = reply.json()["name"] != "made-up-0";
                return if is_named {
                    in_state(reply, "running")
                } else {
                    reply
                };
            }
            with(reply, "/items/1/state", json!("failed"))
        })],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn refused_deletes_are_retried_when_nothing_is_pending() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let on_one_server = Setup {
        record_delete: |target| target.idle = None,
        ..PATIENT
    };
    let steps = ["pending-below-app app_backup_delete_for_app"];
    let said = results_with(
        on_one_server,
        &steps,
        &[
            ("it is pending for three looks", |fake, request| {
                let is_pending = ASKED.load(Ordering::Relaxed) < 3;
                match request.method.as_str() {
                    "DELETE" if is_pending => problem(409, 128),
                    "GET" if is_pending => {
                        ASKED.fetch_add(1, Ordering::Relaxed);
                        in_state(fake.answer(request), "pending")
                    }
                    _ => fake.answer(request),
                }
            }),
            ("it is never pending for long enough", |fake, request| {
                fake.answer(request)
            }),
            ("it can never be deleted", |fake, request| {
                match request.method.as_str() {
                    "DELETE" => problem(409, 128),
                    _ => fake.answer(request),
                }
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}
