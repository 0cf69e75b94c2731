//! Stories of what is declared.

use serde_json::{Value, json};

use super::super::canned::{Reply, Request};
use super::super::declared::{Role, accounts, apps, buckets, schedules};
use super::super::shelf::{APPS, OPERATOR_TOKEN, OTHER, OTHER_TOKEN, VIEWER_TOKEN};
use super::super::{ACCOUNT, APP};
use super::{all_told, with};

/// A list with these items.
fn of(reply: Reply, items: Vec<Value>) -> Reply {
    let reply = with(reply, "/metadata/count", json!(items.len()));
    with(reply, "/items", items.into())
}

fn is_by(request: &Request, token: &str) -> bool {
    request.authorization.ends_with(token)
}

#[tokio::test]
async fn accounts_are_those_of_the_token() {
    let said = all_told(
        &["account-listed"],
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("everybody sees all", |shelf, request| {
                of(shelf.answer(request), accounts(Role::Operator))
            }),
            ("nobody sees any", |shelf, request| {
                of(shelf.answer(request), Vec::new())
            }),
            ("the other one sees mine", |shelf, request| {
                shelf.answer(request).when(is_by(request, OTHER_TOKEN), |reply| {
                    of(reply, accounts(Role::Member(ACCOUNT)))
                })
            }),
            ("a viewer is called a member", |shelf, request| {
                shelf.answer(request).when(is_by(request, VIEWER_TOKEN), |reply| {
                    of(reply, accounts(Role::Member(ACCOUNT)))
                })
            }),
            ("the operator sees one of both", |shelf, request| {
                shelf
                    .answer(request)
                    .when(is_by(request, OPERATOR_TOKEN), |reply| {
                        of(reply, accounts(Role::Member(OTHER)))
                    })
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn a_backup_is_in_the_default_bucket_and_buckets_are_ones_own() {
    let said = all_told(
        &["backup-without-name", "bucket-listed"],
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("none is the default", |shelf, request| {
                let reply = shelf.answer(request);
                if is_by(request, OTHER_TOKEN) {
                    reply
                } else {
                    with(reply, "/items/0/isDefault", json!(false))
                }
            }),
            ("two are the default", |shelf, request| {
                with(shelf.answer(request), "/items/1/isDefault", json!(true))
            }),
            ("the other one sees mine", |shelf, request| {
                shelf
                    .answer(request)
                    .when(is_by(request, OTHER_TOKEN), |reply| of(reply, buckets(ACCOUNT)))
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn schedules_are_those_of_their_app() {
    let said = all_told(
        &["schedule-listed"],
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("one is of another app", |shelf, request| {
                with(shelf.answer(request), "/items/0/appID", json!(APPS[1].1))
            }),
            ("another app has the same", |shelf, request| {
                of(shelf.answer(request), schedules(&APP.to_string()))
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn an_app_is_listed_as_it_is_fetched() {
    let said = all_told(
        &["app-listed"],
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("the fetch has another name", |shelf, request| {
                with(shelf.answer(request), "/name", json!("another"))
            }),
            ("the list lacks it", |shelf, request| {
                of(shelf.answer(request), apps(OTHER))
            }),
            ("the list has it twice", |shelf, request| {
                of(shelf.answer(request), [apps(ACCOUNT), apps(ACCOUNT)].concat())
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn a_list_is_the_same_in_every_form() {
    let said = all_told(
        &["declared-list app_list"],
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("the count is wrong", |shelf, request| {
                with(shelf.answer(request), "/metadata/count", json!(7))
            }),
            ("all come twice", |shelf, request| {
                of(shelf.answer(request), [apps(ACCOUNT), apps(ACCOUNT)].concat())
            }),
            ("columns are swapped", |shelf, request| {
                let reply = shelf.answer(request);
                let swapped = json!([["app-5", APPS[2].1], ["app-4", APPS[1].1], ["app-2", APP]]);
                if request.query.contains("include") {
                    with(reply, "/items", swapped)
                } else {
                    reply
                }
            }),
            ("there is one page", |shelf, request| {
                let mut body = shelf.answer(request).body();
                body["metadata"]
                    .as_object_mut()
                    .and_then(|members| members.shift_remove("continue"));
                Reply::json(200, &body)
            }),
            ("all pages are the first", |shelf, request| {
                let reply = shelf.answer(request);
                if request.query.contains("continue") {
                    let mut body = of(reply, apps(ACCOUNT)[..1].to_vec()).body();
                    body["metadata"]["continue"] = json!("0".repeat(48));
                    return Reply::json(200, &body);
                }
                reply
            }),
            ("a viewer sees less", |shelf, request| {
                shelf
                    .answer(request)
                    .when(is_by(request, VIEWER_TOKEN), |reply| of(reply, apps(OTHER)))
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}
