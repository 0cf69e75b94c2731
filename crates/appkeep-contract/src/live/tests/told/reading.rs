//! Stories of reading: twice, by others, and with methods that aren't there.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use super::super::canned::Reply;
use super::super::problem;
use super::super::shelf::{OPERATOR_TOKEN, VIEWER_TOKEN};
use super::{all_told, fetches, lists, with};

#[tokio::test]
async fn a_second_answer_is_the_first_one() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let steps = [
        "backup-create",
        "backup-completes",
        "read-twice app_backup_fetch_for_app",
    ];
    let said = all_told(
        &steps,
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("the tag changes", |shelf, request| {
                let tag = format!("\"{}\"", ASKED.fetch_add(1, Ordering::Relaxed) % 2);
                shelf
                    .answer(request)
                    .when(fetches(request), |reply| reply.with("ETag", &tag))
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn a_second_list_is_the_first_one() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let steps = [
        "backup-create",
        "backup-completes",
        "read-twice app_backup_list_for_app",
    ];
    let said = all_told(
        &steps,
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("other people's things come and go", |shelf, request| {
                let reply = shelf.answer(request);
                if !lists(request) || ASKED.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
                    return reply;
                }
                let mut items = reply.body()["items"].as_array().cloned().unwrap_or_default();
                items.extend(items.first().cloned().map(|mut item| {
                    item["id"] = json!("5e1e0000-0000-4000-8000-000000000000");
                    item["metadata"]["creationTimestamp"] = json!("2025-01-01T00:00:00Z");
                    item
                }));
                let reply = with(reply, "/metadata/count", json!(items.len()));
                with(reply, "/items", items.into())
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn who_may_only_read_reads_the_same() {
    let steps = [
        "backup-create",
        "backup-completes",
        "viewer-reads app_backup_fetch_for_app",
    ];
    let said = all_told(
        &steps,
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("another thing is shown", |shelf, request| {
                let reply = shelf.answer(request);
                let is_theirs = request.authorization.ends_with(VIEWER_TOKEN);
                reply.when(is_theirs, |reply| {
                    with(reply, "/id", json!("5e1e0000-0000-4000-8000-000000000000"))
                })
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn who_may_do_everything_reads_the_same() {
    let steps = [
        "backup-create",
        "backup-completes",
        "operator-reads app_backup_list_for_app",
    ];
    let said = all_told(
        &steps,
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("nothing is listed", |shelf, request| {
                let reply = shelf.answer(request);
                if !request.authorization.ends_with(OPERATOR_TOKEN) {
                    return reply;
                }
                with(with(reply, "/items", json!([])), "/metadata/count", json!(0))
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn allow_tells_the_methods() {
    let said = all_told(
        &["method-allow app_backup_list_for_app"],
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("one is missing", |shelf, request| {
                shelf.answer(request).with("Allow", "GET")
            }),
            ("one is refused", |shelf, request| {
                shelf.answer(request).with("Allow", "GET, POST,PATCH")
            }),
            ("one isn't documented", |shelf, request| {
                shelf.answer(request).with("Allow", "GET, POST, HEAD, BREW")
            }),
            ("one more is there and told", |shelf, request| {
                match request.method.as_str() {
                    "OPTIONS" => Reply::empty(204),
                    _ => shelf.answer(request).with("Allow", "GET, POST, OPTIONS"),
                }
            }),
            ("one more is there and not told", |shelf, request| {
                match request.method.as_str() {
                    "HEAD" => Reply::empty(200),
                    _ => shelf.answer(request),
                }
            }),
            ("one more is forbidden", |shelf, request| {
                match request.method.as_str() {
                    "TRACE" => problem(403, 11),
                    _ => shelf.answer(request),
                }
            }),
            ("one is answered", |shelf, request| {
                match request.method.as_str() {
                    "PUT" => Reply::empty(204),
                    _ => shelf.answer(request),
                }
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn json_is_utf8() {
    let said = all_told(
        &["body-of-a-get"],
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("it says so", |shelf, request| {
                shelf
                    .answer(request)
                    .with("Content-Type", "application/json; charset=utf-8")
            }),
            ("it says so in capitals", |shelf, request| {
                shelf
                    .answer(request)
                    .with("Content-Type", "Application/JSON ;charset=\"UTF-8\"")
            }),
            ("it is another one", |shelf, request| {
                shelf
                    .answer(request)
                    .with("Content-Type", "application/json; charset=latin1")
            }),
            ("it is no JSON", |shelf, request| {
                shelf.answer(request).with("Content-Type", "text/html")
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}
