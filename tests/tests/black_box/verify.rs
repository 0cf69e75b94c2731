//! The checker's results for this project's own server. Whether it detects defects is tested in
//! [`crate::defects`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use appkeep_client::Uuid;
use appkeep_contract::live::{
    self, CHECKS, CHECKS_OF_STORAGE, CheckOutcome, CheckResult, FaultInjector, ForeignAccount, IdleServer,
    LiveReport, Options, StorageFault, Target,
};
use appkeep_contract::{DROPSHOT, authored, check, live_text};
use appkeep_openapi::{Document, statics};
use appkeep_tests::{Builder, TestServer, usual_config};

#[test]
fn the_servers_document_conforms_with_known_exceptions() {
    let contract = authored::document().unwrap();
    let own = Document::from_value("the server's own document", appkeep_server::openapi().unwrap()).unwrap();
    let report = statics::verify(&contract, &own, DROPSHOT);
    report.assert_holds();
    assert_eq!(report.operations, contract.operations().len());
    let version = |document: &Document| document.root()["info"]["version"].clone();
    assert_eq!(version(&own), version(&contract));

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
struct Servers {
    working: TestServer,
    idle: TestServer,
}

impl Servers {
    async fn start() -> Self {
        Self {
            working: with_a_lost_app().start().await,
            idle: Builder::new().workers(0).start().await,
        }
    }

    async fn target(&self) -> Target {
        Target {
            fault_injector: Some(Arc::new(Switch(self.idle.server().storage_faults()))),
            ..target(&self.working, &self.idle, ["acme", "other"]).await
        }
    }
}

/// Returns a target with everything that the checker can use, except failing storage: two accounts of a working server,
/// and one of them on a server whose jobs never start.
pub(crate) async fn target(working: &TestServer, idle: &TestServer, [own, other]: [&str; 2]) -> Target {
    let token = working.token("member", &[own]).await;
    Target {
        other_app: Some(working.app(own, "blog")),
        failing_app: Some(working.app(own, "lost")),
        may_restore: true,
        viewer_token: Some(working.token("viewer", &[own]).await),
        foreign: Some(ForeignAccount {
            account: working.account(other),
            token: working.token("member", &[other]).await,
            app: working.app(other, "shop"),
        }),
        revoked_token: Some(working.revoked_token("member", &[own]).await),
        operator_token: Some(working.token("owner", &["*"]).await),
        idle: Some(Box::new(IdleServer {
            url: idle.url(),
            token: idle.token("member", &[own]).await,
            account: idle.account(own),
            app: idle.app(own, "shop"),
        })),
        ..Target::new(
            working.url(),
            token,
            working.account(own),
            working.app(own, "shop"),
        )
    }
}

/// Returns the usual set-up, with one more app whose data doesn't exist.
fn with_a_lost_app() -> Builder {
    let lost = "[[accounts.apps]]\nname = \"lost\"\nvolumes = { data = \"volumes/nowhere\" }\n\n";
    Builder::new().config(&usual_config().replacen(
        "[[accounts.buckets]]",
        &format!("{lost}[[accounts.buckets]]"),
        1,
    ))
}

/// A switch that makes the storage of a server fail.
pub(crate) struct Switch(pub(crate) appkeep_server::failpoints::StorageFaults);

impl FaultInjector for Switch {
    fn set(&self, fault: Option<StorageFault>) {
        self.0.set(fault.map(|fault| match fault {
            StorageFault::Broken => appkeep_server::failpoints::StorageFault::Broken,
            StorageFault::NotDurable => appkeep_server::failpoints::StorageFault::NotDurable,
            StorageFault::Unavailable => appkeep_server::failpoints::StorageFault::Unavailable,
        }));
    }

    fn reason(&self) -> &str {
        appkeep_server::failpoints::FAULT_REASON
    }
}

fn options() -> Options {
    Options::new(Uuid::from_u128(0x5eed))
}

async fn check_with(target: &Target, options: Options) -> LiveReport {
    live::run(target, &options).await.expect("a usable server")
}

#[tokio::test]
async fn a_running_server_conforms_to_the_contract() {
    let servers = Servers::start().await;
    let report = check_with(&servers.target().await, options()).await;
    assert_eq!(report.findings().count(), 0, "{}", live_text(&report));
    assert_eq!(report.coverage.counts(), (51, 0, 0), "every documented response");
    let (held, violated, _) = report.counts();
    assert!(held + violated >= CHECKS, "{held} held, {violated} violated");
    let of_storage = |check: &&CheckResult| check.code.starts_with("storage-");
    assert_eq!(report.checks.iter().filter(of_storage).count(), CHECKS_OF_STORAGE);
    insta::assert_snapshot!("coverage", report.coverage.table());
    insta::assert_snapshot!("coverage_of_companions", report.coverage.companion_table());
    insta::assert_snapshot!("checks", made(&report));
}

/// Returns how often each check was made, by code, and in total; skipped checks are counted by reason and code.
fn made(report: &LiveReport) -> String {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let mut skipped: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for check in &report.checks {
        match &check.outcome {
            CheckOutcome::Skipped { reason } | CheckOutcome::NotJudged { reason } => {
                *skipped.entry((reason, &check.code)).or_default() += 1;
            }
            CheckOutcome::Held | CheckOutcome::Violated => *times.entry(&check.code).or_default() += 1,
        }
    }
    let skipped = skipped.iter();
    let mut lines: Vec<String> = skipped
        .map(|((reason, code), times)| format!("left out: {code} × {times}: {reason}"))
        .collect();
    lines.push(format!("{} checks", times.values().sum::<usize>()));
    lines.extend(times.iter().map(|(code, times)| format!("{code} × {times}")));
    lines.join("\n")
}

#[tokio::test]
async fn checks_find_accounts_and_apps_themselves() {
    let server = TestServer::start().await;
    let report = check(server.url(), server.token("member", &["acme"]).await)
        .viewer_token(server.token("viewer", &["acme"]).await)
        .other_token(server.token("member", &["other"]).await)
        .may_restore(true);
    let report = report.await.unwrap();
    report.assert_holds();
    let checks = &report.live.as_ref().unwrap().checks;
    let missing = checks.iter().filter_map(|check| match &check.outcome {
        CheckOutcome::Skipped { reason } | CheckOutcome::NotJudged { reason } => {
            reason.strip_prefix("requires ")
        }
        CheckOutcome::Held | CheckOutcome::Violated => None,
    });
    assert_eq!(
        missing.collect::<BTreeSet<_>>(),
        BTreeSet::from([
            "a second app in the account (--other-app)",
            "a server that runs no jobs (--idle-url)",
            "a token of all accounts (--operator-token)",
            "a token that was revoked or has expired (--token-revoked)",
            "an app with unreadable data (--failing-app)",
        ])
    );
}

#[tokio::test]
async fn skipped_checks_are_named_and_too_few_checks_are_a_finding() {
    let servers = Servers::start().await;
    let target = Target {
        fault_injector: None,
        ..servers.target().await
    };
    let options = Options {
        operations: Some(BTreeSet::from(BACKUPS_OF_ONE_APP.map(str::to_owned))),
        min_checks: Some(CHECKS - CHECKS_OF_STORAGE),
        ..options()
    };
    let report = check_with(&target, options).await;
    let found: Vec<_> = report.findings().map(|finding| finding.code.as_str()).collect();
    assert_eq!(found, ["fewer-checks"], "{}", live_text(&report));
    let asked = report
        .exchanges
        .iter()
        .map(|exchange| exchange.operation.as_str());
    assert_eq!(asked.collect::<BTreeSet<_>>(), BTreeSet::from(BACKUPS_OF_ONE_APP));
    insta::assert_snapshot!("left_out", made(&report));
}

/// The smallest set of operations that a backup server can have.
const BACKUPS_OF_ONE_APP: [&str; 4] = [
    "app_backup_create_for_app",
    "app_backup_delete_for_app",
    "app_backup_fetch_for_app",
    "app_backup_list_for_app",
];
