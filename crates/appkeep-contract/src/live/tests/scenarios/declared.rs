//! Scenarios of resources that the operator declares.

use serde_json::{Value, json};

use super::super::fake::declared::{Role, accounts, apps, buckets, schedules};
use super::super::fake::{APPS, FakeServer, OPERATOR_TOKEN, OTHER, OTHER_TOKEN, VIEWER_TOKEN};
use super::super::{ACCOUNT, APP};
use super::{Variant, results, with};
use crate::testing::{Request, Response};

/// A list with these items.
fn of(response: Response, items: Vec<Value>) -> Response {
    let response = with(response, "/metadata/count", json!(items.len()));
    with(response, "/items", items.into())
}

/// The response of the fake server, with other items for one token.
fn for_token(fake: &FakeServer, request: &Request, token: &str, items: Vec<Value>) -> Response {
    let response = fake.respond(request);
    response.when(is_by(request, token), |response| of(response, items))
}

fn is_by(request: &Request, token: &str) -> bool {
    request.authorization().ends_with(token)
}

#[tokio::test]
async fn listed_accounts_are_those_of_the_token() {
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("every token sees all accounts", |fake, request| {
            of(fake.respond(request), accounts(Role::Operator))
        }),
        ("the list is empty for every token", |fake, request| {
            of(fake.respond(request), Vec::new())
        }),
        ("the other account's token sees the same", |fake, request| {
            for_token(fake, request, OTHER_TOKEN, accounts(Role::Member(ACCOUNT)))
        }),
        ("a read-only token has the role member", |fake, request| {
            for_token(fake, request, VIEWER_TOKEN, accounts(Role::Member(ACCOUNT)))
        }),
        ("a token of all accounts sees only one", |fake, request| {
            for_token(fake, request, OPERATOR_TOKEN, accounts(Role::Member(OTHER)))
        }),
    ];
    insta::assert_snapshot!(results("account-listed", variants).await);
}

#[tokio::test]
async fn backups_use_the_default_bucket_of_their_own_account() {
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("no default bucket", |fake, request| {
            let response = fake.respond(request);
            if is_by(request, OTHER_TOKEN) {
                response
            } else {
                with(response, "/items/0/isDefault", json!(false))
            }
        }),
        ("two default buckets", |fake, request| {
            with(fake.respond(request), "/items/1/isDefault", json!(true))
        }),
        ("the other account's token sees the same", |fake, request| {
            for_token(fake, request, OTHER_TOKEN, buckets(&ACCOUNT.to_string()))
        }),
    ];
    insta::assert_snapshot!(results("backup-without-name, bucket-listed", variants).await);
}

#[tokio::test]
async fn listed_schedules_are_those_of_the_app() {
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("a schedule of another app is listed", |fake, request| {
            with(fake.respond(request), "/items/0/appID", json!(APPS[1].1))
        }),
        ("another app has the same schedules", |fake, request| {
            of(fake.respond(request), schedules(&APP.to_string()))
        }),
    ];
    insta::assert_snapshot!(results("schedule-listed", variants).await);
}

#[tokio::test]
async fn listed_apps_equal_fetched_ones() {
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("the fetch has another name", |fake, request| {
            with(fake.respond(request), "/name", json!("another"))
        }),
        ("the list lacks the app", |fake, request| {
            of(fake.respond(request), apps(&OTHER.to_string()))
        }),
        ("the list contains the app twice", |fake, request| {
            let apps = apps(&ACCOUNT.to_string());
            of(fake.respond(request), [apps.clone(), apps].concat())
        }),
    ];
    insta::assert_snapshot!(results("app-listed", variants).await);
}

#[tokio::test]
async fn lists_are_equal_in_every_form() {
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("the count is wrong", |fake, request| {
            with(fake.respond(request), "/metadata/count", json!(7))
        }),
        ("all items are repeated", |fake, request| {
            let apps = apps(&ACCOUNT.to_string());
            of(fake.respond(request), [apps.clone(), apps].concat())
        }),
        ("columns are swapped", |fake, request| {
            let response = fake.respond(request);
            let swapped = json!([["app-5", APPS[2].1], ["app-4", APPS[1].1], ["app-2", APP]]);
            if request.parameter("include").is_some() {
                with(response, "/items", swapped)
            } else {
                response
            }
        }),
        ("only the first page is returned", |fake, request| {
            let mut response = fake.respond(request);
            response.change(|body| {
                let metadata = body["metadata"].as_object_mut();
                metadata.and_then(|members| members.shift_remove("continue"));
            });
            response
        }),
        ("every page is the first one", |fake, request| {
            let mut response = fake.respond(request);
            if request.parameter("continue").is_some() {
                response = of(response, apps(&ACCOUNT.to_string())[..1].to_vec());
                response.change(|body| body["metadata"]["continue"] = json!("0".repeat(48)));
            }
            response
        }),
        ("a read-only token sees less", |fake, request| {
            for_token(fake, request, VIEWER_TOKEN, apps(&OTHER.to_string()))
        }),
    ];
    insta::assert_snapshot!(results("declared-list app_list", variants).await);
}
