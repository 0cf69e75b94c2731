//! A schema at its place, and the document that contains it.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::pointer::Pointer;
use super::validators::{Parts, compile_for};
use super::{formats, names};
use crate::document::{UNSENT, has_object, resolve};

/// A schema with its place.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) value: Cow<'a, Value>,
    pub(super) at: Pointer<'a>,
}

/// What distinguishes a schema from all others of its document: its address, or the place of one that a proof has made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Identity {
    Address(usize),
    Made(String),
}

impl<'a> Node<'a> {
    /// A schema that admits exactly one value, created when a proof splits cases.
    pub(super) fn only(value: &Value, at: &Pointer<'a>) -> Self {
        Self {
            value: Cow::Owned(json!({"enum": [value]})),
            at: at.and_text(format!("/={value}")),
        }
    }

    pub(super) fn identity(&self) -> Identity {
        match &self.value {
            Cow::Borrowed(value) => Identity::Address(std::ptr::from_ref(*value).addr()),
            Cow::Owned(_) => Identity::Made(self.at.to_string()),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.value.get(key)
    }

    pub(super) fn word(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    pub(super) fn count(&self, key: &str) -> Option<u64> {
        self.get(key).and_then(Value::as_u64)
    }

    /// The schema under a keyword.
    pub(super) fn child(&self, key: &str) -> Option<Self> {
        let (value, name) = match &self.value {
            Cow::Borrowed(value) => {
                let (name, value) = value.as_object()?.get_key_value(key)?;
                (Cow::Borrowed(value), Cow::Borrowed(name.as_str()))
            }
            Cow::Owned(value) => (Cow::Owned(value.get(key)?.clone()), Cow::Owned(key.to_owned())),
        };
        Some(Self {
            value,
            at: self.at.member(name),
        })
    }

    /// The schema of one property, if `properties` names it.
    pub(super) fn property(&self, name: &str) -> Option<Self> {
        self.child("properties")
            .and_then(|properties| properties.child(name))
    }

    /// Whether a property isn't sent in the direction of the document's view.
    pub(super) fn is_unsent(&self, name: &str) -> bool {
        let unsent = self.get(UNSENT).and_then(Value::as_array);
        unsent.is_some_and(|names| names.iter().any(|unsent| unsent == name))
    }

    /// The schemas that a received member has to satisfy; `None` if it isn't accepted.
    pub(super) fn received(&self, name: &str) -> Option<Vec<Self>> {
        if self.is_unsent(name) {
            return Some(Vec::new());
        }
        self.member(name)
    }

    /// The schemas that a member has to satisfy; `None` if there can't be one.
    pub(super) fn member(&self, name: &str) -> Option<Vec<Self>> {
        let mut schemas: Vec<Self> = self.property(name).into_iter().collect();
        let mut is_named = !schemas.is_empty();
        for (pattern, schema) in self.patterns() {
            let matches = names::matches(&pattern, name);
            schemas.extend(Some(schema).filter(|_| matches == Some(true)));
            is_named |= matches != Some(false);
        }
        if !is_named {
            schemas.extend(self.additional()?);
        }
        Some(schemas)
    }

    /// The schemas for members by patterns of their names.
    pub(super) fn patterns(&self) -> Vec<(String, Self)> {
        let Some(all) = self.child("patternProperties") else {
            return Vec::new();
        };
        let patterns = all
            .value
            .as_object()
            .into_iter()
            .flat_map(|patterns| patterns.keys());
        patterns
            .filter_map(|pattern| Some((pattern.clone(), all.child(pattern)?)))
            .collect()
    }

    /// The schema of an item by its index; `None` permits everything.
    pub(super) fn item(&self, index: usize) -> Option<Self> {
        self.child("prefixItems")
            .and_then(|list| list.at_index(index))
            .or_else(|| self.child("items"))
    }

    /// Number of items that have a schema of their own.
    pub(super) fn prefix_len(&self) -> usize {
        self.get("prefixItems")
            .and_then(Value::as_array)
            .map_or(0, Vec::len)
    }

    /// The properties that are required if another one is present.
    pub(super) fn dependencies(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = &str>)> {
        let all = self.get("dependentRequired").and_then(Value::as_object);
        all.into_iter().flatten().map(|(name, needed)| {
            let needed = needed.as_array().into_iter().flatten();
            (name.as_str(), needed.filter_map(Value::as_str))
        })
    }

    /// A keyword with the keywords that change its meaning, if this module knows that no others do.
    pub(super) fn group(&self, keyword: &str) -> Option<Self> {
        let group = GROUPS.iter().find(|group| group.contains(&keyword))?;
        let members = self.value.as_object()?;
        let members = members.iter().filter(|(key, _)| group.contains(&key.as_str()));
        Some(Self {
            value: Cow::Owned(members.map(|(key, value)| (key.clone(), value.clone())).collect()),
            at: self.at.clone(),
        })
    }

    /// The schema for unnamed members: `Some(None)` permits everything, `None` nothing.
    #[expect(
        clippy::option_option,
        reason = "forbidden, unrestricted and restricted are three answers"
    )]
    pub(super) fn additional(&self) -> Option<Option<Self>> {
        match self.get("additionalProperties") {
            None | Some(Value::Bool(true)) => Some(None),
            Some(Value::Bool(false)) => None,
            Some(_) => Some(self.child("additionalProperties")),
        }
    }

