use serde_json::json;
use uuid::Uuid;

use super::{Outcome, Report, live_text};
use crate::live::{Cell, CellState, CheckOutcome, CheckResult, Coverage, Exchange, LiveFinding, LiveReport};
use crate::origin::Origin;
use appkeep_openapi::statics::{Allowed, Code, StaleAllowance, StaticFinding, StaticReport, verify};
use appkeep_openapi::{Document, Violated, Violation};

/// Text from an untrusted server that attacks a reader of the report.
const HOSTILE: &str = "</pre><script src=//evil.example></script>\u{1b}[31m\"'&]]>\u{0}";

pub(super) fn exchange() -> Exchange {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Exchange {
        operation: "app_backup_list_all".to_owned(),
        method: "GET".to_owned(),
        url: "http://127.0.0.1:1/accounts/a/topology/v1/appBackups?limit=0".to_owned(),
        request_headers: vec![owned(("Authorization", "Bearer $APPKEEP_TOKEN"))],
        request_body: None,
        padding_bytes: 0,
        incomplete: false,
        concurrent: 1,
        elapsed: std::time::Duration::ZERO,
        status: 200,
        response_headers: vec![
            owned(("content-type", "application/json")),
            owned(("x-odd", HOSTILE)),
        ],
        response_body: format!("{{\"items\":[], \"odd\": {}}}", json!(HOSTILE)),
        violations: Vec::new(),
        faulty: true,
    }
}

pub(super) fn finding() -> LiveFinding {
    LiveFinding {
        code: "limit-zero".to_owned(),
        rule: "The least limit is 1.".to_owned(),
        operation: "app_backup_list_all".to_owned(),
        what: format!("expected 400, received 200: {HOSTILE}"),
        place: None,
        exchange: Some(0),
    }
}

