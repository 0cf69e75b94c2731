//! Validation of a response against the document, by operation and status.
//!
//! Only the form is checked: status, media type, headers, body. Whether it is the *correct* response to
//! the request is up to the caller.

mod explain;
mod violated;

use std::collections::HashMap;
use std::sync::Arc;

use jsonschema::Validator;
use serde::Serialize;
use serde_json::Value;

use crate::document::{Document, Header, MediaType, Operation, Response, SchemaPlace, resolve};
use crate::schema::Components;
use explain::explain;
pub use violated::Violated;

/// A schema of the document that can't be compiled to a validator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("failed to compile the schema at #{place} of {document}: {why}")]
pub struct CompileError {
    document: String,
    place: String,
    why: String,
}

/// A violation of a rule by a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The violated rule.
    pub rule: Violated,
    /// The place in the contract, as a JSON pointer.
    pub place: String,
    /// A description of the violation.
    pub what: String,
}

/// A response as received.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// The status.
    pub status: u16,
    /// Names and values in the order received.
    pub headers: &'a [(String, String)],
    /// The whole body.
    pub body: &'a [u8],
}

impl Received<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Compiled validators for every response of a document.
pub struct ResponseValidator {
    document: Arc<Document>,
    validators: HashMap<SchemaPlace, Arc<Validator>>,
}

impl ResponseValidator {
    /// Compiles all schemas that a response, a header or a request body uses.
    ///
    /// # Errors
    ///
    /// When a schema is invalid; the error names its place.
    pub fn new(document: Arc<Document>) -> Result<Self, CompileError> {
        let components = Components::of(document.root());
        let mut by_target: HashMap<String, Arc<Validator>> = HashMap::new();
        let mut validators = HashMap::new();
        for place in document.operations().iter().flat_map(schemas_of) {
            let failed = |why| CompileError {
                document: document.name().to_owned(),
                place: place.0.clone(),
                why,
            };
            let (schema, target) = resolve(document.root(), &place.0).map_err(failed)?;
            let validator = match by_target.get(&target) {
                Some(known) => Arc::clone(known),
                None => Arc::new(
                    components
                        .compile(schema)
                        .map_err(|error| failed(error.to_string()))?,
                ),
            };
            by_target.insert(target, Arc::clone(&validator));
            validators.insert(place.clone(), validator);
        }
        Ok(Self { document, validators })
    }

    /// The document behind the validators.
    #[must_use]
    pub fn document(&self) -> &Arc<Document> {
        &self.document
    }

    /// All violations in a response of that operation.
    #[must_use]
    pub fn check(&self, operation: &str, received: Received<'_>) -> Vec<Violation> {
        let Some(operation) = self.document.operation(operation) else {
            let what = format!("{} has no operation `{operation}`", self.document.name());
            return vec![Violation {
                rule: Violated::OperationUndocumented,
                place: "/paths".to_owned(),
                what,
            }];
        };
        let Some(response) = operation.response(received.status) else {
            return vec![Violation {
                rule: Violated::StatusUndocumented,
                place: format!("{}/responses", operation.at),
                what: format!("the status {}", received.status),
            }];
        };
        let mut violations = self.check_body(response, received);
        violations.extend(
            response
                .headers
                .iter()
                .filter_map(|header| self.check_header(header, received)),
        );
        violations
    }

    /// The violations of a value against the schema at a place that some response, header or request body
    /// uses.
    ///
    /// Every value violates a place that isn't used.
    #[must_use]
    pub fn check_value(&self, place: &SchemaPlace, value: &Value) -> Vec<Violation> {
        let lines = match self.validators.get(place) {
            Some(validator) => explain(validator, value),
            None => vec!["there is no schema at that place".to_owned()],
        };
        let violation = |what| Violation {
            rule: Violated::BodySchema,
            place: place.0.clone(),
            what,
        };
        lines.into_iter().map(violation).collect()
    }

    fn check_body(&self, response: &Response, received: Received<'_>) -> Vec<Violation> {
        let one = |rule, what| {
            vec![Violation {
                rule,
                place: response.at.clone(),
                what,
            }]
        };
        if response.content.is_empty() {
            if received.body.is_empty() {
                return Vec::new();
            }
            return one(
                Violated::BodyUnexpected,
                format!("a body of {} bytes", received.body.len()),
            );
        }
        if received.body.is_empty() {
            return one(Violated::BodyMissing, "no body".to_owned());
        }
        let Some(content_type) = received.header("content-type") else {
            return one(Violated::MediaTypeMissing, "no `Content-Type`".to_owned());
        };
        let Some(media) = declared(&response.content, content_type) else {
            let known: Vec<&str> = response.content.iter().map(|media| media.name.as_str()).collect();
            let what = format!("`{content_type}`, expected {}", known.join(" or "));
            return one(Violated::MediaTypeUndeclared, what);
        };
        if !is_json(&media.name) {
            return Vec::new();
        }
        match serde_json::from_slice(received.body) {
            Ok(value) => media
                .schema
                .as_ref()
                .map(|place| self.check_value(place, &value))
                .unwrap_or_default(),
            Err(error) => one(Violated::BodyNotJson, error.to_string()),
        }
    }

    fn check_header(&self, header: &Header, received: Received<'_>) -> Option<Violation> {
        let violation = |rule, what| {
            Some(Violation {
                rule,
                place: header.at.clone(),
                what,
            })
        };
        let Some(text) = received.header(&header.name) else {
            return header
                .required
                .then(|| violation(Violated::HeaderMissing, format!("no `{}`", header.name)))
                .flatten();
        };
        let place = header.schema.as_ref()?;
        // A header is text. If the schema requires another type, the text is parsed as JSON.
        let candidates = [Some(Value::from(text)), serde_json::from_str(text).ok()];
        let lines: Vec<Vec<String>> = candidates
            .into_iter()
            .flatten()
            .map(|value| {
                self.check_value(place, &value)
                    .into_iter()
                    .map(|one| one.what)
                    .collect()
            })
            .collect();
        if lines.iter().any(Vec::is_empty) {
            return None;
        }
        let why = lines.into_iter().next().unwrap_or_default().join("; ");
        violation(
            Violated::HeaderMalformed,
            format!("`{}: {text}`: {why}", header.name),
        )
    }
}

/// All schemas of an operation that may need a validator.
fn schemas_of(operation: &Operation) -> Vec<SchemaPlace> {
    let responses = operation.responses.iter().flat_map(|response| {
        let bodies = response.content.iter().filter_map(|media| media.schema.clone());
        bodies.chain(response.headers.iter().filter_map(|header| header.schema.clone()))
    });
    let requests = operation
        .body
        .iter()
        .flat_map(|body| &body.content)
        .filter_map(|media| media.schema.clone());
    let parameters = operation
        .parameters
        .iter()
        .filter_map(|parameter| parameter.schema.clone());
    responses.chain(requests).chain(parameters).collect()
}

/// The declared media type that matches a `Content-Type`; its parameters are ignored.
fn declared<'a>(content: &'a [MediaType], content_type: &str) -> Option<&'a MediaType> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    content
        .iter()
        .find(|media| media.name.eq_ignore_ascii_case(essence))
}

fn is_json(media_type: &str) -> bool {
    let lower = media_type.to_ascii_lowercase();
    lower == "application/json" || lower.ends_with("+json")
}

#[cfg(test)]
mod tests;
