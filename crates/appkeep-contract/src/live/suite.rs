//! The checks in their order.

use super::ahead::AHEAD_MAX;
use super::context::{Context, CurrentCheck, Stop};
use super::coverage::Coverage;
use super::inputs;
use super::prepared::PreparedCheck;
use super::recording_client::{RecordingClient, authored_validator};
use super::report::{CheckOutcome, CheckResult, LiveFinding, LiveReport};
use super::scenarios::{self, RepeatedScenario, Scenario};
use super::target::{Options, Target};
use super::{LiveError, cleanup, incomplete_body, inventory, isolation, refusals, storage};

/// The code and rule for a run with too few checks.
pub(super) const FEWER: (&str, &str) = (
    "fewer-checks",
    "A run has at least as many checks as the last accepted one.",
);

/// The least number of checks for a [`Target`] with all optional parts. A run with fewer checks against a fresh
/// server fails.
pub const CHECKS: usize = 2679;

/// The number of these checks that need a [`FaultInjector`](super::FaultInjector).
pub const CHECKS_OF_STORAGE: usize = 65;

/// The last check.
pub(super) const CLEAN_UP: (&str, &str) =
    ("clean-up", "The resources that the suite created can be deleted.");

/// Runs the whole suite against a server.
///
/// # Errors
///
/// When the server can't be checked: it doesn't respond, or doesn't return a list of backups for the given
/// token, account and app.
///
/// # Cancel safety
///
/// Not cancel safe: a run that is dropped halfway leaves behind the resources that it created so far.
/// [`Options::interrupt`] ends a run that then deletes its resources.
pub async fn run(target: &Target, options: &Options) -> Result<LiveReport, LiveError> {
    let http = RecordingClient::new(target, options, authored_validator()?)?;
    let mut run = Run {
        ctx: Context::new(target.clone(), options.clone(), http),
        checks: Vec::new(),
    };
    is_usable(&mut run.ctx).await?;
    inventory::record_existing(&mut run.ctx).await;
    incomplete_body::begin(&mut run.ctx);
    run.ctx.checks = run.planned();
    run.run_all(scenarios::LIFECYCLE).await;
    run.run_prepared(&isolation::cases(&run.ctx)).await;
    run.run_all(scenarios::AFTER_ISOLATION).await;
    run.run_repeated(scenarios::REPEATED).await;
    run.run_prepared(inputs::authored(run.ctx.http.document())).await;
    let refusals = refusals::cases(run.ctx.http.document().operations());
    run.run_prepared(&refusals).await;
    run.run_all(scenarios::CONCURRENCY).await;
    run.run_repeated(scenarios::STORAGE).await;
    run.run_all(scenarios::DELETION).await;
    run.run_all(scenarios::INCOMPLETE_BODIES).await;
    let left_behind = run.clean_up().await;
    run.count_checks();
    let Run { ctx, checks } = run;
    let unreached = |operation: &str, status: u16| reason(&checks, operation, status);
    let coverage = Coverage::of(ctx.http.document(), &ctx.http.log, unreached);
    Ok(LiveReport {
        url: target.url.clone(),
        account: target.account,
        app: target.app,
        run_id: options.run_id,
        slow: options.slow,
        checks,
        coverage,
        exchanges: ctx.http.log,
        left_behind,
        ended_early: ctx.limits.ended(),
    })
}

/// A run in progress.
struct Run {
    ctx: Context,
    checks: Vec<CheckResult>,
}

impl Run {
    fn operations(&self) -> Vec<String> {
        let operations = self.ctx.http.document().operations();
        operations.iter().map(|operation| operation.id.clone()).collect()
    }

    /// The planned number of checks, including skipped ones.
    fn planned(&self) -> usize {
        let document = self.ctx.http.document();
        let operations = document.operations();
        let once = scenarios::once().count();
        let times = |fits: &dyn Fn(&str) -> bool| operations.iter().filter(|one| fits(&one.id)).count();
        let repeated: usize = scenarios::repeated()
            .map(|scenario| times(&|operation| scenario.operations.include(operation)))
            .sum();
        let isolation = isolation::cases(&self.ctx).len();
        let cases = inputs::authored(document).len() + refusals::cases(operations).len();
        let last = 1 + usize::from(self.ctx.options.min_checks.is_some());
        once + repeated + isolation + cases + last
    }

    /// Whether the run stops because of a finding.
    fn is_stopped(&self) -> bool {
        let is_violated = |check: &CheckResult| check.outcome == CheckOutcome::Violated;
        self.ctx.options.fail_fast && self.checks.last().is_some_and(is_violated)
    }

