//! Backups and snapshots: created, shown, deleted and restored.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::header::ACCEPT;
use serde_json::{Value, json};
use uuid::Uuid;

use super::admission::ValidRequest;
use super::pages::list;
use super::{BUCKET, OTHER, OTHER_BUCKET, declared, files, invalid, missing, problem};
use crate::live::StorageFault;
use crate::live::resource_kind::{
    OperationKind, RESTORE, RESTORE_FETCH, RESTORE_LIST, RESTORE_TYPE, ResourceKind, SUMMARY_LIST,
};
use crate::testing::defects::VOLUME_BYTES;
use crate::testing::{Request, Response};

/// The user of every token.
pub(super) const USER: &str = "8f84cf09-8036-51e4-b579-bd30cb07b269";

/// The time of the first request.
const START: &str = "2026-01-01T00:00:00Z";

/// The number of requests during which an app is `restoring`, on a server whose jobs take time.
const RESTORE_REQUESTS: u64 = 8;

/// The number of these requests during which the restore is no longer pending.
const PENDING_UNTIL_END: u64 = RESTORE_REQUESTS - 1;

/// The stored resources, and the state of the server.
pub(super) struct FakeState {
    pub(super) stored: Vec<StoredResource>,
    /// The total number of created resources.
    created: u128,
    /// The number of requests so far; this is the clock.
    pub(super) now: u64,
    pub(super) problems: u128,
    /// The time that a job stays in each state; `None` if it never starts.
    pub(super) requests_per_state: Option<u64>,
    pub(super) failing_app: Option<String>,
    /// The apps that are being restored, and until when.
    restoring: Vec<(String, u64)>,
    /// The schedules that clients created.
    pub(super) schedules: Vec<Value>,
    /// The restores, and until when each runs.
    restores: Vec<(Value, u64)>,
    pub(super) fault: Option<StorageFault>,
}

impl Default for FakeState {
    fn default() -> Self {
        Self {
            stored: Vec::new(),
            created: 0,
            now: 0,
            problems: 0,
            requests_per_state: Some(0),
            failing_app: None,
            restoring: Vec::new(),
            schedules: Vec::new(),
            restores: Vec::new(),
            fault: None,
        }
    }
}

/// A backup or a snapshot.
pub(super) struct StoredResource {
    pub(super) account: String,
    pub(super) app: String,
    kind: ResourceKind,
    /// The constant members.
    pub(super) body: Value,
    created: u64,
    requests_per_state: Option<u64>,
    fails: bool,
}

/// The progress of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Pending,
    Begun,
    HalfDone,
    Ended,
}

impl StoredResource {
    /// The phase at a time, and when it began.
    fn phase(&self, now: u64) -> (Phase, u64) {
        let Some(length) = self.requests_per_state else {
            return (Phase::Pending, self.created);
        };
        let age = now - self.created;
        if age == 0 {
            return (Phase::Pending, self.created);
        }
        let begun = |phases: u64| self.created + (phases * length).max(1);
        match age.checked_div(length) {
            Some(0) => (Phase::Pending, self.created),
            Some(1) => (Phase::Begun, begun(1)),
            // Only a backup that succeeds shows progress.
            Some(2) if self.kind == ResourceKind::Snapshot || self.fails => (Phase::Begun, begun(1)),
            Some(2) => (Phase::HalfDone, begun(2)),
            _ => (Phase::Ended, begun(3)),
        }
    }

