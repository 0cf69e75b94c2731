//! What a check stands on: the way to the server, what was made so far, and a place to put findings.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::call::{Call, Credential, Payload, Server};
use super::decode;
use super::report::LiveFinding;
use super::target::{Options, Target};
use super::wire::{Answer, Wire};
use crate::document::Origin;

pub(super) const BACKUP_TYPE: &str = "application/astra-appBackup";
pub(super) const SNAP_TYPE: &str = "application/astra-appSnap";

/// Which kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Backup,
    Snap,
}

impl Kind {
    pub(super) fn create(self) -> &'static str {
        match self {
            Self::Backup => "app_backup_create_for_app",
            Self::Snap => "app_snap_create_for_app",
        }
    }

    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Backup => "app_backup_list_for_app",
            Self::Snap => "app_snap_list_for_app",
        }
    }

    pub(super) fn fetch(self) -> &'static str {
        match self {
            Self::Backup => "app_backup_fetch_for_app",
            Self::Snap => "app_snap_fetch_for_app",
        }
    }

    pub(super) fn delete(self) -> &'static str {
        match self {
            Self::Backup => "app_backup_delete_for_app",
            Self::Snap => "app_snap_delete_for_app",
        }
    }

    /// The path parameter that holds its id.
    pub(super) fn parameter(self) -> &'static str {
        match self {
            Self::Backup => "appBackup_id",
            Self::Snap => "appSnap_id",
        }
    }

    pub(super) fn of(operation: &str) -> Self {
        if operation.starts_with("app_snap") {
            Self::Snap
        } else {
            Self::Backup
        }
    }
}

/// Something that the suite made and has to remove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) kind: Kind,
    pub(super) server: Server,
    pub(super) account: String,
    pub(super) app: String,
    pub(super) credential_is_foreign: bool,
    pub(super) id: String,
}

/// Why a check ends early.
#[derive(Debug)]
pub(super) enum Stop {
    /// What was found is noted; going on makes no sense.
    Noted,
    /// What it needs isn't there.
    LeftOut(String),
}

/// Resources that later checks build on; absent while the check that makes them hasn't succeeded.
#[derive(Debug, Default)]
pub(super) struct World {
    /// A completed backup with a name and a label, as last fetched.
    pub(super) backup: Option<Value>,
    /// A completed backup whose name the server made up.
    pub(super) unnamed_backup: Option<Value>,
    /// A completed backup of `snap`.
    pub(super) backup_of_snap: Option<Value>,
    /// A completed snapshot with a name.
    pub(super) snap: Option<Value>,
    /// A second completed snapshot.
    pub(super) unnamed_snap: Option<Value>,
}

/// The check in progress.
#[derive(Debug, Default)]
pub(super) struct Current {
    pub(super) code: String,
    pub(super) rule: String,
    pub(super) findings: Vec<LiveFinding>,
}

/// What every check gets.
pub(super) struct Stage {
    pub(super) target: Target,
    pub(super) options: Options,
    pub(super) wire: Wire,
    pub(super) world: World,
    pub(super) made: Vec<Made>,
    pub(super) current: Current,
    names: u32,
}

impl Stage {
    pub(super) fn new(target: Target, options: Options, wire: Wire) -> Self {
        Self {
            target,
            options,
            wire,
            world: World::default(),
            made: Vec::new(),
            current: Current::default(),
            names: 0,
        }
    }

    /// An id that nothing has, the same in every run with this run id.
    pub(super) fn unknown_id(&self, of: &str) -> String {
        Uuid::new_v5(&self.options.run_id, of.as_bytes()).to_string()
    }

    /// A name that nothing has.
    pub(super) fn fresh_name(&mut self) -> String {
        self.names += 1;
        let run = self.options.run_id.simple().to_string();
        format!("{}-{}-{}", self.options.prefix, &run[..12], self.names)
    }

