//! A server in memory that keeps what it is given, finds it, lists it and deletes it. It knows tokens, accounts and
//! apps, but looks closely at nothing that is sent.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use uuid::Uuid;

use super::canned::{Reply, Request};
use super::declared::{self, Role};
use super::{ACCOUNT, APP, TOKEN, problem};

/// Where most things go.
pub(super) const BUCKET: &str = "0afbe357-a717-4c7a-8b3d-d0368959c8de";

/// Where what the other account makes goes.
pub(super) const OTHER_BUCKET: &str = "0afbe357-a717-4c7a-8b3d-d0368959c8df";

/// Another account, and who belongs to it.
pub(super) const OTHER: Uuid = Uuid::from_u128(0xacc0_0000_0000_4000_8000_0000_0000_0003);
pub(super) const OTHER_TOKEN: &str = "another-token-that-must-not-leak";

/// Who may only read, and who may do everything everywhere.
pub(super) const VIEWER_TOKEN: &str = "a-viewers-token-that-must-not-leak";
pub(super) const OPERATOR_TOKEN: &str = "an-operators-token-that-must-not-leak";

/// All apps with their accounts.
pub(super) const APPS: [(Uuid, Uuid); 4] = [
    (ACCOUNT, APP),
    (
        ACCOUNT,
        Uuid::from_u128(0xa990_0000_0000_4000_8000_0000_0000_0004),
    ),
    (
        ACCOUNT,
        Uuid::from_u128(0xa990_0000_0000_4000_8000_0000_0000_0005),
    ),
    (OTHER, Uuid::from_u128(0xa990_0000_0000_4000_8000_0000_0000_0006)),
];

/// What is kept.
#[derive(Clone, Default)]
pub(super) struct Shelf(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    kept: Vec<Kept>,
    /// How many were ever made.
    made: u32,
    /// How often a thing is looked at until it is completed.
    looks: u32,
}

struct Kept {
    account: String,
    app: String,
    /// `appBackups` or `appSnaps`.
    kind: String,
    body: Value,
    /// How often it will be looked at until it is completed.
    looks: u32,
}

/// Whose is asked for: app if there is one, kind, and an id.
struct Place<'r> {
    account: &'r str,
    app: Option<&'r str>,
    kind: &'r str,
    id: Option<&'r str>,
}

impl<'r> Place<'r> {
    fn of(path: &'r str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let (account, app, kind, id) = match *parts.as_slice() {
            ["accounts", account, "k8s", "v1", "apps", app, kind, ref id @ ..] => {
                (account, Some(app), kind, id)
            }
            ["accounts", account, "k8s", "v2", kind, ref id @ ..]
            | ["accounts", account, "topology", "v1", kind, ref id @ ..] => (account, None, kind, id),
            _ => return None,
        };
        let id = id.first().copied();
        Some(Self {
            account,
            app,
            kind,
            id,
        })
    }

    /// What can be done there.
    fn methods(&self) -> &'static str {
        match (self.kind, self.id) {
            ("apps", Some(_)) => "GET, PUT",
            ("appBackups" | "appSnaps", Some(_)) => "DELETE, GET",
            ("appBackups" | "appSnaps", None) if self.app.is_some() => "GET, POST",
            _ => "GET",
        }
    }

    fn has(&self, kept: &Kept) -> bool {
        kept.account == self.account
            && self.app.is_none_or(|app| app == kept.app)
            && kept.kind == self.kind
            && self.id.is_none_or(|id| kept.body["id"] == id)
    }
}

