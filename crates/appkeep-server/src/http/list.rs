//! Lists, written while they are sent, so that memory stays bounded whatever their length.

use std::collections::HashMap;
use std::io;

use appkeep_api::app::{AppListType, AppVersion};
use appkeep_api::app_backup::{AppBackupListType, AppBackupVersion};
use appkeep_api::app_snap::{AppSnapListType, AppSnapVersion};
use appkeep_api::metadata::ListMetadata;
use appkeep_api::params::{Include, ListQuery, QueryParams};
use appkeep_api::reply::Reply;
use appkeep_api::words::{ContinueToken, Identifier, Timestamp};
use appkeep_core as core;
use appkeep_core::actor::OpContext;
use appkeep_core::error::Error;
use appkeep_core::ids::{AccountId, AppId};
use appkeep_core::listing::{ListOptions, Listed, Listing};
use appkeep_core::store::{ListAsk, ListFilter, Position, StoreError};
use bytes::Bytes;
use dropshot::Body;
use http::StatusCode;
use http_body_util::channel::Channel;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::problem::{Refusal, Rejected};
use super::wire_cache::WireCache;
use super::{Http, from_wire, media, to_wire};

/// A resource that can stand in a list.
pub(super) trait Item: Listed + Sync + 'static {
    /// Its form on the wire.
    type Wire: Serialize;

    /// What stands before the items: the list's type and version.
    fn head() -> Result<(Value, Value), serde_json::Error>;

    /// Its form on the wire; an error means that the store holds what the contract forbids.
    fn wire(&self) -> Result<Self::Wire, String>;
}

impl Item for core::app_backup::AppBackup {
    type Wire = appkeep_api::app_backup::AppBackup;

    fn head() -> Result<(Value, Value), serde_json::Error> {
        Ok((
            serde_json::to_value(AppBackupListType::AppBackups)?,
            serde_json::to_value(AppBackupVersion::V1_1)?,
        ))
    }

    fn wire(&self) -> Result<Self::Wire, String> {
        to_wire::app_backup(self)
    }
}

impl Item for core::app_snap::AppSnap {
    type Wire = appkeep_api::app_snap::AppSnap;

    fn head() -> Result<(Value, Value), serde_json::Error> {
        Ok((
            serde_json::to_value(AppSnapListType::AppSnaps)?,
            serde_json::to_value(AppSnapVersion::V1_2)?,
        ))
    }

    fn wire(&self) -> Result<Self::Wire, String> {
        to_wire::app_snap(self)
    }
}

impl Item for core::app::AppView {
    type Wire = appkeep_api::app::App;

    fn head() -> Result<(Value, Value), serde_json::Error> {
        Ok((
            serde_json::to_value(AppListType::Apps)?,
            serde_json::to_value(AppVersion::V2_2)?,
        ))
    }

    fn wire(&self) -> Result<Self::Wire, String> {
        to_wire::app(self)
    }
}

/// The names of the fields that a list is to show instead of whole resources.
pub(super) type Columns = Option<Vec<&'static str>>;

/// What a list's query asks for: its form, and which part of it.
pub(super) fn wanted<F>(
    query: QueryParams<ListQuery<Include<F>>>,
) -> (Columns, Result<ListOptions, Rejected>) {
    match query.0 {
        Ok(query) => {
            let options = from_wire::list_options(query.limit, query.goes_on);
            (query.include.map(|include| include.names), Ok(options))
        }
        Err(fault) => (None, Err(Rejected::Query(fault))),
    }
}

/// What to read along with the caller's token: the list's beginning, if it is clear what that is.
pub(super) fn ask<T: Item, I>(
    account: &Result<AccountId, I>,
    app: Option<&Result<AppId, I>>,
    options: &Result<ListOptions, I>,
) -> Option<ListAsk> {
    let app_id = match app {
        None => None,
        Some(app) => Some(*app.as_ref().ok()?),
    };
    Some(ListAsk {
        kind: T::KIND,
        filter: ListFilter {
            account_id: *account.as_ref().ok()?,
            app_id,
        },
        page: options.as_ref().ok()?.first_page(),
    })
}

/// About the list as a whole: who asked for it, and when.
pub(super) struct Asked {
    by: core::ids::SubjectId,
    at: chrono::DateTime<chrono::Utc>,
}

impl Asked {
    /// The actor asks now.
    pub(super) fn now(http: &Http, ctx: &OpContext) -> Self {
        Self {
            by: ctx.actor.subject,
            at: http.clock.now(),
        }
    }

