//! What the run created itself, and may therefore delete.
//!
//! Every delete of a run asks [`Model::may_delete`] first. Something belongs to the run when the response to one of its
//! creates says so and nothing contradicts it: the id wasn't seen before, and it has the name that was requested. Where no
//! name was requested it must be younger than what the run created before, and the list from before the run, or its state,
//! must show that it is new. What the list shows under a name that only this run requested is its own, too: the response
//! to its create got lost.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::rules::{self, Wrong};
use super::thing::Thing;
use super::{Model, owner_of};
use crate::live::call::{Call, Credential, Payload, Server};
use crate::live::kind::{Deed, Kind};

/// Where resources of one kind are created and listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::live) struct Collection {
    pub(in crate::live) server: Server,
    pub(in crate::live) kind: Kind,
    pub(in crate::live) account: String,
    pub(in crate::live) app: String,
    /// The token that may delete there.
    pub(in crate::live) owner: Credential,
}

impl Collection {
    pub(in crate::live) fn of(call: &Call) -> Self {
        let place = |name: &str| call.path.get(name).cloned().unwrap_or_default();
        Self {
            server: call.server,
            kind: Kind::of(&call.operation),
            account: place("account_id"),
            app: place("app_id"),
            owner: owner_of(call.credential),
        }
    }
}

/// A create that may have made something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::live) struct Requested {
    pub(in crate::live) collection: Collection,
    /// The name that was requested, if one was.
    pub(in crate::live) name: Option<String>,
}

impl Requested {
    fn by(call: &Call) -> Option<Self> {
        let is_create = call.method.is_none() && Deed::of(&call.operation) == Deed::Create;
        let (Payload::Json(body) | Payload::Padded(_, body)) = &call.payload else {
            return None;
        };
        is_create.then(|| Self {
            collection: Collection::of(call),
            name: body.get("name").and_then(|name| name.as_str()).map(str::to_owned),
        })
    }
}

/// What is known about who created what.
#[derive(Debug, Default)]
pub(in crate::live) struct Ownership {
    /// Ids that existed before the first check.
    pub(in crate::live) before: BTreeSet<(Server, String)>,
    /// Collections of which `before` is known to be complete.
    pub(in crate::live) listed: Vec<Collection>,
    /// Every create that was sent.
    pub(in crate::live) requested: Vec<Requested>,
    /// Creates whose response didn't arrive, or didn't say what was created.
    pub(in crate::live) lost: Vec<Requested>,
    /// Resources in responses to creates that may be somebody else's, with the reason. They aren't deleted.
    pub(in crate::live) unclaimed: Vec<(Kind, String, String)>,
}

/// Why the resource in the response to a create may not be the run's own.
enum Doubt {
    /// It existed before.
    Existing(String),
    /// Nothing shows that the run created it.
    Unproven(String),
}

impl Model {
    /// Remembers a create that is about to be sent.
    pub(in crate::live) fn request(&mut self, call: &Call) {
        if let Some(requested) = Requested::by(call)
            && !self.ownership.requested.contains(&requested)
        {
            self.ownership.requested.push(requested);
        }
    }

    /// Remembers that the response to a create got lost.
    pub(in crate::live) fn lose(&mut self, call: &Call) {
        self.ownership.lost.extend(Requested::by(call));
    }

    /// Remembers an id that existed before the first check.
    pub(in crate::live) fn existed(&mut self, server: Server, id: &str) {
        self.ownership.before.insert((server, id.to_owned()));
        self.others.insert((server, id.to_owned()));
    }

    /// Takes up what the response to a create shows, if it is the run's own.
    pub(in crate::live) fn claim(&mut self, thing: Thing) -> Option<Wrong> {
        match self.doubt(&thing) {
            None => {
                self.add(thing);
                None
            }
            Some(doubt) => {
                self.others.insert((thing.server, thing.id.clone()));
                match doubt {
                    Doubt::Existing(what) => Some(rules::NEW.broken(what)),
                    Doubt::Unproven(why) => {
                        self.ownership.unclaimed.push((thing.kind, thing.id, why));
                        None
                    }
                }
            }
        }
    }

