//! The checks in their order.

use futures::future::BoxFuture;

use super::fault_run::{self, FaultCase};
use super::report::{CheckOutcome, CheckResult, LiveReport};
use super::stage::{Current, Stage, Stop};
use super::target::{Options, Target};
use super::wire::{Wire, authored_validator};
use super::{
    LiveError, backups, cleanup, client, deletes, isolation, lists, negotiation, pending, slow, snapshots,
};
use crate::report::Coverage;

/// One check that knows what it wants to see.
struct Story {
    code: &'static str,
    rule: &'static str,
    /// The operation that it is about, and the status that it is there to see.
    about: Option<(&'static str, u16)>,
    run: for<'a> fn(&'a mut Stage) -> BoxFuture<'a, Result<(), Stop>>,
}

const LISTS: [&str; 3] = [
    "app_backup_list_all",
    "app_backup_list_for_app",
    "app_snap_list_for_app",
];
const FETCHES: [&str; 3] = [
    "app_backup_fetch",
    "app_backup_fetch_for_app",
    "app_snap_fetch_for_app",
];

/// Stories about one resource, up to where faulty requests begin.
#[rustfmt::skip]
const BEGINNING: &[Story] = &[
    Story { code: "snapshot-create", rule: "A create answers with the new snapshot and echoes what was sent.",
        about: Some(("app_snap_create_for_app", 201)), run: |stage| Box::pin(snapshots::create(stage)) },
    Story { code: "snapshot-completes", rule: "A snapshot becomes completed, and only moves forward.",
        about: None, run: |stage| Box::pin(snapshots::complete(stage)) },
    Story { code: "snapshot-name-taken", rule: "A name is given once per app.",
        about: Some(("app_snap_create_for_app", 409)), run: |stage| Box::pin(snapshots::name_taken(stage)) },
    Story { code: "snapshot-without-name", rule: "A snapshot without a name gets one.",
        about: None, run: |stage| Box::pin(snapshots::create_unnamed(stage)) },
    Story { code: "backup-create", rule: "A create answers with the new backup and echoes what was sent.",
        about: Some(("app_backup_create_for_app", 201)), run: |stage| Box::pin(backups::create(stage)) },
    Story { code: "backup-completes", rule: "A backup becomes completed, and only moves forward.",
        about: None, run: |stage| Box::pin(backups::complete(stage)) },
    Story { code: "backup-name-taken", rule: "A name is given once per app.",
        about: Some(("app_backup_create_for_app", 409)), run: |stage| Box::pin(backups::name_taken(stage)) },
    Story { code: "backup-without-name", rule: "A backup without a name gets one.",
        about: None, run: |stage| Box::pin(backups::create_unnamed(stage)) },
    Story { code: "backup-of-snapshot", rule: "A backup of a snapshot names it.",
        about: None, run: |stage| Box::pin(backups::from_snapshot(stage)) },
    Story { code: "backup-in-both-trees", rule: "Both path trees give the same backup.",
        about: Some(("app_backup_fetch", 200)), run: |stage| Box::pin(backups::same_in_both_trees(stage)) },
    Story { code: "generated-client", rule: "The generated client gets through a backup's whole life.",
        about: None, run: |stage| Box::pin(client::life_of_a_backup(stage)) },
    Story { code: "body-of-a-get", rule: "The body of a GET doesn't matter.",
        about: Some(("app_backup_list_for_app", 200)), run: |stage| Box::pin(negotiation::body_of_a_get(stage)) },
    Story { code: "others-not-found", rule: "What another account has isn't found under one's own URLs.",
        about: None, run: |stage| Box::pin(isolation::others_are_not_found(stage)) },
    Story { code: "own-are-safe", rule: "Another account's token reaches nothing of one's own.",
        about: None, run: |stage| Box::pin(isolation::own_are_safe(stage)) },
    Story { code: "snapshot-of-others", rule: "A backup is made from a snapshot of its own app only.",
        about: None, run: |stage| Box::pin(isolation::snapshot_of_own_app_only(stage)) },
    Story { code: "half-a-body", rule: "Half a body isn't waited for without end.",
        about: Some(("app_backup_create_for_app", 408)),
        run: |stage| Box::pin(slow::half_a_body(stage, "app_backup_create_for_app")) },
    Story { code: "half-a-body", rule: "Half a body isn't waited for without end.",
        about: Some(("app_snap_create_for_app", 408)),
        run: |stage| Box::pin(slow::half_a_body(stage, "app_snap_create_for_app")) },
    Story { code: "viewer-reads", rule: "A read-only token may read.",
        about: None, run: |stage| Box::pin(isolation::viewer_reads(stage)) },
    Story { code: "operator-reads", rule: "A token of all accounts works in each.",
        about: None, run: |stage| Box::pin(isolation::operator_reads(stage)) },
];

