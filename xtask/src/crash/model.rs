//! The expected resources: all whose creation was acknowledged and whose deletion wasn't.

use std::collections::BTreeSet;

use serde_json::Value;

use super::environment::{APPS, BUCKETS, Manifest};

/// A backup or a snapshot that was acknowledged.
pub(super) struct Resource {
    pub(super) id: String,
    /// Index of the app.
    pub(super) app: usize,
    /// Index of the bucket; 0 for a snapshot, which isn't in a bucket.
    pub(super) bucket: usize,
    /// Its expected content.
    pub(super) manifest: Manifest,
    /// Whether a request to delete it got no response.
    pub(super) may_be_gone: bool,
}

/// A create without a response.
pub(super) struct Unanswered {
    /// The name of the resource, if it was created.
    pub(super) name: String,
    pub(super) app: usize,
    pub(super) bucket: usize,
    pub(super) manifest: Manifest,
}

/// All resources of one kind, in the order in which they were acknowledged.
#[derive(Default)]
pub(super) struct Resources {
    pub(super) there: Vec<Resource>,
    /// At most one: the request during which the server died.
    pub(super) unanswered: Option<Unanswered>,
    /// The ids of resources whose deletion was acknowledged.
    gone: BTreeSet<String>,
}

impl Resources {
    /// Records an acknowledged create.
    pub(super) fn created(&mut self, id: &str, app: usize, bucket: usize, manifest: Manifest) {
        self.there.push(Resource {
            id: id.to_owned(),
            app,
            bucket,
            manifest,
            may_be_gone: false,
        });
    }

    /// Records an acknowledged delete.
    pub(super) fn deleted(&mut self, id: &str) {
        self.there.retain(|resource| resource.id != id);
        self.gone.insert(id.to_owned());
    }

    /// The first listed resource that was never requested.
    pub(super) fn unrequested<'a>(&self, listed: &'a [Value]) -> Option<&'a str> {
        let unrequested = |item: &&Value| {
            let is_known = |id| self.gone.contains(id) || self.there.iter().any(|one| one.id == id);
            !item["id"].as_str().is_some_and(is_known) && !self.is_unanswered(item)
        };
        listed
            .iter()
            .find(unrequested)
            .and_then(|item| item["id"].as_str())
    }

    fn is_unanswered(&self, item: &Value) -> bool {
        (self.unanswered.as_ref()).is_some_and(|unanswered| item["name"] == *unanswered.name)
    }

    /// Compares with the server's list after a restart, which also settles requests without a response.
    pub(super) fn settle(&mut self, kind: &str, listed: &[Value]) -> Vec<String> {
        let mut findings = Vec::new();
        let ids: BTreeSet<&str> = listed.iter().filter_map(|item| item["id"].as_str()).collect();
        for resource in &self.there {
            if !ids.contains(resource.id.as_str()) && !resource.may_be_gone {
                findings.push(format!("{kind} {} was acknowledged, but is lost", resource.id));
            }
        }
        for id in ids.iter().filter(|id| self.gone.contains(**id)) {
            findings.push(format!("{kind} {id} was deleted, but exists again"));
        }
        if let Some(id) = self.unrequested(listed) {
            findings.push(format!("{kind} {id} was never requested"));
        }
        let response = listed.iter().find(|item| self.is_unanswered(item));
        let response = response.and_then(|item| item["id"].as_str());
        let vanished: Vec<String> = (self.there.iter())
            .filter(|resource| !ids.contains(resource.id.as_str()))
            .map(|resource| resource.id.clone())
            .collect();
        for id in vanished {
            self.deleted(&id);
        }
        for resource in &mut self.there {
            resource.may_be_gone = false;
        }
        if let (Some(made), Some(id)) = (self.unanswered.take(), response) {
            self.created(id, made.app, made.bucket, made.manifest);
        }
        findings
    }
}

/// All expected resources.
#[derive(Default)]
pub(super) struct Model {
    pub(super) backups: Resources,
    pub(super) snaps: Resources,
    /// Number of bytes in each repository that no backup needs: killed jobs leave them behind, until a delete
    /// removes them.
    pub(super) left_over: [[u64; BUCKETS.len()]; APPS.len()],
    /// Number of names used so far.
    names: u64,
}

impl Model {
    /// A name that was never used before.
    pub(super) fn new_name(&mut self) -> String {
        self.names += 1;
        format!("asked-for-{}", self.names)
    }

    /// The backups of an app in a bucket.
    pub(super) fn backups_in(&self, app: usize, bucket: usize) -> impl Iterator<Item = &Resource> {
        let there = self.backups.there.iter();
        there.filter(move |backup| backup.app == app && backup.bucket == bucket)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept() -> Resources {
        let mut kept = Resources::default();
        kept.created("a", 0, 0, Manifest::default());
        kept.created("b", 0, 0, Manifest::default());
        kept.created("c", 0, 0, Manifest::default());
        kept.deleted("c");
        kept
    }

    /// A list in which each name is equal to the id.
    fn listed(ids: &[&str]) -> Vec<Value> {
        ids.iter().map(|id| json!({"id": id, "name": id})).collect()
    }

    fn unanswered(name: &str) -> Unanswered {
        Unanswered {
            name: name.to_owned(),
            app: 1,
            bucket: 0,
            manifest: Manifest::default(),
        }
    }

    #[test]
    fn acknowledged_resources_must_exist() {
        assert_eq!(kept().settle("backup", &listed(&["a", "b"])), [""; 0]);
        assert_eq!(
            kept().settle("backup", &listed(&["a"])),
            ["backup b was acknowledged, but is lost"]
        );
        assert_eq!(
            kept().settle("backup", &listed(&["a", "b", "c"])),
            ["backup c was deleted, but exists again"]
        );
        assert_eq!(
            kept().settle("backup", &listed(&["a", "b", "d"])),
            ["backup d was never requested"]
        );
    }

    #[test]
    fn unanswered_requests_are_resolved_by_the_list() {
        let mut kept = kept();
        kept.there[0].may_be_gone = true;
        kept.unanswered = Some(unanswered("d"));
        assert_eq!(kept.settle("backup", &listed(&["b", "d"])), [""; 0]);
        assert_eq!(
            kept.settle("backup", &listed(&["b", "d", "a"])),
            ["backup a was deleted, but exists again"]
        );
        assert_eq!(
            kept.settle("backup", &listed(&["b"])),
            ["backup d was acknowledged, but is lost"]
        );
    }

    #[test]
    fn unanswered_creates_are_recognized_by_name() {
        let mut kept = kept();
        kept.unanswered = Some(unanswered("d"));
        assert_eq!(kept.unrequested(&listed(&["a", "b", "c", "d"])), None);
        assert_eq!(kept.unrequested(&listed(&["a", "b", "e"])), Some("e"));
        assert_eq!(
            kept.settle("snapshot", &listed(&["a", "b", "e"])),
            ["snapshot e was never requested"]
        );
        // It wasn't in the list, so it must not appear later.
        assert_eq!(kept.unrequested(&listed(&["a", "b", "d"])), Some("d"));
    }
}
