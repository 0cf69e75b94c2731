//! Pairs of items in lists whose order has no meaning.

use serde_json::Value;

use super::target;

/// Pairs of indices; an item without a counterpart has `None`.
pub(super) type Pairs = Vec<(Option<usize>, Option<usize>)>;

/// Whether two lists hold the same values.
pub(super) fn is_same_set(one: &[Value], other: &[Value]) -> bool {
    one.iter().all(|value| other.contains(value)) && other.iter().all(|value| one.contains(value))
}

/// Pairs equal branches, and the rest in order.
pub(super) fn branches(lists: (&[Value], &[Value])) -> Pairs {
    let (mut pairs, old, new) = equals(lists);
    let count = old.len().max(new.len());
    pairs.extend((0..count).map(|index| (old.get(index).copied(), new.get(index).copied())));
    pairs
}

/// Pairs equal parameters, then those with the same name and location.
pub(super) fn parameters(roots: (&Value, &Value), lists: (&[Value], &[Value])) -> Pairs {
    let (mut pairs, old, mut new) = equals(lists);
    for one in old {
        let wanted = lists.0.get(one).and_then(|value| key(roots.0, value));
        let found = new.iter().position(|other| {
            wanted.is_some() && lists.1.get(*other).and_then(|value| key(roots.1, value)) == wanted
        });
        pairs.push((Some(one), found.map(|index| new.remove(index))));
    }
    pairs.extend(new.into_iter().map(|other| (None, Some(other))));
    pairs
}

/// Pairs equal values; also returns the indices of values without an equal.
fn equals((old, new): (&[Value], &[Value])) -> (Pairs, Vec<usize>, Vec<usize>) {
    let mut left: Vec<usize> = (0..new.len()).collect();
    let mut alone = Vec::new();
    let mut pairs = Vec::new();
    for (index, value) in old.iter().enumerate() {
        match left.iter().position(|other| new.get(*other) == Some(value)) {
            Some(position) => pairs.push((Some(index), Some(left.remove(position)))),
            None => alone.push(index),
        }
    }
    (pairs, alone, left)
}

/// The name and location of a parameter, which may be a reference.
fn key<'v>(root: &'v Value, value: &'v Value) -> Option<(&'v str, &'v str)> {
    let value = match target(value) {
        Some(pointer) => root.pointer(&pointer)?,
        None => value,
    };
    Some((value.get("name")?.as_str()?, value.get("in")?.as_str()?))
}