impl Content {
    /// What becomes of a request about things that are kept.
    fn answer(&mut self, place: &Place<'_>, request: &Request) -> Option<Reply> {
        type_of(place.kind)?;
        match (request.method.as_str(), place.id) {
            ("POST", _) => Some(create(self, place, request)),
            ("GET", None) => {
                let mut items = Vec::new();
                for one in self.kept.iter_mut().rev().filter(|one| place.has(one)) {
                    items.push(one.shown());
                    one.is_looked_at();
                }
                let version = version_of(place.kind);
                Some(list(place.kind, version, items, &request.query))
            }
            ("GET", _) => {
                let found = self.kept.iter_mut().find(|one| place.has(one))?;
                let tag = format!("\"{}\"", found.state());
                let reply = Reply::json(200, &found.shown()).with("ETag", &tag);
                found.is_looked_at();
                Some(reply)
            }
            _ => {
                let at = self.kept.iter().position(|one| place.has(one))?;
                if let Some(refusal) = self.keeps(at) {
                    return Some(refusal);
                }
                self.kept.remove(at);
                Some(Reply::empty(204))
            }
        }
    }

    /// Why something can't be deleted yet.
    fn keeps(&mut self, at: usize) -> Option<Reply> {
        let one = &mut self.kept[at];
        if one.kind == "appBackups" {
            let is_pending = one.state() == "pending";
            one.is_looked_at();
            return is_pending.then(|| problem(409, 128));
        }
        let id = one.body["id"].clone();
        let mut readers = self
            .kept
            .iter_mut()
            .filter(|other| other.body["snapshotID"] == id);
        let reader = readers.find(|other| other.looks > 0)?;
        reader.is_looked_at();
        Some(problem(409, 144))
    }

    /// Whether there is something that can be restored; that is all.
    fn restore(&self, place: &Place<'_>, request: &Request) -> Reply {
        let found = self.kept.iter().find(|one| {
            let member = if one.kind == "appBackups" {
                "backupID"
            } else {
                "snapshotID"
            };
            one.body["id"] == request.body[member]
        });
        let is_snap = request.body["snapshotID"].is_string();
        match found {
            Some(one) if one.account != place.account => problem(400, if is_snap { 46 } else { 9 }),
            Some(one) if place.id != Some(&one.app) && is_snap => problem(403, 47),
            Some(one) if place.id == Some(&one.app) => Reply::empty(204),
            _ => problem(400, 9),
        }
    }
}

impl Kept {
    /// It is pending, then running, then completed.
    fn state(&self) -> &'static str {
        match self.looks {
            0 => "completed",
            1 | 2 => "running",
            _ => "pending",
        }
    }

    fn is_looked_at(&mut self) {
        self.looks = self.looks.saturating_sub(1);
    }

    /// How it looks to who asks for it.
    fn shown(&self) -> Value {
        let mut body = self.body.clone();
        let state = self.state();
        body["state"] = json!(state);
        if state == "running" {
            body["metadata"]["modificationTimestamp"] = json!("2026-01-01T00:00:00.9Z");
        }
        if state != "completed" {
            return body;
        }
        body["metadata"]["modificationTimestamp"] = json!("2026-01-01T00:00:01Z");
        if self.kind == "appSnaps" {
            body["snapshotAppAsset"] = json!("0c6cbc25-cd47-4418-8cdb-833f1934a9c0");
        } else {
            body["bytesDone"] = json!(8);
            body["totalBytes"] = json!(8);
            body["percentDone"] = json!(100);
        }
        body
    }
}

impl Shelf {
    /// One whose things are completed only when they were looked at so often.
    pub(super) fn slow(looks: u32) -> Self {
        let content = Content {
            looks,
            ..Content::default()
        };
        Self(Arc::new(Mutex::new(content)))
    }

