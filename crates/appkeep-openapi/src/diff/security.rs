//! Required credentials, and their sources.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Code;
use super::changes::{Changes, Pair};
use crate::document::{Document, Operation, escape, resolve};

/// The codes of changes that account for a difference in a security scheme.
pub(super) const CODES: [Code; 5] = [
    Code::SecurityAdded,
    Code::SecurityRemoved,
    Code::SecurityChanged,
    Code::SecurityWidened,
    Code::SecuritySchemeChanged,
];

/// Compares the credentials that one operation requires.
pub(super) fn compare(pair: &mut Pair<'_, '_>) {
    let (was, now) = (&pair.old.security, &pair.new.security);
    if was == now || was.is_open() && now.is_open() {
        return;
    }
    let code = if was.is_open() {
        Code::SecurityAdded
    } else if now.is_open() {
        Code::SecurityRemoved
    } else if now.asks_no_more_than(was) {
        Code::SecurityWidened
    } else {
        Code::SecurityChanged
    };
    let what = format!("OLD requires {was}, NEW {now}");
    let old_at = place(pair.changes.old, pair.old);
    let new_at = place(pair.changes.new, pair.new);
    pair.note(code, "", what, Some(&old_at), Some(&new_at));
}

/// The place that defines the required credentials of the operation.
fn place(document: &Document, operation: &Operation) -> String {
    let own = format!("{}/security", operation.at);
    if document.root().pointer(&own).is_some() {
        own
    } else {
        "/security".to_owned()
    }
}

/// Compares the credential sources of schemes with the same name.
pub(super) fn compare_schemes(changes: &mut Changes<'_>) {
    let (old, new) = (changes.old, changes.new);
    for name in names(old).intersection(&names(new)) {
        let at = format!("/components/securitySchemes/{}", escape(name));
        if source(old, &at) != source(new, &at) {
            let what = format!("`{name}`: flows or addresses differ");
            changes.note(Code::SecuritySchemeChanged, None, what, Some(&at), Some(&at));
        }
    }
}

fn names(document: &Document) -> BTreeSet<String> {
    let schemes = document.root().pointer("/components/securitySchemes");
    let schemes = schemes.and_then(Value::as_object);
    schemes.into_iter().flat_map(|all| all.keys().cloned()).collect()
}

/// The parts of a scheme that define the source of credentials, without the descriptions of scopes.
fn source(document: &Document, at: &str) -> (Option<Value>, Option<Value>) {
    let Ok((scheme, _)) = resolve(document.root(), at) else {
        return (None, None);
    };
    let mut flows = scheme.get("flows").cloned();
    let each = flows.as_mut().and_then(Value::as_object_mut);
    for flow in each.into_iter().flat_map(|flows| flows.values_mut()) {
        let scopes = flow.get_mut("scopes").and_then(Value::as_object_mut);
        scopes
            .into_iter()
            .flat_map(|scopes| scopes.values_mut())
            .for_each(|words| *words = Value::Null);
    }
    (flows, scheme.get("openIdConnectUrl").cloned())
}
