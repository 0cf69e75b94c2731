//! Two documents as trees: every place at which they differ, told apart by what stands there.
//!
//! This finds whatever is written differently. What peers notice of it is found operation by operation; this is
//! for the rest: words, examples, extensions, and what is merely put in another way.

mod arrays;
mod role;

use serde_json::{Map, Value};

pub(super) use self::role::Kind;
use self::role::Role;
use crate::document::{escape, local};

/// A place at which two trees differ.
#[derive(Debug)]
pub(super) struct Difference<'v> {
    pub(super) kind: Kind,
    /// What stands in OLD, with its place.
    pub(super) old: Option<(&'v Value, String)>,
    /// What stands in NEW, with its place.
    pub(super) new: Option<(&'v Value, String)>,
}

/// All places at which two documents differ; the version in `info` isn't one.
pub(super) fn differences<'v>(old: &'v Value, new: &'v Value) -> Vec<Difference<'v>> {
    let mut walk = Walk {
        roots: (old, new),
        found: Vec::new(),
    };
    walk.values(
        Some((old, String::new())),
        Some((new, String::new())),
        Role::Thing,
    );
    walk.found
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

/// What stands at a place, if something does.
type At<'v> = Option<(&'v Value, String)>;

struct Walk<'v> {
    roots: (&'v Value, &'v Value),
    found: Vec<Difference<'v>>,
}

impl<'v> Walk<'v> {
    fn values(&mut self, old: At<'v>, new: At<'v>, role: Role) {
        let (was, now) = (value(&old), value(&new));
        if was == now {
            return;
        }
        let kind = match (role, was, now) {
            (Role::Skip, ..) => return,
            (Role::Leaf(kind), ..) => kind,
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
        self.found.push(Difference { kind, old, new });
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
            let role = if path == "/info/version" {
                Role::Skip
            } else {
                role(key)
            };
            self.values(member(was, &old_at), member(now, &new_at), role);
        }
    }
}

fn value<'v>(at: &At<'v>) -> Option<&'v Value> {
    at.as_ref().map(|(value, _)| *value)
}

/// A map, or one that was left out.
fn is_map(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_object)
}

fn map(value: Option<&Value>) -> &Map<String, Value> {
    value.and_then(Value::as_object).unwrap_or(&role::EMPTY)
}

/// A list, or one that was left out.
fn is_list(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_array)
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn place(at: &At<'_>) -> String {
    at.as_ref().map(|(_, at)| at.clone()).unwrap_or_default()
}

/// Where a reference object leads, as a JSON pointer.
pub(super) fn target(value: &Value) -> Option<String> {
    local(value.get("$ref")?.as_str()?).ok()
}
