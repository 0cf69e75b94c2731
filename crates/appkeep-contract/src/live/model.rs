//! A small model of the API: which resources exist, in which state, in which account.
//!
//! It contains the resources that the suite created and deleted, and the responses of the server since then. Every
//! response of a run is compared with it: a resource is found and listed from its creation until it is deleted, and
//! nowhere afterwards; constant members never change; progress never decreases. Resources of other users may be created
//! and deleted during a run, and are only checked by rules that don't depend on their expected state.

mod any_list;
mod any_resource;
mod list;
mod own_members;
mod ownership;
mod problems;
mod rules;
mod tracked_resource;
mod transitions;

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};
use serde_json::Value;

use super::call::{Call, Credential, Server};
use super::recording_client::RecordedResponse;
use super::resource_kind::OperationKind;
pub(super) use ownership::{Collection, restore_sources, unused_id};
pub(super) use rules::{RULES, RuleViolation};
pub(super) use tracked_resource::{Lifecycle, TrackedResource};

/// The state of the model.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// The resources that the suite created, oldest first.
    pub(super) resources: Vec<TrackedResource>,
    /// Which resources the run created itself, and which it didn't.
    pub(super) ownership: ownership::Ownership,
    /// Ids of other resources that were seen.
    others: BTreeSet<(Server, String)>,
    correlations: BTreeSet<(Server, String)>,
    /// The users of the tokens, as responses name them.
    requesters: Vec<Requester>,
}

/// The user of a token.
#[derive(Debug)]
struct Requester {
    server: Server,
    credential: Credential,
    user: String,
}

/// The known user of a request's token; the given one if none is known. `None` without a valid token.
fn requester<'r>(requesters: &'r mut Vec<Requester>, call: &Call, user: &str) -> Option<&'r str> {
    use Credential::{Foreign, Operator, Own, Viewer};
    let (server, credential) = (call.server, call.credential);
    if !matches!(credential, Own | Viewer | Foreign | Operator) {
        return None;
    }
    let is_same = |known: &Requester| known.server == server && known.credential == credential;
    let at = requesters.iter().position(is_same).unwrap_or_else(|| {
        let user = user.to_owned();
        requesters.push(Requester {
            server,
            credential,
            user,
        });
        requesters.len() - 1
    });
    Some(&requesters[at].user)
}

impl Model {
    /// The suite's resources that haven't been deleted.
    pub(super) fn existing(&self) -> impl Iterator<Item = &TrackedResource> {
        self.resources
            .iter()
            .filter(|resource| resource.lifecycle == Lifecycle::Existing)
    }

    /// The resource with that id, if the suite created it.
    pub(super) fn resource(&self, server: Server, id: &str) -> Option<&TrackedResource> {
        self.resources
            .iter()
            .find(|resource| resource.server == server && resource.id == id)
    }

    /// Whether a request names an existing resource that could be restored.
    pub(super) fn would_restore(&self, call: &Call) -> bool {
        let exists = |id: &String| {
            self.resource(call.server, id).is_some() || self.others.contains(&(call.server, id.clone()))
        };
        restore_sources(call).iter().any(exists)
    }

    /// Records that a resource was created or deleted. Only one rule is checked: a create makes a new
    /// resource.
    pub(super) fn record_changes(
        &mut self,
        call: &Call,
        response: &RecordedResponse,
    ) -> Option<RuleViolation> {
        if call.method.is_some() {
            return None;
        }
        match OperationKind::of(&call.operation) {
            OperationKind::Create if (200..300).contains(&response.status) => {
                let Some(resource) = TrackedResource::from_create(call, response) else {
                    self.record_lost_response(call);
                    return None;
                };
                return self.claim(resource);
            }
            OperationKind::Delete if response.status == 204 => self.record_delete(call),
            _ => {}
        }
        None
    }

    /// Adds a resource that was created.
    pub(super) fn add(&mut self, resource: TrackedResource) {
        self.resources
            .retain(|known| known.id != resource.id || known.server != resource.server);
        self.others.remove(&(resource.server, resource.id.clone()));
        self.resources.push(resource);
    }

    /// Records that a resource was deleted.
    pub(super) fn remove(&mut self, server: Server, id: &str) {
        for resource in &mut self.resources {
            if resource.server == server && resource.id == id {
                resource.lifecycle = Lifecycle::Deleted;
            }
        }
    }

    fn record_delete(&mut self, call: &Call) {
        if let Some(id) = call.resource_id() {
            self.remove(call.server, id);
        }
    }

    /// Compares a response with all earlier ones, and updates the model.
    pub(super) fn observe(&mut self, call: &Call, response: &RecordedResponse) -> Vec<RuleViolation> {
        let mut violations = self.correlation(call.server, response);
        violations.extend(problems::check(response));
        if call.method.is_some() {
            return violations;
        }
        if matches!(response.status, 200..300) {
            violations.extend(own_members::times_in_future(response));
            violations.extend(any_resource::check(call, response));
            violations.extend(any_list::check(&mut self.requesters, call, response));
        }
        match (OperationKind::of(&call.operation), response.status) {
            (OperationKind::Create, 200..300) => violations.extend(self.created(call, response)),
            (OperationKind::Fetch, 200) => violations.extend(self.fetched(call, response)),
            (OperationKind::Fetch | OperationKind::Delete, 404) => violations.extend(self.not_found(call)),
            (OperationKind::Delete, 204) => violations.extend(self.deleted(call)),
            (OperationKind::List, 200) => violations.extend(list::check(self, call, response)),
            _ => {}
        }
        violations
    }

