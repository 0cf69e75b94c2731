//! One story after the other, told of servers that have one thing wrong.

mod changing;
mod client;
mod declared;
mod lists;
mod reading;
mod sequence;
mod stage;
mod storage;

use std::time::Duration;

use serde_json::Value;

use super::canned::{Canned, Reply, Request};
use super::options;
use super::shelf::Shelf;
use super::strangers::known;
use crate::live::judge::Current;
use crate::live::stage::{Stage, Stop};
use crate::live::stories;
use crate::live::wire::{Wire, authored_validator};
use crate::live::{Options, Target};

/// A server that has one thing wrong: what that is, and how it answers.
type Variant = (&'static str, fn(&Shelf, &Request) -> Reply);

/// How a story is told.
struct Teller {
    /// How long something may take. Without any patience one looks once; nobody can say how often in a while.
    completion_max: Duration,
    /// Makes less of the target known.
    forget: fn(&mut Target),
}

impl Teller {
    fn stage(&self, server: &Canned) -> Stage {
        let mut target = known(server);
        (self.forget)(&mut target);
        let options = Options {
            completion_max: self.completion_max,
            ..options()
        };
        let wire = Wire::new(&target, &options, authored_validator().unwrap()).unwrap();
        Stage::new(target, options, wire)
    }
}

/// Knows everything, and has no patience.
const HASTY: Teller = Teller {
    completion_max: Duration::ZERO,
    forget: |_| {},
};

/// Knows everything, and has all the time that it needs.
const PATIENT: Teller = Teller {
    completion_max: Duration::from_mins(1),
    ..HASTY
};

/// What came of the last of these stories, told of each of these servers.
async fn all_told(steps: &[&str], variants: &[Variant]) -> String {
    all_told_by(HASTY, steps, variants).await
}

async fn all_told_by(teller: Teller, steps: &[&str], variants: &[Variant]) -> String {
    let mut lines = Vec::new();
    for (name, answer) in variants {
        let (shelf, answer) = (Shelf::default(), *answer);
        lines.push(format!("{name}:"));
        lines.extend(told(&teller, steps, move |request| answer(&shelf, request)).await);
    }
    lines.join("\n")
}

/// Tells these stories, `code` or `code operation`, and what came of the last one: findings, or why it was left out.
async fn told(
    teller: &Teller,
    steps: &[&str],
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> Vec<String> {
    let server = Canned::start(answer).await;
    let mut stage = teller.stage(&server);
    let mut said = Vec::new();
    for step in steps {
        let (code, operation) = step.split_once(' ').unwrap_or((step, ""));
        stage.current = Current {
            code: code.to_owned(),
            ..Current::default()
        };
        let mut results = Vec::new();
        for story in stories::once().filter(|story| story.code == code) {
            results.push((story.run)(&mut stage).await);
        }
        for story in stories::repeated().filter(|story| story.code == code) {
            results.push((story.run)(&mut stage, operation).await);
        }
        let findings = std::mem::take(&mut stage.current).findings;
        let mut lines: Vec<String> = findings
            .iter()
            .map(|one| format!("    {} {}: {}", one.operation, one.code, one.what))
            .collect();
        for result in results {
            if let Err(Stop::LeftOut(why)) = result {
                lines.push(format!("    left out: {why}"));
            }
        }
        if lines.is_empty() {
            lines.push("    holds".to_owned());
        }
        said = lines;
    }
    let url = server.url();
    said.iter()
        .map(|line| line.replace(&url, "http://stranger"))
        .collect()
}

/// Whether a request asks for one backup.
fn fetches(request: &Request) -> bool {
    request.method == "GET" && request.path.contains("/appBackups/")
}

/// Whether a request asks for a list of backups.
fn lists(request: &Request) -> bool {
    request.method == "GET" && request.path.ends_with("/appBackups")
}

/// A member of the answer replaced.
fn with(reply: Reply, pointer: &str, value: Value) -> Reply {
    let mut body = reply.body();
    if let Some(member) = body.pointer_mut(pointer) {
        *member = value;
    }
    reply.with_body(&body)
}

/// All that an answer shows in that state.
fn in_state(reply: Reply, state: &str) -> Reply {
    let mut body = reply.body();
    let items = body.get_mut("items").and_then(Value::as_array_mut);
    for item in items.into_iter().flatten() {
        item["state"] = Value::from(state);
    }
    with(reply.with_body(&body), "/state", Value::from(state))
}

/// As the shelf does, but every page leads to another.
fn endless(shelf: &Shelf, request: &Request) -> Reply {
    let reply = shelf.answer(request);
    if !request.query.contains("limit") {
        return reply;
    }
    let mut body = reply.body();
    body["metadata"]["continue"] = Value::from("0".repeat(48));
    reply.with_body(&body)
}
