use uuid::Uuid;

use super::{Cell, CellState, Coverage, Outcome, Report};
use crate::document::Origin;
use crate::live::{CheckOutcome, CheckResult, Exchange, LiveFinding, LiveReport};
use crate::statics::{Allowed, Code, StaleAllowance, StaticFinding, StaticReport};

/// What a stranger's server might say to whoever reads a report of it.
const HOSTILE: &str = "</pre><script src=//evil.example></script>\u{1b}[31m\"'&]]>\u{0}";

fn exchange() -> Exchange {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Exchange {
        operation: "app_backup_list_all".to_owned(),
        method: "GET".to_owned(),
        url: "http://127.0.0.1:1/accounts/a/topology/v1/appBackups?limit=0".to_owned(),
        request_headers: vec![owned(("Authorization", "Bearer $APPKEEP_TOKEN"))],
        request_body: None,
        padding_bytes: 0,
        halting: false,
        status: 200,
        response_headers: vec![
            owned(("content-type", "application/json")),
            owned(("x-odd", HOSTILE)),
        ],
        response_body: format!("{{\"items\":[], \"odd\": {}}}", serde_json::json!(HOSTILE)),
        violations: Vec::new(),
        faulty: true,
    }
}

fn finding() -> LiveFinding {
    LiveFinding {
        code: "limit-zero".to_owned(),
        rule: "The least limit is 1.".to_owned(),
        operation: "app_backup_list_all".to_owned(),
        what: format!("400 expected, 200 came: {HOSTILE}"),
        place: None,
        exchange: Some(0),
    }
}

fn check(
    code: &str,
    operation: Option<&str>,
    outcome: CheckOutcome,
    findings: Vec<LiveFinding>,
) -> CheckResult {
    CheckResult {
        code: code.to_owned(),
        operation: operation.map(str::to_owned),
        detail: None,
        rule: "A rule.".to_owned(),
        outcome,
        findings,
        reaches: Vec::new(),
    }
}

fn cell(status: u16, origin: Origin, state: CellState) -> Cell {
    Cell {
        operation: "app_backup_list_all".to_owned(),
        status,
        origin,
        state,
    }
}

fn difference() -> StaticFinding {
    StaticFinding {
        code: Code::ResponseSchema,
        operation: "app_backup_fetch".to_owned(),
        subject: "200".to_owned(),
        what: "/hookState: \"<skipped>\" isn't admitted".to_owned(),
        direction: Code::ResponseSchema.direction(),
        contract_at: "#/components/schemas/HookState".to_owned(),
        contract_line: Some(12),
        server_at: Some("#/components/schemas/Hook".to_owned()),
        server_line: Some(7),
    }
}

fn statics() -> StaticReport {
    StaticReport {
        contract: "spec/openapi.yaml".to_owned(),
        server: "server.json".to_owned(),
        operations: 2,
        findings: vec![
            difference(),
            StaticFinding {
                operation: "app_backup_fetch_for_app".to_owned(),
                ..difference()
            },
        ],
        allowed: vec![Allowed {
            code: Code::SecurityMissing,
            what: "no security scheme".to_owned(),
            reason: "it is verified live".to_owned(),
            count: 2,
        }],
        stale: vec![StaleAllowance {
            code: "status-range".to_owned(),
            what: "errors as ranges".to_owned(),
        }],
    }
}

/// One of everything.
fn report() -> Report {
    let list = Some("app_backup_list_all");
    let left_out = |reason: &str| CheckOutcome::LeftOut {
        reason: reason.to_owned(),
    };
    let not_reached = CellState::NotReached {
        reason: "no check asks for it".to_owned(),
    };
    Report {
        statics: Some(statics()),
        live: Some(LiveReport {
            url: "http://127.0.0.1:1".to_owned(),
            run_id: Uuid::nil(),
            checks: vec![
                check("list", list, CheckOutcome::Held, Vec::new()),
                check("limit-zero", list, CheckOutcome::Violated, vec![finding()]),
                check("half-a-body", None, CheckOutcome::Held, Vec::new()),
                check("half-a-body", None, CheckOutcome::Held, Vec::new()),
                check(
                    "role-too-low",
                    list,
                    left_out("needs a read-only token"),
                    Vec::new(),
                ),
            ],
            coverage: Coverage {
                cells: vec![
                    cell(200, Origin::Documented, CellState::Valid),
                    cell(400, Origin::Documented, CellState::Violated),
                    cell(500, Origin::Documented, not_reached.clone()),
                    cell(503, Origin::Companion, not_reached),
                ],
            },
            exchanges: vec![exchange()],
            left_behind: vec!["snapshot x: it stays".to_owned()],
        }),
    }
}

