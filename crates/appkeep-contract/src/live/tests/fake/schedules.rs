//! Schedules that clients create, and the configured ones, which are read-only.

use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::admission::ValidRequest;
use super::declared::{self, example};
use super::resources::{FakeState, preferred, time};
use super::{missing, problem};
use crate::testing::{Request, Response};

const VENDOR: &str = "application/astra-schedule+json";

/// The members of requests that responses repeat.
const REPEATED: [&str; 8] = [
    "enabled",
    "granularity",
    "minute",
    "hour",
    "dayOfMonth",
    "backupRetention",
    "snapshotRetention",
    "name",
];

impl FakeState {
    /// The schedules of an app, newest first.
    pub(super) fn schedules_of(&self, app: &str) -> Vec<Value> {
        let created = self.schedules.iter().rev().filter(|one| one["appID"] == app);
        created.cloned().chain(declared::schedules(app)).collect()
    }

    fn find_schedule(&self, valid: &ValidRequest) -> Option<Value> {
        let (app, id) = (valid.path("app_id")?, valid.path("schedule_id")?);
        self.schedules_of(app).into_iter().find(|one| one["id"] == id)
    }

    pub(super) fn fetch_schedule(&self, valid: &ValidRequest, request: &Request) -> Response {
        match self.find_schedule(valid) {
            Some(schedule) => preferred(Response::of_json(200, &schedule), VENDOR, request),
            None => missing(request),
        }
    }

    pub(super) fn change_schedule(&mut self, valid: &ValidRequest, request: &Request) -> Response {
        if request.method == Method::POST {
            return self.create_schedule(valid, request);
        }
        let Some(mut schedule) = self.find_schedule(valid) else {
            return missing(request);
        };
        if schedule["origin"] == "configuration" {
            let mut refused = problem(409, 0);
            refused.change(|body| body["type"] = json!("about:blank"));
            return refused;
        }
        let is_taken = |one: &Value| one["name"] == valid.body["name"] && one["id"] != schedule["id"];
        if self
            .schedules_of(valid.path("app_id").unwrap_or_default())
            .iter()
            .any(is_taken)
        {
            return problem(409, 10);
        }
        self.schedules.retain(|one| one["id"] != schedule["id"]);
        if request.is_delete() {
            return Response::empty(204);
        }
        set(&mut schedule, &valid.body);
        schedule["metadata"]["modificationTimestamp"] = json!(time(self.now));
        self.schedules.push(schedule.clone());
        preferred(Response::of_json(200, &schedule), VENDOR, request)
    }

    fn create_schedule(&mut self, valid: &ValidRequest, request: &Request) -> Response {
        let app = valid.path("app_id").unwrap_or_default();
        let is_taken = |one: &Value| one["name"] == valid.body["name"];
        if self.schedules_of(app).iter().any(is_taken) {
            return problem(409, 10);
        }
        let id = Uuid::from_u128(0x5c4e_0000_0000_4000_8000_0000_0000_0000 + u128::from(self.now));
        let mut schedule = example("DailySchedule").clone();
        (schedule["id"], schedule["appID"]) = (json!(id), json!(app));
        for time_of in ["creationTimestamp", "modificationTimestamp"] {
            schedule["metadata"][time_of] = json!(time(self.now));
        }
        set(&mut schedule, &valid.body);
        let location = format!("{}/{id}", request.path);
        self.schedules.push(schedule.clone());
        let response = Response::of_json(201, &schedule).with("Location", &location);
        preferred(response, VENDOR, request)
    }
}

/// Sets the requested members, and those that follow from them.
fn set(schedule: &mut Value, body: &Value) {
    for name in REPEATED {
        if let Some(value) = body.get(name) {
            schedule[name] = value.clone();
        }
    }
    let field = |name: &str| schedule[name].as_str().unwrap_or("*").to_owned();
    let cron = format!(
        "{} {} {} * *",
        field("minute"),
        field("hour"),
        field("dayOfMonth")
    );
    let counts = [("backup", "backupRetention"), ("snapshot", "snapshotRetention")];
    let makes: Vec<&str> = counts
        .into_iter()
        .filter(|(_, count)| schedule[*count] != "0")
        .map(|(kind, _)| kind)
        .collect();
    (schedule["cron"], schedule["makes"]) = (json!(cron), json!(makes));
}
