//! Stories of lists.

use serde_json::json;

use super::{all_told, endless, with};

#[tokio::test]
async fn a_walk_in_pages() {
    let steps = [
        "backup-create",
        "backup-without-name",
        "list-pages app_backup_list_for_app",
    ];
    let said = all_told(
        &steps,
        &[
            ("honest", |shelf, request| shelf.answer(request)),
            ("the walk has no end", endless),
            ("empty pages", |shelf, request| {
                shelf
                    .answer(request)
                    .when(request.query.contains("limit"), |reply| {
                        with(reply, "/items", json!([]))
                    })
            }),
            ("the last page comes twice", |shelf, request| {
                let reply = shelf.answer(request);
                let item = reply.body()["items"][0].clone();
                let more = request.query.contains("continue");
                if more {
                    with(reply, "/items", json!([item, item]))
                } else {
                    reply
                }
            }),
        ],
    )
    .await;
    insta::assert_snapshot!(said);
}