    fn doubt(&self, thing: &Thing) -> Option<Doubt> {
        let id = &thing.id;
        if self.thing(thing.server, id).is_some() {
            return None;
        }
        if self.others.contains(&(thing.server, id.clone())) {
            return Some(Doubt::Existing(format!("{id} existed before it was created")));
        }
        if let Some(name) = thing.sent.get("name").and_then(|name| name.as_str()) {
            let got = thing.name();
            return (got != name).then(|| {
                Doubt::Unproven(format!(
                    "its name is `{got}` and this run requested `{name}`, so it may be somebody else's"
                ))
            });
        }
        // No name shows that it is the run's own, so it has to be new in another way.
        let own = self.things.iter().filter(|own| own.server == thing.server);
        let newest = own.filter_map(Thing::created_at).max();
        let is_younger = newest <= thing.created_at();
        let is_listed = self.ownership.listed.iter().any(|known| thing.is_in(known));
        let is_new = is_younger && (is_listed || thing.is_in_progress());
        (!is_new).then(|| Doubt::Unproven("nothing shows that this run created it".to_owned()))
    }

    /// Takes up what a list shows under a name that only this run requested.
    pub(in crate::live) fn adopt(
        &mut self,
        collection: &Collection,
        item: &serde_json::Value,
    ) -> Option<Thing> {
        let id = crate::live::stage::id_of(item);
        let requested = Requested {
            collection: collection.clone(),
            name: Some(item.get("name")?.as_str()?.to_owned()),
        };
        let key = (collection.server, id.clone());
        let is_own = self.ownership.requested.contains(&requested)
            && !self.ownership.before.contains(&key)
            && self.thing(collection.server, &id).is_none();
        if !is_own || id.is_empty() {
            return None;
        }
        let place = (collection.account.clone(), collection.app.clone());
        let thing = Thing {
            server: collection.server,
            owner: collection.owner,
            ..Thing::told(collection.kind, place, serde_json::Value::Null, item.clone())
        };
        self.add(thing.clone());
        Some(thing)
    }

    /// Whether a request may be sent that deletes something if there is something: it names what this run created, or
    /// what can't exist.
    pub(in crate::live) fn may_delete(&self, call: &Call, run_id: Uuid) -> bool {
        if let Some(method) = &call.method {
            // A server may do anything with a method that isn't documented, so it gets no token.
            return !matches!(method.as_str(), "DELETE" | "POST" | "PUT")
                || call.credential == Credential::None;
        }
        if Deed::of(&call.operation) != Deed::Delete {
            return true;
        }
        let Some(id) = call.path.get(Kind::of(&call.operation).parameter()) else {
            return false;
        };
        // A lenient server may take another notation for the same id.
        let Ok(uuid) = Uuid::parse_str(id.trim()) else {
            return true;
        };
        let canonical = uuid.to_string();
        if self.thing(call.server, &canonical).is_some() {
            return true;
        }
        let is_others = self.others.contains(&(call.server, canonical.clone()));
        !is_others && (canonical != *id || is_made_up(uuid, run_id))
    }

    /// Whether a restore names something that exists and that this run didn't create.
    pub(in crate::live) fn would_restore_others(&self, call: &Call) -> bool {
        let is_others = |id: &str| {
            self.thing(call.server, id).is_none() && self.others.contains(&(call.server, id.to_owned()))
        };
        restore_sources(call).iter().any(|id| is_others(id))
    }
}

/// The ids of what a restore names as its source.
pub(in crate::live) fn restore_sources(call: &Call) -> Vec<String> {
    let Payload::Json(body) = &call.payload else {
        return Vec::new();
    };
    if Deed::of(&call.operation) != Deed::Restore {
        return Vec::new();
    }
    let named = ["backupID", "snapshotID"]
        .iter()
        .filter_map(|name| body[*name].as_str());
    named.map(str::to_owned).collect()
}

/// An id that nothing has: the same for the same run, kind of use and version.
pub(in crate::live) fn made_up(run_id: Uuid, of: &str, version: u8) -> Uuid {
    let mut bytes = Uuid::new_v5(&run_id, of.as_bytes()).into_bytes();
    bytes[6] = (bytes[6] & 0x0f) | (version << 4);
    bytes[10..].copy_from_slice(&mark(run_id));
    Uuid::from_bytes(bytes)
}

/// Whether an id has the mark of those that this run makes up.
fn is_made_up(id: Uuid, run_id: Uuid) -> bool {
    id.into_bytes()[10..] == mark(run_id)
}

/// What every id ends in that a run makes up.
fn mark(run_id: Uuid) -> [u8; 6] {
    let mut mark = [0; 6];
    mark.copy_from_slice(&Uuid::new_v5(&run_id, b"made up").into_bytes()[10..]);
    mark
}
