//! Compares a list with its expected content.

use std::collections::BTreeMap;

use serde_json::Value;

use super::rules::{self, RuleViolation};
use super::tracked_resource::{Lifecycle, TrackedResource};
use super::{Model, member, transitions};
use crate::live::call::Call;
use crate::live::completion::timestamp;
use crate::live::context::id_of;
use crate::live::lifecycle::difference;
use crate::live::recording_client::RecordedResponse;
use crate::live::resource_kind::ResourceKind;

/// The parameters of a list request.
struct ListRequest<'c> {
    call: &'c Call,
    kind: ResourceKind,
    columns: Option<Vec<&'c str>>,
    limit: Option<&'c str>,
    has_continue_token: bool,
}

impl<'c> ListRequest<'c> {
    fn of(call: &'c Call) -> Self {
        let value = |wanted: &str| {
            let mut query = call.query.iter();
            query
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.as_str())
        };
        Self {
            call,
            kind: ResourceKind::of(&call.operation),
            columns: value("include").map(|names| names.split(',').collect()),
            limit: value("limit"),
            has_continue_token: value("continue").is_some(),
        }
    }

    /// Whether the response must contain all items.
    fn reject_too_large(&self) -> bool {
        self.limit.is_none() && !self.has_continue_token
    }

    fn holds(&self, resource: &TrackedResource) -> bool {
        resource.kind == self.kind && resource.is_within(self.call)
    }
}

/// All rules that a list violates.
pub(super) fn check(model: &mut Model, call: &Call, response: &RecordedResponse) -> Vec<RuleViolation> {
    let request = ListRequest::of(call);
    let mut violations = check_metadata(&request, response);
    let ids: Vec<Option<String>> = match &request.columns {
        None => response.items().iter().map(|item| Some(id_of(item))).collect(),
        Some(names) => {
            let at = names.iter().position(|name| *name == "id");
            let id = |row: &Value| row.get(at?)?.as_str().map(str::to_owned);
            response.items().iter().map(id).collect()
        }
    };
    for (item, id) in response.items().iter().zip(&ids) {
        let Some(id) = id else { continue };
        let Some(resource) = model.resource_mut(call.server, id) else {
            model.others.insert((call.server, id.clone()));
            continue;
        };
        if resource.lifecycle == Lifecycle::Deleted {
            violations.push(rules::DELETED.violation(format!("{id} was deleted, but is still listed")));
        } else if request.holds(resource) {
            violations.extend(match &request.columns {
                None => check_item(resource, item),
                Some(names) => check_row(resource, names, item),
            });
        } else {
            violations.push(rules::SCOPE.violation(format!(
                "the list contains {id}, which belongs to another account, app or kind"
            )));
        }
    }
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for id in ids.iter().flatten() {
        *times.entry(id).or_default() += 1;
    }
    for (id, times) in &times {
        if *times > 1 {
            violations.push(rules::LISTED.violation(format!("{id} is in the list {times} times")));
        }
    }
    let names_ids = request.columns.as_ref().is_none_or(|names| names.contains(&"id"));
    if request.reject_too_large() && names_ids {
        let missing = model.existing().filter(|resource| request.holds(resource));
        let missing = missing.filter(|resource| !times.contains_key(resource.id.as_str()));
        violations.extend(missing.map(|resource| {
            rules::LISTED.violation(format!("{} was created, but isn't in the list", resource.id))
        }));
    }
    violations
}

/// Checks the order, the count and the presence of a next page.
fn check_metadata(request: &ListRequest<'_>, response: &RecordedResponse) -> Vec<RuleViolation> {
    let mut violations = Vec::new();
    let items = response.items();
    if request.columns.is_none() {
        let keys: Vec<_> = items
            .iter()
            .map(|item| (timestamp(item, "creationTimestamp"), id_of(item)))
            .collect();
        if !keys.is_sorted_by(|newer, older| newer >= older) {
            violations.push(rules::ORDER.violation("the items aren't ordered newest first".to_owned()));
        }
    }
    if let Some(count) = response.body.pointer("/metadata/count") {
        let holds = u32::try_from(items.len()).is_ok_and(|items| count.as_f64() == Some(f64::from(items)));
        if !holds {
            let what = format!("`count` is {count} and there are {} items", items.len());
            violations.push(rules::COUNT.violation(what));
        }
    }
    let has_continue_token = response.body.pointer("/metadata/continue").is_some();
    match request.limit {
        None if has_continue_token => {
            violations.push(
                rules::LIMIT.violation("the response has a `continue` token without `limit`".to_owned()),
            );
        }
        Some(limit) => {
            // A limit that isn't a number is rejected, and a huge one has no effect.
            let most = limit.parse().unwrap_or(usize::MAX);
            if items.len() > most {
                violations.push(rules::LIMIT.violation(format!(
                    "the response has {} items, and `limit` is {limit}",
                    items.len()
                )));
            }
            if has_continue_token && items.len() < most {
                violations.push(rules::LIMIT.violation(format!(
                    "the response has a `continue` token after {} items, and `limit` is {limit}",
                    items.len()
                )));
            }
        }
        None => {}
    }
    if let Some(names) = &request.columns {
        let fits = |item: &Value| item.as_array().is_some_and(|row| row.len() == names.len());
        if !items.iter().all(fits) {
            let what = format!("not every item is a row of {} values", names.len());
            violations.push(rules::COLUMNS.violation(what));
        }
    } else if !items.iter().all(Value::is_object) {
        violations.push(rules::COLUMNS.violation("without `include` not every item is an object".to_owned()));
    }
    violations
}

/// Checks a resource in a list.
fn check_item(resource: &mut TrackedResource, item: &Value) -> Vec<RuleViolation> {
    let modified = |value: &Value| timestamp(value, "modificationTimestamp");
    if modified(&resource.last) == modified(item) && resource.last != *item {
        let what = difference("the previous response", &resource.last, "the list", item);
        return vec![rules::SAME.violation(what)];
    }
    transitions::check_update(resource, item, None)
}

/// Checks a resource in a row; while it is in progress, members that may change are ignored.
fn check_row(resource: &TrackedResource, names: &[&str], row: &Value) -> Vec<RuleViolation> {
    let is_changing = resource.is_in_progress();
    let constant = ["type", "version", "id", "name", "bucketID"];
    let violations = names.iter().enumerate().filter_map(|(index, name)| {
        let (expected, received) = (member(&resource.last, name), row.get(index)?);
        let is_compared = !is_changing || constant.contains(name);
        (is_compared && expected != received)
            .then(|| format!("`{name}` is {expected}, and {received} in its column"))
    });
    violations.map(|what| rules::COLUMNS.violation(what)).collect()
}
