//! Reports as JUnit XML, with one case for each check.
//!
//! A live check is a case of the suite `live`, with its operation as the class; a rule of the comparison is a
//! case of the suite `static`. Checks that weren't run are skipped, with the reason. A finding is a failure
//! with the same text as in a terminal.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report as Junit, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::Report;
use super::text::{self, PLAIN};
use crate::live::{CheckOutcome, CheckResult, LiveReport};
use appkeep_openapi::statics::{Code, STALE_CODE, StaticReport};

/// The class of cases that don't belong to one operation.
const WHOLE: &str = "suite";

pub(super) fn write(report: &Report) -> Result<String, SerializeError> {
    let mut junit = Junit::new("appkeep verify");
    if let Some(statics) = &report.statics {
        junit.add_test_suite(static_suite(statics));
    }
    if let Some(live) = &report.live {
        junit.add_test_suite(live_suite(live));
    }
    junit.to_string()
}

fn static_suite(report: &StaticReport) -> TestSuite {
    let mut suite = TestSuite::new("static");
    suite.add_property(("contract", report.contract.as_str()));
    suite.add_property(("server", report.server.as_str()));
    for code in Code::ALL {
        let found: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| finding.code == *code)
            .collect();
        let status = if let Some(first) = found.first() {
            let message = match found.len() {
                1 => first.what.clone(),
                count => format!("{} (and {} more)", first.what, count - 1),
            };
            let groups = report.groups().into_iter().filter(|group| group[0].code == *code);
            let texts: Vec<_> = groups
                .map(|group| text::difference_text(PLAIN, report, &group))
                .collect();
            failure(code.as_str(), message, texts.join("\n"))
        } else {
            TestCaseStatus::success()
        };
        let mut case = case("static", code.as_str(), status);
        let allowed = report.allowed.iter().filter(|allowed| allowed.code == *code);
        let allowed: Vec<String> = allowed.map(ToString::to_string).collect();
        if !allowed.is_empty() {
            case.set_system_out(allowed.join("\n"));
        }
        suite.add_test_case(case);
    }
    let stale: Vec<String> = report
        .stale
        .iter()
        .map(|stale| format!("{} ({}) matches nothing", stale.what, stale.code))
        .collect();
    let status = match stale.first() {
        Some(first) => failure(STALE_CODE, first.clone(), stale.join("\n")),
        None => TestCaseStatus::success(),
    };
    suite.add_test_case(case("static", STALE_CODE, status));
    suite
}

fn live_suite(report: &LiveReport) -> TestSuite {
    let mut suite = TestSuite::new("live");
    suite.add_property(("url", report.url.as_str()));
    suite.add_property(("seed", report.run_id.to_string().as_str()));
    if let Some(end) = report.ended_early {
        suite.add_property(("ended-early", end.to_string().as_str()));
    }
    // JUnit readers identify cases by class and name.
    let mut times: BTreeMap<(String, String), usize> = BTreeMap::new();
    for check in &report.checks {
        let class = check.operation.as_deref().unwrap_or(WHOLE).to_owned();
        let called = match &check.detail {
            Some(detail) => format!("{}: {detail}", check.code),
            None => check.code.clone(),
        };
        let time = times.entry((class.clone(), called.clone())).or_default();
        *time += 1;
        let name = match *time {
            1 => called,
            time => format!("{called} ({time})"),
        };
        let mut case = case(&class, &name, status(report, check));
        case.add_property(("rule", check.rule.as_str()));
        suite.add_test_case(case);
    }
    suite
}

fn status(report: &LiveReport, check: &CheckResult) -> TestCaseStatus {
    match &check.outcome {
        CheckOutcome::Held => TestCaseStatus::success(),
        CheckOutcome::Skipped { reason } | CheckOutcome::NotJudged { reason } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.as_str());
            status
        }
        CheckOutcome::Violated => {
            let message = match check.findings.as_slice() {
                [] => check.rule.clone(),
                [one] => one.what.clone(),
                [first, rest @ ..] => format!("{} (and {} more)", first.what, rest.len()),
            };
            let found = check
                .findings
                .iter()
                .map(|finding| text::finding_text(PLAIN, report, finding));
            failure(&check.code, message, found.collect::<Vec<_>>().join("\n"))
        }
    }
}

fn case(class: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(class);
    case
}

fn failure(code: &str, message: String, text: String) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(code);
    status.set_message(message);
    status.set_description(text);
    status
}
