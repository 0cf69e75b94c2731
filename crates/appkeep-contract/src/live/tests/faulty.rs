//! Faulty servers whose responses have nothing to do with the requests: a run ends with findings.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{backup, codes, known, list, options, problem, serve};
use crate::live::{LiveReport, run};
use crate::testing::{Request, Response};
use appkeep_openapi::Outcome;

async fn report_on(respond: fn(&Request) -> Response) -> LiveReport {
    let server = serve(respond).await;
    run(&known(&server), &options()).await.unwrap()
}

/// Accepts everything, and always returns the same backup.
fn accepts_everything(request: &Request) -> Response {
    match request.method.as_str() {
        "POST" => Response::of_json(201, &backup("completed")),
        "PUT" | "DELETE" => Response::of_json(204, &Value::Null),
        _ if request.path.ends_with('s') => list(&[backup("completed")]),
        _ => Response::of_json(200, &backup("completed")),
    }
}

/// Refuses everything except lists of backups.
fn refuses_everything(request: &Request) -> Response {
    if request.path.ends_with("/appBackups") && request.method == "GET" {
        list(&[])
    } else {
        problem(400, 5)
    }
}

/// Returns JSON without a documented form.
fn returns_unrelated_json(request: &Request) -> Response {
    if request.path.ends_with("/appBackups") && request.method == "GET" {
        Response::of_json(200, &json!({"items": [7, {"id": 7}, null], "metadata": []}))
    } else {
        Response::of_json(200, &json!("yes"))
    }
}

const SERVERS: [fn(&Request) -> Response; 3] =
    [accepts_everything, refuses_everything, returns_unrelated_json];

/// The codes of all findings on these servers.
pub(super) async fn found_codes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for respond in SERVERS {
        found.extend(codes(&report_on(respond).await));
    }
    found
}

#[tokio::test]
async fn faulty_servers_violate_the_contract() {
    for respond in SERVERS {
        let report = report_on(respond).await;
        assert_eq!(report.outcome(), Outcome::Violated);
        let (_, violated, _) = report.counts();
        assert!(violated > 100, "{violated} of {}", report.checks.len());
    }
}
