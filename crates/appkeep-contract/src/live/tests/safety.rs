//! Runs against a server that holds data of other users, returns wrong responses, or stops responding.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::fake::FakeServer;
use super::known;
use super::serve;
use super::{ACCOUNT, APP, TOKEN, options, request, run_with, target};
use crate::live::{CheckOutcome, EarlyEnd, Exchange, LiveReport, Options, Target, run};
use crate::testing::{BACKUPS_OF_AN_APP, Request, Response};
use appkeep_openapi::Outcome;

/// A request to the collection of the app's backups.
fn create(body: &Value) -> Request {
    let path = format!("/accounts/{ACCOUNT}/k8s/v1/apps/{APP}/appBackups");
    let mut request = request("POST", &path);
    request.set_token(TOKEN);
    request.set_header(CONTENT_TYPE, "application/json");
    request.body = body.to_string().into();
    request
}

/// A fake server with a backup that another user created, and the response to its create.
fn with_an_existing_backup() -> (FakeServer, Response) {
    let fake = FakeServer::default();
    let body = json!({"type": "application/astra-appBackup", "version": "1.1", "name": "precious"});
    let created = fake.respond(&create(&body));
    assert_eq!(created.status, 201);
    (fake, created)
}

fn only(operations: &[&str]) -> impl FnOnce(&mut Options) {
    let operations = operations.iter().map(|one| (*one).to_owned()).collect();
    move |options| options.operations = Some(operations)
}

fn found(report: &LiveReport, code: &str) -> usize {
    report.findings().filter(|finding| finding.code == code).count()
}

fn is_authorised(exchange: &Exchange) -> bool {
    let mut headers = exchange.request_headers.iter();
    headers.any(|(name, _)| name == "Authorization")
}

#[tokio::test]
async fn creates_that_return_existing_backups_delete_nothing() {
    let without_lists = [
        "app_backup_create_for_app",
        "app_backup_fetch_for_app",
        "app_backup_delete_for_app",
    ];
    for operations in [BACKUPS_OF_AN_APP, &without_lists[..]] {
        let (fake, existing) = with_an_existing_backup();
        let shared = fake.clone();
        let report = run_with(only(operations), move |request| {
            let is_create = request.method == "POST" && request.path == create(&Value::Null).path;
            if is_create && request.json()["type"] == "application/astra-appBackup" {
                existing.clone()
            } else {
                shared.respond(request)
            }
        })
        .await;
        assert_eq!(fake.names(), ["precious"], "{operations:?}");
        let code = if operations == without_lists {
            "create-echo"
        } else {
            "create-existing"
        };
        assert!(found(&report, code) > 0, "{code}");
        let is_delete = |exchange: &&Exchange| exchange.method == "DELETE" && exchange.status == 204;
        assert_eq!(report.exchanges.iter().filter(is_delete).count(), 0);
    }
}

#[tokio::test]
async fn complete_runs_do_not_touch_existing_resources() {
    let (fake, _) = with_an_existing_backup();
    let shared = fake.clone();
    let server = serve(move |request| shared.respond(request)).await;
    let target = Target {
        idle: None,
        fault_injector: None,
        ..known(&server)
    };
    let report = run(&target, &options()).await.unwrap();
    assert!(fake.names().contains(&"precious".to_owned()));
    let created: Vec<String> = report
        .exchanges
        .iter()
        .filter(|exchange| exchange.method == "POST" && exchange.status == 201)
        .filter_map(|exchange| serde_json::from_str::<Value>(&exchange.response_body).ok())
        .filter_map(|body| Some(body.get("id")?.as_str()?.to_owned()))
        .collect();
    // All unused ids of a run have the same suffix.
    let unused_id = crate::live::model::unused_id(options().run_id, "backup", 5).to_string();
    let ending = unused_id.rsplit('-').next().unwrap().to_owned();
    let deletes = report.exchanges.iter();
    for exchange in deletes.filter(|exchange| exchange.method == "DELETE" && is_authorised(exchange)) {
        let path = exchange.url.split('?').next().unwrap();
        let id = path.rsplit('/').next().unwrap();
        let is_canonical = id.len() == 36 && *id == *id.to_lowercase();
        let is_harmless = !is_canonical || id.ends_with(&ending) || created.iter().any(|own| own == id);
        assert!(is_harmless, "{}", exchange.url);
    }
}

