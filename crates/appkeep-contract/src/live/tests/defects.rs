//! Whether the checker detects each injected defect, and reports no findings for a correct one.

use std::collections::BTreeSet;
use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use uuid::Uuid;

use super::fake::{APPS, BUCKET, FakeServer, OPERATOR_TOKEN, OTHER, OTHER_BUCKET, VIEWER_TOKEN};
use super::{ACCOUNT, APP, TOKEN, codes, known, target};
use crate::live::{CHECKS, Exchange, IdleServer, LiveReport, Options, Target, run};
use crate::report::live_text;
use crate::requirements::{self, RequirementCoverage};
use crate::testing::defects::{self, BODY_BYTES_MAX};
use crate::testing::{BACKUPS_OF_AN_APP, Defect, Injection, ProxyContext, Servers, Tenant, proxy};

/// The seed of every run with a defect.
const SEED: u128 = 7;

/// Seeds of the runs that must have no findings.
const SEEDS_WITHOUT_DEFECT: [u128; 3] = [1, 0x5eed, u128::MAX];

/// The maximum wait for the rest of a body. The fake server doesn't wait.
const BODY_WAIT_MAX: Duration = Duration::from_secs(30);

/// The same for the defect that waits forever.
const SLOW_BODY_WAIT_MAX: Duration = Duration::from_millis(500);

/// The maximum wait for the deletion of a snapshot that is never deleted.
const KEPT_SNAPSHOT_WAIT_MAX: Duration = Duration::from_millis(500);

fn options(seed: u128) -> Options {
    let mut options = Options::new(Uuid::from_u128(seed.rotate_left(64)));
    options.poll_interval = Duration::ZERO;
    options.body_wait_max = Some(BODY_WAIT_MAX);
    options.body_bytes_max = BODY_BYTES_MAX;
    options
}

/// Runs the checker against two fake servers, one of which runs no jobs, behind proxies with this injection.
async fn check(injection: Injection, options: &Options) -> LiveReport {
    let (working, idle) = (FakeServer::slow(2).with_failing_app(), FakeServer::idle());
    let main = proxy(context(&working), injection).await;
    let second = proxy(context(&idle), injection).await;
    let target = Target {
        idle: Some(Box::new(IdleServer {
            url: second.url(),
            token: TOKEN.to_owned(),
            account: ACCOUNT,
            app: APP,
        })),
        fault_injector: Some(Arc::new(idle)),
        ..known(&main)
    };
    run(&target, options).await.unwrap()
}

fn context(server: &FakeServer) -> ProxyContext {
    let tenant = |account: Uuid, app: Uuid, bucket: &str| Tenant {
        account: account.to_string(),
        app: app.to_string(),
        bucket: bucket.to_owned(),
    };
    ProxyContext {
        upstream: Arc::new(server.clone()),
        operator: OPERATOR_TOKEN.to_owned(),
        viewer: VIEWER_TOKEN.to_owned(),
        accounts: [
            tenant(ACCOUNT, APP, BUCKET),
            tenant(OTHER, APPS[3].1, OTHER_BUCKET),
        ],
        state: Arc::default(),
    }
}

/// Runs the checker against a defect, with the operations that show it, up to the first check with a finding.
async fn check_defect(defect: &Defect) -> LiveReport {
    let mut options = options(SEED);
    options.fail_fast = true;
    match defect.id {
        "slow-body" => options.body_wait_max = Some(SLOW_BODY_WAIT_MAX),
        "temporary-snapshot-kept" => options.completion_max = KEPT_SNAPSHOT_WAIT_MAX,
        _ => {}
    }
    if !defect.shown_by.is_empty() {
        let operations = defect.shown_by.iter().map(|id| (*id).to_owned());
        options.operations = Some(operations.collect());
    }
    check(defect.injection, &options).await
}

/// The reports of all these defects, in their order. Each thread has its own runtime.
fn check_all(defects: &[Defect]) -> Vec<LiveReport> {
    let next = AtomicUsize::new(0);
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let mut reports = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(defect) = defects.get(at) else {
                return reports;
            };
            reports.push((at, runtime.block_on(check_defect(defect))));
        }
    };
    let threads = thread::available_parallelism().map_or(2, Into::into);
    let mut reports: Vec<(usize, LiveReport)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    reports.sort_by_key(|(at, _)| *at);
    reports.into_iter().map(|(_, report)| report).collect()
}

#[tokio::test]
async fn conforming_servers_pass_every_check() {
    for seed in SEEDS_WITHOUT_DEFECT {
        let report = check(Injection::None, &options(seed)).await;
        assert_eq!(report.findings().count(), 0, "{}", live_text(&report));
        let (held, violated, _) = report.counts();
        assert!(held + violated >= CHECKS);
    }
}

