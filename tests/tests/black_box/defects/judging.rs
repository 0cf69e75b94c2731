//! Running the judge many times, side by side, on one pair of honest servers.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use appkeep_client::Uuid;
use appkeep_contract::live::{self, LiveReport, Options, Target};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::honest::Honest;
use super::plant::{Defect, Plant};

/// Runs that go on at a time. A run waits for backups about as long as it works.
const SIDE_BY_SIDE: usize = 4;

/// The seed of every run against a defect.
const SEED: u128 = 7;

/// How long a body may be waited for. The servers do so for a second.
const BODY_WAIT_MAX: Duration = Duration::from_secs(20);

/// How much of a response the judge reads, in bytes: enough for every honest one.
pub(super) const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// One run of the judge.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) id: &'static str,
    plant: Plant,
    seed: u128,
    /// The operations that the judge looks at; all of them where there are none.
    operations: &'static [&'static str],
    with_failing_storage: bool,
}

impl Run {
    /// The whole judge before a proxy that changes nothing.
    pub(super) fn honest(seed: u128) -> Self {
        Self {
            id: "honest",
            plant: Plant::Nothing,
            seed,
            operations: &[],
            with_failing_storage: false,
        }
    }

    /// As much of the judge as the defect can show itself to.
    pub(super) fn of(defect: &Defect) -> Self {
        Self {
            id: defect.id,
            plant: defect.plant,
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
        options.stop_at_first = true;
        if !self.operations.is_empty() {
            let operations = self.operations.iter().map(|id| (*id).to_owned());
            options.operations = Some(operations.collect());
        }
        options
    }
}

/// What the judge says in each run, in their order.
pub(super) async fn judge_all(runs: Vec<Run>) -> Vec<LiveReport> {
    let honest = Arc::new(Honest::start(runs.len()).await);
    let places = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let mut judging = JoinSet::new();
    // The last ones wait the longest, so they come first.
    for (at, run) in runs.into_iter().enumerate().rev() {
        let (honest, places) = (Arc::clone(&honest), Arc::clone(&places));
        judging.spawn(async move {
            let _place = places.acquire().await.expect("nobody closes it");
            let report = if run.with_failing_storage {
                let own = Honest::start(1).await;
                judge(own.target_with_switch(run.plant).await, run).await
            } else {
                judge(honest.target(at, run.plant).await, run).await
            };
            // Shown beside a test that fails.
            println!("{}: {:?}", run.id, codes(&report));
            (at, report)
        });
    }
    let mut reports = judging.join_all().await;
    reports.sort_by_key(|(at, _)| *at);
    reports.into_iter().map(|(_, report)| report).collect()
}

/// The codes of what was found.
pub(super) fn codes(report: &LiveReport) -> BTreeSet<String> {
    report.findings().map(|finding| finding.code.clone()).collect()
}

async fn judge(target: Target, run: Run) -> LiveReport {
    live::run(&target, &run.options())
        .await
        .expect("something to judge")
}
