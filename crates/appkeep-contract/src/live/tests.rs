//! The suite against fake and faulty servers in memory.

mod cleaning;
mod defects;
mod fake;
mod faulty;
mod finding;
mod safety;
mod scenarios;

use std::collections::BTreeSet;
use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};
use uuid::Uuid;

use self::fake::{APPS, FakeServer, OPERATOR_TOKEN, OTHER, OTHER_TOKEN, VIEWER_TOKEN};
use super::{CheckOutcome, Exchange, LiveError, LiveFinding, LiveReport, Options, Progress, Target, run};
use crate::live::{FaultInjector, ForeignAccount, IdleServer, StorageFault};
use crate::report::Report;
use crate::testing::{Listener, Request, Response};
use appkeep_openapi::Outcome;

const TOKEN: &str = "a-token-that-must-not-leak";
const ACCOUNT: Uuid = Uuid::from_u128(0xacc0_0000_0000_4000_8000_0000_0000_0001);
const APP: Uuid = Uuid::from_u128(0xa990_0000_0000_4000_8000_0000_0000_0002);
const BACKUP: &str = "54fe651d-3d3b-5fa8-b85c-5db757885ff3";

fn target(url: String) -> Target {
    Target::new(url, TOKEN.to_owned(), ACCOUNT, APP)
}

fn options() -> Options {
    let mut options = Options::new(Uuid::from_u128(7));
    options.completion_max = Duration::from_millis(200);
    options.poll_interval = Duration::from_millis(5);
    options
}

/// A fault injector without effect.
struct NeverFails;

impl FaultInjector for NeverFails {
    fn set(&self, _: Option<StorageFault>) {}

    fn reason(&self) -> &'static str {
        "an injected fault"
    }
}

/// A fake server as a target with all optional parts.
fn known(server: &Listener) -> Target {
    Target {
        other_app: Some(APPS[1].1),
        failing_app: Some(APPS[2].1),
        viewer_token: Some(VIEWER_TOKEN.to_owned()),
        foreign: Some(ForeignAccount {
            account: OTHER,
            token: OTHER_TOKEN.to_owned(),
            app: APPS[3].1,
        }),
        operator_token: Some(OPERATOR_TOKEN.to_owned()),
        revoked_token: Some("a-revoked-token".to_owned()),
        idle: Some(Box::new(IdleServer {
            url: server.url(),
            token: TOKEN.to_owned(),
            account: ACCOUNT,
            app: APP,
        })),
        fault_injector: Some(Arc::new(NeverFails)),
        may_restore: true,
        ..target(server.url())
    }
}