    /// Answers a request.
    pub(super) fn answer(&self, request: &Request) -> Reply {
        let missing = || problem(404, if request.method == "DELETE" { 1 } else { 2 });
        let place = Place::of(&request.path);
        let methods = place.as_ref().map_or("GET", Place::methods);
        if !methods.split(", ").any(|method| method == request.method) {
            return problem(405, 69).with("Allow", methods);
        }
        let role = match request.authorization.strip_prefix("Bearer ") {
            Some(TOKEN) => Role::Member(ACCOUNT),
            Some(OTHER_TOKEN) => Role::Member(OTHER),
            Some(VIEWER_TOKEN) => Role::Viewer,
            Some(OPERATOR_TOKEN) => Role::Operator,
            Some(_) => return problem(401, 4).with("WWW-Authenticate", "Bearer"),
            None => return problem(401, 3).with("WWW-Authenticate", "Bearer"),
        };
        let Some(place) = place else {
            return list("accounts", "1.0", declared::accounts(role), &request.query);
        };
        let Ok(account) = place.account.parse() else {
            return problem(400, 33);
        };
        if !role.is_of(account) || (role == Role::Viewer && request.method != "GET") {
            return problem(403, 11);
        }
        if let Some(name) = unsound(&request.query) {
            let is_known = ["limit", "continue", "include"].contains(&name);
            return refused(if is_known { 5 } else { 6 }, "invalidParams", name);
        }
        let apps = declared::apps(account);
        let app = place.app.or(place.id.filter(|_| place.kind == "apps"));
        let app = app.map(|wanted| apps.iter().find(|app| app["id"] == wanted));
        if app.is_some_and(|app| app.is_none()) || account.is_nil() {
            return missing();
        }
        let mut content = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (request.method.as_str(), place.kind, app.flatten()) {
            ("PUT", ..) => content.restore(&place, request),
            (_, "apps", Some(app)) => Reply::json(200, app).with("ETag", "\"1\""),
            (_, "apps", None) => list("apps", "2.2", apps, &request.query),
            (_, "schedules", _) => {
                let schedules = declared::schedules(place.app.unwrap_or_default());
                list("schedules", "1.3", schedules, &request.query)
            }
            (_, "buckets", _) => list("buckets", "1.2", declared::buckets(account), &request.query),
            (_, "clouds", _) => list("clouds", "1.0", Vec::new(), &request.query),
            _ => content.answer(&place, request).unwrap_or_else(missing),
        }
    }

    /// Loses everything.
    pub(super) fn forget_all(&self) {
        let mut content = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        content.kept.clear();
    }

    /// The names of all that is there, newest first.
    pub(super) fn names(&self) -> Vec<String> {
        self.names_in(|_, _| true)
    }

    /// The names of all that is in that account and app, newest first.
    pub(super) fn names_of(&self, account: Uuid, app: Uuid) -> Vec<String> {
        self.names_in(|of, below| of == account.to_string() && below == app.to_string())
    }

    fn names_in(&self, place: impl Fn(&str, &str) -> bool) -> Vec<String> {
        let content = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = content.kept.iter().rev();
        let kept = kept.filter(|one| place(&one.account, &one.app));
        kept.filter_map(|one| one.body["name"].as_str().map(str::to_owned))
            .collect()
    }
}

/// The parameters of a query.
fn parameters(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter_map(|pair| pair.split_once('='))
}

/// The first parameter that nobody knows, or whose value isn't sound.
fn unsound(query: &str) -> Option<&str> {
    let is_sound = |(name, value): &(&str, &str)| match *name {
        "limit" => value.chars().all(|one| one.is_ascii_digit()) && !value.trim_start_matches('0').is_empty(),
        "continue" => value.len() == 48,
        "include" => !value.is_empty(),
        _ => false,
    };
    parameters(query)
        .find(|pair| !is_sound(pair))
        .map(|(name, _)| name)
}

/// A problem that names its culprit.
fn refused(number: u32, list: &str, name: &str) -> Reply {
    let reply = problem(400, number);
    let mut body = reply.body();
    body[list] = json!([{"name": name, "reason": "r"}]);
    reply.with_body(&body)
}

