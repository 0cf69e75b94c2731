//! Compares a list with its expected content.

use std::collections::BTreeMap;

use serde_json::Value;

use super::any_list::ListRequest;
use super::rules::{self, RuleViolation};
use super::tracked_resource::{Lifecycle, TrackedResource};
use super::{Model, member, transitions};
use crate::live::call::Call;
use crate::live::completion::timestamp;
use crate::live::context::id_of;
use crate::live::lifecycle::difference;
use crate::live::recording_client::RecordedResponse;
use crate::live::resource_kind::ResourceKind;

/// All rules that a list of backups or snapshots violates.
pub(super) fn check(model: &mut Model, call: &Call, response: &RecordedResponse) -> Vec<RuleViolation> {
    let request = ListRequest::of(call);
    let mut violations = Vec::new();
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
        } else if holds(&request, resource) {
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
    if request.is_whole() && names_ids {
        let missing = model.existing().filter(|resource| holds(&request, resource));
        let missing = missing.filter(|resource| !times.contains_key(resource.id.as_str()));
        violations.extend(missing.map(|resource| {
            rules::LISTED.violation(format!("{} was created, but isn't in the list", resource.id))
        }));
    }
    violations
}

/// Whether the list is supposed to contain a resource.
fn holds(request: &ListRequest<'_>, resource: &TrackedResource) -> bool {
    resource.kind == ResourceKind::of(&request.call.operation) && resource.is_within(request.call)
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
