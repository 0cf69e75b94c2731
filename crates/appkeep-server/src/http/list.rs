//! Lists, serialised while they are sent, so that memory stays bounded for lists of any length.

use std::io;

use appkeep_api::formats::{ContinueToken, Identifier, Timestamp};
use appkeep_api::metadata::ListMetadata;
use appkeep_api::params::{Include, ListQuery, QueryParams};
use appkeep_api::reply::Reply;
use appkeep_core as core;
use appkeep_core::actor::OpContext;
use appkeep_core::error::Error;
use appkeep_core::listing::{ListOptions, Listing};
use appkeep_core::store::{Position, StoreError};
use bytes::Bytes;
use dropshot::Body;
use http::StatusCode;
use http_body_util::channel::Channel;
use tracing::Instrument as _;

use super::call::Answered;
use super::columns::write_columns;
use super::item::Item;
use super::page_cache::{PageKey, WrittenPage};
use super::problem::Rejected;
use super::{Http, from_wire, media};

/// The names of the fields that a list shows instead of whole resources.
pub(super) type Columns = Option<Vec<&'static str>>;

/// Returns the columns and the part of the list that the query requests.
pub(super) fn wanted<F>(
    query: QueryParams<ListQuery<Include<F>>>,
) -> Result<(Columns, ListOptions), Rejected> {
    let query = query.0.map_err(Rejected::Query)?;
    let options = from_wire::list_options(query.limit, query.continue_token);
    Ok((query.include.map(|include| include.names), options))
}

/// The requester of a list and the time of the request, for its metadata.
pub(super) struct Asked {
    by: core::ids::SubjectId,
    at: chrono::DateTime<chrono::Utc>,
}

impl Asked {
    /// Creates the value for a request by the actor at the current time.
    pub(super) fn now(http: &Http, ctx: &OpContext) -> Self {
        Self {
            by: ctx.actor.subject,
            at: http.clock.now(),
        }
    }

    /// Returns the metadata of a list of `count` items that continues after that position.
    pub(super) fn metadata(&self, continue_after: Option<Position>, count: u64) -> ListMetadata {
        ListMetadata {
            continue_token: continue_after.map(|place| ContinueToken {
                created_micros: place.created_micros,
                id: place.id,
            }),
            count: Some(count),
            labels: Vec::new(),
            creation_timestamp: Timestamp(self.at),
            modification_timestamp: Timestamp(self.at),
            created_by: Identifier(self.by.as_uuid()),
            modified_by: Some(Identifier(self.by.as_uuid())),
        }
    }
}

/// Responds with a list. A short one is serialised before it is sent, so that a failure can still become a
/// problem. It is cached until something in the account changes.
pub(super) async fn answer<T: Item>(
    http: &Http,
    ctx: &OpContext,
    mut listing: Listing<T>,
    include: Columns,
) -> Answered {
    let asked = Asked::now(http, ctx);
    let key = PageKey::of(&listing, include.as_deref());
    if let Some(page) = key.as_ref().and_then(|key| http.page_cache.get(key)) {
        let reply = whole(page.written.to_vec(), page.count, page.continue_after, &asked);
        return Ok(reply.map_err(Error::from)?);
    }
    let mut writer = Writer { include, count: 0 };
    let mut written = head::<T>().map_err(Error::from)?;
    writer
        .page(&mut listing, &mut written)
        .await
        .map_err(Error::from)?;
    if listing.is_at_end() {
        let (count, continue_after) = (writer.count, listing.continue_after());
        if let Some(key) = key {
            let page = WrittenPage {
                written: Bytes::copy_from_slice(&written),
                count,
                continue_after,
            };
            http.page_cache.insert(key, page);
        }
        let reply = whole(written, count, continue_after, &asked);
        return Ok(reply.map_err(Error::from)?);
    }
    let (mut sender, body) = Channel::<Bytes, io::Error>::new(1);
    let stream = async move {
        let mut chunk = written;
        loop {
            let ended = listing.is_at_end();
            let next = if ended {
                tail(writer.count, listing.continue_after(), &asked, &mut chunk)
            } else {
                writer.page(&mut listing, &mut chunk).await
            };
            if let Err(error) = next {
                tracing::error!(%error, "a list response was cut short");
                // The response has begun: only a broken stream shows the client that it is incomplete.
                return sender.abort(io::Error::other(error));
            }
            // An error means that the client has disconnected.
            if sender.send_data(std::mem::take(&mut chunk).into()).await.is_err() || ended {
                return;
            }
        }
    };
    tokio::spawn(stream.in_current_span());
    Ok(Reply::body(StatusCode::OK, media::JSON, Body::wrap(body)))
}

/// Responds with a list of which everything but the metadata is serialised.
fn whole(
    mut written: Vec<u8>,
    count: u64,
    continue_after: Option<Position>,
    asked: &Asked,
) -> Result<Reply<()>, StoreError> {
    tail(count, continue_after, asked, &mut written)?;
    Ok(Reply::body(StatusCode::OK, media::JSON, written.into()))
}

fn tail(
    count: u64,
    continue_after: Option<Position>,
    asked: &Asked,
    to: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let metadata = asked.metadata(continue_after, count);
    to.extend_from_slice(br#"],"metadata":"#);
    serde_json::to_writer(&mut *to, &metadata).map_err(unwritable)?;
    to.push(b'}');
    Ok(())
}

fn head<T: Item>() -> Result<Vec<u8>, StoreError> {
    let (kind, version) = T::LIST;
    let kind = serde_json::to_string(&kind).map_err(unwritable)?;
    let version = serde_json::to_string(&version).map_err(unwritable)?;
    Ok(format!(r#"{{"type":{kind},"version":{version},"items":["#).into_bytes())
}

/// Converts a serialisation error. A value that can't be serialised means that the store is damaged.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that map_err requires"
)]
pub(super) fn unwritable(error: serde_json::Error) -> StoreError {
    StoreError::Broken(error.to_string())
}

struct Writer {
    include: Columns,
    count: u64,
}

impl Writer {
    /// Serialises the next page.
    async fn page<T: Item>(&mut self, listing: &mut Listing<T>, to: &mut Vec<u8>) -> Result<(), StoreError> {
        for item in listing.next_page().await? {
            if self.count > 0 {
                to.push(b',');
            }
            self.count += 1;
            let wire = item.wire().map_err(StoreError::Broken)?;
            let written = match &self.include {
                None => serde_json::to_writer(&mut *to, &wire),
                Some(names) => write_columns(&wire, names, to),
            };
            written.map_err(unwritable)?;
        }
        Ok(())
    }
}
