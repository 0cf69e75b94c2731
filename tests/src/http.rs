//! HTTP requests to the server, as low-level as a test needs them.

use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::eventually;

/// A server's response.
#[derive(Debug)]
pub struct TestResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, unchanged.
    pub bytes: Vec<u8>,
}

impl TestResponse {
    /// Returns the body as JSON; null if it is empty.
    ///
    /// # Panics
    /// When the body isn't JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        if self.bytes.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.bytes).expect("a JSON body")
    }

    /// Returns the body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Returns a header as text; empty if it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> String {
        let value = self
            .headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()));
        value.unwrap_or_default().into_owned()
    }

    /// Returns status and problem number, such as `409/128`; `409/-` if the body isn't a numbered problem.
    #[must_use]
    pub fn problem(&self) -> String {
        let body: Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        let kind = body["type"].as_str().unwrap_or_default();
        let number = kind
            .strip_prefix("https://astra.netapp.io/problems/")
            .unwrap_or("-");
        format!("{}/{number}", self.status.as_u16())
    }

    /// Returns the names in `invalidParams` and `invalidFields`, in that order.
    #[must_use]
    pub fn invalid_fields(&self) -> Vec<String> {
        let body: Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        let names = |list: &str| -> Vec<String> {
            let items = body[list].as_array().cloned().unwrap_or_default();
            items
                .iter()
                .filter_map(|item| item["name"].as_str().map(str::to_owned))
                .collect()
        };
        [names("invalidParams"), names("invalidFields")].concat()
    }
}

/// An API client with a token.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    url: String,
    token: String,
    account: Uuid,
}

