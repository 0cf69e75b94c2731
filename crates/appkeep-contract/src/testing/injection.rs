//! Defects, and their injection into the traffic between the checker and a correct server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use http::Method;
use http::header::CONTENT_LENGTH;
use serde_json::Value;

use super::exchange::{Request, Response};
use super::listener::without_connection;

/// The kind of a defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DefectKind {
    /// A single response, independent of its request.
    Shape,
    /// The choice of the response to a request.
    Protocol,
    /// The content of responses: backups, snapshots and lists.
    Semantics,
    /// The changes of responses over time.
    Time,
}

/// The servers in front of which a defect is injected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Servers {
    /// The fake server in memory.
    Fake,
    /// The fake server and a real one, because the defect is related to jobs, time or storage.
    Both,
    /// A real server only: the fake one doesn't handle requests concurrently.
    Real,
}

/// A defect of an otherwise correct server.
#[derive(Clone, Copy)]
pub struct Defect {
    /// The name of the defect in the tables of results.
    pub id: &'static str,
    /// A description of the defect, in one sentence.
    pub summary: &'static str,
    /// The kind of the defect.
    pub kind: DefectKind,
    /// The function that injects the defect.
    pub injection: Injection,
    /// The operations that show the defect; if empty, all. The checker excludes the others, to shorten the run.
    pub shown_by: &'static [&'static str],
    /// The servers in front of which the defect is injected.
    pub servers: Servers,
    /// Whether the defect is only visible while the storage fails. A real server is then started for this defect alone.
    pub with_failing_storage: bool,
}

/// Operations that create, show and delete the backups of an app.
pub(crate) const BACKUPS_OF_AN_APP: &[&str] = &[
    "app_backup_create_for_app",
    "app_backup_list_for_app",
    "app_backup_fetch_for_app",
    "app_backup_delete_for_app",
];

const BACKUPS: &[&str] = &[
    "app_backup_create_for_app",
    "app_backup_list_for_app",
    "app_backup_fetch_for_app",
    "app_backup_delete_for_app",
    "app_backup_list_all",
    "app_backup_fetch",
    "app_backup_delete",
];

const SNAPSHOTS: &[&str] = &[
    "app_snap_create_for_app",
    "app_snap_list_for_app",
    "app_snap_fetch_for_app",
    "app_snap_delete_for_app",
];

const DECLARED: &[&str] = &[
    "account_list",
    "bucket_list",
    "cloud_list",
    "app_summary_list",
    "app_restore_list_for_app",
    "app_list",
    "app_fetch",
    "app_hook_list_for_app",
    "user_list",
    "app_schedule_list_for_app",
    "app_schedule_create_for_app",
    "app_schedule_fetch_for_app",
    "app_schedule_update_for_app",
    "app_schedule_delete_for_app",
    "app_backup_list_for_app",
    "app_backup_create_for_app",
    "app_backup_fetch_for_app",
    "app_backup_delete_for_app",
];

const FILES: &[&str] = &[
    "app_backup_file_list_for_app",
    "app_backup_content_fetch_for_app",
    "app_backup_change_list_for_app",
    "app_summary_list",
    "app_backup_create_for_app",
    "app_backup_fetch_for_app",
    "app_backup_delete_for_app",
];

const RESTORES: &[&str] = &[
    "app_update",
    "app_fetch",
    "app_restore_create_for_app",
    "app_restore_list_for_app",
    "app_restore_fetch_for_app",
    "app_restore_delete_for_app",
    "app_backup_create_for_app",
    "app_backup_list_for_app",
    "app_backup_fetch_for_app",
    "app_backup_delete_for_app",
    "app_snap_create_for_app",
    "app_snap_list_for_app",
    "app_snap_fetch_for_app",
    "app_snap_delete_for_app",
];

/// A defect of the backups of an app.
pub(super) const fn defect(
    kind: DefectKind,
    id: &'static str,
    summary: &'static str,
    injection: Injection,
) -> Defect {
    Defect {
        id,
        summary,
        kind,
        injection,
        shown_by: BACKUPS_OF_AN_APP,
        servers: Servers::Fake,
        with_failing_storage: false,
    }
}

impl Defect {
    /// Returns the defect with the operations of snapshots in `shown_by`.
    pub(super) const fn of_snapshots(mut self) -> Self {
        self.shown_by = SNAPSHOTS;
        self
    }

    /// Returns the defect with the operations on files of backups in `shown_by`.
    pub(super) const fn of_files(mut self) -> Self {
        self.shown_by = FILES;
        self
    }

    /// Returns the defect with the lists of declared resources in `shown_by`.
    pub(super) const fn of_declared(mut self) -> Self {
        self.shown_by = DECLARED;
        self
    }

    /// Returns the defect with the operations of restores in `shown_by`.
    pub(super) const fn of_restores(mut self) -> Self {
        self.shown_by = RESTORES;
        self
    }

    /// Returns the defect with the operations of backups in both path trees in `shown_by`.
    pub(super) const fn in_both_trees(mut self) -> Self {
        self.shown_by = BACKUPS;
        self
    }

    /// Returns the defect with all operations in `shown_by`.
    pub(super) const fn everywhere(mut self) -> Self {
        self.shown_by = &[];
        self
    }

