//! A request on its way to the server, and a response on its way back.

use std::sync::{Arc, LazyLock, Mutex};

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderName};
use http::{HeaderMap, Method};
use serde_json::{Map, Value, json};

use crate::authored::{self, PROBLEMS};
use appkeep_openapi::{Document, Operation};

static DOCUMENT: LazyLock<Document> =
    LazyLock::new(|| authored::document().expect("the embedded document is readable"));

/// A request as the checker sent it.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, undecoded.
    pub path: String,
    /// The query parameters, decoded.
    pub query: Vec<(String, String)>,
    /// All headers except those of the connection.
    pub headers: HeaderMap,
    /// The whole body; empty if its length isn't known.
    pub body: Bytes,
    /// A body of unknown length, which may never end; `None` once it is taken.
    pub unfinished: Arc<Mutex<Option<reqwest::Body>>>,
}

impl Request {
    /// The operation that method and path belong to.
    pub(crate) fn documented(&self) -> Option<&'static Operation> {
        let mut operations = operations_at(&self.path);
        operations.find(|operation| operation.method == self.method.as_str())
    }

    /// The `operationId` that method and path belong to; empty if there is none.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.documented().map_or("", |operation| &operation.id)
    }

    pub(crate) fn is_list(&self) -> bool {
        self.operation().contains("_list_")
    }

    pub(crate) fn is_fetch(&self) -> bool {
        self.operation().contains("_fetch")
    }

    pub(crate) fn is_create(&self) -> bool {
        self.operation().contains("_create_")
    }

    pub(crate) fn is_delete(&self) -> bool {
        self.operation().contains("_delete")
    }

    pub(crate) fn is_backup_operation(&self) -> bool {
        self.operation().starts_with("app_backup")
    }

    /// The segment of the path after this one: the id of an account, an app, a backup or a snapshot.
    pub(crate) fn segment_after(&self, parent: &str) -> &str {
        let mut segments = self.path.split('/').skip_while(|segment| *segment != parent);
        segments.nth(1).unwrap_or_default()
    }

    pub(crate) fn account(&self) -> &str {
        self.segment_after("accounts")
    }

    /// The id of the backup or snapshot in the path.
    pub(crate) fn id(&self) -> &str {
        let backup = self.segment_after("appBackups");
        if backup.is_empty() {
            self.segment_after("appSnaps")
        } else {
            backup
        }
    }

    /// Replaces a segment of the path.
    pub(crate) fn replace(&mut self, old: &str, new: &str) {
        self.path = self.path.replace(old, new);
    }

    /// The first value of a query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Removes a query parameter.
    pub(crate) fn remove_parameter(&mut self, name: &str) {
        self.query.retain(|(known, _)| known != name);
    }

    pub(crate) fn header(&self, name: &HeaderName) -> &str {
        text(&self.headers, name)
    }

    pub(crate) fn set_header(&mut self, name: HeaderName, value: &str) {
        self.headers
            .insert(name, value.parse().expect("a header's value"));
    }

    pub(crate) fn authorization(&self) -> &str {
        self.header(&AUTHORIZATION)
    }

    pub(crate) fn set_token(&mut self, token: &str) {
        self.set_header(AUTHORIZATION, &format!("Bearer {token}"));
    }

    /// Whether the body isn't complete yet.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.unfinished.lock().is_ok_and(|rest| rest.is_some())
    }

    /// The body of unknown length.
    pub(crate) fn take_unfinished(&self) -> Option<reqwest::Body> {
        self.unfinished.lock().ok()?.take()
    }

    /// The body as JSON; null if it isn't JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The same request without a member of its body.
    pub(crate) fn without(mut self, member: &str) -> Self {
        self.change(|body| {
            body.shift_remove(member);
        });
        self
    }

    /// A GET of the same path.
    pub(crate) fn as_get(&self) -> Self {
        Self {
            method: Method::GET,
            body: Bytes::new(),
            ..self.clone()
        }
    }

    /// Changes the body if it is a JSON object. A body that stays equal also keeps its white space.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Map<String, Value>)) {
        if let Value::Object(before) = self.json() {
            let mut members = before.clone();
            change(&mut members);
            if members != before {
                self.body = Value::Object(members).to_string().into();
            }
        }
    }
}

