//! The path of requests through a server.
//!
//! One real server with files on disk runs in this process. Each run sends bytes to it, then a correct request. It has no
//! workers, because jobs aren't part of the path of a request.

mod connection;

use std::cell::RefCell;
use std::net::SocketAddr;

use appkeep_tests::{Builder, TestResponse, TestServer, id, operations};
use http::StatusCode;
use serde_json::json;

use self::connection::{Connection, Framing};
use crate::{panics, runtime};

/// The number of responses to successful changes after which another server is started, which bounds its data.
const CHANGES_MAX: u32 = 200;

/// The request of which a correct response is expected after each run.
const CORRECT: &str = "GET /accounts/{account}/topology/v1/appBackups HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n";

/// The statuses of successful changes.
const CHANGES: [StatusCode; 3] = [StatusCode::CREATED, StatusCode::ACCEPTED, StatusCode::NO_CONTENT];

/// The statuses of the server's own errors that aren't defects: too many pending jobs.
const PERMITTED: [StatusCode; 1] = [StatusCode::SERVICE_UNAVAILABLE];

thread_local! {
    static SERVER: RefCell<Option<Fixture>> = const { RefCell::new(None) };
}

/// Sends the bytes to a server as the beginning of a connection. They may contain names of ids in braces and `{token}`,
/// which are replaced. The response to a complete request must conform to the contract.
///
/// # Panics
/// When the server panics, sends a response that isn't permitted or none at all, or doesn't respond correctly to a
/// correct request afterwards.
pub fn requests(bytes: &[u8]) {
    panics::watch();
    SERVER.with_borrow_mut(|server| {
        if server.as_ref().is_none_or(|server| server.changes >= CHANGES_MAX) {
            // The previous one ends first.
            *server = None;
            *server = Some(runtime::run(Fixture::start()));
        }
        server.as_mut().expect("a server").check(bytes);
    });
}

/// A running server with a backup, a snapshot and a schedule.
struct Fixture {
    address: SocketAddr,
    /// The texts that are replaced in requests.
    names: Vec<(&'static str, String)>,
    /// The number of successful changes.
    changes: u32,
    _server: TestServer,
}

impl Fixture {
    async fn start() -> Self {
        let mut server = Builder::new().start().await;
        let (account, app) = (server.account("acme"), server.app("acme", "shop"));
        let api = server.api().await;
        let snapshot = api.snapshot(app, &json!({})).await;
        let backup = api.back_up(app, &json!({})).await;
        let token = server.token("owner", &["acme"]).await;
        server.restart(0, None).await;
        let names = [
            ("{account}", account.to_string()),
            ("{app}", app.to_string()),
            ("{backup}", id(&backup)),
            ("{snapshot}", id(&snapshot)),
            ("{token}", token),
        ];
        Self {
            address: server.address(),
            names: names.to_vec(),
            changes: 0,
            _server: server,
        }
    }

    fn check(&mut self, bytes: &[u8]) {
        let request = self.named(bytes);
        let framing = Framing::of(&request);
        let mut connection = Connection::open(self.address, &framing);
        connection.send(&request);
        let response = connection.response();
        panics::assert_none();
        if let Framing::Complete { method, path, .. } = &framing {
            let response = response.as_ref().expect("a response to a complete request");
            check_response(method, path, response);
        }
        if let Some(response) = response {
            let is_permitted = !response.status.is_server_error() || PERMITTED.contains(&response.status);
            assert!(is_permitted, "{}", describe(&response));
            self.changes += u32::from(CHANGES.contains(&response.status));
        }
        self.check_correct();
    }

    /// Replaces the names in a request.
    fn named(&self, bytes: &[u8]) -> Vec<u8> {
        let mut named = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some((first, after)) = rest.split_first() {
            let mut replaced = self.names.iter();
            if let Some((name, value)) = replaced.find(|(name, _)| rest.starts_with(name.as_bytes())) {
                named.extend_from_slice(value.as_bytes());
                rest = &rest[name.len()..];
            } else {
                named.push(*first);
                rest = after;
            }
        }
        named
    }

    fn check_correct(&self) {
        let request = self.named(CORRECT.as_bytes());
        let framing = Framing::of(&request);
        let mut connection = Connection::open(self.address, &framing);
        connection.send(&request);
        let response = connection.response().expect("a response to a correct request");
        assert_eq!(response.status, StatusCode::OK, "{}", describe(&response));
        let violations = response.violations("app_backup_list_all");
        assert!(violations.is_empty(), "{violations:#?}");
        panics::assert_none();
    }
}

/// Checks the response to a request whose operation is known.
fn check_response(method: &str, path: &str, response: &TestResponse) {
    let path = path.split('?').next().unwrap_or_default();
    let found = operations()
        .iter()
        .find(|operation| operation.method == method && is_match(&operation.path, path));
    // hyper refuses malformed requests itself, with an empty response.
    let is_of_hyper = response.bytes.is_empty() && response.status.is_client_error();
    if let Some(operation) = found.filter(|_| !is_of_hyper) {
        let violations = response.violations(&operation.id);
        assert!(
            violations.is_empty(),
            "{}: {violations:#?}\n{}",
            operation.id,
            describe(response)
        );
    }
}

/// Whether a path fits a template, in which each segment is fixed or a parameter.
fn is_match(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(expected), Some(segment)) => {
                let is_parameter = expected.starts_with('{') && !segment.is_empty();
                if !is_parameter && expected != segment {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

fn describe(response: &TestResponse) -> String {
    format!("{}\n{:?}\n{}", response.status, response.headers, response.text())
}