    /// The resource as it is shown, and its entity tag.
    fn shown(&self, now: u64) -> (Value, String) {
        let (phase, since) = self.phase(now);
        let mut body = self.body.clone();
        body["metadata"]["modificationTimestamp"] = json!(time(since));
        if since != self.created {
            body["metadata"]["modifiedBy"] = json!(USER);
        }
        body["state"] = json!(match phase {
            Phase::Pending => "pending",
            Phase::Begun | Phase::HalfDone => "running",
            Phase::Ended if self.fails => "failed",
            Phase::Ended => "completed",
        });
        if self.fails && phase == Phase::Ended {
            body["stateUnready"] = json!(["the data can't be read"]);
        }
        let is_whole = phase == Phase::Ended && !self.fails;
        match self.kind {
            ResourceKind::Snapshot if is_whole => {
                body["snapshotAppAsset"] = json!("0c6cbc25-cd47-4418-8cdb-833f1934a9c0");
            }
            ResourceKind::Backup if phase != Phase::Pending && !self.fails => {
                let percent = match phase {
                    Phase::Begun => 0,
                    Phase::HalfDone => 50,
                    _ => 100,
                };
                body["bytesDone"] = json!(VOLUME_BYTES / 100 * percent);
                body["totalBytes"] = json!(VOLUME_BYTES);
                body["percentDone"] = json!(percent);
            }
            _ => {}
        }
        let tag = format!("\"{}.{since}\"", body["id"].as_str().unwrap_or_default());
        (body, tag)
    }

    fn is(&self, id: &str) -> bool {
        self.body["id"] == id
    }
}

impl FakeState {
    /// The response to a valid request.
    pub(super) fn perform(&mut self, valid: &ValidRequest, request: &Request) -> Response {
        let operation = valid.operation.id.as_str();
        match OperationKind::of(operation) {
            OperationKind::Create => self.create(valid, request),
            OperationKind::List => self.list(valid, request),
            OperationKind::Fetch => match self.find(valid) {
                Some(at) => self.resource(200, &self.stored[at], request),
                None => missing(request),
            },
            OperationKind::Delete => self.delete(valid, request),
            OperationKind::Restore => self.restore(valid, request),
            OperationKind::ChangeSchedule => self.change_schedule(valid, request),
            OperationKind::Cancel => self.cancel(valid, request),
            OperationKind::Read => self.read(valid, request),
        }
    }

    fn read(&self, valid: &ValidRequest, request: &Request) -> Response {
        let account = valid.account();
        let app = valid.path("app_id").unwrap_or_default();
        let apps = || {
            let mut apps = declared::apps(account);
            for app in &mut apps {
                if self.is_restoring(app["id"].as_str().unwrap_or_default()) {
                    app["state"] = json!("restoring");
                }
            }
            apps
        };
        match valid.operation.id.as_str() {
            "account_list" => list("accounts", "1.0", declared::accounts(valid.role), request),
            "app_list" => list("apps", "2.2", apps(), request),
            SUMMARY_LIST => list("appSummaries", "1.0", self.summaries(apps()), request),
            "user_list" => list("users", "1.2", declared::users(), request),
            "app_fetch" => {
                let found = apps().into_iter().find(|known| known["id"] == app);
                let found = found.unwrap_or_default();
                let tag = format!("\"{}\"", found["state"].as_str().unwrap_or_default());
                Response::of_json(200, &found).with("ETag", &tag)
            }
            "app_schedule_list_for_app" => list("schedules", "1.3", self.schedules_of(app), request),
            "app_hook_list_for_app" => list("executionHooks", "1.3", declared::hooks(app), request),
            "app_schedule_fetch_for_app" => self.fetch_schedule(valid, request),
            id if id.starts_with("app_backup_") => self.files(valid, request),
            RESTORE_LIST => list("appRestores", "1.0", self.restores_of(app), request),
            RESTORE_FETCH => match self.find_restore(valid) {
                Some(found) => Response::of_json(200, &found).with("ETag", &format!("\"{}\"", self.now)),
                None => missing(request),
            },
            "bucket_list" => list("buckets", "1.2", declared::buckets(account), request),
            _ => list("clouds", "1.0", Vec::new(), request),
        }
    }

