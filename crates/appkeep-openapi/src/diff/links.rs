//! Links from the values of a response to other operations.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Code;
use super::changes::Pair;
use super::tree::without_words;
use crate::document::{Document, Response, escape, resolve, route};

pub(super) fn compare(pair: &mut Pair<'_, '_>, old: &Response, new: &Response) {
    let was = links(pair.changes.old, old);
    let now = links(pair.changes.new, new);
    for (name, (link, at)) in &was {
        let subject = format!("link {name} of {}", old.status);
        match now.get(name) {
            None => {
                let what = format!("`{name}`");
                pair.note(Code::LinkRemoved, &subject, what, Some(at), Some(&new.at));
            }
            Some((other, new_at)) if link != other => {
                let what = difference(link, other);
                pair.note(Code::LinkChanged, &subject, what, Some(at), Some(new_at));
            }
            Some(_) => {}
        }
    }
    for (name, (_, at)) in now.iter().filter(|(name, _)| !was.contains_key(*name)) {
        let subject = format!("link {name} of {}", new.status);
        let what = format!("`{name}`");
        pair.note(Code::LinkAdded, &subject, what, Some(&old.at), Some(at));
    }
}

/// The links of a response by name, each with its content and place.
fn links(document: &Document, response: &Response) -> BTreeMap<String, (Value, String)> {
    let at = format!("{}/links", response.at);
    let Some(links) = document.root().pointer(&at).and_then(Value::as_object) else {
        return BTreeMap::new();
    };
    let read = |name: &String| {
        let (link, at) = resolve(document.root(), &format!("{at}/{}", escape(name))).ok()?;
        Some((name.clone(), (promise(document, link), at)))
    };
    links.keys().filter_map(read).collect()
}

/// The content of a link without descriptions. An operation is identified by its route, since ids may change.
fn promise(document: &Document, link: &Value) -> Value {
    let mut promise = without_words(link);
    let target = link.get("operationId").and_then(Value::as_str);
    if let Some(id) = target {
        let operation = document.operation(id);
        promise["operationId"] = json!(operation.map_or_else(
            || format!("{id}, which doesn't exist"),
            |operation| format!("{} {}", operation.method, route(&operation.path)),
        ));
    }
    promise
}

/// The first member in which two links differ.
fn difference(old: &Value, new: &Value) -> String {
    let members = [
        "operationId",
        "operationRef",
        "parameters",
        "requestBody",
        "server",
    ];
    let differing = members
        .iter()
        .find(|member| old.get(**member) != new.get(**member));
    let Some(member) = differing else {
        return "it differs".to_owned();
    };
    let text = |link: &Value| {
        link.get(*member)
            .map_or_else(|| "nothing".to_owned(), Value::to_string)
    };
    format!("`{member}`: {} became {}", text(old), text(new))
}
