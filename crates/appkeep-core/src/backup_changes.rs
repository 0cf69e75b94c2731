//! The differences between two backups of an app. Both listings are read page by page, and merged.

use std::cmp::Ordering;
use std::vec;

use tokio_util::sync::CancellationToken;

use crate::backup_file::{BackupData, BackupFiles, FileEntry, FileKind, FilePath, ListFiles};
use crate::engine::EngineError;

/// The number of entries of each backup that are in memory at a time.
const ENTRIES_AT_ONCE: usize = 10_000;

/// The number of paths after which a page ends, even if few of them differ.
const EXAMINED_MAX: usize = 100_000;

/// The difference between the entries of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Only the second backup contains the path.
    Added,
    /// Only the first backup contains the path.
    Removed,
    /// Type, size, permissions, the target of a link, or the time of the last change differ. The time of a directory
    /// doesn't count: it only says that entries were added or removed.
    Modified,
}

/// The entries of a path in two backups, which differ. At least one of them exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The kind of difference.
    pub change: Change,
    /// The entry in the first backup.
    pub old: Option<FileEntry>,
    /// The entry in the second backup.
    pub new: Option<FileEntry>,
}

/// A request to compare two backups.
#[derive(Debug, Clone)]
pub struct ListChanges {
    /// The compared entry, with everything below it.
    pub path: FilePath,
    /// The differences begin after this path.
    pub after: Option<FilePath>,
    /// The maximum number of differences in the page; at least 1.
    pub limit: usize,
}

/// A page of differences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangePage {
    /// The differences, in the order of their paths. There may be fewer than the limit, also if there are more pages.
    pub differences: Vec<Difference>,
    /// The path after which the next page begins; `None` if there are no more differences.
    pub continue_after: Option<FilePath>,
}

/// Compares two backups; `None` if neither contains the path. The content of files isn't read.
///
/// # Errors
/// Those of the listings.
pub async fn list_changes(
    files: &dyn BackupFiles,
    backups: (&BackupData, &BackupData),
    request: &ListChanges,
    cancel: &CancellationToken,
) -> Result<Option<ChangePage>, EngineError> {
    let mut old = Entries::open(files, backups.0, request, cancel).await?;
    let mut new = Entries::open(files, backups.1, request, cancel).await?;
    if !old.exists && !new.exists {
        return Ok(None);
    }
    let mut page = ChangePage::default();
    let mut next = (old.next().await?, new.next().await?);
    let mut last = None;
    let mut examined = 0;
    loop {
        let (is_old, is_new) = match &next {
            (None, None) => return Ok(Some(page)),
            (Some(_), None) => (true, false),
            (None, Some(_)) => (false, true),
            (Some(old), Some(new)) => match old.path.cmp(&new.path) {
                Ordering::Less => (true, false),
                Ordering::Greater => (false, true),
                Ordering::Equal => (true, true),
            },
        };
        if page.differences.len() == request.limit || examined == EXAMINED_MAX {
            page.continue_after = last;
            return Ok(Some(page));
        }
        examined += 1;
        let mut pair = (None, None);
        if is_old {
            pair.0 = next.0.take();
            next.0 = old.next().await?;
        }
        if is_new {
            pair.1 = next.1.take();
            next.1 = new.next().await?;
        }
        last = pair
            .0
            .as_ref()
            .or(pair.1.as_ref())
            .map(|entry| entry.path.clone());
        page.differences.extend(difference(pair.0, pair.1));
    }
}

/// The difference between the entries of one path, if there is one.
fn difference(old: Option<FileEntry>, new: Option<FileEntry>) -> Option<Difference> {
    let change = match (&old, &new) {
        (Some(_), None) => Change::Removed,
        (None, Some(_)) => Change::Added,
        (Some(old), Some(new)) if differs(old, new) => Change::Modified,
        _ => return None,
    };
    Some(Difference { change, old, new })
}

