//! Scenarios of the generated client.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use super::super::problem;
use super::{Variant, WITH_WAITING, fetches, in_state, lists, replaced, results, results_with, with};
use crate::testing::Response;

#[tokio::test]
async fn the_generated_client_works() {
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("404 without a problem", |fake, request| {
            let response = fake.respond(request);
            if fetches(request) && response.status == 404 {
                return Response::of_json(404, &json!("gone"));
            }
            response
        }),
        ("403 instead of 404", |fake, request| {
            let response = fake.respond(request);
            let is_it = fetches(request) && response.status == 404;
            response.when(is_it, |_| problem(403, 11))
        }),
        ("an undocumented problem type", |fake, request| {
            fake.respond(request).when(fetches(request), |response| {
                with(response, "/type", json!("about:blank"))
            })
        }),
        ("deletes have no effect", |fake, request| {
            replaced(fake, request, "DELETE", Response::empty(204))
        }),
        ("a delete returns a body", |fake, request| {
            replaced(fake, request, "DELETE", Response::of_json(200, &json!({})))
        }),
        ("another name is returned", |fake, request| {
            with(fake.respond(request), "/name", json!("another"))
        }),
        ("a create returns 200", |fake, request| {
            fake.respond(request)
                .when(request.method == "POST", |response| response.with_status(200))
        }),
        ("a create has no entity tag", |fake, request| {
            fake.respond(request).without("ETag")
        }),
        ("the list is empty", |fake, request| {
            fake.respond(request)
                .when(lists(request), |response| with(response, "/items", json!([])))
        }),
        ("the list contains another id", |fake, request| {
            fake.respond(request).when(lists(request), |response| {
                with(
                    response,
                    "/items/0/id",
                    json!("5e1f0000-0000-4000-8000-00000000ffff"),
                )
            })
        }),
        ("the list returns 500", |fake, request| {
            if lists(request) {
                problem(500, 41)
            } else {
                fake.respond(request)
            }
        }),
        ("the backup fails", |fake, request| {
            let response = with(fake.respond(request), "/state", json!("failed"));
            with(response, "/stateUnready", json!(["the disk is full"]))
        }),
        ("the backup never completes", |fake, request| {
            with(fake.respond(request), "/state", json!("running"))
        }),
    ];
    insta::assert_snapshot!(results("generated-client", variants).await);
}

#[tokio::test]
async fn the_generated_client_waits() {
    static REQUESTS: AtomicU32 = AtomicU32::new(0);
    let variants: &[Variant] = &[
        ("the backup takes several polls", |fake, request| {
            let response = fake.respond(request);
            if fetches(request) && REQUESTS.fetch_add(1, Ordering::Relaxed) < 3 {
                return in_state(response, "running");
            }
            response
        }),
        ("the backup fails", |fake, request| {
            in_state(fake.respond(request), "failed")
        }),
    ];
    insta::assert_snapshot!(results_with(WITH_WAITING, "generated-client", variants).await);
}
