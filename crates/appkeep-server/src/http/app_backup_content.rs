//! The handler of the content of files and directories of backups.

use std::io;

use appkeep_api::app_backup_file::ContentQuery;
use appkeep_api::params::{AppBackupPath, QueryParams};
use appkeep_api::reply::Reply;
use appkeep_core::authz::Write;
use appkeep_core::backup_file::{FileKind, FileStream, escape};
use appkeep_core::service::BackupContent;
use dropshot::Body;
use futures::stream;
use http::StatusCode;
use http::header::{ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, ETAG};
use http_body_util::StreamBody;
use hyper::body::Frame;
use uuid::Uuid;

use super::app_backup_files::{file_path, invalid, missing};
use super::byte_range::{self, Requested};
use super::call::{Answered, Call};
use super::disposition::attachment;
use super::media::{self, OCTETS, TAR};
use super::problem::{Refusal, Rejected};
use super::resources::ids_in_path;

/// The name of an archive of all volumes, without its extension.
const ROOT_NAME: &str = "backup";

pub(super) async fn fetch_for_app(
    call: &Call<'_>,
    path: AppBackupPath,
    query: QueryParams<ContentQuery>,
) -> Answered {
    // The content is the app's data, and with the right to write it could be restored anyway.
    let authorized = call.authorize::<Write>(path.account_id).await?;
    let request = ids_in_path(Some(path.app_id), path.app_backup_id)?;
    let query = query.0.map_err(Rejected::Query)?;
    let text = query.path.ok_or_else(|| missing("path"))?;
    let path = file_path(Some(&text))?;
    let service = &call.http().service;
    let content = service
        .app_backup_content_fetch_for_app(&authorized, request, &path)
        .await?;
    let without_content = |reason: String| Err(Refusal::from(invalid("path", reason)));
    match &content.entry().kind {
        FileKind::File => file(call, &content).await,
        FileKind::Directory if media::prefers(call.headers(), TAR, OCTETS) => archive(call, &content).await,
        FileKind::Directory => without_content(format!(
            "it is a directory, which is only sent to clients that accept {TAR}"
        )),
        FileKind::Symlink(target) => without_content(format!("it is a symbolic link to {}", escape(target))),
        FileKind::Other => without_content("it is a device, pipe or socket, which has no content".to_owned()),
    }
}

/// Responds with a file, or with a range of it.
async fn file(call: &Call<'_>, content: &BackupContent) -> Answered {
    let size = content.entry().size;
    // The content of a backup never changes.
    let etag = format!("\"{}\"", content.backup_id());
    let requested = if call.is_head() {
        Requested::Everything
    } else {
        byte_range::requested(call.headers(), &etag, size)
    };
    let (status, range) = match requested {
        Requested::Everything => (StatusCode::OK, 0..size),
        Requested::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Requested::Unsatisfiable => return Err(Refusal::Range { size }),
    };
    let bytes = range.end - range.start;
    let body = if call.is_head() {
        Body::empty()
    } else {
        body_of(
            content.read(range.clone()).await?,
            Some(bytes),
            call.correlation(),
        )
    };
    let reply = Reply::body(status, OCTETS, body)
        .with_header(CONTENT_LENGTH, &bytes.to_string())
        .with_header(CONTENT_DISPOSITION, &attachment(&name(content)))
        .with_header(ACCEPT_RANGES, "bytes")
        .with_header(ETAG, &etag);
    if status != StatusCode::PARTIAL_CONTENT {
        return Ok(reply);
    }
    let last = range.end.saturating_sub(1);
    Ok(reply.with_header(CONTENT_RANGE, &format!("bytes {}-{last}/{size}", range.start)))
}

/// Responds with an archive of a directory.
async fn archive(call: &Call<'_>, content: &BackupContent) -> Answered {
    let body = if call.is_head() {
        Body::empty()
    } else {
        body_of(content.read_archive().await?, None, call.correlation())
    };
    let name = format!("{}.tar", name(content));
    Ok(Reply::body(StatusCode::OK, TAR, body)
        .with_header(CONTENT_DISPOSITION, &attachment(&name))
        .with_header(ACCEPT_RANGES, "none"))
}

fn name(content: &BackupContent) -> String {
    let name = content.entry().path.name();
    name.map_or_else(|| ROOT_NAME.to_owned(), escape)
}

/// Sends the pieces as they are read. After an error, or if they don't have the expected size in bytes, the response is
/// broken: it has begun, and must not look complete. Reading ends when the client disconnects.
fn body_of(pieces: FileStream, expected: Option<u64>, correlation: Uuid) -> Body {
    let frames = stream::try_unfold((pieces, 0_u64), move |(mut pieces, sent)| async move {
        let broken = |reason: String| {
            tracing::error!(correlation.id = %correlation, reason, "a download was cut short");
            io::Error::other(reason)
        };
        match pieces.recv().await {
            Some(Ok(piece)) => {
                let sent = sent + piece.len() as u64;
                Ok(Some((Frame::data(piece), (pieces, sent))))
            }
            Some(Err(error)) => Err(broken(error.to_string())),
            None => match expected {
                Some(expected) if expected != sent => {
                    Err(broken(format!("{sent} of {expected} bytes were read")))
                }
                _ => Ok(None),
            },
        }
    });
    Body::wrap(StreamBody::new(frames))
}
