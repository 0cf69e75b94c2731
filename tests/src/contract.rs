//! The authored OpenAPI document, for tests that cover all of it.

use std::sync::{Arc, LazyLock};

use appkeep_contract::authored;
use appkeep_openapi::{Operation, Received, ResponseValidator};
use uuid::Uuid;

use crate::http::TestResponse;

static CONTRACT: LazyLock<ResponseValidator> = LazyLock::new(|| {
    let document = authored::document().expect("a readable contract");
    ResponseValidator::new(Arc::new(document)).expect("sound schemas in the contract")
});

/// Returns every operation of the contract.
#[must_use]
pub fn operations() -> &'static [Operation] {
    CONTRACT.document().operations()
}

/// Returns the operation with this `operationId`.
///
/// # Panics
/// When the contract has none.
#[must_use]
pub fn operation(id: &str) -> &'static Operation {
    CONTRACT
        .document()
        .operation(id)
        .expect("an operation of the contract")
}

impl TestResponse {
    /// Returns the violations in this operation's response: of its status, headers and body as the contract
    /// describes them, and of the rules for every problem.
    #[must_use]
    pub fn violations(&self, operation: &str) -> Vec<String> {
        let headers: Vec<(String, String)> = self
            .headers
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let received = Received {
            status: self.status.as_u16(),
            headers: &headers,
            body: &self.bytes,
        };
        let found = CONTRACT.check(operation, received);
        let mut found: Vec<String> = found
            .into_iter()
            .map(|one| format!("{}: {}", one.rule.rule(), one.what))
            .collect();
        if self.status.is_client_error() || self.status.is_server_error() {
            found.extend(self.lacks_as_a_problem());
        }
        found
    }

    fn lacks_as_a_problem(&self) -> Vec<String> {
        let body: serde_json::Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        let text = |member: &str| body[member].as_str().unwrap_or_default();
        let checks = [
            (
                "its media type",
                self.header("content-type") == "application/problem+json",
            ),
            ("its status as a string", text("status") == self.status.as_str()),
            ("a title", !text("title").is_empty()),
            ("a detail", !text("detail").is_empty()),
            ("a correlationID", Uuid::try_parse(text("correlationID")).is_ok()),
        ];
        checks
            .iter()
            .filter(|(_, holds)| !holds)
            .map(|(what, _)| format!("the problem lacks {what}"))
            .collect()
    }
}
