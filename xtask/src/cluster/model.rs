//! The expected backups and snapshots of an app: all whose creation was acknowledged and whose deletion wasn't.
//!
//! A request without a response may have been executed, or may be executed much later, by a server that was stopped
//! meanwhile. Such a create may lead to a resource with the requested name, and such a delete may remove a resource.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::restores::Restores;
use crate::crash::Files;

/// Backups or snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Backup,
    Snapshot,
}

impl Kind {
    /// All kinds.
    pub(super) const ALL: [Self; 2] = [Self::Backup, Self::Snapshot];

    /// The name of the collection in paths.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Backup => "appBackups",
            Self::Snapshot => "appSnaps",
        }
    }

    /// Its name in messages.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Snapshot => "snapshot",
        }
    }
}

/// The requests to delete a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deletion {
    /// None was requested.
    None,
    /// A request got no response.
    Unanswered,
    /// A request was acknowledged.
    Acknowledged,
}

/// An acknowledged resource.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    pub(super) kind: Kind,
    /// Its expected content, unless it may have been created later than requested.
    pub(super) manifest: Option<Arc<Files>>,
    deletion: Deletion,
}

/// All expected resources of an app.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// By their ids.
    resources: BTreeMap<String, Resource>,
    /// The names in creates without a response.
    unanswered: BTreeSet<String>,
    names: u64,
    /// The restores to directories.
    pub(super) restores: Restores,
}

impl Model {
    /// A name that was never used before.
    pub(super) fn new_name(&mut self) -> String {
        self.names += 1;
        format!("requested-{}", self.names)
    }

    /// Records an acknowledged create.
    pub(super) fn created(&mut self, id: &str, kind: Kind, manifest: Option<Arc<Files>>) {
        let resource = Resource {
            kind,
            manifest,
            deletion: Deletion::None,
        };
        self.resources.insert(id.to_owned(), resource);
    }

    /// Records a create without a response.
    pub(super) fn create_unanswered(&mut self, name: &str) {
        self.unanswered.insert(name.to_owned());
    }

    /// Records an acknowledged delete.
    pub(super) fn deleted(&mut self, id: &str) {
        self.set(id, Deletion::Acknowledged);
    }

    /// Records a delete without a response.
    pub(super) fn delete_unanswered(&mut self, id: &str) {
        self.set(id, Deletion::Unanswered);
    }

    fn set(&mut self, id: &str, deletion: Deletion) {
        if let Some(resource) = self.resources.get_mut(id) {
            resource.deletion = deletion;
        }
    }

    /// Whether a resource must exist: it was created, and no delete was requested.
    pub(super) fn must_exist(&self, id: &str) -> bool {
        (self.resources.get(id)).is_some_and(|resource| resource.deletion == Deletion::None)
    }

    /// The resources of a kind whose deletion wasn't acknowledged.
    pub(super) fn present(&self, kind: Kind) -> impl Iterator<Item = (&str, &Resource)> {
        let resources = self
            .resources
            .iter()
            .map(|(id, resource)| (id.as_str(), resource));
        resources
            .filter(move |(_, resource)| resource.kind == kind && resource.deletion != Deletion::Acknowledged)
    }

    /// The acknowledged requests that aren't visible in a list that a server returned after them.
    pub(super) fn lost(&self, kind: Kind, listed: &[Value]) -> Vec<String> {
        let name = kind.name();
        let ids: BTreeSet<_> = listed.iter().filter_map(|item| item["id"].as_str()).collect();
        let mut findings = Vec::new();
        for (id, resource) in self
            .resources
            .iter()
            .filter(|(_, resource)| resource.kind == kind)
        {
            match (resource.deletion, ids.contains(id.as_str())) {
                (Deletion::None, false) => {
                    findings.push(format!("{name} {id} was acknowledged, but is lost"));
                }
                (Deletion::Acknowledged, true) => {
                    findings.push(format!("{name} {id} was deleted, but exists"));
                }
                _ => {}
            }
        }
        findings
    }

    /// The listed resources that were never requested. While backups are created, snapshots of theirs are among them.
    pub(super) fn unrequested(&self, listed: &[Value]) -> Vec<String> {
        let is_unrequested = |item: &&Value| {
            let is_known = |id| self.resources.contains_key(id);
            let is_requested = |name| self.unanswered.contains(name);
            !item["id"].as_str().is_some_and(is_known) && !item["name"].as_str().is_some_and(is_requested)
        };
        let unrequested = listed.iter().filter(is_unrequested);
        unrequested
            .map(|item| format!("{} ({}) was never requested", item["id"], item["name"]))
            .collect()
    }

    /// Adds the listed resources whose creates got no response.
    pub(super) fn adopt(&mut self, kind: Kind, listed: &[Value]) {
        for id in listed.iter().filter_map(|item| item["id"].as_str()) {
            if !self.resources.contains_key(id) {
                self.created(id, kind, None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A list in which each name is `requested-` and the id.
    fn listed(ids: &[&str]) -> Vec<Value> {
        let item = |id: &&str| json!({"id": id, "name": format!("requested-{id}")});
        ids.iter().map(item).collect()
    }

    fn model() -> Model {
        let mut model = Model::default();
        for id in ["a", "b", "c"] {
            model.created(id, Kind::Backup, None);
        }
        model.deleted("c");
        model
    }

    #[test]
    fn acknowledged_requests_must_be_visible() {
        let model = model();
        let lost = |ids: &[&str]| model.lost(Kind::Backup, &listed(ids));
        assert_eq!(lost(&["a", "b", "d"]), [""; 0]);
        assert_eq!(lost(&["a"]), ["backup b was acknowledged, but is lost"]);
        assert_eq!(lost(&["a", "b", "c"]), ["backup c was deleted, but exists"]);
        assert_eq!(model.lost(Kind::Snapshot, &[]), [""; 0]);
        assert_eq!(model.unrequested(&listed(&["a", "b", "c"])), [""; 0]);
        let never = ["\"d\" (\"requested-d\") was never requested"];
        assert_eq!(model.unrequested(&listed(&["a", "b", "d"])), never);
    }

    #[test]
    fn requests_without_a_response_may_be_executed_or_not() {
        let mut model = model();
        model.delete_unanswered("b");
        model.create_unanswered("requested-d");
        for ids in [&["a"][..], &["a", "b"], &["a", "d"], &["a", "b", "d"]] {
            assert_eq!(model.lost(Kind::Backup, &listed(ids)), [""; 0], "{ids:?}");
            assert_eq!(model.unrequested(&listed(ids)), [""; 0], "{ids:?}");
        }
        model.adopt(Kind::Backup, &listed(&["a", "d"]));
        let lost = ["backup d was acknowledged, but is lost"];
        assert_eq!(model.lost(Kind::Backup, &listed(&["a"])), lost);
        assert!(model.must_exist("d") && !model.must_exist("b"));
    }
}
