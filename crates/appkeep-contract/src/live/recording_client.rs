//! Records the exchanges with the target's servers.

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::LiveError;
use super::call::Call;
use super::connection::{Connection, Exchange, Exchanged};
use super::target::{Options, Target};
use appkeep_openapi::{Document, Operation, Received, ResponseValidator, Violated, Violation};

/// A response as seen by checks.
#[derive(Debug, Clone)]
pub(super) struct RecordedResponse {
    /// Position of the exchange in the log.
    pub(super) exchange: usize,
    pub(super) operation: String,
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    /// Whether the body exceeded the limit and wasn't read.
    pub(super) is_too_large: bool,
    /// The body as JSON; `null` if it isn't JSON.
    pub(super) body: Value,
    /// The body.
    pub(super) bytes: Vec<u8>,
}

impl RecordedResponse {
    /// A response for tests of the model.
    #[cfg(test)]
    pub(super) fn for_test(operation: &str, status: u16, headers: &[(&str, &str)], body: Value) -> Self {
        let headers = headers.iter();
        Self {
            exchange: 0,
            operation: operation.to_owned(),
            status,
            headers: headers
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            is_too_large: false,
            body,
            bytes: Vec::new(),
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.body.pointer(pointer).and_then(Value::as_str)
    }

    /// The status, title and detail of a problem.
    pub(super) fn summary(&self) -> String {
        problem_summary(self.status, &self.body)
    }

    /// The status, with the description of the problem if there is one.
    pub(super) fn outcome(&self) -> String {
        let detail = self.text("/detail").or(self.text("/title"));
        match detail.filter(|detail| !detail.is_empty()) {
            Some(detail) => format!("{}: {detail}", self.status),
            None => self.status.to_string(),
        }
    }

    pub(super) fn items(&self) -> &[Value] {
        self.body
            .get("items")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}

/// The connection to the target's servers, and all exchanges.
pub(super) struct RecordingClient {
    connection: Arc<Connection>,
    pub(super) log: Vec<Exchange>,
}

impl RecordingClient {
    pub(super) fn new(
        target: &Target,
        options: &Options,
        validator: Arc<ResponseValidator>,
    ) -> Result<Self, LiveError> {
        Ok(Self {
            connection: Arc::new(Connection::new(target.clone(), options, validator)?),
            log: Vec::new(),
        })
    }

    /// The connection, for requests that aren't recorded yet.
    pub(super) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// Compares a response that another client received with the document.
    pub(super) fn check(&self, operation: &str, received: Received<'_>) -> Vec<Violation> {
        self.validator().check(operation, received)
    }

    pub(super) fn validator(&self) -> &ResponseValidator {
        self.connection.validator()
    }

    /// The document that responses are compared with.
    pub(super) fn document(&self) -> &Document {
        self.validator().document()
    }

    /// The operation with that id; the suite only uses operations of the document.
    pub(super) fn operation(&self, id: &str) -> Option<&Operation> {
        self.validator().document().operation(id)
    }

    /// Sends a request and records the exchange.
    ///
    /// The error of a request without a response contains the whole chain of causes.
    pub(super) async fn send(&mut self, call: &Call) -> Result<RecordedResponse, String> {
        let exchanged = self.connection.exchange(call).await?;
        Ok(self.keep(exchanged))
    }

    /// Sends requests concurrently, and records the exchanges in the order of the requests.
    pub(super) async fn send_concurrently(
        &mut self,
        calls: &[Call],
    ) -> Vec<Result<RecordedResponse, String>> {
        let sent = self.connection.exchange_all(calls).await;
        let race = |(exchange, body)| {
            let concurrent = calls.len();
            (
                Exchange {
                    concurrent,
                    ..exchange
                },
                body,
            )
        };
        sent.into_iter()
            .map(|exchanged| exchanged.map(|exchanged| self.keep(race(exchanged))))
            .collect()
    }

    /// Records an exchange whose request the document doesn't describe. The response is only compared with the document
    /// if it is a refusal.
    pub(super) fn keep_undescribed(&mut self, (mut exchange, content): Exchanged) -> RecordedResponse {
        if exchange.status != 405 {
            exchange
                .violations
                .retain(|violation| violation.rule == Violated::BodyTooLarge);
        }
        self.keep((exchange, content))
    }

    /// Records an exchange.
    pub(super) fn keep(&mut self, (exchange, content): Exchanged) -> RecordedResponse {
        let response = RecordedResponse {
            exchange: self.log.len(),
            operation: exchange.operation.clone(),
            status: exchange.status,
            headers: exchange.response_headers.clone(),
            is_too_large: exchange
                .violations
                .iter()
                .any(|violation| violation.rule == Violated::BodyTooLarge),
            body: content.json,
            bytes: content.bytes,
        };
        self.log.push(exchange);
        response
    }
}

/// The status, title and detail of a problem.
pub(super) fn problem_summary(status: u16, body: &Value) -> String {
    let text = |member: &str| body.get(member).and_then(Value::as_str).unwrap_or_default();
    let summary = format!("{status} {} {}", text("title"), text("detail"));
    summary.trim_end().to_owned()
}

/// The validators of the authored document, compiled once per process.
pub(super) fn authored_validator() -> Result<Arc<ResponseValidator>, LiveError> {
    static COMPILED: OnceLock<Arc<ResponseValidator>> = OnceLock::new();
    if let Some(compiled) = COMPILED.get() {
        return Ok(Arc::clone(compiled));
    }
    let document = Arc::new(crate::authored::document()?);
    let compiled = Arc::new(ResponseValidator::new(document)?);
    Ok(Arc::clone(COMPILED.get_or_init(|| compiled)))
}
