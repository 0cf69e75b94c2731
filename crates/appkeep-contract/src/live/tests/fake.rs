//! A conforming server in memory. Its clock is the number of requests, so every run against it is the same.

mod admission;
pub(super) mod declared;
mod files;
mod pages;
mod resources;
mod schedules;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::{BoxFuture, ready};
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use self::admission::check_request;
use self::resources::FakeState;
use super::{ACCOUNT, APP};
use crate::live::{FaultInjector, StorageFault};
use crate::testing::defects::STORAGE_REASON;
use crate::testing::{Request, Response, Upstream};

/// The default bucket of the first account.
pub(super) const BUCKET: &str = "0afbe357-a717-4c7a-8b3d-d0368959c8de";

/// The bucket of the other account.
pub(super) const OTHER_BUCKET: &str = "0afbe357-a717-4c7a-8b3d-d0368959c8df";

/// The other account, and the token of its member.
pub(super) const OTHER: Uuid = Uuid::from_u128(0xacc0_0000_0000_4000_8000_0000_0000_0003);
pub(super) const OTHER_TOKEN: &str = "another-token-that-must-not-leak";

/// A token that can only read, and one with every permission in all accounts.
pub(super) const VIEWER_TOKEN: &str = "a-viewers-token-that-must-not-leak";
pub(super) const OPERATOR_TOKEN: &str = "an-operators-token-that-must-not-leak";

/// The `Date` of every response, later than all times of the server. Without it, the listener sends the machine's.
const DATE: &str = "Sun, 01 Jan 2040 00:00:00 GMT";

/// All apps with their accounts.
pub(super) const APPS: [(Uuid, Uuid); 4] = [
    (ACCOUNT, APP),
    (
        ACCOUNT,
        Uuid::from_u128(0xa990_0000_0000_4000_8000_0000_0000_0004),
    ),
    (ACCOUNT, FAILING_APP),
    (OTHER, Uuid::from_u128(0xa990_0000_0000_4000_8000_0000_0000_0006)),
];

/// An app whose data can't be read on a server with [`FakeServer::with_failing_app`].
const FAILING_APP: Uuid = Uuid::from_u128(0xa990_0000_0000_4000_8000_0000_0000_0005);

/// A fake server; its clones are the same server.
#[derive(Clone, Default)]
pub(super) struct FakeServer(Arc<Mutex<FakeState>>);

impl FakeServer {
    /// A server whose jobs stay in each of three states for this number of requests.
    pub(super) fn slow(requests: u64) -> Self {
        let server = Self::default();
        server.state().requests_per_state = Some(requests);
        server
    }

    /// A server that runs no jobs.
    pub(super) fn idle() -> Self {
        let server = Self::default();
        server.state().requests_per_state = None;
        server
    }

    /// The same server, on which jobs of the third app fail.
    pub(super) fn with_failing_app(self) -> Self {
        self.state().failing_app = Some(FAILING_APP.to_string());
        self
    }

    /// The response to a request.
    pub(super) fn respond(&self, request: &Request) -> Response {
        let mut state = self.state();
        state.now += 1;
        let is_head = request.method == Method::HEAD && request.path.ends_with("/content");
        let request = &if is_head {
            request.as_get()
        } else {
            request.clone()
        };
        let mut response = match check_request(request, state.fault) {
            Ok(valid) => state.perform(&valid, request),
            Err(refusal) => *refusal,
        };
        if response.status >= 400 {
            state.problems += 1;
            let id = Uuid::from_u128(0xc0de_0000_0000_4000_8000_0000_0000_0000 + state.problems);
            response.change(|body| body["correlationID"] = json!(id));
        }
        if is_head {
            response = files::without_body(response);
        }
        response.with("Date", DATE)
    }

    /// Loses everything.
    pub(super) fn delete_all(&self) {
        let mut state = self.state();
        state.stored.clear();
        state.schedules.clear();
    }

    /// The names of all backups and snapshots, newest first.
    pub(super) fn names(&self) -> Vec<String> {
        self.names_in(|_, _| true)
    }

    /// The names of all backups and snapshots of an app, newest first.
    pub(super) fn names_of(&self, account: Uuid, app: Uuid) -> Vec<String> {
        self.names_in(|of, below| of == account.to_string() && below == app.to_string())
    }

    fn names_in(&self, is_there: impl Fn(&str, &str) -> bool) -> Vec<String> {
        let state = self.state();
        let stored = state.stored.iter().rev();
        let stored = stored.filter(|one| is_there(&one.account, &one.app));
        stored
            .filter_map(|one| one.body["name"].as_str().map(str::to_owned))
            .collect()
    }

    fn state(&self) -> MutexGuard<'_, FakeState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upstream for FakeServer {
    fn send(&self, request: Request) -> BoxFuture<'_, Response> {
        Box::pin(ready(self.respond(&request)))
    }
}

impl FaultInjector for FakeServer {
    fn set(&self, fault: Option<StorageFault>) {
        self.state().fault = fault;
    }

    fn reason(&self) -> &'static str {
        STORAGE_REASON
    }
}

/// A problem, without a type if the number is 0; [`FakeServer::respond`] gives each its own correlation id.
fn problem(status: u16, number: u32) -> Response {
    let mut problem = Response::problem(status, number, "The request was refused");
    if number == 0 {
        problem.change(|body| body["type"] = json!("about:blank"));
    }
    problem
}

/// A problem that names invalid parameters or fields.
fn invalid(status: u16, number: u32, list: &str, names: &[String]) -> Response {
    let mut response = problem(status, number);
    let entries = names.iter().map(|name| json!({"name": name, "reason": "r"}));
    let entries: Value = entries.collect();
    response.change(|body| body[list] = entries);
    response
}

/// The problem of a resource or an app that doesn't exist.
fn missing(request: &Request) -> Response {
    problem(404, if request.is_delete() { 1 } else { 2 })
}