pub(super) fn check(code: &str, operation: Option<&str>, outcome: CheckOutcome) -> CheckResult {
    CheckResult {
        code: code.to_owned(),
        operation: operation.map(str::to_owned),
        detail: None,
        rule: "A rule.".to_owned(),
        findings: if outcome == CheckOutcome::Violated {
            vec![finding()]
        } else {
            Vec::new()
        },
        outcome,
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

/// A report with an example of every part.
fn report() -> Report {
    let list = Some("app_backup_list_all");
    let skipped = |reason: &str| CheckOutcome::Skipped {
        reason: reason.to_owned(),
    };
    let not_reached = CellState::NotReached {
        reason: "no check covers it".to_owned(),
    };
    Report {
        statics: Some(statics()),
        live: Some(LiveReport {
            url: "http://127.0.0.1:1".to_owned(),
            account: Uuid::from_u128(1),
            app: Uuid::from_u128(2),
            slow: None,
            run_id: Uuid::nil(),
            checks: vec![
                check("list", list, CheckOutcome::Held),
                check("limit-zero", list, CheckOutcome::Violated),
                check("half-a-body", None, CheckOutcome::Held),
                check("half-a-body", None, CheckOutcome::Held),
                check("role-too-low", list, skipped("requires a read-only token")),
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
            ended_early: None,
        }),
    }
}

pub(super) fn live() -> LiveReport {
    report().live.unwrap()
}

fn of_statics(report: StaticReport) -> Report {
    Report {
        statics: Some(report),
        live: None,
    }
}

/// Removes line numbers of the contract, which move with every change to it.
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

/// The page without its style, which has its own file.
fn page() -> String {
    let page = without_lines(&report().html());
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    format!("{before}{after}")
}

#[test]
fn terminal_findings_can_be_reproduced() {
    insta::assert_snapshot!(without_lines(&report().text()));
}

#[test]
fn coloured_text_differs_only_by_colours() {
    let coloured = report().coloured_text();
    assert!(coloured.contains("\u{1b}[31mVIOLATED\u{1b}[0m"), "{coloured}");
    assert_eq!(
        anstream::adapter::strip_str(&coloured).to_string(),
        report().text()
    );
}

/// The green and red parts of the summary lines in a terminal.
fn summaries(report: &Report) -> Vec<String> {
    let coloured = report.coloured_text();
    let lines = coloured.lines().filter_map(|line| {
        let (colour, summary) = line.strip_prefix("\u{1b}[")?.split_once('m')?;
        let (part, _) = summary
            .split_once(": ")
            .filter(|(part, _)| ["static", "live"].contains(part))?;
        let colour = match colour {
            "31" => "red",
            "32" => "green",
            other => other,
        };
        Some(format!("{part} {colour}"))
    });
    lines.collect()
}

#[test]
fn summaries_are_green_or_red_by_result() {
    let with = |change: fn(&mut StaticReport, &mut LiveReport)| {
        let mut report = report();
        change(report.statics.as_mut().unwrap(), report.live.as_mut().unwrap());
        summaries(&report)
    };
    assert_eq!(with(|_, _| {}), ["static red", "live red"]);
    let held = with(|statics, live| {
        statics.findings.clear();
        statics.stale.clear();
        live.checks.retain(|check| check.findings.is_empty());
    });
    assert_eq!(held, ["static green", "live green"]);
    assert_eq!(
        with(|statics, _| statics.findings.clear()),
        ["static red", "live red"]
    );
    assert_eq!(
        with(|statics, _| statics.stale.clear()),
        ["static red", "live red"]
    );
}

#[test]
fn text_reports_have_two_independent_parts() {
    let report = report();
    let statics = of_statics(report.statics.clone().unwrap()).text();
    let live = live_text(report.live.as_ref().unwrap());
    assert!(live.starts_with("live: http://127.0.0.1:1\n"), "{live}");
    assert_eq!(report.text(), format!("{statics}\n{live}"));
}

#[test]
fn runs_without_findings_print_no_seed() {
    let mut live = report().live.unwrap();
    assert!(live_text(&live).contains("--seed"));
    live.checks.retain(|check| check.findings.is_empty());
    assert!(!live_text(&live).contains("--seed"), "{}", live_text(&live));
}

#[test]
fn skipped_checks_are_named_once_per_reason() {
    let skipped = |code: &str, operation: &str, reason: &str| {
        let reason = reason.to_owned();
        check(code, Some(operation), CheckOutcome::Skipped { reason })
    };
    let mut live = report().live.unwrap();
    let (token, other) = ("requires a read-only token", "needs another namespace");
    live.checks = vec![
        skipped("role-too-low", "app_fetch", token),
        skipped("role-too-low", "app_list", token),
        skipped("namespace-foreign", "app_fetch", other),
        skipped("role-read-only", "app_fetch", token),
        // If the check ran for other operations, the report names those that it didn't run for.
        check("limit-zero", Some("app_list"), CheckOutcome::Held),
        skipped("limit-zero", "bucket_list", other),
        skipped("limit-zero", "cloud_list", other),
    ];
    let text = live_text(&live);
    let lines: Vec<_> = text.lines().filter(|line| line.starts_with("skipped")).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    skipped, requires a read-only token: role-too-low, role-read-only
    skipped, needs another namespace: namespace-foreign, limit-zero (bucket_list), limit-zero (cloud_list)
    ");
}

/// A document with a note that can be fetched; it has documented responses and two of our own.
fn note() -> Document {
    let response = |origin: &str| json!({"description": "A response.", "x-origin": origin});
    let (documented, companion) = (response("documented"), response("companion"));
    let root = json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1.0.0"},
        "paths": {"/note": {"get": {"operationId": "note_fetch", "x-origin": "documented", "responses": {
            "200": documented, "400": documented, "401": documented, "403": documented, "404": documented,
            "405": companion, "500": documented, "503": companion,
        }}}},
    });
    Document::from_value("with a note", root).unwrap()
}

#[test]
fn documented_and_companion_responses_are_counted_separately() {
    let seen = |method: &str, status: u16| Exchange {
        operation: "note_fetch".to_owned(),
        method: method.to_owned(),
        status,
        faulty: false,
        ..exchange()
    };
    let malformed = Violation {
        rule: Violated::BodySchema,
        place: "/paths/~1note/get/responses/400".to_owned(),
        what: "the body: the value is no note".to_owned(),
    };
    let log = [
        seen("GET", 200),
        seen("GET", 401),
        seen("GET", 403),
        // An invalid response, which a later valid one doesn't correct.
        Exchange {
            violations: vec![malformed],
            ..seen("GET", 400)
        },
        seen("GET", 400),
        // Valid, but not the expected response.
        Exchange {
            faulty: true,
            ..seen("GET", 404)
        },
        seen("PATCH", 405),
        seen("PATCH", 500),
    ];
    let coverage = Coverage::of(&note(), &log, |_, status| format!("no check causes {status}"));
    assert_eq!(coverage.counts(), (3, 2, 1));
    insta::assert_snapshot!(coverage.table(), @"
    | operation  | 200   | 400      | 401   | 403   | 404      | 500         |
    |------------|-------|----------|-------|-------|----------|-------------|
    | note_fetch | valid | VIOLATED | valid | valid | VIOLATED | not reached |

    6 responses: 3 valid, 2 violated, 1 not reached
    not reached, no check causes 500:
      note_fetch 500
    ");
    insta::assert_snapshot!(coverage.companion_table(), @"
    | operation  | 405   | 503         |
    |------------|-------|-------------|
    | note_fetch | valid | not reached |

    2 responses: 1 valid, 0 violated, 1 not reached
    not reached, no check causes 503:
      note_fetch 503
    ");
}

#[test]
fn control_characters_are_escaped_in_terminals() {
    let text = report().text();
    assert!(
        text.chars().all(|char| char == '\n' || !char.is_control()),
        "{text:?}"
    );
}

#[test]
fn the_json_report_matches_its_snapshot() {
    let mut json: serde_json::Value = serde_json::from_str(&report().json().unwrap()).unwrap();
    let finding = "/live/checks/1/findings/0/contract/line";
    assert!(json.pointer(finding).unwrap().as_u64().unwrap() > 1);
    *json.pointer_mut(finding).unwrap() = "LINE".into();
    insta::assert_json_snapshot!(json);
}

#[test]
fn junit_has_a_case_per_check() {
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
fn junit_case_names_are_unique_per_class() {
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
fn html_contains_every_finding() {
    insta::assert_snapshot!(page());
}

#[test]
fn html_loads_and_runs_nothing() {
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
    // Text from a server is escaped.
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
    assert!(nothing.html().contains("The check is incomplete"));
}

/// The message of the panic, or `None` if the report holds.
fn panic_message(report: &Report) -> Option<String> {
    let panic = std::panic::catch_unwind(|| report.assert_holds()).err()?;
    Some(*panic.downcast::<String>().unwrap())
}

#[test]
fn failed_assertions_show_at_most_20_causes() {
    let Report { statics, mut live } = report();
    assert!(
        panic_message(&of_statics(statics.unwrap()))
            .unwrap()
            .starts_with("static: ")
    );
    let of_code = |number: usize| LiveFinding {
        code: format!("check-{number}"),
        ..finding()
    };
    live.as_mut().unwrap().checks[1].findings = (0..25).map(of_code).collect();
    let message = panic_message(&Report { statics: None, live }).unwrap();
    assert_eq!(
        message.matches("  rule:     The least limit is 1.\n").count(),
        20,
        "{message}"
    );
    for part in [
        "check-0  app_backup_list_all\n",
        "\n  and 5 more\n",
        "\nand findings with 5 other causes\n",
        "\nlive: 5 checks: ",
    ] {
        assert!(message.contains(part), "no {part:?} in\n{message}");
    }
}

#[test]
fn findings_with_the_same_cause_are_shown_twice_and_counted() {
    let mut live = report().live.unwrap();
    live.checks[1].findings = vec![finding(); 143];
    let text = live_text(&live);
    assert_eq!(
        text.matches("\nlimit-zero  app_backup_list_all\n").count(),
        2,
        "{text}"
    );
    let summary = "143 findings, 1 probable cause, the most probable first:\n  1. limit-zero: expected 400, received 200";
    for part in [
        summary,
        "(143 findings in app_backup_list_all)",
        "\nand 141 more\n",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    let live = Some(live);
    let report = Report { statics: None, live };
    let json: serde_json::Value = serde_json::from_str(&report.json().unwrap()).unwrap();
    assert_eq!(
        json["live"]["checks"][1]["findings"].as_array().unwrap().len(),
        143
    );
    assert_eq!(json["live"]["causes"][0]["findings"], 143);
}

#[test]
fn only_complete_reports_without_findings_hold() {
    let mut report = report();
    report.statics = None;
    let live = report.live.as_mut().unwrap();
    live.checks
        .retain(|check| check.outcome != CheckOutcome::Violated);
    assert_eq!(panic_message(&report), None);
    report.live.as_mut().unwrap().ended_early = Some(crate::live::EarlyEnd::TimeLimit);
    assert!(panic_message(&report).unwrap().contains("\nended early: "));
}

#[test]
#[should_panic(expected = "nothing was checked")]
fn empty_reports_do_not_hold() {
    let nothing = Report {
        statics: None,
        live: None,
    };
    nothing.assert_holds();
}

#[test]
fn comparisons_match_their_snapshot() {
    let contract = crate::authored::document().unwrap();
    let mut root = contract.root().clone();
    let fetch = "/paths/~1accounts~1{account_id}~1topology~1v1~1appBackups~1{appBackup_id}/get";
    let responses = root.pointer_mut(&format!("{fetch}/responses")).unwrap();
    responses.as_object_mut().unwrap().remove("404");
    root["components"]["schemas"]["HookState"]["enum"] = json!(["failed", "success", "skipped"]);
    let server = Document::from_value("server", root).unwrap();
    insta::assert_snapshot!(of_statics(verify(&contract, &server, &[])).text());
}