    /// The summaries of these apps.
    fn summaries(&self, apps: Vec<Value>) -> Vec<Value> {
        let summary = |app: Value| {
            let id = app["id"].as_str().unwrap_or_default();
            let backups = self.stored.iter().rev();
            let backups = backups.filter(|one| one.kind == ResourceKind::Backup && one.app == id);
            let backups = backups.map(|one| one.shown(self.now).0).collect();
            declared::summary(&app, backups, self.restores_of(id), self.schedules_of(id))
        };
        apps.into_iter().map(summary).collect()
    }

    /// The response to a request for files of a backup.
    fn files(&self, valid: &ValidRequest, request: &Request) -> Response {
        match self.find(valid) {
            None => missing(request),
            Some(at) if self.stored[at].shown(self.now).0["state"] != "completed" => problem(409, 111),
            Some(_) => files::respond(&valid.operation.id, request),
        }
    }

    fn is_restoring(&self, app: &str) -> bool {
        let mut restoring = self.restoring.iter();
        restoring.any(|(known, until)| known == app && *until >= self.now)
    }

    /// The restores of an app, newest first, as they are shown.
    fn restores_of(&self, app: &str) -> Vec<Value> {
        let of_app = self
            .restores
            .iter()
            .rev()
            .filter(|(restore, _)| restore["appID"] == app);
        let shown = of_app.map(|(restore, until)| {
            let mut restore = restore.clone();
            if *until >= self.now && *until < self.now + PENDING_UNTIL_END {
                restore["state"] = json!("running");
                restore["metadata"]["modificationTimestamp"] = json!(time(until + 1 - PENDING_UNTIL_END));
            }
            if *until < self.now {
                restore["state"] = json!("completed");
                (restore["bytesDone"], restore["percentDone"]) = (json!(VOLUME_BYTES), json!(100));
                restore["metadata"]["modificationTimestamp"] = json!(time(*until));
            }
            restore
        });
        shown.collect()
    }

    fn find_restore(&self, valid: &ValidRequest) -> Option<Value> {
        let id = valid.path("appRestore_id")?;
        let restores = self.restores_of(valid.path("app_id").unwrap_or_default());
        restores.into_iter().find(|restore| restore["id"] == id)
    }

    /// Cancels a pending restore.
    fn cancel(&mut self, valid: &ValidRequest, request: &Request) -> Response {
        match self.find_restore(valid) {
            None => missing(request),
            Some(restore) if restore["state"] == "pending" => {
                self.restores.retain(|(known, _)| known["id"] != restore["id"]);
                let app = restore["appID"].clone();
                self.restoring.retain(|(known, _)| app != known.as_str());
                Response::empty(204)
            }
            Some(_) => problem(409, 0),
        }
    }

    /// Whether a restore in progress reads this resource.
    fn is_restored(&self, id: &Value) -> bool {
        let mut in_progress = self.restores.iter().filter(|(_, until)| *until >= self.now);
        in_progress.any(|(restore, _)| restore["backupID"] == *id || restore["snapshotID"] == *id)
    }

    /// Whether something belongs to the account, the app and the kind that a request names.
    fn is_within(valid: &ValidRequest, stored: &StoredResource) -> bool {
        stored.kind == ResourceKind::of(&valid.operation.id)
            && stored.account == valid.account()
            && valid.path("app_id").is_none_or(|app| app == stored.app)
    }

    /// The resource that a request names.
    fn find(&self, valid: &ValidRequest) -> Option<usize> {
        let id = valid.path(ResourceKind::of(&valid.operation.id).parameter())?;
        let mut stored = self.stored.iter();
        stored.position(|one| Self::is_within(valid, one) && one.is(id))
    }

    fn list(&self, valid: &ValidRequest, request: &Request) -> Response {
        let stored = self.stored.iter().rev().filter(|one| Self::is_within(valid, one));
        let items = stored.map(|one| one.shown(self.now).0).collect();
        match ResourceKind::of(&valid.operation.id) {
            ResourceKind::Backup => list("appBackups", "1.1", items, request),
            ResourceKind::Snapshot => list("appSnaps", "1.2", items, request),
        }
    }

