//! Valid requests that tests can modify.

use appkeep_openapi::{Operation, ParameterLocation};
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::contract::operation;
use crate::http::{Api, TestResponse, backup_body, snap_body};

/// The body of a request.
#[derive(Debug, Clone)]
pub enum Payload {
    /// No body.
    None,
    /// JSON.
    Json(Value),
    /// Arbitrary bytes.
    Bytes(Vec<u8>),
}

/// A request to an operation. Its parts are sent unchanged.
#[derive(Debug, Clone)]
pub struct TestRequest {
    /// The operation.
    pub operation: &'static Operation,
    /// The method; initially the operation's own.
    pub method: Method,
    /// The account in the path.
    pub account: String,
    /// The app in the path, if there is one.
    pub app: String,
    /// The backup, snapshot, restore or schedule in the path, if there is one.
    pub resource: String,
    /// The query string; if it is empty, there is no question mark.
    pub query: String,
    /// The value of `Authorization`.
    pub authorization: Option<Vec<u8>>,
    /// The value of `Content-Type`.
    pub content_type: Option<Vec<u8>>,
    /// The value of `ForceUpdate`, if the operation has it.
    pub force_update: Option<String>,
    /// The body; initially the smallest valid one.
    pub body: Payload,
}

impl TestRequest {
    /// Creates a request to the operation with this `operationId`, with a token. The ids aren't set yet.
    ///
    /// # Panics
    /// When the contract has no such operation.
    #[must_use]
    pub fn new(operation_id: &str, token: &str) -> Self {
        let operation = operation(operation_id);
        let body = match operation_id {
            "app_backup_create_for_app" => Payload::Json(backup_body()),
            "app_snap_create_for_app" => Payload::Json(snap_body()),
            "app_update" => Payload::Json(json!({"type": "application/astra-app", "version": "2.2"})),
            "app_restore_create_for_app" => Payload::Json(json!({
                "type": "application/astra-appRestore", "version": "1.0", "inPlace": true,
            })),
            "app_schedule_create_for_app" => Payload::Json(json!({
                "type": "application/astra-schedule", "version": "1.3", "name": "yearly", "enabled": "false",
                "granularity": "hourly", "minute": "0",
            })),
            "app_schedule_update_for_app" => {
                Payload::Json(json!({"type": "application/astra-schedule", "version": "1.3"}))
            }
            _ => Payload::None,
        };
        let content_type = operation.body.is_some().then(|| b"application/json".to_vec());
        Self {
            operation,
            method: operation.method.parse().expect("a method"),
            account: String::new(),
            app: String::new(),
            resource: String::new(),
            query: match operation_id {
                "app_backup_content_fetch_for_app" => "path=/".to_owned(),
                _ => String::new(),
            },
            authorization: Some(format!("Bearer {token}").into_bytes()),
            content_type,
            force_update: (operation_id == "app_update").then(|| "true".to_owned()),
            body,
        }
    }

    /// Returns the names of the ids in its path.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.operation
            .parameters_in(ParameterLocation::Path)
            .map(|parameter| parameter.name.as_str())
    }

    /// Sets the id with this name in the path.
    ///
    /// # Panics
    /// When no path has such an id.
    pub fn id(&mut self, name: &str, text: &str) {
        let place = match name {
            "account_id" => &mut self.account,
            "app_id" => &mut self.app,
            "appBackup_id" | "appSnap_id" | "appRestore_id" | "schedule_id" => &mut self.resource,
            other => panic!("no path has an id called {other}"),
        };
        text.clone_into(place);
    }

    /// Sets the bearer token.
    pub fn token(&mut self, token: &str) {
        self.authorization = Some(format!("Bearer {token}").into_bytes());
    }

    /// Adds a query parameter, unescaped.
    pub fn parameter(&mut self, text: &str) {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(text);
    }

    /// Sets a member of the body.
    ///
    /// # Panics
    /// When the body isn't a JSON object.
    pub fn member(&mut self, name: &str, value: Value) {
        let Payload::Json(Value::Object(members)) = &mut self.body else {
            panic!("a body with members")
        };
        members.insert(name.to_owned(), value);
    }

    /// Removes a member of the body.
    ///
    /// # Panics
    /// When the body isn't a JSON object.
    pub fn without(&mut self, name: &str) {
        let Payload::Json(Value::Object(members)) = &mut self.body else {
            panic!("a body with members")
        };
        members.shift_remove(name);
    }

    /// Sets the body to that text.
    pub fn text(&mut self, text: impl Into<Vec<u8>>) {
        self.body = Payload::Bytes(text.into());
    }

    /// Returns the body as it is sent.
    ///
    /// # Panics
    /// When it can't be serialised.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Payload::None => Vec::new(),
            Payload::Json(value) => serde_json::to_vec(value).expect("writable JSON"),
            Payload::Bytes(bytes) => bytes.clone(),
        }
    }

    /// Returns path and query.
    #[must_use]
    pub fn path(&self) -> String {
        let path = self
            .operation
            .path
            .replace("{account_id}", &self.account)
            .replace("{app_id}", &self.app)
            .replace("{appBackup_id}", &self.resource)
            .replace("{appSnap_id}", &self.resource)
            .replace("{appRestore_id}", &self.resource)
            .replace("{schedule_id}", &self.resource);
        if self.query.is_empty() {
            path
        } else {
            format!("{path}?{}", self.query)
        }
    }

    /// Returns whether the operation has a parameter with this name in its path or query.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let places = [ParameterLocation::Path, ParameterLocation::Query];
        self.operation
            .parameters
            .iter()
            .any(|parameter| parameter.name == name && places.contains(&parameter.location))
    }

    /// Sends the request.
    ///
    /// # Panics
    /// When there is no response.
    pub async fn send(&self, api: &Api) -> TestResponse {
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