impl Api {
    /// Creates a client of the API at `url` for `account`.
    ///
    /// # Panics
    /// When no HTTP client can be created.
    #[must_use]
    pub fn new(url: String, token: String, account: Uuid) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("an HTTP client");
        Self {
            http,
            url,
            token,
            account,
        }
    }

    /// Returns the server's scheme, host and port.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Returns the path of the account's backups.
    #[must_use]
    pub fn backups(&self) -> String {
        format!("/accounts/{}/topology/v1/appBackups", self.account)
    }

    /// Returns the path of an app's backups.
    #[must_use]
    pub fn app_backups(&self, app: Uuid) -> String {
        format!("/accounts/{}/k8s/v1/apps/{app}/appBackups", self.account)
    }

    /// Returns the path of an app's snapshots.
    #[must_use]
    pub fn app_snaps(&self, app: Uuid) -> String {
        format!("/accounts/{}/k8s/v1/apps/{app}/appSnaps", self.account)
    }

    /// Returns the path of a backup.
    #[must_use]
    pub fn backup_path(&self, backup: &Value) -> String {
        format!("{}/{}", self.backups(), id(backup))
    }

    /// Returns the path of a snapshot of an app.
    #[must_use]
    pub fn snap_path(&self, app: Uuid, snap: &Value) -> String {
        format!("{}/{}", self.app_snaps(app), id(snap))
    }

    /// Creates a request that can be changed before it is sent with [`Self::send`].
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// Sends a request.
    ///
    /// # Panics
    /// When there is no response.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> TestResponse {
        let response = request.send().await.expect("a response");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("a whole body").to_vec();
        TestResponse {
            status,
            headers,
            bytes,
        }
    }

    /// Sends GET with the token.
    pub async fn get(&self, path: &str) -> TestResponse {
        self.send(self.request(Method::GET, path).bearer_auth(&self.token))
            .await
    }

    /// Sends DELETE with the token.
    pub async fn delete(&self, path: &str) -> TestResponse {
        self.send(self.request(Method::DELETE, path).bearer_auth(&self.token))
            .await
    }

    /// Sends POST with a JSON body and the token.
    pub async fn post(&self, path: &str, body: &Value) -> TestResponse {
        self.send(
            self.request(Method::POST, path)
                .bearer_auth(&self.token)
                .json(body),
        )
        .await
    }

    /// Returns the body of the response to a GET, which must be 200 and conform to the contract.
    ///
    /// # Panics
    /// When it doesn't.
    pub async fn fetch(&self, operation: &str, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status, StatusCode::OK, "{path}: {}", response.text());
        assert_eq!(response.violations(operation), [""; 0], "{path}");
        response.json()
    }

    /// Returns the items of a list.
    ///
    /// # Panics
    /// When the response isn't a list.
    pub async fn items(&self, path: &str) -> Vec<Value> {
        let list = self.get(path).await.json();
        list["items"].as_array().expect("items").clone()
    }

    /// Creates a backup; further members of the body come from `more`.
    ///
    /// # Panics
    /// When it isn't created.
    pub async fn create_backup(&self, app: Uuid, more: &Value) -> Value {
        self.create(&self.app_backups(app), backup_body(), more).await
    }

    /// Creates a snapshot; further members of the body come from `more`.
    ///
    /// # Panics
    /// When it isn't created.
    pub async fn create_snap(&self, app: Uuid, more: &Value) -> Value {
        self.create(&self.app_snaps(app), snap_body(), more).await
    }

    async fn create(&self, path: &str, mut body: Value, more: &Value) -> Value {
        if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
            body.extend(more.clone());
        }
        let response = self.post(path, &body).await;
        assert_eq!(response.status, StatusCode::CREATED, "{}", response.text());
        response.json()
    }

    /// Creates a backup, and waits until it is completed.
    ///
    /// # Panics
    /// When it isn't created or fails.
    pub async fn back_up(&self, app: Uuid, more: &Value) -> Value {
        let backup = self.create_backup(app, more).await;
        self.completed(&self.backup_path(&backup)).await
    }

    /// Creates a snapshot, and waits until it is completed.
    ///
    /// # Panics
    /// When it isn't created or fails.
    pub async fn snapshot(&self, app: Uuid, more: &Value) -> Value {
        let snap = self.create_snap(app, more).await;
        self.completed(&self.snap_path(app, &snap)).await
    }

    /// Waits until the resource at `path` is completed, and returns it.
    ///
    /// # Panics
    /// When it fails.
    pub async fn completed(&self, path: &str) -> Value {
        let ended = self.ended(path).await;
        assert_eq!(ended["state"], "completed", "{ended}");
        ended
    }

    /// Waits until the resource at `path` is failed, and returns it.
    ///
    /// # Panics
    /// When it is completed.
    pub async fn failed(&self, path: &str) -> Value {
        let ended = self.ended(path).await;
        assert_eq!(ended["state"], "failed", "{ended}");
        ended
    }

    /// Waits until the resource at `path` is completed or failed, and returns it.
    ///
    /// # Panics
    /// When that doesn't happen.
    pub async fn ended(&self, path: &str) -> Value {
        self.wait_for(path, &["completed", "failed"]).await
    }

    /// Waits until the resource at `path` is in one of `states`, and returns it.
    ///
    /// # Panics
    /// When that doesn't happen.
    pub async fn wait_for(&self, path: &str, states: &[&str]) -> Value {
        eventually(&format!("{path} to become {}", states.join(" or ")), async || {
            let response = self.get(path).await;
            let resource = response.json();
            let state = resource["state"].as_str().unwrap_or_default();
            states.contains(&state).then_some(resource)
        })
        .await
    }
}

/// The body of a request that creates a backup.
#[must_use]
pub fn backup_body() -> Value {
    json!({"type": "application/astra-appBackup", "version": "1.1"})
}

/// The body of a request that creates a snapshot.
#[must_use]
pub fn snap_body() -> Value {
    json!({"type": "application/astra-appSnap", "version": "1.2"})
}

/// Returns a resource's id.
///
/// # Panics
/// When it has none.
#[must_use]
pub fn id(resource: &Value) -> String {
    text(resource, "id")
}

/// Returns a member that is a text.
///
/// # Panics
/// When the member is missing or isn't a text.
#[must_use]
pub fn text(resource: &Value, member: &str) -> String {
    let text = resource[member].as_str();
    text.unwrap_or_else(|| panic!("no {member} in {resource}"))
        .to_owned()
}
