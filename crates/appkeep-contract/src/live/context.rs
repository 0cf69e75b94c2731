//! The context of a check: the connection to the server, the resources created so far, and the findings.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::ahead::SentAhead;
use super::call::{Call, Credential, Payload, Server};
pub(super) use super::findings::CurrentCheck;
use super::incomplete_body::IncompleteBodies;
use super::limits::Limits;
use super::model::{self, Model};
use super::recording_client::RecordingClient;
pub(super) use super::resource_kind::ResourceKind;
use super::resource_kind::{APP_TYPE, RESTORE, RESTORE_CREATE, RESTORE_TYPE};
use super::rules;
use super::schedules;
use super::target::{ForeignAccount, Options, Target};
use crate::origin::Origin;
use appkeep_openapi::ParameterLocation;

/// The reason why a check ends early.
#[derive(Debug)]
pub(super) enum Stop {
    /// The finding is recorded; the check can't continue.
    Recorded,
    /// A requirement of the check isn't met.
    Skipped(String),
    /// A prerequisite failed, which an earlier check reports.
    NotJudged(String),
}

/// The reason for skipping restores on servers that are in use.
const NOT_RESTORABLE: &str = "requires an app whose data may be replaced (--may-restore)";

// Optional parts of a target, with the options of `appkeep verify` that set them.
pub(super) const VIEWER_TOKEN: &str = "a read-only token (--viewer-token)";
pub(super) const OPERATOR_TOKEN: &str = "a token of all accounts (--operator-token)";
pub(super) const REVOKED_TOKEN: &str = "a token that was revoked or has expired (--token-revoked)";
pub(super) const SECOND_ACCOUNT: &str = "a second account with its own token (--token-b)";
pub(super) const OTHER_APP: &str = "a second app in the account (--other-app)";
pub(super) const FAILING_APP: &str = "an app with unreadable data (--failing-app)";
pub(super) const IDLE_SERVER: &str = "a server that runs no jobs (--idle-url)";

/// A resource that later checks require; absent until the check that creates it has succeeded.
#[derive(Debug, Default)]
pub(super) struct Fixture(pub(super) Option<Value>);

/// All fixtures of a run.
#[derive(Debug, Default)]
pub(super) struct Fixtures {
    pub(super) backups: KindFixtures,
    pub(super) snapshots: KindFixtures,
    /// A completed backup of the named snapshot.
    pub(super) backup_of_snapshot: Fixture,
    /// The sources of completed restores in place: the member that names them, and their ids.
    pub(super) restored: Vec<(&'static str, String)>,
}

/// Resources of one kind.
#[derive(Debug, Default)]
pub(super) struct KindFixtures {
    /// A completed resource with a name and labels, as last fetched.
    pub(super) named: Fixture,
    /// A completed resource whose name was chosen by the server.
    pub(super) unnamed: Fixture,
    /// A resource of the other account.
    pub(super) foreign: Fixture,
}

impl Fixtures {
    pub(super) fn of(&self, kind: ResourceKind) -> &KindFixtures {
        match kind {
            ResourceKind::Backup => &self.backups,
            ResourceKind::Snapshot => &self.snapshots,
        }
    }

    pub(super) fn of_mut(&mut self, kind: ResourceKind) -> &mut KindFixtures {
        match kind {
            ResourceKind::Backup => &mut self.backups,
            ResourceKind::Snapshot => &mut self.snapshots,
        }
    }
}

/// The context of every check.
pub(super) struct Context {
    pub(super) target: Target,
    pub(super) options: Options,
    pub(super) http: RecordingClient,
    pub(super) fixtures: Fixtures,
    /// The expected resources and their states.
    pub(super) model: Model,
    pub(super) current: CurrentCheck,
    /// The limits that end the run early.
    pub(super) limits: Limits,
    /// Operations with a response that was too large. They aren't requested again.
    pub(super) too_large: BTreeSet<String>,
    /// Responses whose checks haven't run yet.
    pub(super) ahead: Vec<SentAhead>,
    pub(super) incomplete: IncompleteBodies,
    /// The names of schedules that the suite may have created. They contain the run's id.
    pub(super) schedules: Vec<String>,
    /// The suite's resources on the idle server by kind, with their states, since the last check of a storage failure.
    pub(super) idle_items: BTreeMap<&'static str, Vec<(String, Value)>>,
    /// Operations that returned this status where a success is expected, and the check that reports it.
    pub(super) failing: BTreeMap<(String, u16), String>,
    /// The check in which a resource of this kind wasn't completed in time.
    pub(super) stuck: BTreeMap<&'static str, String>,
    /// The total number of checks.
    pub(super) checks: usize,
    begun: usize,
    names: u32,
}

impl Context {
    pub(super) fn new(target: Target, options: Options, http: RecordingClient) -> Self {
        Self {
            limits: Limits::new(&options),
            too_large: BTreeSet::new(),
            target,
            options,
            http,
            fixtures: Fixtures::default(),
            model: Model::default(),
            current: CurrentCheck::default(),
            ahead: Vec::new(),
            incomplete: IncompleteBodies::default(),
            schedules: Vec::new(),
            idle_items: BTreeMap::new(),
            failing: BTreeMap::new(),
            stuck: BTreeMap::new(),
            checks: 0,
            begun: 0,
            names: 0,
        }
    }

