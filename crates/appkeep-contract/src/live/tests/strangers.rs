//! All that is said about servers that get everything wrong, each in its own way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::canned::{Canned, Reply, Request};
use super::distorted;
use super::shelf::{APPS, OPERATOR_TOKEN, OTHER, OTHER_TOKEN, Shelf, VIEWER_TOKEN};
use super::{ACCOUNT, APP, TOKEN, backup, knows_nothing, list, options, problem, target};
use crate::live::{Breakage, CheckOutcome, Foreign, Idle, LiveReport, Options, StorageFault, Target, run};
use crate::report::CellState;
use crate::validate::Violated;

/// So many characters of a finding are shown.
const WIDTH: usize = 160;

/// A switch that nothing hangs on.
struct Useless;

impl Breakage for Useless {
    fn set(&self, _: Option<StorageFault>) {}

    fn reason(&self) -> &'static str {
        "the disk is on holiday"
    }
}

/// A server that is taken for all that a target can have.
pub(super) fn known(server: &Canned) -> Target {
    Target {
        other_app: Some(APPS[1].1),
        failing_app: Some(APPS[2].1),
        viewer_token: Some(VIEWER_TOKEN.to_owned()),
        foreign: Some(Foreign {
            account: OTHER,
            token: OTHER_TOKEN.to_owned(),
            app: APPS[3].1,
        }),
        operator_token: Some(OPERATOR_TOKEN.to_owned()),
        idle: Some(Box::new(Idle {
            url: server.url(),
            token: TOKEN.to_owned(),
            account: ACCOUNT,
            app: APP,
        })),
        breakage: Some(Arc::new(Useless)),
        may_restore: true,
        ..target(server.url())
    }
}

/// No patience: nobody can say how often one looks in a while.
fn impatient() -> Options {
    Options {
        completion_max: Duration::ZERO,
        ..options()
    }
}

/// Everything that is said about a server of which everything is known.
async fn everything_said(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> String {
    said_with(|_| {}, answer).await
}

/// The same as far as these options let one look.
async fn said_with(
    change: impl FnOnce(&mut Options),
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> String {
    let server = Canned::start(answer).await;
    let mut options = impatient();
    change(&mut options);
    let report = run(&known(&server), &options).await.unwrap();
    // The port is another one each time.
    lines_of(&report).replace(&server.url(), "http://stranger")
}

/// Each outcome of each check, each finding, and each reason why an answer wasn't seen, with how often. What is wrong
/// with an answer as such isn't told: that is for the tests of `validate` to say.
fn lines_of(report: &LiveReport) -> String {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for check in &report.checks {
        let outcome = match &check.outcome {
            CheckOutcome::Held => "held".to_owned(),
            CheckOutcome::Violated => "violated".to_owned(),
            CheckOutcome::LeftOut { reason } => format!("left out: {reason}"),
        };
        *times.entry(format!("{} {outcome}", check.code)).or_default() += 1;
        for finding in &check.findings {
            let of_response = Violated::ALL.iter().any(|rule| rule.as_str() == finding.code);
            if of_response {
                continue;
            }
            let what: String = unnumbered(&finding.what).chars().take(WIDTH).collect();
            let line = format!("{}: {what}", finding.code);
            *times.entry(line).or_default() += 1;
        }
    }
    for cell in &report.coverage.cells {
        if let CellState::NotReached { reason } = &cell.state {
            *times.entry(format!("not reached: {reason}")).or_default() += 1;
        }
    }
    let lines = times.iter().map(|(line, times)| format!("{line} × {times}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Who adds a check shouldn't change all names that come later.
fn unnumbered(text: &str) -> String {
    let mut parts = text.split("-000000000000-");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str("-N");
        kept.push_str(part.trim_start_matches(|one: char| one.is_ascii_digit()));
    }
    kept
}

/// Says yes to everything, and always has the same backup.
fn agrees(request: &Request) -> Reply {
    match request.method.as_str() {
        "POST" => Reply::json(201, &backup("completed")),
        "PUT" | "DELETE" => Reply::json(204, &Value::Null),
        _ if request.path.ends_with('s') => list(&[backup("completed")]),
        _ => Reply::json(200, &backup("completed")),
    }
}

/// Has one refusal for everything but the first thing that it is asked.
fn refuses(request: &Request) -> Reply {
    if request.path.ends_with("/appBackups") && request.method == "GET" {
        list(&[])
    } else {
        problem(400, 5)
    }
}

/// Lists what isn't of the shape that it should have.
fn babbles(request: &Request) -> Reply {
    if request.path.ends_with("/appBackups") && request.method == "GET" {
        Reply::json(200, &json!({"items": [7, {"id": 7}, null], "metadata": []}))
    } else {
        Reply::json(200, &json!("yes"))
    }
}

#[tokio::test]
async fn one_that_knows_nothing() {
    insta::assert_snapshot!(everything_said(knows_nothing).await);
}

#[tokio::test]
async fn one_that_agrees_to_everything() {
    insta::assert_snapshot!(everything_said(agrees).await);
}

#[tokio::test]
async fn one_that_refuses_everything() {
    insta::assert_snapshot!(everything_said(refuses).await);
}

#[tokio::test]
async fn one_that_babbles() {
    insta::assert_snapshot!(everything_said(babbles).await);
}

#[tokio::test]
async fn one_that_keeps_whatever_it_is_given() {
    let shelf = Shelf::default();
    insta::assert_snapshot!(everything_said(move |request| shelf.answer(request)).await);
}

async fn distorted(salt: u32) -> String {
    let shelf = Shelf::default();
    everything_said(move |request| distorted::answer(&shelf, request, salt)).await
}

#[tokio::test]
async fn one_that_distorts_what_it_keeps() {
    insta::assert_snapshot!(distorted(1).await);
}

#[tokio::test]
async fn another_that_does() {
    insta::assert_snapshot!(distorted(2).await);
}

#[tokio::test]
async fn a_third_one_that_does() {
    insta::assert_snapshot!(distorted(3).await);
}

async fn shelf_with(change: impl FnOnce(&mut Options)) -> String {
    let shelf = Shelf::default();
    said_with(change, move |request| shelf.answer(request)).await
}

#[tokio::test]
async fn one_that_has_no_companions() {
    insta::assert_snapshot!(shelf_with(|options| options.documented_only = true).await);
}

#[tokio::test]
async fn one_that_deletes_nothing() {
    let three = [
        "app_backup_create_for_app",
        "app_backup_fetch",
        "app_backup_list_all",
    ]
    .map(str::to_owned);
    insta::assert_snapshot!(shelf_with(|options| options.operations = Some(three.into())).await);
}

#[tokio::test]
async fn one_that_has_four_operations() {
    let four = super::cleaning::OF_BACKUPS.map(str::to_owned);
    insta::assert_snapshot!(shelf_with(|options| options.operations = Some(four.into())).await);
}

#[tokio::test]
async fn one_of_which_little_is_known() {
    let shelf = Shelf::default();
    let server = Canned::start(move |request| shelf.answer(request)).await;
    let report = run(&target(server.url()), &impatient()).await.unwrap();
    insta::assert_snapshot!(lines_of(&report));
}