    fn has_violation(&self) -> bool {
        let mut checks = self.checks.iter();
        checks.any(|check| check.outcome == CheckOutcome::Violated)
    }

    async fn run_all(&mut self, scenarios: &[Scenario]) {
        for scenario in scenarios {
            if self.is_stopped() {
                return;
            }
            begin(&mut self.ctx, scenario.code, scenario.rule);
            let result = match scenario.covers.map(|(operation, _)| self.ctx.require(operation)) {
                Some(Err(stop)) => Err(stop),
                _ => (scenario.run)(&mut self.ctx).await,
            };
            let reaches: Vec<(&str, u16)> = scenario.covers.into_iter().collect();
            let operation = scenario.covers.map(|(operation, _)| operation);
            self.end(operation, None, &reaches, result);
            self.ctx.forget_reads();
        }
    }

    async fn run_repeated(&mut self, scenarios: &[RepeatedScenario]) {
        for scenario in scenarios {
            for operation in self.operations() {
                if self.is_stopped() {
                    return;
                }
                if !scenario.operations.include(&operation) {
                    continue;
                }
                begin(&mut self.ctx, scenario.code, scenario.rule);
                let result = match self.ctx.require(&operation) {
                    Ok(()) => (scenario.run)(&mut self.ctx, &operation).await,
                    Err(stop) => Err(stop),
                };
                self.end(Some(&operation), None, &[(&operation, scenario.status)], result);
                self.ctx.forget_reads();
            }
        }
    }

    /// Runs checks whose requests are known: those of several checks are sent at the same time. If the run ends
    /// meanwhile, the checks state the reason.
    async fn run_prepared<C: PreparedCheck>(&mut self, checks: &[C]) {
        let mut checks = checks.iter();
        loop {
            let (mut prepared, mut calls) = (Vec::new(), Vec::new());
            while calls.len() < AHEAD_MAX
                && let Some(check) = checks.next()
            {
                let requests = check.prepare(&mut self.ctx);
                calls.extend(requests.iter().flat_map(C::calls));
                prepared.push((check, requests));
            }
            if prepared.is_empty() || self.is_stopped() {
                return;
            }
            let _ = self.ctx.send_ahead(calls).await;
            for (check, requests) in prepared {
                if self.is_stopped() {
                    return;
                }
                let heading = check.heading();
                begin(&mut self.ctx, heading.code, heading.rule);
                let result = match requests {
                    Ok(requests) => check.run(&mut self.ctx, requests).await,
                    Err(stop) => Err(stop),
                };
                let reaches = heading.reaches.map(|status| (heading.operation, status));
                let reaches: Vec<(&str, u16)> = reaches.into_iter().collect();
                self.end(Some(heading.operation), heading.detail.cloned(), &reaches, result);
            }
            self.ctx.forget_reads();
        }
    }

    async fn clean_up(&mut self) -> Vec<String> {
        self.ctx.forget_ahead();
        begin(&mut self.ctx, CLEAN_UP.0, CLEAN_UP.1);
        let left_behind = cleanup::delete_everything(&mut self.ctx).await;
        let result = self.ended_early();
        self.end(None, None, &[], result);
        left_behind
    }

    /// An error if the run ended early, so that no further checks run.
    fn ended_early(&self) -> Result<(), Stop> {
        let ended = self.ctx.limits.ended();
        ended.map_or(Ok(()), |end| Err(Stop::Skipped(end.to_string())))
    }

    /// Reports a finding if fewer checks ran than required.
    fn count_checks(&mut self) {
        let Some(least) = self.ctx.options.min_checks else {
            return;
        };
        begin(&mut self.ctx, FEWER.0, FEWER.1);
        let (ran, result) = (count_run(&self.checks), self.ended_early());
        if ran < least && result.is_ok() {
            let what = format!("expected at least {least} checks, ran {ran}");
            self.ctx.record(LiveFinding::new(FEWER, "", what));
        }
        self.end(None, None, &[], result);
    }

