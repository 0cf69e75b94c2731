//! Runs of the checker against this project's server behind a proxy: it must find nothing wrong, and must
//! detect the injected defects that depend on real jobs, time or storage. The contract crate's tests inject
//! all other defects in front of a fake server.
//!
//! To print the complete report on one of them:
//!
//! ```text
//! DEFECT=fetched-late cargo test -p appkeep-tests --test black_box -- --ignored --nocapture defects
//! ```

mod correct_servers;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use std::{env, panic};

use appkeep_client::Uuid;
use appkeep_contract::live::{self, LiveReport, Options, Target};
use appkeep_contract::testing::defects::{self, BODY_BYTES_MAX, STORAGE_REASON};
use appkeep_contract::testing::{Defect, Injection, Servers};
use appkeep_contract::{check, live_text};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::correct_servers::CorrectServers;

/// The seeds of the runs without a defect.
const SEEDS_WITHOUT_DEFECT: [u128; 3] = [1, 0x5eed, u128::MAX];

/// The seed of every run with a defect.
const SEED: u128 = 7;

/// The number of concurrent runs. A run spends about half its time waiting for backups.
const RUNS_AT_ONCE: usize = 4;

/// The time that the checker may wait for the rest of a body. The servers wait for 5 s.
const BODY_WAIT_MAX: Duration = Duration::from_secs(20);

/// One run of the checker.
#[derive(Clone, Copy)]
struct Run {
    id: &'static str,
    injection: Injection,
    seed: u128,
    /// The operations that the checker requests; all of them if it is empty.
    operations: &'static [&'static str],
    with_failing_storage: bool,
}

impl Run {
    /// Returns a run of the whole suite behind a proxy that changes nothing.
    fn without_defect(seed: u128) -> Self {
        Self {
            id: "no defect",
            injection: Injection::None,
            seed,
            operations: &[],
            with_failing_storage: false,
        }
    }

    /// Returns a run of the part of the suite that can detect the defect.
    fn of(defect: &Defect) -> Self {
        Self {
            id: defect.id,
            injection: defect.injection,
            seed: SEED,
            operations: defect.shown_by,
            with_failing_storage: defect.with_failing_storage,
        }
    }

    fn options(&self) -> Options {
        let mut options = Options::new(Uuid::from_u128(self.seed.rotate_left(64)));
        options.poll_interval = Duration::from_millis(100);
        options.body_wait_max = Some(BODY_WAIT_MAX);
        options.body_bytes_max = BODY_BYTES_MAX;
        options.fail_fast = true;
        if !self.operations.is_empty() {
            let operations = self.operations.iter().map(|id| (*id).to_owned());
            options.operations = Some(operations.collect());
        }
        options
    }
}

fn defects_of_a_real_server() -> Vec<Defect> {
    let mut defects = defects::all();
    defects.retain(|defect| defect.servers != Servers::Fake);
    defects
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn correct_servers_pass_and_injected_defects_are_detected() {
    assert_eq!(STORAGE_REASON, appkeep_server::failpoints::FAULT_REASON);
    let defects = defects_of_a_real_server();
    let servers = SEEDS_WITHOUT_DEFECT.map(Run::without_defect);
    let mut reports = check_all(servers.into_iter().chain(defects.iter().map(Run::of)).collect()).await;
    let found = reports.split_off(SEEDS_WITHOUT_DEFECT.len());
    for report in reports {
        assert_eq!(report.findings().count(), 0, "{}", live_text(&report));
    }
    let lines = defects.iter().zip(&found).map(|(defect, report)| {
        let codes: Vec<String> = codes(report).into_iter().collect();
        let kind = format!("{:?}", defect.kind).to_lowercase();
        format!(
            "{kind} {}: {}\n    found by: {}",
            defect.id,
            defect.summary,
            codes.join(", ")
        )
    });
    insta::assert_snapshot!("defects", lines.collect::<Vec<_>>().join("\n"));
    assert!(found.iter().all(|report| report.findings().count() > 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "shows the whole report on the defects that DEFECT names, separated by commas"]
async fn single_defects_are_detected() {
    let wanted = env::var("DEFECT").unwrap_or_default();
    let wanted: Vec<&str> = wanted.split(',').collect();
    let defects = defects_of_a_real_server();
    let defects = defects.iter().filter(|defect| wanted.contains(&defect.id));
    for report in check_all(defects.map(Run::of).collect()).await {
        println!("{}", live_text(&report));
        assert!(report.findings().count() > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_assertions_name_the_code_of_the_finding() {
    let defects = defects::all();
    let defect = defects.iter().find(|defect| defect.id == "limit-ignored");
    let run = Run::of(defect.expect("the defect"));
    let servers = CorrectServers::start(1).await;
    let target = servers.target(0, run.injection).await;
    let report = check(target.url, target.token).options(run.options()).await;
    let report = report.expect("a usable server");
    let panic = panic::catch_unwind(|| report.assert_holds()).expect_err("a finding");
    let message = panic.downcast::<String>().expect("a message");
    let findings: Vec<_> = message
        .lines()
        .filter(|line| line.starts_with("  more:"))
        .collect();
    assert_eq!(findings, ["  more:     appkeep explain list-limit"], "{message}");
}

/// Returns the reports of these runs, in their order.
async fn check_all(runs: Vec<Run>) -> Vec<LiveReport> {
    let servers = Arc::new(CorrectServers::start(runs.len()).await);
    let permits = Arc::new(Semaphore::new(RUNS_AT_ONCE));
    let mut checking = JoinSet::new();
    for (at, run) in runs.into_iter().enumerate() {
        let (servers, permits) = (Arc::clone(&servers), Arc::clone(&permits));
        checking.spawn(async move {
            let _permit = permits.acquire().await.expect("the semaphore stays open");
            let report = if run.with_failing_storage {
                let own = CorrectServers::start(1).await;
                check_target(own.target_with_failing_storage(run.injection).await, run).await
            } else {
                check_target(servers.target(at, run.injection).await, run).await
            };
            // Shown next to a test that fails.
            println!("{}: {:?}", run.id, codes(&report));
            (at, report)
        });
    }
    let mut reports = checking.join_all().await;
    reports.sort_by_key(|(at, _)| *at);
    reports.into_iter().map(|(_, report)| report).collect()
}

/// Returns the codes of the findings.
fn codes(report: &LiveReport) -> BTreeSet<String> {
    report.findings().map(|finding| finding.code.clone()).collect()
}

async fn check_target(target: Target, run: Run) -> LiveReport {
    live::run(&target, &run.options()).await.expect("a usable server")
}