/// Leaves out the lines of the contract, which move with every change to it.
fn without_lines(text: &str) -> String {
    let mut parts = text.split("spec/openapi.yaml:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        format!(
            "{text}spec/openapi.yaml:LINE{}",
            part.trim_start_matches(|char: char| char.is_ascii_digit())
        )
    })
}

/// The page without its style, which is a file of its own.
fn page() -> String {
    let page = without_lines(&report().html());
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    format!("{before}{after}")
}

#[test]
fn a_terminal_is_told_everything_that_is_needed_to_repeat_a_finding() {
    insta::assert_snapshot!(without_lines(&report().text()));
}

#[test]
fn colours_are_all_that_a_coloured_text_has_more() {
    let coloured = report().coloured_text();
    assert!(coloured.contains("\u{1b}[31mVIOLATED\u{1b}[0m"), "{coloured}");
    assert_eq!(
        anstream::adapter::strip_str(&coloured).to_string(),
        report().text()
    );
}

#[test]
fn no_control_character_of_a_stranger_reaches_a_terminal() {
    let text = report().text();
    assert!(
        text.chars().all(|char| char == '\n' || !char.is_control()),
        "{text:?}"
    );
}

#[test]
fn json_has_a_shape_of_its_own() {
    let mut json: serde_json::Value = serde_json::from_str(&report().json().unwrap()).unwrap();
    let finding = "/live/checks/1/findings/0/contract/line";
    assert!(json.pointer(finding).unwrap().as_u64().unwrap() > 1);
    *json.pointer_mut(finding).unwrap() = "LINE".into();
    insta::assert_json_snapshot!(json);
}

#[test]
fn junit_has_a_case_for_every_check() {
    let xml = report().junit().unwrap();
    let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    let suites: Vec<_> = read
        .test_suites
        .iter()
        .map(|suite| (suite.name.as_str(), suite.tests))
        .collect();
    assert_eq!(suites, [("static", Code::ALL.len() + 1), ("live", 5)]);
    let live = &read.test_suites[1];
    assert_eq!((live.failures, live.skipped, live.errors), (1, 1, 0));
    insta::assert_snapshot!(without_lines(&xml));
}

#[test]
fn cases_of_one_class_have_names_of_their_own() {
    let read = quick_junit::Report::deserialize_from_str(&report().junit().unwrap()).unwrap();
    let cases = read.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let mut names: Vec<_> = cases
        .map(|case| (case.classname.clone(), case.name.clone()))
        .collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn a_page_holds_every_finding() {
    insta::assert_snapshot!(page());
}

#[test]
fn a_page_loads_and_runs_nothing() {
    let page = report().html();
    for word in [
        "<script",
        "<link",
        "<img",
        "<iframe",
        "src=\"",
        "href=",
        "url(",
        "@import",
        "onerror=\"",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("default-src 'none'"));
    assert!(
        page.chars().all(|char| char == '\n' || !char.is_control()),
        "{page:?}"
    );
    // Whatever a server said stands there as text.
    assert!(page.contains("&lt;script src=//evil.example&gt;"), "{page}");
}

#[test]
fn the_worse_outcome_counts() {
    assert_eq!(report().outcome(), Outcome::Violated);
    let nothing = Report {
        statics: None,
        live: None,
    };
    assert_eq!(nothing.outcome().exit_code(), 2);
    assert!(nothing.html().contains("Nothing was judged"));
}
