//! A small model of the API: which resources exist, in which state, in which account.
//!
//! It knows the resources that the suite created and deleted, and the responses of the server since then.
//! Every response of a run is compared with it: a resource is found and listed from its creation until it is
//! deleted, and nowhere afterwards; constant members never change; progress never decreases. Resources of
//! other users may come and go during a run, and are only checked by rules that don't require knowledge about
//! them.

mod listed;
mod look;
mod ownership;
mod rules;
mod thing;

use std::collections::BTreeSet;

use serde_json::Value;

use super::call::{Call, Credential, Server};
use super::resource_kind::{OperationKind, ResourceKind};
use super::wire::Answer;
pub(super) use ownership::{Collection, made_up, restore_sources};
pub(super) use rules::{RULES, Wrong};
pub(super) use thing::{Fate, Thing};

/// The state of the model.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// The resources that the suite created, oldest first.
    pub(super) things: Vec<Thing>,
    /// Which resources the run created itself, and which it didn't.
    pub(super) ownership: ownership::Ownership,
    /// Ids of other resources that were seen.
    others: BTreeSet<(Server, String)>,
    correlations: BTreeSet<(Server, String)>,
}

impl Model {
    /// The suite's resources that haven't been deleted.
    pub(super) fn alive(&self) -> impl Iterator<Item = &Thing> {
        self.things.iter().filter(|thing| thing.fate == Fate::Alive)
    }

    /// The resource with that id, if the suite created it.
    pub(super) fn thing(&self, server: Server, id: &str) -> Option<&Thing> {
        self.things
            .iter()
            .find(|thing| thing.server == server && thing.id == id)
    }

    /// Whether a request names an existing resource that could be restored.
    pub(super) fn would_restore(&self, call: &Call) -> bool {
        let exists = |id: &String| {
            self.thing(call.server, id).is_some() || self.others.contains(&(call.server, id.clone()))
        };
        restore_sources(call).iter().any(exists)
    }

    /// Records that a resource was created or deleted. Only one rule is checked: a create makes a new
    /// resource.
    pub(super) fn keep_account(&mut self, call: &Call, answer: &Answer) -> Option<Wrong> {
        if call.method.is_some() {
            return None;
        }
        match OperationKind::of(&call.operation) {
            OperationKind::Create if (200..300).contains(&answer.status) => {
                let Some(thing) = Thing::made(call, answer) else {
                    self.lose(call);
                    return None;
                };
                return self.claim(thing);
            }
            OperationKind::Delete if answer.status == 204 => self.forget(call),
            _ => {}
        }
        None
    }

    /// Adds a resource that was created.
    pub(super) fn add(&mut self, thing: Thing) {
        self.things
            .retain(|known| known.id != thing.id || known.server != thing.server);
        self.others.remove(&(thing.server, thing.id.clone()));
        self.things.push(thing);
    }

    /// Records that a resource was deleted.
    pub(super) fn remove(&mut self, server: Server, id: &str) {
        for thing in &mut self.things {
            if thing.server == server && thing.id == id {
                thing.fate = Fate::Gone;
            }
        }
    }

    fn forget(&mut self, call: &Call) {
        if let Some(id) = call.path.get(ResourceKind::of(&call.operation).parameter()) {
            self.remove(call.server, &id.clone());
        }
    }

    /// Compares a response with all earlier ones, and updates the model.
    pub(super) fn observe(&mut self, call: &Call, answer: &Answer) -> Vec<Wrong> {
        let mut wrong = self.correlation(call.server, answer);
        if call.method.is_some() {
            return wrong;
        }
        match (OperationKind::of(&call.operation), answer.status) {
            (OperationKind::Create, 200..300) => wrong.extend(self.created(call, answer)),
            (OperationKind::Fetch, 200) => wrong.extend(self.fetched(call, answer)),
            (OperationKind::Fetch | OperationKind::Delete, 404) => wrong.extend(self.missed(call)),
            (OperationKind::Delete, 204) => wrong.extend(self.deleted(call)),
            (OperationKind::List, 200) => wrong.extend(listed::judge(self, call, answer)),
            _ => {}
        }
        wrong
    }

