//! Comparison of two schemas for equality, except for order and annotations.
//!
//! Equal schemas admit the same values even if their keywords are unknown, so an unknown keyword that hasn't
//! changed isn't an obstacle to a proof. References are followed. `false` doesn't mean that the values
//! differ: different schemas may admit the same values.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::{Map, Value};

use super::node::{Node, Side, is_annotation};

/// Pairs of schemas that have been compared, by address. Both documents have to outlive it.
#[derive(Debug, Default)]
pub(super) struct KnownPairs {
    same: HashSet<(usize, usize)>,
    different: HashSet<(usize, usize)>,
}

/// Whether two schemas of two documents are equal.
pub(super) fn is_same<'a>(
    one: (&Side<'a>, &Node<'a>),
    other: (&Side<'a>, &Node<'a>),
    known: &mut KnownPairs,
) -> bool {
    // A schema that a proof has made isn't at its address for long.
    let mut temporary = KnownPairs::default();
    let both = (&one.1.value, &other.1.value);
    let known = match both {
        (Cow::Borrowed(_), Cow::Borrowed(_)) => known,
        _ => &mut temporary,
    };
    let mut comparison = Comparison {
        one: one.0.root(),
        other: other.0.root(),
        counts_evaluated: one.0.counts_evaluated() || other.0.counts_evaluated(),
        known,
        assumed: HashSet::new(),
        trail: Vec::new(),
    };
    let is_same = comparison.schemas(both.0, both.1);
    if is_same {
        let trail = std::mem::take(&mut comparison.trail);
        comparison.known.same.extend(trail);
    }
    is_same
}

struct Comparison<'r> {
    one: &'r Value,
    other: &'r Value,
    /// Whether a keyword may have an effect only because it was evaluated.
    counts_evaluated: bool,
    known: &'r mut KnownPairs,
    /// Pairs under comparison, by address. When met again, they are assumed equal unless a difference is
    /// found elsewhere.
    assumed: HashSet<(usize, usize)>,
    /// The same pairs in the order in which they were met.
    trail: Vec<(usize, usize)>,
}

impl Comparison<'_> {
    fn schemas(&mut self, one: &Value, other: &Value) -> bool {
        self.pair(one, other, |this, one, other| {
            let pair = addresses(one, other);
            if this.known.same.contains(&pair) {
                return true;
            }
            if this.known.different.contains(&pair) {
                return false;
            }
            let is_same = match (one, other) {
                (Value::Object(one), Value::Object(other)) => this.keywords(one, other),
                _ => one == other,
            };
            // A difference stays one without the assumptions; equality may not.
            if !is_same {
                this.known.different.insert(pair);
            }
            is_same
        })
    }

    /// Compares unknown content exactly, including everything that it refers to.
    fn letters(&mut self, one: &Value, other: &Value) -> bool {
        self.pair(one, other, |this, one, other| match (one, other) {
            (Value::Object(one), Value::Object(other)) => {
                one.len() == other.len()
                    && one
                        .iter()
                        .all(|(key, one)| other.get(key).is_some_and(|other| this.letters(one, other)))
            }
            (Value::Array(one), Value::Array(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| this.letters(one, other))
            }
            _ => one == other,
        })
    }

    /// Compares the targets of two references once. A difference revokes all assumptions that were made in
    /// the meantime.
    fn pair(
        &mut self,
        one: &Value,
        other: &Value,
        compare: impl FnOnce(&mut Self, &Value, &Value) -> bool,
    ) -> bool {
        let (one, other) = match (follow(self.one, one), follow(self.other, other)) {
            (Some(one), Some(other)) => (one, other),
            // In unknown content it may be a value that only looks like a reference.
            (None, None) => return one == other,
            _ => return false,
        };
        let pair = addresses(one, other);
        if !self.assumed.insert(pair) {
            return true;
        }
        let mark = self.trail.len();
        self.trail.push(pair);
        let is_same = compare(self, one, other);
        if !is_same {
            for pair in self.trail.drain(mark..) {
                self.assumed.remove(&pair);
            }
        }
        is_same
    }

    fn keywords(&mut self, one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
        let only_there = other.keys().filter(|key| !one.contains_key(*key));
        one.keys()
            .chain(only_there)
            .filter(|key| !is_annotation(key))
            .all(|key| self.keyword(key, one.get(key), other.get(key)))
    }

    fn keyword(&mut self, key: &str, one: Option<&Value>, other: Option<&Value>) -> bool {
        match (key, one, other) {
            (
                "properties" | "patternProperties" | "dependentSchemas",
                Some(Value::Object(one)),
                Some(Value::Object(other)),
            ) => {
                one.len() == other.len()
                    && one
                        .iter()
                        .all(|(name, one)| other.get(name).is_some_and(|other| self.schemas(one, other)))
            }
            (
                "items"
                | "not"
                | "additionalProperties"
                | "contains"
                | "propertyNames"
                | "if"
                | "then"
                | "else"
                | "unevaluatedItems"
                | "unevaluatedProperties",
                Some(one @ Value::Object(_)),
                Some(other @ Value::Object(_)),
            ) => self.schemas(one, other),
            ("additionalProperties", one, other) => {
                let absent = Value::Bool(true);
                one == other || !self.counts_evaluated && one.unwrap_or(&absent) == other.unwrap_or(&absent)
            }
            ("allOf" | "anyOf" | "oneOf", Some(Value::Array(one)), Some(Value::Array(other))) => {
                self.branches(one, other)
            }
            ("prefixItems", Some(Value::Array(one)), Some(Value::Array(other))) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| self.schemas(one, other))
            }
            ("required" | "enum" | "type", Some(Value::Array(one)), Some(Value::Array(other))) => {
                is_same_set(one, other)
            }
            ("nullable" | "uniqueItems" | "exclusiveMinimum" | "exclusiveMaximum", one, other) => {
                one.unwrap_or(&Value::Bool(false)) == other.unwrap_or(&Value::Bool(false))
            }
            ("const", one, other) => one == other,
            (_, Some(one), Some(other)) => self.letters(one, other),
            _ => false,
        }
    }

    /// Compares branches in any order, each of them once.
    fn branches(&mut self, one: &[Value], other: &[Value]) -> bool {
        let mut left: Vec<&Value> = other.iter().collect();
        one.len() == other.len()
            && one.iter().all(|branch| {
                let found = left.iter().position(|other| self.schemas(branch, other));
                found.map(|index| left.swap_remove(index)).is_some()
            })
    }
}

fn addresses(one: &Value, other: &Value) -> (usize, usize) {
    (std::ptr::from_ref(one).addr(), std::ptr::from_ref(other).addr())
}

/// The target of a reference, or the schema itself.
fn follow<'v>(root: &'v Value, schema: &'v Value) -> Option<&'v Value> {
    let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
        return Some(schema);
    };
    let pointer = crate::document::local(reference).ok()?;
    crate::document::resolve(root, &pointer)
        .ok()
        .map(|(value, _)| value)
}

fn is_same_set(one: &[Value], other: &[Value]) -> bool {
    one.iter().all(|value| other.contains(value)) && other.iter().all(|value| one.contains(value))
}
