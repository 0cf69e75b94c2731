//! Scenarios of changes: pending and failed resources, restores, and concurrent requests.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::super::fake::FakeServer;
use super::super::problem;
use super::{Setup, Variant, WITH_WAITING, fetches, in_state, lists, replaced, results, results_with, with};
use crate::testing::{Request, Response};

/// Like the fake server, but every resource is pending and can't be deleted.
fn pending(fake: &FakeServer, request: &Request) -> Response {
    if request.method == "DELETE" {
        return problem(409, 128);
    }
    with(fake.respond(request), "/state", json!("pending"))
}

#[tokio::test]
async fn pending_backups_cannot_be_deleted() {
    let variants: &[Variant] = &[
        ("conforming server", pending),
        ("the delete succeeds", |fake, request| fake.respond(request)),
        ("the initial state is running", |fake, request| {
            pending(fake, request).when(request.method == "POST", |response| {
                with(response, "/state", json!("running"))
            })
        }),
        ("the backup runs after the refused delete", |fake, request| {
            pending(fake, request).when(fetches(request), |response| {
                with(response, "/state", json!("running"))
            })
        }),
        ("another problem is returned", |fake, request| {
            match request.method.as_str() {
                "DELETE" => problem(409, 144),
                _ => pending(fake, request),
            }
        }),
    ];
    insta::assert_snapshot!(results("pending-below-app app_backup_delete_for_app", variants).await);
}

/// Like the fake server, but every job fails.
fn failing(fake: &FakeServer, request: &Request) -> Response {
    let response = fake.respond(request);
    if request.method == "POST" {
        return response;
    }
    let response = with(response, "/state", json!("failed"));
    with(response, "/stateUnready", json!(["the data can't be read"]))
}

#[tokio::test]
async fn unreadable_apps_fail() {
    let variants: &[Variant] = &[
        ("conforming server", failing),
        ("the backup is completed", |fake, request| fake.respond(request)),
        ("the backup stays running", |fake, request| {
            in_state(fake.respond(request), "running")
        }),
        ("the failure has no reason", |fake, request| {
            with(failing(fake, request), "/stateUnready", json!([]))
        }),
        ("the state is unknown", |fake, request| {
            with(fake.respond(request), "/state", json!("sleeping"))
        }),
    ];
    insta::assert_snapshot!(results("backup-fails", variants).await);
}

#[tokio::test]
async fn created_resources_are_completed() {
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("the backup fails", failing),
        ("the backup stays running", |fake, request| {
            in_state(fake.respond(request), "running")
        }),
        ("lists lack the backup", |fake, request| {
            in_state(fake.respond(request), "running")
                .when(lists(request), |response| with(response, "/items", json!([])))
        }),
    ];
    insta::assert_snapshot!(results("backup-create, backup-completes", variants).await);
}

/// Like the fake server, but apps have another value of a member.
fn app_with(fake: &FakeServer, request: &Request, pointer: &str, value: Value) -> Response {
    let response = fake.respond(request);
    response.when(request.path.contains("/v2/apps/"), |response| {
        with(response, pointer, value)
    })
}

#[tokio::test]
async fn apps_are_ready_after_a_restore() {
    let steps = "snapshot-create, snapshot-completes, backup-create, backup-completes, restore-in-place";
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("the restore never ends", |fake, request| {
            app_with(fake, request, "/state", json!("restoring"))
        }),
        ("the app is ready with reasons", |fake, request| {
            app_with(
                fake,
                request,
                "/stateUnready",
                json!(["the restore isn't finished"]),
            )
        }),
        ("the app is unavailable", |fake, request| {
            app_with(fake, request, "/state", json!("unavailable"))
        }),
        ("the restore is refused", |fake, request| {
            replaced(fake, request, "PUT", problem(409, 111))
        }),
    ];
    insta::assert_snapshot!(results(steps, variants).await);
}

#[tokio::test]
async fn the_checker_waits_for_restores() {
    static REQUESTS: AtomicU32 = AtomicU32::new(0);
    let steps = "snapshot-create, snapshot-completes, backup-create, backup-completes, restore-in-place";
    let variants: &[Variant] = &[("the restore takes several polls", |fake, request| {
        let response = fake.respond(request);
        let is_ready = REQUESTS.fetch_add(1, Ordering::Relaxed) % 5 > 2;
        if is_ready || !request.path.contains("/v2/apps/") || request.method != "GET" {
            return response;
        }
        with(response, "/state", json!("restoring"))
    })];
    insta::assert_snapshot!(results_with(WITH_WAITING, steps, variants).await);
}

