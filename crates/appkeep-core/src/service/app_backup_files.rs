//! The operations on single files of backups.
//!
//! Names, sizes and times of files are metadata, which every role can read. The content of files requires the right to
//! write: a client with it can also restore the files.

use std::ops::Range;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::actor::OpContext;
use crate::app_backup::AppBackup;
use crate::audit::Download;
use crate::authz::{Authorized, Read, Write};
use crate::backup_changes::{ChangePage, ListChanges, list_changes};
use crate::backup_file::{BackupData, BackupFiles, FileEntry, FilePage, FilePath, FileStream, ListFiles};
use crate::engine::EngineError;
use crate::error::Error;
use crate::ids::{AccountId, AppBackupId, BackupKind};
use crate::state::ResourceState;

use super::{ResourceRef, Service};

/// The maximum number of entries or differences in a page.
pub const FILE_PAGE_MAX: usize = 10_000;

/// The number of entries or differences in a page if no limit is requested.
pub const FILE_PAGE_DEFAULT: usize = 1_000;

impl Service {
    /// Lists files of a completed backup.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_backup_file_list_for_app(
        &self,
        authorized: &Authorized<Read>,
        request: ResourceRef<BackupKind>,
        files: &ListFiles,
    ) -> Result<FilePage, Error> {
        let backup = self.stored_backup(authorized.account_id(), request).await?;
        let data = self.completed(&backup).await?;
        let (reader, cancel) = (self.files()?, CancellationToken::new());
        let page = reader.list_files(&data, files, &cancel);
        page.await
            .map_err(|error| unreadable(&error))?
            .ok_or(Error::FileNotFound)
    }

    /// Lists the differences between a completed backup and another one of its app, `base`.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_backup_change_list_for_app(
        &self,
        authorized: &Authorized<Read>,
        request: ResourceRef<BackupKind>,
        base: AppBackupId,
        changes: &ListChanges,
    ) -> Result<ChangePage, Error> {
        let account_id = authorized.account_id();
        let backup = self.stored_backup(account_id, request).await?;
        let base = self.store.fetch_resource(account_id, base).await?;
        let base = base
            .filter(|base: &AppBackup| base.app_id == backup.app_id)
            .ok_or(Error::BaseNotFound)?;
        let data = self.completed(&backup).await?;
        let base = self.completed(&base).await.map_err(|error| match error {
            Error::BackupNotCompleted => Error::BaseNotCompleted,
            error => error,
        })?;
        let (reader, cancel) = (self.files()?, CancellationToken::new());
        let page = list_changes(reader.as_ref(), (&base, &data), changes, &cancel);
        page.await
            .map_err(|error| unreadable(&error))?
            .ok_or(Error::FileNotFound)
    }

    /// Finds an entry of a completed backup, whose content can then be read.
    ///
    /// # Errors
    /// In the order of checks of this module's documentation.
    pub async fn app_backup_content_fetch_for_app(
        &self,
        authorized: &Authorized<Write>,
        request: ResourceRef<BackupKind>,
        path: &FilePath,
    ) -> Result<BackupContent, Error> {
        let backup = self.stored_backup(authorized.account_id(), request).await?;
        let data = self.completed(&backup).await?;
        let (reader, cancel) = (self.files()?, CancellationToken::new());
        let entry = reader.find_file(&data, path, &cancel);
        let entry = entry
            .await
            .map_err(|error| unreadable(&error))?
            .ok_or(Error::FileNotFound)?;
        Ok(BackupContent {
            entry,
            backup,
            data,
            files: Arc::clone(reader),
            ctx: authorized.ctx().clone(),
        })
    }

    fn files(&self) -> Result<&Arc<dyn BackupFiles>, Error> {
        let unavailable = || Error::Unavailable("this process doesn't read files of backups".to_owned());
        self.files.as_ref().ok_or_else(unavailable)
    }

    async fn stored_backup(
        &self,
        account_id: AccountId,
        request: ResourceRef<BackupKind>,
    ) -> Result<AppBackup, Error> {
        self.check_app(account_id, request.app_id).await?;
        request.select(self.store.fetch_resource(account_id, request.id).await?)
    }

    /// The location of a backup's data.
    async fn completed(&self, backup: &AppBackup) -> Result<BackupData, Error> {
        if backup.state != ResourceState::Completed {
            return Err(Error::BackupNotCompleted);
        }
        let bucket_id = backup.details.bucket_id;
        let bucket = self.store.fetch_bucket(backup.account_id, bucket_id).await?;
        Ok(BackupData {
            bucket: bucket.ok_or_else(|| Error::Internal(format!("there is no bucket {bucket_id}")))?,
            app_id: backup.app_id,
            backup_id: backup.id,
        })
    }
}

/// An entry of a backup whose content can be read.
pub struct BackupContent {
    entry: FileEntry,
    backup: AppBackup,
    data: BackupData,
    files: Arc<dyn BackupFiles>,
    ctx: OpContext,
}

impl BackupContent {
    /// The entry.
    #[must_use]
    pub fn entry(&self) -> &FileEntry {
        &self.entry
    }

    /// The backup.
    #[must_use]
    pub fn backup_id(&self) -> AppBackupId {
        self.backup.id
    }

    /// Reads a range of a regular file, which must be within its size. It is recorded in the audit log.
    ///
    /// # Errors
    /// If the content can't be read.
    pub async fn read(&self, range: Range<u64>) -> Result<FileStream, Error> {
        let bytes = range.end.saturating_sub(range.start);
        let cancel = CancellationToken::new();
        let read = self.files.read_file(&self.data, &self.entry.path, range, &cancel);
        let stream = read.await.map_err(|error| unreadable(&error))?;
        self.record(Some(bytes));
        Ok(stream)
    }

    /// Reads a directory as a tar archive. It is recorded in the audit log.
    ///
    /// # Errors
    /// If the content can't be read.
    pub async fn read_archive(&self) -> Result<FileStream, Error> {
        let cancel = CancellationToken::new();
        let read = self.files.read_archive(&self.data, &self.entry.path, &cancel);
        let stream = read.await.map_err(|error| unreadable(&error))?;
        self.record(None);
        Ok(stream)
    }

    fn record(&self, bytes: Option<u64>) {
        let download = Download {
            backup: &self.backup,
            path: &self.entry.path,
            bytes,
        };
        download.record(&self.ctx);
    }
}

/// Converts the reason why a backup can't be read.
fn unreadable(error: &EngineError) -> Error {
    match error {
        EngineError::Storage(_)
        | EngineError::Exhausted(_)
        | EngineError::Busy(_)
        | EngineError::LowSpace(_)
        | EngineError::Cancelled => Error::BucketUnavailable(error.to_string()),
        EngineError::Unreadable(_)
        | EngineError::Key(_)
        | EngineError::Refused(_)
        | EngineError::Broken(_) => Error::Internal(format!("a backup can't be read: {error}")),
    }
}
