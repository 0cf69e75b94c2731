//! Handlers of the lists of files of backups, and of the differences between backups.

use appkeep_api::app_backup_file::{
    AppBackupChange, AppBackupChangeList, AppBackupChangeListType, AppBackupChangeType, AppBackupFile,
    AppBackupFileList, AppBackupFileListType, AppBackupFileType, AppBackupFileVersion, ChangeListQuery,
    FileListMetadata, FileListQuery,
};
use appkeep_api::formats::{FileContinueToken, FileMode, FilePathText, Limit, Timestamp};
use appkeep_api::params::{AppBackupPath, QueryError, QueryParams};
use appkeep_api::problem::InvalidItem;
use appkeep_api::reply::Reply;
use appkeep_core::authz::Read;
use appkeep_core::backup_changes::{Change, Difference, ListChanges};
use appkeep_core::backup_file::{FileEntry, FileKind, FilePath, FilePattern, ListFiles, escape};
use appkeep_core::service::{FILE_PAGE_DEFAULT, FILE_PAGE_MAX};
use http::StatusCode;

use super::call::{Answered, Call};
use super::media;
use super::problem::Rejected;
use super::resources::ids_in_path;

pub(super) async fn list_for_app(
    call: &Call<'_>,
    path: AppBackupPath,
    query: QueryParams<FileListQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let request = ids_in_path(Some(path.app_id), path.app_backup_id)?;
    let query = query.0.map_err(Rejected::Query)?;
    let pattern = query
        .pattern
        .map(|pattern| FilePattern::parse(&pattern.0))
        .transpose();
    let files = ListFiles {
        directory: file_path(query.path.as_ref())?,
        is_recursive: query.recursive == Some(true),
        pattern: pattern.map_err(|error| invalid("pattern", error.to_string()))?,
        after: query.continue_token.map(position),
        limit: page_limit(query.limit),
    };
    let service = &call.http().service;
    let page = service
        .app_backup_file_list_for_app(&authorized, request, &files)
        .await?;
    let items: Vec<AppBackupFile> = page.entries.iter().map(file).collect();
    let list = AppBackupFileList {
        kind: AppBackupFileListType::Files,
        version: AppBackupFileVersion::V1_0,
        metadata: metadata(page.continue_after.as_ref(), items.len()),
        items,
    };
    Ok(Reply::json(StatusCode::OK, media::JSON, &list))
}

pub(super) async fn list_changes(
    call: &Call<'_>,
    path: AppBackupPath,
    query: QueryParams<ChangeListQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let request = ids_in_path(Some(path.app_id), path.app_backup_id)?;
    let query = query.0.map_err(Rejected::Query)?;
    let base = query.base.ok_or_else(|| missing("base"))?;
    let changes = ListChanges {
        path: file_path(query.path.as_ref())?,
        after: query.continue_token.map(position),
        limit: page_limit(query.limit),
    };
    let service = &call.http().service;
    let page = service
        .app_backup_change_list_for_app(&authorized, request, base.0.into(), &changes)
        .await?;
    let items: Vec<AppBackupChange> = page.differences.iter().map(change).collect();
    let list = AppBackupChangeList {
        kind: AppBackupChangeListType::Changes,
        version: AppBackupFileVersion::V1_0,
        metadata: metadata(page.continue_after.as_ref(), items.len()),
        items,
    };
    Ok(Reply::json(StatusCode::OK, media::JSON, &list))
}

/// Parses the path of an entry; without one, it is the root.
pub(super) fn file_path(text: Option<&FilePathText>) -> Result<FilePath, Rejected> {
    let path = text.map(|text| FilePath::parse(text.as_str())).transpose();
    let path = path.map_err(|error| invalid("path", error.to_string()))?;
    Ok(path.unwrap_or_default())
}

fn position(token: FileContinueToken) -> FilePath {
    FilePath::of_position(token.0)
}

fn page_limit(limit: Option<Limit>) -> usize {
    let limit = limit.map(|limit| usize::try_from(limit.0).unwrap_or(FILE_PAGE_MAX));
    limit.unwrap_or(FILE_PAGE_DEFAULT).min(FILE_PAGE_MAX)
}

/// Rejects a query parameter.
pub(super) fn invalid(name: &str, reason: String) -> Rejected {
    Rejected::Query(QueryError {
        invalid: vec![InvalidItem {
            name: name.to_owned(),
            reason,
        }],
        unknown: Vec::new(),
    })
}

/// Rejects a query without a required parameter.
pub(super) fn missing(name: &str) -> Rejected {
    invalid(name, "it is missing".to_owned())
}

fn metadata(continue_after: Option<&FilePath>, count: usize) -> FileListMetadata {
    FileListMetadata {
        continue_token: continue_after.map(|path| FileContinueToken(path.as_bytes().to_vec())),
        count: count as u64,
    }
}

fn file(entry: &FileEntry) -> AppBackupFile {
    let (kind, target) = match &entry.kind {
        FileKind::File => (AppBackupFileType::File, None),
        FileKind::Directory => (AppBackupFileType::Directory, None),
        FileKind::Symlink(target) => (AppBackupFileType::Symlink, Some(escape(target))),
        FileKind::Other => (AppBackupFileType::Other, None),
    };
    AppBackupFile {
        path: entry.path.to_string(),
        kind,
        size: entry.size,
        modified: entry.modified.map(Timestamp),
        mode: entry.mode.map(FileMode::of),
        target,
    }
}

fn change(difference: &Difference) -> AppBackupChange {
    AppBackupChange {
        change: match difference.change {
            Change::Added => AppBackupChangeType::Added,
            Change::Removed => AppBackupChangeType::Removed,
            Change::Modified => AppBackupChangeType::Modified,
        },
        old: difference.old.as_ref().map(file),
        new: difference.new.as_ref().map(file),
    }
}