    /// What is said about a list of so many items that goes on there.
    pub(super) fn metadata(&self, goes_on_after: Option<Position>, count: u64) -> ListMetadata {
        ListMetadata {
            goes_on: goes_on_after.map(|place| ContinueToken {
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

/// Answers with a list. A short one is written before it is sent, so that it can still become a problem.
pub(super) async fn answer<T: Item, R>(
    http: &Http,
    ctx: &OpContext,
    mut listing: Listing<T>,
    include: Columns,
) -> Result<Reply<R>, Refusal> {
    let asked = Asked::now(http, ctx);
    let mut writer = Writer {
        include,
        count: 0,
        wire_cache: http.wire_cache.clone(),
    };
    let mut written = head::<T>().map_err(Error::from)?;
    writer
        .page(&mut listing, &mut written)
        .await
        .map_err(Error::from)?;
    if listing.is_at_end() {
        writer.tail(&listing, &asked, &mut written).map_err(Error::from)?;
        return Ok(Reply::body(StatusCode::OK, media::JSON, written.into()));
    }
    let (mut sender, body) = Channel::<Bytes, io::Error>::new(1);
    tokio::spawn(async move {
        let mut chunk = written;
        loop {
            let ended = listing.is_at_end();
            let next = if ended {
                writer.tail(&listing, &asked, &mut chunk)
            } else {
                writer.page(&mut listing, &mut chunk).await
            };
            if let Err(error) = next {
                tracing::error!(%error, "a list broke off");
                // The answer has begun: the client must see that it is not whole.
                return sender.abort(io::Error::other(error));
            }
            // An error means that the client is gone.
            if sender.send_data(std::mem::take(&mut chunk).into()).await.is_err() || ended {
                return;
            }
        }
    });
    Ok(Reply::body(StatusCode::OK, media::JSON, Body::wrap(body)))
}

fn head<T: Item>() -> Result<Vec<u8>, StoreError> {
    let (kind, version) = T::head().map_err(unwritable)?;
    Ok(format!(r#"{{"type":{kind},"version":{version},"items":["#).into_bytes())
}

/// What can't be written doesn't come from the store in good order.
#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
pub(super) fn unwritable(error: serde_json::Error) -> StoreError {
    StoreError::Broken(error.to_string())
}

struct Writer {
    include: Columns,
    count: u64,
    wire_cache: WireCache,
}

impl Writer {
    /// Writes the next page. What was written for a version before isn't read again.
    async fn page<T: Item>(&mut self, listing: &mut Listing<T>, to: &mut Vec<u8>) -> Result<(), StoreError> {
        let versions = listing.next_page().await?;
        let cached: Vec<Option<Bytes>> = match self.include {
            None => versions
                .iter()
                .map(|version| self.wire_cache.get(version))
                .collect(),
            Some(_) => vec![None; versions.len()],
        };
        let ids = versions
            .iter()
            .zip(&cached)
            .filter(|(_, cached)| cached.is_none());
        let ids: Vec<Uuid> = ids.map(|(version, _)| version.position.id).collect();
        let mut read = HashMap::new();
        if !ids.is_empty() {
            let items = listing.fetch(&ids).await?;
            read.extend(items.into_iter().map(|item| (item.id(), item)));
        }
        for (version, cached) in versions.iter().zip(cached) {
            let text = match (cached, read.get(&version.position.id)) {
                (Some(text), _) => text,
                (None, Some(item)) => self.item(item)?,
                // It was deleted since the page was read.
                (None, None) => continue,
            };
            if self.count > 0 {
                to.push(b',');
            }
            self.count += 1;
            to.extend_from_slice(&text);
        }
        Ok(())
    }

    fn item<T: Item>(&self, item: &T) -> Result<Bytes, StoreError> {
        let wire = item.wire().map_err(StoreError::Broken)?;
        if let Some(names) = &self.include {
            let row = columns(&wire, names).map_err(unwritable)?;
            return Ok(serde_json::to_vec(&row).map_err(unwritable)?.into());
        }
        let text = Bytes::from(serde_json::to_vec(&wire).map_err(unwritable)?);
        self.wire_cache.insert(item.id(), item.generation(), text.clone());
        Ok(text)
    }

    fn tail<T: Item>(&self, listing: &Listing<T>, asked: &Asked, to: &mut Vec<u8>) -> Result<(), StoreError> {
        let metadata = asked.metadata(listing.goes_on_after(), self.count);
        to.extend_from_slice(br#"],"metadata":"#);
        serde_json::to_writer(&mut *to, &metadata).map_err(unwritable)?;
        to.push(b'}');
        Ok(())
    }
}

/// The values of the named fields, in that order; an absent one is null.
pub(super) fn columns(wire: &impl Serialize, names: &[&str]) -> Result<Vec<Value>, serde_json::Error> {
    let whole = serde_json::to_value(wire)?;
    Ok(names
        .iter()
        .map(|name| whole.get(name).cloned().unwrap_or(Value::Null))
        .collect())
}

#[cfg(test)]
mod tests {
    use appkeep_core::app_backup::AppBackup;

    use super::*;

    #[test]
    fn a_list_is_read_along_with_the_token_unless_what_is_asked_for_is_malformed() {
        let account_id = AccountId::from(Uuid::from_u128(1));
        let app = AppId::from(Uuid::from_u128(2));
        let options = ListOptions {
            limit: Some(7),
            after: None,
        };
        let read = |app_id| {
            Some(ListAsk {
                kind: AppBackup::KIND,
                filter: ListFilter { account_id, app_id },
                page: options.first_page(),
            })
        };
        let asked = |account, app: Option<Result<AppId, ()>>, options| {
            ask::<AppBackup, ()>(&account, app.as_ref(), &options)
        };
        assert_eq!(asked(Ok(account_id), None, Ok(options)), read(None));
        assert_eq!(asked(Ok(account_id), Some(Ok(app)), Ok(options)), read(Some(app)));
        assert_eq!(asked(Err(()), Some(Ok(app)), Ok(options)), None);
        assert_eq!(asked(Ok(account_id), Some(Err(())), Ok(options)), None);
        assert_eq!(asked(Ok(account_id), None, Err(())), None);
    }
}
