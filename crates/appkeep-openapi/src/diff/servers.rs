//! The URLs of an operation's servers.

use serde_json::{Value, json};

use super::Code;
use super::changes::Pair;
use super::tree::without_words;
use crate::document::{Document, Operation};

pub(super) fn compare(pair: &mut Pair<'_, '_>) {
    let (was, old_at) = servers(pair.changes.old, pair.old);
    let (now, new_at) = servers(pair.changes.new, pair.new);
    for server in was.iter().filter(|server| !now.contains(server)) {
        pair.note(
            Code::ServerRemoved,
            "",
            address(server),
            Some(&old_at),
            Some(&new_at),
        );
    }
    for server in now.iter().filter(|server| !was.contains(server)) {
        pair.note(
            Code::ServerAdded,
            "",
            address(server),
            Some(&old_at),
            Some(&new_at),
        );
    }
}

fn address(server: &Value) -> String {
    let url = server.get("url").and_then(Value::as_str).unwrap_or_default();
    format!("`{url}`")
}

/// The servers of an operation with their place: those of the operation, of its path, or of the document.
fn servers(document: &Document, operation: &Operation) -> (Vec<Value>, String) {
    let path = operation.at.rsplit_once('/').map_or("", |(path, _)| path);
    for owner in [operation.at.as_str(), path, ""] {
        let at = format!("{owner}/servers");
        if let Some(servers) = document.root().pointer(&at).and_then(Value::as_array)
            && !servers.is_empty()
        {
            return (servers.iter().map(without_words).collect(), at);
        }
    }
    (vec![json!({"url": "/"})], "/servers".to_owned())
}
