//! Records existing resources before the first check, so that none of them is deleted.

use std::collections::BTreeSet;

use serde_json::Value;

use super::call::{Call, Credential, Server};
use super::context::{CheckContext, ResourceKind, Stop, id_of};
use super::model::Collection;

/// Maximum number of pages read of one list, for servers that always split lists into pages.
const PAGES_MAX: usize = 1000;

/// All collections in which a run may create something.
pub(super) fn collections(ctx: &CheckContext) -> Vec<Collection> {
    let target = &ctx.target;
    let own_apps = [Some(target.app), target.other_app, target.failing_app];
    let mut places: Vec<(Server, Credential, String, String)> = own_apps
        .into_iter()
        .flatten()
        .map(|app| {
            (
                Server::Main,
                Credential::Own,
                target.account.to_string(),
                app.to_string(),
            )
        })
        .collect();
    if let Some(foreign) = &target.foreign {
        let (account, app) = (foreign.account.to_string(), foreign.app.to_string());
        places.push((Server::Main, Credential::Foreign, account, app));
    }
    if let Some(idle) = &target.idle {
        places.push((
            Server::Idle,
            Credential::Own,
            idle.account.to_string(),
            idle.app.to_string(),
        ));
    }
    let kinds = [ResourceKind::Backup, ResourceKind::Snapshot];
    places
        .iter()
        .flat_map(|(server, owner, account, app)| {
            kinds.map(|kind| Collection {
                server: *server,
                kind,
                account: account.clone(),
                app: app.clone(),
                owner: *owner,
            })
        })
        .collect()
}

/// A list of a collection; an error if no list of it may be requested.
pub(super) fn list(ctx: &CheckContext, collection: &Collection) -> Result<Call, Stop> {
    let lists = ctx.permitted(collection.kind.lists())?;
    let list = lists.first().ok_or(Stop::Recorded)?;
    Ok(ctx
        .call(list)
        .on(collection.server)
        .with(collection.owner)
        .path("account_id", &collection.account)
        .path("app_id", &collection.app))
}

/// Records existing resources. A list that can't be read leaves the model without that knowledge.
pub(super) async fn record_existing(ctx: &mut CheckContext) {
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
async fn every_id(ctx: &mut CheckContext, call: &Call) -> Option<BTreeSet<String>> {
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
