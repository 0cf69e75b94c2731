//! The judge: what it says about our own server, and whether it notices when something is wrong.

mod liar;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use appkeep_client::Uuid;
use appkeep_contract::Document;
use appkeep_contract::live::{
    self, Breakage, CHECKS, CHECKS_OF_STORAGE, CheckOutcome, CheckResult, Foreign, Idle, LiveReport, Options,
    StorageFault, Target,
};
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
        let url = format!("http://{}", working.address());
        let token = working.token("member", &["acme"]).await;
        let (account, app) = (working.account("acme"), working.app("acme", "shop"));
        Target {
            other_app: Some(working.app("acme", "blog")),
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
            breakage: Some(Arc::new(Switch(idle.server().storage_faults()))),
            ..Target::new(url, token, account, app)
        }
    }
}

/// Makes the storage of a server fail.
struct Switch(appkeep_server::StorageFaults);

impl Breakage for Switch {
    fn set(&self, fault: Option<StorageFault>) {
        self.0.set(fault.map(|fault| match fault {
            StorageFault::Broken => appkeep_server::StorageFault::Broken,
            StorageFault::NotDurable => appkeep_server::StorageFault::NotDurable,
            StorageFault::Unavailable => appkeep_server::StorageFault::Unavailable,
        }));
    }

    fn reason(&self) -> &str {
        appkeep_server::FAULT_REASON
    }
}

async fn judge(target: &Target) -> LiveReport {
    judge_with(target, options()).await
}

fn options() -> Options {
    Options::new(Uuid::from_u128(0x5eed))
}

async fn judge_with(target: &Target, options: Options) -> LiveReport {
    live::run(target, &options).await.expect("something to judge")
}