/// The operations at a path.
pub(crate) fn operations_at(path: &str) -> impl Iterator<Item = &'static Operation> {
    let operations = DOCUMENT.operations().iter();
    operations.filter(move |operation| matches(&operation.path, path))
}

/// Whether a path is an instance of a template.
fn matches(template: &str, path: &str) -> bool {
    let (mut expected, mut actual) = (template.split('/'), path.split('/'));
    loop {
        match (expected.next(), actual.next()) {
            (None, None) => return true,
            (Some(expected), Some(actual)) if expected == actual || expected.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// A response.
#[derive(Clone)]
pub struct Response {
    /// The status; 0 closes the connection without a response.
    pub status: u16,
    /// All headers except those of the connection.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Response {
    /// No response: the connection is closed.
    pub(crate) fn none() -> Self {
        Self::empty(0)
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    pub(crate) fn of_json(status: u16, body: &Value) -> Self {
        Self::empty(status)
            .with("Content-Type", "application/json")
            .with_body(body)
    }

    /// A problem in the form that the contract describes; with another title if the contract fixes it for this number.
    pub(crate) fn problem(status: u16, number: u32, title: &str) -> Self {
        let uri = format!("{PROBLEMS}{number}");
        let own = [title.to_owned(), format!("{title}.")];
        let [title, detail] = authored::fixed_problems().get(&uri).unwrap_or(&own);
        let body = json!({
            "type": uri,
            "title": title,
            "detail": detail,
            "status": status.to_string(),
            "correlationID": "00000000-0000-4000-8000-000000000000",
        });
        Self::of_json(status, &body).with("Content-Type", "application/problem+json")
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.set_header(name.parse().expect("a header's name"), value);
        self
    }

    pub(crate) fn with_body(self, body: &Value) -> Self {
        Self {
            body: body.to_string().into(),
            ..self
        }
    }

    /// The body as JSON; null if it isn't JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Changes the body if it is JSON.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut body) = serde_json::from_slice(&self.body) {
            change(&mut body);
            self.body = body.to_string().into();
        }
    }

    /// Changes every complete backup, snapshot and app in the body, alone or in a list.
    pub(crate) fn each_resource(&mut self, mut change: impl FnMut(&mut Map<String, Value>)) {
        let mut visit = |value: &mut Value| {
            if let Value::Object(resource) = value
                && resource.contains_key("state")
            {
                change(resource);
            }
        };
        self.change(|body| {
            visit(body);
            let items = body.get_mut("items").and_then(Value::as_array_mut);
            items.into_iter().flatten().for_each(visit);
        });
    }

    /// Removes a member of every complete backup, snapshot and app in the body.
    pub(crate) fn remove_from_each(&mut self, member: &str) {
        self.each_resource(|resource| {
            resource.shift_remove(member);
        });
    }

    /// Changes the items of a list.
    pub(crate) fn items(&mut self, change: impl FnOnce(&mut Vec<Value>)) {
        self.change(|body| {
            if let Some(items) = body.get_mut("items").and_then(Value::as_array_mut) {
                change(items);
            }
        });
    }

    /// Changes the rows of a list with `include`.
    pub(crate) fn each_row(&mut self, mut change: impl FnMut(&mut Vec<Value>)) {
        self.items(|items| {
            items
                .iter_mut()
                .filter_map(Value::as_array_mut)
                .for_each(&mut change);
        });
    }

    /// The number of the problem in the body.
    pub(crate) fn number(&self) -> Option<u32> {
        let body = self.json();
        body["type"].as_str()?.strip_prefix(PROBLEMS)?.parse().ok()
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn header(&self, name: &HeaderName) -> &str {
        text(&self.headers, name)
    }

    pub(crate) fn set_header(&mut self, name: HeaderName, value: &str) {
        self.headers
            .insert(name, value.parse().expect("a header's value"));
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> &'h str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// Sets `count` to the number of items, so that a changed list isn't found by its count.
pub(crate) fn recount(response: &mut Response) {
    response.change(|body| {
        if let Some(items) = body.get("items").and_then(Value::as_array) {
            body["metadata"]["count"] = json!(items.len());
        }
    });
}

/// The sort key of a list: the time of creation, then the id.
pub(crate) fn sort_key(item: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&item["metadata"]["creationTimestamp"]), text(&item["id"]))
}
