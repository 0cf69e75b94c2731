//! Required credentials, and their sources.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Code;
use super::changes::{Changes, Pair};
use super::tree::without_words;
use crate::document::{Document, Operation, escape, resolve};

/// The codes of changes that account for a difference in a security scheme.
pub(super) const CODES: [Code; 6] = [
    Code::SecurityAdded,
    Code::SecurityRemoved,
    Code::SecurityChanged,
    Code::SecurityWidened,
    Code::SecuritySchemeChanged,
    Code::SecuritySchemeWidened,
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

/// Compares the credential sources of the schemes that both documents use.
pub(super) fn compare_schemes(changes: &mut Changes<'_>) {
    let (old, new) = (changes.old, changes.new);
    for name in used(old).intersection(&used(new)) {
        let (was, now) = (source(old, name), source(new, name));
        let (code, difference) = match widening(was.as_ref(), now.as_ref()) {
            Some(false) => continue,
            Some(true) => (Code::SecuritySchemeWidened, "more flows or scopes"),
            None => (Code::SecuritySchemeChanged, "flows or addresses differ"),
        };
        let what = format!("`{name}`: {difference}");
        let at = scheme_at(name);
        changes.note(code, None, what, Some(&at), Some(&at));
    }
}

fn scheme_at(name: &str) -> String {
    format!("/components/securitySchemes/{}", escape(name))
}

/// The names of the schemes that some operation requires.
pub(super) fn used(document: &Document) -> BTreeSet<String> {
    let requirements = |operation: &Operation| document.root().pointer(&place(document, operation));
    let lists = document.operations().iter().filter_map(requirements);
    let alternatives = lists.filter_map(Value::as_array).flatten();
    alternatives
        .filter_map(Value::as_object)
        .flat_map(|schemes| schemes.keys().cloned())
        .collect()
}

/// The source of tokens of a scheme; `None` for schemes of which everything is in the requirements.
fn source(document: &Document, name: &str) -> Option<Value> {
    let (scheme, _) = resolve(document.root(), &scheme_at(name)).ok()?;
    let kind = scheme.get("type")?.as_str()?;
    match kind {
        "oauth2" => Some(without_words(scheme.get("flows")?)),
        "openIdConnect" => scheme.get("openIdConnectUrl").cloned(),
        _ => None,
    }
}

/// Whether a source offers more than before; `None` if it offers less, or has moved.
fn widening(old: Option<&Value>, new: Option<&Value>) -> Option<bool> {
    match (old, new) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let mut is_wider = new.keys().any(|key| !old.contains_key(key));
            for (key, was) in old {
                let now = new.get(key)?;
                match (key.as_str(), was, now) {
                    // The values of scopes are descriptions.
                    ("scopes", Value::Object(was), Value::Object(now)) => {
                        if was.keys().any(|scope| !now.contains_key(scope)) {
                            return None;
                        }
                        is_wider |= now.len() > was.len();
                    }
                    (_, Value::Object(_), Value::Object(_)) => {
                        is_wider |= widening(Some(was), Some(now))?;
                    }
                    _ if was == now => {}
                    _ => return None,
                }
            }
            Some(is_wider)
        }
        _ => (old == new).then_some(false),
    }
}
