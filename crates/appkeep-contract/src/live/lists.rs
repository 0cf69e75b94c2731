//! Checks of lists: order, count, pages, columns. Resources of other users may appear and disappear during a check.

use std::collections::BTreeSet;

use serde_json::Value;

use super::call::Call;
use super::context::{Context, ResourceKind, Stop, id_of};
use super::lifecycle::difference;
use super::recording_client::RecordedResponse;

/// Maximum number of pages read of one list.
const PAGES_MAX: usize = 200;

/// The resources of the suite that a list of this operation must contain.
fn own(ctx: &Context, operation: &str) -> Result<Vec<Value>, Stop> {
    ctx.require(operation)?;
    let kind = ResourceKind::of(operation);
    let fixtures = ctx.fixtures.of(kind);
    let mut own = vec![fixtures.named.require("a completed resource")?.clone()];
    own.extend(fixtures.unnamed.0.clone());
    if kind == ResourceKind::Backup {
        own.extend(ctx.fixtures.backup_of_snapshot.0.clone());
    }
    Ok(own)
}

/// The list contains the suite's resources, as a fetch returns them, and its own metadata.
pub(super) async fn complete_list(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    let own = own(ctx, operation)?;
    let response = ctx.list(operation).await?;
    for resource in &own {
        let id = id_of(resource);
        let found: Vec<&Value> = response.items().iter().filter(|item| id_of(item) == id).collect();
        match found.as_slice() {
            [listed] => {
                let holds = *listed == resource;
                ctx.expect(&response, holds, || {
                    difference("the fetch", resource, "the list", listed)
                });
            }
            _ => ctx.violation(&response, format!("{id} is in the list {} times", found.len())),
        }
    }
    let list_type = format!("{}s", ResourceKind::of(operation).body_type());
    ctx.expect(&response, response.text("/type") == Some(&list_type), || {
        format!("`type` isn't {list_type}")
    });
    ctx.expect(&response, response.text("/version").is_some(), || {
        "`version` is missing".to_owned()
    });
    Ok(())
}

/// Small pages return each of the suite's resources exactly once, in the order of the whole list.
pub(super) async fn pages(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    let own: Vec<String> = own(ctx, operation)?.iter().map(id_of).collect();
    let whole = ctx.list(operation).await?;
    let total = whole.items().len();
    let limit = (total / 10).max(1);
    let pages = read_pages(ctx, &ctx.call(operation), &whole, limit).await?;
    let in_order = |items: &[Value]| -> Vec<String> {
        let ids = items.iter().map(id_of);
        ids.filter(|id| own.contains(id)).collect()
    };
    let (expected, received) = (in_order(whole.items()), in_order(&pages.items));
    ctx.expect(&pages.last, expected == received, || {
        format!(
            "the whole list contains {} items of the suite, the pages contain {}",
            expected.len(),
            received.len()
        )
    });
    let distinct: BTreeSet<String> = pages.items.iter().map(id_of).collect();
    let duplicates = pages.items.len() - distinct.len();
    ctx.expect(&pages.last, duplicates == 0, || {
        format!("{duplicates} items are repeated")
    });
    Ok(())
}

/// All pages of a list.
pub(super) struct Pages {
    /// The items of all pages.
    pub(super) items: Vec<Value>,
    /// The last page.
    pub(super) last: RecordedResponse,
}

/// Reads a list in pages of that limit. Endless paging is a finding, and so is an empty page
/// that isn't the last one.
pub(super) async fn read_pages(
    ctx: &mut Context,
    call: &Call,
    whole: &RecordedResponse,
    limit: usize,
) -> Result<Pages, Stop> {
    let call = call.clone().query("limit", &limit.to_string());
    let mut next = call.clone();
    let mut items = Vec::new();
    for _ in 0..PAGES_MAX {
        let last = ctx.send_for(&next, 200).await?;
        items.extend(last.items().iter().cloned());
        let Some(token) = last.text("/metadata/continue") else {
            return Ok(Pages { items, last });
        };
        next = call.clone().query("continue", token);
        if last.items().is_empty() {
            return Err(ctx.fail(&last, "an empty page has a `continue` token".to_owned()));
        }
    }
    Err(ctx.fail(
        whole,
        format!("the list doesn't end after {PAGES_MAX} pages of {limit}"),
    ))
}