/// A correct server passes, even if the target is minimal and few operations are permitted.
#[tokio::test]
async fn conforming_servers_pass_selected_checks() {
    let without_deletes = [
        "app_backup_create_for_app",
        "app_backup_fetch",
        "app_backup_list_all",
    ];
    let permitted = |operations: &[&str]| operations.iter().map(|id| (*id).to_owned()).collect();
    for (documented_only, operations) in [
        (false, None),
        (true, None),
        (false, Some(permitted(BACKUPS_OF_AN_APP))),
        (false, Some(permitted(&without_deletes))),
    ] {
        let server = FakeServer::slow(2);
        let listener = proxy(context(&server), Injection::None).await;
        let options = Options {
            documented_only,
            operations,
            ..options(SEED)
        };
        let report = run(&target(listener.url()), &options).await.unwrap();
        assert_eq!(report.findings().count(), 0, "{}", live_text(&report));
        assert_eq!(server.names(), [""; 0], "a run deletes what it created");
        let is_create = |exchange: &&Exchange| exchange.status == 201;
        let created = report.exchanges.iter().filter(is_create).count();
        let can_delete = options
            .operations
            .is_none_or(|permitted| permitted.contains("app_backup_delete_for_app"));
        assert_eq!(
            created > 0,
            can_delete,
            "nothing is created that can't be deleted"
        );
    }
}

#[test]
fn each_injected_defect_is_detected_by_the_same_codes() {
    let mut defects = defects::all();
    let ids: BTreeSet<&str> = defects.iter().map(|defect| defect.id).collect();
    assert_eq!(ids.len(), defects.len(), "two defects have the same id");
    defects.retain(|defect| defect.servers != Servers::Real);
    let reports = check_all(&defects);
    let mut lines = Vec::new();
    for (defect, report) in defects.iter().zip(&reports) {
        let kind = format!("{:?}", defect.kind).to_lowercase();
        let found = codes(report).join(", ");
        lines.push(format!(
            "{kind} {}: {}\n    found by: {found}",
            defect.id, defect.summary
        ));
    }
    insta::assert_snapshot!(lines.join("\n"));
    for finding in reports.iter().flat_map(LiveReport::findings) {
        assert_eq!(broken(&finding.what), None, "{}: {}", finding.code, finding.what);
    }
    let undetected = defects
        .iter()
        .zip(&reports)
        .filter(|(_, report)| report.findings().count() == 0);
    let undetected: Vec<&str> = undetected.map(|(defect, _)| defect.id).collect();
    assert_eq!(undetected, [""; 0], "defects that no check detects");
    let detected = reports.iter().flat_map(codes).collect();
    every_covering_code_is_produced(detected);
}

/// Codes of the table of requirements that neither an injected defect nor a faulty server in this crate's tests produces,
/// with the reason.
const PRODUCED_ELSEWHERE: &[(&str, &str)] = &[("read-twice", "the tests in scenarios/reading.rs produce it")];

/// Each code that the table of requirements names is the code of a finding in at least one test.
fn every_covering_code_is_produced(mut produced: BTreeSet<String>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    produced.extend(runtime.block_on(super::faulty::found_codes()));
    let codes = requirements::all().iter().filter_map(|one| match &one.coverage {
        RequirementCoverage::Checked(codes) => Some(codes),
        _ => None,
    });
    let covering: BTreeSet<&str> = codes.flatten().copied().collect();
    let excepted: BTreeSet<&str> = PRODUCED_ELSEWHERE.iter().map(|(code, _)| *code).collect();
    let unproven = covering.iter().filter(|code| !produced.contains(**code));
    let unproven: BTreeSet<&str> = unproven.copied().collect();
    assert_eq!(
        unproven, excepted,
        "codes without an injected defect, and their exceptions"
    );
}

/// The part of a description that isn't a sentence: an internal value, an empty one, or a missing end.
fn broken(what: &str) -> Option<&'static str> {
    let parts = ["Some(", "None", "``", "Null", "  "];
    let part = parts.into_iter().find(|part| what.contains(part));
    part.or_else(|| what.ends_with([':', ' ', ',']).then_some("the end"))
}

#[tokio::test]
#[ignore = "shows the whole report on the defects that DEFECT names, separated by commas"]
async fn single_defects_are_detected() {
    let expected = env::var("DEFECT").unwrap_or_default();
    let expected: Vec<&str> = expected.split(',').collect();
    for defect in defects::all()
        .iter()
        .filter(|defect| expected.contains(&defect.id))
    {
        let report = check_defect(defect).await;
        println!("{}", live_text(&report));
        assert!(report.findings().count() > 0, "no check detects {}", defect.id);
    }
}