fn differs(old: &FileEntry, new: &FileEntry) -> bool {
    let is_directory = new.kind == FileKind::Directory;
    (&old.kind, old.size, old.mode) != (&new.kind, new.size, new.mode)
        || (!is_directory && old.modified != new.modified)
}

/// An entry and all entries below it, one after the other.
struct Entries<'a> {
    files: &'a dyn BackupFiles,
    backup: &'a BackupData,
    cancel: &'a CancellationToken,
    /// Whether the backup contains the entry.
    exists: bool,
    /// The entry itself, until it was returned.
    top: Option<FileEntry>,
    /// Lists the entries below, if there are more.
    request: Option<ListFiles>,
    page: vec::IntoIter<FileEntry>,
}

impl<'a> Entries<'a> {
    async fn open(
        files: &'a dyn BackupFiles,
        backup: &'a BackupData,
        request: &ListChanges,
        cancel: &'a CancellationToken,
    ) -> Result<Self, EngineError> {
        let top = files.find_file(backup, &request.path, cancel).await?;
        let is_directory = top.as_ref().is_some_and(|top| top.kind == FileKind::Directory);
        let below = is_directory.then(|| ListFiles {
            directory: request.path.clone(),
            is_recursive: true,
            pattern: None,
            after: request.after.clone(),
            limit: ENTRIES_AT_ONCE,
        });
        Ok(Self {
            files,
            backup,
            cancel,
            exists: top.is_some(),
            top: top.filter(|top| request.after.as_ref().is_none_or(|after| top.path > *after)),
            request: below,
            page: Vec::new().into_iter(),
        })
    }

