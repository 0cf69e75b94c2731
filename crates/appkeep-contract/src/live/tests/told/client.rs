//! The story of the generated client.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use super::super::canned::Reply;
use super::super::problem;
use super::{PATIENT, all_told, all_told_by, fetches, in_state, lists, with};

#[tokio::test]
async fn the_generated_client() {
    let said = all_told(
        &["generated-client"],
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("what isn't there is no problem", |shelf, request| {
                let reply = shelf.answer(request);
                if fetches(request) && reply.status() == 404 {
                    return Reply::json(404, &json!("gone"));
                }
                reply
            }),
            ("what isn't there is forbidden", |shelf, request| {
                let reply = shelf.answer(request);
                let is_it = fetches(request) && reply.status() == 404;
                reply.when(is_it, |_| problem(403, 11))
            }),
            (
                "what isn't there has a problem that isn't documented",
                |shelf, request| {
                    shelf.answer(request).when(fetches(request), |reply| {
                        with(reply, "/type", json!("about:blank"))
                    })
                },
            ),
            ("nothing is deleted", |shelf, request| {
                match request.method.as_str() {
                    "DELETE" => Reply::empty(204),
                    _ => shelf.answer(request),
                }
            }),
            (
                "a delete is answered with a body",
                |shelf, request| match request.method.as_str() {
                    "DELETE" => Reply::json(200, &json!({})),
                    _ => shelf.answer(request),
                },
            ),
            ("another name is given", |shelf, request| {
                with(shelf.answer(request), "/name", json!("another"))
            }),
            ("a create is answered with 200", |shelf, request| {
                shelf
                    .answer(request)
                    .when(request.method == "POST", |reply| reply.with_status(200))
            }),
            ("a create has no tag", |shelf, request| {
                shelf.answer(request).without("ETag")
            }),
            ("the list is empty", |shelf, request| {
                shelf
                    .answer(request)
                    .when(lists(request), |reply| with(reply, "/items", json!([])))
            }),
            ("the list has another thing", |shelf, request| {
                shelf.answer(request).when(lists(request), |reply| {
                    with(
                        reply,
                        "/items/0/id",
                        json!("5e1f0000-0000-4000-8000-00000000ffff"),
                    )
                })
            }),
            ("the list is out of order", |shelf, request| {
                if lists(request) {
                    problem(500, 41)
                } else {
                    shelf.answer(request)
                }
            }),
            ("it fails", |shelf, request| {
                let reply = with(shelf.answer(request), "/state", json!("failed"));
                with(reply, "/stateUnready", json!(["the disk is full"]))
            }),
            ("it never ends", |shelf, request| {
                with(shelf.answer(request), "/state", json!("running"))
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn the_generated_client_waits() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let said = all_told_by(
        PATIENT,
        &["generated-client"],
        &[
            ("it takes a while", |shelf, request| {
                let reply = shelf.answer(request);
                if fetches(request) && ASKED.fetch_add(1, Ordering::Relaxed) < 3 {
                    return in_state(reply, "running");
                }
                reply
            }),
            ("it fails", |shelf, request| {
                in_state(shelf.answer(request), "failed")
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}