#[tokio::test]
async fn undocumented_methods_have_no_token_and_no_existing_id() {
    let fake = FakeServer::default();
    let report = run_with(|_| (), move |request| fake.respond(request)).await;
    let document = crate::authored::document().unwrap();
    let is_undocumented = |exchange: &&Exchange| {
        let operation = document.operation(&exchange.operation).unwrap();
        exchange.method != operation.method && ["DELETE", "POST", "PUT"].contains(&exchange.method.as_str())
    };
    let undocumented: Vec<_> = report.exchanges.iter().filter(is_undocumented).collect();
    assert!(!undocumented.is_empty());
    for exchange in undocumented {
        assert!(!is_authorised(exchange), "{} {}", exchange.method, exchange.url);
        assert!(!exchange.url.contains(&ACCOUNT.to_string()), "{}", exchange.url);
    }
}

#[tokio::test]
async fn runs_end_after_ten_requests_without_a_response() {
    const RESPONSES: usize = 60;
    let (fake, count) = (FakeServer::default(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    let report = run_with(
        |_| (),
        move |request| {
            if counted.fetch_add(1, Ordering::Relaxed) < RESPONSES {
                fake.respond(request)
            } else {
                Response::none()
            }
        },
    )
    .await;
    assert_eq!(report.ended_early, Some(EarlyEnd::Unresponsive));
    assert_eq!(report.outcome(), Outcome::CouldNotRun);
    // The exchanges of the generated client aren't recorded.
    assert!((RESPONSES / 2..=RESPONSES).contains(&report.exchanges.len()));
    // Some are sent concurrently; the clean-up tries three times.
    let without_response = count.load(Ordering::Relaxed) - RESPONSES;
    assert!((10..=20).contains(&without_response), "{without_response}");
    assert!(!report.left_behind.is_empty());
    let text = crate::report::live_text(&report);
    assert!(
        text.contains("ended early: 10 consecutive requests got no response"),
        "{text}"
    );
}

#[tokio::test]
async fn runs_end_at_their_time_limit() {
    let fake = FakeServer::default();
    let no_time = |options: &mut Options| options.run_max = Duration::ZERO;
    let report = run_with(no_time, move |request| fake.respond(request)).await;
    assert_eq!(report.ended_early, Some(EarlyEnd::TimeLimit));
    assert_eq!(report.outcome(), Outcome::CouldNotRun);
    let is_excluded =
        |check: &crate::live::CheckResult| matches!(check.outcome, CheckOutcome::Skipped { .. });
    assert!(report.checks.iter().all(is_excluded));
}

#[tokio::test]
async fn interrupted_runs_delete_created_resources() {
    let (fake, created) = (FakeServer::default(), AtomicUsize::new(0));
    let shared = fake.clone();
    let options = options();
    let interrupt = options.interrupt.clone();
    let server = serve(move |request| {
        let response = shared.respond(request);
        if response.status == 201 && created.fetch_add(1, Ordering::Relaxed) == 3 {
            interrupt.cancel();
        }
        response
    })
    .await;
    let report = run(&target(server.url()), &options).await.unwrap();
    assert_eq!(report.ended_early, Some(EarlyEnd::Interrupted));
    assert_eq!(fake.names(), Vec::<String>::new());
    assert_eq!(report.left_behind, Vec::<String>::new());
    for code in ["no-answer", "clean-up", "made-is-found", "list-complete"] {
        assert_eq!(found(&report, code), 0, "{code}");
    }
    let (held, _, skipped) = report.counts();
    assert!(held > 0 && skipped > held, "{held} {skipped}");
}

#[tokio::test]
async fn interrupted_runs_delete_created_schedules() {
    let fake = FakeServer::default();
    let options = options();
    let interrupt = options.interrupt.clone();
    let server = serve(move |request| {
        let response = fake.respond(request);
        if response.status == 201 && request.path.ends_with("/schedules") {
            interrupt.cancel();
        }
        response
    })
    .await;
    let report = run(&target(server.url()), &options).await.unwrap();
    assert_eq!(report.ended_early, Some(EarlyEnd::Interrupted));
    let mut schedules = report
        .exchanges
        .iter()
        .filter(|exchange| exchange.operation.starts_with("app_schedule_"));
    assert!(schedules.any(|exchange| exchange.method == "DELETE" && exchange.status == 204));
    assert_eq!(report.left_behind, Vec::<String>::new());
}

#[tokio::test]
async fn creates_without_a_response_are_found_by_name() {
    let fake = FakeServer::default();
    let shared = fake.clone();
    let report = run_with(only(BACKUPS_OF_AN_APP), move |request| {
        let response = shared.respond(request);
        if response.status == 201 {
            Response::none()
        } else {
            response
        }
    })
    .await;
    let mut names = fake.names();
    names.retain(|name| name.starts_with("verify-"));
    assert_eq!(names, Vec::<String>::new());
    // A resource without a name of the run can't be distinguished from that of another user.
    let perhaps =
        format!("possibly a backup without a requested name of app {APP}: its create got no response");
    assert_eq!(report.left_behind, [perhaps]);
}

#[tokio::test]
async fn operations_with_too_large_responses_are_not_repeated() {
    const LIST: &str = "app_backup_list_for_app";
    let (fake, lists) = (FakeServer::default(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&lists);
    let small = |options: &mut Options| options.body_bytes_max = 100_000;
    let report = run_with(small, move |request| {
        let response = fake.respond(request);
        if request.method == "GET" && request.path == create(&Value::Null).path {
            counted.fetch_add(1, Ordering::Relaxed);
            return response.padded(100_000);
        }
        response
    })
    .await;
    let large: Vec<_> = report
        .findings()
        .filter(|one| one.code == "response-too-large")
        .collect();
    assert_eq!(large.len(), 1, "{large:#?}");
    assert_eq!(large[0].operation, LIST);
    assert_eq!(large[0].what, "200 a body of more than 100000 bytes");
    // The first request of the run, two for existing resources, and the first check.
    assert!(lists.load(Ordering::Relaxed) <= 4, "{lists:?}");
    let reason = format!("an earlier response of `{LIST}` was longer than 100000 bytes");
    let skipped = report
        .checks
        .iter()
        .filter(|check| matches!(&check.outcome, CheckOutcome::Skipped { reason: own } if *own == reason));
    assert!(skipped.count() > 5);
}

/// Responds like the fake server, but only supports these operations.
fn reduced(
    fake: &FakeServer,
    document: &appkeep_openapi::Document,
    has: &[&str],
    request: &Request,
) -> Response {
    let is_there = |template: &str| {
        let (one, other): (Vec<_>, Vec<_>) =
            (template.split('/').collect(), request.path.split('/').collect());
        let same = |(part, own): (&&str, &&str)| part == own || part.starts_with('{');
        one.len() == other.len() && one.iter().zip(&other).all(same)
    };
    let operations = document.operations().iter();
    let methods: Vec<&str> = operations
        .filter(|operation| has.contains(&operation.id.as_str()) && is_there(&operation.path))
        .map(|operation| operation.method.as_str())
        .collect();
    if methods.is_empty() {
        return Response::empty(404);
    }
    if methods.contains(&request.method.as_str()) {
        return fake.respond(request);
    }
    super::problem(405, 69).with("Allow", &methods.join(", "))
}

#[tokio::test]
async fn only_permitted_operations_are_requested_and_expected() {
    let document = Arc::new(crate::authored::document().unwrap());
    let documented = document.operations().iter();
    let documented = documented.filter(|one| {
        crate::origin::Origin::of_operation(&document, one) == crate::origin::Origin::Documented
    });
    let documented: Vec<&str> = documented.map(|one| one.id.as_str()).collect();
    assert_eq!(documented.len(), 8);
    let sets = [
        (true, documented),
        (false, BACKUPS_OF_AN_APP.to_vec()),
        (false, vec!["app_backup_list_for_app", "app_fetch"]),
        (false, vec!["app_snap_delete_for_app", "app_backup_fetch"]),
    ];
    for (documented_only, has) in sets {
        let has: Vec<String> = has.into_iter().map(str::to_owned).collect();
        let (document, shared) = (Arc::clone(&document), has.clone());
        let fake = FakeServer::default();
        let set = |options: &mut Options| {
            options.documented_only = documented_only;
            options.operations = (!documented_only).then(|| has.iter().cloned().collect());
        };
        let report = run_with(set, move |request| {
            let has: Vec<&str> = shared.iter().map(String::as_str).collect();
            reduced(&fake, &document, &has, request)
        })
        .await;
        for exchange in &report.exchanges {
            assert!(
                has.contains(&exchange.operation),
                "{} {}",
                exchange.method,
                exchange.url
            );
        }
        let of_methods: Vec<_> = report
            .findings()
            .filter(|one| one.code.starts_with("method-"))
            .collect();
        assert!(of_methods.is_empty(), "{has:?}: {of_methods:#?}");
        let is_made = |check: &&crate::live::CheckResult| check.outcome == CheckOutcome::Held;
        let created = report.checks.iter().filter(|check| check.code == "method-allow");
        assert_eq!(created.filter(is_made).count(), has.len());
    }
}
