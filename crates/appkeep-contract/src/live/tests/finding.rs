//! Finding an account and an app to work on.

use serde_json::{Value, json};
use uuid::Uuid;

use super::fake::{FakeServer, OPERATOR_TOKEN, OTHER};
use super::serve;
use super::{ACCOUNT, TOKEN, problem};
use crate::live::{LiveError, find_account, find_app};
use crate::testing::{Listener, Request, Response};

async fn account_of(
    token: &str,
    respond: impl Fn(&Request) -> Response + Send + Sync + 'static,
) -> Result<String, String> {
    let server = serve(respond).await;
    without_url(&server, find_account(&server.url(), token, None).await)
}

async fn app_of(respond: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Result<String, String> {
    let server = serve(respond).await;
    without_url(&server, find_app(&server.url(), TOKEN, ACCOUNT, None).await)
}

fn without_url(server: &Listener, app_of: Result<Uuid, LiveError>) -> Result<String, String> {
    let url = server.url();
    app_of
        .map(|id| id.to_string())
        .map_err(|error| error.to_string().replace(&url, "http://server"))
}

#[tokio::test]
async fn the_first_app_of_the_list_is_used() {
    let fake = FakeServer::default();
    let id = app_of(move |request| fake.respond(request)).await.unwrap();
    assert_eq!(id, "a9900000-0000-4000-8000-000000000005");
}

#[tokio::test]
async fn missing_results_have_a_reason() {
    for (respond, why) in [
        (problem(403, 11), "the list of apps returned 403 t d"),
        (Response::empty(404), "the list of apps returned 404"),
        (
            Response::of_json(200, &json!({"items": []})),
            "the list contains no app that is ready",
        ),
        (
            Response::of_json(200, &Value::Null),
            "the list contains no app that is ready",
        ),
    ] {
        let error = app_of(move |_| respond.clone()).await.unwrap_err();
        assert!(
            error.contains("http://server") && error.contains(&ACCOUNT.to_string()),
            "{error}"
        );
        assert!(error.ends_with(why), "{error}");
    }
}

#[tokio::test]
async fn the_account_of_the_token_is_used() {
    let respond = |token| {
        let fake = FakeServer::default();
        account_of(token, move |request| fake.respond(request))
    };
    assert_eq!(respond(TOKEN).await.unwrap(), ACCOUNT.to_string());
    assert_eq!(
        respond(OPERATOR_TOKEN).await.unwrap_err(),
        format!(
            "failed to find the account at http://server: the token can access several accounts: {OTHER}, {ACCOUNT}"
        )
    );
    let refused = account_of(TOKEN, |_| problem(401, 4)).await.unwrap_err();
    assert_eq!(
        refused,
        "failed to find the account at http://server: the list of accounts returned 401 t d"
    );
}
