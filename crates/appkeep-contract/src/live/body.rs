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
    /// The body as JSON; `null` if it isn't JSON.
    pub(super) json: Value,
    /// The body, unless it is JSON.
    pub(super) bytes: Vec<u8>,
}

impl Content {
    pub(super) fn of(body: Vec<u8>) -> Self {
        match serde_json::from_slice(&body) {
            Ok(json) => Self {
                json,
                bytes: Vec::new(),
            },
            Err(_) => Self {
                json: Value::Null,
                bytes: body,
            },
        }
    }
}