#[tokio::test]
async fn resources_of_others_are_not_restored() {
    let steps = "snapshot-create, snapshot-completes, backup-create, backup-completes, foreign-create, restore-of-others";
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("every restore is accepted", |fake, request| {
            replaced(fake, request, "PUT", Response::empty(204))
        }),
        ("another problem is returned", |fake, request| {
            match request.method.as_str() {
                "PUT" => problem(fake.respond(request).status, 5),
                _ => fake.respond(request),
            }
        }),
    ];
    insta::assert_snapshot!(results(steps, variants).await);
}

#[tokio::test]
async fn refusals_do_not_disclose_resources_of_others() {
    let steps = "foreign-create, foreign-snapshot";
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("the detail differs", |fake, request| {
            let response = fake.respond(request);
            let theirs = request.json()["snapshotID"] == "5e1f0000-0000-4000-8000-000000000000";
            response.when(theirs, |response| {
                with(response, "/detail", json!("it is of another account"))
            })
        }),
        ("a header differs", |fake, request| {
            let response = fake.respond(request);
            let theirs = request.json()["snapshotID"] == "5e1f0000-0000-4000-8000-000000000000";
            if theirs {
                response.with("X-Owner", "1")
            } else {
                response
            }
        }),
        ("the id is in the detail", |fake, request| {
            let id = request.json()["snapshotID"].clone();
            let response = fake.respond(request);
            let is_it = id.is_string() && response.status == 400;
            response.when(is_it, |response| with(response, "/detail", id))
        }),
        ("the snapshot is accepted", |fake, request| {
            if request.json()["snapshotID"].is_string() {
                let mut request = request.clone();
                request.change(|body| {
                    body.shift_remove("snapshotID");
                });
                return fake.respond(&request);
            }
            fake.respond(request)
        }),
    ];
    insta::assert_snapshot!(results(steps, variants).await);
}

#[tokio::test]
async fn one_of_concurrent_creates_succeeds() {
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("all creates succeed", |fake, request| {
            if request.method == "POST" {
                let mut request = request.clone();
                request.change(|body| {
                    body.shift_remove("name");
                });
                return fake.respond(&request);
            }
            fake.respond(request)
        }),
        ("all creates are refused", |fake, request| {
            replaced(fake, request, "POST", problem(409, 10))
        }),
        ("refused with another problem", |fake, request| {
            let response = fake.respond(request);
            let is_it = response.status == 409;
            response.when(is_it, |_| problem(409, 128))
        }),
        ("refused with another status", |fake, request| {
            let response = fake.respond(request);
            let is_it = response.status == 409;
            response.when(is_it, |_| problem(400, 9))
        }),
    ];
    insta::assert_snapshot!(results("race-create", variants).await);
}

#[tokio::test]
async fn one_of_concurrent_deletes_succeeds() {
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("all deletes succeed", |fake, request| {
            fake.respond(request)
                .when(request.method == "DELETE", |_| Response::empty(204))
        }),
        ("all deletes are refused", |fake, request| {
            replaced(fake, request, "DELETE", problem(409, 128))
        }),
        ("refused with another status", |fake, request| {
            let response = fake.respond(request);
            let is_it = request.method == "DELETE" && response.status == 404;
            response.when(is_it, |_| problem(403, 11))
        }),
    ];
    let results = results("race-delete", variants).await;
    // Either of the two deletes may be the first one.
    let results = results.replace("app_backup_delete_for_app", "app_backup_delete");
    insta::assert_snapshot!(results);
}

#[tokio::test]
async fn properties_only_in_lists_are_checked_per_resource() {
    let steps = "backup-without-name, backup-create, backup-completes";
    let variants: &[Variant] = &[("only listed backups failed", |fake, request| {
        let response = fake.respond(request);
        if fetches(request) {
            return in_state(response, "running");
        }
        with(response, "/items/1/state", json!("failed"))
    })];
    insta::assert_snapshot!(results_with(WITH_WAITING, steps, variants).await);
}

#[tokio::test]
async fn refused_deletes_are_retried_when_nothing_is_pending() {
    static REQUESTS: AtomicU32 = AtomicU32::new(0);
    let on_one_server = Setup {
        record_delete: |target| target.idle = None,
        ..WITH_WAITING
    };
    let steps = "pending-below-app app_backup_delete_for_app";
    let variants: &[Variant] = &[
        ("pending for three reads", |fake, request| {
            let is_pending = REQUESTS.load(Ordering::Relaxed) < 3;
            match request.method.as_str() {
                "DELETE" if is_pending => problem(409, 128),
                "GET" if is_pending => {
                    REQUESTS.fetch_add(1, Ordering::Relaxed);
                    in_state(fake.respond(request), "pending")
                }
                _ => fake.respond(request),
            }
        }),
        ("never pending", |fake, request| fake.respond(request)),
        ("deletes are always refused", |fake, request| {
            replaced(fake, request, "DELETE", problem(409, 128))
        }),
    ];
    insta::assert_snapshot!(results_with(on_one_server, steps, variants).await);
}
