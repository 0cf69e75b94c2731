//! Records which resources the run created itself, and may therefore delete.
//!
//! Every delete of a run requires [`Model::may_delete`]. A resource belongs to the run if the response to one
//! of its creates contains it and nothing contradicts that: the id wasn't seen before, and the resource has
//! the requested name. If no name was requested, the resource must be younger than everything that the run
//! created before, and the list from before the run, or the state of the resource, must show that it is new.
//! A listed resource belongs to the run, too, if only this run requested its name: the response to its create
//! was lost.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::rules::{self, RuleViolation};
use super::tracked_resource::TrackedResource;
use super::{Model, cleanup_credential};
use crate::live::call::{Call, Credential, Payload, Server};
use crate::live::resource_kind::{OperationKind, ResourceKind};

/// A collection in which resources of one kind are created and listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::live) struct Collection {
    pub(in crate::live) server: Server,
    pub(in crate::live) kind: ResourceKind,
    pub(in crate::live) account: String,
    pub(in crate::live) app: String,
    /// The token that may delete in it.
    pub(in crate::live) owner: Credential,
}

impl Collection {
    pub(in crate::live) fn of(call: &Call) -> Self {
        let place = |name: &str| call.path.get(name).cloned().unwrap_or_default();
        Self {
            server: call.server,
            kind: ResourceKind::of(&call.operation),
            account: place("account_id"),
            app: place("app_id"),
            owner: cleanup_credential(call.credential),
        }
    }
}

/// A create that may have created a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::live) struct Requested {
    pub(in crate::live) collection: Collection,
    /// The requested name, if there was one.
    pub(in crate::live) name: Option<String>,
}

impl Requested {
    fn by(call: &Call) -> Option<Self> {
        let is_create = call.method.is_none() && OperationKind::of(&call.operation) == OperationKind::Create;
        let (Payload::Json(body) | Payload::Padded(_, body)) = &call.payload else {
            return None;
        };
        is_create.then(|| Self {
            collection: Collection::of(call),
            name: body.get("name").and_then(|name| name.as_str()).map(str::to_owned),
        })
    }
}

/// Which resources the run created itself.
#[derive(Debug, Default)]
pub(in crate::live) struct Ownership {
    /// Ids that existed before the first check.
    pub(in crate::live) before: BTreeSet<(Server, String)>,
    /// Collections for which `before` is known to be complete.
    pub(in crate::live) listed: Vec<Collection>,
    /// All creates that were sent.
    pub(in crate::live) requested: Vec<Requested>,
    /// Creates whose response was lost, or didn't contain the new resource.
    pub(in crate::live) lost: Vec<Requested>,
    /// Resources in responses to creates that may belong to another user, with the reason. They aren't
    /// deleted.
    pub(in crate::live) unclaimed: Vec<(ResourceKind, String, String)>,
}

/// Reasons why the resource in the response to a create may belong to another user.
enum NotOwned {
    /// It existed before.
    Existing(String),
    /// There is no proof that the run created it.
    Unproven(String),
}

impl Model {
    /// Records a create that is about to be sent.
    pub(in crate::live) fn record_request(&mut self, call: &Call) {
        if let Some(requested) = Requested::by(call)
            && !self.ownership.requested.contains(&requested)
        {
            self.ownership.requested.push(requested);
        }
    }

    /// Records that the response to a create was lost.
    pub(in crate::live) fn record_lost_response(&mut self, call: &Call) {
        self.ownership.lost.extend(Requested::by(call));
    }

    /// Records an id that existed before the first check.
    pub(in crate::live) fn record_existing(&mut self, server: Server, id: &str) {
        self.ownership.before.insert((server, id.to_owned()));
        self.others.insert((server, id.to_owned()));
    }

    /// Adds the resource in the response to a create, if it is the run's own.
    pub(in crate::live) fn claim(&mut self, resource: TrackedResource) -> Option<RuleViolation> {
        match self.why_not_owned(&resource) {
            None => {
                self.add(resource);
                None
            }
            Some(reason) => {
                self.others.insert((resource.server, resource.id.clone()));
                match reason {
                    NotOwned::Existing(what) => Some(rules::NEW.violation(what)),
                    NotOwned::Unproven(why) => {
                        self.ownership.unclaimed.push((resource.kind, resource.id, why));
                        None
                    }
                }
            }
        }
    }

