//! Scenarios of lists.

use serde_json::json;

use super::{Variant, endless, results, with};

#[tokio::test]
async fn paging_while_resources_change() {
    let steps = "backup-create, backup-without-name, list-pages app_backup_list_for_app";
    let variants: &[Variant] = &[
        ("conforming server", |fake, request| fake.respond(request)),
        ("pages never end", endless),
        ("empty pages", |fake, request| {
            fake.respond(request)
                .when(request.parameter("limit").is_some(), |response| {
                    with(response, "/items", json!([]))
                })
        }),
        ("the last item is repeated", |fake, request| {
            let response = fake.respond(request);
            let item = response.json()["items"][0].clone();
            let more = request.parameter("continue").is_some();
            if more {
                with(response, "/items", json!([item, item]))
            } else {
                response
            }
        }),
    ];
    insta::assert_snapshot!(results(steps, variants).await);
}