    fn end(
        &mut self,
        operation: Option<&str>,
        detail: Option<String>,
        reaches: &[(&str, u16)],
        result: Result<(), Stop>,
    ) {
        let current = std::mem::take(&mut self.ctx.current);
        let outcome = match result {
            _ if !current.findings.is_empty() => CheckOutcome::Violated,
            // Without a violation, the options exclude the check that provides the prerequisite.
            Err(Stop::NotJudged(reason)) if self.has_violation() => CheckOutcome::NotJudged { reason },
            Err(Stop::Skipped(reason) | Stop::NotJudged(reason)) => CheckOutcome::Skipped { reason },
            Ok(()) | Err(Stop::Recorded) => CheckOutcome::Held,
        };
        self.checks.push(CheckResult {
            code: current.code,
            operation: operation.map(str::to_owned),
            detail,
            rule: current.rule,
            outcome,
            findings: current.findings,
            reaches: reaches
                .iter()
                .map(|(operation, status)| ((*operation).to_owned(), *status))
                .collect(),
        });
    }
}

/// Number of checks that weren't skipped.
fn count_run(checks: &[CheckResult]) -> usize {
    let has_run = |check: &&CheckResult| matches!(check.outcome, CheckOutcome::Held | CheckOutcome::Violated);
    checks.iter().filter(has_run).count()
}

/// Sends one request that must succeed before any check is possible.
async fn is_usable(ctx: &mut Context) -> Result<(), LiveError> {
    // For operations on a single resource, 404 is the expected response.
    let candidates = [
        ("app_backup_list_for_app", 200),
        ("app_backup_list_all", 200),
        ("app_snap_list_for_app", 200),
        ("app_backup_fetch_for_app", 404),
        ("app_backup_fetch", 404),
        ("app_snap_fetch_for_app", 404),
        ("app_backup_delete_for_app", 404),
        ("app_backup_delete", 404),
        ("app_snap_delete_for_app", 404),
    ];
    let found = candidates
        .into_iter()
        .find(|(operation, _)| !ctx.is_excluded(operation));
    let url = ctx.target.url.clone();
    let Some((operation, expected)) = found else {
        return Err(LiveError::NoPermittedOperation { url });
    };
    let call = ctx.call(operation);
    let sent = ctx.http.send(&call);
    // A run that ends here has an empty report.
    let Ok(response) = ctx.limits.within(call.writes(), sent).await else {
        return Ok(());
    };
    let response = response.map_err(|why| LiveError::Unreachable {
        url: url.clone(),
        why,
    })?;
    if response.status == expected {
        return Ok(());
    }
    Err(LiveError::NotUsable {
        url,
        operation: operation.to_owned(),
        account: ctx.target.account,
        app: ctx.target.app,
        response: response.summary(),
    })
}

fn begin(ctx: &mut Context, code: &str, rule: &str) {
    ctx.step(code);
    ctx.current = CurrentCheck {
        code: code.to_owned(),
        rule: rule.to_owned(),
        findings: Vec::new(),
    };
}

/// The reason why no 429 was received: checks stay below the rate limits.
const NOT_FLOODED: &str = "not provoked: it requires more requests than the server's limits permit";

/// A response that only the deletion of a configured schedule provokes.
const CONFIGURED_SCHEDULE: (&str, u16) = ("app_schedule_delete_for_app", 409);

/// The reason why it was not received.
const NOT_DELETED: &str =
    "not provoked: a faulty server would delete a schedule that the suite didn't create";

/// The reason why an operation never returned a status.
fn reason(checks: &[CheckResult], operation: &str, status: u16) -> String {
    let covers: Vec<&CheckResult> = checks
        .iter()
        .filter(|check| {
            check
                .reaches
                .iter()
                .any(|(own, expected)| own == operation && *expected == status)
        })
        .collect();
    let skipped = covers.iter().find_map(|check| match &check.outcome {
        CheckOutcome::Skipped { reason } | CheckOutcome::NotJudged { reason } => Some(reason.clone()),
        _ => None,
    });
    if let Some(check) = covers
        .iter()
        .find(|check| check.outcome == CheckOutcome::Violated)
    {
        return format!("another response was received, see `{}`", check.code);
    }
    match skipped {
        Some(reason) => reason,
        None if status >= 500 => storage::NOT_PROVOKABLE.to_owned(),
        None if status == 429 => NOT_FLOODED.to_owned(),
        None if (operation, status) == CONFIGURED_SCHEDULE => NOT_DELETED.to_owned(),
        None => "no check covers it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchecked_and_uncausable_responses_are_distinguished() {
        assert_eq!(reason(&[], "app_list", 499), "no check covers it");
        assert_eq!(reason(&[], "app_list", 500), storage::NOT_PROVOKABLE);
        assert_eq!(reason(&[], "app_list", 503), storage::NOT_PROVOKABLE);
        assert_eq!(reason(&[], "app_list", 429), NOT_FLOODED);
        assert_eq!(reason(&[], "app_schedule_delete_for_app", 409), NOT_DELETED);
    }
}
