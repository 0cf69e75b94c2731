//! Proofs that two schemas share no value, and that a schema admits none.
//!
//! `true` is a proof; `false` only means that no proof was found.

use serde_json::Value;

use super::contain::Proof;
use super::node::Node;
use super::number::spellings;
use super::shape::{Shape, Types, range_of};

impl<'a> Proof<'a> {
    /// Whether a conjunction admits no value at all.
    pub(super) fn admits_nothing(&self, conjunction: &[Node<'a>]) -> bool {
        let Some(_step) = self.step() else { return false };
        self.expand(conjunction)
            .is_ok_and(|shapes| shapes.iter().all(|shape| self.is_empty(shape)))
    }

    /// Whether an alternative admits no value at all.
    pub(super) fn is_empty(&self, shape: &Shape<'a>) -> bool {
        if let Some(values) = &shape.values {
            return values
                .iter()
                .all(|value| self.small.all_admit(&shape.whole, value) == Some(false));
        }
        if shape.is_plainly_empty() {
            return true;
        }
        match shape.types {
            Types::OBJECT => self.is_object_impossible(shape),
            Types::ARRAY => {
                let own = &shape.arrays;
                let needed = usize::try_from(own.min).unwrap_or(usize::MAX);
                (0..needed.min(own.prefix_len() + 1)).any(|index| self.admits_nothing(&own.item(index)))
            }
            _ => false,
        }
    }

    /// Whether a required member is impossible, or there can't be enough members.
    fn is_object_impossible(&self, shape: &Shape<'a>) -> bool {
        let own = &shape.objects;
        let is_possible = |name: &String| {
            own.property(name)
                .is_some_and(|schemas| !self.admits_nothing(&schemas))
        };
        if !own.required.iter().all(is_possible) {
            return true;
        }
        if own.min == 0 || own.others().is_some_and(|others| !self.admits_nothing(&others)) {
            return false;
        }
        (own.names().iter().filter(|name| is_possible(name)).count() as u64) < own.min
    }

    /// Whether a conjunction of the smaller side shares no value with a schema of the larger.
    pub(super) fn are_disjoint(&self, conjunction: &[Node<'a>], large: &Node<'a>) -> bool {
        let Some(_step) = self.step() else { return false };
        self.expand(conjunction).is_ok_and(|shapes| {
            shapes
                .iter()
                .all(|shape| self.is_empty(shape) || self.is_apart(shape, large))
        })
    }

    /// Whether an alternative of the smaller side shares no value with a schema of the larger.
    pub(super) fn is_apart(&self, shape: &Shape<'a>, large: &Node<'a>) -> bool {
        let Some(_step) = self.step() else { return false };
        let Ok(large) = self.large.resolve(large) else {
            return false;
        };
        if let Some(values) = &shape.values {
            return values.iter().all(|value| {
                self.small.all_admit(&shape.whole, value) == Some(false)
                    || self.large.admits(&large, value) == Some(false)
            });
        }
        if large.value.as_bool() == Some(false) {
            return true;
        }
        if large.is_nullable() && shape.types.meets(Types::NULL) {
            return false;
        }
        if Types::of(&large).is_some_and(|types| !shape.types.meets(types)) {
            return true;
        }
        let is_refused = |value: &Value| self.small.all_admit(&shape.whole, value) == Some(false);
        if let Some(values) = large.get("enum").and_then(Value::as_array)
            && values
                .iter()
                .all(|value| spellings(value).is_some_and(|all| all.iter().all(is_refused)))
        {
            return true;
        }
        let every = |key: &str| {
            let branches = large.branches(key);
            !branches.is_empty() && branches.iter().all(|branch| self.is_apart(shape, branch))
        };
        large
            .branches("allOf")
            .iter()
            .any(|branch| self.is_apart(shape, branch))
            || every("anyOf")
            || every("oneOf")
            || self.restrictions_are_apart(shape, &large)
    }

    fn restrictions_are_apart(&self, shape: &Shape<'a>, large: &Node<'a>) -> bool {
        match shape.types {
            Types::STRING => lengths_are_apart(
                (shape.strings.min, shape.strings.max),
                (large.count("minLength"), large.count("maxLength")),
            ),
            Types::INTEGER | Types::NUMBER => shape.numbers.range.is_disjoint(range_of(large)),
            Types::ARRAY => lengths_are_apart(
                (shape.arrays.min, shape.arrays.max),
                (large.count("minItems"), large.count("maxItems")),
            ),
            Types::OBJECT => self.objects_are_apart(shape, large),
            _ => false,
        }
    }

    /// Whether a required member can't have the same value on both sides.
    fn objects_are_apart(&self, shape: &Shape<'a>, large: &Node<'a>) -> bool {
        let asked = large
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mut present = shape.objects.required.clone();
        present.extend(asked.filter_map(Value::as_str).map(str::to_owned));
        present.iter().any(|name| {
            let Some(own) = shape.objects.property(name) else {
                return true;
            };
            match large.received(name) {
                Some(all) => all.iter().any(|other| self.are_disjoint(&own, other)),
                None => true,
            }
        })
    }
}

fn lengths_are_apart(own: (u64, Option<u64>), other: (Option<u64>, Option<u64>)) -> bool {
    own.1.is_some_and(|max| other.0.is_some_and(|min| max < min)) || other.1.is_some_and(|max| max < own.0)
}
