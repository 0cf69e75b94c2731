//! Comparison of two documents as trees: all differing places, classified by their role.
//!
//! This finds every difference in notation. Differences that clients and servers can notice are found by the
//! comparison of operations. This comparison covers the rest: descriptions, examples, extensions and
//! equivalent notation.

mod arrays;
mod role;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub(super) use self::role::Kind;
use self::role::Role;
use crate::document::{escape, local};

/// A place at which two trees differ.
#[derive(Debug)]
pub(super) struct Difference<'v> {
    pub(super) kind: Kind,
    /// The value in OLD, with its place.
    pub(super) old: Option<(&'v Value, String)>,
    /// The value in NEW, with its place.
    pub(super) new: Option<(&'v Value, String)>,
}

/// Calls `found` for all places in which two documents differ, except for the version in `info` and that of OpenAPI.
pub(super) fn differences<'v>(old: &'v Value, new: &'v Value, found: &mut dyn FnMut(Difference<'v>)) {
    let mut walk = Walk {
        roots: (old, new),
        found,
    };
    walk.values(
        Some((old, String::new())),
        Some((new, String::new())),
        Role::Thing,
    );
}

/// A value without descriptions and extensions, at any depth.
pub(super) fn without_words(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let telling = members
                .iter()
                .filter(|(key, _)| *key != "description" && !key.starts_with("x-"));
            Value::Object(
                telling
                    .map(|(key, member)| (key.clone(), without_words(member)))
                    .collect(),
            )
        }
        Value::Array(items) => items.iter().map(without_words).collect(),
        other => other.clone(),
    }
}

/// The value at a place, if there is one.
type At<'v> = Option<(&'v Value, String)>;

struct Walk<'v, 'f> {
    roots: (&'v Value, &'v Value),
    found: &'f mut dyn FnMut(Difference<'v>),
}

impl<'v> Walk<'v, '_> {
    fn values(&mut self, old: At<'v>, new: At<'v>, role: Role) {
        let (was, now) = (value(&old), value(&new));
        if was == now {
            return;
        }
        let kind = match (role, was, now) {
            (Role::Skip, ..) => return,
            (Role::Leaf(kind), ..) => kind,
            (Role::Flag(kind), ..) if flag(was) != flag(now) => kind,
            (Role::Discriminator, Some(was), Some(now)) if is_same_choice(was, now) => Kind::Other,
            (Role::Discriminator, ..) => Kind::Encoding,
            (Role::Text, Some(_), Some(_)) => Kind::Words,
            (Role::Promise, Some(was), Some(now)) if without_words(was) == without_words(now) => Kind::Words,
            (Role::Set, Some(Value::Array(was)), Some(Value::Array(now)))
                if arrays::is_same_set(was, now) =>
            {
                return;
            }
            (Role::Thing, Some(Value::Object(was)), Some(Value::Object(now))) => {
                return self.members((was, now), (&old, &new), role::of);
            }
            (Role::Things(inner), was, now) if is_map(was) && is_map(now) => {
                return self.members((map(was), map(now)), (&old, &new), |_| inner.role());
            }
            (Role::Things(_) | Role::Branches, was, now) if is_list(was) && is_list(now) => {
                return self.items((list(was), list(now)), (&old, &new), role);
            }
            (Role::Thing, Some(Value::Array(was)), Some(Value::Array(now))) => {
                return self.items((was, now), (&old, &new), role);
            }
            _ => Kind::Other,
        };
        (self.found)(Difference { kind, old, new });
    }

    fn items(&mut self, lists: (&'v [Value], &'v [Value]), at: (&At<'v>, &At<'v>), role: Role) {
        let pairs = match role {
            Role::Things(_) => arrays::parameters(self.roots, lists),
            _ => arrays::branches(lists),
        };
        let (old_at, new_at) = (place(at.0), place(at.1));
        let item = |list: &'v [Value], at: &str, index: Option<usize>| {
            index.and_then(|index| Some((list.get(index)?, format!("{at}/{index}"))))
        };
        for (one, other) in pairs {
            let (one, other) = (item(lists.0, &old_at, one), item(lists.1, &new_at, other));
            self.values(one, other, Role::Thing);
        }
    }

    fn members(
        &mut self,
        (was, now): (&'v Map<String, Value>, &'v Map<String, Value>),
        at: (&At<'v>, &At<'v>),
        role: impl Fn(&str) -> Role,
    ) {
        let (old_at, new_at) = (place(at.0), place(at.1));
        let only_new = now.keys().filter(|key| !was.contains_key(*key));
        for key in was.keys().chain(only_new) {
            let member = |members: &'v Map<String, Value>, at: &str| {
                members
                    .get(key)
                    .map(|value| (value, format!("{at}/{}", escape(key))))
            };
            let path = format!("{old_at}/{key}");
            // The version of OpenAPI says how the API is described.
            let role = if path == "/info/version" || path == "/openapi" {
                Role::Skip
            } else {
                role(key)
            };
            self.values(member(was, &old_at), member(now, &new_at), role);
        }
    }
}

fn flag(value: Option<&Value>) -> &Value {
    value.unwrap_or(&Value::Bool(false))
}

/// Whether two discriminators choose the same schemas. Without a mapping, the value is the name of a schema.
fn is_same_choice(old: &Value, new: &Value) -> bool {
    let choice = |discriminator: &Value| {
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        let chosen = mapping.into_iter().flatten().filter_map(|(value, schema)| {
            let schema = schema.as_str()?;
            let name = schema.strip_prefix("#/components/schemas/").unwrap_or(schema);
            (name != value).then(|| (value.clone(), name.to_owned()))
        });
        chosen.collect::<BTreeMap<String, String>>()
    };
    old.get("propertyName") == new.get("propertyName") && choice(old) == choice(new)
}

