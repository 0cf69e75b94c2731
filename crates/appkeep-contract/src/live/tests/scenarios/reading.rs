//! Scenarios of reads: repeated, with other tokens, and with undeclared methods.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use super::super::fake::{OPERATOR_TOKEN, VIEWER_TOKEN};
use super::super::{problem, serve};
use super::{Variant, WITHOUT_WAITING, fetches, lists, replaced, results, with};
use crate::testing::Response;

#[tokio::test]
async fn repeated_responses_are_equal() {
    static REQUESTS: AtomicU32 = AtomicU32::new(0);
    let steps = "backup-create, backup-completes, read-twice app_backup_fetch_for_app";
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("the tag changes", |fake, request| {
            let tag = format!("\"{}\"", REQUESTS.fetch_add(1, Ordering::Relaxed) % 2);
            fake.respond(request)
                .when(fetches(request), |response| response.with("ETag", &tag))
        }),
    ];
    insta::assert_snapshot!(results(steps, variants).await);
}

#[tokio::test]
async fn later_checks_do_not_get_unused_responses() {
    let server = serve(move |_| Response::of_json(200, &json!({}))).await;
    let mut ctx = WITHOUT_WAITING.ctx(&server);
    let call = ctx.call("app_backup_list_for_app");
    assert!(ctx.read_ahead([call.clone(), call.clone()]).await.is_ok());
    ctx.forget_reads();
    assert!(ctx.take_ahead(&call).is_none());
    assert_eq!(ctx.http.log.len(), 2, "they are recorded");
}

#[tokio::test]
async fn repeated_lists_are_equal() {
    static REQUESTS: AtomicU32 = AtomicU32::new(0);
    let steps = "backup-create, backup-completes, read-twice app_backup_list_for_app";
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("other users' resources change", |fake, request| {
            let response = fake.respond(request);
            if !lists(request) || REQUESTS.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
                return response;
            }
            let mut items = response.json()["items"].as_array().cloned().unwrap_or_default();
            items.extend(items.first().cloned().map(|mut item| {
                item["id"] = json!("5e1e0000-0000-4000-8000-000000000000");
                item["metadata"]["creationTimestamp"] = json!("2025-01-01T00:00:00Z");
                item
            }));
            let response = with(response, "/metadata/count", json!(items.len()));
            with(response, "/items", items.into())
        }),
    ];
    insta::assert_snapshot!(results(steps, variants).await);
}

#[tokio::test]
async fn read_only_tokens_read_the_same_data() {
    let steps = "backup-create, backup-completes, viewer-reads app_backup_fetch_for_app";
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("another resource is returned", |fake, request| {
            let response = fake.respond(request);
            let is_theirs = request.authorization().ends_with(VIEWER_TOKEN);
            response.when(is_theirs, |response| {
                with(response, "/id", json!("5e1e0000-0000-4000-8000-000000000000"))
            })
        }),
    ];
    insta::assert_snapshot!(results(steps, variants).await);
}

#[tokio::test]
async fn tokens_of_all_accounts_read_the_same_data() {
    let steps = "backup-create, backup-completes, operator-reads app_backup_list_for_app";
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("nothing is listed", |fake, request| {
            let response = fake.respond(request);
            if !request.authorization().ends_with(OPERATOR_TOKEN) {
                return response;
            }
            with(with(response, "/items", json!([])), "/metadata/count", json!(0))
        }),
    ];
    insta::assert_snapshot!(results(steps, variants).await);
}

#[tokio::test]
async fn allow_lists_the_methods() {
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("Allow lacks a method", |fake, request| {
            fake.respond(request).with("Allow", "GET")
        }),
        ("Allow lists a refused method", |fake, request| {
            fake.respond(request).with("Allow", "GET, POST,PATCH")
        }),
        ("Allow lists an undocumented method", |fake, request| {
            fake.respond(request).with("Allow", "GET, POST, HEAD, BREW")
        }),
        ("OPTIONS is supported and listed", |fake, request| {
            match request.method.as_str() {
                "OPTIONS" => Response::empty(204),
                _ => fake.respond(request).with("Allow", "GET, POST, OPTIONS"),
            }
        }),
        ("HEAD is supported and not listed", |fake, request| {
            replaced(fake, request, "HEAD", Response::empty(200))
        }),
        ("TRACE is forbidden", |fake, request| {
            replaced(fake, request, "TRACE", problem(403, 11))
        }),
        ("PUT is accepted", |fake, request| {
            replaced(fake, request, "PUT", Response::empty(204))
        }),
    ];
    insta::assert_snapshot!(results("method-allow app_backup_list_for_app", variants).await);
}

#[tokio::test]
async fn json_is_utf8() {
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("charset=utf-8", |fake, request| {
            fake.respond(request)
                .with("Content-Type", "application/json; charset=utf-8")
        }),
        ("charset in capitals", |fake, request| {
            fake.respond(request)
                .with("Content-Type", "Application/JSON ;charset=\"UTF-8\"")
        }),
        ("another charset", |fake, request| {
            fake.respond(request)
                .with("Content-Type", "application/json; charset=latin1")
        }),
        ("not JSON", |fake, request| {
            fake.respond(request).with("Content-Type", "text/html")
        }),
    ];
    insta::assert_snapshot!(results("body-of-a-get", variants).await);
}

#[tokio::test]
async fn undocumented_methods_are_only_checked_for_refusals() {
    for (status, is_checking) in [(405, true), (200, false)] {
        let server = serve(move |_| Response::of_json(status, &json!("nonsense"))).await;
        let mut ctx = WITHOUT_WAITING.ctx(&server);
        let mut call = ctx.call("app_backup_list_for_app");
        call.method = Some("TRACE".to_owned());
        let respond = ctx.send_unchecked(&call).await.unwrap();
        let violations = &ctx.http.log[respond.exchange].violations;
        assert_eq!(!violations.is_empty(), is_checking, "{status}");
    }
}
