//! Rules for every list: order, count, names, and metadata.

use std::collections::BTreeSet;

use serde_json::Value;

use super::own_members::CLOCK_TOLERANCE;
use super::rules::{self, RuleViolation};
use super::{Requester, member};
use crate::live::call::Call;
use crate::live::completion::{shown, timestamp};
use crate::live::context::id_of;
use crate::live::recording_client::RecordedResponse;
use crate::live::resource_kind::RESTORE_LIST;

/// The lists of files, whose pages are limited.
const FILE_LISTS: [&str; 2] = ["app_backup_file_list_for_app", "app_backup_change_list_for_app"];

/// The maximum numbers of files in a response: without `limit`, and with any.
const FILES_MAX_DEFAULT: usize = 1000;
const FILES_MAX: usize = 10_000;

/// The parameters of a list request.
pub(super) struct ListRequest<'c> {
    pub(super) call: &'c Call,
    pub(super) columns: Option<Vec<&'c str>>,
    limit: Option<&'c str>,
    has_continue_token: bool,
}

impl<'c> ListRequest<'c> {
    pub(super) fn of(call: &'c Call) -> Self {
        let value = |wanted: &str| {
            let mut query = call.query.iter();
            query
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.as_str())
        };
        Self {
            call,
            columns: value("include").map(|names| names.split(',').collect()),
            limit: value("limit"),
            has_continue_token: value("continue").is_some(),
        }
    }

    /// Whether the response must contain all items.
    pub(super) fn is_whole(&self) -> bool {
        self.limit.is_none() && !self.has_continue_token
    }
}

/// The rules that a list violates. Other responses violate none.
pub(super) fn check(
    requesters: &mut Vec<Requester>,
    call: &Call,
    response: &RecordedResponse,
) -> Vec<RuleViolation> {
    if !response.body.get("items").is_some_and(Value::is_array) {
        return Vec::new();
    }
    let request = ListRequest::of(call);
    let is_of_files = FILE_LISTS.contains(&call.operation.as_str());
    let mut violations = Vec::new();
    if let Some(tag) = response.header("etag") {
        violations.push(rules::LIST_TAG.violation(format!("the list has the tag {tag}")));
    }
    if request.columns.is_none() && !is_of_files {
        violations.extend(items(call, response));
    }
    violations.extend(count(response));
    violations.extend(if is_of_files {
        limit_of_files(&request, response)
    } else {
        limit(&request, response)
    });
    violations.extend(rows(&request, response));
    violations.extend(rules::LIST_METADATA.violations(metadata(response)));
    violations.extend(requester(requesters, call, response));
    violations
}

/// Order and names of whole items.
fn items(call: &Call, response: &RecordedResponse) -> Vec<RuleViolation> {
    let mut violations = Vec::new();
    let items = response.items();
    let keys: Vec<_> = items
        .iter()
        .map(|item| (timestamp(item, "creationTimestamp"), id_of(item)))
        .collect();
    if !keys.is_sorted_by(|newer, older| newer >= older) {
        violations.push(rules::ORDER.violation("the items aren't ordered newest first".to_owned()));
    }
    if let Some(is_in_use) = named(&call.operation) {
        let names = items.iter().filter(|item| is_in_use(item));
        let names = names.filter_map(|item| item.get("name")?.as_str());
        let mut seen = BTreeSet::new();
        let repeated = names.filter(|name| !seen.insert(*name));
        violations.extend(
            rules::NAMES.violations(repeated.map(|name| format!("`{name}` is the name of two items"))),
        );
    }
    if call.operation == "cloud_list" && !items.is_empty() {
        violations.push(rules::CLOUDS.violation(format!("the list has {} clouds", items.len())));
    }
    if call.operation == RESTORE_LIST {
        let in_progress = |item: &&Value| {
            let is_in_place = item.get("target").is_none();
            is_in_place && matches!(member(item, "state").as_str(), Some("pending" | "running"))
        };
        let count = items.iter().filter(in_progress).count();
        if count > 1 {
            let what = format!("{count} restores of the app are in progress");
            violations.push(rules::RESTORES.violation(what));
        }
    }
    violations
}

/// Whether an item of a list is in use, so that no other one has its name; `None` if names needn't be unique.
fn named(operation: &str) -> Option<fn(&Value) -> bool> {
    match operation {
        "app_backup_list_for_app" | "app_snap_list_for_app" | "app_hook_list_for_app" => Some(|_| true),
        "app_list" | "account_list" => Some(|item| member(item, "state") != "unavailable"),
        "bucket_list" => Some(|item| member(item, "state") != "removed"),
        "app_schedule_list_for_app" => {
            Some(|item| member(item, "origin") == "api" || member(item, "enabled") == "true")
        }
        _ => None,
    }
}

fn count(response: &RecordedResponse) -> Option<RuleViolation> {
    let (count, items) = (response.body.pointer("/metadata/count")?, response.items().len());
    let holds = u32::try_from(items).is_ok_and(|items| count.as_f64() == Some(f64::from(items)));
    (!holds).then(|| rules::COUNT.violation(format!("`count` is {count} and there are {items} items")))
}

fn has_continue_token(response: &RecordedResponse) -> bool {
    response.body.pointer("/metadata/continue").is_some()
}

