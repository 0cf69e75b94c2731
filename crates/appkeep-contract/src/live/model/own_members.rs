//! Checks members of resources that only the server sets.

use chrono::{DateTime, FixedOffset, TimeDelta};
use serde_json::Value;

use super::member;
use super::rules::{self, RuleViolation};
use super::tracked_resource::TrackedResource;
use crate::live::completion::timestamp;
use crate::live::recording_client::RecordedResponse;

/// Members of the metadata that requests may contain, and that the server ignores.
const IGNORED: [&str; 4] = [
    "creationTimestamp",
    "modificationTimestamp",
    "createdBy",
    "modifiedBy",
];

/// Tolerated difference between a timestamp and the response's `Date`: servers that share a database may use its clock.
pub(super) const CLOCK_TOLERANCE: TimeDelta = TimeDelta::seconds(60);

/// Checks the current representation of a resource that the suite created.
pub(super) fn check(resource: &TrackedResource, now: &Value) -> Vec<RuleViolation> {
    let mut violations = Vec::new();
    if let Some(schedule) = now.get("scheduleID").filter(|schedule| !schedule.is_null()) {
        let what = format!("a client created it, and `scheduleID` is {schedule}");
        violations.push(rules::SCHEDULE.violation(what));
    }
    let state = member(now, "state").as_str().unwrap_or_default();
    let is_incomplete = matches!(state, "pending" | "discovering" | "running" | "failed");
    if let Some(asset) = now.get("snapshotAppAsset").filter(|_| is_incomplete) {
        let what = format!("the snapshot is `{state}`, and `snapshotAppAsset` is {asset}");
        violations.push(rules::ASSET.violation(what));
    }
    violations.extend(modified_by(now));
    let (sent, received) = (member(&resource.sent, "metadata"), member(now, "metadata"));
    let taken = IGNORED
        .iter()
        .filter(|name| sent.get(name).is_some() && sent.get(name) == received.get(name));
    violations.extend(rules::IGNORED.violations(taken.map(|name| {
        let value = member(sent, name);
        format!("`metadata.{name}` is {value}, as in the request")
    })));
    violations
}

/// Whether the resource names the user that last changed it exactly if it was changed.
fn modified_by(now: &Value) -> Option<RuleViolation> {
    let times = ["creationTimestamp", "modificationTimestamp"].map(|name| timestamp(now, name));
    let [Some(created), Some(modified)] = times else {
        return None;
    };
    let found = now.pointer("/metadata/modifiedBy");
    let what = match found {
        None if modified > created => {
            format!("it was created at {created} and changed at {modified}, without `modifiedBy`")
        }
        Some(by) if modified == created => format!("it never changed, and `modifiedBy` is {by}"),
        _ => return None,
    };
    Some(rules::MODIFIED_BY.violation(what))
}

/// Checks that no resource in a response was created or changed after the response.
pub(super) fn times_in_future(response: &RecordedResponse) -> Vec<RuleViolation> {
    let Some(date) = response
        .header("date")
        .and_then(|date| DateTime::parse_from_rfc2822(date).ok())
    else {
        return Vec::new();
    };
    let items = response.items().iter();
    let resources = std::iter::once(&response.body).chain(items);
    let times = resources.flat_map(|resource| {
        ["creationTimestamp", "modificationTimestamp"].map(|name| (name, timestamp(resource, name)))
    });
    let is_future = |time: &DateTime<FixedOffset>| *time > date + CLOCK_TOLERANCE;
    let future = times.filter_map(|(name, time)| Some((name, time.filter(is_future)?)));
    rules::FUTURE.violations(future.map(|(name, time)| {
        format!(
            "`{name}` is {}, and the response was sent at {}",
            time.to_rfc3339(),
            date.to_rfc3339()
        )
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::live::resource_kind::ResourceKind;

    fn codes(sent: Value, now: &Value) -> Vec<&'static str> {
        let place = ("a".to_owned(), "b".to_owned());
        let resource = TrackedResource::observed(ResourceKind::Snapshot, place, sent, now.clone());
        let violations = check(&resource, now);
        violations.iter().map(|violation| violation.rule.code).collect()
    }

    #[test]
    fn resources_of_clients_have_no_schedule() {
        assert_eq!(
            codes(json!({}), &json!({"scheduleID": "x"})),
            ["schedule-of-client"]
        );
        assert_eq!(codes(json!({}), &json!({"name": "x"})), [""; 0]);
    }

    #[test]
    fn only_snapshots_with_data_have_an_asset() {
        for (state, expected) in [("running", 1), ("failed", 1), ("completed", 0), ("removed", 0)] {
            let now = json!({"state": state, "snapshotAppAsset": "x"});
            assert_eq!(codes(json!({}), &now).len(), expected, "{state}");
        }
    }

    #[test]
    fn metadata_of_the_server_is_not_taken_from_requests() {
        let sent = json!({"metadata": {"labels": [], "createdBy": "x", "modifiedBy": "y"}});
        let own = json!({"metadata": {"labels": [], "createdBy": "z"}});
        assert_eq!(codes(sent.clone(), &own), [""; 0]);
        assert_eq!(codes(sent.clone(), &sent), ["metadata-of-server"; 2]);
    }

    #[test]
    fn times_are_compared_with_the_date_of_the_response() {
        let found = |date: &str, name: &str| {
            let resource = json!({"metadata": {name: "2026-01-01T00:02:00Z"}});
            let body = json!({"items": [resource]});
            let response = RecordedResponse::for_test("app_backup_list_all", 200, &[("Date", date)], body);
            times_in_future(&response).len()
        };
        assert_eq!(found("Thu, 01 Jan 2026 00:00:59 GMT", "creationTimestamp"), 1);
        assert_eq!(found("Thu, 01 Jan 2026 00:00:59 GMT", "modificationTimestamp"), 1);
        assert_eq!(found("Thu, 01 Jan 2026 00:01:00 GMT", "creationTimestamp"), 0);
        assert_eq!(found("", "creationTimestamp"), 0, "`Date` is optional");
    }
}
