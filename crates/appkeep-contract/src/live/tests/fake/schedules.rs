//! Schedules that clients create, and the configured ones, which are read-only.

use chrono::{DateTime, Datelike, SecondsFormat, TimeZone, Utc};
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::admission::ValidRequest;
use super::declared;
use super::resources::{FakeState, USER, preferred, time};
use super::{DATE, invalid, missing, problem};
use crate::live::resource_kind::SCHEDULE_TYPE;
use crate::testing::{Request, Response, sort_key};

const VENDOR: &str = "application/astra-schedule+json";

/// The members of requests that responses repeat.
const REPEATED: [&str; 10] = [
    "enabled",
    "granularity",
    "cron",
    "timeZone",
    "jitterSecs",
    "makes",
    "bucketID",
    "backupRetention",
    "snapshotRetention",
    "retention",
];

/// The times of a granularity other than custom.
const TIMES: [&str; 4] = ["minute", "hour", "dayOfMonth", "dayOfWeek"];

/// Which of them each granularity has.
fn times(granularity: &str) -> Option<[bool; 4]> {
    match granularity {
        "hourly" => Some([true, false, false, false]),
        "daily" => Some([true, true, false, false]),
        "weekly" => Some([true, true, false, true]),
        "monthly" => Some([true, true, true, false]),
        _ => None,
    }
}

impl FakeState {
    /// The schedules of an app, newest first.
    pub(super) fn schedules_of(&self, app: &str) -> Vec<Value> {
        let created = self.schedules.iter().rev().filter(|one| one["appID"] == app);
        let mut schedules: Vec<Value> = created.cloned().chain(declared::schedules(app)).collect();
        schedules.sort_by_key(|one| std::cmp::Reverse(sort_key(one)));
        schedules
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
            return problem(409, 0);
        }
        let is_taken = |one: &Value| one["name"] == valid.body["name"] && one["id"] != schedule["id"];
        if self
            .schedules_of(valid.path("app_id").unwrap_or_default())
            .iter()
            .any(is_taken)
        {
            return problem(409, 10);
        }
        let id = schedule["id"].clone();
        if request.is_delete() {
            self.schedules.retain(|one| one["id"] != id);
            return Response::empty(204);
        }
        if let Err(field) = set(&mut schedule, &valid.body) {
            return invalid(400, 9, "invalidFields", &[field.to_owned()]);
        }
        schedule["metadata"]["modificationTimestamp"] = json!(time(self.now));
        schedule["metadata"]["modifiedBy"] = json!(USER);
        self.schedules.retain(|one| one["id"] != id);
        self.schedules.push(schedule.clone());
        preferred(Response::of_json(200, &schedule), VENDOR, request)
    }

    fn create_schedule(&mut self, valid: &ValidRequest, request: &Request) -> Response {
        let app = valid.path("app_id").unwrap_or_default();
        let name = valid.body["name"].as_str().unwrap_or_default().replace(' ', "-");
        let id = Uuid::from_u128(0x5c4e_0000_0000_4000_8000_0000_0000_0000 + u128::from(self.now));
        let mut schedule = json!({
            "type": SCHEDULE_TYPE, "version": "1.3", "id": id, "appID": app, "name": name, "origin": "api",
            "enabled": "true", "timeZone": "UTC", "jitterSecs": 0, "makes": ["backup"], "retention": {},
            "metadata": {
                "labels": [], "createdBy": USER,
                "creationTimestamp": time(self.now), "modificationTimestamp": time(self.now),
            },
        });
        if let Err(field) = set(&mut schedule, &valid.body) {
            return invalid(400, 9, "invalidFields", &[field.to_owned()]);
        }
        if self.schedules_of(app).iter().any(|one| one["name"] == name) {
            return problem(409, 10);
        }
        let location = format!("{}/{id}", request.path);
        self.schedules.push(schedule.clone());
        let response = Response::of_json(201, &schedule).with("Location", &location);
        preferred(response, VENDOR, request)
    }
}

/// Sets the requested members, and those that follow from them. Otherwise returns the invalid field.
fn set(schedule: &mut Value, body: &Value) -> Result<(), &'static str> {
    let has_counts = ["backupRetention", "snapshotRetention"]
        .iter()
        .any(|name| body.get(name).is_some());
    if has_counts && body.get("retention").is_some() {
        return Err("retention");
    }
    for name in REPEATED {
        if let Some(value) = body.get(name) {
            schedule[name] = value.clone();
        }
    }
    if let Some(has) = times(schedule["granularity"].as_str().unwrap_or_default()) {
        for (name, has) in TIMES.into_iter().zip(has) {
            let given = body[name].as_str().filter(|given| !matches!(*given, "" | "*"));
            let kept = schedule[name]
                .as_str()
                .filter(|kept| *kept != "*")
                .map(str::to_owned);
            match given.map(str::to_owned).or(kept) {
                Some(value) if has => schedule[name] = json!(value),
                None if has => return Err(name),
                Some(_) => return Err(name),
                None => schedule[name] = json!("*"),
            }
        }
        let [minute, hour, day, weekday] =
            TIMES.map(|name| schedule[name].as_str().unwrap_or_default().to_owned());
        schedule["cron"] = json!(format!("{minute} {hour} {day} * {weekday}"));
    }
    let cron = schedule["cron"].as_str().unwrap_or_default().to_owned();
    if cron.contains(" 25 ") {
        return Err("cron");
    }
    if !matches!(schedule["timeZone"].as_str(), Some("UTC" | "Europe/Berlin")) {
        return Err("timeZone");
    }
    if cron.starts_with("*/5 ") && schedule["jitterSecs"].as_u64() >= Some(300) {
        return Err("jitterSecs");
    }
    if has_counts {
        for name in ["backupRetention", "snapshotRetention"] {
            if schedule.get(name).is_none() {
                schedule[name] = json!("0");
            }
        }
        let counts = [("backup", "backupRetention"), ("snapshot", "snapshotRetention")];
        let makes = counts.into_iter().filter(|(_, count)| schedule[*count] != "0");
        schedule["makes"] = makes.map(|(kind, _)| kind).collect();
    }
    set_next_run(schedule, &cron);
    Ok(())
}

/// Sets the next run of a yearly expression.
fn set_next_run(schedule: &mut Value, cron: &str) {
    let fields: Vec<u32> = cron.split(' ').filter_map(|field| field.parse().ok()).collect();
    let now = DateTime::parse_from_rfc2822(DATE).unwrap().with_timezone(&Utc);
    let next = match fields.as_slice() {
        [minute, hour, day, month] => Utc
            .with_ymd_and_hms(now.year(), *month, *day, *hour, *minute, 0)
            .single(),
        _ => None,
    };
    if let Value::Object(members) = schedule {
        members.shift_remove("nextRunTimestamp");
        if let Some(next) = next.filter(|_| members["enabled"] == "true") {
            let next = next.to_rfc3339_opts(SecondsFormat::Micros, true);
            members.insert("nextRunTimestamp".to_owned(), json!(next));
        }
    }
}