    /// Whether the options leave an operation out.
    pub(super) fn is_left_out(&self, operation: &str) -> bool {
        let origin = self.wire.operation(operation).map(|operation| operation.origin);
        let is_missing = |has: &BTreeSet<String>| !has.contains(operation);
        origin.is_none()
            || (self.options.documented_only && origin == Some(Origin::Companion))
            || self.options.operations.as_ref().is_some_and(is_missing)
    }

    /// A sound request to an operation: own account and app, an id that nothing has, no body.
    pub(super) fn call(&self, operation: &str) -> Call {
        let path = [
            ("account_id", self.target.account.to_string()),
            ("app_id", self.target.app.to_string()),
            ("appBackup_id", self.unknown_id("backup")),
            ("appSnap_id", self.unknown_id("snapshot")),
        ];
        Call {
            operation: operation.to_owned(),
            server: Server::Main,
            credential: Credential::Own,
            method: None,
            location: None,
            path: path
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<BTreeMap<_, _>>(),
            query: Vec::new(),
            accept: None,
            content_type: None,
            payload: Payload::None,
        }
    }

    /// A sound request to the idle server.
    pub(super) fn idle_call(&self, operation: &str) -> Result<Call, Stop> {
        let idle = self.target.idle.as_ref();
        let idle = idle.ok_or_else(|| Stop::LeftOut("needs a server that runs no jobs".to_owned()))?;
        let call = self.call(operation).on(Server::Idle);
        Ok(call
            .path("account_id", &idle.account.to_string())
            .path("app_id", &idle.app.to_string()))
    }

    /// A sound request for one resource.
    pub(super) fn call_for(&self, operation: &str, kind: Kind, id: &str) -> Call {
        self.call(operation).path(kind.parameter(), id)
    }

    /// A body that a create accepts.
    pub(super) fn sound_body(&mut self, kind: Kind) -> Value {
        let name = self.fresh_name();
        match kind {
            Kind::Backup => json!({"type": BACKUP_TYPE, "version": "1.1", "name": name}),
            Kind::Snap => json!({"type": SNAP_TYPE, "version": "1.2", "name": name}),
        }
    }

    /// Sends a request; whatever is wrong with the response as such is noted at once.
    pub(super) async fn send(&mut self, call: &Call) -> Result<Answer, Stop> {
        match self.wire.send(&self.target, call).await {
            Ok(answer) => {
                self.note_violations(&answer);
                self.keep_account(call, &answer);
                Ok(answer)
            }
            Err(why) => {
                let finding = LiveFinding {
                    code: "no-answer".to_owned(),
                    rule: "Every request gets an answer.".to_owned(),
                    operation: call.operation.clone(),
                    what: why,
                    place: None,
                    exchange: None,
                };
                self.note(finding);
                Err(Stop::Noted)
            }
        }
    }

    /// Sends a request that has to be answered with one status.
    pub(super) async fn send_for(&mut self, call: &Call, status: u16) -> Result<Answer, Stop> {
        let answer = self.send(call).await?;
        self.expect_status(&answer, status)?;
        Ok(answer)
    }

    fn note_violations(&mut self, answer: &Answer) {
        let exchange = &self.wire.log[answer.exchange];
        let mut findings: Vec<LiveFinding> = exchange
            .violations
            .iter()
            .map(|violation| LiveFinding {
                code: violation.rule.code().to_owned(),
                rule: violation.rule.rule().to_owned(),
                operation: answer.operation.clone(),
                what: format!("{} {}", answer.status, violation.what),
                place: Some(violation.place.clone()),
                exchange: Some(answer.exchange),
            })
            .collect();
        if findings.is_empty()
            && let Err(why) = decode::decode(&answer.operation, answer.status, &answer.body)
        {
            self.wire.log[answer.exchange].faulty = true;
            findings.push(LiveFinding {
                code: "client-decodes".to_owned(),
                rule: "The generated client can read every success.".to_owned(),
                operation: answer.operation.clone(),
                what: why,
                place: None,
                exchange: Some(answer.exchange),
            });
        }
        for finding in findings {
            self.note(finding);
        }
    }

