//! The content of files of backups, which is received piece by piece.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::HeaderMap;

use crate::error::{Error, ErrorKind, TransportError};

/// The content of a file, or an archive. Dropping it ends the download.
#[derive(Debug)]
pub struct Content {
    operation: &'static str,
    response: Response,
    headers: HeaderMap,
    /// The time to wait for a piece.
    timeout: Duration,
    /// The number of bytes received.
    bytes: usize,
}

impl Content {
    pub(crate) fn new(
        operation: &'static str,
        response: Response,
        headers: HeaderMap,
        timeout: Duration,
    ) -> Self {
        Self {
            operation,
            response,
            headers,
            timeout,
            bytes: 0,
        }
    }

    /// Returns the next piece; `None` after the last one. Waits for it as long as the client's timeout.
    ///
    /// # Errors
    /// When the connection fails or stalls before the content is complete. A server that can't read the rest of the
    /// content closes the connection.
    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let piece = tokio::time::timeout(self.timeout, self.response.chunk()).await;
        let kind = match piece {
            Ok(Ok(Some(piece))) => {
                self.bytes += piece.len();
                return Ok(Some(piece.into()));
            }
            Ok(Ok(None)) => return Ok(None),
            Ok(Err(cause)) => ErrorKind::Incomplete {
                status: self.response.status(),
                headers: self.headers.clone(),
                bytes: self.bytes,
                cause: TransportError(cause),
            },
            Err(_) => ErrorKind::Stalled {
                timeout: self.timeout,
            },
        };
        Err(Error::new(self.operation, kind))
    }
}