    /// The schemas of a list keyword: `allOf`, `anyOf`, `oneOf`.
    pub(super) fn branches(&self, key: &str) -> Vec<Self> {
        let Some(count) = self.get(key).and_then(Value::as_array).map(Vec::len) else {
            return Vec::new();
        };
        let Some(list) = self.child(key) else {
            return Vec::new();
        };
        (0..count).filter_map(|index| list.at_index(index)).collect()
    }

    /// An item of a list.
    fn at_index(&self, index: usize) -> Option<Self> {
        let value = match &self.value {
            Cow::Borrowed(value) => Cow::Borrowed(value.get(index)?),
            Cow::Owned(value) => Cow::Owned(value.get(index)?.clone()),
        };
        Some(Self {
            value,
            at: self.at.item(index),
        })
    }

    pub(super) fn is_nullable(&self) -> bool {
        self.get("nullable") == Some(&Value::Bool(true))
    }

    /// Keywords that may restrict values in a way that this module doesn't know.
    pub(super) fn unknown_keywords(&self) -> Vec<String> {
        match &*self.value {
            Value::Object(members) => members
                .iter()
                .filter(|(key, value)| !is_known(key, value))
                .map(|(key, _)| key.clone())
                .collect(),
            Value::Bool(_) => Vec::new(),
            other => vec![format!("a schema that is {other}")],
        }
    }

    /// The subschemas, one level down; only those that apply to a value with these parts, if they are given.
    fn parts(&self, of: Option<&Parts<'_>>) -> Vec<Self> {
        let mut parts: Vec<Self> = Vec::new();
        for key in ["not", "additionalProperties"] {
            parts.extend(self.child(key));
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            parts.extend(self.branches(key));
        }
        if of.is_none_or(|value| value.has_items) {
            parts.extend(self.child("items"));
            parts.extend(self.branches("prefixItems"));
        }
        parts.extend(self.patterns().into_iter().map(|(_, schema)| schema));
        let names = self
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|all| all.keys())
            .filter(|name| of.is_none_or(|value| value.names.contains(name.as_str())));
        parts.extend(names.filter_map(|name| self.property(name)));
        parts
    }
}

/// Keywords that can't be decided unless both sides have the same, each with those that change its meaning.
const GROUPS: [&[&str]; 5] = [
    &["contains", "minContains", "maxContains"],
    &["if", "then", "else"],
    &["propertyNames"],
    &["dependentSchemas"],
    &["contentEncoding", "contentMediaType", "contentSchema"],
];