    /// Reports that the next check starts.
    pub(super) fn step(&mut self, code: &str) {
        debug_assert!(rules::is_known(code), "{code} has no explanation");
        if self.limits.ended().is_none() {
            self.options.progress.report(self.begun, self.checks, code);
        }
        self.begun += 1;
    }

    /// An unused id, the same in every run with this run id.
    pub(super) fn unknown_id(&self, of: &str) -> String {
        model::unused_id(self.options.run_id, of, 5).to_string()
    }

    /// An unused id, of the same version as another one.
    pub(super) fn unknown_id_like(&self, other: Uuid) -> String {
        let version = u8::try_from(other.get_version_num()).unwrap_or_default();
        model::unused_id(self.options.run_id, &other.to_string(), version).to_string()
    }

    /// The prefix of all names that this run creates.
    pub(super) fn name_prefix(&self) -> String {
        let run = self.options.run_id.simple().to_string();
        format!("{}-{}-", self.options.prefix, &run[..12])
    }

    /// An unused name.
    pub(super) fn new_name(&mut self) -> String {
        self.names += 1;
        format!("{}{}", self.name_prefix(), self.names)
    }

    /// Whether the options exclude an operation.
    pub(super) fn is_excluded(&self, operation: &str) -> bool {
        self.require(operation).is_err()
    }

    /// Checks that an operation may be requested; the error contains the reason if it may not.
    pub(super) fn require(&self, operation: &str) -> Result<(), Stop> {
        let Some(known) = self.http.operation(operation) else {
            return Err(Stop::Skipped(format!("the document has no `{operation}`")));
        };
        if self.options.documented_only
            && Origin::of_operation(self.http.document(), known) == Origin::Companion
        {
            return Err(Stop::Skipped("companion operations are excluded".to_owned()));
        }
        if self.too_large.contains(operation) {
            let bytes = self.options.body_bytes_max;
            let why = format!("an earlier response of `{operation}` was longer than {bytes} bytes");
            return Err(Stop::Skipped(why));
        }
        let is_missing = |has: &BTreeSet<String>| !has.contains(operation);
        if self.options.operations.as_ref().is_some_and(is_missing) {
            return Err(Stop::Skipped(
                "the operation isn't listed as available on the server".to_owned(),
            ));
        }
        Ok(())
    }

