//! Authorisation: the permissions of each role, and the data that is hidden from unauthorised clients.
//!
//! Requests for another account's resources are in the table `appkeep_contract::invalid_requests`.

use std::time::Duration;

use appkeep_core::actor::{AccountScope, Role};
use appkeep_openapi::Operation;
use appkeep_server::RandomIds;
use appkeep_server::admin::tokens::{self, ExposeSecret, NewToken};
use appkeep_tests::{TestClock, TestRequest, TestResponse, operations};
use chrono::DateTime;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};

use crate::fixture::{Fixture, UNKNOWN};

const ROLES: [&str; 4] = ["viewer", "member", "admin", "owner"];

/// Returns the same request for the other account's resources.
fn at_other(fixture: &Fixture, own: &TestRequest) -> TestRequest {
    let mut foreign = own.clone();
    foreign.account = fixture.server.account("other").to_string();
    foreign.app = fixture.foreign_app.to_string();
    let snap = foreign.has("appSnap_id");
    foreign.resource.clone_from(if snap {
        &fixture.foreign_snap
    } else {
        &fixture.foreign_backup
    });
    if matches!(
        foreign.operation.id.as_str(),
        "app_update" | "app_restore_create_for_app"
    ) {
        foreign.member("backupID", json!(fixture.foreign_backup));
    }
    foreign
}

/// Every operation of the document, requested by every role of `acme`, of both accounts, and of all accounts: for `acme`,
/// for `other`, and for an account that doesn't exist. The DELETEs and the restore conflict.
#[tokio::test]
async fn responses_match_the_permission_table() {
    let fixture = Fixture::start().await;
    let mut table = vec![
        "| | | token for acme | | | for both | | | for all | | |".to_owned(),
        "|---|---|---|---|---|---|---|---|---|---|---|".to_owned(),
        "| operation | role | acme | other | unknown | acme | other | unknown | acme | other | unknown |"
            .to_owned(),
    ];
    for operation in operations() {
        for role in ROLES {
            let mut row = format!("| {} | {role} |", operation.id);
            for accounts in [&["acme"][..], &["other", "acme"], &["*"]] {
                let token = fixture.server.token(role, accounts).await;
                let own = fixture.request(&operation.id);
                let foreign = at_other(&fixture, &own);
                let mut unknown = own.clone();
                if unknown.has("account_id") {
                    unknown.id("account_id", UNKNOWN);
                }
                for mut request in [own, foreign, unknown] {
                    // No backup reads from the other account's snapshot, so it would be deleted.
                    let is_foreign = request.resource == fixture.foreign_snap;
                    if operation.id == "app_snap_delete_for_app" && is_foreign && accounts != ["acme"] {
                        row.push_str(" - |");
                        continue;
                    }
                    request.token(&token);
                    let response = request.send(&fixture.api).await;
                    assert_eq!(response.violations(&operation.id), [""; 0], "{row}");
                    row.extend([" ", &response.problem(), " |"]);
                }
            }
            table.push(row);
        }
    }
    insta::assert_snapshot!("permissions", table.join("\n"));
}

fn without_correlation(response: &TestResponse) -> Value {
    let mut body = response.json();
    body.as_object_mut().expect("a problem").remove("correlationID");
    body
}

#[tokio::test]
async fn forbidden_responses_do_not_reveal_unknown_accounts() {
    let fixture = Fixture::start().await;
    let in_account = |operation: &&Operation| fixture.request(&operation.id).has("account_id");
    for operation in operations().iter().filter(in_account) {
        let mut responses = Vec::new();
        for account in [fixture.server.account("other").to_string(), UNKNOWN.to_owned()] {
            let mut request = fixture.request(&operation.id);
            request.account = account;
            let response = request.send(&fixture.api).await;
            let headers: Vec<String> = response.headers.keys().map(ToString::to_string).collect();
            responses.push((response.status, headers, without_correlation(&response)));
        }
        assert_eq!(responses[0].0, 403, "{}", operation.id);
        assert_eq!(responses[0], responses[1], "{}", operation.id);
    }
}

/// Values of `Authorization` made from a token, and the resulting problem.
type Odd = (&'static str, fn(&str) -> Vec<Vec<u8>>, &'static str);

fn one(value: impl Into<Vec<u8>>) -> Vec<Vec<u8>> {
    vec![value.into()]
}