    /// Returns the defect, to be injected in front of a real server as well.
    pub(super) const fn on_both_servers(mut self) -> Self {
        self.servers = Servers::Both;
        self
    }

    /// Returns the defect, to be injected only in front of a real server.
    pub(super) const fn on_real_server(mut self) -> Self {
        self.servers = Servers::Real;
        self
    }

    /// Returns the defect, to be injected in front of both servers while their storage fails.
    pub(super) const fn of_failing_storage(mut self) -> Self {
        self.with_failing_storage = true;
        self.on_both_servers()
    }
}

/// The injection of a defect.
#[derive(Clone, Copy)]
pub enum Injection {
    /// Nothing is changed.
    None,
    /// A request is changed on its way to the server.
    OnRequest(fn(&mut Request)),
    /// A response is changed on its way to the checker.
    OnResponse(fn(&Request, &mut Response)),
    /// A response is changed according to earlier requests and responses.
    Stateful(fn(&mut DefectState, &Request, &mut Response)),
    /// Anything else, including further requests to the server.
    Handler(fn(Request, ProxyContext) -> BoxFuture<'static, Response>),
}

impl Injection {
    /// The response to a request.
    pub(super) async fn respond(self, mut request: Request, server: ProxyContext) -> Response {
        match self {
            Self::None => server.send(request).await,
            Self::OnRequest(change) => {
                change(&mut request);
                server.send(request).await
            }
            Self::OnResponse(change) => {
                let mut response = server.send(request.clone()).await;
                change(&request, &mut response);
                response
            }
            Self::Stateful(change) => {
                let mut response = server.send(request.clone()).await;
                change(&mut server.state(), &request, &mut response);
                response
            }
            Self::Handler(respond) => respond(request, server).await,
        }
    }
}

/// A correct server.
pub trait Upstream: Send + Sync {
    /// Returns the server's response to a request.
    fn send(&self, request: Request) -> BoxFuture<'_, Response>;
}

/// A server at a URL, reached over HTTP.
pub struct HttpUpstream {
    /// A client that follows no redirects and uses no proxy.
    pub http: reqwest::Client,
    /// Scheme, host and port.
    pub url: String,
}

impl HttpUpstream {
    fn url_of(&self, request: &Request) -> String {
        let url = format!("{}{}", self.url, request.path);
        if request.query.is_empty() {
            return url;
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        format!("{url}?{}", query.extend_pairs(&request.query).finish())
    }
}

impl Upstream for HttpUpstream {
    fn send(&self, request: Request) -> BoxFuture<'_, Response> {
        let url = self.url_of(&request);
        Box::pin(async move {
            let unfinished = request.take_unfinished();
            let is_head = request.method == Method::HEAD;
            let mut sent = self.http.request(request.method, url).headers(request.headers);
            if let Some(unfinished) = unfinished {
                sent = sent.body(unfinished);
            } else if !request.body.is_empty() {
                sent = sent.body(request.body);
            }
            let response = sent.send().await.expect("the server responds");
            let mut headers = without_connection(response.headers().clone());
            // There it isn't the length of the body.
            if let Some(length) = response.headers().get(CONTENT_LENGTH).filter(|_| is_head) {
                headers.insert(CONTENT_LENGTH, length.clone());
            }
            Response {
                status: response.status().as_u16(),
                headers,
                body: response.bytes().await.expect("a whole response"),
            }
        })
    }
}

/// A correct server, and the information about it that defects need.
#[derive(Clone)]
pub struct ProxyContext {
    /// The server.
    pub upstream: Arc<dyn Upstream>,
    /// A token of all accounts with every permission.
    pub operator: String,
    /// The checker's read-only token of the first account.
    pub viewer: String,
    /// The checker's two accounts.
    pub accounts: [Tenant; 2],
    /// The state of the defect.
    pub state: Arc<Mutex<DefectState>>,
}

/// An account with an app and a bucket.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// The account's id.
    pub account: String,
    /// The app's id.
    pub app: String,
    /// The bucket's id.
    pub bucket: String,
}

impl ProxyContext {
    pub(crate) fn state(&self) -> MutexGuard<'_, DefectState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the server's response to a request.
    pub(crate) async fn send(&self, request: Request) -> Response {
        self.upstream.send(request).await
    }

    /// Returns the server's response to the request with the operator's token.
    pub(crate) async fn send_as_operator(&self, mut request: Request) -> Response {
        request.set_token(&self.operator);
        self.send(request).await
    }

    /// The account that isn't this one.
    pub(crate) fn other(&self, account: &str) -> &Tenant {
        let [first, second] = &self.accounts;
        if first.account == account { second } else { first }
    }
}

/// The state of a defect, from earlier requests and responses.
#[derive(Debug, Default)]
pub struct DefectState {
    /// The number of times that each event occurred.
    pub(crate) counts: HashMap<String, u32>,
    /// The last value of each item.
    pub(crate) values: HashMap<String, Value>,
    /// Ids in the order of their first occurrence.
    pub(crate) ids: Vec<String>,
}

impl DefectState {
    /// Counts an event, and returns the new count.
    pub(crate) fn count(&mut self, what: &str) -> u32 {
        let counts = self.counts.entry(what.to_owned()).or_default();
        *counts += 1;
        *counts
    }
}
