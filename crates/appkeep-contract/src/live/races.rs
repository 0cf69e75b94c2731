//! Checks with concurrent or interleaved requests.

use std::collections::BTreeMap;

use serde_json::json;

use super::call::Server;
use super::completion::until_completed;
use super::context::{Context, ResourceKind, Stop, id_of};
use super::headers::joined;
use super::model::TrackedResource;
use super::poll_timer::PollTimer;

/// Number of concurrent requests.
const CONCURRENT_REQUESTS: usize = 8;

/// Number of items before paging, and maximum number of pages.
const ITEMS: usize = 4;
const PAGES_MAX: usize = 400;

/// Of several concurrent creates with the same name exactly one succeeds; the others are rejected because the
/// name is in use.
pub(super) async fn create(ctx: &mut Context, kind: ResourceKind) -> Result<(), Stop> {
    ctx.require_create(kind)?;
    let body = ctx.valid_body(kind);
    let calls = vec![ctx.call(kind.create()).json(body.clone()); CONCURRENT_REQUESTS];
    let responses = ctx.send_concurrently(&calls).await?;
    let winners = responses.iter().filter(|response| response.status == 201).count();
    for response in &responses {
        ctx.expect(response, winners == 1, || {
            format!("{winners} of {CONCURRENT_REQUESTS} concurrent creates with the same name returned 201")
        });
        if response.status != 201 {
            ctx.expect_status(response, 409)?;
            ctx.expect_problem(response, &[10]);
        }
    }
    for operation in ctx.permitted(kind.lists())? {
        let response = ctx.list(operation).await?;
        let shown = response
            .items()
            .iter()
            .filter(|item| item["name"] == body["name"]);
        let count = shown.count();
        ctx.expect(&response, count == 1, || {
            format!("the list contains {count} resources with the name of {CONCURRENT_REQUESTS} concurrent creates")
        });
    }
    delete_named(ctx, kind, body["name"].as_str().unwrap_or_default()).await
}

/// Of several concurrent deletes of one resource exactly one succeeds.
pub(super) async fn delete(ctx: &mut Context, kind: ResourceKind) -> Result<(), Stop> {
    ctx.require_create(kind)?;
    let (id, _) = ctx.create(ctx.call(kind.create())).await?;
    until_completed(ctx, kind, &id).await?;
    let operations = ctx.permitted(kind.deletes())?;
    let calls: Vec<_> = operations
        .iter()
        .cycle()
        .take(CONCURRENT_REQUESTS)
        .map(|operation| ctx.call_for(operation, &id))
        .collect();
    let responses = ctx.send_concurrently(&calls).await?;
    let removed = responses.iter().filter(|response| response.status == 204).count();
    for response in &responses {
        ctx.expect(response, removed == 1, || {
            format!(
                "{removed} of {CONCURRENT_REQUESTS} concurrent deletes of the same {} returned 204",
                kind.name()
            )
        });
        if response.status != 204 {
            ctx.expect_one_of(response, &[404, 409])?;
        }
    }
    super::deletes::expect_deleted(ctx, kind, &id).await
}

/// Concurrent reads all get the same response.
pub(super) async fn read(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    let calls = vec![ctx.call(operation); CONCURRENT_REQUESTS];
    let responses = ctx.send_concurrently(&calls).await?;
    let Some(first) = responses.first().cloned() else {
        return Ok(());
    };
    ctx.expect_status(&first, 200)?;
    let expected = ctx.own_ids(first.items());
    for response in &responses {
        ctx.expect_status(response, 200)?;
        let received = ctx.own_ids(response.items());
        ctx.expect(response, received == expected, || {
            format!(
                "it contains {} of the suite's resources; a concurrent response contains {}",
                joined(&received),
                joined(&expected)
            )
        });
    }
    Ok(())
}

