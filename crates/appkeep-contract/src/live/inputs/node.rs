//! A schema with everything that it refers to, as one set of keywords.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::values::Texts;
use appkeep_openapi::{Components, Document};

/// A document, with cached results for its schemas.
pub(super) struct Source<'d> {
    pub(super) document: &'d Document,
    components: Components,
    texts: RefCell<HashMap<String, Rc<Texts>>>,
}

impl<'d> Source<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self {
            document,
            components: Components::of(document.root()),
            texts: RefCell::default(),
        }
    }
}

/// The keywords of a schema, of the schemas it refers to, and of the branches of `allOf`.
#[derive(Clone)]
pub(super) struct Node<'d> {
    source: &'d Source<'d>,
    /// The parts, each with its pointer.
    parts: Vec<(String, &'d Map<String, Value>)>,
}

impl<'d> Node<'d> {
    /// The schema at a pointer.
    pub(super) fn at(source: &'d Source<'d>, pointer: &str) -> Self {
        let mut parts = Vec::new();
        gather(source.document, pointer, &mut parts);
        Self { source, parts }
    }

    /// The strings to try as values of the schema. They are computed once for all equal schemas.
    pub(super) fn texts(&self) -> Rc<Texts> {
        let key = self.schema(|_| true).to_string();
        if let Some(known) = self.source.texts.borrow().get(&key) {
            return Rc::clone(known);
        }
        let texts = Rc::new(Texts::of(self));
        self.source.texts.borrow_mut().insert(key, Rc::clone(&texts));
        texts
    }

    /// The value of a keyword, in the first part that has it.
    pub(super) fn keyword(&self, name: &str) -> Option<&'d Value> {
        self.parts.iter().find_map(|(_, part)| part.get(name))
    }

    /// All keywords, in the document's order.
    #[cfg(test)]
    pub(super) fn keywords(&self) -> Vec<&'d str> {
        let mut names: Vec<&str> = Vec::new();
        for (_, part) in &self.parts {
            for name in part.keys() {
                if !names.contains(&name.as_str()) && name != "allOf" {
                    names.push(name);
                }
            }
        }
        names
    }

    pub(super) fn text(&self, name: &str) -> Option<&'d str> {
        self.keyword(name)?.as_str()
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.keyword(name)?.as_u64()
    }

    /// The value of `type`, or `any`.
    pub(super) fn schema_type(&self) -> &'d str {
        self.text("type").unwrap_or("any")
    }

    /// The named members, each with its schema.
    pub(super) fn properties(&self) -> Vec<(&'d str, Node<'d>)> {
        let mut found = Vec::new();
        for (at, part) in &self.parts {
            let members = part.get("properties").and_then(Value::as_object);
            for name in members.into_iter().flat_map(|members| members.keys()) {
                let pointer = format!("{at}/properties/{}", appkeep_openapi::escape(name));
                found.push((name.as_str(), Node::at(self.source, &pointer)));
            }
        }
        found
    }

    /// The schema of an array's items.
    pub(super) fn items(&self) -> Option<Node<'d>> {
        let (at, _) = self.parts.iter().find(|(_, part)| part.contains_key("items"))?;
        Some(Node::at(self.source, &format!("{at}/items")))
    }

    pub(super) fn required(&self) -> Vec<&'d str> {
        let lists = self
            .parts
            .iter()
            .filter_map(|(_, part)| part.get("required")?.as_array());
        lists.flatten().filter_map(Value::as_str).collect()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.keyword("additionalProperties") == Some(&Value::Bool(false))
    }

    pub(super) fn is_nullable(&self) -> bool {
        self.keyword("nullable") == Some(&Value::Bool(true))
    }

    /// A validator for the keywords that `counts` selects; `None` if they can't be compiled.
    pub(super) fn validator(&self, counts: impl Fn(&str) -> bool) -> Option<Validator> {
        self.source.components.compile(&self.schema(counts)).ok()
    }

    fn schema(&self, counts: impl Fn(&str) -> bool) -> Value {
        let picked = self.parts.iter().map(|(_, part)| {
            let is_kept = |name: &str| !["allOf", "description"].contains(&name) && counts(name);
            let kept = part.iter().filter(|(name, _)| is_kept(name));
            Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
        });
        json!({"allOf": picked.collect::<Vec<_>>()})
    }
}

fn gather<'d>(document: &'d Document, pointer: &str, parts: &mut Vec<(String, &'d Map<String, Value>)>) {
    let Some((schema, at)) = document.resolve(pointer) else {
        return;
    };
    let Some(members) = schema.as_object() else { return };
    parts.push((at.clone(), members));
    let branches = members.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
    for index in 0..branches {
        gather(document, &format!("{at}/allOf/{index}"), parts);
    }
}