    /// A resource in the media type that the request prefers.
    fn resource(&self, status: u16, stored: &StoredResource, request: &Request) -> Response {
        let (body, tag) = stored.shown(self.now);
        let response = Response::of_json(status, &body).with("ETag", &tag);
        preferred(response, &stored.kind.vendor_type(), request)
    }

    fn create(&mut self, valid: &ValidRequest, request: &Request) -> Response {
        let (number, sent) = (self.created, &valid.body);
        let kind = ResourceKind::of(&valid.operation.id);
        let app = valid.path("app_id").unwrap_or_default();
        let generated = || format!("{}-{number}", kind.name());
        let name = sent["name"].as_str().map_or_else(generated, str::to_owned);
        let is_same = |one: &&StoredResource| Self::is_within(valid, one) && one.body["name"] == name;
        if self.stored.iter().any(|one| is_same(&one)) {
            return problem(409, 10);
        }
        if let Some(refusal) = sent["snapshotID"]
            .as_str()
            .and_then(|id| self.refuses_source(valid, id))
        {
            return refusal;
        }
        let default = if valid.account() == OTHER.to_string() {
            OTHER_BUCKET
        } else {
            BUCKET
        };
        let bucket = sent["bucketID"].as_str().unwrap_or(default);
        if !declared::buckets(valid.account())
            .iter()
            .any(|known| known["id"] == bucket)
        {
            return invalid(400, 108, "invalidFields", &["bucketID".to_owned()]);
        }
        self.created += 1;
        let id = Uuid::from_u128(0x5e1f_0000_0000_4000_8000_0000_0000_0000 + number);
        let labels = sent.pointer("/metadata/labels").cloned().unwrap_or(json!([]));
        let mut body = json!({
            "type": sent["type"], "version": "1.1", "id": id, "name": name, "state": "pending",
            "stateUnready": [],
            "metadata": {
                "labels": labels, "createdBy": USER,
                "creationTimestamp": time(self.now), "modificationTimestamp": time(self.now),
            },
        });
        match kind {
            ResourceKind::Backup => {
                body["bucketID"] = json!(bucket);
                if let Some(snapshot) = sent.get("snapshotID") {
                    body["snapshotID"] = snapshot.clone();
                }
            }
            ResourceKind::Snapshot => {
                body["version"] = json!("1.2");
                body["hookState"] = json!("success");
            }
        }
        let stored = StoredResource {
            account: valid.account().to_owned(),
            app: app.to_owned(),
            kind,
            body,
            created: self.now,
            requests_per_state: self.requests_per_state,
            fails: self.failing_app.as_deref() == Some(app),
        };
        let location = format!("{}/{id}", request.path);
        let response = self.resource(201, &stored, request).with("Location", &location);
        self.stored.push(stored);
        response
    }

    /// The reason why a snapshot can't be copied or restored.
    fn refuses_source(&self, valid: &ValidRequest, id: &str) -> Option<Response> {
        let mut snapshots = self
            .stored
            .iter()
            .filter(|one| one.kind == ResourceKind::Snapshot);
        match snapshots.find(|one| one.is(id) && one.account == valid.account()) {
            None => Some(invalid(400, 46, "invalidFields", &["snapshotID".to_owned()])),
            Some(one) if Some(one.app.as_str()) != valid.path("app_id") => Some(problem(403, 47)),
            Some(one) => self.is_unfinished(one).then(|| problem(409, 111)),
        }
    }

    fn is_unfinished(&self, stored: &StoredResource) -> bool {
        stored.phase(self.now).0 != Phase::Ended || stored.fails
    }

    fn delete(&mut self, valid: &ValidRequest, request: &Request) -> Response {
        let Some(at) = self.find(valid) else {
            return missing(request);
        };
        let found = &self.stored[at];
        if found.kind == ResourceKind::Backup && found.phase(self.now).0 == Phase::Pending {
            return problem(409, 128);
        }
        let id = &found.body["id"];
        let mut readers = self.stored.iter().filter(|one| one.body["snapshotID"] == *id);
        if found.kind == ResourceKind::Snapshot && readers.any(|one| one.phase(self.now).0 != Phase::Ended) {
            return problem(409, 144);
        }
        if self.is_restored(id) {
            return problem(409, 142);
        }
        self.stored.remove(at);
        Response::empty(204)
    }