fn limit(request: &ListRequest<'_>, response: &RecordedResponse) -> Vec<RuleViolation> {
    let (items, has_next) = (response.items().len(), has_continue_token(response));
    let Some(limit) = request.limit else {
        let what = has_next.then(|| "the response has a `continue` token without `limit`".to_owned());
        return rules::LIMIT.violations(what);
    };
    // A limit that isn't a number is rejected, and a huge one has no effect.
    let most = limit.parse().unwrap_or(usize::MAX);
    let mut wrong = Vec::new();
    if items > most {
        wrong.push(format!("the response has {items} items, and `limit` is {limit}"));
    }
    if has_next && items < most {
        wrong.push(format!(
            "the response has a `continue` token after {items} items, and `limit` is {limit}"
        ));
    }
    rules::LIMIT.violations(wrong)
}

/// A page of files may have fewer items than its limit.
fn limit_of_files(request: &ListRequest<'_>, response: &RecordedResponse) -> Vec<RuleViolation> {
    let most = match request.limit {
        None => FILES_MAX_DEFAULT,
        Some(limit) => limit.parse().unwrap_or(FILES_MAX).min(FILES_MAX),
    };
    let items = response.items().len();
    let what = (items > most).then(|| format!("the response has {items} items, expected at most {most}"));
    rules::LIMIT.violations(what)
}

fn rows(request: &ListRequest<'_>, response: &RecordedResponse) -> Option<RuleViolation> {
    let mut items = response.items().iter();
    let Some(names) = &request.columns else {
        let what = "without `include` not every item is an object".to_owned();
        return (!items.all(Value::is_object)).then(|| rules::COLUMNS.violation(what));
    };
    let fits = |item: &Value| item.as_array().is_some_and(|row| row.len() == names.len());
    let what = format!("not every item is a row of {} values", names.len());
    (!items.all(fits)).then(|| rules::COLUMNS.violation(what))
}

/// The metadata of a list describes the request. Its members are optional in the references.
fn metadata(response: &RecordedResponse) -> Vec<String> {
    let metadata = member(&response.body, "metadata");
    let mut wrong = Vec::new();
    if let Some(labels) = metadata.get("labels").and_then(Value::as_array)
        && !labels.is_empty()
    {
        wrong.push(format!("the list has {} labels", labels.len()));
    }
    for (name, other) in [
        ("creationTimestamp", "modificationTimestamp"),
        ("createdBy", "modifiedBy"),
    ] {
        let (one, two) = (member(metadata, name), member(metadata, other));
        if !one.is_null() && !two.is_null() && one != two {
            wrong.push(format!(
                "`{name}` is {}, and `{other}` is {}",
                shown(one),
                shown(two)
            ));
        }
    }
    let times = response
        .items()
        .iter()
        .flat_map(|item| ["creationTimestamp", "modificationTimestamp"].map(|name| timestamp(item, name)));
    if let (Some(made), Some(newest)) = (
        timestamp(&response.body, "creationTimestamp"),
        times.flatten().max(),
    ) && made < newest - CLOCK_TOLERANCE
        // Tokens may be created by another program, with another clock.
        && response.operation != "user_list"
    {
        let (made, newest) = (made.to_rfc3339(), newest.to_rfc3339());
        wrong.push(format!(
            "`creationTimestamp` is {made}, and an item has the time {newest}"
        ));
    }
    wrong
}

/// Lists and creates with the same token name the same user.
fn requester(
    requesters: &mut Vec<Requester>,
    call: &Call,
    response: &RecordedResponse,
) -> Option<RuleViolation> {
    let user = response.text("/metadata/createdBy")?;
    let known = super::requester(requesters, call, user)?;
    let what = format!("`createdBy` is {user}, and the user of the token is {known}");
    (known != user).then(|| rules::LIST_METADATA.violation(what))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pages(query: &[(&str, &str)], items: usize) -> Vec<&'static str> {
        let mut call = crate::live::model::tests::call(FILE_LISTS[0]);
        call.query = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let items = vec![json!({"path": "/a"}); items];
        let body = json!({"items": items, "metadata": {"count": items.len(), "continue": "00"}});
        let response = RecordedResponse::for_test(FILE_LISTS[0], 200, &[], body);
        let violations = check(&mut Vec::new(), &call, &response);
        violations.iter().map(|violation| violation.rule.code).collect()
    }

    #[test]
    fn pages_of_files_are_limited() {
        assert_eq!(pages(&[], FILES_MAX_DEFAULT), [""; 0]);
        assert_eq!(pages(&[], FILES_MAX_DEFAULT + 1), ["list-limit"]);
        assert_eq!(
            pages(&[("limit", "3")], 2),
            [""; 0],
            "a page may have fewer items"
        );
        assert_eq!(pages(&[("limit", "3")], 4), ["list-limit"]);
        assert_eq!(
            pages(&[("limit", "99999999999999999999999")], FILES_MAX + 1),
            ["list-limit"]
        );
    }

    #[test]
    fn lists_are_not_older_than_their_items() {
        let found = |made: &str| {
            let item = json!({"id": "a", "metadata": {"modificationTimestamp": "2026-01-01T00:02:00Z"}});
            let body = json!({"items": [item], "metadata": {"creationTimestamp": made}});
            metadata(&RecordedResponse::for_test("app_list", 200, &[], body)).len()
        };
        assert_eq!(found("2026-01-01T00:01:00Z"), 0);
        assert_eq!(found("2026-01-01T00:00:59Z"), 1);
    }
}