/// During concurrent creates and deletes, paging returns each remaining resource exactly once, in
/// order, and no deleted one.
pub(super) async fn pages(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    let kind = ResourceKind::of(operation);
    ctx.require(operation)?;
    ctx.require_create(kind)?;
    let mut own = Vec::new();
    for _ in 0..ITEMS {
        own.push(create_one(ctx, kind).await?);
    }
    // The oldest is on the last page; it is deleted before that page is read.
    let oldest = own.remove(0);
    until_completed(ctx, kind, &oldest).await?;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut order = Vec::new();
    let mut created_meanwhile = Vec::new();
    let mut next: Option<String> = None;
    let mut is_oldest_deleted = false;
    for number in 0..PAGES_MAX {
        let mut call = ctx.call(operation).query("limit", "1");
        if let Some(token) = &next {
            call = call.query("continue", token);
        }
        let page = ctx.send_for(&call, 200).await?;
        for id in page.items().iter().map(id_of) {
            let is_stale = is_oldest_deleted && id == oldest;
            ctx.expect(&page, !is_stale, || {
                format!("{id} was deleted, but is still listed")
            });
            *seen.entry(id.clone()).or_default() += 1;
            order.push(id);
        }
        if number == 0 {
            created_meanwhile.push(create_one(ctx, kind).await?);
        }
        if number == 1 {
            let operations = ctx.permitted(kind.deletes())?;
            let operation = operations.first().copied().ok_or(Stop::Recorded)?;
            ctx.send_for(&ctx.call_for(operation, &oldest), 204).await?;
            is_oldest_deleted = true;
        }
        next = page.text("/metadata/continue").map(str::to_owned);
        if next.is_some() && page.items().is_empty() {
            return Err(ctx.fail(&page, "an empty page has a `continue` token".to_owned()));
        }
        if next.is_none() {
            let times = |id: &String| seen.get(id).copied().unwrap_or_default();
            for id in &own {
                ctx.expect(&page, times(id) == 1, || {
                    format!("{id} existed all the time and was listed {} times", times(id))
                });
            }
            for id in &created_meanwhile {
                ctx.expect(&page, times(id) <= 1, || {
                    format!("{id} was listed {} times", times(id))
                });
            }
            let newest_first: Vec<&String> = own.iter().rev().collect();
            let listed: Vec<&String> = order.iter().filter(|id| own.contains(*id)).collect();
            ctx.expect(&page, listed == newest_first, || {
                "the resources that existed all the time weren't listed newest first".to_owned()
            });
            own.extend(created_meanwhile);
            return delete_all(ctx, kind, &own).await;
        }
    }
    Err(Stop::Skipped(format!("there are more than {PAGES_MAX} items")))
}

async fn create_one(ctx: &mut Context, kind: ResourceKind) -> Result<String, Stop> {
    let mut body = ctx.valid_body(kind);
    body["metadata"] = json!({"labels": []});
    let (id, _) = ctx.create(ctx.call(kind.create()).json(body)).await?;
    Ok(id)
}

/// Deletes the resources of a check, so that later checks have shorter lists.
pub(super) async fn delete_all(ctx: &mut Context, kind: ResourceKind, ids: &[String]) -> Result<(), Stop> {
    let timer = PollTimer::of(&ctx.options);
    let resources = ids.iter().filter_map(|id| ctx.model.resource(Server::Main, id));
    let resources: Vec<TrackedResource> = resources.cloned().collect();
    let calls = resources
        .iter()
        .filter_map(|resource| super::cleanup::delete_call(ctx, resource).ok());
    ctx.send_ahead(calls.collect()).await?;
    for resource in resources {
        if let Err(why) = super::cleanup::delete(ctx, &resource, timer).await {
            return Err(Stop::Skipped(format!(
                "{} {} can't be deleted: {why}",
                kind.name(),
                resource.id
            )));
        }
    }
    Ok(())
}

async fn delete_named(ctx: &mut Context, kind: ResourceKind, name: &str) -> Result<(), Stop> {
    let existing = ctx
        .model
        .existing()
        .filter(|resource| resource.kind == kind && resource.name() == name);
    let ids: Vec<String> = existing.map(|resource| resource.id.clone()).collect();
    delete_all(ctx, kind, &ids).await
}
