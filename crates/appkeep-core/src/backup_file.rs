//! Single files of a backup: the patterns that find them, and the port that reads them.

use std::ffi::OsStr;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use globset::{GlobBuilder, GlobMatcher};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::catalog::Bucket;
use crate::engine::EngineError;
use crate::ids::{AppBackupId, AppId};

pub use crate::file_path::{FilePath, InvalidFilePath, PATH_BYTES_MAX, escape};

/// The maximum length of a pattern in bytes.
pub const PATTERN_BYTES_MAX: usize = 1024;

/// The reason why a text is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFilePattern {
    /// It is empty, or it has too many bytes.
    #[error("a pattern has {0} bytes: expected 1 to {PATTERN_BYTES_MAX}")]
    Length(usize),
    /// It isn't a glob.
    #[error("invalid pattern: {0}")]
    Glob(String),
}

/// A glob that selects entries: `*`, `?`, `[…]`, `{…,…}`, and `**` for any number of directories.
///
/// A pattern with a slash is compared with the complete path, otherwise with the name.
#[derive(Debug, Clone)]
pub struct FilePattern {
    matcher: GlobMatcher,
    is_path: bool,
}

impl FilePattern {
    /// Parses a pattern. A slash at the start only says that the pattern is a path.
    ///
    /// # Errors
    /// If the text is empty, too long, or not a glob.
    pub fn parse(text: &str) -> Result<Self, InvalidFilePattern> {
        if text.is_empty() || text.len() > PATTERN_BYTES_MAX {
            return Err(InvalidFilePattern::Length(text.len()));
        }
        let glob = text.strip_prefix('/').unwrap_or(text);
        let glob = GlobBuilder::new(glob)
            .literal_separator(true)
            .build()
            .map_err(|error| InvalidFilePattern::Glob(error.to_string()))?;
        Ok(Self {
            matcher: glob.compile_matcher(),
            is_path: text.contains('/'),
        })
    }

    /// Whether the pattern selects an entry.
    #[must_use]
    pub fn matches(&self, path: &FilePath) -> bool {
        if self.is_path {
            return self.matcher.is_match(path.as_path());
        }
        let name = path.name().unwrap_or_default();
        self.matcher.is_match(OsStr::from_bytes(name))
    }
}

/// The type of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, with the bytes of its target.
    Symlink(Vec<u8>),
    /// A device, pipe or socket.
    Other,
}

/// An entry of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Its path.
    pub path: FilePath,
    /// Its type.
    pub kind: FileKind,
    /// The size of a file in bytes, including holes; 0 for other types.
    pub size: u64,
    /// The time of its last change, if stored.
    pub modified: Option<DateTime<Utc>>,
    /// Permissions with the three special bits, if stored.
    pub mode: Option<u32>,
}

/// A backup whose files are read.
#[derive(Debug, Clone)]
pub struct BackupData {
    /// The bucket.
    pub bucket: Bucket,
    /// The app.
    pub app_id: AppId,
    /// The backup.
    pub backup_id: AppBackupId,
}

/// A request to list entries of a backup.
#[derive(Debug, Clone)]
pub struct ListFiles {
    /// The directory; a file lists itself.
    pub directory: FilePath,
    /// Whether subdirectories are listed, too.
    pub is_recursive: bool,
    /// Selects entries; without it, all.
    pub pattern: Option<FilePattern>,
    /// The listing begins after this path.
    pub after: Option<FilePath>,
    /// The maximum number of entries in the page.
    pub limit: usize,
}

/// A page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilePage {
    /// The entries, in the order of their paths. There may be fewer than the limit, also if there are more pages.
    pub entries: Vec<FileEntry>,
    /// The path after which the next page begins; `None` if there are no more entries.
    pub continue_after: Option<FilePath>,
}

/// A part of a file's content, or an archive, in pieces of at most 64 MiB. The stream is complete if it ends without an
/// error and the pieces have the requested number of bytes. Dropping the receiver ends the read.
pub type FileStream = mpsc::Receiver<Result<bytes::Bytes, EngineError>>;

/// Reads single files of backups. Read-only.
///
/// Reads don't lock the repository, because a slow reader would delay backups and deletions. Data that was deleted
/// meanwhile is an error. All content is compared with its hash, so it is never wrong.
#[async_trait]
pub trait BackupFiles: Send + Sync {
    /// Lists entries; `None` if the backup doesn't contain the directory.
    async fn list_files(
        &self,
        backup: &BackupData,
        request: &ListFiles,
        cancel: &CancellationToken,
    ) -> Result<Option<FilePage>, EngineError>;

    /// Describes one entry; `None` if the backup doesn't contain it. The root is a directory.
    async fn find_file(
        &self,
        backup: &BackupData,
        path: &FilePath,
        cancel: &CancellationToken,
    ) -> Result<Option<FileEntry>, EngineError>;

    /// Reads a range of a file's bytes, which must be within its size. The first piece has been read when this returns.
    ///
    /// Fails with [`EngineError::Refused`] if the backup doesn't contain a file with this path, or the range isn't in it.
    async fn read_file(
        &self,
        backup: &BackupData,
        path: &FilePath,
        range: Range<u64>,
        cancel: &CancellationToken,
    ) -> Result<FileStream, EngineError>;

    /// Reads a directory with everything below it as a tar archive. The paths in it are those of the backup, without the
    /// slash at the start. It contains files, directories, symbolic links and hard links. The directory was found when
    /// this returns.
    ///
    /// Fails with [`EngineError::Refused`] if the backup doesn't contain a directory with this path.
    async fn read_archive(
        &self,
        backup: &BackupData,
        directory: &FilePath,
        cancel: &CancellationToken,
    ) -> Result<FileStream, EngineError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> FilePath {
        FilePath::parse(text).unwrap()
    }

    #[test]
    fn patterns_match_names_or_complete_paths() {
        for (pattern, text, is_match) in [
            ("*.txt", "/data/dir/a.txt", true),
            ("*.txt", "/data/a.txt/b", false),
            ("a?[0-9]", "/data/ab7", true),
            ("/data/*", "/data/a", true),
            ("data/*", "/data/dir/a", false),
            ("**/*.{png,jpg}", "/data/dir/a.jpg", true),
            ("*", "/data/%FF", true),
        ] {
            let found = FilePattern::parse(pattern).unwrap().matches(&path(text));
            assert_eq!(found, is_match, "{pattern} {text}");
        }
        for (pattern, reason) in [
            ("", "a pattern has 0 bytes: expected 1 to 1024"),
            (
                "[",
                "invalid pattern: error parsing glob '[': unclosed character class; missing ']'",
            ),
        ] {
            assert_eq!(FilePattern::parse(pattern).unwrap_err().to_string(), reason);
        }
    }
}