#[tokio::test]
async fn a_running_server_keeps_the_contract_as_far_as_was_looked() {
    let judged = Judged::start().await;
    let report = judge(&judged.target().await).await;
    assert_eq!(report.findings().count(), 0, "{}", live_text(&report));
    assert_eq!(report.coverage.counts(), (51, 0, 0), "every documented response");
    let (held, violated, _) = report.counts();
    assert_eq!(held + violated, CHECKS, "who adds a check counts it");
    let of_storage = |check: &&CheckResult| check.code.starts_with("storage-");
    assert_eq!(report.checks.iter().filter(of_storage).count(), CHECKS_OF_STORAGE);
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

#[tokio::test]
async fn what_is_left_out_is_named_and_a_run_that_lost_its_teeth_is_a_finding() {
    let judged = Judged::start().await;
    let target = Target {
        breakage: None,
        ..judged.target().await
    };
    let options = Options {
        operations: Some(BTreeSet::from(BACKUPS_OF_ONE_APP.map(str::to_owned))),
        least_checks: Some(CHECKS - CHECKS_OF_STORAGE),
        ..options()
    };
    let report = judge_with(&target, options).await;
    let found: Vec<_> = report.findings().map(|finding| finding.code.as_str()).collect();
    assert_eq!(found, ["fewer-checks"], "{}", live_text(&report));
    let asked = report
        .exchanges
        .iter()
        .map(|exchange| exchange.operation.as_str());
    assert_eq!(asked.collect::<BTreeSet<_>>(), BTreeSet::from(BACKUPS_OF_ONE_APP));
    insta::assert_snapshot!("left_out", made(&report));
}

/// The least that a server of backups has.
const BACKUPS_OF_ONE_APP: [&str; 4] = [
    "app_backup_create_for_app",
    "app_backup_delete_for_app",
    "app_backup_fetch_for_app",
    "app_backup_list_for_app",
];

/// The codes of what is found in a server that is right but for `lie`.
async fn found(lie: Lie) -> String {
    found_with(lie, options()).await
}

/// The same, where only the backups of one app are looked at.
async fn found_in_backups(lie: Lie) -> String {
    let operations = Some(BTreeSet::from(BACKUPS_OF_ONE_APP.map(str::to_owned)));
    found_with(
        lie,
        Options {
            operations,
            ..options()
        },
    )
    .await
}

async fn found_with(lie: Lie, options: Options) -> String {
    let judged = Judged::start().await;
    let mut target = judged.target().await;
    target.url = liar::start(judged.working.address(), lie).await;
    if let Some(idle) = &mut target.idle {
        idle.url = liar::start(judged.idle.address(), lie).await;
    }
    let report = judge_with(&target, options).await;
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
    insta::assert_snapshot!(found_in_backups(lie).await, @"media-type-undeclared, problem-media-type");
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
    insta::assert_snapshot!(found_in_backups(lie).await, @"body-schema");
}

#[tokio::test]
async fn a_wrong_success_is_found() {
    let lie = |said: &mut Said| {
        let is_snapshot = String::from_utf8_lossy(&said.body).contains("\"application/astra-appSnap\"");
        if said.status == 201 && is_snapshot {
            said.status = 200;
        }
    };
    insta::assert_snapshot!(found(lie).await, @"foreign-create, list-while-changing, race-create, race-delete, sequence, snapshot-create, snapshot-in-use, snapshot-without-name, status-undocumented, storage-broken, storage-mended");
}

#[tokio::test]
async fn a_missing_challenge_is_found() {
    let lie = |said: &mut Said| said.headers.retain(|(name, _)| name != "www-authenticate");
    insta::assert_snapshot!(found_in_backups(lie).await, @"header-missing");
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
    insta::assert_snapshot!(found_in_backups(lie).await, @"order-token-before-account, token-missing");
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
    insta::assert_snapshot!(found_in_backups(lie).await, @"list-count");
}

#[tokio::test]
async fn a_modification_time_that_stands_still_is_found() {
    let lie = |said: &mut Said| {
        said.change(|body| {
            if let Some(made) = body.pointer("/metadata/creationTimestamp").cloned()
                && let Some(modified) = body.pointer_mut("/metadata/modificationTimestamp")
            {
                *modified = made;
            }
        });
    };
    insta::assert_snapshot!(found_in_backups(lie).await, @"list, list-columns, list-rows, modification-time");
}

#[tokio::test]
async fn a_failure_that_tells_its_reason_is_found() {
    let lie = |said: &mut Said| {
        if said.status == 500 {
            said.change(|body| body["detail"] = json!("no such table: app_backups (SQLite)"));
        }
    };
    insta::assert_snapshot!(found_in_backups(lie).await, @"storage-broken");
}

#[tokio::test]
async fn an_allow_that_promises_too_much_is_found() {
    let lie = |said: &mut Said| {
        for (name, value) in &mut said.headers {
            if name == "allow" {
                value.push_str(", PATCH");
            }
        }
    };
    insta::assert_snapshot!(found_in_backups(lie).await, @"method-allow, method-undeclared");
}

#[tokio::test]
async fn an_entity_tag_that_never_changes_is_found() {
    let lie = |said: &mut Said| {
        for (name, value) in &mut said.headers {
            if name == "etag" {
                "\"1\"".clone_into(value);
            }
        }
    };
    insta::assert_snapshot!(found_in_backups(lie).await, @"entity-tag");
}

#[tokio::test]
async fn a_culprit_that_is_not_named_is_found() {
    let lie = |said: &mut Said| {
        if said.status == 400 {
            said.change(|body| {
                for list in ["invalidFields", "invalidParams"] {
                    if body[list].is_array() {
                        body[list] = json!([{"name": "something", "reason": "it is wrong"}]);
                    }
                }
            });
        }
    };
    insta::assert_snapshot!(found_in_backups(lie).await, @"continue-malformed, include-empty, include-unknown, input-enum, input-format, input-max-length, input-min-length, input-null, input-pattern, input-required, input-type, input-unknown-member, label-of-the-system, limit-empty, limit-fraction, limit-negative, limit-word, limit-zero, name-ends-in-hyphen, name-ends-in-line-break, name-in-capitals, name-with-underscore, query-repeated, query-unknown");
}

#[tokio::test]
async fn labels_in_another_order_are_found() {
    let lie = |said: &mut Said| {
        said.change(|body| {
            let labels = body.pointer_mut("/metadata/labels").and_then(Value::as_array_mut);
            if let Some(labels) = labels {
                labels.reverse();
            }
        });
    };
    insta::assert_snapshot!(found_in_backups(lie).await, @"labels-kept, list, list-columns, list-equals-fetch, list-rows, modification-time");
}
