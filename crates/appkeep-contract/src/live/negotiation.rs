//! Checks of media types: the response has the one that `Accept` requests.

use serde_json::json;

use super::completion::ABSENT;
use super::context::{Context, ResourceKind, Stop};
use super::recording_client::RecordedResponse;

const JSON: &str = "application/json";

/// Records a violation unless the body has that media type.
pub(super) fn expect_media_type(ctx: &mut Context, response: &RecordedResponse, expected: &str) {
    let received = response.header("content-type").unwrap_or(ABSENT).to_owned();
    let essence = received.split(';').next().unwrap_or_default().trim();
    ctx.expect(response, essence.eq_ignore_ascii_case(expected), || {
        format!("requested `{expected}`, received `{received}`")
    });
    let lower = received.to_ascii_lowercase();
    let charset = lower
        .split(';')
        .find_map(|part| part.trim().strip_prefix("charset="));
    let is_utf8 = charset.is_none_or(|charset| charset.trim_matches('"') == "utf-8");
    ctx.expect(response, is_utf8, || {
        format!("expected JSON in UTF-8, received `{received}`")
    });
}

/// A fetch uses the requested media type; if that isn't available, plain JSON.
pub(super) async fn fetch(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    ctx.require(operation)?;
    let kind = ResourceKind::of(operation);
    let others = match kind {
        ResourceKind::Backup => ResourceKind::Snapshot.vendor_type(),
        ResourceKind::Snapshot => ResourceKind::Backup.vendor_type(),
    };
    let vendor = kind.vendor_type();
    let id = ctx.fixtures.of(kind).named.id("a completed resource")?;
    let cases = [
        (vendor.clone(), vendor.as_str()),
        (vendor.to_ascii_uppercase(), &vendor),
        (format!("text/html, {vendor};q=0.9, */*;q=0.1"), &vendor),
        (format!("{vendor};q=0.8, {JSON};q=0.2"), &vendor),
        (format!("{JSON};q=0.2,{vendor};q=0.8"), &vendor),
        (format!("{vendor};q=0.2, {JSON};q=0.8"), JSON),
        (format!("{vendor};q=0"), JSON),
        (JSON.to_owned(), JSON),
        ("*/*".to_owned(), JSON),
        ("application/*".to_owned(), JSON),
        ("text/html".to_owned(), JSON),
        (others, JSON),
    ];
    let call = ctx.call_for(operation, &id);
    let calls = cases.iter().map(|(accept, _)| call.clone().accept(accept));
    ctx.send_ahead(calls.collect()).await?;
    for (accept, expected) in &cases {
        let response = ctx.send_for(&call.clone().accept(accept), 200).await?;
        expect_media_type(ctx, &response, expected);
    }
    Ok(())
}

/// A list is plain JSON, independent of `Accept`.
pub(super) async fn list(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    let single = ResourceKind::of(operation).vendor_type();
    let calls = [
        JSON,
        "*/*",
        "text/html",
        "application/astra-appBackups+json",
        &single,
    ]
    .map(|accept| ctx.call(operation).accept(accept));
    ctx.read_ahead(calls.clone()).await?;
    for call in calls {
        let response = ctx.send_for(&call, 200).await?;
        expect_media_type(ctx, &response, JSON);
    }
    Ok(())
}

/// A problem has the media type of problems, independent of `Accept`.
pub(super) async fn problem(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    let vendor = ResourceKind::of(operation).vendor_type();
    let call = ctx.call(operation);
    let call = if ctx.has(operation, "account_id") {
        call.path("account_id", "not-an-id")
    } else {
        call.query("surprise", "1")
    };
    let calls = [JSON, vendor.as_str(), "text/html", "*/*;q=0"].map(|accept| call.clone().accept(accept));
    ctx.send_ahead(calls.to_vec()).await?;
    for call in calls {
        let response = ctx.send_for(&call, 400).await?;
        expect_media_type(ctx, &response, "application/problem+json");
    }
    Ok(())
}

/// A JSON body with a charset parameter is read like any other. Nothing is created: the app doesn't exist.
pub(super) async fn body_with_charset(ctx: &mut Context) -> Result<(), Stop> {
    let body = ctx.valid_body(ResourceKind::Backup);
    let call = ctx.call(ResourceKind::Backup.create()).json(body);
    let call = call.path("app_id", &ctx.unknown_id("app"));
    let response = ctx
        .send_for(&call.content_type("application/json; charset=utf-8"), 404)
        .await?;
    ctx.expect_problem(&response, &[2]);
    Ok(())
}

/// A small JSON body in a GET is ignored; existing clients send one with every GET.
pub(super) async fn body_of_a_get(ctx: &mut Context) -> Result<(), Stop> {
    let response = ctx
        .send_for(&ctx.call("app_backup_list_for_app").json(json!({})), 200)
        .await?;
    expect_media_type(ctx, &response, JSON);
    Ok(())
}
