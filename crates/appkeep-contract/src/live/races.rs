//! Checks with concurrent or interleaved requests.

use std::collections::BTreeMap;

use serde_json::json;

use super::call::Server;
use super::context::{CheckContext, ResourceKind, Stop, id_of};
use super::poll_timer::PollTimer;
use super::progress::until_completed;

/// Number of concurrent requests.
const AT_ONCE: usize = 8;

/// Number of items before a walk in pages, and maximum number of pages.
const ITEMS: usize = 4;
const PAGES_MAX: usize = 400;

/// Of several concurrent creates with the same name exactly one succeeds; the others are rejected because the
/// name is in use.
pub(super) async fn create(ctx: &mut CheckContext, kind: ResourceKind) -> Result<(), Stop> {
    ctx.require_create(kind)?;
    let body = ctx.valid_body(kind);
    let calls = vec![ctx.call(kind.create()).json(body.clone()); AT_ONCE];
    let answers = ctx.send_concurrently(&calls).await?;
    let winners = answers.iter().filter(|answer| answer.status == 201).count();
    for answer in &answers {
        ctx.expect(answer, winners == 1, || {
            format!("{winners} of {AT_ONCE} concurrent creates with the same name returned 201")
        });
        if answer.status != 201 {
            ctx.expect_status(answer, 409)?;
            ctx.expect_problem(answer, &[10]);
        }
    }
    for operation in ctx.permitted(kind.lists())? {
        let answer = ctx.send_for(&ctx.call(operation), 200).await?;
        let shown = answer.items().iter().filter(|item| item["name"] == body["name"]);
        let count = shown.count();
        ctx.expect(&answer, count == 1, || {
            format!("the list contains {count} resources with the name of {AT_ONCE} concurrent creates")
        });
    }
    remove_named(ctx, kind, body["name"].as_str().unwrap_or_default()).await
}

/// Of several concurrent deletes of one resource exactly one succeeds.
pub(super) async fn delete(ctx: &mut CheckContext, kind: ResourceKind) -> Result<(), Stop> {
    ctx.require_create(kind)?;
    let body = ctx.valid_body(kind);
    let made = ctx.send_for(&ctx.call(kind.create()).json(body), 201).await?;
    let id = ctx.created_id(&made)?;
    until_completed(ctx, kind, &id).await?;
    let ways = ctx.permitted(kind.deletes())?;
    let calls: Vec<_> = ways
        .iter()
        .cycle()
        .take(AT_ONCE)
        .map(|way| ctx.call_for(way, kind, &id))
        .collect();
    let answers = ctx.send_concurrently(&calls).await?;
    let removed = answers.iter().filter(|answer| answer.status == 204).count();
    for answer in &answers {
        ctx.expect(answer, removed == 1, || {
            format!(
                "{removed} of {AT_ONCE} concurrent deletes of the same {} returned 204",
                kind.name()
            )
        });
        if answer.status != 204 {
            ctx.expect_one_of(answer, &[404, 409])?;
        }
    }
    super::deletes::is_gone(ctx, kind, &id).await
}

/// Concurrent reads all get the same response.
pub(super) async fn read(ctx: &mut CheckContext, operation: &str) -> Result<(), Stop> {
    let calls = vec![ctx.call(operation); AT_ONCE];
    let answers = ctx.send_concurrently(&calls).await?;
    let Some(first) = answers.first().cloned() else {
        return Ok(());
    };
    ctx.expect_status(&first, 200)?;
    let wanted = ctx.own_ids(first.items());
    for answer in &answers {
        ctx.expect_status(answer, 200)?;
        let got = ctx.own_ids(answer.items());
        ctx.expect(answer, got == wanted, || {
            format!("it contains {got:?} of the suite's resources; a concurrent response contains {wanted:?}")
        });
    }
    Ok(())
}