    /// The subset of these operations that may be requested; if there are none, the check is skipped.
    pub(super) fn permitted(&self, operations: &[&'static str]) -> Result<Vec<&'static str>, Stop> {
        let mut why = None;
        let mut permitted = Vec::new();
        for operation in operations {
            match self.require(operation) {
                Ok(()) => permitted.push(*operation),
                Err(stop) => why = Some(stop),
            }
        }
        if permitted.is_empty() {
            return Err(why.unwrap_or(Stop::Recorded));
        }
        Ok(permitted)
    }

    /// Checks that resources of this kind may be created, read and deleted.
    pub(super) fn require_create(&self, kind: ResourceKind) -> Result<(), Stop> {
        self.require(kind.create())?;
        if self.permitted(kind.deletes()).is_err() {
            let why = format!("the permitted operations can't delete a {}", kind.name());
            return Err(Stop::Skipped(why));
        }
        self.permitted(kind.fetches())
            .or_else(|_| self.permitted(kind.lists()))
            .map(|_| ())
    }

    /// Checks that the data of the app may be replaced.
    pub(super) fn require_restorable(&self) -> Result<(), Stop> {
        if self.target.may_restore {
            return Ok(());
        }
        Err(Stop::Skipped(NOT_RESTORABLE.to_owned()))
    }

    /// Checks that the target has this token.
    pub(super) fn require_credential(&self, credential: Credential) -> Result<(), Stop> {
        let (is_missing, name) = match credential {
            Credential::Viewer => (self.target.viewer_token.is_none(), VIEWER_TOKEN),
            Credential::Operator => (self.target.operator_token.is_none(), OPERATOR_TOKEN),
            Credential::Revoked => (self.target.revoked_token.is_none(), REVOKED_TOKEN),
            Credential::Foreign => return self.foreign().map(|_| ()),
            _ => return Ok(()),
        };
        if is_missing {
            return Err(Stop::Skipped(format!("requires {name}")));
        }
        Ok(())
    }

    /// The other account, if there is one.
    pub(super) fn foreign(&self) -> Result<ForeignAccount, Stop> {
        let foreign = self.target.foreign.clone();
        foreign.ok_or_else(|| Stop::Skipped(format!("requires {SECOND_ACCOUNT}")))
    }

    /// A valid request to an operation: own account and app, an unused id, no body.
    pub(super) fn call(&self, operation: &str) -> Call {
        let path = [
            ("account_id", self.target.account.to_string()),
            ("app_id", self.target.app.to_string()),
            ("appBackup_id", self.unknown_id("backup")),
            ("appSnap_id", self.unknown_id("snapshot")),
            ("schedule_id", self.unknown_id("schedule")),
            ("appRestore_id", self.unknown_id("restore")),
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
            query: self.required_query(operation),
            accept: None,
            range: None,
            if_range: None,
            content_type: None,
            force_update: (operation == RESTORE).then(|| "true".to_owned()),
            payload: Payload::None,
        }
    }

    /// The required query parameters of an operation: an unknown backup, and the root of one.
    fn required_query(&self, operation: &str) -> Vec<(String, String)> {
        let parameters = self.http.operation(operation).into_iter().flat_map(|operation| {
            let query = operation.parameters_in(ParameterLocation::Query);
            query.filter(|parameter| parameter.required)
        });
        let value = |name: &str| match name {
            "base" => self.unknown_id("backup"),
            _ => "/".to_owned(),
        };
        parameters
            .map(|parameter| (parameter.name.clone(), value(&parameter.name)))
            .collect()
    }

    /// A valid request of the other account to its own app.
    pub(super) fn foreign_call(&self, operation: &str) -> Result<Call, Stop> {
        let foreign = self.foreign()?;
        Ok(self
            .call(operation)
            .with(Credential::Foreign)
            .path("account_id", &foreign.account.to_string())
            .path("app_id", &foreign.app.to_string()))
    }

    /// A valid request to the idle server.
    pub(super) fn idle_call(&self, operation: &str) -> Result<Call, Stop> {
        let idle = self.target.idle.as_ref();
        let idle = idle.ok_or_else(|| Stop::Skipped(format!("requires {IDLE_SERVER}")))?;
        let call = self.call(operation).on(Server::Idle);
        Ok(call
            .path("account_id", &idle.account.to_string())
            .path("app_id", &idle.app.to_string()))
    }

    /// A valid request for one resource.
    pub(super) fn call_for(&self, operation: &str, id: &str) -> Call {
        self.call(operation)
            .path(ResourceKind::of(operation).parameter(), id)
    }

    /// A body that a create accepts.
    pub(super) fn valid_body(&mut self, kind: ResourceKind) -> Value {
        json!({"type": kind.body_type(), "version": kind.newest_version(), "name": self.new_name()})
    }

    /// A valid body for an operation: a create accepts it; a restore doesn't find its backup, and a change no schedule.
    pub(super) fn body_for(&mut self, operation: &str) -> Value {
        if operation == RESTORE_CREATE {
            let source = self.unknown_id("source");
            return json!({"type": RESTORE_TYPE, "version": "1.0", "backupID": source, "inPlace": true});
        }
        if operation == RESTORE {
            return json!({"type": APP_TYPE, "version": "2.2", "backupID": self.unknown_id("source")});
        }
        match operation {
            "app_schedule_create_for_app" => schedules::create_body(&self.new_name()),
            "app_schedule_update_for_app" => schedules::update_body(),
            _ => self.valid_body(ResourceKind::of(operation)),
        }
    }

    /// Whether an operation has a body.
    pub(super) fn has_body(&self, operation: &str) -> bool {
        let operation = self.http.operation(operation);
        operation.is_some_and(|operation| operation.body.is_some())
    }

    /// Selects the items that the suite created: resources of other users may appear and disappear.
    pub(super) fn own_items(&self, items: &[Value]) -> Vec<Value> {
        self.own_items_on(Server::Main, items)
    }

    /// Selects the items that the suite created on one of the target's servers.
    pub(super) fn own_items_on(&self, server: Server, items: &[Value]) -> Vec<Value> {
        let is_own = |item: &&Value| self.model.resource(server, &id_of(item)).is_some();
        items.iter().filter(is_own).cloned().collect()
    }

    /// The ids of the items that the suite created, in the order of the list.
    pub(super) fn own_ids(&self, items: &[Value]) -> Vec<String> {
        self.own_items(items).iter().map(id_of).collect()
    }
}

impl Fixture {
    /// Returns the resource; if it is absent, the check is skipped.
    pub(super) fn require(&self, what: &str) -> Result<&Value, Stop> {
        let missing = || Stop::NotJudged(format!("requires {what}, which no earlier check provided"));
        self.0.as_ref().ok_or_else(missing)
    }

    /// Returns the id of the resource; if it is absent, the check is skipped.
    pub(super) fn id(&self, what: &str) -> Result<String, Stop> {
        self.require(what).map(id_of)
    }

    /// Takes the resource out of the fixture, so that later checks don't use it.
    pub(super) fn take(&mut self) -> Self {
        Self(self.0.take())
    }
}

/// The id of a resource.
pub(super) fn id_of(resource: &Value) -> String {
    resource
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