    /// Checks that no two problems have the same correlation id, as it identifies them in the log.
    fn correlation(&mut self, server: Server, response: &RecordedResponse) -> Vec<RuleViolation> {
        let Some(id) = response.text("/correlationID").filter(|_| response.status >= 400) else {
            return Vec::new();
        };
        if self.correlations.insert((server, id.to_owned())) {
            return Vec::new();
        }
        vec![rules::CORRELATION.violation(format!("two problems have the correlation id {id}"))]
    }

    fn created(&mut self, call: &Call, response: &RecordedResponse) -> Vec<RuleViolation> {
        let Some(resource) = TrackedResource::from_create(call, response) else {
            self.record_lost_response(call);
            return Vec::new();
        };
        let mut violations = transitions::check_created(&resource);
        if self.resource(resource.server, &resource.id).is_some() {
            violations
                .push(rules::UNIQUE.violation(format!("{} is the id of another resource", resource.id)));
        }
        if let (Some(newest), Some(created)) = (self.newest(resource.server), resource.created_at())
            && created < newest
        {
            violations.push(rules::TIMES.violation(format!(
                "its creation time is {created}, and that of an earlier resource is {newest}"
            )));
        }
        if let Some(user) = response.text("/metadata/createdBy") {
            let known = requester(&mut self.requesters, call, user);
            if let Some(known) = known.filter(|known| *known != user) {
                violations.push(rules::CREATOR.violation(format!("`createdBy` is {user}, expected {known}")));
            }
        }
        violations.extend(self.claim(resource));
        violations
    }

    fn fetched(&mut self, call: &Call, response: &RecordedResponse) -> Vec<RuleViolation> {
        let Some(expected) = call.resource_id() else {
            return Vec::new();
        };
        let id = response.text("/id").unwrap_or_default();
        if id != expected {
            let received = if id.is_empty() {
                "a resource without `id`"
            } else {
                id
            };
            return vec![rules::FOUND.violation(format!("requested {expected}, received {received}"))];
        }
        let tag = EntityTag::of(response);
        let Some(resource) = self.resource_mut(call.server, expected) else {
            self.others.insert((call.server, expected.to_owned()));
            return Vec::new();
        };
        if resource.lifecycle == Lifecycle::Deleted {
            return vec![
                rules::DELETED.violation(format!("{expected} was deleted, but can still be fetched")),
            ];
        }
        let mut violations = Vec::new();
        if !resource.is_within(call) {
            violations.push(rules::SCOPE.violation(format!("{expected} is found in another account or app")));
        }
        violations.extend(transitions::check_update(resource, &response.body, tag));
        violations
    }

    /// Checks that a missing resource is supposed to be missing.
    fn not_found(&mut self, call: &Call) -> Vec<RuleViolation> {
        let id = call.resource_id();
        let Some(resource) = id.and_then(|id| self.resource_mut(call.server, id)) else {
            return Vec::new();
        };
        if resource.lifecycle == Lifecycle::Existing && resource.is_within(call) {
            return vec![rules::FOUND.violation(format!("{} was created, but isn't found", resource.id))];
        }
        Vec::new()
    }

    fn deleted(&mut self, call: &Call) -> Vec<RuleViolation> {
        let mut violations = Vec::new();
        let id = call.resource_id();
        if let Some(resource) = id.and_then(|id| self.resource_mut(call.server, id)) {
            if resource.lifecycle == Lifecycle::Deleted {
                violations.push(rules::DELETED.violation(format!("{} was deleted twice", resource.id)));
            }
            if !resource.is_within(call) {
                violations.push(
                    rules::SCOPE
                        .violation(format!("{} was deleted from another account or app", resource.id)),
                );
            }
        } else {
            violations
                .push(rules::DELETED.violation("the deleted resource wasn't created in this run".to_owned()));
        }
        self.record_delete(call);
        violations
    }

    /// When the newest resource on a server was created.
    fn newest(&self, server: Server) -> Option<DateTime<FixedOffset>> {
        let known = self.resources.iter().filter(|known| known.server == server);
        known.filter_map(TrackedResource::created_at).max()
    }

    fn resource_mut(&mut self, server: Server, id: &str) -> Option<&mut TrackedResource> {
        self.resources
            .iter_mut()
            .find(|resource| resource.server == server && resource.id == id)
    }
}

/// An entity tag, and the representation that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntityTag {
    media_type: String,
    text: String,
    body: Value,
}

impl EntityTag {
    fn of(response: &RecordedResponse) -> Option<Self> {
        Some(Self {
            media_type: response.header("content-type").unwrap_or_default().to_owned(),
            text: response.header("etag")?.to_owned(),
            body: response.body.clone(),
        })
    }
}

/// The token for deleting resources that were created with `credential`.
pub(super) fn cleanup_credential(credential: Credential) -> Credential {
    match credential {
        Credential::Foreign => Credential::Foreign,
        _ => Credential::Own,
    }
}

/// A member of a resource; `null` if it is absent.
fn member<'v>(resource: &'v Value, name: &str) -> &'v Value {
    resource.get(name).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests;