/// During concurrent creates and deletes, a walk in pages returns each remaining resource exactly once, in
/// order, and no deleted one.
pub(super) async fn pages(ctx: &mut CheckContext, operation: &str) -> Result<(), Stop> {
    let kind = ResourceKind::of(operation);
    ctx.require(operation)?;
    ctx.require_create(kind)?;
    let mut own = Vec::new();
    for _ in 0..ITEMS {
        own.push(make(ctx, kind).await?);
    }
    // The oldest is on the last page; it is deleted before that page is read.
    let doomed = own.remove(0);
    until_completed(ctx, kind, &doomed).await?;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut order = Vec::new();
    let mut made_meanwhile = Vec::new();
    let mut next: Option<String> = None;
    let mut is_doomed_gone = false;
    for number in 0..PAGES_MAX {
        let mut call = ctx.call(operation).query("limit", "1");
        if let Some(token) = &next {
            call = call.query("continue", token);
        }
        let page = ctx.send_for(&call, 200).await?;
        for id in page.items().iter().map(id_of) {
            let shows_gone = is_doomed_gone && id == doomed;
            ctx.expect(&page, !shows_gone, || {
                format!("{id} was deleted and is still listed")
            });
            *seen.entry(id.clone()).or_default() += 1;
            order.push(id);
        }
        if number == 0 {
            made_meanwhile.push(make(ctx, kind).await?);
        }
        if number == 1 {
            let ways = ctx.permitted(kind.deletes())?;
            let way = ways.first().copied().ok_or(Stop::Recorded)?;
            ctx.send_for(&ctx.call_for(way, kind, &doomed), 204).await?;
            is_doomed_gone = true;
        }
        next = page.text("/metadata/continue").map(str::to_owned);
        if next.is_some() && page.items().is_empty() {
            ctx.fault(&page, "an empty page has a `continue` token".to_owned());
            return Err(Stop::Recorded);
        }
        if next.is_none() {
            let times = |id: &String| seen.get(id).copied().unwrap_or_default();
            for id in &own {
                ctx.expect(&page, times(id) == 1, || {
                    format!("{id} existed all the time and was listed {} times", times(id))
                });
            }
            for id in &made_meanwhile {
                ctx.expect(&page, times(id) <= 1, || {
                    format!("{id} was listed {} times", times(id))
                });
            }
            let newest_first: Vec<&String> = own.iter().rev().collect();
            let came: Vec<&String> = order.iter().filter(|id| own.contains(*id)).collect();
            ctx.expect(&page, came == newest_first, || {
                "the resources that existed all the time weren't listed newest first".to_owned()
            });
            own.extend(made_meanwhile);
            return remove(ctx, kind, &own).await;
        }
    }
    Err(Stop::LeftOut(format!("there are more than {PAGES_MAX} items")))
}

async fn make(ctx: &mut CheckContext, kind: ResourceKind) -> Result<String, Stop> {
    let mut body = ctx.valid_body(kind);
    body["metadata"] = json!({"labels": []});
    let made = ctx.send_for(&ctx.call(kind.create()).json(body), 201).await?;
    ctx.created_id(&made)
}

/// Deletes the resources of a check, so that later checks have shorter lists.
pub(super) async fn remove(ctx: &mut CheckContext, kind: ResourceKind, ids: &[String]) -> Result<(), Stop> {
    let timer = PollTimer::of(&ctx.options);
    for id in ids {
        let Some(thing) = ctx.model.thing(Server::Main, id).cloned() else {
            continue;
        };
        if let Err(why) = super::cleanup::remove(ctx, &thing, timer).await {
            return Err(Stop::LeftOut(format!(
                "{} {id} can't be deleted: {why}",
                kind.name()
            )));
        }
    }
    Ok(())
}

async fn remove_named(ctx: &mut CheckContext, kind: ResourceKind, name: &str) -> Result<(), Stop> {
    let alive = ctx
        .model
        .alive()
        .filter(|thing| thing.kind == kind && thing.name() == name);
    let ids: Vec<String> = alive.map(|thing| thing.id.clone()).collect();
    remove(ctx, kind, &ids).await
}
