//! Downloads of parts of files, and of directories, for which the generated operation has no arguments.

use std::ops::RangeInclusive;

use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, RANGE};
use uuid::Uuid;

use crate::Client;
use crate::content::Content;
use crate::error::Error;
use crate::exchange;
use crate::response::ResponseValue;

const OPERATION: &str = "app_backup_content_fetch_for_app";

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