    /// Remembers what a create made and forgets what a delete removed.
    fn keep_account(&mut self, call: &Call, answer: &Answer) {
        let kind = Kind::of(&call.operation);
        let is_create = call.method.is_none() && call.operation == kind.create();
        if is_create && (200..300).contains(&answer.status) {
            let Some(id) = answer.text("/id") else { return };
            let place = |name: &str| call.path.get(name).cloned().unwrap_or_default();
            self.made.push(Made {
                kind,
                server: call.server,
                account: place("account_id"),
                app: place("app_id"),
                credential_is_foreign: call.credential == Credential::Foreign,
                id: id.to_owned(),
            });
        }
        if call.operation.contains("_delete") && answer.status == 204 {
            let id = call.path.get(kind.parameter());
            self.made
                .retain(|made| Some(&made.id) != id || made.server != call.server);
        }
    }

    /// Puts a finding down, once per check.
    pub(super) fn note(&mut self, finding: LiveFinding) {
        let known = |other: &LiveFinding| {
            other.code == finding.code && other.operation == finding.operation && other.what == finding.what
        };
        if !self.current.findings.iter().any(known) {
            self.current.findings.push(finding);
        }
    }

    /// Notes that an answer breaks the rule of the check in progress.
    pub(super) fn fault(&mut self, answer: &Answer, what: String) {
        self.wire.log[answer.exchange].faulty = true;
        let finding = self.wrong(answer, what);
        self.note(finding);
    }

    fn wrong(&self, answer: &Answer, what: String) -> LiveFinding {
        LiveFinding {
            code: self.current.code.clone(),
            rule: self.current.rule.clone(),
            operation: answer.operation.clone(),
            what,
            place: self
                .wire
                .operation(&answer.operation)
                .map(|operation| operation.at.clone()),
            exchange: Some(answer.exchange),
        }
    }

    /// Notes a fault unless something holds.
    pub(super) fn expect(&mut self, answer: &Answer, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.fault(answer, what());
        }
    }

    /// Ends the check unless the status is the right one. The response may still be a sound one of its kind.
    pub(super) fn expect_status(&mut self, answer: &Answer, status: u16) -> Result<(), Stop> {
        if answer.status == status {
            return Ok(());
        }
        let detail = answer
            .text("/detail")
            .or(answer.text("/title"))
            .unwrap_or_default();
        let what = format!("{status} expected, {} came: {detail}", answer.status);
        let finding = self.wrong(answer, what);
        self.note(finding);
        Err(Stop::Noted)
    }

    /// Notes a fault unless the problem has one of these numbers.
    pub(super) fn expect_problem(&mut self, answer: &Answer, numbers: &[u32]) {
        let kind = answer.text("/type").unwrap_or_default().to_owned();
        let number = kind
            .strip_prefix("https://astra.netapp.io/problems/")
            .and_then(|n| n.parse().ok());
        let holds = number.is_some_and(|number: u32| numbers.contains(&number));
        self.expect(answer, holds, || {
            let wanted: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            format!("problem {} expected, `{kind}` came", wanted.join(" or "))
        });
        let status = answer.status.to_string();
        let stated = answer.text("/status").unwrap_or_default().to_owned();
        self.expect(answer, stated == status, || {
            format!("the problem states the status `{stated}` in a {status}")
        });
    }

    /// The id in an answer, without which nothing can go on.
    pub(super) fn id_in(&mut self, answer: &Answer) -> Result<String, Stop> {
        if let Some(id) = answer.text("/id") {
            return Ok(id.to_owned());
        }
        self.fault(answer, "the answer holds no `id`".to_owned());
        Err(Stop::Noted)
    }
}

/// A resource that an earlier check should have made.
pub(super) fn needed<'w>(resource: Option<&'w Value>, what: &str) -> Result<&'w Value, Stop> {
    resource.ok_or_else(|| Stop::LeftOut(format!("needs {what}, which no earlier check got")))
}

/// The id of a resource.
pub(super) fn id_of(resource: &Value) -> String {
    resource
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
