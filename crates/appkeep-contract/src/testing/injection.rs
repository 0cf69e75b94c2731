//! Defects, and their injection into the traffic between the checker and a correct server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use serde_json::Value;

use super::exchange::{Request, Response};
use super::listener::without_connection;

/// The kind of a defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DefectKind {
    /// One response by itself.
    Shape,
    /// The choice of the response to a request.
    Protocol,
    /// The content of responses: backups, snapshots and lists.
    Semantics,
    /// How responses change over time.
    Time,
}

/// The servers in front of which a defect is injected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Servers {
    /// The fake server in memory.
    Fake,
    /// The fake server and a real one, as it is about jobs, time or storage.
    Both,
    /// A real server only: a fake one handles one request after the other.
    Real,
}

/// A defect of an otherwise correct server.
#[derive(Clone, Copy)]
pub struct Defect {
    /// Its name in the tables of results.
    pub id: &'static str,
    /// A description of the defect, in one sentence.
    pub summary: &'static str,
    /// Its kind.
    pub kind: DefectKind,
    /// How it is injected.
    pub injection: Injection,
    /// The operations that show it; all of them if it is empty. The checker leaves out the others, which keeps a run
    /// short.
    pub shown_by: &'static [&'static str],
    /// The servers in front of which it is injected.
    pub servers: Servers,
    /// Whether only a failing storage shows it. In front of a real server, such a run needs a server of its own.
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
    "app_schedule_list_for_app",
    "app_backup_create_for_app",
    "app_backup_fetch_for_app",
    "app_backup_delete_for_app",
];

const RESTORES: &[&str] = &[
    "app_update",
    "app_fetch",
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
    /// The same, shown by snapshots.
    pub(super) const fn of_snapshots(mut self) -> Self {
        self.shown_by = SNAPSHOTS;
        self
    }

    /// The same, shown by lists of resources that the operator declares.
    pub(super) const fn of_declared(mut self) -> Self {
        self.shown_by = DECLARED;
        self
    }

    /// The same, shown by restores.
    pub(super) const fn of_restores(mut self) -> Self {
        self.shown_by = RESTORES;
        self
    }

    /// The same, shown by backups in both path trees.
    pub(super) const fn in_both_trees(mut self) -> Self {
        self.shown_by = BACKUPS;
        self
    }

    /// The same, shown by the whole API.
    pub(super) const fn everywhere(mut self) -> Self {
        self.shown_by = &[];
        self
    }

    /// The same, also injected in front of a real server.
    pub(super) const fn on_both_servers(mut self) -> Self {
        self.servers = Servers::Both;
        self
    }

    /// The same, injected in front of a real server only.
    pub(super) const fn on_real_server(mut self) -> Self {
        self.servers = Servers::Real;
        self
    }

    /// The same, shown by a failing storage on both servers.
    pub(super) const fn of_failing_storage(mut self) -> Self {
        self.with_failing_storage = true;
        self.on_both_servers()
    }
}

/// How a defect is injected.
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
    /// Its response to a request.
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
            let mut sent = self.http.request(request.method, url).headers(request.headers);
            if let Some(unfinished) = unfinished {
                sent = sent.body(unfinished);
            } else if !request.body.is_empty() {
                sent = sent.body(request.body);
            }
            let response = sent.send().await.expect("the server responds");
            Response {
                status: response.status().as_u16(),
                headers: without_connection(response.headers().clone()),
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

    /// The response of the server.
    pub(crate) async fn send(&self, request: Request) -> Response {
        self.upstream.send(request).await
    }

    /// Its response to the same request with every permission.
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
    /// How often something was seen.
    pub(crate) counts: HashMap<String, u32>,
    /// The value that something had when it was last seen.
    pub(crate) values: HashMap<String, Value>,
    /// Ids in the order in which they were seen.
    pub(crate) ids: Vec<String>,
}

impl DefectState {
    /// Counts: 1 if something is seen for the first time.
    pub(crate) fn count(&mut self, what: &str) -> u32 {
        let counts = self.counts.entry(what.to_owned()).or_default();
        *counts += 1;
        *counts
    }
}
