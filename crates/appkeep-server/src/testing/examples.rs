//! The documented examples of responses, which a test server can send instead of its own responses.

use std::sync::OnceLock;

use appkeep_openapi::{Document, MediaType, Operation, Response as Documented, StatusKey};
use dropshot::Body;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use serde_json::Value;

use super::response::problem;

/// The header with the preferences that a response follows (RFC 7240).
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The contract, read once in each process.
fn document() -> &'static Document {
    static DOCUMENT: OnceLock<Document> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let text = include_str!("../../openapi.yaml");
        Document::from_text("openapi.yaml", text).expect("the contract is a valid document")
    })
}

/// The response that the header `Prefer: code=STATUS, example=NAME` requests; `None` without that header. Without
/// `code`, the response is the first one that has the example; without `example`, its first example.
pub(super) fn preferred(operation: &str, headers: &HeaderMap) -> Option<Response<Body>> {
    let (code, example) = (preference(headers, "code"), preference(headers, "example"));
    if code.is_none() && example.is_none() {
        return None;
    }
    let operation = document().operation(operation)?;
    let mut found = examples_of(operation).filter(|found| {
        code.as_ref().is_none_or(|code| *code == found.status.to_string())
            && example.as_ref().is_none_or(|example| *example == found.name)
    });
    let Some(found) = found.next() else {
        let known: Vec<String> = examples_of(operation).map(|found| found.preference()).collect();
        let detail = format!(
            "no documented response matches; expected one of: {}",
            known.join("; ")
        );
        return Some(problem(400, "Unknown example", &detail));
    };
    let mut response = found.to_response();
    if let Ok(applied) = HeaderValue::from_str(&found.preference()) {
        response.headers_mut().insert(PREFERENCE_APPLIED, applied);
    }
    Some(response)
}

/// The first documented response with a status below 300, if the values of the path's variables are those of the
/// documented examples.
pub(super) fn of_example_request(operation: &str, variables: &[(String, String)]) -> Option<Response<Body>> {
    let operation = document().operation(operation)?;
    let is_example = |(name, value): &(String, String)| {
        let mut parameters = operation.parameters.iter();
        let parameter = parameters.find(|parameter| parameter.name == *name);
        let example = parameter.and_then(|parameter| value_at(&parameter.at, "example"));
        example.is_some_and(|example| example == value)
    };
    if variables.is_empty() || !variables.iter().all(is_example) {
        return None;
    }
    let found = examples_of(operation).find(|found| found.status < 300);
    found.map(|found| found.to_response())
}

/// A documented example of a response.
struct Example {
    status: u16,
    /// Empty for a response without a body.
    name: String,
    media_type: Option<&'static MediaType>,
    body: Option<&'static Value>,
    response: &'static Documented,
}

fn examples_of(operation: &'static Operation) -> impl Iterator<Item = Example> {
    operation.responses.iter().flat_map(|response| {
        let StatusKey::Exact(status) = response.status else {
            return Vec::new();
        };
        let example = |name: String, media_type, body| Example {
            status,
            name,
            media_type,
            body,
            response,
        };
        let Some(media_type) = response.content.first() else {
            return vec![example(String::new(), None, None)];
        };
        let named = value_at(&media_type.at, "examples").and_then(Value::as_object);
        let named = named.into_iter().flatten().filter_map(|(name, _)| {
            let at = format!("{}/examples/{}", media_type.at, appkeep_openapi::escape(name));
            Some(example(
                name.clone(),
                Some(media_type),
                Some(value_at(&at, "value")?),
            ))
        });
        named.collect()
    })
}

/// The member of an object in the contract, after following references.
fn value_at(at: &str, member: &str) -> Option<&'static Value> {
    document().resolve(at)?.0.get(member)
}

impl Example {
    /// The preferences that select it.
    fn preference(&self) -> String {
        if self.name.is_empty() {
            format!("code={}", self.status)
        } else {
            format!("code={}, example={}", self.status, self.name)
        }
    }

    fn to_response(&self) -> Response<Body> {
        let body = self.body.map_or_else(Body::empty, |body| body.to_string().into());
        let mut response = Response::new(body);
        if let Ok(status) = self.status.try_into() {
            *response.status_mut() = status;
        }
        let headers = response.headers_mut();
        if let Some(media_type) = self.media_type
            && let Ok(name) = HeaderValue::from_str(&media_type.name)
        {
            headers.insert(CONTENT_TYPE, name);
        }
        for header in &self.response.headers {
            let example = value_at(&header.at, "example").and_then(Value::as_str);
            let name = HeaderName::try_from(&header.name).ok();
            let value = example.and_then(|example| HeaderValue::from_str(example).ok());
            if let (Some(name), Some(value)) = (name, value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// The value of a preference, with or without quotation marks.
fn preference(headers: &HeaderMap, name: &str) -> Option<String> {
    let values = headers.get_all("prefer").iter();
    let mut preferences = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']));
    preferences.find_map(|preference| {
        let (key, value) = preference.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_response_can_be_requested() {
        let mut count = 0;
        for operation in document().operations() {
            for example in examples_of(operation) {
                let mut headers = HeaderMap::new();
                headers.insert("prefer", example.preference().parse().unwrap());
                let response = preferred(&operation.id, &headers).unwrap();
                assert_eq!(response.status(), example.status, "{}", operation.id);
                assert_eq!(response.headers()[PREFERENCE_APPLIED], example.preference());
                count += 1;
            }
            let statuses = operation.responses.len();
            assert!(examples_of(operation).count() >= statuses, "{}", operation.id);
        }
        assert!(count > 150, "{count} examples");
    }

    #[test]
    fn unknown_examples_are_refused_with_the_known_ones() {
        let mut headers = HeaderMap::new();
        headers.insert("prefer", "code=418".parse().unwrap());
        let response = preferred("app_backup_fetch", &headers).unwrap();
        assert_eq!(response.status(), 400);
        headers.insert("prefer", "return=minimal".parse().unwrap());
        assert!(preferred("app_backup_fetch", &headers).is_none());
    }
}
