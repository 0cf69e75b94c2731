//! Control by requests, for programs in other languages.

use appkeep_server::testing::{Account, App, TestServer};
use serde_json::{Value, json};

use super::Fixture;

/// Sends a control request, and returns status and body.
async fn control(server: &TestServer, method: &str, target: &str, body: Value) -> (u16, Value) {
    let url = format!("{}/test/{target}", server.url());
    let method = method.parse().expect("a method");
    let request = reqwest::Client::new().request(method, url).json(&body);
    let response = request.send().await.expect("a response");
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

#[tokio::test]
async fn requests_control_the_server() {
    let shop = App::new("shop").volume("data", [("greeting.txt", "hello\n")]);
    let account = Account::new("acme").app(shop).bucket("local");
    let server = TestServer::builder()
        .account(account)
        .with_control()
        .start()
        .await;
    let fixture = Fixture::of(server).await;
    let server = &fixture.server;
    let done = async |method, target, body| {
        assert_eq!(control(server, method, target, body).await, (204, Value::Null));
    };

    done("POST", "jobs", json!({ "hold": "running" })).await;
    let id = fixture.create("held").await.id;
    let (_, state) = control(server, "GET", "state", Value::Null).await;
    assert_eq!(state["held"], json!({ id.to_string(): "running" }));
    assert_eq!(state["backups"][0]["state"], "running");
    done("POST", "jobs", json!({ "advance": id })).await;
    assert_eq!(fixture.backup_state(&id).await.to_string(), "completed");
    done("POST", "jobs", json!("release")).await;
    done("POST", "jobs", json!({ "failNextBackup": "no reason" })).await;
    let id = fixture.create("failed").await.id;
    assert_eq!(
        fixture.fetch(&id).await.state_unready,
        Some(vec!["no reason".to_owned()])
    );

    let fault = json!({ "effect": { "respond": { "status": 503 } }, "operation": "account_list" });
    done("POST", "faults", fault).await;
    let list = async || fixture.client.account_list(None, None, None).await;
    assert_eq!(list().await.unwrap_err().status().unwrap(), 503);
    done("DELETE", "faults", Value::Null).await;
    list().await.unwrap();

    done("POST", "clock", json!({ "advanceSeconds": 3600 })).await;
    let (_, state) = control(server, "GET", "state", Value::Null).await;
    assert!(
        state["time"].as_str().unwrap().starts_with("2026-01-01T01:00:"),
        "{state}"
    );
    done("POST", "reset", Value::Null).await;
    let (_, state) = control(server, "GET", "state", Value::Null).await;
    assert_eq!(state["backups"], json!([]));
}

#[tokio::test]
async fn invalid_control_requests_are_refused() {
    let fixture = Fixture::of(
        TestServer::builder()
            .account(Account::new("acme").app(App::new("shop")).bucket("local"))
            .with_control()
            .start()
            .await,
    )
    .await;
    for (method, target, body, expected) in [
        (
            "POST",
            "jobs",
            json!({ "hold": "never" }),
            "unknown variant `never`",
        ),
        (
            "POST",
            "jobs",
            json!({ "advance": fixture.app }),
            "is not held in a state",
        ),
        (
            "POST",
            "faults",
            json!({ "effect": "explode" }),
            "unknown variant `explode`",
        ),
        (
            "POST",
            "clock",
            json!({ "advance": 1 }),
            "unknown field `advance`",
        ),
        ("GET", "clock", Value::Null, "expected GET state, POST reset"),
    ] {
        let (status, problem) = control(&fixture.server, method, target, body).await;
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(status == 400 && detail.contains(expected), "{status} {detail}");
    }
}

#[tokio::test]
async fn servers_without_control_have_no_control_requests() {
    let fixture = Fixture::start().await;
    let (status, _) = control(&fixture.server, "GET", "state", Value::Null).await;
    assert_eq!(status, 404);
}
