//! Scenarios: single checks against servers with one defect each.

mod changing;
mod client;
mod declared;
mod lists;
mod reading;
mod sequence;
mod storage;

use std::time::Duration;

use serde_json::Value;

use super::fake::FakeServer;
use super::known;
use super::options;
use super::serve;
use crate::live::context::{Context, Stop};
use crate::live::findings::CurrentCheck;
use crate::live::recording_client::{RecordingClient, authored_validator};
use crate::live::scenarios;
use crate::live::{Options, Target};
use crate::testing::{Listener, Request, Response};

/// A server with one defect: its description, and its responses.
type Variant = (&'static str, fn(&FakeServer, &Request) -> Response);

/// The way in which the checks of a scenario are run.
struct Setup {
    /// The maximum time of a job. With zero, a check polls exactly once.
    completion_max: Duration,
    /// Removes optional parts of the target.
    record_delete: fn(&mut Target),
}

impl Setup {
    fn ctx(&self, server: &Listener) -> Context {
        let mut target = known(server);
        (self.record_delete)(&mut target);
        let options = Options {
            completion_max: self.completion_max,
            ..options()
        };
        let http = RecordingClient::new(&target, &options, authored_validator().unwrap()).unwrap();
        Context::new(target, options, http)
    }
}

/// The target has all optional parts; jobs get no time.
const WITHOUT_WAITING: Setup = Setup {
    completion_max: Duration::ZERO,
    record_delete: |_| {},
};

/// The target has all optional parts; jobs get enough time.
const WITH_WAITING: Setup = Setup {
    completion_max: Duration::from_mins(1),
    ..WITHOUT_WAITING
};

/// The result of the last of these checks for each of these servers.
async fn results(steps: &str, variants: &[Variant]) -> String {
    results_with(WITHOUT_WAITING, steps, variants).await
}

async fn results_with(setup: Setup, steps: &str, variants: &[Variant]) -> String {
    let mut lines = Vec::new();
    for (name, respond) in variants {
        let (fake, respond) = (FakeServer::default(), *respond);
        lines.push(format!("{name}:"));
        lines.extend(result_of(&setup, steps, move |request| respond(&fake, request)).await);
    }
    lines.join("\n")
}

/// Runs these checks, each `code` or `code operation`; the result of the last one is its findings, or why it was skipped.
async fn result_of(
    setup: &Setup,
    steps: &str,
    respond: impl Fn(&Request) -> Response + Send + Sync + 'static,
) -> Vec<String> {
    let server = serve(respond).await;
    let mut ctx = setup.ctx(&server);
    let mut results = Vec::new();
    for step in steps.split(", ") {
        let (code, operation) = step.split_once(' ').unwrap_or((step, ""));
        ctx.current = CurrentCheck {
            code: code.to_owned(),
            ..CurrentCheck::default()
        };
        let mut outcomes = Vec::new();
        for scenario in scenarios::once().filter(|scenario| scenario.code == code) {
            outcomes.push((scenario.run)(&mut ctx).await);
        }
        for scenario in scenarios::repeated().filter(|scenario| scenario.code == code) {
            outcomes.push((scenario.run)(&mut ctx, operation).await);
        }
        let findings = std::mem::take(&mut ctx.current).findings;
        let mut lines: Vec<String> = findings
            .iter()
            .map(|one| format!("    {} {}: {}", one.operation, one.code, one.what))
            .collect();
        for result in outcomes {
            if let Err(Stop::Skipped(why)) = result {
                lines.push(format!("    skipped: {why}"));
            }
        }
        if lines.is_empty() {
            lines.push("    holds".to_owned());
        }
        results = lines;
    }
    let url = server.url();
    results
        .iter()
        .map(|line| line.replace(&url, "http://server"))
        .collect()
}

/// The response of the fake server, or another one for requests with that method.
fn replaced(fake: &FakeServer, request: &Request, method: &str, other: Response) -> Response {
    if request.method == method {
        other
    } else {
        fake.respond(request)
    }
}

/// Whether a request fetches a backup.
fn fetches(request: &Request) -> bool {
    request.method == "GET" && request.path.contains("/appBackups/")
}

/// Whether a request lists backups.
fn lists(request: &Request) -> bool {
    request.method == "GET" && request.path.ends_with("/appBackups")
}

/// A response with another value of a member.
fn with(response: Response, pointer: &str, value: Value) -> Response {
    let mut body = response.json();
    if let Some(member) = body.pointer_mut(pointer) {
        *member = value;
    }
    response.with_body(&body)
}

/// A response with every resource in that state.
fn in_state(response: Response, state: &str) -> Response {
    let mut body = response.json();
    let items = body.get_mut("items").and_then(Value::as_array_mut);
    for item in items.into_iter().flatten() {
        item["state"] = Value::from(state);
    }
    with(response.with_body(&body), "/state", Value::from(state))
}

/// Like the fake server, but every page is the first one and has a next page.
fn endless(fake: &FakeServer, request: &Request) -> Response {
    if request.parameter("limit").is_none() {
        return fake.respond(request);
    }
    let mut first = request.clone();
    first.remove_parameter("continue");
    let response = fake.respond(&first);
    let mut body = response.json();
    body["metadata"]["continue"] = Value::from("0".repeat(48));
    response.with_body(&body)
}
