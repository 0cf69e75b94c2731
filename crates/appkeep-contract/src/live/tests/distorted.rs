//! A shelf whose answers are distorted, each in a way that depends on the request alone.

use serde_json::{Value, json};

use super::canned::{Reply, Request};
use super::shelf::Shelf;

type Twist = fn(&mut Value);

fn items(list: &mut Value) -> &mut Vec<Value> {
    list["items"].as_array_mut().unwrap()
}

/// What may be wrong with a list.
const OF_LISTS: [Twist; 8] = [
    |_| {},
    |list| items(list).reverse(),
    |list| list["metadata"]["count"] = json!(99),
    |list| {
        items(list).pop();
    },
    |list| {
        let last = items(list).last().cloned();
        items(list).extend(last);
    },
    |list| list["metadata"]["continue"] = json!("0".repeat(48)),
    |list| list["items"] = json!([[7, "a"], {"id": "b"}]),
    |list| {
        // Rows of columns have no name.
        for name in items(list).iter_mut().filter_map(|item| item.get_mut("name")) {
            *name = json!("changed");
        }
    },
];

/// What may be wrong with one thing.
const OF_THINGS: [Twist; 14] = [
    |_| {},
    |thing| thing["bytesDone"] = json!(9),
    |thing| thing["percentDone"] = json!(50),
    |thing| thing["state"] = json!("running"),
    |thing| thing["state"] = json!("failed"),
    |thing| thing["metadata"]["modificationTimestamp"] = json!("2025-01-01T00:00:00Z"),
    |thing| thing["metadata"]["labels"] = json!([{"name": "a", "value": "b"}]),
    |thing| thing["name"] = json!("changed"),
    |thing| thing["stateUnready"] = json!(["why not"]),
    |thing| thing["totalBytes"] = Value::Null,
    |thing| thing["metadata"] = Value::Null,
    |thing| thing["id"] = json!("5e1f0000-0000-4000-8000-00000000ffff"),
    |thing| thing["snapshotAppAsset"] = Value::Null,
    |thing| thing["version"] = json!("0.9"),
];

/// What may be wrong with a problem.
const OF_PROBLEMS: [Twist; 6] = [
    |_| {},
    |problem| problem["status"] = json!("999"),
    |problem| problem["type"] = json!("https://astra.netapp.io/problems/777"),
    |problem| problem["invalidParams"] = json!([{"name": "limit", "reason": "r"}]),
    |problem| problem["invalidFields"] = json!([{"name": "name", "reason": "r"}]),
    |problem| problem["correlationID"] = json!("5e1f0000-0000-4000-8000-00000000eeee"),
];

/// Values of `Allow`, and of `ETag`.
const ALLOWS: [&str; 4] = ["", "GET", "GET, POST, PATCH", "DELETE, GET, HEAD"];
const TAGS: [&str; 3] = ["\"1\"", "\"2\"", "nonsense"];

/// One of many, chosen by a request and some salt.
fn chosen<T: Copy>(all: &[T], request: &Request, salt: u32) -> T {
    let text = format!("{} {} {}", request.method, request.path, request.query);
    // FNV-1a
    let hash = text.bytes().fold(0x811c_9dc5 ^ salt, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    all[usize::try_from(hash >> 8).unwrap_or_default() % all.len()]
}

/// Answers as the shelf does, but for what is wrong with it.
pub(super) fn answer(shelf: &Shelf, request: &Request, salt: u32) -> Reply {
    let reply = shelf.answer(request);
    let twists: &[Twist] = match reply.status() {
        400.. => &OF_PROBLEMS,
        // A walk has to end, or it takes hundreds of pages.
        _ if request.query.contains("continue") => return reply,
        _ if reply.body().get("items").is_some() => &OF_LISTS,
        200 | 201 => &OF_THINGS,
        _ => return reply,
    };
    let reply = match reply.status() {
        405 => reply.with("Allow", chosen(&ALLOWS, request, salt)),
        200 | 201 => reply.with("ETag", chosen(&TAGS, request, salt)),
        _ => reply,
    };
    let mut body = reply.body();
    chosen(twists, request, salt)(&mut body);
    reply.with_body(&body)
}
