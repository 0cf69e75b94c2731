//! Requests that fail, and documented examples instead of responses.

use std::time::{Duration, Instant};

use appkeep_openapi::ParameterLocation;
use appkeep_server::testing::{Fault, TestServer};
use appkeep_tests::operations;
use serde_json::{Value, json};

use super::Fixture;

const DELAY: Duration = Duration::from_millis(30);

#[tokio::test]
async fn the_next_requests_get_the_given_problems() {
    let fixture = Fixture::start().await;
    let problem = json!({ "type": "about:blank", "title": "Out of order", "status": "503" });
    fixture.server.respond_next(503, problem);
    let overloaded = Fault::status(429).header("Retry-After", "7").times(1);
    fixture.server.faults().add(overloaded);
    let list = async || fixture.client.account_list(None, None, None).await;
    let error = list().await.unwrap_err();
    assert_eq!(error.problem().unwrap().title.as_str(), "Out of order");
    let error = list().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    list().await.unwrap();
}

#[tokio::test]
async fn a_fault_affects_its_operation_only() {
    let fixture = Fixture::start().await;
    fixture.server.faults().add(Fault::status(500).on("app_list"));
    let client = &fixture.client;
    client.account_list(None, None, None).await.unwrap();
    for _ in 0..3 {
        let error = client
            .app_list(fixture.account, None, None, None)
            .await
            .unwrap_err();
        assert_eq!(error.status().unwrap(), 500);
    }
    fixture.server.faults().clear();
    client.app_list(fixture.account, None, None, None).await.unwrap();
}

#[tokio::test]
async fn connections_break_and_responses_are_late() {
    let fixture = Fixture::start().await;
    let faults = fixture.server.faults();
    for fault in [Fault::reset(), Fault::truncate()] {
        faults.add(fault.times(1));
        let error = fixture.client.account_list(None, None, None).await.unwrap_err();
        assert!(error.is_transient(), "{error}");
    }
    faults.add(Fault::delay(DELAY).times(1));
    let begin = Instant::now();
    fixture.client.account_list(None, None, None).await.unwrap();
    assert!(begin.elapsed() >= DELAY);
}

#[tokio::test]
async fn the_seed_determines_which_requests_fail() {
    let failures = async |seed| {
        let fixture = Fixture::of(usual().seed(seed).start().await).await;
        fixture.server.faults().add(Fault::status(503).probability(0.5));
        let mut failures = Vec::new();
        for _ in 0..32 {
            failures.push(fixture.client.account_list(None, None, None).await.is_err());
        }
        failures
    };
    let first = failures(1).await;
    assert_eq!(first, failures(1).await);
    assert_ne!(first, failures(2).await);
}

fn usual() -> appkeep_server::testing::Builder {
    let account = appkeep_server::testing::Account::new("acme")
        .app(appkeep_server::testing::App::new("shop"))
        .bucket("local");
    TestServer::builder().account(account)
}

#[tokio::test]
async fn a_preferred_example_replaces_the_response() {
    let fixture = Fixture::start().await;
    let url = format!(
        "{}/accounts/{}/topology/v1/appBackups/{}",
        fixture.server.url(),
        fixture.account,
        fixture.app
    );
    let request = reqwest::Client::new().delete(url).header("Prefer", "code=409");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 409);
    assert_eq!(response.headers()["appkeep-test-mode"], "true");
    let applied = response.headers()["preference-applied"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(applied.starts_with("code=409, example="), "{applied}");
    assert_eq!(response.json::<Value>().await.unwrap()["status"], "409");
}

#[tokio::test]
async fn documented_example_requests_get_the_documented_responses() {
    let server = usual().with_documented_examples().start().await;
    let contract = appkeep_contract::authored::document().unwrap();
    let http = reqwest::Client::new();
    let mut count = 0;
    for operation in contract.operations() {
        let mut path = operation.path.clone();
        for parameter in operation.parameters_in(ParameterLocation::Path) {
            let (found, _) = contract.resolve(&parameter.at).unwrap();
            let example = found["example"].as_str().expect("an example");
            path = path.replace(&format!("{{{}}}", parameter.name), example);
        }
        if path == operation.path {
            continue;
        }
        let method = operation.method.parse().unwrap();
        let response = http.request(method, format!("{}{path}", server.url())).send();
        let response = response.await.unwrap();
        let status = response.status().as_u16();
        assert!(status < 300, "{} {path}: {status}", operation.method);
        let documented = operation.response(status).unwrap();
        if let Some(media_type) = documented.content.first() {
            let (found, _) = contract.resolve(&format!("{}/examples", media_type.at)).unwrap();
            let name = found.as_object().unwrap().keys().next().unwrap();
            let at = format!("{}/examples/{name}", media_type.at);
            let (example, _) = contract.resolve(&at).unwrap();
            assert_eq!(response.json::<Value>().await.unwrap(), example["value"]);
        }
        count += 1;
    }
    assert_eq!(
        count,
        operations().len() - 1,
        "all but the list of accounts, which has no parameters"
    );
}
