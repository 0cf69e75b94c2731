//! The order of checks: if several parts of a request are invalid, the response is about the first one.
//!
//! Every pair of ranks of the table is combined in one request, for every operation that has both.

use appkeep_contract::invalid_requests::{ORDER, RankedRequest};
use appkeep_tests::{TestRequest, operations};

use super::complaint;
use super::mutations::apply;
use crate::fixture::Fixture;

/// Applies the lower rank last, so that its change remains if both change the same part.
fn request_with(fixture: &Fixture, operation: &str, ranks: &[&RankedRequest]) -> TestRequest {
    let mut request = fixture.request(operation);
    for ranked in ranks.iter().rev() {
        for mutation in ranked.request.mutations {
            apply(&mut request, *mutation, fixture);
        }
    }
    request
}

fn ranks_of(operation: &str) -> Vec<&'static RankedRequest> {
    let is_sent = |ranked: &&RankedRequest| {
        let fitting = ranked.request.operations(operations());
        fitting.iter().any(|fitting| fitting.id == operation)
    };
    ORDER.iter().filter(is_sent).collect()
}

/// Returns whether a client can see the first problem. A server that responds before it has read a large body
/// closes the connection while the client is still sending, and not every client sees that response. Endless
/// bodies are tested in `connections`.
fn can_be_seen(first: &RankedRequest, second: &RankedRequest) -> bool {
    second.request.status != 413 || first.rank >= second.rank
}

#[tokio::test]
async fn the_first_of_two_invalid_parts_is_reported() {
    let fixture = Fixture::start().await;
    let before = fixture.everything().await;
    let (mut pairs, mut complaints) = (0, Vec::new());
    for operation in operations() {
        let ranks = ranks_of(&operation.id);
        for (index, first) in ranks.iter().enumerate() {
            let others = ranks[index..].iter();
            for second in others.filter(|second| second.rank > first.rank && can_be_seen(first, second)) {
                let request = request_with(&fixture, &operation.id, &[first, second]);
                let response = request.send(&fixture.api).await;
                let complaint = complaint(&request, &response, &first.request);
                let what = format!("{} and {}", first.request.code, second.request.code);
                complaints.extend(complaint.map(|complaint| format!("{what}: {complaint}")));
                pairs += 1;
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(pairs > 500, "only {pairs} pairs");
    assert_eq!(fixture.everything().await, before);
}

#[tokio::test]
async fn invalid_parts_are_reported_in_order() {
    let fixture = Fixture::start().await;
    let mut complaints = Vec::new();
    for operation in operations() {
        let mut ranks = ranks_of(&operation.id);
        ranks.retain(|ranked| ranked.request.status != 413);
        ranks.dedup_by_key(|ranked| ranked.rank);
        for (index, first) in ranks.iter().enumerate() {
            let request = request_with(&fixture, &operation.id, &ranks[index..]);
            let response = request.send(&fixture.api).await;
            let complaint = complaint(&request, &response, &first.request);
            complaints.extend(complaint.map(|complaint| format!("{}: {complaint}", first.request.code)));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
