//! Checks with concurrent or interleaved requests.

use std::collections::BTreeMap;

use serde_json::json;

use super::call::Server;
use super::patience::Patience;
use super::progress::until_completed;
use super::stage::{Kind, Stage, Stop, id_of};

/// Number of concurrent requests.
const AT_ONCE: usize = 8;

/// Number of items before a walk in pages, and maximum number of pages.
const ITEMS: usize = 4;
const PAGES_MAX: usize = 400;

/// Of several concurrent creates with the same name exactly one succeeds; the others are rejected because the
/// name is in use.
pub(super) async fn create(stage: &mut Stage, kind: Kind) -> Result<(), Stop> {
    stage.admits_making(kind)?;
    let body = stage.sound_body(kind);
    let calls = vec![stage.call(kind.create()).json(body.clone()); AT_ONCE];
    let answers = stage.send_together(&calls).await?;
    let winners = answers.iter().filter(|answer| answer.status == 201).count();
    for answer in &answers {
        stage.expect(answer, winners == 1, || {
            format!("{winners} of {AT_ONCE} concurrent creates with the same name returned 201")
        });
        if answer.status != 201 {
            stage.expect_status(answer, 409)?;
            stage.expect_problem(answer, &[10]);
        }
    }
    for operation in stage.admitted(kind.lists())? {
        let answer = stage.send_for(&stage.call(operation), 200).await?;
        let shown = answer.items().iter().filter(|item| item["name"] == body["name"]);
        let count = shown.count();
        stage.expect(&answer, count == 1, || {
            format!("the list contains {count} resources with the name of {AT_ONCE} concurrent creates")
        });
    }
    remove_named(stage, kind, body["name"].as_str().unwrap_or_default()).await
}

/// Of several concurrent deletes of one resource exactly one succeeds.
pub(super) async fn delete(stage: &mut Stage, kind: Kind) -> Result<(), Stop> {
    stage.admits_making(kind)?;
    let body = stage.sound_body(kind);
    let made = stage.send_for(&stage.call(kind.create()).json(body), 201).await?;
    let id = stage.id_in(&made)?;
    until_completed(stage, kind, &id).await?;
    let ways = stage.admitted(kind.deletes())?;
    let calls: Vec<_> = ways
        .iter()
        .cycle()
        .take(AT_ONCE)
        .map(|way| stage.call_for(way, kind, &id))
        .collect();
    let answers = stage.send_together(&calls).await?;
    let removed = answers.iter().filter(|answer| answer.status == 204).count();
    for answer in &answers {
        stage.expect(answer, removed == 1, || {
            format!(
                "{removed} of {AT_ONCE} concurrent deletes of the same {} returned 204",
                kind.word()
            )
        });
        if answer.status != 204 {
            stage.expect_one_of(answer, &[404, 409])?;
        }
    }
    super::deletes::is_gone(stage, kind, &id).await
}

/// Concurrent reads all get the same response.
pub(super) async fn read(stage: &mut Stage, operation: &str) -> Result<(), Stop> {
    let calls = vec![stage.call(operation); AT_ONCE];
    let answers = stage.send_together(&calls).await?;
    let Some(first) = answers.first().cloned() else {
        return Ok(());
    };
    stage.expect_status(&first, 200)?;
    let wanted = stage.own_ids(first.items());
    for answer in &answers {
        stage.expect_status(answer, 200)?;
        let got = stage.own_ids(answer.items());
        stage.expect(answer, got == wanted, || {
            format!("it contains {got:?} of the suite's resources; a concurrent response contains {wanted:?}")
        });
    }
    Ok(())
}

/// During concurrent creates and deletes, a walk in pages returns each remaining resource exactly once, in
/// order, and no deleted one.
pub(super) async fn pages(stage: &mut Stage, operation: &str) -> Result<(), Stop> {
    let kind = Kind::of(operation);
    stage.admits(operation)?;
    stage.admits_making(kind)?;
    let mut own = Vec::new();
    for _ in 0..ITEMS {
        own.push(make(stage, kind).await?);
    }
    // The oldest is on the last page; it is deleted before that page is read.
    let doomed = own.remove(0);
    until_completed(stage, kind, &doomed).await?;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut order = Vec::new();
    let mut made_meanwhile = Vec::new();
    let mut next: Option<String> = None;
    let mut is_doomed_gone = false;
    for number in 0..PAGES_MAX {
        let mut call = stage.call(operation).query("limit", "1");
        if let Some(token) = &next {
            call = call.query("continue", token);
        }
        let page = stage.send_for(&call, 200).await?;
        for id in page.items().iter().map(id_of) {
            let shows_gone = is_doomed_gone && id == doomed;
            stage.expect(&page, !shows_gone, || {
                format!("{id} was deleted and is still listed")
            });
            *seen.entry(id.clone()).or_default() += 1;
            order.push(id);
        }
        if number == 0 {
            made_meanwhile.push(make(stage, kind).await?);
        }
        if number == 1 {
            let ways = stage.admitted(kind.deletes())?;
            let way = ways.first().copied().ok_or(Stop::Noted)?;
            stage.send_for(&stage.call_for(way, kind, &doomed), 204).await?;
            is_doomed_gone = true;
        }
        next = page.text("/metadata/continue").map(str::to_owned);
        if next.is_some() && page.items().is_empty() {
            stage.fault(&page, "an empty page has a `continue` token".to_owned());
            return Err(Stop::Noted);
        }
        if next.is_none() {
            let times = |id: &String| seen.get(id).copied().unwrap_or_default();
            for id in &own {
                stage.expect(&page, times(id) == 1, || {
                    format!("{id} existed all the time and was listed {} times", times(id))
                });
            }
            for id in &made_meanwhile {
                stage.expect(&page, times(id) <= 1, || {
                    format!("{id} was listed {} times", times(id))
                });
            }
            let newest_first: Vec<&String> = own.iter().rev().collect();
            let came: Vec<&String> = order.iter().filter(|id| own.contains(*id)).collect();
            stage.expect(&page, came == newest_first, || {
                "the resources that existed all the time weren't listed newest first".to_owned()
            });
            own.extend(made_meanwhile);
            return remove(stage, kind, &own).await;
        }
    }
    Err(Stop::LeftOut(format!("there are more than {PAGES_MAX} items")))
}

async fn make(stage: &mut Stage, kind: Kind) -> Result<String, Stop> {
    let mut body = stage.sound_body(kind);
    body["metadata"] = json!({"labels": []});
    let made = stage.send_for(&stage.call(kind.create()).json(body), 201).await?;
    stage.id_in(&made)
}

/// Deletes the resources of a check, so that later checks have shorter lists.
pub(super) async fn remove(stage: &mut Stage, kind: Kind, ids: &[String]) -> Result<(), Stop> {
    let patience = Patience::of(&stage.options);
    for id in ids {
        let Some(thing) = stage.model.thing(Server::Main, id).cloned() else {
            continue;
        };
        if let Err(why) = super::cleanup::remove(stage, &thing, patience).await {
            return Err(Stop::LeftOut(format!(
                "{} {id} can't be deleted: {why}",
                kind.word()
            )));
        }
    }
    Ok(())
}

async fn remove_named(stage: &mut Stage, kind: Kind, name: &str) -> Result<(), Stop> {
    let alive = stage
        .model
        .alive()
        .filter(|thing| thing.kind == kind && thing.name() == name);
    let ids: Vec<String> = alive.map(|thing| thing.id.clone()).collect();
    remove(stage, kind, &ids).await
}
