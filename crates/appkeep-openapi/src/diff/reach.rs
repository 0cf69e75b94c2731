//! The components of a document that its operations use.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::security;
use crate::document::{Document, EXTERNAL, escape, holds_free_values, holds_names, local};

/// The use of a component, or of a part of another file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Usage {
    /// Nothing refers to it.
    Unused,
    /// A discriminator or an `encoding` refers to it, and these aren't compared in detail.
    ByEncoding,
    /// It is a part of an operation.
    ByOperation,
}

/// The places that something refers to.
pub(super) struct Reach<'d> {
    root: &'d Value,
    operations: BTreeSet<String>,
    encodings: BTreeSet<String>,
    callbacks: BTreeSet<String>,
}

impl<'d> Reach<'d> {
    pub(super) fn of(document: &'d Document) -> Self {
        let root = document.root();
        let mut walk = Walk::new(root);
        walk.at("/paths", false);
        walk.at("/webhooks", true);
        walk.finish();
        let mut operations = walk.targets;
        let schemes = security::used(document);
        operations.extend(
            schemes
                .iter()
                .map(|name| format!("/components/securitySchemes/{}", escape(name))),
        );
        let mut encodings = Walk::new(root);
        for at in walk.encodings {
            encodings.at(&at, false);
        }
        encodings.subtypes(walk.bases);
        let mut callbacks = Walk::new(root);
        for at in walk.callbacks {
            callbacks.at(&at, true);
        }
        callbacks.finish();
        Self {
            root,
            operations,
            encodings: encodings.targets,
            callbacks: callbacks.targets,
        }
    }

    /// The use of the component at a place, of one inside it, or of one around it.
    pub(super) fn usage(&self, place: &str) -> Usage {
        let is_part = place.starts_with("/components/") || place.starts_with(&format!("/{EXTERNAL}/"));
        if !is_part || is_related(&self.operations, place) {
            Usage::ByOperation
        } else if is_related(&self.encodings, place) || is_related(&self.callbacks, place) {
            Usage::ByEncoding
        } else {
            Usage::Unused
        }
    }

    /// Whether a callback refers to the component at a place.
    pub(super) fn is_in_a_callback(&self, place: &str) -> bool {
        is_related(&self.callbacks, place)
    }

    pub(super) fn root(&self) -> &'d Value {
        self.root
    }
}

/// Whether a place is within one of the targets, or has one of them within it.
fn is_related(targets: &BTreeSet<String>, place: &str) -> bool {
    let mut ends = place
        .match_indices('/')
        .map(|(end, _)| &place[..end])
        .chain([place]);
    ends.any(|outer| targets.contains(outer))
        || targets
            .range(format!("{place}/")..)
            .next()
            .is_some_and(|target| target.starts_with(&format!("{place}/")))
}

struct Walk<'d> {
    root: &'d Value,
    /// Targets of references, including those in targets.
    targets: BTreeSet<String>,
    open: Vec<String>,
    /// Objects that aren't followed.
    callbacks: Vec<String>,
    encodings: Vec<String>,
    /// Schemas with a discriminator.
    bases: Vec<String>,
}

impl<'d> Walk<'d> {
    fn new(root: &'d Value) -> Self {
        Self {
            root,
            targets: BTreeSet::new(),
            open: Vec::new(),
            callbacks: Vec::new(),
            encodings: Vec::new(),
            bases: Vec::new(),
        }
    }

    /// Collects the references at a place; `names` says that the document defines the names of the members.
    fn at(&mut self, at: &str, names: bool) {
        if let Some(value) = self.root.pointer(at) {
            self.value(value, at, names);
        }
    }

    fn value(&mut self, value: &'d Value, at: &str, names: bool) {
        match value {
            Value::Object(members) => self.members(members, at, names),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, &format!("{at}/{index}"), false);
                }
            }
            _ => {}
        }
    }

    fn members(&mut self, members: &'d Map<String, Value>, at: &str, names: bool) {
        let reference = members.get("$ref").and_then(Value::as_str);
        self.open
            .extend(reference.and_then(|reference| local(reference).ok()));
        for (key, member) in members {
            let below = format!("{at}/{}", escape(key));
            match (key.as_str(), member) {
                ("callbacks", Value::Object(_)) if !names => self.callbacks.push(below),
                ("encoding", Value::Object(_)) if !names => self.encodings.push(below),
                ("discriminator", Value::Object(_)) if !names => self.bases.push(at.to_owned()),
                _ if !names && holds_free_values(key, member) => {}
                _ => self.value(member, &below, !names && holds_names(key)),
            }
        }
    }

    /// Follows references until there are no new targets.
    fn finish(&mut self) {
        while let Some(at) = self.open.pop() {
            if self.targets.insert(at.clone()) {
                self.at(&at, false);
            }
        }
    }

    /// Follows the values that discriminators choose: schemas of their mapping, and those with the base in `allOf`.
    fn subtypes(&mut self, bases: Vec<String>) {
        self.bases = bases;
        self.finish();
        let mut seen = BTreeSet::new();
        while let Some(base) = self.bases.pop() {
            if !seen.insert(base.clone()) {
                continue;
            }
            let mapping = self.root.pointer(&format!("{base}/discriminator/mapping"));
            for target in mapping
                .and_then(Value::as_object)
                .into_iter()
                .flat_map(Map::values)
            {
                let target = target.as_str().unwrap_or_default();
                let named = || format!("/components/schemas/{}", escape(target));
                self.open.push(local(target).unwrap_or_else(|_| named()));
            }
            let schemas = self
                .root
                .pointer("/components/schemas")
                .and_then(Value::as_object);
            for (name, schema) in schemas.into_iter().flatten() {
                let branches = schema
                    .get("allOf")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten();
                let mut references = branches.filter_map(|branch| branch.get("$ref")?.as_str());
                if references.any(|reference| local(reference).is_ok_and(|at| at == base)) {
                    let at = format!("/components/schemas/{}", escape(name));
                    self.bases.push(at.clone());
                    self.open.push(at);
                }
            }
            self.finish();
        }
    }
}
