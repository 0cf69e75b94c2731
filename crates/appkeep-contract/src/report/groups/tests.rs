use super::{general, of};
use crate::live::{CheckOutcome, Exchange, LiveFinding, LiveReport};
use crate::report::tests::{check, exchange, finding, live};

/// A run with one check for each code, and these findings.
fn run(findings: Vec<LiveFinding>, exchanges: Vec<Exchange>) -> LiveReport {
    let mut checks = Vec::new();
    for finding in findings {
        let mut violated = check(&finding.code, None, CheckOutcome::Violated);
        violated.findings = vec![finding];
        checks.push(violated);
    }
    LiveReport {
        checks,
        exchanges,
        ..live()
    }
}

fn found(code: &str, operation: &str, what: &str, exchange: usize) -> LiveFinding {
    LiveFinding {
        code: code.to_owned(),
        operation: operation.to_owned(),
        what: what.to_owned(),
        exchange: Some(exchange),
        ..finding()
    }
}

fn received(operation: &str, status: u16) -> Exchange {
    Exchange {
        operation: operation.to_owned(),
        status,
        ..exchange()
    }
}

/// The codes and the number of findings of each group.
fn shape(report: &LiveReport) -> Vec<(String, usize)> {
    let groups = of(report);
    let groups = groups.iter();
    groups
        .map(|group| (group.codes().join("+"), group.findings.len()))
        .collect()
}

#[test]
fn the_same_violation_of_the_form_is_one_group() {
    let missing = "/items/3/metadata: \"labels\" is a required property (found {\"count\":1})";
    let findings = vec![
        found("limit-zero", "app_list", "expected 400, received 200", 2),
        found("body-schema", "app_list", &format!("200 {missing}"), 0),
        found(
            "body-schema",
            "app_fetch",
            "201 /items/4/metadata: \"labels\" is a required property (found {})",
            1,
        ),
        found(
            "body-schema",
            "app_fetch",
            "200 /name: the value is not a string (found 3)",
            3,
        ),
    ];
    let exchanges = vec![received("app_list", 200); 4];
    let codes = shape(&run(findings, exchanges));
    let expected = [("body-schema", 2), ("body-schema", 1), ("limit-zero", 1)];
    assert_eq!(codes, expected.map(|(code, count)| (code.to_owned(), count)));
}

#[test]
fn many_checks_with_the_same_5xx_are_one_group() {
    let failed = |count: usize| {
        let finding = |at: usize| {
            found(
                &format!("check-{at}"),
                "app_list",
                "expected 400, received 500: x",
                at,
            )
        };
        let mut exchanges = vec![received("app_list", 500); count];
        exchanges.push(received("app_list", 200));
        run((0..count).map(finding).collect(), exchanges)
    };
    assert_eq!(of(&failed(9)).len(), 9, "a few may have different causes");
    let report = failed(10);
    let groups = of(&report);
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].extent(), "10 findings in app_list");
    let symptom = groups[0].symptom.as_deref();
    assert_eq!(symptom, Some("the status is 500 where another one is expected"));
}

#[test]
fn operations_that_always_return_the_same_status_are_one_group() {
    let finding = |at: usize| {
        found(
            &format!("check-{at}"),
            "app_list",
            "expected 401, received 404",
            at,
        )
    };
    let exchanges = vec![received("app_list", 404); 5];
    let report = run((0..3).map(finding).collect(), exchanges.clone());
    let groups = of(&report);
    assert_eq!(groups.len(), 1);
    let symptom = groups[0].symptom.as_deref();
    assert_eq!(symptom, Some("every response of app_list has the status 404"));
    let mut others = exchanges;
    others[4].status = 200;
    assert_eq!(of(&run((0..3).map(finding).collect(), others)).len(), 3);
}

#[test]
fn consequences_come_last_and_name_their_cause() {
    let findings = vec![
        found("list-count", "app_list", "`count` is 1", 0),
        found("list-order", "app_list", "a", 1),
        found("list-order", "app_list", "b", 0),
        found("limit-zero", "app_list", "c", 2),
    ];
    let report = run(findings, vec![received("app_list", 200); 3]);
    let groups = of(&report);
    let shown: Vec<_> = groups.iter().map(|group| (group.code(), group.seen_in)).collect();
    assert_eq!(
        shown,
        [
            ("list-order", None),
            ("limit-zero", None),
            ("list-count", Some(0))
        ]
    );
}

#[test]
fn descriptions_are_compared_without_values() {
    let id = "54fe651d-3d3b-5fa8-b85c-5db757885ff3";
    assert_eq!(
        general(&format!("200 `{id}` was deleted (found 3)")),
        "# `#` was deleted"
    );
    assert_eq!(
        general("`ETag: \"a\"`: the value is short"),
        "`ETag`: the value is short"
    );
}