/// Whether a keyword belongs to the dialect and has a value of the right kind.
fn is_known(key: &str, value: &Value) -> bool {
    match key {
        "minProperties" | "maxProperties" | "minItems" | "maxItems" | "minLength" | "maxLength" => {
            value.is_u64()
        }
        "minimum" | "maximum" | "multipleOf" => value.is_number(),
        "exclusiveMinimum" | "exclusiveMaximum" | "nullable" | "uniqueItems" => value.is_boolean(),
        "pattern" | "format" | "$ref" => value.is_string(),
        "type" => value.is_string() || is_list_of_texts(value),
        "enum" | "prefixItems" => value.is_array(),
        "required" => is_list_of_texts(value),
        "patternProperties" => value.as_object().is_some_and(|patterns| {
            patterns
                .keys()
                .all(|pattern| names::matches(pattern, "").is_some())
        }),
        "dependentRequired" => value
            .as_object()
            .is_some_and(|names| names.values().all(is_list_of_texts)),
        "allOf" | "anyOf" | "oneOf" => value.as_array().is_some_and(|branches| !branches.is_empty()),
        "properties" => value.is_object(),
        "additionalProperties" | "items" | "not" => value.is_object() || value.is_boolean(),
        _ => is_annotation(key),
    }
}

fn is_list_of_texts(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|texts| texts.iter().all(Value::is_string))
}

/// Whether a keyword doesn't restrict values.
pub(super) fn is_annotation(key: &str) -> bool {
    key.starts_with("x-")
        || matches!(
            key,
            "title"
                | "description"
                | "default"
                | "example"
                | "examples"
                | "$comment"
                | "$defs"
                | "definitions"
                | "$id"
                | "$anchor"
                | "deprecated"
                | "externalDocs"
                | "discriminator"
                | "xml"
                | "readOnly"
                | "writeOnly"
        )
}

/// Maximum number of compiled schemas that are kept.
const VALIDATORS_MAX: usize = 256;

/// A schema, and the parts of the values that its validator is for: whether there are items, and the names of members.
type ValidatorKey = (Identity, bool, String);

/// Where a schema has keywords that validators ignore.
#[derive(Debug, Clone, Copy, Default)]
struct Unknown {
    anywhere: bool,
    /// Below `not` or `oneOf`: the schema may admit values that validators reject.
    negated: bool,
}

/// One of the two documents of a comparison.
pub(super) struct Side<'a> {
    root: &'a Value,
    draft: Draft,
    validators: RefCell<HashMap<ValidatorKey, Option<Rc<Validator>>>>,
    /// Which unknown keywords there are in schemas.
    unknown: RefCell<HashMap<Identity, Unknown>>,
    counts_evaluated: OnceCell<bool>,
}

impl<'a> Side<'a> {
    pub(super) fn new(root: &'a Value, draft: Draft) -> Self {
        Self {
            root,
            draft,
            validators: RefCell::default(),
            unknown: RefCell::default(),
            counts_evaluated: OnceCell::new(),
        }
    }

