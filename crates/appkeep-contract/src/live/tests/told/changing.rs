//! Stories of what changes: pending and failed things, restores, and requests at the same time.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use super::super::canned::{Reply, Request};
use super::super::problem;
use super::super::shelf::Shelf;
use super::{PATIENT, Teller, all_told, all_told_by, fetches, in_state, lists, with};

/// As the shelf does, but nothing that is pending can be deleted, and everything is.
fn pending(shelf: &Shelf, request: &Request) -> Reply {
    if request.method == "DELETE" {
        return problem(409, 128);
    }
    with(shelf.answer(request), "/state", json!("pending"))
}

#[tokio::test]
async fn what_is_pending_cannot_be_deleted() {
    let said = all_told(
        &["pending-below-app app_backup_delete_for_app"],
        &[
            ("honest", pending),
            ("it is deleted", |shelf, request| shelf.answer(request)),
            ("it begins as running", |shelf, request| {
                pending(shelf, request).when(request.method == "POST", |reply| {
                    with(reply, "/state", json!("running"))
                })
            }),
            ("it goes on after the refusal", |shelf, request| {
                pending(shelf, request)
                    .when(fetches(request), |reply| with(reply, "/state", json!("running")))
            }),
            ("another problem comes", |shelf, request| {
                match request.method.as_str() {
                    "DELETE" => problem(409, 144),
                    _ => pending(shelf, request),
                }
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

/// As the shelf does, but everything fails.
fn failing(shelf: &Shelf, request: &Request) -> Reply {
    let reply = shelf.answer(request);
    if request.method == "POST" {
        return reply;
    }
    let reply = with(reply, "/state", json!("failed"));
    with(reply, "/stateUnready", json!(["the data can't be read"]))
}

#[tokio::test]
async fn what_cannot_be_read_fails() {
    let said = all_told(
        &["backup-fails"],
        &[
            ("honest", failing),
            ("it is completed", |shelf, request| shelf.answer(request)),
            ("it goes on", |shelf, request| {
                in_state(shelf.answer(request), "running")
            }),
            ("it says nothing", |shelf, request| {
                with(failing(shelf, request), "/stateUnready", json!([]))
            }),
            ("it is in a state that nobody knows", |shelf, request| {
                with(shelf.answer(request), "/state", json!("sleeping"))
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn what_is_made_is_completed() {
    let said = all_told(
        &["backup-create", "backup-completes"],
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("it fails", failing),
            ("it goes on", |shelf, request| {
                in_state(shelf.answer(request), "running")
            }),
            ("lists don't have it", |shelf, request| {
                in_state(shelf.answer(request), "running")
                    .when(lists(request), |reply| with(reply, "/items", json!([])))
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn an_app_is_ready_after_its_restore() {
    let steps = [
        "snapshot-create",
        "snapshot-completes",
        "backup-create",
        "backup-completes",
        "restore-in-place",
    ];
    let said = all_told(
        &steps,
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("it never ends", |shelf, request| {
                shelf
                    .answer(request)
                    .when(request.path.contains("/v2/apps/"), |reply| {
                        with(reply, "/state", json!("restoring"))
                    })
            }),
            ("it is ready with reasons", |shelf, request| {
                shelf
                    .answer(request)
                    .when(request.path.contains("/v2/apps/"), |reply| {
                        with(reply, "/stateUnready", json!(["almost"]))
                    })
            }),
            ("it is lost", |shelf, request| {
                shelf
                    .answer(request)
                    .when(request.path.contains("/v2/apps/"), |reply| {
                        with(reply, "/state", json!("unavailable"))
                    })
            }),
            ("it is refused", |shelf, request| match request.method.as_str() {
                "PUT" => problem(409, 111),
                _ => shelf.answer(request),
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn a_restore_is_waited_for() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let steps = [
        "snapshot-create",
        "snapshot-completes",
        "backup-create",
        "backup-completes",
        "restore-in-place",
    ];
    let said = all_told_by(
        PATIENT,
        &steps,
        &[("it is restored for a while", |shelf, request| {
            let reply = shelf.answer(request);
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
async fn what_others_have_is_not_restored() {
    let steps = [
        "snapshot-create",
        "snapshot-completes",
        "backup-create",
        "backup-completes",
        "foreign-create",
        "restore-of-others",
    ];
    let said = all_told(
        &steps,
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("all is restored", |shelf, request| {
                match request.method.as_str() {
                    "PUT" => Reply::empty(204),
                    _ => shelf.answer(request),
                }
            }),
            ("another problem comes", |shelf, request| {
                match request.method.as_str() {
                    "PUT" => problem(shelf.answer(request).status(), 5),
                    _ => shelf.answer(request),
                }
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn what_others_have_is_not_told_by_a_refusal() {
    let steps = ["foreign-create", "foreign-snapshot"];
    let said = all_told(
        &steps,
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("it is told", |shelf, request| {
                let reply = shelf.answer(request);
                let theirs = request.body["snapshotID"] == "5e1f0000-0000-4000-8000-000000000000";
                reply.when(theirs, |reply| {
                    with(reply, "/detail", json!("it is of another account"))
                })
            }),
            ("it is told by a header", |shelf, request| {
                let reply = shelf.answer(request);
                let theirs = request.body["snapshotID"] == "5e1f0000-0000-4000-8000-000000000000";
                if theirs { reply.with("X-Owner", "1") } else { reply }
            }),
            ("an id is repeated", |shelf, request| {
                let id = request.body["snapshotID"].clone();
                let reply = shelf.answer(request);
                let is_it = id.is_string() && reply.status() == 400;
                reply.when(is_it, |reply| with(reply, "/detail", id))
            }),
            ("it is taken", |shelf, request| {
                if request.body["snapshotID"].is_string() {
                    let mut request = request.clone();
                    request
                        .body
                        .as_object_mut()
                        .and_then(|members| members.shift_remove("snapshotID"));
                    return shelf.answer(&request);
                }
                shelf.answer(request)
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn one_of_many_wins() {
    let said = all_told(
        &["race-create"],
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("all win", |shelf, request| {
                if request.method == "POST" {
                    let mut request = request.clone();
                    request.body["name"] = json!(null);
                    return shelf.answer(&request);
                }
                shelf.answer(request)
            }),
            ("none wins", |shelf, request| match request.method.as_str() {
                "POST" => problem(409, 10),
                _ => shelf.answer(request),
            }),
            ("losers are told another reason", |shelf, request| {
                let reply = shelf.answer(request);
                let is_it = reply.status() == 409;
                reply.when(is_it, |_| problem(409, 128))
            }),
            ("losers are told nothing", |shelf, request| {
                let reply = shelf.answer(request);
                let is_it = reply.status() == 409;
                reply.when(is_it, |_| problem(400, 9))
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn one_of_many_removes() {
    let said = all_told(
        &["race-delete"],
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("all remove it", |shelf, request| {
                shelf
                    .answer(request)
                    .when(request.method == "DELETE", |_| Reply::empty(204))
            }),
            ("none removes it", |shelf, request| {
                match request.method.as_str() {
                    "DELETE" => problem(409, 128),
                    _ => shelf.answer(request),
                }
            }),
            ("others are told another reason", |shelf, request| {
                let reply = shelf.answer(request);
                let is_it = request.method == "DELETE" && reply.status() == 404;
                reply.when(is_it, |_| problem(403, 11))
            }),
        ],
    )
    .await;
    // Which of the two ways is the quicker one is nobody's affair.
    let said = said.replace("app_backup_delete_for_app", "app_backup_delete");
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn what_lists_tell_alone_is_told_of_that_one_thing() {
    let steps = ["backup-without-name", "backup-create", "backup-completes"];
    let said = all_told_by(
        PATIENT,
        &steps,
        &[("the others failed", |shelf, request| {
            let reply = shelf.answer(request);
            if fetches(request) {
                let is_named = reply.body()["name"] != "made-up-0";
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
async fn a_refused_delete_is_tried_again_when_nothing_is_pending() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let on_one_server = Teller {
        forget: |target| target.idle = None,
        ..PATIENT
    };
    let steps = ["pending-below-app app_backup_delete_for_app"];
    let said = all_told_by(
        on_one_server,
        &steps,
        &[
            ("it is pending for three looks", |shelf, request| {
                let is_pending = ASKED.load(Ordering::Relaxed) < 3;
                match request.method.as_str() {
                    "DELETE" if is_pending => problem(409, 128),
                    "GET" if is_pending => {
                        ASKED.fetch_add(1, Ordering::Relaxed);
                        in_state(shelf.answer(request), "pending")
                    }
                    _ => shelf.answer(request),
                }
            }),
            ("it is never pending for long enough", |shelf, request| {
                shelf.answer(request)
            }),
            ("it can never be deleted", |shelf, request| {
                match request.method.as_str() {
                    "DELETE" => problem(409, 128),
                    _ => shelf.answer(request),
                }
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}
