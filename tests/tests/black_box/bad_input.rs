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
use appkeep_tests::{Answer, Ask, operations};
use serde_json::Value;

use self::mutations::invalid;
use crate::stage::Stage;

#[tokio::test]
async fn each_invalid_request_is_refused_and_changes_nothing() {
    let stage = Stage::set().await;
    let before = stage.everything().await;
    let mut complaints = Vec::new();
    for request in invalid_requests::all() {
        let operations = request.operations(operations());
        assert!(!operations.is_empty(), "{} fits no operation", request.code);
        for operation in operations {
            let ask = invalid(&stage, &operation.id, request.mutations);
            let answer = ask.send(&stage.api).await;
            let complaint = complaint(&ask, &answer, request);
            complaints.extend(complaint.map(|complaint| format!("{}: {complaint}", request.code)));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert_eq!(stage.everything().await, before);
}

/// Returns the errors in the response to an invalid request.
fn complaint(ask: &Ask, answer: &Answer, request: &InvalidRequest) -> Option<String> {
    let mut wrong = answer.violations(&ask.operation.id);
    let expected = expected(ask, request);
    if answer.status.as_u16() != request.status || !expected.is_none_or(|all| all.contains(&answer.problem()))
    {
        wrong.push(format!(
            "{} instead of {}, {:?}",
            answer.problem(),
            request.status,
            request.problem
        ));
    }
    let [params, fields] = ["invalidParams", "invalidFields"].map(|list| names(answer, list));
    if !request.invalid.is_named_by(&params, &fields) {
        wrong.push(format!(
            "names {params:?} and {fields:?} instead of {:?}",
            request.invalid
        ));
    }
    let body = String::from_utf8_lossy(&answer.bytes);
    (!wrong.is_empty()).then(|| format!("{}: {} in {body}", ask.operation.id, wrong.join(", ")))
}

/// Returns the expected problems, such as `400/33`; `None` if any is accepted.
fn expected(ask: &Ask, request: &InvalidRequest) -> Option<Vec<String>> {
    let of = |number: &u32| format!("{}/{number}", request.status);
    match request.problem {
        Problem::Numbers(numbers) => Some(numbers.iter().map(of).collect()),
        Problem::NotFound if ask.operation.method == "DELETE" => Some(vec![of(&1)]),
        Problem::NotFound => Some(vec![of(&2)]),
        Problem::Unnumbered => Some(vec![format!("{}/-", request.status)]),
        _ => None,
    }
}

fn names(answer: &Answer, list: &str) -> Vec<String> {
    let body: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
    let items = body[list].as_array().into_iter().flatten();
    items
        .filter_map(|item| item["name"].as_str().map(str::to_owned))
        .collect()
}