    fn why_not_owned(&self, resource: &TrackedResource) -> Option<NotOwned> {
        let id = &resource.id;
        if self.resource(resource.server, id).is_some() {
            return None;
        }
        if self.others.contains(&(resource.server, id.clone())) {
            return Some(NotOwned::Existing(format!("{id} existed before it was created")));
        }
        if let Some(name) = resource.sent.get("name").and_then(|name| name.as_str()) {
            let received = resource.name();
            return (received != name).then(|| {
                NotOwned::Unproven(format!(
                    "its name is `{received}` and this run requested `{name}`, so it may belong to another user"
                ))
            });
        }
        // Without a requested name, something else has to show that the resource is new.
        let is_younger = self.newest(resource.server) <= resource.created_at();
        let is_listed = self.ownership.listed.iter().any(|known| resource.is_in(known));
        let is_new = is_younger && (is_listed || resource.is_in_progress());
        (!is_new).then(|| NotOwned::Unproven("nothing shows that this run created it".to_owned()))
    }

    /// Adds a listed resource with a name that only this run requested.
    pub(in crate::live) fn adopt(
        &mut self,
        collection: &Collection,
        item: &serde_json::Value,
    ) -> Option<TrackedResource> {
        let id = crate::live::context::id_of(item);
        let requested = Requested {
            collection: collection.clone(),
            name: Some(item.get("name")?.as_str()?.to_owned()),
        };
        let key = (collection.server, id.clone());
        let is_own = self.ownership.requested.contains(&requested)
            && !self.ownership.before.contains(&key)
            && self.resource(collection.server, &id).is_none();
        if !is_own || id.is_empty() {
            return None;
        }
        let place = (collection.account.clone(), collection.app.clone());
        let resource = TrackedResource {
            server: collection.server,
            owner: collection.owner,
            ..TrackedResource::observed(collection.kind, place, serde_json::Value::Null, item.clone())
        };
        self.add(resource.clone());
        Some(resource)
    }

    /// Whether a request that may delete something may be sent: only if it names a resource that this run
    /// created, or an id that can't exist.
    pub(in crate::live) fn may_delete(&self, call: &Call, run_id: Uuid) -> bool {
        if let Some(method) = &call.method {
            // A server may do anything with an undocumented method, so the request must not have a token.
            return !matches!(method.as_str(), "DELETE" | "POST" | "PUT")
                || call.credential == Credential::None;
        }
        if OperationKind::of(&call.operation) != OperationKind::Delete {
            return true;
        }
        let Some(id) = call.resource_id() else {
            return false;
        };
        // A lenient server may accept another notation of the same id.
        let Ok(uuid) = Uuid::parse_str(id.trim()) else {
            return true;
        };
        let canonical = uuid.to_string();
        if self.resource(call.server, &canonical).is_some() {
            return true;
        }
        let is_others = self.others.contains(&(call.server, canonical.clone()));
        !is_others && (canonical != id || is_unused_id(uuid, run_id))
    }

    /// Whether a restore names an existing resource that this run didn't create.
    pub(in crate::live) fn would_restore_others(&self, call: &Call) -> bool {
        let is_others = |id: &str| {
            self.resource(call.server, id).is_none() && self.others.contains(&(call.server, id.to_owned()))
        };
        restore_sources(call).iter().any(|id| is_others(id))
    }
}

/// The ids of the sources of a restore.
pub(in crate::live) fn restore_sources(call: &Call) -> Vec<String> {
    let Payload::Json(body) = &call.payload else {
        return Vec::new();
    };
    if OperationKind::of(&call.operation) != OperationKind::Restore {
        return Vec::new();
    }
    let named = ["backupID", "snapshotID"]
        .iter()
        .filter_map(|name| body[*name].as_str());
    named.map(str::to_owned).collect()
}

/// An unused id: the same for the same run, purpose and version.
pub(in crate::live) fn unused_id(run_id: Uuid, of: &str, version: u8) -> Uuid {
    let mut bytes = Uuid::new_v5(&run_id, of.as_bytes()).into_bytes();
    bytes[6] = (bytes[6] & 0x0f) | (version << 4);
    bytes[10..].copy_from_slice(&unused_id_suffix(run_id));
    Uuid::from_bytes(bytes)
}

/// Whether an id has the suffix of the unused ids of this run.
fn is_unused_id(id: Uuid, run_id: Uuid) -> bool {
    id.into_bytes()[10..] == unused_id_suffix(run_id)
}

/// The suffix of all unused ids of a run.
fn unused_id_suffix(run_id: Uuid) -> [u8; 6] {
    let mut suffix = [0; 6];
    suffix.copy_from_slice(&Uuid::new_v5(&run_id, b"made up").into_bytes()[10..]);
    suffix
}
