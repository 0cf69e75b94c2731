//! Lists: order, pages and columns.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::resources::USER;
use crate::testing::{Request, Response};

/// The time of every list: the `Date` of every response.
const LISTED: &str = "2040-01-01T00:00:00.000000Z";

/// A list of these items, or the rows and columns that the query requests. The items are ordered newest first.
pub(super) fn list(kind: &str, version: &str, mut items: Vec<Value>, request: &Request) -> Response {
    if let Some(token) = request.parameter("continue") {
        items.retain(|item| position(item).as_str() < token);
    }
    let limit = request.parameter("limit").and_then(|limit| limit.parse().ok());
    let limit = limit.unwrap_or(usize::MAX);
    let is_cut = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| is_cut).map(position);
    if let Some(fields) = request.parameter("include") {
        let row = |item: &Value| fields.split(',').map(|name| item[name].clone()).collect();
        items = items.iter().map(row).collect();
    }
    let mut body = json!({
        "type": format!("application/astra-{kind}"), "version": version, "items": items,
        "metadata": {
            "count": items.len(), "labels": [], "creationTimestamp": LISTED, "modificationTimestamp": LISTED,
            "createdBy": USER, "modifiedBy": USER,
        },
    });
    if let Some(next) = next {
        body["metadata"]["continue"] = json!(next);
    }
    Response::of_json(200, &body)
}

/// The position of an item: its time of creation and its id, as 48 hexadecimal digits.
fn position(item: &Value) -> String {
    let created = item["metadata"]["creationTimestamp"].as_str().unwrap_or_default();
    let created = created.parse::<DateTime<Utc>>().unwrap_or_default();
    let id = item["id"].as_str().and_then(|id| Uuid::parse_str(id).ok());
    format!(
        "{:016x}{:032x}",
        created.timestamp_micros(),
        id.unwrap_or_default().as_u128()
    )
}
