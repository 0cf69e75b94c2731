//! Comparison of operations.

use super::changes::{Changes, Pair};
use super::{Code, Use, bodies, parameters, responses, security, servers};
use crate::document::Operation;

/// Compares all operations and everything that belongs to them.
pub(super) fn compare(changes: &mut Changes<'_>) {
    let (all_old, all_new) = (changes.old.operations(), changes.new.operations());
    for old in all_old {
        match all_new.iter().find(|new| old.is_same_route_as(new)) {
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
        if !all_old.iter().any(|old| old.is_same_route_as(new)) {
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

fn named(operation: &Operation) -> Use {
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
    let (old, new) = (pair.old, pair.new);
    let id = |operation: &Operation| operation.id_given.then(|| format!("`{}`", operation.id));
    if id(old) != id(new) {
        let words = |operation| id(operation).unwrap_or_else(|| "no id".to_owned());
        let what = format!("{} became {}", words(old), words(new));
        let at = |operation: &Operation| format!("{}/operationId", operation.at);
        pair.note(Code::OperationIdChanged, "", what, Some(&at(old)), Some(&at(new)));
    }
    security::compare(pair);
    servers::compare(pair);
    parameters::compare(pair);
    bodies::compare(pair);
    responses::compare(pair);
}