/// A story that is told once for each of several operations.
struct Repeated {
    code: &'static str,
    rule: &'static str,
    operations: [&'static str; 3],
    run: for<'a> fn(&'a mut Stage, &'a str) -> BoxFuture<'a, Result<(), Stop>>,
}

#[rustfmt::skip]
const REPEATED: &[Repeated] = &[
    Repeated { code: "list", rule: "A list holds what was made, newest first, and counts right.",
        operations: LISTS, run: |stage, operation| Box::pin(lists::complete_list(stage, operation)) },
    Repeated { code: "list-pages", rule: "Pages give every item once, in the order of the whole.",
        operations: LISTS, run: |stage, operation| Box::pin(lists::pages(stage, operation)) },
    Repeated { code: "list-huge-limit", rule: "A limit may be however large.",
        operations: LISTS, run: |stage, operation| Box::pin(lists::huge_limit(stage, operation)) },
    Repeated { code: "list-columns", rule: "`include` gives the fields asked for, in that order, null for what is absent.",
        operations: LISTS, run: |stage, operation| Box::pin(lists::columns(stage, operation)) },
    Repeated { code: "list-columns-in-pages", rule: "`include` and `limit` go together.",
        operations: LISTS, run: |stage, operation| Box::pin(lists::columns_in_pages(stage, operation)) },
    Repeated { code: "list-media-type", rule: "A list is plain JSON.",
        operations: LISTS, run: |stage, operation| Box::pin(negotiation::list(stage, operation)) },
    Repeated { code: "fetch-media-type", rule: "A fetch answers in the media type that `Accept` asks for.",
        operations: FETCHES, run: |stage, operation| Box::pin(negotiation::fetch(stage, operation)) },
];

/// Stories that remove things.
#[rustfmt::skip]
const ENDING: &[Story] = &[
    Story { code: "pending-below-app", rule: "A pending backup can't be cancelled.",
        about: Some(("app_backup_delete_for_app", 409)),
        run: |stage| Box::pin(pending::cannot_be_deleted(stage, "app_backup_delete_for_app")) },
    Story { code: "pending-across-account", rule: "A pending backup can't be cancelled.",
        about: Some(("app_backup_delete", 409)),
        run: |stage| Box::pin(pending::cannot_be_deleted(stage, "app_backup_delete")) },
    Story { code: "delete-snapshot", rule: "A deleted snapshot is gone everywhere.",
        about: None, run: |stage| Box::pin(deletes::snap(stage)) },
    Story { code: "delete-snapshot-of-backup", rule: "A completed backup doesn't need its snapshot any more.",
        about: None, run: |stage| Box::pin(deletes::snap_of_a_backup(stage)) },
    Story { code: "delete-below-app", rule: "A deleted backup is gone everywhere.",
        about: Some(("app_backup_delete_for_app", 204)),
        run: |stage| Box::pin(deletes::backup_below_app(stage)) },
    Story { code: "delete-across-account", rule: "A deleted backup is gone everywhere.",
        about: Some(("app_backup_delete", 204)), run: |stage| Box::pin(deletes::backup_across_account(stage)) },
];

/// Drives a server through the whole suite.
///
/// # Errors
///
/// When the server can't be judged: it doesn't answer, or the token, account and app that were given don't
/// get a list of backups out of it.
///
/// # Cancel safety
///
/// Not cancel safe: a run that is dropped halfway leaves behind what it made so far.
pub async fn run(target: &Target, options: &Options) -> Result<LiveReport, LiveError> {
    let wire = Wire::new(target, options.answer_max, authored_validator()?)?;
    let mut stage = Stage::new(target.clone(), options.clone(), wire);
    is_usable(&mut stage).await?;
    let mut checks = Vec::new();
    for story in BEGINNING {
        checks.push(tell(&mut stage, story).await);
    }
    for story in REPEATED {
        for operation in story.operations {
            begin(&mut stage, story.code, story.rule);
            let result = (story.run)(&mut stage, operation).await;
            checks.push(end(&mut stage, Some(operation), &[(operation, 200)], result));
        }
    }
    for case in fault_cases(&stage) {
        begin(&mut stage, case.fault.code, case.fault.rule);
        let result = fault_run::run(&mut stage, &case).await;
        let reached = (case.operation.as_str(), case.fault.status);
        checks.push(end(&mut stage, Some(&case.operation), &[reached], result));
    }
    for story in ENDING {
        checks.push(tell(&mut stage, story).await);
    }
    begin(
        &mut stage,
        "clean-up",
        "What the suite made can be removed again.",
    );
    let left_behind = cleanup::remove_everything(&mut stage).await;
    checks.push(end(&mut stage, None, &[], Ok(())));
    let unreached = |operation: &str, status: u16| reason(&checks, operation, status);
    let coverage = Coverage::of(stage.wire.validator().document(), &stage.wire.log, unreached);
    Ok(LiveReport {
        url: target.url.clone(),
        checks,
        coverage,
        exchanges: stage.wire.log,
        left_behind,
    })
}

/// One request that has to work before anything can be said.
async fn is_usable(stage: &mut Stage) -> Result<(), LiveError> {
    let call = stage.call("app_backup_list_for_app");
    let url = stage.target.url.clone();
    let answer = stage.wire.send(&stage.target, &call).await;
    let answer = answer.map_err(|why| LiveError::Unreachable {
        url: url.clone(),
        why,
    })?;
    if answer.status == 200 {
        return Ok(());
    }
    let (title, detail) = (
        answer.text("/title").unwrap_or_default(),
        answer.text("/detail").unwrap_or_default(),
    );
    Err(LiveError::NotUsable {
        url,
        account: stage.target.account,
        app: stage.target.app,
        answer: format!("{} {title} {detail}", answer.status)
            .trim_end()
            .to_owned(),
    })
}

fn fault_cases(stage: &Stage) -> Vec<FaultCase> {
    let operations = stage.wire.validator().document().operations();
    let mut cases = fault_run::cases(operations);
    cases.retain(|case| !stage.is_left_out(&case.operation));
    cases
}

async fn tell(stage: &mut Stage, story: &Story) -> CheckResult {
    begin(stage, story.code, story.rule);
    let result = (story.run)(stage).await;
    let reaches: Vec<(&str, u16)> = story.about.into_iter().collect();
    end(
        stage,
        story.about.map(|(operation, _)| operation),
        &reaches,
        result,
    )
}

fn begin(stage: &mut Stage, code: &str, rule: &str) {
    stage.current = Current {
        code: code.to_owned(),
        rule: rule.to_owned(),
        findings: Vec::new(),
    };
}

fn end(
    stage: &mut Stage,
    operation: Option<&str>,
    reaches: &[(&str, u16)],
    result: Result<(), Stop>,
) -> CheckResult {
    let current = std::mem::take(&mut stage.current);
    let outcome = match result {
        _ if !current.findings.is_empty() => CheckOutcome::Violated,
        Err(Stop::LeftOut(reason)) => CheckOutcome::LeftOut { reason },
        Ok(()) | Err(Stop::Noted) => CheckOutcome::Held,
    };
    CheckResult {
        code: current.code,
        operation: operation.map(str::to_owned),
        rule: current.rule,
        outcome,
        findings: current.findings,
        reaches: reaches
            .iter()
            .map(|(operation, status)| ((*operation).to_owned(), *status))
            .collect(),
    }
}

/// Why no answer of that operation and status came.
fn reason(checks: &[CheckResult], operation: &str, status: u16) -> String {
    let about: Vec<&CheckResult> = checks
        .iter()
        .filter(|check| {
            check
                .reaches
                .iter()
                .any(|(own, wanted)| own == operation && *wanted == status)
        })
        .collect();
    let left_out = about.iter().find_map(|check| match &check.outcome {
        CheckOutcome::LeftOut { reason } => Some(reason.clone()),
        _ => None,
    });
    if let Some(check) = about.iter().find(|check| check.outcome == CheckOutcome::Violated) {
        return format!("another answer came, see `{}`", check.code);
    }
    match left_out {
        Some(reason) => reason,
        None if status >= 500 => "a fault inside the server can't be provoked over HTTP".to_owned(),
        None => "no check asks for it".to_owned(),
    }
}
