//! Requests that are sound until a test spoils them.

use appkeep_contract::document::{Operation, ParameterLocation};
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::contract::operation;
use crate::http::{Answer, Api};

/// What a request carries as its body.
#[derive(Debug, Clone)]
pub enum Payload {
    /// Nothing.
    None,
    /// JSON.
    Json(Value),
    /// Anything.
    Bytes(Vec<u8>),
}

/// A request to an operation. What its parts say goes over the wire as it is.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The operation.
    pub operation: &'static Operation,
    /// The method; the operation's own at first.
    pub method: Method,
    /// The account in the path.
    pub account: String,
    /// The app in the path, where there is one.
    pub app: String,
    /// The backup or snapshot in the path, where there is one.
    pub resource: String,
    /// What follows the question mark; without one when it is empty.
    pub query: String,
    /// The value of `Authorization`.
    pub authorization: Option<Vec<u8>>,
    /// The value of `Content-Type`.
    pub content_type: Option<Vec<u8>>,
    /// The value of `ForceUpdate`, where the operation has it.
    pub force_update: Option<String>,
    /// The body; the least that a create needs at first.
    pub body: Payload,
}

impl Ask {
    /// A request to the operation of that `operationId`, by the bearer of a token. The ids are still missing.
    ///
    /// # Panics
    /// When the contract has no such operation.
    #[must_use]
    pub fn new(operation_id: &str, token: &str) -> Self {
        let operation = operation(operation_id);
        let body = match operation_id {
            "app_backup_create_for_app" => {
                Payload::Json(json!({"type": "application/astra-appBackup", "version": "1.1"}))
            }
            "app_snap_create_for_app" => {
                Payload::Json(json!({"type": "application/astra-appSnap", "version": "1.2"}))
            }
            "app_update" => Payload::Json(json!({"type": "application/astra-app", "version": "2.2"})),
            _ => Payload::None,
        };
        let content_type = operation.body.is_some().then(|| b"application/json".to_vec());
        Self {
            operation,
            method: operation.method.parse().expect("a method"),
            account: String::new(),
            app: String::new(),
            resource: String::new(),
            query: String::new(),
            authorization: Some(format!("Bearer {token}").into_bytes()),
            content_type,
            force_update: (operation_id == "app_update").then(|| "true".to_owned()),
            body,
        }
    }

    /// The names of the ids in its path.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.operation
            .parameters_in(ParameterLocation::Path)
            .map(|parameter| parameter.name.as_str())
    }

    /// Puts that text where the path has the id of that name.
    ///
    /// # Panics
    /// When no path has such an id.
    pub fn id(&mut self, name: &str, text: &str) {
        let place = match name {
            "account_id" => &mut self.account,
            "app_id" => &mut self.app,
            "appBackup_id" | "appSnap_id" => &mut self.resource,
            other => panic!("no path has an id called {other}"),
        };
        text.clone_into(place);
    }

    /// Presents that token.
    pub fn token(&mut self, token: &str) {
        self.authorization = Some(format!("Bearer {token}").into_bytes());
    }

    /// Adds a query parameter, as it is.
    pub fn parameter(&mut self, text: &str) {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(text);
    }

    /// Sets a member of the body.
    ///
    /// # Panics
    /// When the body is no JSON object.
    pub fn member(&mut self, name: &str, value: Value) {
        let Payload::Json(Value::Object(members)) = &mut self.body else {
            panic!("a body with members")
        };
        members.insert(name.to_owned(), value);
    }

    /// Takes a member of the body away.
    ///
    /// # Panics
    /// When the body is no JSON object.
    pub fn without(&mut self, name: &str) {
        let Payload::Json(Value::Object(members)) = &mut self.body else {
            panic!("a body with members")
        };
        members.shift_remove(name);
    }

    /// Makes that text the body.
    pub fn text(&mut self, text: impl Into<Vec<u8>>) {
        self.body = Payload::Bytes(text.into());
    }

    /// The body as it goes over the wire.
    ///
    /// # Panics
    /// When it can't be written.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Payload::None => Vec::new(),
            Payload::Json(value) => serde_json::to_vec(value).expect("writable JSON"),
            Payload::Bytes(bytes) => bytes.clone(),
        }
    }

    /// Path and query.
    #[must_use]
    pub fn path(&self) -> String {
        let path = self
            .operation
            .path
            .replace("{account_id}", &self.account)
            .replace("{app_id}", &self.app)
            .replace("{appBackup_id}", &self.resource)
            .replace("{appSnap_id}", &self.resource);
        if self.query.is_empty() {
            path
        } else {
            format!("{path}?{}", self.query)
        }
    }

    /// Whether the operation has a parameter of that name in its path or query.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let places = [ParameterLocation::Path, ParameterLocation::Query];
        self.operation
            .parameters
            .iter()
            .any(|parameter| parameter.name == name && places.contains(&parameter.location))
    }

    /// Sends it.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn send(&self, api: &Api) -> Answer {
        let mut request = api.request(self.method.clone(), &self.path());
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.as_slice());
        }
        if let Some(content_type) = &self.content_type {
            request = request.header(CONTENT_TYPE, content_type.as_slice());
        }
        if let Some(value) = &self.force_update {
            request = request.header("ForceUpdate", value);
        }
        if !matches!(self.body, Payload::None) {
            request = request.body(self.bytes());
        }
        api.send(request).await
    }
}