    fn restore(&mut self, valid: &ValidRequest, request: &Request) -> Response {
        let (body, app) = (&valid.body, valid.path("app_id").unwrap_or_default());
        let refusal = if let Some(snapshot) = body["snapshotID"].as_str() {
            self.refuses_source(valid, snapshot)
        } else {
            let id = body["backupID"].as_str().unwrap_or_default();
            let backups = self.stored.iter().filter(|one| one.kind == ResourceKind::Backup);
            let is_clone = valid.operation.id != RESTORE;
            let mut backups = backups.filter(|one| one.account == valid.account());
            match backups.find(|one| one.is(id) && (is_clone || one.app == app)) {
                None => Some(invalid(400, 9, "invalidFields", &["backupID".to_owned()])),
                Some(one) => self.is_unfinished(one).then(|| problem(409, 111)),
            }
        };
        if let Some(refusal) = refusal {
            return refusal;
        }
        if self.is_restoring(app) {
            return problem(409, 112);
        }
        if self.requests_per_state != Some(0) {
            self.restoring.push((app.to_owned(), self.now + RESTORE_REQUESTS));
        }
        let takes = if self.requests_per_state == Some(0) {
            0
        } else {
            RESTORE_REQUESTS
        };
        self.created += 1;
        let id = Uuid::from_u128(0x5e1f_0000_0000_4000_8000_0000_0000_0000 + self.created);
        let source = self.stored.iter().find(|one| one.body["id"] == body["backupID"]);
        let source = source.map_or(app, |one| one.app.as_str());
        let mut restore = json!({
            "type": RESTORE_TYPE, "version": "1.0", "id": id, "appID": app, "sourceAppID": source,
            "state": "pending", "stateUnready": [], "notes": [],
            "totalBytes": VOLUME_BYTES, "bytesDone": 0, "percentDone": 0,
            "metadata": {
                "labels": [], "createdBy": USER,
                "creationTimestamp": time(self.now), "modificationTimestamp": time(self.now),
            },
        });
        for source in ["backupID", "snapshotID"] {
            if let Some(id) = body.get(source) {
                restore[source] = id.clone();
            }
        }
        self.restores.push((restore.clone(), self.now + takes));
        if valid.operation.id == RESTORE {
            return Response::empty(204);
        }
        let response = Response::of_json(201, &restore).with("ETag", "\"0\"");
        response.with("Location", &format!("{}/{id}", request.path))
    }
}

/// A time of the clock, as the contract writes it.
pub(super) fn time(requests: u64) -> String {
    let start: DateTime<Utc> = START.parse().unwrap();
    let elapsed = TimeDelta::milliseconds(requests.try_into().unwrap());
    (start + elapsed).to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// The quality that `Accept` assigns to a media type: that of the most specific range that matches it.
fn quality(accept: &str, media_type: &str) -> f32 {
    let ranges = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let range = parts.next()?.to_ascii_lowercase();
        let specificity = match range.as_str() {
            exact if exact.eq_ignore_ascii_case(media_type) => 2,
            "application/*" => 1,
            "*/*" => 0,
            _ => return None,
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
        Some((specificity, quality.unwrap_or(1.0)))
    });
    let best = ranges.max_by_key(|(specificity, _)| *specificity);
    best.map_or(0.0, |(_, quality)| quality)
}

/// The response in the vendor's media type, if the request prefers it.
pub(super) fn preferred(response: Response, vendor: &str, request: &Request) -> Response {
    let accept = request.header(&ACCEPT);
    if quality(accept, vendor) > quality(accept, "application/json") {
        response.with("Content-Type", vendor)
    } else {
        response
    }
}