/// A limit larger than the list has no effect.
pub(super) async fn huge_limit(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    let own = own(ctx, operation)?;
    let calls = [
        "1000000",
        "18446744073709551616",
        "99999999999999999999999999999999999999",
    ]
    .map(|limit| (limit, ctx.call(operation).query("limit", limit)));
    ctx.read_ahead(calls.iter().map(|(_, call)| call.clone())).await?;
    for (limit, call) in calls {
        let response = ctx.send_for(&call, 200).await?;
        let all = own
            .iter()
            .all(|resource| response.items().iter().any(|item| id_of(item) == id_of(resource)));
        ctx.expect(&response, all, || {
            format!("items are missing with `limit={limit}`")
        });
    }
    Ok(())
}

/// `include` returns arrays of the requested values, in the requested order, with `null` for absent values.
pub(super) async fn columns(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    let own = own(ctx, operation)?;
    let every = every_field(ctx, operation);
    let mut reversed = every.clone();
    reversed.reverse();
    let few = ["id", "name", "state"].map(str::to_owned).to_vec();
    let swapped = ["state", "id"].map(str::to_owned).to_vec();
    let calls = [few, swapped, every, reversed].map(|fields| {
        let call = ctx.call(operation).query("include", &fields.join(","));
        (fields, call)
    });
    ctx.read_ahead(calls.iter().map(|(_, call)| call.clone())).await?;
    for (fields, call) in calls {
        let requested = fields.join(",");
        let response = ctx.send_for(&call, 200).await?;
        let Some(id_at) = fields.iter().position(|field| field == "id") else {
            continue;
        };
        for resource in &own {
            let expected: Value = fields
                .iter()
                .map(|field| resource.get(field).cloned().unwrap_or(Value::Null))
                .collect();
            let row = response
                .items()
                .iter()
                .find(|row| row.get(id_at) == Some(&resource["id"]));
            let holds = row == Some(&expected);
            ctx.expect(&response, holds, || {
                let received = row.map_or_else(|| "no row".to_owned(), ToString::to_string);
                format!("`include={requested}`: expected {expected}, received {received}")
            });
        }
    }
    Ok(())
}

/// A single field together with a limit: both apply to the second page as to the first.
pub(super) async fn columns_in_pages(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    own(ctx, operation)?;
    let call = ctx.call(operation).query("include", "name").query("limit", "1");
    let is_row =
        |response: &RecordedResponse| matches!(response.items(), [Value::Array(row)] if row.len() == 1);
    let first = ctx.send_for(&call, 200).await?;
    ctx.expect(&first, is_row(&first), || {
        "expected one row with one value".to_owned()
    });
    let Some(token) = first.text("/metadata/continue").map(str::to_owned) else {
        return Ok(());
    };
    let second = ctx.send_for(&call.query("continue", &token), 200).await?;
    // Resources of other users may be gone by now.
    let holds = second.items().is_empty() || is_row(&second);
    ctx.expect(&second, holds, || {
        "expected rows with one value on the second page".to_owned()
    });
    Ok(())
}

/// The fields of a resource, in the order of the contract.
pub(super) fn every_field(ctx: &Context, operation: &str) -> Vec<String> {
    let name = if ResourceKind::of(operation) == ResourceKind::Snapshot {
        "AppSnap"
    } else {
        "AppBackup"
    };
    let pointer = format!("/components/schemas/{name}/properties");
    let properties = ctx
        .http
        .validator()
        .document()
        .root()
        .pointer(&pointer)
        .and_then(Value::as_object);
    properties
        .map(|fields| fields.keys().cloned().collect())
        .unwrap_or_default()
}
