//! Invalid requests: each has its documented problem, in the documented order, naming the invalid fields.
//!
//! The requests are the table [`appkeep_contract::invalid_requests`]; the modules below contain the tests
//! that don't fit into a table.

mod bodies;
mod conflicts;
mod connections;
mod failures;
mod methods;
mod mutations;
mod order;
mod queries;

use appkeep_contract::invalid_requests::{self, InvalidRequest, Problem};
use appkeep_tests::{TestRequest, TestResponse, operations};
use serde_json::Value;

use self::mutations::invalid;
use crate::fixture::Fixture;

#[tokio::test]
async fn invalid_requests_are_rejected_and_change_nothing() {
    let fixture = Fixture::start().await;
    let before = fixture.everything().await;
    let mut complaints = Vec::new();
    for case in invalid_requests::all() {
        let operations = case.operations(operations());
        assert!(!operations.is_empty(), "{} fits no operation", case.code);
        for operation in operations {
            let request = invalid(&fixture, &operation.id, case.mutations);
            let response = request.send(&fixture.api).await;
            let complaint = complaint(&request, &response, case);
            complaints.extend(complaint.map(|complaint| format!("{}: {complaint}", case.code)));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert_eq!(fixture.everything().await, before);
}

/// Returns the errors in the response to an invalid case.
fn complaint(request: &TestRequest, response: &TestResponse, case: &InvalidRequest) -> Option<String> {
    let mut wrong = response.violations(&request.operation.id);
    let expected = expected(request, case);
    if response.status.as_u16() != case.status
        || !expected.is_none_or(|all| all.contains(&response.problem()))
    {
        wrong.push(format!(
            "{} instead of {}, {:?}",
            response.problem(),
            case.status,
            case.problem
        ));
    }
    let [params, fields] = ["invalidParams", "invalidFields"].map(|list| names(response, list));
    if !case.invalid.is_named_by(&params, &fields) {
        wrong.push(format!(
            "names {params:?} and {fields:?} instead of {:?}",
            case.invalid
        ));
    }
    let body = response.text();
    (!wrong.is_empty()).then(|| format!("{}: {} in {body}", request.operation.id, wrong.join(", ")))
}

/// Returns the expected problems, such as `400/33`; `None` if any is accepted.
fn expected(request: &TestRequest, case: &InvalidRequest) -> Option<Vec<String>> {
    let of = |number: &u32| format!("{}/{number}", case.status);
    match case.problem {
        Problem::Numbers(numbers) => Some(numbers.iter().map(of).collect()),
        Problem::NotFound if request.operation.method == "DELETE" => Some(vec![of(&1)]),
        Problem::NotFound => Some(vec![of(&2)]),
        Problem::Unnumbered => Some(vec![format!("{}/-", case.status)]),
        _ => None,
    }
}

fn names(response: &TestResponse, list: &str) -> Vec<String> {
    let body: Value = serde_json::from_slice(&response.bytes).unwrap_or_default();
    let items = body[list].as_array().into_iter().flatten();
    items
        .filter_map(|item| item["name"].as_str().map(str::to_owned))
        .collect()
}