fn value<'v>(at: &At<'v>) -> Option<&'v Value> {
    at.as_ref().map(|(value, _)| *value)
}

/// Whether a value is a map, or absent.
fn is_map(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_object)
}

fn map(value: Option<&Value>) -> &Map<String, Value> {
    value.and_then(Value::as_object).unwrap_or(&role::EMPTY)
}

/// Whether a value is a list, or absent.
fn is_list(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_array)
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn place(at: &At<'_>) -> String {
    at.as_ref().map(|(_, at)| at.clone()).unwrap_or_default()
}

/// The target of a reference object, as a JSON pointer.
pub(super) fn target(value: &Value) -> Option<String> {
    local(value.get("$ref")?.as_str()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The differences, with the places in both documents.
    fn found(old: &Value, new: &Value) -> Vec<(Kind, String, String)> {
        let mut found = Vec::new();
        differences(old, new, &mut |difference| found.push(difference));
        let place = |at: &At<'_>| at.as_ref().map_or_else(|| "-".to_owned(), |(_, at)| at.clone());
        found
            .iter()
            .map(|one| (one.kind, place(&one.old), place(&one.new)))
            .collect()
    }

    fn one(kind: Kind, old: &str, new: &str) -> Vec<(Kind, String, String)> {
        vec![(kind, old.to_owned(), new.to_owned())]
    }

    #[test]
    fn names_are_not_documentation_but_their_texts_are() {
        let scopes = |scopes: Value| json!({"flow": {"scopes": scopes}});
        let old = scopes(json!({"read": "Reading."}));
        assert_eq!(
            found(&old, &scopes(json!({"read": "To read."}))),
            one(Kind::Words, "/flow/scopes/read", "/flow/scopes/read")
        );
        assert_eq!(
            found(&old, &scopes(json!({}))),
            one(Kind::Other, "/flow/scopes/read", "-")
        );
    }

    #[test]
    fn equivalent_documents_conform() {
        let servers = |url: &str, words: &str| json!({"servers": [{"url": url, "description": words, "x-note": words}]});
        let old = servers("/v1", "one");
        let at = ("/servers", "/servers");
        assert_eq!(found(&old, &servers("/v1", "two")), one(Kind::Words, at.0, at.1));
        assert_eq!(found(&old, &servers("/v2", "one")), one(Kind::Other, at.0, at.1));
        let without = json!({"servers": [{"url": "/v1"}]});
        assert_eq!(without_words(&old), without);
    }

    #[test]
    fn examples_are_recognized_with_any_content() {
        let old = json!({"example": {"name": "a", "size": 1}});
        let new = json!({"example": {"name": "b", "size": 2}});
        assert_eq!(found(&old, &new), one(Kind::Example, "/example", "/example"));
    }

    #[test]
    fn sets_and_branches_have_no_order() {
        let old = json!({"required": ["a", "b"], "anyOf": [{"type": "string"}, {"type": "integer"}]});
        let turned = json!({"required": ["b", "a"], "anyOf": [{"type": "integer"}, {"type": "string"}]});
        assert_eq!(found(&old, &turned), []);
        let less = json!({"required": ["a"], "anyOf": [{"type": "integer"}]});
        let expected = [
            one(Kind::Other, "/required", "/required"),
            one(Kind::Other, "/anyOf/0", "-"),
        ];
        let mut all = found(&old, &less);
        all.sort_by_key(|(_, old, _)| std::cmp::Reverse(old.clone()));
        assert_eq!(all, expected.concat());
    }

    #[test]
    fn parameters_are_matched_by_name_and_other_lists_by_position() {
        let parameter =
            |name: &str, kind: &str| json!({"name": name, "in": "query", "schema": {"type": kind}});
        let old = json!({"parameters": [parameter("a", "string"), parameter("b", "string")]});
        let (a, b, c) = (
            parameter("a", "string"),
            parameter("b", "integer"),
            parameter("c", "string"),
        );
        // Each order, with the indices of `b` and `c`.
        for (new, changed, added) in [([&b, &c, &a], 0, 1), ([&c, &b, &a], 1, 0)] {
            let expected = [
                one(
                    Kind::Other,
                    "/parameters/1/schema/type",
                    &format!("/parameters/{changed}/schema/type"),
                ),
                one(Kind::Other, "-", &format!("/parameters/{added}")),
            ];
            assert_eq!(found(&old, &json!({"parameters": new})), expected.concat());
        }
        let (old, new) = (
            json!({"type": ["string", "null"]}),
            json!({"type": ["string", "integer"]}),
        );
        assert_eq!(found(&old, &new), one(Kind::Other, "/type/1", "/type/1"));
    }

    #[test]
    fn scalars_are_compared_as_a_whole() {
        for (key, old, new) in [
            ("properties", json!({"a": {}}), json!(["a"])),
            ("properties", json!(["a"]), json!({"a": {}})),
            ("parameters", json!([{"name": "a", "in": "query"}]), json!("a")),
            ("anyOf", json!("a"), json!([{"type": "string"}])),
        ] {
            let place = format!("/{key}");
            assert_eq!(
                found(&json!({key: old}), &json!({key: new})),
                one(Kind::Other, &place, &place)
            );
        }
        let new = json!({"properties": {"a": {"type": "string"}}});
        assert_eq!(found(&json!({}), &new), one(Kind::Other, "-", "/properties/a"));
    }
}