    async fn next(&mut self) -> Result<Option<FileEntry>, EngineError> {
        if let Some(top) = self.top.take() {
            return Ok(Some(top));
        }
        loop {
            if let Some(entry) = self.page.next() {
                return Ok(Some(entry));
            }
            let Some(mut request) = self.request.take() else {
                return Ok(None);
            };
            let page = self.files.list_files(self.backup, &request, self.cancel).await?;
            let page = page.unwrap_or_default();
            self.page = page.entries.into_iter();
            if page.continue_after.is_some() {
                request.after = page.continue_after;
                self.request = Some(request);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use async_trait::async_trait;
    use uuid::Uuid;

    use super::*;
    use crate::backup_file::{FilePage, FileStream};
    use crate::catalog::{Bucket, BucketLocation};

    /// Backups whose entries are in memory, in the order of their paths. The id of a backup is its index.
    struct Backups(Vec<Vec<FileEntry>>);

    impl Backups {
        fn entries(&self, backup: &BackupData) -> &[FileEntry] {
            let index = usize::try_from(backup.backup_id.as_uuid().as_u128()).unwrap();
            &self.0[index]
        }
    }

    #[async_trait]
    impl BackupFiles for Backups {
        async fn list_files(
            &self,
            backup: &BackupData,
            request: &ListFiles,
            _: &CancellationToken,
        ) -> Result<Option<FilePage>, EngineError> {
            let below = self.entries(backup).iter().filter(|entry| {
                entry.path != request.directory && entry.path.starts_with(&request.directory)
            });
            let mut rest =
                below.filter(|entry| request.after.as_ref().is_none_or(|after| entry.path > *after));
            // Pages are shorter than requested.
            let entries: Vec<_> = rest.by_ref().take(2).cloned().collect();
            let continue_after = rest.next().and(entries.last()).map(|entry| entry.path.clone());
            Ok(Some(FilePage {
                entries,
                continue_after,
            }))
        }

        async fn find_file(
            &self,
            backup: &BackupData,
            path: &FilePath,
            _: &CancellationToken,
        ) -> Result<Option<FileEntry>, EngineError> {
            let mut entries = self.entries(backup).iter();
            Ok(entries.find(|entry| entry.path == *path).cloned())
        }

        async fn read_file(
            &self,
            _: &BackupData,
            _: &FilePath,
            _: Range<u64>,
            _: &CancellationToken,
        ) -> Result<FileStream, EngineError> {
            unreachable!("content isn't compared")
        }

        async fn read_archive(
            &self,
            _: &BackupData,
            _: &FilePath,
            _: &CancellationToken,
        ) -> Result<FileStream, EngineError> {
            unreachable!("content isn't compared")
        }
    }

    fn entry(path: &str, kind: FileKind, size: u64, seconds: i64) -> FileEntry {
        FileEntry {
            path: FilePath::parse(path).unwrap(),
            kind,
            size,
            modified: chrono::DateTime::from_timestamp(seconds, 0),
            mode: Some(0o644),
        }
    }

    fn directory(path: &str, seconds: i64) -> FileEntry {
        entry(path, FileKind::Directory, 0, seconds)
    }

    fn file(path: &str, size: u64, seconds: i64) -> FileEntry {
        entry(path, FileKind::File, size, seconds)
    }

    fn backups() -> Backups {
        Backups(vec![
            vec![
                directory("/", 0),
                directory("/data", 1),
                file("/data/changed", 1, 1),
                file("/data/kept", 1, 1),
                directory("/data/removed", 1),
                file("/data/removed/a", 1, 1),
                file("/data/touched", 1, 1),
                file("/data/type", 1, 1),
            ],
            vec![
                directory("/", 0),
                directory("/data", 2),
                directory("/data/added", 2),
                file("/data/added/b", 1, 2),
                file("/data/changed", 2, 1),
                file("/data/kept", 1, 1),
                file("/data/touched", 1, 2),
                directory("/data/type", 1),
                file("/data/type/c", 1, 2),
            ],
        ])
    }

    fn data(index: u128) -> BackupData {
        BackupData {
            bucket: Bucket {
                id: Uuid::nil().into(),
                account_id: Uuid::nil().into(),
                name: "main".to_owned(),
                location: BucketLocation::Directory("/bucket".into()),
                is_default: true,
                backups_max: 1,
                declared: true,
            },
            app_id: Uuid::nil().into(),
            backup_id: Uuid::from_u128(index).into(),
        }
    }

    async fn changes(path: &str, limit: usize) -> Option<Vec<String>> {
        let mut request = ListChanges {
            path: FilePath::parse(path).unwrap(),
            after: None,
            limit,
        };
        let (old, new, cancel) = (data(0), data(1), CancellationToken::new());
        let mut found = Vec::new();
        loop {
            let page = list_changes(&backups(), (&old, &new), &request, &cancel).await;
            let page = page.unwrap()?;
            assert!(page.differences.len() <= limit);
            found.extend(page.differences.into_iter().map(|difference| {
                let entry = difference.new.or(difference.old).unwrap();
                format!("{:?} {}", difference.change, entry.path)
            }));
            request.after = page.continue_after;
            if request.after.is_none() {
                return Some(found);
            }
        }
    }

    #[tokio::test]
    async fn pages_of_any_size_contain_each_difference_once() {
        let expected = [
            "Added /data/added",
            "Added /data/added/b",
            "Modified /data/changed",
            "Removed /data/removed",
            "Removed /data/removed/a",
            "Modified /data/touched",
            "Modified /data/type",
            "Added /data/type/c",
        ];
        for limit in [1, 2, 3, 8, 100] {
            assert_eq!(changes("/", limit).await.unwrap(), expected, "{limit}");
        }
    }

    #[tokio::test]
    async fn a_path_limits_the_comparison() {
        for (path, expected) in [
            ("/data/changed", Some(vec!["Modified /data/changed"])),
            ("/data/kept", Some(vec![])),
            (
                "/data/removed",
                Some(vec!["Removed /data/removed", "Removed /data/removed/a"]),
            ),
            ("/data/none", None),
        ] {
            let found = changes(path, 1).await;
            let expected = expected.map(|paths| paths.into_iter().map(str::to_owned).collect());
            assert_eq!(found, expected, "{path}");
        }
    }
}