const ODD: [Odd; 22] = [
    ("none", |_| Vec::new(), "401/3"),
    ("empty", |_| one(""), "401/3"),
    ("a bare scheme", |_| one("Bearer"), "401/3"),
    ("a scheme and a blank", |_| one("Bearer "), "401/3"),
    ("a bare token", |token| one(token), "401/3"),
    ("another scheme", |token| one(format!("Basic {token}")), "401/3"),
    (
        "the name of the reference",
        |token| one(format!("Token {token}")),
        "401/3",
    ),
    (
        "a tab between them",
        |token| one(format!("Bearer\t{token}")),
        "401/3",
    ),
    (
        "a colon between them",
        |token| one(format!("Bearer: {token}")),
        "401/3",
    ),
    ("broken bytes", |_| one(b"Bearer \xff\xfe".to_vec()), "401/3"),
    (
        "good and good",
        |token| vec![format!("Bearer {token}").into(), format!("Bearer {token}").into()],
        "401/3",
    ),
    (
        "good and bad",
        |token| vec![format!("Bearer {token}").into(), "Bearer x".into()],
        "401/3",
    ),
    (
        "bad and good",
        |token| vec!["Bearer x".into(), format!("Bearer {token}").into()],
        "401/3",
    ),
    (
        "another scheme and good",
        |token| vec!["Basic eDp5".into(), format!("Bearer {token}").into()],
        "401/3",
    ),
    ("unknown", |_| one("Bearer appkeep_0000"), "401/4"),
    ("a letter more", |token| one(format!("Bearer {token}0")), "401/4"),
    (
        "a letter less",
        |token| one(format!("Bearer {}", &token[..token.len() - 1])),
        "401/4",
    ),
    (
        "in upper case",
        |token| one(format!("Bearer {}", token.to_uppercase())),
        "401/4",
    ),
    (
        "without its prefix",
        |token| one(format!("Bearer {}", token.trim_start_matches("appkeep_"))),
        "401/4",
    ),
    ("in quotes", |token| one(format!("Bearer \"{token}\"")), "401/4"),
    (
        "twice in one",
        |token| one(format!("Bearer {token}, Bearer {token}")),
        "401/4",
    ),
    (
        "a very long one",
        |_| one(format!("Bearer {}", "x".repeat(8_000))),
        "401/4",
    ),
];

#[tokio::test]
async fn invalid_authorization_headers_are_challenged() {
    let fixture = Fixture::start().await;
    for (what, make, says) in ODD {
        let mut request = fixture.api.request(http::Method::GET, &fixture.api.backups());
        for value in make(fixture.api.token()) {
            request = request.header(AUTHORIZATION, value.as_slice());
        }
        let response = fixture.api.send(request).await;
        assert_eq!(response.problem(), says, "{what}");
        assert_eq!(response.violations("app_backup_list_all"), [""; 0], "{what}");
        let challenge = match says {
            "401/3" => r#"Bearer realm="appkeep""#,
            _ => r#"Bearer realm="appkeep", error="invalid_token""#,
        };
        assert_eq!(response.header("www-authenticate"), challenge, "{what}");
    }
}

#[tokio::test]
async fn only_requests_without_a_valid_token_are_challenged() {
    let fixture = Fixture::start().await;
    for operation in operations() {
        for (token, says) in [(None, "401/3"), (Some("appkeep_unknown"), "401/4")] {
            let mut request = fixture.request(&operation.id);
            request.authorization = token.map(|token| format!("Bearer {token}").into_bytes());
            let response = request.send(&fixture.api).await;
            assert_eq!(response.problem(), says, "{}", operation.id);
            assert!(
                response.header("www-authenticate").starts_with("Bearer "),
                "{}",
                operation.id
            );
            assert_eq!(response.violations(&operation.id), [""; 0]);
        }
        let mut request = fixture.request(&operation.id);
        request.token(&fixture.foreigner);
        assert_eq!(
            request.send(&fixture.api).await.header("www-authenticate"),
            "",
            "{}",
            operation.id
        );
    }
}

#[tokio::test]
async fn the_bearer_scheme_is_case_insensitive() {
    let fixture = Fixture::start().await;
    for scheme in ["Bearer", "bearer", "BEARER", "Bearer   "] {
        let mut request = fixture.request("app_backup_list_all");
        request.authorization = Some(format!("{scheme} {}", fixture.api.token()).into_bytes());
        assert_eq!(request.send(&fixture.api).await.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn tokens_are_valid_until_they_expire() {
    let fixture = Fixture::start().await;
    let store = fixture.server.server().store();
    // The server's clock begins at 2026-01-01.
    let ends_at = DateTime::from_timestamp(1_767_225_600 + 86_400, 0).expect("a time");
    let wanted = NewToken {
        name: "brief".to_owned(),
        role: Role::Member,
        scope: AccountScope::These(vec![fixture.server.account("acme").into()]),
        expires_at: Some(ends_at),
    };
    let clock = TestClock::stepping();
    let made = tokens::create(store.as_ref(), &clock, &RandomIds, wanted)
        .await
        .expect("a token");
    for (passed, says) in [(0, "200/-"), (86_000, "200/-"), (400, "401/4")] {
        fixture.server.clock().advance(Duration::from_secs(passed));
        for operation in [
            "app_backup_list_all",
            "app_backup_list_for_app",
            "app_backup_fetch",
        ] {
            let mut request = fixture.request(operation);
            request.token(made.expose_secret());
            assert_eq!(request.send(&fixture.api).await.problem(), says, "{operation}");
        }
    }
}
