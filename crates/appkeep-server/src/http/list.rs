//! Lists, written while they are sent, so that memory stays bounded whatever their length.

use std::io;

use appkeep_api::app_backup::{AppBackupListType, AppBackupVersion};
use appkeep_api::app_snap::{AppSnapListType, AppSnapVersion};
use appkeep_api::metadata::ListMetadata;
use appkeep_api::reply::Reply;
use appkeep_api::words::{ContinueToken, Identifier, Timestamp};
use appkeep_core as core;
use appkeep_core::error::Error;
use appkeep_core::listing::{Listed, Listing};
use bytes::Bytes;
use dropshot::Body;
use http::StatusCode;
use http_body_util::channel::Channel;
use serde::Serialize;
use serde_json::Value;

use super::problem::Rejected;
use super::{media, to_wire};

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

/// About the list as a whole: who asked for it, and when.
pub(super) struct Asked {
    pub(super) by: core::ids::SubjectId,
    pub(super) at: chrono::DateTime<chrono::Utc>,
}

/// Answers with a list. A short one is written before it is sent, so that it can still become a problem.
pub(super) async fn answer<T: Item, R>(
    mut listing: Listing<T>,
    include: Option<Vec<&'static str>>,
    asked: Asked,
) -> Result<Reply<R>, Error<Rejected>> {
    let mut writer = Writer { include, count: 0 };
    let failed = |reason: String| Error::Internal(reason);
    let mut written = head::<T>().map_err(failed)?;
    let first = listing.next_page().await?;
    writer.items(&first, &mut written).map_err(failed)?;
    let second = listing.next_page().await?;
    if second.is_empty() {
        writer.tail(&listing, &asked, &mut written).map_err(failed)?;
        return Ok(Reply::body(StatusCode::OK, media::JSON, written.into()));
    }
    let (mut sender, body) = Channel::<Bytes, io::Error>::new(1);
    tokio::spawn(async move {
        let sent = async {
            sender
                .send_data(written.into())
                .await
                .map_err(|_| Stopped::ClientGone)?;
            let mut page = second;
            while !page.is_empty() {
                let mut chunk = Vec::new();
                writer.items(&page, &mut chunk).map_err(Stopped::Failed)?;
                sender
                    .send_data(chunk.into())
                    .await
                    .map_err(|_| Stopped::ClientGone)?;
                page = listing
                    .next_page()
                    .await
                    .map_err(|error| Stopped::Failed(error.to_string()))?;
            }
            let mut chunk = Vec::new();
            writer
                .tail(&listing, &asked, &mut chunk)
                .map_err(Stopped::Failed)?;
            sender
                .send_data(chunk.into())
                .await
                .map_err(|_| Stopped::ClientGone)
        };
        if let Err(Stopped::Failed(reason)) = sent.await {
            tracing::error!(reason, "a list broke off");
            // The answer has begun: the client must see that it is not whole.
            sender.abort(io::Error::other(reason));
        }
    });
    Ok(Reply::body(StatusCode::OK, media::JSON, Body::wrap(body)))
}

enum Stopped {
    ClientGone,
    Failed(String),
}

fn head<T: Item>() -> Result<Vec<u8>, String> {
    let (kind, version) = T::head().map_err(|error| error.to_string())?;
    Ok(format!(r#"{{"type":{kind},"version":{version},"items":["#).into_bytes())
}

struct Writer {
    include: Option<Vec<&'static str>>,
    count: u64,
}

impl Writer {
    fn items<T: Item>(&mut self, page: &[T], to: &mut Vec<u8>) -> Result<(), String> {
        for item in page {
            if self.count > 0 {
                to.push(b',');
            }
            self.count += 1;
            let wire = item.wire()?;
            let written = match &self.include {
                None => serde_json::to_writer(&mut *to, &wire),
                Some(names) => columns(&wire, names).and_then(|row| serde_json::to_writer(&mut *to, &row)),
            };
            written.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn tail<T: Item>(&self, listing: &Listing<T>, asked: &Asked, to: &mut Vec<u8>) -> Result<(), String> {
        let metadata = ListMetadata {
            goes_on: listing.goes_on_after().map(|place| ContinueToken {
                created_micros: place.created_micros,
                id: place.id,
            }),
            count: Some(self.count),
            labels: Vec::new(),
            creation_timestamp: Timestamp(asked.at),
            modification_timestamp: Timestamp(asked.at),
            created_by: Identifier(asked.by.as_uuid()),
        };
        to.extend_from_slice(br#"],"metadata":"#);
        serde_json::to_writer(&mut *to, &metadata).map_err(|error| error.to_string())?;
        to.push(b'}');
        Ok(())
    }
}

/// The values of the named fields, in that order; an absent one is null.
fn columns(wire: &impl Serialize, names: &[&str]) -> Result<Vec<Value>, serde_json::Error> {
    let whole = serde_json::to_value(wire)?;
    Ok(names
        .iter()
        .map(|name| whole.get(name).cloned().unwrap_or(Value::Null))
        .collect())
}