    /// Checks that no two problems have the same correlation id, as it identifies them in the log.
    fn correlation(&mut self, server: Server, answer: &Answer) -> Vec<Wrong> {
        let Some(id) = answer.text("/correlationID").filter(|_| answer.status >= 400) else {
            return Vec::new();
        };
        if self.correlations.insert((server, id.to_owned())) {
            return Vec::new();
        }
        vec![rules::CORRELATION.broken(format!("two problems have the correlation id {id}"))]
    }

    fn created(&mut self, call: &Call, answer: &Answer) -> Vec<Wrong> {
        let Some(thing) = Thing::made(call, answer) else {
            self.lose(call);
            return Vec::new();
        };
        let mut wrong = look::at_birth(&thing);
        if self.thing(thing.server, &thing.id).is_some() {
            wrong.push(rules::UNIQUE.broken(format!("{} is the id of another resource", thing.id)));
        }
        let older = self.things.iter().filter(|known| known.server == thing.server);
        let newest = older.filter_map(Thing::created_at).max();
        if let (Some(newest), Some(created)) = (newest, thing.created_at())
            && created < newest
        {
            wrong.push(rules::TIMES.broken(format!(
                "its creation time is {created}, and that of an earlier resource is {newest}"
            )));
        }
        wrong.extend(self.claim(thing));
        wrong
    }

    fn fetched(&mut self, call: &Call, answer: &Answer) -> Vec<Wrong> {
        let Some(wanted) = call
            .path
            .get(ResourceKind::of(&call.operation).parameter())
            .cloned()
        else {
            return Vec::new();
        };
        let id = answer.text("/id").unwrap_or_default();
        if id != wanted {
            return vec![rules::FOUND.broken(format!("requested {wanted}, received {id}"))];
        }
        let tag = Tag::of(answer);
        let Some(thing) = self.known(call.server, &wanted) else {
            self.others.insert((call.server, wanted));
            return Vec::new();
        };
        if thing.fate == Fate::Gone {
            return vec![rules::GONE.broken(format!("{wanted} was deleted and is still fetched"))];
        }
        let mut wrong = Vec::new();
        if !thing.is_within(call) {
            wrong.push(rules::ELSEWHERE.broken(format!("{wanted} is found in another account or app")));
        }
        wrong.extend(look::at(thing, &answer.body, tag));
        wrong
    }

    /// Checks that a missing resource is supposed to be missing.
    fn missed(&mut self, call: &Call) -> Vec<Wrong> {
        let id = call
            .path
            .get(ResourceKind::of(&call.operation).parameter())
            .cloned();
        let Some(thing) = id.and_then(|id| self.known(call.server, &id)) else {
            return Vec::new();
        };
        if thing.fate == Fate::Alive && thing.is_within(call) {
            return vec![rules::FOUND.broken(format!("{} was created and isn't found", thing.id))];
        }
        Vec::new()
    }

    fn deleted(&mut self, call: &Call) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let id = call
            .path
            .get(ResourceKind::of(&call.operation).parameter())
            .cloned();
        if let Some(thing) = id.and_then(|id| self.known(call.server, &id)) {
            if thing.fate == Fate::Gone {
                wrong.push(rules::GONE.broken(format!("{} was deleted twice", thing.id)));
            }
            if !thing.is_within(call) {
                wrong.push(
                    rules::ELSEWHERE.broken(format!("{} was deleted from another account or app", thing.id)),
                );
            }
        } else {
            wrong.push(rules::GONE.broken("the deleted resource wasn't created in this run".to_owned()));
        }
        self.forget(call);
        wrong
    }

    fn known(&mut self, server: Server, id: &str) -> Option<&mut Thing> {
        self.things
            .iter_mut()
            .find(|thing| thing.server == server && thing.id == id)
    }
}

/// An entity tag, and the representation that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    media_type: String,
    text: String,
    body: Value,
}

impl Tag {
    fn of(answer: &Answer) -> Option<Self> {
        Some(Self {
            media_type: answer.header("content-type").unwrap_or_default().to_owned(),
            text: answer.header("etag")?.to_owned(),
            body: answer.body.clone(),
        })
    }
}

/// The token for deleting resources that were created with `credential`.
pub(super) fn owner_of(credential: Credential) -> Credential {
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
