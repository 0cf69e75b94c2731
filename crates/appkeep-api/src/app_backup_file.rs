//! Files of backups on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::formats::{
    FileContinueToken, FileMode, FilePathText, FilePatternText, FromText, Identifier, Limit, Timestamp,
    quoted,
};
use crate::metadata::{closed_enum, present};
use crate::params::ReadQuery;

closed_enum! {
    /// The `type` of a list of files.
    AppBackupFileListType {
        /// The only value.
        Files = "application/astra-appBackupFiles",
    }
}

closed_enum! {
    /// The `type` of a list of differences.
    AppBackupChangeListType {
        /// The only value.
        Changes = "application/astra-appBackupChanges",
    }
}

closed_enum! {
    /// The versions of the schemas of files and differences. Mirrors `AppBackupFileVersion`.
    AppBackupFileVersion {
        /// The only version.
        V1_0 = "1.0",
    }
}

closed_enum! {
    /// The type of an entry.
    AppBackupFileType {
        /// A regular file.
        File = "file",
        /// A directory.
        Directory = "directory",
        /// A symbolic link.
        Symlink = "symlink",
        /// A device, pipe or socket.
        Other = "other",
    }
}

closed_enum! {
    /// A kind of difference.
    AppBackupChangeType {
        /// Only the backup contains the path.
        Added = "added",
        /// Only the base contains the path.
        Removed = "removed",
        /// The entries differ.
        Modified = "modified",
    }
}

/// An entry of a backup. Mirrors `AppBackupFile`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppBackupFile {
    /// Its path.
    pub path: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: AppBackupFileType,
    /// The size of a file in bytes; 0 for other types.
    pub size: u64,
    /// The time of its last change.
    #[schemars(with = "Timestamp")]
    pub modified: Option<Timestamp>,
    /// Its permissions.
    #[schemars(with = "FileMode")]
    pub mode: Option<FileMode>,
    /// The target of a symbolic link.
    #[schemars(with = "String")]
    pub target: Option<String>,
}

/// The difference between the entries of a path. Mirrors `AppBackupChange`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppBackupChange {
    /// The kind of difference.
    pub change: AppBackupChangeType,
    /// The entry in the base.
    #[schemars(with = "AppBackupFile")]
    pub old: Option<AppBackupFile>,
    /// The entry in the backup.
    #[schemars(with = "AppBackupFile")]
    pub new: Option<AppBackupFile>,
}

/// Metadata of a page. Mirrors `FileListMetadata`.
#[serde_with::apply(Option => #[serde(
    default, skip_serializing_if = "Option::is_none", deserialize_with = "present"
)])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileListMetadata {
    /// The position of the next page; absent on the last page.
    #[serde(rename = "continue")]
    #[schemars(with = "FileContinueToken")]
    pub continue_token: Option<FileContinueToken>,
    /// The number of items in this response.
    pub count: u64,
}

/// A list of entries. Mirrors `AppBackupFileList`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppBackupFileList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: AppBackupFileListType,
    /// The version of the list and its items.
    pub version: AppBackupFileVersion,
    /// The entries.
    pub items: Vec<AppBackupFile>,
    /// Metadata of the page.
    pub metadata: FileListMetadata,
}

/// A list of differences. Mirrors `AppBackupChangeList`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppBackupChangeList {
    /// The kind of list.
    #[serde(rename = "type")]
    pub kind: AppBackupChangeListType,
    /// The version of the list and its items.
    pub version: AppBackupFileVersion,
    /// The differences.
    pub items: Vec<AppBackupChange>,
    /// Metadata of the page.
    pub metadata: FileListMetadata,
}

/// The requested entries of a backup.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FileListQuery {
    /// The directory; by default the root.
    #[schemars(with = "FilePathText")]
    pub path: Option<FilePathText>,
    /// Whether subdirectories are listed, too.
    #[schemars(with = "bool")]
    pub recursive: Option<bool>,
    /// Selects entries.
    #[schemars(with = "FilePatternText")]
    pub pattern: Option<FilePatternText>,
    /// The maximum number of items in the response.
    #[schemars(with = "Limit")]
    pub limit: Option<Limit>,
    /// The position to continue from: `metadata.continue` of an earlier response.
    #[serde(rename = "continue")]
    #[schemars(with = "FileContinueToken")]
    pub continue_token: Option<FileContinueToken>,
}

impl ReadQuery for FileListQuery {
    const NAMES: &'static [&'static str] = &["path", "recursive", "pattern", "limit", "continue"];

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "path" => self.path = Some(FilePathText::from_text(value)?),
            "recursive" => {
                let invalid = |_| format!("{} is neither true nor false", quoted(value));
                self.recursive = Some(value.parse().map_err(invalid)?);
            }
            "pattern" => self.pattern = Some(FilePatternText::from_text(value)?),
            "limit" => self.limit = Some(Limit::from_text(value)?),
            _ => self.continue_token = Some(FileContinueToken::from_text(value)?),
        }
        Ok(())
    }
}

/// The backup and the entries to compare with.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ChangeListQuery {
    /// The backup to compare with. Required.
    #[schemars(with = "Identifier")]
    pub base: Option<Identifier>,
    /// The compared entry; by default the root.
    #[schemars(with = "FilePathText")]
    pub path: Option<FilePathText>,
    /// The maximum number of items in the response.
    #[schemars(with = "Limit")]
    pub limit: Option<Limit>,
    /// The position to continue from: `metadata.continue` of an earlier response.
    #[serde(rename = "continue")]
    #[schemars(with = "FileContinueToken")]
    pub continue_token: Option<FileContinueToken>,
}

impl ReadQuery for ChangeListQuery {
    const NAMES: &'static [&'static str] = &["base", "path", "limit", "continue"];

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "base" => self.base = Some(Identifier::from_text(value)?),
            "path" => self.path = Some(FilePathText::from_text(value)?),
            "limit" => self.limit = Some(Limit::from_text(value)?),
            _ => self.continue_token = Some(FileContinueToken::from_text(value)?),
        }
        Ok(())
    }
}

/// The entry whose content is requested.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ContentQuery {
    /// The entry. Required.
    #[schemars(with = "FilePathText")]
    pub path: Option<FilePathText>,
}

impl ReadQuery for ContentQuery {
    const NAMES: &'static [&'static str] = &["path"];

    fn set(&mut self, _: &str, value: &str) -> Result<(), String> {
        self.path = Some(FilePathText::from_text(value)?);
        Ok(())
    }
}
