//! Resources left behind after a run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::fake::FakeServer;
use super::known;
use super::serve;
use super::{ACCOUNT, APP, options, problem, run_with};
use crate::live::{LiveReport, Options, Target, run};
use crate::testing::{BACKUPS_OF_AN_APP, Request, Response};

/// Runs the backup checks against a server, with time for jobs.
async fn check_backups(respond: impl Fn(&Request) -> Response + Send + Sync + 'static) -> LiveReport {
    check_backups_within(Duration::from_mins(1), respond).await
}

async fn check_backups_within(
    completion_max: Duration,
    respond: impl Fn(&Request) -> Response + Send + Sync + 'static,
) -> LiveReport {
    let change = |options: &mut Options| {
        let operations = BACKUPS_OF_AN_APP.iter().map(|id| (*id).to_owned());
        options.operations = Some(operations.collect());
        options.completion_max = completion_max;
    };
    run_with(change, respond).await
}

/// The findings of the clean-up.
fn found(report: &LiveReport) -> Vec<&str> {
    let last = report
        .checks
        .iter()
        .find(|check| check.code == "clean-up")
        .unwrap();
    last.findings
        .iter()
        .map(|finding| finding.what.as_str())
        .collect()
}

#[tokio::test]
async fn runs_leave_no_resources() {
    let fake = FakeServer::default();
    let shared = fake.clone();
    let report = check_backups(move |request| shared.respond(request)).await;
    assert_eq!(fake.names(), Vec::<String>::new());
    assert_eq!(report.left_behind, Vec::<String>::new());
    assert_eq!(found(&report), Vec::<&str>::new());
}

#[tokio::test]
async fn undeletable_resources_are_named_with_a_reason() {
    let fake = FakeServer::default();
    let shared = fake.clone();
    let report = check_backups(move |request| match request.method.as_str() {
        "DELETE" => problem(500, 41),
        _ => shared.respond(request),
    })
    .await;
    let names = fake.names();
    assert!(!names.is_empty());
    assert_eq!(report.left_behind.len(), names.len(), "{:#?}", report.left_behind);
    for left in &report.left_behind {
        assert!(left.starts_with("backup "), "{left}");
        assert!(left.ends_with(": the delete returned 500"), "{left}");
    }
    assert!(
        found(&report)
            .iter()
            .any(|what| what.starts_with("still on the server: "))
    );
}

#[tokio::test]
async fn busy_resources_are_retried_for_a_while() {
    let fake = FakeServer::default();
    let (shared, tries) = (fake.clone(), AtomicUsize::new(0));
    let report = check_backups(move |request| match request.method.as_str() {
        "DELETE" if tries.fetch_add(1, Ordering::Relaxed) % 3 < 2 => problem(409, 10),
        _ => shared.respond(request),
    })
    .await;
    assert_eq!(fake.names(), Vec::<String>::new());
    assert_eq!(report.left_behind, Vec::<String>::new());
}

#[tokio::test]
async fn busy_resources_are_finally_left() {
    let fake = FakeServer::default();
    let shared = fake.clone();
    let report = check_backups_within(Duration::from_millis(100), move |request| {
        match request.method.as_str() {
            "DELETE" => problem(409, 10),
            _ => shared.respond(request),
        }
    })
    .await;
    assert!(!report.left_behind.is_empty());
    for left in &report.left_behind {
        assert!(left.ends_with(": the delete returned 409"), "{left}");
    }
}

#[tokio::test]
async fn resources_with_a_rejected_create_are_found_and_deleted() {
    let fake = FakeServer::default();
    let shared = fake.clone();
    let report = check_backups(move |request| {
        let respond = shared.respond(request);
        // It creates a backup although it returns 400.
        if request.method == "POST" {
            problem(400, 5)
        } else {
            respond
        }
    })
    .await;
    let begins = |what: &&str| what.starts_with("still on the server: verify-");
    assert!(found(&report).iter().any(begins), "{:#?}", found(&report));
    let mut names = fake.names_of(ACCOUNT, APP);
    names.retain(|name| name.starts_with("verify-"));
    assert_eq!(names, Vec::<String>::new());
}

#[tokio::test]
async fn runs_leave_no_resources_in_other_accounts() {
    let fake = FakeServer::default();
    let shared = fake.clone();
    let server = serve(move |request| shared.respond(request)).await;
    let target = Target {
        // Pending backups on the idle server would remain.
        idle: None,
        fault_injector: None,
        ..known(&server)
    };
    let report = run(&target, &options()).await.unwrap();
    assert_eq!(report.left_behind, Vec::<String>::new());
    // The fake server accepts some invalid bodies, and the run doesn't know about the resources created from
    // them.
    let mut names = fake.names();
    names.retain(|name| name.starts_with("verify-"));
    assert_eq!(names, Vec::<String>::new());
}
