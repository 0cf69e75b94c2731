//! Comparison of operations.

use super::changes::{Changes, Pair};
use super::{Code, Use, bodies, parameters, responses, security, servers};
use crate::document::{Operation, by_route};

/// Compares all operations and everything that belongs to them.
pub(super) fn compare(changes: &mut Changes<'_>) {
    let (all_old, all_new) = (changes.old.operations(), changes.new.operations());
    let (old_routes, new_routes) = (by_route(all_old), by_route(all_new));
    for old in all_old {
        match new_routes.get(&(old.method.as_str(), old.route())) {
            Some(new) => compare_operation(&mut Pair {
                changes: &mut *changes,
                old,
                new,
            }),
            None => changes.note(
                Code::OperationRemoved,
                Some(named(old)),
                route(old),
                Some(&old.at),
                None,
            ),
        }
    }
    for new in all_new {
        if !old_routes.contains_key(&(new.method.as_str(), new.route())) {
            changes.note(
                Code::OperationAdded,
                Some(named(new)),
                route(new),
                None,
                Some(&new.at),
            );
        }
    }
}

pub(super) fn named(operation: &Operation) -> Use {
    Use {
        operation: operation.id.clone(),
        subject: String::new(),
        path: String::new(),
    }
}

fn route(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.path)
}

fn compare_operation(pair: &mut Pair<'_, '_>) {
    compare_ids(pair);
    security::compare(pair);
    servers::compare(pair);
    compare_messages(pair);
}

pub(super) fn compare_ids(pair: &mut Pair<'_, '_>) {
    let (old, new) = (pair.old, pair.new);
    let id = |operation: &Operation| operation.id_given.then(|| format!("`{}`", operation.id));
    if id(old) != id(new) {
        let words = |operation| id(operation).unwrap_or_else(|| "no id".to_owned());
        let what = format!("{} became {}", words(old), words(new));
        let at = |operation: &Operation| format!("{}/operationId", operation.at);
        pair.note(Code::OperationIdChanged, "", what, Some(&at(old)), Some(&at(new)));
    }
}

/// Compares the requests and the responses.
pub(super) fn compare_messages(pair: &mut Pair<'_, '_>) {
    parameters::compare(pair);
    bodies::compare(pair);
    responses::compare(pair);
}
