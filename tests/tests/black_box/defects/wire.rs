//! A request on its way in, and an answer on its way out.

use std::sync::{Arc, Mutex};

use appkeep_tests::operations;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, Method};
use serde_json::{Map, Value, json};

/// A request, as the judge sent it.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    /// The whole body, unless its length wasn't said.
    pub(super) body: Bytes,
    /// A body that arrives bit by bit, and perhaps never ends; whoever sends it on takes it.
    pub(super) rest: Arc<Mutex<Option<reqwest::Body>>>,
}

impl Asked {
    /// The `operationId` that method and path mean, or nothing.
    pub(super) fn operation(&self) -> &'static str {
        let found = operations()
            .iter()
            .find(|operation| operation.method == self.method.as_str() && fits(&operation.path, &self.path));
        found.map_or("", |operation| &operation.id)
    }

    pub(super) fn is_list(&self) -> bool {
        self.operation().contains("_list_")
    }

    pub(super) fn is_fetch(&self) -> bool {
        self.operation().contains("_fetch")
    }

    pub(super) fn is_create(&self) -> bool {
        self.operation().contains("_create_")
    }

    pub(super) fn is_delete(&self) -> bool {
        self.operation().contains("_delete")
    }

    pub(super) fn is_of_backups(&self) -> bool {
        self.operation().starts_with("app_backup")
    }

    /// The segment of the path that follows this one: the id of an account, an app, a backup, a snapshot.
    pub(super) fn below(&self, parent: &str) -> &str {
        let mut segments = self.path.split('/').skip_while(|segment| *segment != parent);
        segments.nth(1).unwrap_or_default()
    }

    pub(super) fn account(&self) -> &str {
        self.below("accounts")
    }

    /// The id of the one backup or snapshot that the path names.
    pub(super) fn id(&self) -> &str {
        let backup = self.below("appBackups");
        if backup.is_empty() {
            self.below("appSnaps")
        } else {
            backup
        }
    }

    /// Puts another segment into the path.
    pub(super) fn replace(&mut self, old: &str, new: &str) {
        self.path = self.path.replace(old, new);
    }

    pub(super) fn asks_for(&self, parameter: &str) -> Option<&str> {
        let found = self.query.iter().find(|(name, _)| name == parameter);
        found.map(|(_, value)| value.as_str())
    }

    /// Takes parameters out of the query.
    pub(super) fn forget(&mut self, parameter: &str) {
        self.query.retain(|(name, _)| name != parameter);
    }

    pub(super) fn header(&self, name: &HeaderName) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    pub(super) fn set_header(&mut self, name: HeaderName, value: &str) {
        self.headers
            .insert(name, value.parse().expect("a header's value"));
    }

    pub(super) fn set_token(&mut self, token: &str) {
        self.set_header(AUTHORIZATION, &format!("Bearer {token}"));
    }

    /// The body as JSON; null when it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Changes the body, if it is a JSON object. One that stays the same keeps its spaces, too.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Map<String, Value>)) {
        if let Value::Object(before) = self.json() {
            let mut members = before.clone();
            change(&mut members);
            if members != before {
                self.body = Value::Object(members).to_string().into();
            }
        }
    }
}

/// Whether a path is one of those that a template stands for.
fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given || wanted.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// An answer.
#[derive(Clone)]
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Said {
    /// A problem in the server's own form.
    pub(super) fn problem(status: u16, number: u32, title: &str) -> Self {
        let body = json!({
            "type": format!("https://astra.netapp.io/problems/{number}"),
            "title": title,
            "detail": format!("{title}."),
            "status": status.to_string(),
            "correlationID": "00000000-0000-4000-8000-000000000000",
        });
        let mut said = Self {
            status,
            headers: HeaderMap::new(),
            body: body.to_string().into(),
        };
        said.set_header(CONTENT_TYPE, "application/problem+json");
        said
    }

    /// The body as JSON; null when it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Changes the body, if it is JSON.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut body) = serde_json::from_slice(&self.body) {
            change(&mut body);
            self.body = body.to_string().into();
        }
    }

    /// Changes every whole backup and snapshot in the body, whether it stands alone or in a list.
    pub(super) fn each_resource(&mut self, mut change: impl FnMut(&mut Map<String, Value>)) {
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

    /// Changes the items of a list.
    pub(super) fn items(&mut self, change: impl FnOnce(&mut Vec<Value>)) {
        self.change(|body| {
            if let Some(items) = body.get_mut("items").and_then(Value::as_array_mut) {
                change(items);
            }
        });
    }

    /// Changes the rows of a list of columns.
    pub(super) fn each_row(&mut self, mut change: impl FnMut(&mut Vec<Value>)) {
        self.items(|items| {
            items
                .iter_mut()
                .filter_map(Value::as_array_mut)
                .for_each(&mut change);
        });
    }

    /// The number of the problem that it is.
    pub(super) fn number(&self) -> Option<u32> {
        let body = self.json();
        let number = body["type"]
            .as_str()?
            .strip_prefix("https://astra.netapp.io/problems/")?;
        number.parse().ok()
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(super) fn header(&self, name: &HeaderName) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    pub(super) fn set_header(&mut self, name: HeaderName, value: &str) {
        self.headers
            .insert(name, value.parse().expect("a header's value"));
    }
}

/// Sets a count to the number of items, as whoever changes a list and doesn't want to be caught at that does.
pub(super) fn recount(said: &mut Said) {
    said.change(|body| {
        if let Some(items) = body.get("items").and_then(Value::as_array) {
            body["metadata"]["count"] = json!(items.len());
        }
    });
}

/// What orders a list: the time of creation, then the id.
pub(super) fn key(item: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&item["metadata"]["creationTimestamp"]), text(&item["id"]))
}
