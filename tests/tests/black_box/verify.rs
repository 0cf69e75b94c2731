//! The judge: what it says about our own server, and whether it notices when something is wrong.

mod liar;

use std::collections::{BTreeMap, BTreeSet};

use appkeep_client::Uuid;
use appkeep_contract::Document;
use appkeep_contract::live::{self, CheckOutcome, Foreign, Idle, LiveReport, Options, Target};
use appkeep_contract::report::{live_text, static_text};
use appkeep_contract::statics::{self, DROPSHOT};
use appkeep_tests::{Builder, TestServer};
use serde_json::{Value, json};

use self::liar::{Lie, Said};

#[test]
fn the_servers_own_document_keeps_the_contract_with_these_allowances() {
    let contract = Document::authored().unwrap();
    let own = Document::from_value("the server's own document", appkeep_server::openapi().unwrap()).unwrap();
    let report = statics::verify(&contract, &own, DROPSHOT);
    assert!(
        report.findings.is_empty() && report.stale.is_empty(),
        "{}",
        static_text(&report)
    );
    assert_eq!(report.operations, contract.operations().len());

    let used = report.allowed.iter();
    let used = used.map(|allowed| {
        format!(
            "{} × {}: {}",
            allowed.code.as_str(),
            allowed.count,
            allowed.reason
        )
    });
    insta::assert_snapshot!("allowances", used.collect::<Vec<_>>().join("\n"));
}

/// A working server, and one whose jobs never start.
struct Judged {
    working: TestServer,
    idle: TestServer,
}

impl Judged {
    async fn start() -> Self {
        Self {
            working: TestServer::start().await,
            idle: Builder::new().workers(0).start().await,
        }
    }

    /// Everything that the judge can make use of.
    async fn target(&self) -> Target {
        let Self { working, idle } = self;
        Target {
            url: format!("http://{}", working.address()),
            token: working.token("member", &["acme"]).await,
            account: working.account("acme"),
            app: working.app("acme", "shop"),
            viewer_token: Some(working.token("viewer", &["acme"]).await),
            foreign: Some(Foreign {
                account: working.account("other"),
                token: working.token("member", &["other"]).await,
                app: working.app("other", "shop"),
            }),
            operator_token: Some(working.token("owner", &["*"]).await),
            idle: Some(Box::new(Idle {
                url: format!("http://{}", idle.address()),
                token: idle.token("member", &["acme"]).await,
                account: idle.account("acme"),
                app: idle.app("acme", "shop"),
            })),
            ca: None,
        }
    }
}

async fn judge(target: &Target) -> LiveReport {
    live::run(target, &Options::new(Uuid::from_u128(0x5eed)))
        .await
        .expect("something to judge")
}

#[tokio::test]
async fn a_running_server_keeps_the_contract_as_far_as_was_looked() {
    let judged = Judged::start().await;
    let report = judge(&judged.target().await).await;
    assert_eq!(report.findings().count(), 0, "{}", live_text(&report));
    insta::assert_snapshot!("coverage", report.coverage.table());
    insta::assert_snapshot!("coverage_of_companions", report.coverage.companion_table());
    insta::assert_snapshot!("checks", made(&report));
}

/// How often each check was made, by code, and how many that are; what was left out is named with the reason.
fn made(report: &LiveReport) -> String {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let mut lines = Vec::new();
    for check in &report.checks {
        match &check.outcome {
            CheckOutcome::LeftOut { reason } => lines.push(format!("left out: {}: {reason}", check.code)),
            CheckOutcome::Held | CheckOutcome::Violated => *times.entry(&check.code).or_default() += 1,
        }
    }
    lines.push(format!("{} checks", times.values().sum::<usize>()));
    lines.extend(times.iter().map(|(code, times)| format!("{code} × {times}")));
    lines.join("\n")
}

/// The codes of what is found in a server that is right but for `lie`.
async fn found(lie: Lie) -> String {
    let judged = Judged::start().await;
    let target = Target {
        url: liar::start(judged.working.address(), lie).await,
        ..judged.target().await
    };
    let report = judge(&target).await;
    let codes: BTreeSet<&str> = report.findings().map(|finding| finding.code.as_str()).collect();
    codes.into_iter().collect::<Vec<_>>().join(", ")
}

// What follows shows that the judge has teeth: each server has one fault, and the codes name it.

#[tokio::test]
async fn a_proxy_that_changes_nothing_is_as_good_as_the_server() {
    insta::assert_snapshot!(found(|_| ()).await, @"");
}

#[tokio::test]
async fn a_problem_in_the_wrong_media_type_is_found() {
    let lie = |said: &mut Said| {
        for (_, value) in &mut said.headers {
            *value = value.replace("application/problem+json", "application/json");
        }
    };
    insta::assert_snapshot!(found(lie).await, @"media-type-undeclared");
}

#[tokio::test]
async fn a_member_that_the_contract_does_not_know_is_found() {
    let lie = |said: &mut Said| {
        said.change(|body| {
            let items = body.get("items").and_then(Value::as_array).map_or(0, Vec::len);
            let places = (0..items)
                .map(|index| format!("/items/{index}"))
                .chain([String::new()]);
            for place in places {
                match body.pointer_mut(&place) {
                    Some(Value::Object(resource)) if resource.contains_key("bucketID") => {
                        resource.insert("surprise".to_owned(), json!(1));
                    }
                    _ => {}
                }
            }
        });
    };
    insta::assert_snapshot!(found(lie).await, @"body-schema");
}

#[tokio::test]
async fn a_wrong_success_is_found() {
    let lie = |said: &mut Said| {
        let is_snapshot = String::from_utf8_lossy(&said.body).contains("\"application/astra-appSnap\"");
        if said.status == 201 && is_snapshot {
            said.status = 200;
        }
    };
    insta::assert_snapshot!(found(lie).await, @"snapshot-create, snapshot-without-name, status-undocumented");
}

#[tokio::test]
async fn a_missing_challenge_is_found() {
    let lie = |said: &mut Said| said.headers.retain(|(name, _)| name != "www-authenticate");
    insta::assert_snapshot!(found(lie).await, @"header-missing");
}

#[tokio::test]
async fn a_problem_with_the_wrong_number_is_found() {
    let lie = |said: &mut Said| {
        said.change(|body| {
            if body["type"] == "https://astra.netapp.io/problems/3" {
                body["type"] = json!("https://astra.netapp.io/problems/4");
            }
        });
    };
    insta::assert_snapshot!(found(lie).await, @"order-token-before-account, token-missing");
}

#[tokio::test]
async fn a_list_that_counts_wrong_is_found() {
    let lie = |said: &mut Said| {
        said.change(|body| {
            if let Some(count) = body.pointer_mut("/metadata/count") {
                *count = json!(count.as_u64().map(|count| count + 1));
            }
        });
    };
    insta::assert_snapshot!(found(lie).await, @"list, list-columns, list-pages");
}
