//! Finding an app to work on.

use serde_json::{Value, json};

use super::canned::{Canned, Reply, Request};
use super::shelf::Shelf;
use super::{ACCOUNT, TOKEN, problem};
use crate::live::find_app;

async fn found(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Result<String, String> {
    let server = Canned::start(answer).await;
    let found = find_app(&server.url(), TOKEN, ACCOUNT, None).await;
    let url = server.url();
    found
        .map(|id| id.to_string())
        .map_err(|error| error.to_string().replace(&url, "http://server"))
}

#[tokio::test]
async fn the_first_app_of_the_list_is_taken() {
    let shelf = Shelf::default();
    let id = found(move |request| shelf.answer(request)).await.unwrap();
    assert_eq!(id, "a9900000-0000-4000-8000-000000000005");
}

#[tokio::test]
async fn why_there_is_none_is_said() {
    for (answer, why) in [
        (problem(403, 11), "the list of apps was answered with 403 t d"),
        (Reply::empty(404), "the list of apps was answered with 404"),
        (
            Reply::json(200, &json!({"items": []})),
            "the list names no app that is ready",
        ),
        (
            Reply::json(200, &Value::Null),
            "the list names no app that is ready",
        ),
    ] {
        let said = found(move |_| answer.clone()).await.unwrap_err();
        assert!(
            said.contains("http://server") && said.contains(&ACCOUNT.to_string()),
            "{said}"
        );
        assert!(said.ends_with(why), "{said}");
    }
}
