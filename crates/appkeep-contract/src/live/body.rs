//! Reads response bodies up to a limit, so that no server can fill the checker's memory.

use reqwest::Response;
use serde_json::Value;

/// Errors from reading a body.
#[derive(Debug)]
pub(super) enum ReadError {
    /// The body has more bytes than the limit.
    TooLarge,
    /// The connection failed before the end.
    Broken(reqwest::Error),
}

/// Reads a whole body of at most `bytes_max` bytes. A body with a larger `Content-Length` isn't read.
///
/// Bytes are counted as received: the client requests no compression and doesn't decompress.
pub(super) async fn read(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, ReadError> {
    let declared = response.content_length().unwrap_or_default();
    if usize::try_from(declared).map_or(true, |bytes| bytes > bytes_max) {
        return Err(ReadError::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(ReadError::Broken)? {
        if body.len() + chunk.len() > bytes_max {
            return Err(ReadError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The body of a response.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    /// The body as JSON; `null` if it isn't JSON, or the content of a file.
    pub(super) json: Value,
    /// The body.
    pub(super) bytes: Vec<u8>,
}

impl Content {
    /// Reads a body, which is the content of a file if its media type says so.
    pub(super) fn of(body: Vec<u8>, media_type: &str) -> Self {
        let is_file = FILE_TYPES.iter().any(|start| media_type.starts_with(start));
        let json = if is_file {
            Value::Null
        } else {
            serde_json::from_slice(&body).unwrap_or_default()
        };
        Self { json, bytes: body }
    }
}

/// The beginnings of the media types of files, whose content may look like a response.
const FILE_TYPES: [&str; 2] = ["application/octet-stream", "application/x-tar"];