fn create(content: &mut Content, place: &Place<'_>, request: &Request) -> Reply {
    let (number, all) = (content.made, &mut content.kept);
    let id = Uuid::from_u128(0x5e1f_0000_0000_4000_8000_0000_0000_0000 + u128::from(number));
    let bucket = if place.account == OTHER.to_string() {
        OTHER_BUCKET
    } else {
        BUCKET
    };
    let sent = &request.body;
    if sent["type"] != type_of(place.kind).unwrap_or_default() {
        return problem(400, 5);
    }
    let is_name = |name: &str| name.chars().all(|one| matches!(one, 'a'..='z' | '0'..='9' | '-'));
    if sent["name"].as_str().is_some_and(|name| !is_name(name)) {
        return refused(8, "invalidFields", "name");
    }
    let name = sent["name"]
        .as_str()
        .map_or_else(|| format!("made-up-{number}"), str::to_owned);
    if all
        .iter()
        .any(|one| one.kind == place.kind && one.body["name"] == name)
    {
        return problem(409, 10);
    }
    content.made += 1;
    let time = format!("2026-01-01T00:00:00.{number:06}Z");
    let labels = sent.pointer("/metadata/labels").cloned().unwrap_or(json!([]));
    let mut body = json!({
        "type": sent["type"], "version": "1.1", "id": id, "name": name,
        "bucketID": bucket, "state": "pending", "stateUnready": [],
        "metadata": {
            "labels": labels, "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269",
            "creationTimestamp": time, "modificationTimestamp": time,
        },
    });
    if place.kind == "appSnaps" {
        body["version"] = json!("1.2");
        body.as_object_mut()
            .and_then(|members| members.shift_remove("bucketID"));
        body["hookState"] = json!("success");
    }
    if let Some(snap) = sent.get("snapshotID") {
        body["snapshotID"] = snap.clone();
    }
    if let Some(snap) = sent["snapshotID"].as_str() {
        let is_it = |one: &&Kept| one.kind == "appSnaps" && one.body["id"] == snap;
        match all.iter().find(is_it) {
            Some(one) if one.account == place.account && Some(one.app.as_str()) != place.app => {
                return problem(403, 47);
            }
            Some(one) if one.account == place.account && one.looks > 0 => return problem(409, 111),
            Some(one) if one.account == place.account => {}
            _ => return problem(400, 46),
        }
    }
    if sent["bucketID"].as_str().is_some_and(|id| id != bucket) {
        return problem(400, 108);
    }
    let location = format!("{}/{id}", request.path);
    let reply = Reply::json(201, &body)
        .with("ETag", "\"pending\"")
        .with("Location", &location);
    all.push(Kept {
        account: place.account.to_owned(),
        app: place.app.unwrap_or_default().to_owned(),
        kind: place.kind.to_owned(),
        body,
        looks: content.looks,
    });
    reply
}

/// The type of what is below that part of a path.
fn type_of(kind: &str) -> Option<&'static str> {
    match kind {
        "appBackups" => Some("application/astra-appBackup"),
        "appSnaps" => Some("application/astra-appSnap"),
        _ => None,
    }
}

/// The version of what is below that part of a path.
fn version_of(kind: &str) -> &'static str {
    if kind == "appSnaps" { "1.2" } else { "1.1" }
}

/// All that there is, or as many columns and rows of it as were asked for.
fn list(kind: &str, version: &str, mut items: Vec<Value>, query: &str) -> Reply {
    let asked = |wanted: &str| {
        let found = parameters(query).find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value)
    };
    let begin = asked("continue").and_then(|token| usize::from_str_radix(token, 16).ok());
    let begin = begin.unwrap_or_default();
    items.drain(..begin.min(items.len()));
    let limit = asked("limit")
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(usize::MAX);
    let goes_on = items.len() > limit;
    items.truncate(limit);
    if let Some(names) = asked("include") {
        let row = |item: &Value| names.split("%2C").map(|name| item[name].clone()).collect();
        items = items.iter().map(row).collect();
    }
    let mut body = json!({
        "type": format!("application/astra-{kind}"), "version": version, "items": items,
        "metadata": {"count": items.len(), "labels": []},
    });
    if goes_on {
        body["metadata"]["continue"] = json!(format!("{:048x}", begin + limit));
    }
    Reply::json(200, &body)
}