/// A listener whose responses come from a function.
async fn serve(respond: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Listener {
    Listener::start(move |request| Box::pin(ready(respond(&request)))).await
}

/// A request without parameters, headers or a body.
fn request(method: &str, path: &str) -> Request {
    Request {
        method: method.parse().unwrap(),
        path: path.to_owned(),
        query: Vec::new(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        unfinished: Arc::default(),
    }
}

impl Response {
    fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// The request with this number of spaces after the body.
    fn padded(self, spaces: usize) -> Self {
        Self {
            body: [&self.body[..], " ".repeat(spaces).as_bytes()].concat().into(),
            ..self
        }
    }

    /// The request, changed if a condition holds.
    fn when(self, condition: bool, change: impl FnOnce(Self) -> Self) -> Self {
        if condition { change(self) } else { self }
    }
}

/// Runs the suite against a server, with changed options.
async fn run_with(
    change: impl FnOnce(&mut Options),
    respond: impl Fn(&Request) -> Response + Send + Sync + 'static,
) -> LiveReport {
    let server = serve(respond).await;
    let mut options = options();
    change(&mut options);
    run(&target(server.url()), &options).await.unwrap()
}

async fn check_server(respond: impl Fn(&Request) -> Response + Send + Sync + 'static) -> LiveReport {
    run_with(|_| (), respond).await
}

fn problem(status: u16, number: u32) -> Response {
    let body = json!({
        "type": format!("https://astra.netapp.io/problems/{number}"),
        "title": "t", "detail": "d", "status": status.to_string(),
    });
    Response::of_json(status, &body).with("Content-Type", "application/problem+json")
}

fn list(items: &[Value]) -> Response {
    let body = json!({
        "type": "application/astra-appBackups", "version": "1.1", "items": items,
        "metadata": {"count": items.len(), "labels": []},
    });
    Response::of_json(200, &body)
}

fn backup(state: &str) -> Value {
    json!({
        "type": "application/astra-appBackup", "version": "1.1", "id": BACKUP, "name": "a",
        "bucketID": "0afbe357-a717-4c7a-8b3d-d0368959c8de", "state": state, "stateUnready": [],
        "metadata": {
            "labels": [], "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269",
            "creationTimestamp": "2022-10-06T20:58:16.305662Z",
            "modificationTimestamp": "2022-10-06T20:58:16.305662Z",
        },
    })
}

/// Responds to each list with an empty one, and to everything else with 404.
fn empty_server(request: &Request) -> Response {
    if request.method == "GET" && request.path.ends_with('s') {
        list(&[])
    } else {
        problem(404, 2)
    }
}

fn codes(report: &LiveReport) -> Vec<String> {
    let mut codes: Vec<String> = report.findings().map(|finding| finding.code.clone()).collect();
    codes.sort();
    codes.dedup();
    codes
}

#[tokio::test]
async fn unreachable_servers_cannot_be_checked() {
    let server = serve(|_| problem(404, 2)).await;
    let url = server.url();
    drop(server);
    let error = run(&target(url), &options()).await.unwrap_err();
    assert!(matches!(error, LiveError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn servers_cannot_be_checked_with_an_invalid_token() {
    let server = serve(|_| problem(401, 4)).await;
    let error = run(&target(server.url()), &options()).await.unwrap_err();
    assert!(matches!(error, LiveError::NotUsable { .. }), "{error}");
    assert!(error.to_string().contains(&APP.to_string()), "{error}");
    assert!(error.to_string().contains("401 t d"), "{error}");
}

#[tokio::test]
async fn invalid_addresses_are_named() {
    let error = run(&target("localhost:80".to_owned()), &options())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("`localhost:80`"), "{error}");
}

#[tokio::test]
async fn empty_servers_violate_most_rules() {
    let report = check_server(empty_server).await;
    assert_eq!(report.outcome(), Outcome::Violated);
    let found = codes(&report);
    for code in [
        "token-missing",
        "account-malformed",
        "limit-zero",
        "backup-create",
        "method-undeclared",
    ] {
        assert!(
            found.iter().any(|found| found == code),
            "{code} is missing in {found:?}"
        );
    }
    // Checks that require more information are skipped, with a reason.
    let (_, _, skipped) = report.counts();
    assert!(skipped > 0);
    insta::assert_snapshot!(report.coverage.table());
}

#[tokio::test]
async fn every_code_of_a_run_is_explained() {
    let report = run_with(|options| options.min_checks = Some(usize::MAX), empty_server).await;
    let checks = report.checks.iter().map(|check| check.code.as_str());
    let findings = report.findings().map(|finding| finding.code.as_str());
    for code in checks.chain(findings) {
        assert!(!crate::codes::find(code).is_empty(), "{code}");
    }
}

#[tokio::test]
async fn reports_contain_no_token() {
    let live = check_server(empty_server).await;
    let report = Report {
        statics: None,
        live: Some(live),
    };
    assert!(!report.text().contains(TOKEN));
    assert!(!report.json().unwrap().contains(TOKEN));
    assert!(report.text().contains("Bearer $APPKEEP_TOKEN"));
}

#[tokio::test]
async fn schemas_are_checked_at_every_use() {
    let report = check_server(|request| {
        let mut violation = backup("completed");
        violation["state"] = json!("sleeping");
        if request.method == "GET" && request.path.ends_with('s') {
            list(&[violation])
        } else {
            problem(404, 2)
        }
    })
    .await;
    let about_state = |finding: &&LiveFinding| finding.what.contains("/items/0/state");
    let finding = report.findings().find(about_state).unwrap();
    assert_eq!(finding.code, "body-schema");
    // The same kind of violation is noted once in a check, however often it occurs.
    let check = report
        .checks
        .iter()
        .find(|check| check.findings.iter().any(|one| one == finding))
        .unwrap();
    assert_eq!(check.findings.iter().filter(about_state).count(), 1);
}

#[tokio::test]
async fn companions_can_be_excluded() {
    let report = run_with(|options| options.documented_only = true, empty_server).await;
    let companions = [
        "app_snap_list_for_app",
        "app_snap_fetch_for_app",
        "app_snap_delete_for_app",
    ];
    let touched: Vec<_> = report
        .exchanges
        .iter()
        .filter(|one| companions.contains(&one.operation.as_str()))
        .collect();
    assert!(touched.is_empty(), "{touched:#?}");
}

#[tokio::test]
async fn progress_is_reported_before_every_check() {
    let reported = Arc::new(Mutex::new(Vec::new()));
    let (server, received) = (serve(empty_server).await, Arc::clone(&reported));
    let mut options = options();
    assert_eq!(format!("{:?}", options.progress), "Progress(false)");
    options.min_checks = Some(0);
    options.progress = Progress::new(move |done, of, code| {
        received.lock().unwrap().push((done, of, code.to_owned()));
    });
    assert_eq!(format!("{:?}", options.progress), "Progress(true)");
    let report = run(&target(server.url()), &options).await.unwrap();
    let all = report.checks.len();
    let checks = report.checks.iter().enumerate();
    let expected: Vec<_> = checks
        .map(|(done, check)| (done, all, check.code.clone()))
        .collect();
    assert_eq!(*reported.lock().unwrap(), expected);
}

#[tokio::test]
async fn endless_bodies_begin_like_valid_ones() {
    let report = check_server(empty_server).await;
    let incomplete = report.exchanges.iter().filter(|exchange| exchange.incomplete);
    let incomplete: Vec<_> = incomplete
        .map(|exchange| {
            (
                exchange.operation.as_str(),
                exchange.request_body.as_deref().unwrap_or_default(),
            )
        })
        .collect();
    let expected = [
        (
            "app_backup_create_for_app",
            r#"{"type":"application/astra-appBackup","#,
        ),
        (
            "app_snap_create_for_app",
            r#"{"type":"application/astra-appSnap","#,
        ),
        ("app_update", r#"{"type":"application/astra-app","#),
        (
            "app_schedule_create_for_app",
            r#"{"type":"application/astra-schedule","#,
        ),
        (
            "app_schedule_update_for_app",
            r#"{"type":"application/astra-schedule","#,
        ),
        (
            "app_restore_create_for_app",
            r#"{"type":"application/astra-appRestore","#,
        ),
    ];
    assert_eq!(incomplete, expected);
}

#[tokio::test]
async fn runs_can_end_at_the_first_finding() {
    let report = run_with(|options| options.fail_fast = true, empty_server).await;
    let (last, checks) = report.checks.split_last().unwrap();
    assert_eq!(last.code, "clean-up");
    let (last, before) = checks.split_last().unwrap();
    assert_eq!(last.outcome, CheckOutcome::Violated);
    assert!(before.iter().all(|check| check.outcome != CheckOutcome::Violated));
}

#[tokio::test]
async fn runs_with_the_minimum_number_of_checks_pass() {
    let with_least = async |least| {
        let change =
            |options: &mut Options| (options.min_checks, options.documented_only) = (Some(least), true);
        let report = run_with(change, empty_server).await;
        let last = report.checks.last().unwrap().clone();
        assert_eq!(last.code, "fewer-checks");
        let (held, violated, _) = report.counts();
        (held + violated, last.findings)
    };
    // The check that counts doesn't count itself.
    let (ran, _) = with_least(0).await;
    let ran = ran - 1;
    assert_eq!(with_least(ran).await.1, []);
    assert_eq!(with_least(ran - 1).await.1, []);
    let found = with_least(ran + 1).await.1;
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].what,
        format!("expected at least {} checks, ran {ran}", ran + 1)
    );
}

#[tokio::test]
async fn only_restores_are_confirmed() {
    let report = check_server(empty_server).await;
    let confirmed = report.exchanges.iter().filter(|exchange| {
        let mut headers = exchange.request_headers.iter();
        headers.any(|(name, value)| name == "ForceUpdate" && value == "true")
    });
    let operations: BTreeSet<&str> = confirmed.map(|exchange| exchange.operation.as_str()).collect();
    assert_eq!(operations, BTreeSet::from(["app_update"]));
}

#[tokio::test]
async fn restores_without_permission_use_only_the_idle_server() {
    let fake = FakeServer::default();
    let server = serve(move |request| fake.respond(request)).await;
    let target = Target {
        may_restore: false,
        ..known(&server)
    };
    let report = run(&target, &options()).await.unwrap();
    let restored = report
        .exchanges
        .iter()
        .filter(|exchange| exchange.operation == "app_update" && exchange.status == 204);
    // The resources of the idle server are disposed of with it.
    let is_idle = |exchange: &&Exchange| {
        let mut headers = exchange.request_headers.iter();
        headers.any(|(_, value)| value.contains("APPKEEP_IDLE_TOKEN"))
    };
    let (idle, others): (Vec<&Exchange>, Vec<&Exchange>) = restored.partition(is_idle);
    assert_eq!(others, Vec::<&Exchange>::new());
    assert!(!idle.is_empty());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let report = check_server(|request| match request.path.as_str() {
        "/elsewhere" => list(&[]),
        _ if request.method == "GET" && request.path.ends_with("appBackups") => list(&[]),
        _ => Response::empty(302).with("Location", "/elsewhere"),
    })
    .await;
    assert!(report.exchanges.iter().any(|exchange| exchange.status == 302));
    assert!(
        report
            .exchanges
            .iter()
            .all(|exchange| [200, 302].contains(&exchange.status))
    );
}

#[tokio::test]
async fn requests_without_a_response_are_findings() {
    let report = check_server(|request| match request.method.as_str() {
        "POST" => Response::none(),
        _ => empty_server(request),
    })
    .await;
    let silent: Vec<&LiveFinding> = report.findings().filter(|one| one.code == "no-answer").collect();
    let operations: BTreeSet<&str> = silent.iter().map(|one| one.operation.as_str()).collect();
    assert!(operations.contains("app_backup_create_for_app"), "{operations:?}");
    assert!(operations.contains("app_snap_create_for_app"), "{operations:?}");
    for finding in silent {
        assert!(
            finding.what.starts_with("error sending request"),
            "{}",
            finding.what
        );
        assert_eq!(finding.exchange, None);
    }
}
