//! The content of files of backups, which is received piece by piece.

use std::ops::RangeInclusive;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, RANGE};
use reqwest::{RequestBuilder, Response};
use uuid::Uuid;

use crate::Client;
use crate::error::{Error, ErrorKind, TransportError};
use crate::exchange;
use crate::response::ResponseValue;

const OPERATION: &str = "app_backup_content_fetch_for_app";

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

impl Client {
    /// Reads a range of the bytes of a file of a backup, as [`Self::app_backup_content_fetch_for_app`]. A range that ends
    /// after the file is shortened.
    ///
    /// # Errors
    /// With status 416 if the range begins after the end of the file.
    pub async fn app_backup_content_range_for_app(
        &self,
        account_id: Uuid,
        app_id: Uuid,
        app_backup_id: Uuid,
        path: &str,
        range: RangeInclusive<u64>,
    ) -> Result<ResponseValue<Content>, Error> {
        let range = format!("bytes={}-{}", range.start(), range.end());
        let request = self.content_request(account_id, app_id, app_backup_id, path);
        exchange::stream(self, OPERATION, request.header(RANGE, range)).await
    }

    /// Reads a directory of a backup with everything below it as a tar archive.
    ///
    /// # Errors
    /// When the server refuses or fails.
    pub async fn app_backup_archive_for_app(
        &self,
        account_id: Uuid,
        app_id: Uuid,
        app_backup_id: Uuid,
        path: &str,
    ) -> Result<ResponseValue<Content>, Error> {
        let request = self.content_request(account_id, app_id, app_backup_id, path);
        exchange::stream(self, OPERATION, request.header(ACCEPT, "application/x-tar")).await
    }

    fn content_request(&self, account_id: Uuid, app_id: Uuid, backup_id: Uuid, path: &str) -> RequestBuilder {
        let base_url = &self.baseurl;
        let url =
            format!("{base_url}/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{backup_id}/content");
        self.client.get(url).query(&[("path", path)])
    }
}
