//! Checks of resources that an operator declares, which the suite can only read.

use std::collections::BTreeSet;

use serde_json::Value;

use super::call::Credential;
use super::context::{Context, Stop, id_of};
use super::recording_client::RecordedResponse;
use super::resource_kind::ACCOUNT_LIST;

const BUCKETS: &str = "bucket_list";
const USERS: &str = "user_list";

/// A token lists the accounts that it can access, each once, with its role in that account.
pub(super) async fn accounts(ctx: &mut Context) -> Result<(), Stop> {
    let own = ctx.target.account.to_string();
    only_account(ctx, Credential::Own, &own).await?;
    let call = ctx.call(ACCOUNT_LIST);
    if ctx.target.viewer_token.is_some() {
        let list = ctx.send_for(&call.clone().with(Credential::Viewer), 200).await?;
        let is_viewer = list.items().iter().all(|account| account["role"] == "viewer");
        ctx.expect(&list, is_viewer, || {
            "a read-only token has another role than `viewer` in the list".to_owned()
        });
    }
    let Ok(foreign) = ctx.foreign() else {
        return Ok(());
    };
    let other = foreign.account.to_string();
    only_account(ctx, Credential::Foreign, &other).await?;
    if ctx.target.operator_token.is_some() {
        let list = ctx.send_for(&call.with(Credential::Operator), 200).await?;
        let listed = ids(&list);
        let has_both = [own, other].iter().all(|account| listed.contains(account));
        ctx.expect(&list, has_both, || {
            "the list for a token of all accounts lacks one of the two known accounts".to_owned()
        });
    }
    Ok(())
}

/// The list for a token of one account contains only that account.
async fn only_account(ctx: &mut Context, credential: Credential, account: &str) -> Result<(), Stop> {
    let list = ctx
        .send_for(&ctx.call(ACCOUNT_LIST).with(credential), 200)
        .await?;
    let listed = ids(&list);
    ctx.expect(&list, listed == [account], || {
        let listed = listed.join(", ");
        format!("the token belongs to account {account}, but the list contains {listed}")
    });
    Ok(())
}

/// The list of buckets has one default bucket, which is the bucket of a backup that named none.
pub(super) async fn buckets(ctx: &mut Context) -> Result<(), Stop> {
    let backup = ctx.fixtures.backups.unnamed.require("a completed backup")?;
    let bucket = backup["bucketID"].as_str().unwrap_or_default().to_owned();
    let list = ctx.list(BUCKETS).await?;
    let own = ids(&list);
    let defaults = list.items().iter().filter(|bucket| bucket["isDefault"] == true);
    let defaults: Vec<String> = defaults.map(id_of).collect();
    ctx.expect(&list, defaults == [bucket.clone()], || {
        format!(
            "a backup without a requested bucket is in {bucket}, but the default is {}",
            joined(&defaults)
        )
    });
    if ctx.target.foreign.is_some() {
        let call = ctx.foreign_call(BUCKETS)?;
        let list = ctx.send_for(&call, 200).await?;
        expect_disjoint(ctx, &list, &own);
    }
    Ok(())
}

/// The list of schedules or hooks only contains those of its app.
pub(super) async fn of_app(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    let app = ctx.target.app.to_string();
    let list = ctx.list(operation).await?;
    let is_of_app = list.items().iter().all(|item| item["appID"] == app);
    ctx.expect(&list, is_of_app, || {
        format!("the list of app {app} has an item of another app")
    });
    if let Some(other) = ctx.target.other_app {
        let own = ids(&list);
        let call = ctx.call(operation).path("app_id", &other.to_string());
        let list = ctx.send_for(&call, 200).await?;
        expect_disjoint(ctx, &list, &own);
    }
    Ok(())
}

/// A list of declared resources is the same in pages, in columns and for read-only tokens.
pub(super) async fn equal_in_every_form(ctx: &mut Context, operation: &str) -> Result<(), Stop> {
    let name = if operation == USERS { "firstName" } else { "name" };
    let include = format!("id,{name}");
    let call = ctx.call(operation);
    let in_columns = call.clone().query("include", &include);
    // Accounts include the token's own role, so they differ between tokens.
    let of_viewer = (operation != ACCOUNT_LIST && ctx.target.viewer_token.is_some())
        .then(|| call.clone().with(Credential::Viewer));
    let calls = [Some(call.clone()), Some(in_columns.clone()), of_viewer.clone()];
    ctx.read_ahead(calls.into_iter().flatten()).await?;
    let whole = ctx.send_for(&call, 200).await?;
    let count = whole.items().len();
    ctx.expect(&whole, whole.body["metadata"]["count"] == count, || {
        format!("`metadata.count` isn't {count}")
    });
    let duplicates = count - ids(&whole).iter().collect::<BTreeSet<_>>().len();
    ctx.expect(&whole, duplicates == 0, || {
        format!("{duplicates} items are repeated")
    });
    let expected: Vec<Value> = whole
        .items()
        .iter()
        .map(|item| Value::from(vec![item["id"].clone(), item[name].clone()]))
        .collect();
    let columns = ctx.send_for(&in_columns, 200).await?;
    ctx.expect(&columns, columns.items() == expected, || {
        format!("`include={include}`: expected {}", Value::from(expected.clone()))
    });
    let limit = (count / 10).max(1);
    let pages = super::lists::read_pages(ctx, &call, &whole, limit).await?;
    ctx.expect(&pages.last, pages.items == whole.items(), || {
        format!("pages of {limit} contain {} of {count} items", pages.items.len())
    });
    if let Some(of_viewer) = of_viewer {
        let seen = ctx.send_for(&of_viewer, 200).await?;
        ctx.expect(&seen, seen.items() == whole.items(), || {
            "a read-only token sees a different list".to_owned()
        });
    }
    Ok(())
}

fn ids(list: &RecordedResponse) -> Vec<String> {
    list.items().iter().map(id_of).collect()
}

fn expect_disjoint(ctx: &mut Context, list: &RecordedResponse, own: &[String]) {
    let shared: Vec<String> = ids(list).into_iter().filter(|id| own.contains(id)).collect();
    ctx.expect(list, shared.is_empty(), || {
        format!("the list contains unknown resources: {}", joined(&shared))
    });
}

fn joined(ids: &[String]) -> String {
    if ids.is_empty() {
        "none".to_owned()
    } else {
        ids.join(", ")
    }
}