    /// The whole document.
    pub(super) fn root(&self) -> &'a Value {
        self.root
    }

    /// Whether a schema may depend on which members others have evaluated: there, `additionalProperties: true` differs
    /// from its absence.
    pub(super) fn counts_evaluated(&self) -> bool {
        *self.counts_evaluated.get_or_init(|| {
            has_object(self.root, &|members| {
                members.contains_key("unevaluatedProperties")
            })
        })
    }

    /// Follows references to the first schema that isn't one.
    pub(super) fn resolve(&self, node: &Node<'a>) -> Result<Node<'a>, String> {
        let Some(reference) = node.word("$ref") else {
            return Ok(node.clone());
        };
        let fragment = format!("the reference `{reference}` ");
        let pointer = crate::document::local(reference).map_err(|why| fragment.clone() + &why)?;
        let (value, at) = resolve(self.root, &pointer).map_err(|why| fragment + &why)?;
        Ok(Node {
            value: Cow::Borrowed(value),
            at: Pointer::from_text(at),
        })
    }

    /// Whether a schema admits a value; `None` if the schema can't be compiled, or isn't decided by its validator.
    pub(super) fn admits(&self, node: &Node<'a>, value: &Value) -> Option<bool> {
        if self.unknown_in(node).negated {
            return None;
        }
        let parts = Parts::of(value);
        let names: Vec<&str> = parts.names.iter().copied().collect();
        let key = (node.identity(), parts.has_items, names.join("\0"));
        let mut validators = self.validators.borrow_mut();
        if validators.len() >= VALIDATORS_MAX && !validators.contains_key(&key) {
            validators.clear();
        }
        let validator = validators.entry(key).or_insert_with(|| {
            compile_for(&parts, self.root, &node.value, self.draft)
                .ok()
                .map(Rc::new)
        });
        validator.as_ref().map(|validator| validator.is_valid(value))
    }

    /// The unknown keywords in a schema and in all that it refers to.
    fn unknown_in(&self, node: &Node<'a>) -> Unknown {
        let identity = node.identity();
        if let Some(known) = self.unknown.borrow().get(&identity) {
            return *known;
        }
        let mut seen = BTreeSet::new();
        let mut open = vec![(node.clone(), false)];
        let mut unknown = Unknown::default();
        while let Some((node, is_negated)) = open.pop() {
            let Ok(node) = self.resolve(&node) else { continue };
            if !seen.insert((node.identity(), is_negated)) {
                continue;
            }
            if !node.unknown_keywords().is_empty() {
                unknown.anywhere = true;
                unknown.negated = is_negated;
            }
            if unknown.negated {
                break;
            }
            let negated = node.branches("oneOf").into_iter().chain(node.child("not"));
            open.extend(negated.map(|part| (part, true)));
            open.extend(node.parts(None).into_iter().map(|part| (part, is_negated)));
        }
        self.unknown.borrow_mut().insert(identity, unknown);
        unknown
    }

    /// An unknown keyword or format anywhere in a schema, which validators ignore.
    pub(super) fn unchecked(&self, node: &Node<'a>) -> Option<String> {
        self.first_part(node, None, |part| {
            let format = part
                .word("format")
                .filter(|format| !formats::is_understood(format));
            let format = format.map(|format| format!("format: {format}"));
            part.unknown_keywords().into_iter().next().or(format)
        })
    }

    /// What is found first in a schema and its subschemas, or those that apply to a value with these parts.
    fn first_part(
        &self,
        node: &Node<'a>,
        of: Option<&Parts<'_>>,
        find: impl Fn(&Node<'a>) -> Option<String>,
    ) -> Option<String> {
        let mut seen = BTreeSet::new();
        let mut open = vec![node.clone()];
        while let Some(node) = open.pop() {
            let Ok(node) = self.resolve(&node) else {
                return Some("$ref".to_owned());
            };
            if !seen.insert(node.identity()) {
                continue;
            }
            if let Some(found) = find(&node) {
                return Some(found);
            }
            open.extend(node.parts(of));
        }
        None
    }

    /// Whether no keyword that validators ignore applies to a value, so that it is admitted if they admit it.
    pub(super) fn is_checked(&self, nodes: &[Node<'a>], value: &Value) -> bool {
        let ignored = |node: &Node<'a>| node.unknown_keywords().into_iter().next();
        nodes.iter().all(|node| {
            !self.unknown_in(node).anywhere
                || self.first_part(node, Some(&Parts::of(value)), ignored).is_none()
        })
    }

    /// Whether every schema of a conjunction admits a value.
    pub(super) fn all_admit(&self, nodes: &[Node<'a>], value: &Value) -> Option<bool> {
        let mut verdict = Some(true);
        for node in nodes {
            match self.admits(node, value) {
                Some(false) => return Some(false),
                Some(true) => {}
                None => verdict = None,
            }
        }
        verdict
    }
}
