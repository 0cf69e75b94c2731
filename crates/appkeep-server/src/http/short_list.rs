//! Lists of declared resources, which are short enough to be built in memory.

use appkeep_api::metadata::ListMetadata;
use appkeep_api::reply::Reply;
use appkeep_core::actor::OpContext;
use appkeep_core::error::Error;
use appkeep_core::store::Position;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;

use super::call::Answered;
use super::columns::write_columns;
use super::list::{Asked, Columns, unwritable};
use super::{Http, media};

/// A complete list on the wire, with items of any type.
#[derive(Serialize)]
struct Whole<K, V> {
    #[serde(rename = "type")]
    kind: K,
    version: V,
    items: Vec<Value>,
    metadata: ListMetadata,
}

/// The values that precede a list's items: its type and version.
pub(super) struct Head<K, V>(pub(super) K, pub(super) V);

/// Responds with a list of `items`, which may not be convertible, that continues after `continue_after`.
pub(super) fn answer<T: Serialize, K: Serialize, V: Serialize>(
    http: &Http,
    ctx: &OpContext,
    Head(kind, version): Head<K, V>,
    items: impl Iterator<Item = Result<T, String>>,
    continue_after: Option<Position>,
    include: &Columns,
) -> Answered {
    let items = items
        .collect::<Result<Vec<T>, String>>()
        .map_err(Error::Internal)?;
    let item = |item: &T| match include {
        None => serde_json::to_value(item),
        Some(names) => {
            let mut columns = Vec::new();
            write_columns(item, names, &mut columns)?;
            serde_json::from_slice(&columns)
        }
    };
    let items: Result<Vec<Value>, _> = items.iter().map(item).collect();
    let items = items.map_err(|error| Error::from(unwritable(error)))?;
    let metadata = Asked::now(http, ctx).metadata(continue_after, items.len() as u64);
    let whole = Whole {
        kind,
        version,
        items,
        metadata,
    };
    Ok(Reply::json(StatusCode::OK, media::JSON, &whole))
}
