//! Records existing resources before the first check, so that none of them is deleted.

use std::collections::BTreeSet;

use serde_json::Value;

use super::call::{Call, Credential, Server};
use super::context::{Context, ResourceKind, Stop, id_of};
use super::model::Collection;

/// Maximum number of pages read of one list, for servers that always split lists into pages.
const PAGES_MAX: usize = 1000;

/// All collections in which a run may create something.
pub(super) fn collections(ctx: &Context) -> Vec<Collection> {
    let target = &ctx.target;
    let own = [Some(target.app), target.other_app, target.failing_app].into_iter();
    let own = own
        .flatten()
        .map(|app| (Server::Main, Credential::Own, target.account, app));
    let foreign = target.foreign.iter();
    let foreign = foreign.map(|other| (Server::Main, Credential::Foreign, other.account, other.app));
    let idle = target.idle.iter();
    let idle = idle.map(|idle| (Server::Idle, Credential::Own, idle.account, idle.app));
    own.chain(foreign)
        .chain(idle)
        .flat_map(|(server, owner, account, app)| {
            ResourceKind::ALL.map(|kind| Collection {
                server,
                kind,
                account: account.to_string(),
                app: app.to_string(),
                owner,
            })
        })
        .collect()
}

/// A list of a collection; an error if no list of it may be requested.
pub(super) fn list(ctx: &Context, collection: &Collection) -> Result<Call, Stop> {
    let lists = ctx.permitted(collection.kind.lists())?;
    let list = lists.first().ok_or(Stop::Recorded)?;
    Ok(ctx
        .call(list)
        .on(collection.server)
        .with(collection.owner)
        .path("account_id", &collection.account)
        .path("app_id", &collection.app))
}

/// Records existing resources. If a list can't be read, its resources aren't recorded.
pub(super) async fn record_existing(ctx: &mut Context) {
    for collection in collections(ctx) {
        if ctx.require_create(collection.kind).is_err() {
            continue;
        }
        let Ok(call) = list(ctx, &collection) else {
            continue;
        };
        // A list of ids is the shortest form. A server that doesn't support it may support the full form.
        let mut ids = every_id(ctx, &call.clone().query("include", "id")).await;
        if ids.is_none() {
            ids = every_id(ctx, &call).await;
        }
        let Some(ids) = ids else { continue };
        for id in ids {
            ctx.model.record_existing(collection.server, &id);
        }
        ctx.model.ownership.listed.push(collection);
    }
}

/// The ids on all pages of a list; `None` unless the list is complete.
async fn every_id(ctx: &mut Context, call: &Call) -> Option<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    let mut tokens = BTreeSet::new();
    let mut next = call.clone();
    for _ in 0..PAGES_MAX {
        let page = ctx.send_unchecked(&next).await.ok()?;
        if page.status != 200 || page.is_too_large {
            return None;
        }
        for item in page.body.get("items")?.as_array()? {
            let id = match item {
                Value::Array(row) => row.first()?.as_str()?.to_owned(),
                other => id_of(other),
            };
            ids.insert(id);
        }
        let Some(token) = page.text("/metadata/continue") else {
            return Some(ids);
        };
        next = call.clone().query("continue", token);
        if !tokens.insert(token.to_owned()) {
            return None;
        }
    }
    None
}
