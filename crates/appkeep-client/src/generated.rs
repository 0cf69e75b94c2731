// Generated from spec/openapi.yaml by `cargo xtask codegen`. Don't edit: change the contract.

use crate::error::Error;
use crate::response::ResponseValue;
#[allow(unused_imports)]
use progenitor_client::{encode_path, RequestBuilderExt};
/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    ///A tenant, with the role of the request's token in it.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct Account {
        ///The account's own id.
        pub id: ::uuid::Uuid,
        pub metadata: Metadata,
        ///The account's name, unique among configured accounts.
        pub name: ::std::string::String,
        pub role: crate::Open<crate::types::Role>,
        pub state: crate::Open<crate::types::AccountState>,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: AccountVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Accounts, newest first.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AccountList {
        ///The accounts: either all objects or all arrays.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub items: ::std::option::Option<
            ::std::vec::Vec<crate::ListItem<crate::types::Account>>,
        >,
        pub metadata: ListMetadata,
        ///The kind of list.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        ///The version of the list and its items.
        pub version: AccountVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    /**`ready`, or `unavailable` when the account is no longer configured. Its backups and snapshots are
kept.
*/
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum AccountState {
        #[serde(rename = "ready")]
        Ready,
        #[serde(rename = "unavailable")]
        Unavailable,
    }
    impl ::std::fmt::Display for AccountState {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Ready => f.write_str("ready"),
                Self::Unavailable => f.write_str("unavailable"),
            }
        }
    }
    impl ::std::str::FromStr for AccountState {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "ready" => Ok(Self::Ready),
                "unavailable" => Ok(Self::Unavailable),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for AccountState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for AccountState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The version of the resource's schema.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct AccountVersion(pub ::std::string::String);
    impl ::std::ops::Deref for AccountVersion {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<AccountVersion> for ::std::string::String {
        fn from(value: AccountVersion) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for AccountVersion {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for AccountVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for AccountVersion {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    /**A set of directories that are backed up together. The original's apps are in clusters and namespaces. Here
the account is the cluster, and the app's name is its only namespace.
*/
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct App {
        ///The account's id.
        #[serde(rename = "clusterID")]
        pub cluster_id: ::uuid::Uuid,
        ///The account's name.
        #[serde(rename = "clusterName")]
        pub cluster_name: ::std::string::String,
        ///The app's own id.
        pub id: ::uuid::Uuid,
        pub metadata: Metadata,
        ///The app's name, unique among configured apps.
        pub name: ::std::string::String,
        ///The same namespace, in a form that clients of the original API also read.
        #[serde(
            rename = "namespaceScopedResources",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub namespace_scoped_resources: ::std::option::Option<
            ::std::vec::Vec<NamespaceScopedResource>,
        >,
        ///The app's name, as its only namespace.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub namespaces: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        pub state: crate::Open<crate::types::AppState>,
        ///The reasons why the app isn't ready; empty if it is.
        #[serde(
            rename = "stateUnready",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub state_unready: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: crate::Open<crate::types::AppVersion>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A copy of an app in a bucket.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppBackup {
        ///The time at which the backup's data was captured.
        #[serde(
            rename = "backupCreationTimestamp",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub backup_creation_timestamp: ::std::option::Option<crate::Timestamp>,
        ///The bucket that holds the data.
        #[serde(rename = "bucketID")]
        pub bucket_id: ::uuid::Uuid,
        ///The number of copied bytes; equal to `totalBytes` when completed.
        #[serde(
            rename = "bytesDone",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub bytes_done: ::std::option::Option<crate::Number>,
        #[serde(
            rename = "hookState",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub hook_state: ::std::option::Option<crate::Open<crate::types::HookState>>,
        /**The reports of the hooks that ran, in this order: how each ended, its duration, and the end of its output.
*/
        #[serde(
            rename = "hookStateDetails",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub hook_state_details: ::std::option::Option<::std::vec::Vec<StateDetail>>,
        ///The backup's own id.
        pub id: ::uuid::Uuid,
        pub metadata: Metadata,
        ///The backup's name, unique within its app; generated by the server if the request has none.
        pub name: ::std::string::String,
        ///The progress of the copy in percent; 100 when completed.
        #[serde(
            rename = "percentDone",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub percent_done: ::std::option::Option<crate::Number>,
        ///The schedule that created the backup; absent if a client did.
        #[serde(
            rename = "scheduleID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub schedule_id: ::std::option::Option<::uuid::Uuid>,
        ///The snapshot that was or is being copied.
        #[serde(
            rename = "snapshotID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub snapshot_id: ::std::option::Option<::uuid::Uuid>,
        pub state: crate::Open<crate::types::ResourceState>,
        ///The reasons why the backup is stalled, failed or removed; empty otherwise.
        #[serde(
            rename = "stateUnready",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub state_unready: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///The number of bytes to copy.
        #[serde(
            rename = "totalBytes",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub total_bytes: ::std::option::Option<crate::Number>,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: crate::Open<crate::types::AppBackupVersion>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The difference between the entries of a path.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppBackupChange {
        pub change: crate::Open<crate::types::AppBackupChangeType>,
        ///The entry in the backup; absent if it is removed.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub new: ::std::option::Option<AppBackupFile>,
        ///The entry in the base; absent if it is added.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub old: ::std::option::Option<AppBackupFile>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Differences between two backups, in the order of their paths.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppBackupChangeList {
        ///The differences.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub items: ::std::option::Option<::std::vec::Vec<AppBackupChange>>,
        pub metadata: FileListMetadata,
        ///The kind of list.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: AppBackupFileVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    /**The kind of difference.

- `added`: only the backup contains the path.
- `removed`: only the base contains the path.
- `modified`: the entries differ.
*/
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum AppBackupChangeType {
        #[serde(rename = "added")]
        Added,
        #[serde(rename = "removed")]
        Removed,
        #[serde(rename = "modified")]
        Modified,
    }
    impl ::std::fmt::Display for AppBackupChangeType {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Added => f.write_str("added"),
                Self::Removed => f.write_str("removed"),
                Self::Modified => f.write_str("modified"),
            }
        }
    }
    impl ::std::str::FromStr for AppBackupChangeType {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "added" => Ok(Self::Added),
                "removed" => Ok(Self::Removed),
                "modified" => Ok(Self::Modified),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for AppBackupChangeType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for AppBackupChangeType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///A request for a new backup.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppBackupCreate {
        /**The bucket to copy to. If absent, the default bucket is used, or the first configured bucket if
none is marked as default. Without any bucket the request fails.
*/
        #[serde(
            rename = "bucketID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub bucket_id: ::std::option::Option<::uuid::Uuid>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub metadata: ::std::option::Option<MetadataCreate>,
        ///A name that no other backup of the app has; generated by the server if absent.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        /**A completed snapshot of this app to copy. If absent, a temporary snapshot is created, and deleted
when the backup is finished.
*/
        #[serde(
            rename = "snapshotID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub snapshot_id: ::std::option::Option<::uuid::Uuid>,
        ///The kind of resource.
        #[serde(rename = "type", default = "defaults::app_backup_create_type")]
        pub type_: ::std::string::String,
        #[serde(default = "defaults::app_backup_create_version")]
        pub version: crate::Open<crate::types::AppBackupVersion>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///An entry of a backup.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppBackupFile {
        ///The permissions, with the three special bits, in octal; absent if they aren't stored.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub mode: ::std::option::Option<::std::string::String>,
        ///The time of the last change; absent if it isn't stored.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub modified: ::std::option::Option<crate::Timestamp>,
        /**The path of the entry, with a slash at the start. Bytes that aren't valid UTF-8 are `%XX`, and a percent sign
is `%25`.
*/
        pub path: ::std::string::String,
        ///The size of a file in bytes, including holes; 0 for other types.
        pub size: i64,
        ///The target of a symbolic link, written as a path.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub target: ::std::option::Option<::std::string::String>,
        #[serde(rename = "type")]
        pub type_: crate::Open<crate::types::AppBackupFileType>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Entries of a backup, in the order of their paths.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppBackupFileList {
        ///The entries.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub items: ::std::option::Option<::std::vec::Vec<AppBackupFile>>,
        pub metadata: FileListMetadata,
        ///The kind of list.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: AppBackupFileVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The type of the entry. Devices, pipes and sockets are `other`.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum AppBackupFileType {
        #[serde(rename = "file")]
        File,
        #[serde(rename = "directory")]
        Directory,
        #[serde(rename = "symlink")]
        Symlink,
        #[serde(rename = "other")]
        Other,
    }
    impl ::std::fmt::Display for AppBackupFileType {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::File => f.write_str("file"),
                Self::Directory => f.write_str("directory"),
                Self::Symlink => f.write_str("symlink"),
                Self::Other => f.write_str("other"),
            }
        }
    }
    impl ::std::str::FromStr for AppBackupFileType {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "file" => Ok(Self::File),
                "directory" => Ok(Self::Directory),
                "symlink" => Ok(Self::Symlink),
                "other" => Ok(Self::Other),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for AppBackupFileType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for AppBackupFileType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The version of the list and its items.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct AppBackupFileVersion(pub ::std::string::String);
    impl ::std::ops::Deref for AppBackupFileVersion {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<AppBackupFileVersion> for ::std::string::String {
        fn from(value: AppBackupFileVersion) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for AppBackupFileVersion {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for AppBackupFileVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for AppBackupFileVersion {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///Backups, newest first.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppBackupList {
        ///The backups: either all objects or all arrays.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub items: ::std::option::Option<
            ::std::vec::Vec<crate::ListItem<crate::types::AppBackup>>,
        >,
        pub metadata: ListMetadata,
        ///The kind of list. Always sent.
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::std::string::String>,
        ///The version of the list and its items. Always sent.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub version: ::std::option::Option<crate::Open<crate::types::AppBackupVersion>>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The version of the resource's schema. Every version is accepted; responses have the newest.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum AppBackupVersion {
        #[serde(rename = "1.0")]
        X10,
        #[serde(rename = "1.1")]
        X11,
    }
    impl ::std::fmt::Display for AppBackupVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::X10 => f.write_str("1.0"),
                Self::X11 => f.write_str("1.1"),
            }
        }
    }
    impl ::std::str::FromStr for AppBackupVersion {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "1.0" => Ok(Self::X10),
                "1.1" => Ok(Self::X11),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for AppBackupVersion {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for AppBackupVersion {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///Apps, newest first.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppList {
        ///The apps: either all objects or all arrays.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub items: ::std::option::Option<
            ::std::vec::Vec<crate::ListItem<crate::types::App>>,
        >,
        pub metadata: ListMetadata,
        ///The kind of list. Always sent.
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::std::string::String>,
        ///The version of the list and its items. Always sent.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub version: ::std::option::Option<crate::Open<crate::types::AppVersion>>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A restore of an app, in place or to a directory.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppRestore {
        ///The app that is restored.
        #[serde(rename = "appID")]
        pub app_id: ::uuid::Uuid,
        ///The backup that is restored; it may have been deleted since.
        #[serde(
            rename = "backupID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub backup_id: ::std::option::Option<::uuid::Uuid>,
        ///The number of bytes written.
        #[serde(
            rename = "bytesDone",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub bytes_done: ::std::option::Option<i64>,
        ///The restore's own id.
        pub id: ::uuid::Uuid,
        ///The selected files and directories; absent if all are restored.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub include: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        pub metadata: Metadata,
        ///The machine that runs the restore; absent if any may.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub node: ::std::option::Option<::std::string::String>,
        ///The data of a completed restore that could not be restored unchanged.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub notes: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///The same in percent; 100 only if the restore is completed.
        #[serde(
            rename = "percentDone",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub percent_done: ::std::option::Option<i64>,
        ///The snapshot that is restored; it may have been deleted since.
        #[serde(
            rename = "snapshotID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub snapshot_id: ::std::option::Option<::uuid::Uuid>,
        ///The app of the backup or snapshot; another one if the restore clones it.
        #[serde(rename = "sourceAppID")]
        pub source_app_id: ::uuid::Uuid,
        pub state: crate::Open<crate::types::AppRestoreState>,
        ///The reasons why it is stalled or failed; empty otherwise.
        #[serde(
            rename = "stateUnready",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub state_unready: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///The directory to which the data is written; absent for a restore in place.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub target: ::std::option::Option<::std::string::String>,
        ///The size of the data, once it is known.
        #[serde(
            rename = "totalBytes",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub total_bytes: ::std::option::Option<i64>,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: AppRestoreVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The source of a restore, exactly one of `backupID` and `snapshotID`, and its target.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppRestoreCreate {
        ///A completed backup.
        #[serde(
            rename = "backupID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub backup_id: ::std::option::Option<::uuid::Uuid>,
        ///Confirms that the data of the app is replaced.
        #[serde(
            rename = "inPlace",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub in_place: ::std::option::Option<bool>,
        /**The files and directories to restore, with their parent directories; if there are none, all. Only with
`target`.
*/
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub include: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///A completed snapshot.
        #[serde(
            rename = "snapshotID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub snapshot_id: ::std::option::Option<::uuid::Uuid>,
        /**The absolute path of a directory of the server's machine, without `.` and `..`. Each volume becomes a
subdirectory.
*/
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub target: ::std::option::Option<::std::string::String>,
        ///The kind of resource.
        #[serde(rename = "type", default = "defaults::app_restore_create_type")]
        pub type_: ::std::string::String,
        #[serde(default = "defaults::app_restore_create_version")]
        pub version: AppRestoreVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Restores, newest first.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppRestoreList {
        ///The restores: either all objects or all arrays.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub items: ::std::option::Option<
            ::std::vec::Vec<crate::ListItem<crate::types::AppRestore>>,
        >,
        pub metadata: ListMetadata,
        ///The kind of list.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        ///The version of the list and its items.
        pub version: AppRestoreVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    /**The state of the restore.

- `pending`: waiting to be started.
- `running`: data is being written, compared with its source, or moved to its target.
- `completed`: all data is in its target.
- `failed`: it was not performed; the previous data is unchanged.
- `interrupted`: it was interrupted while it replaced data in place and can't be finished, so the app's data is
  partly old and partly new.
*/
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum AppRestoreState {
        #[serde(rename = "pending")]
        Pending,
        #[serde(rename = "running")]
        Running,
        #[serde(rename = "completed")]
        Completed,
        #[serde(rename = "failed")]
        Failed,
        #[serde(rename = "interrupted")]
        Interrupted,
    }
    impl ::std::fmt::Display for AppRestoreState {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Pending => f.write_str("pending"),
                Self::Running => f.write_str("running"),
                Self::Completed => f.write_str("completed"),
                Self::Failed => f.write_str("failed"),
                Self::Interrupted => f.write_str("interrupted"),
            }
        }
    }
    impl ::std::str::FromStr for AppRestoreState {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "pending" => Ok(Self::Pending),
                "running" => Ok(Self::Running),
                "completed" => Ok(Self::Completed),
                "failed" => Ok(Self::Failed),
                "interrupted" => Ok(Self::Interrupted),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for AppRestoreState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for AppRestoreState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The version of the resource's schema.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct AppRestoreVersion(pub ::std::string::String);
    impl ::std::ops::Deref for AppRestoreVersion {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<AppRestoreVersion> for ::std::string::String {
        fn from(value: AppRestoreVersion) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for AppRestoreVersion {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for AppRestoreVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for AppRestoreVersion {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///A point-in-time copy of an app, stored next to the app.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppSnap {
        #[serde(
            rename = "hookState",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub hook_state: ::std::option::Option<crate::Open<crate::types::HookState>>,
        /**The reports of the hooks that ran, in this order: how each ended, its duration, and the end of its output.
*/
        #[serde(
            rename = "hookStateDetails",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub hook_state_details: ::std::option::Option<::std::vec::Vec<StateDetail>>,
        ///The snapshot's own id.
        pub id: ::uuid::Uuid,
        pub metadata: Metadata,
        ///The snapshot's name, unique within its app; generated by the server if the request has none.
        pub name: ::std::string::String,
        ///The schedule that created the snapshot; absent if a client did.
        #[serde(
            rename = "scheduleID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub schedule_id: ::std::option::Option<::uuid::Uuid>,
        /**The asset for the snapshot's content; absent until the snapshot is completed.
It is derived from `id`, so it never changes.
*/
        #[serde(
            rename = "snapshotAppAsset",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub snapshot_app_asset: ::std::option::Option<::uuid::Uuid>,
        pub state: crate::Open<crate::types::ResourceState>,
        ///The reasons why the snapshot is stalled or failed; empty otherwise.
        #[serde(
            rename = "stateUnready",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub state_unready: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: crate::Open<crate::types::AppSnapVersion>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A request for a new snapshot.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppSnapCreate {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub metadata: ::std::option::Option<MetadataCreate>,
        ///A name that no other snapshot of the app has; generated by the server if absent.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        ///The kind of resource.
        #[serde(rename = "type", default = "defaults::app_snap_create_type")]
        pub type_: ::std::string::String,
        #[serde(default = "defaults::app_snap_create_version")]
        pub version: crate::Open<crate::types::AppSnapVersion>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Snapshots, newest first.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppSnapList {
        ///The snapshots: either all objects or all arrays.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub items: ::std::option::Option<
            ::std::vec::Vec<crate::ListItem<crate::types::AppSnap>>,
        >,
        pub metadata: ListMetadata,
        ///The kind of list. Always sent.
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::std::string::String>,
        ///The version of the list and its items. Always sent.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub version: ::std::option::Option<crate::Open<crate::types::AppSnapVersion>>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The version of the resource's schema. Every version is accepted; responses have the newest.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum AppSnapVersion {
        #[serde(rename = "1.0")]
        X10,
        #[serde(rename = "1.1")]
        X11,
        #[serde(rename = "1.2")]
        X12,
    }
    impl ::std::fmt::Display for AppSnapVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::X10 => f.write_str("1.0"),
                Self::X11 => f.write_str("1.1"),
                Self::X12 => f.write_str("1.2"),
            }
        }
    }
    impl ::std::str::FromStr for AppSnapVersion {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "1.0" => Ok(Self::X10),
                "1.1" => Ok(Self::X11),
                "1.2" => Ok(Self::X12),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for AppSnapVersion {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for AppSnapVersion {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    /**The state of the app.

- `ready`: it can be backed up.
- `restoring`: its data is being replaced.
- `failed`: the latest restore failed, or was interrupted and can't be finished; `stateUnready` says why.
  In the second case no backups or snapshots are created.
- `unavailable`: it is no longer configured, or no server of the machines with its volumes is running. Its
  backups and snapshots are kept; new ones wait for such a server.
*/
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum AppState {
        #[serde(rename = "ready")]
        Ready,
        #[serde(rename = "restoring")]
        Restoring,
        #[serde(rename = "failed")]
        Failed,
        #[serde(rename = "unavailable")]
        Unavailable,
    }
    impl ::std::fmt::Display for AppState {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Ready => f.write_str("ready"),
                Self::Restoring => f.write_str("restoring"),
                Self::Failed => f.write_str("failed"),
                Self::Unavailable => f.write_str("unavailable"),
            }
        }
    }
    impl ::std::str::FromStr for AppState {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "ready" => Ok(Self::Ready),
                "restoring" => Ok(Self::Restoring),
                "failed" => Ok(Self::Failed),
                "unavailable" => Ok(Self::Unavailable),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for AppState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for AppState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    /**An app with its schedules, its latest backups and restores, and its work in progress. Backups, restores and
schedules are as their own operations return them, except that a schedule has no label for held deletions.
*/
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppSummary {
        /**At most 10 backups that have not ended: first those that were started, then those that are pending; both newest
first.
*/
        #[serde(
            rename = "backupsInProgress",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub backups_in_progress: ::std::option::Option<::std::vec::Vec<AppBackup>>,
        ///The app's own id.
        pub id: ::uuid::Uuid,
        ///The newest completed backup; absent if there is none.
        #[serde(
            rename = "lastCompletedBackup",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub last_completed_backup: ::std::option::Option<AppBackup>,
        ///The latest restore that has ended, in place or to a directory; absent if there is none.
        #[serde(
            rename = "lastRestore",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub last_restore: ::std::option::Option<AppRestore>,
        ///The newest backup that has ended, completed or not; absent if there is none.
        #[serde(
            rename = "latestBackup",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub latest_backup: ::std::option::Option<AppBackup>,
        pub metadata: Metadata,
        ///The app's name.
        pub name: ::std::string::String,
        ///The number of backups that wait to be started.
        #[serde(rename = "pendingBackups")]
        pub pending_backups: i64,
        ///The number of restores that wait to be started.
        #[serde(rename = "pendingRestores")]
        pub pending_restores: i64,
        /**At most 10 restores that have not ended: first those that run, then those that are pending; both newest first.
*/
        #[serde(
            rename = "restoresInProgress",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub restores_in_progress: ::std::option::Option<::std::vec::Vec<AppRestore>>,
        ///At most 100 schedules, first those that are active; both newest first.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub schedules: ::std::option::Option<::std::vec::Vec<Schedule>>,
        ///The number of backups that were started and have not ended.
        #[serde(rename = "startedBackups")]
        pub started_backups: i64,
        ///The number of restores that run.
        #[serde(rename = "startedRestores")]
        pub started_restores: i64,
        pub state: crate::Open<crate::types::AppState>,
        ///The reasons why the app isn't ready; empty if it is.
        #[serde(
            rename = "stateUnready",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub state_unready: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: AppSummaryVersion,
        ///The names of its volumes, which are the first directories in the paths of a backup's files.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub volumes: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Summaries of apps, newest first.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppSummaryList {
        ///The summaries: either all objects or all arrays.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub items: ::std::option::Option<
            ::std::vec::Vec<crate::ListItem<crate::types::AppSummary>>,
        >,
        pub metadata: ListMetadata,
        ///The kind of list.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        ///The version of the list and its items.
        pub version: AppSummaryVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The version of the summary's schema.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct AppSummaryVersion(pub ::std::string::String);
    impl ::std::ops::Deref for AppSummaryVersion {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<AppSummaryVersion> for ::std::string::String {
        fn from(value: AppSummaryVersion) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for AppSummaryVersion {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for AppSummaryVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for AppSummaryVersion {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///The source of a restore: exactly one of `backupID` and `snapshotID`.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct AppUpdate {
        ///A completed backup of the app.
        #[serde(
            rename = "backupID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub backup_id: ::std::option::Option<::uuid::Uuid>,
        ///A completed snapshot of the app.
        #[serde(
            rename = "snapshotID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub snapshot_id: ::std::option::Option<::uuid::Uuid>,
        ///The kind of resource.
        #[serde(rename = "type", default = "defaults::app_update_type")]
        pub type_: ::std::string::String,
        #[serde(default = "defaults::app_update_version")]
        pub version: crate::Open<crate::types::AppVersion>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The version of the app's schema. Every version is accepted; responses have the newest.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum AppVersion {
        #[serde(rename = "2.0")]
        X20,
        #[serde(rename = "2.1")]
        X21,
        #[serde(rename = "2.2")]
        X22,
    }
    impl ::std::fmt::Display for AppVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::X20 => f.write_str("2.0"),
                Self::X21 => f.write_str("2.1"),
                Self::X22 => f.write_str("2.2"),
            }
        }
    }
    impl ::std::str::FromStr for AppVersion {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "2.0" => Ok(Self::X20),
                "2.1" => Ok(Self::X21),
                "2.2" => Ok(Self::X22),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for AppVersion {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for AppVersion {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///Storage for the data of backups.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct Bucket {
        ///The maximum number of backups that are written to it at the same time.
        #[serde(rename = "backupsMax")]
        pub backups_max: i64,
        /**The free space of the bucket's file system in bytes, by the same measurement; absent if it is unknown.
*/
        #[serde(
            rename = "freeBytes",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub free_bytes: ::std::option::Option<crate::Number>,
        ///The bucket's own id.
        pub id: ::uuid::Uuid,
        ///Whether backups are written to this bucket if the request names none.
        #[serde(rename = "isDefault")]
        pub is_default: bool,
        ///The time of the measurement; absent before the first one.
        #[serde(
            rename = "measurementTimestamp",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub measurement_timestamp: ::std::option::Option<crate::Timestamp>,
        pub metadata: Metadata,
        ///The bucket's name, unique among configured buckets.
        pub name: ::std::string::String,
        pub provider: crate::Open<crate::types::BucketProvider>,
        pub state: crate::Open<crate::types::BucketState>,
        ///The reasons why the bucket is not available; empty if it is.
        #[serde(
            rename = "stateUnready",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub state_unready: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        /**The total size of the files with backed-up data, in bytes, by the server's latest measurement. Data that
several backups share counts once. Absent before the first measurement.
*/
        #[serde(
            rename = "storedBytes",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub stored_bytes: ::std::option::Option<crate::Number>,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: BucketVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Buckets, newest first.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct BucketList {
        ///The buckets: either all objects or all arrays.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub items: ::std::option::Option<
            ::std::vec::Vec<crate::ListItem<crate::types::Bucket>>,
        >,
        pub metadata: ListMetadata,
        ///The kind of list.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        ///The version of the list and its items.
        pub version: BucketVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The kind of storage of a bucket. It is a directory on the server, or a bucket of an S3 server.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum BucketProvider {
        #[serde(rename = "directory")]
        Directory,
        #[serde(rename = "s3")]
        S3,
    }
    impl ::std::fmt::Display for BucketProvider {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Directory => f.write_str("directory"),
                Self::S3 => f.write_str("s3"),
            }
        }
    }
    impl ::std::str::FromStr for BucketProvider {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "directory" => Ok(Self::Directory),
                "s3" => Ok(Self::S3),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for BucketProvider {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for BucketProvider {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    /**Whether backups can be written to a bucket, by the latest of the server's regular checks. If they can't,
`stateUnready` says why, and backups wait until it is available.

- `available`: they can.
- `failed`: it can't be reached or used, or another server uses it.
- `removed`: it is no longer configured; its backups are kept.
- `unknown`: it has not been checked yet.
*/
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum BucketState {
        #[serde(rename = "available")]
        Available,
        #[serde(rename = "failed")]
        Failed,
        #[serde(rename = "removed")]
        Removed,
        #[serde(rename = "unknown")]
        Unknown,
    }
    impl ::std::fmt::Display for BucketState {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Available => f.write_str("available"),
                Self::Failed => f.write_str("failed"),
                Self::Removed => f.write_str("removed"),
                Self::Unknown => f.write_str("unknown"),
            }
        }
    }
    impl ::std::str::FromStr for BucketState {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "available" => Ok(Self::Available),
                "failed" => Ok(Self::Failed),
                "removed" => Ok(Self::Removed),
                "unknown" => Ok(Self::Unknown),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for BucketState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for BucketState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The version of the resource's schema.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct BucketVersion(pub ::std::string::String);
    impl ::std::ops::Deref for BucketVersion {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<BucketVersion> for ::std::string::String {
        fn from(value: BucketVersion) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for BucketVersion {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for BucketVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for BucketVersion {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///A provider of the original's clusters. This server has none, so no response contains one.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct Cloud {
        ///The kind of cloud.
        #[serde(rename = "cloudType")]
        pub cloud_type: ::std::string::String,
        ///The cloud's own id.
        pub id: ::uuid::Uuid,
        pub metadata: Metadata,
        ///The cloud's name.
        pub name: ::std::string::String,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: CloudVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Clouds, newest first.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct CloudList {
        ///The clouds: either all objects or all arrays.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub items: ::std::option::Option<
            ::std::vec::Vec<crate::ListItem<crate::types::Cloud>>,
        >,
        pub metadata: ListMetadata,
        ///The kind of list.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        ///The version of the list and its items.
        pub version: CloudVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The version of the resource's schema.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct CloudVersion(pub ::std::string::String);
    impl ::std::ops::Deref for CloudVersion {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<CloudVersion> for ::std::string::String {
        fn from(value: CloudVersion) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for CloudVersion {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for CloudVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for CloudVersion {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///Metadata of the page.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct FileListMetadata {
        ///The `continue` parameter for the next page; absent on the last page.
        #[serde(
            rename = "continue",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub continue_: ::std::option::Option<::std::string::String>,
        ///The number of items in the response.
        pub count: i64,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A command that an operator configured, and that runs before or after the app is copied.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct Hook {
        ///The action that the hook surrounds. Backups are copied from snapshots.
        pub action: ::std::string::String,
        ///The app.
        #[serde(rename = "appID")]
        pub app_id: ::uuid::Uuid,
        ///Whether the hook runs. A string, as in the original API.
        pub enabled: ::std::string::String,
        ///The origin of the hook; always the operator.
        #[serde(rename = "hookType")]
        pub hook_type: ::std::string::String,
        ///The hook's own id.
        pub id: ::uuid::Uuid,
        ///The container images in which the original runs the hook; always empty.
        #[serde(
            rename = "matchingImages",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub matching_images: ::std::option::Option<
            ::std::vec::Vec<::std::string::String>,
        >,
        pub metadata: Metadata,
        ///The hook's name, unique among the app's hooks.
        pub name: ::std::string::String,
        pub stage: crate::Open<crate::types::HookStage>,
        ///The time limit of the command in seconds.
        #[serde(rename = "timeoutSecs")]
        pub timeout_secs: i64,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: HookVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Hooks, newest first.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct HookList {
        ///The hooks: either all objects or all arrays.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub items: ::std::option::Option<
            ::std::vec::Vec<crate::ListItem<crate::types::Hook>>,
        >,
        pub metadata: ListMetadata,
        ///The kind of list.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        ///The version of the list and its items.
        pub version: HookVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///When a hook runs: before or after the action.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum HookStage {
        #[serde(rename = "pre")]
        Pre,
        #[serde(rename = "post")]
        Post,
    }
    impl ::std::fmt::Display for HookStage {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Pre => f.write_str("pre"),
                Self::Post => f.write_str("post"),
            }
        }
    }
    impl ::std::str::FromStr for HookStage {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "pre" => Ok(Self::Pre),
                "post" => Ok(Self::Post),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for HookStage {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for HookStage {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The result of the app's execution hooks; `success` if there are none.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum HookState {
        #[serde(rename = "failed")]
        Failed,
        #[serde(rename = "success")]
        Success,
    }
    impl ::std::fmt::Display for HookState {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Failed => f.write_str("failed"),
                Self::Success => f.write_str("success"),
            }
        }
    }
    impl ::std::str::FromStr for HookState {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "failed" => Ok(Self::Failed),
                "success" => Ok(Self::Success),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for HookState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for HookState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The version of the resource's schema.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct HookVersion(pub ::std::string::String);
    impl ::std::ops::Deref for HookVersion {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<HookVersion> for ::std::string::String {
        fn from(value: HookVersion) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for HookVersion {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for HookVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for HookVersion {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///An invalid field of the body.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct InvalidField {
        ///The field's path from the root of the body.
        pub name: ::std::string::String,
        ///The reason why it is invalid.
        pub reason: ::std::string::String,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///An invalid query parameter.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct InvalidParam {
        ///The parameter's name.
        pub name: ::std::string::String,
        ///The reason why it is invalid.
        pub reason: ::std::string::String,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A name and a value that a client or the system attaches to a resource.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct Label {
        ///The label's name.
        pub name: ::std::string::String,
        ///The label's value.
        pub value: ::std::string::String,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A name and a value to attach to a new resource.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct LabelCreate {
        ///The label's name.
        pub name: ::std::string::String,
        ///The label's value.
        pub value: ::std::string::String,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Metadata of the list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ListMetadata {
        ///The `continue` parameter for the next page; absent on the last page.
        #[serde(
            rename = "continue",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub continue_: ::std::option::Option<::std::string::String>,
        ///How many items this answer holds.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub count: ::std::option::Option<crate::Number>,
        ///Who asked for the list.
        #[serde(
            rename = "createdBy",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub created_by: ::std::option::Option<::uuid::Uuid>,
        ///When the list was made up.
        #[serde(
            rename = "creationTimestamp",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub creation_timestamp: ::std::option::Option<crate::Timestamp>,
        ///Always empty; a list carries no labels.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub labels: ::std::option::Option<::std::vec::Vec<Label>>,
        ///When the list was made up.
        #[serde(
            rename = "modificationTimestamp",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub modification_timestamp: ::std::option::Option<crate::Timestamp>,
        ///Who asked for the list.
        #[serde(
            rename = "modifiedBy",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub modified_by: ::std::option::Option<::uuid::Uuid>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Labels, and when and by whom the resource was created and changed.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct Metadata {
        ///The user that created the resource.
        #[serde(rename = "createdBy")]
        pub created_by: ::uuid::Uuid,
        ///When the resource was created.
        #[serde(rename = "creationTimestamp")]
        pub creation_timestamp: crate::Timestamp,
        ///The client's labels, in the given order, followed by the system's.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub labels: ::std::option::Option<::std::vec::Vec<Label>>,
        /**When the resource last changed. It moves forward with each change of another property of a backup or a
snapshot, and never without one.
*/
        #[serde(rename = "modificationTimestamp")]
        pub modification_timestamp: crate::Timestamp,
        ///The user that last changed the resource; absent if it was never changed.
        #[serde(
            rename = "modifiedBy",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub modified_by: ::std::option::Option<::uuid::Uuid>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    /**Labels for a new resource. The other properties are set by the server: they may be sent, must be
well-formed, and are ignored.
*/
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct MetadataCreate {
        ///Ignored.
        #[serde(
            rename = "createdBy",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub created_by: ::std::option::Option<::uuid::Uuid>,
        ///Ignored.
        #[serde(
            rename = "creationTimestamp",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub creation_timestamp: ::std::option::Option<crate::Timestamp>,
        /**The labels to attach, each name once. Names that begin with `appkeep.io/read-only/` are reserved for
the system. All names and values together have at most 16,384 bytes in UTF-8.
*/
        pub labels: ::std::vec::Vec<LabelCreate>,
        ///Ignored.
        #[serde(
            rename = "modificationTimestamp",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub modification_timestamp: ::std::option::Option<crate::Timestamp>,
        ///Ignored.
        #[serde(
            rename = "modifiedBy",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub modified_by: ::std::option::Option<::uuid::Uuid>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The part of a namespace that belongs to an app.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct NamespaceScopedResource {
        ///A selection of its resources; always empty, which selects all.
        #[serde(
            rename = "labelSelectors",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub label_selectors: ::std::option::Option<
            ::std::vec::Vec<::std::string::String>,
        >,
        ///The namespace.
        pub namespace: ::std::string::String,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    /**An error (RFC 7807). Problems 1, 2, 3, 5, 10, 11, 94 to 97 and 128 have the `title` and the `detail` of their
examples, word for word. Other texts are up to the server.
*/
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct Problem {
        ///The id of this request in the server's log.
        #[serde(
            rename = "correlationID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub correlation_id: ::std::option::Option<::std::string::String>,
        ///A sentence about this occurrence of the problem.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub detail: ::std::option::Option<::std::string::String>,
        ///The invalid fields of the body.
        #[serde(
            rename = "invalidFields",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub invalid_fields: ::std::option::Option<::std::vec::Vec<InvalidField>>,
        ///The invalid query parameters.
        #[serde(
            rename = "invalidParams",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub invalid_params: ::std::option::Option<::std::vec::Vec<InvalidParam>>,
        ///The HTTP status, as a string.
        pub status: ::std::string::String,
        ///A short name of the kind of problem.
        pub title: ::std::string::String,
        /**A URI for the kind of problem; `about:blank` if the status is sufficient. Other kinds are
`https://astra.netapp.io/problems/` and a number:

- 1 (404): a DELETE is for an account, an app or a resource that doesn't exist.
- 2 (404): another request is for an account, an app, a resource or a file that doesn't exist.
- 3 (401): the bearer token is missing.
- 4 (401): the bearer token is unknown or was revoked.
- 5 (400): a query parameter is invalid or repeated.
- 6 (400): the operation has no query parameter of this name.
- 7 (400): the body isn't JSON.
- 8 (400): the body doesn't match its schema.
- 9 (400): the body breaks another rule, or names a backup that the app doesn't have.
- 10 (409): the name is in use.
- 11 (403): the token can't access the account, or its role is too low.
- 12 (400): a header has an invalid value.
- 33 (400): the account's id is malformed.
- 34 (500): the server failed.
- 35 (400): another id in the path is malformed.
- 41 (503): the server can't serve requests at the moment.
- 46 (400): the account has no snapshot of the id in the body.
- 47 (403): the snapshot in the body belongs to another app.
- 69 (405): the URI doesn't support the method.
- 79 (403): a header is missing.
- 85 (413): the body is too long.
- 94 (500): the server failed to create a backup.
- 95 (500): the server failed to fetch a backup.
- 96 (500): the server failed to list backups.
- 97 (500): the server failed to delete a backup.
- 98 (500): the server failed to create a snapshot.
- 99 (500): the server failed to fetch a snapshot.
- 100 (500): the server failed to list snapshots.
- 108 (400): the account has no bucket of the id in the body, or the app can't use it.
- 111 (409): a backup or a snapshot isn't completed.
- 112 (409): the app isn't ready.
- 127 (400): the body names no bucket, and the account has none.
- 128 (409): a pending backup can't be deleted.
- 142 (409): a restore is reading the backup or the snapshot.
- 144 (409): a backup is reading the snapshot.
*/
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    /**The state of the resource.

- `pending`: waiting to be started.
- `discovering`: the data to copy is being determined.
- `running`: data is being copied.
- `completed`: complete and usable.
- `failed`: it will never be completed; `stateUnready` says why.
- `removed`: its data is missing at present.
- `unknown`: its state can't be determined.
*/
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ResourceState {
        #[serde(rename = "pending")]
        Pending,
        #[serde(rename = "discovering")]
        Discovering,
        #[serde(rename = "running")]
        Running,
        #[serde(rename = "completed")]
        Completed,
        #[serde(rename = "failed")]
        Failed,
        #[serde(rename = "removed")]
        Removed,
        #[serde(rename = "unknown")]
        Unknown,
    }
    impl ::std::fmt::Display for ResourceState {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Pending => f.write_str("pending"),
                Self::Discovering => f.write_str("discovering"),
                Self::Running => f.write_str("running"),
                Self::Completed => f.write_str("completed"),
                Self::Failed => f.write_str("failed"),
                Self::Removed => f.write_str("removed"),
                Self::Unknown => f.write_str("unknown"),
            }
        }
    }
    impl ::std::str::FromStr for ResourceState {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "pending" => Ok(Self::Pending),
                "discovering" => Ok(Self::Discovering),
                "running" => Ok(Self::Running),
                "completed" => Ok(Self::Completed),
                "failed" => Ok(Self::Failed),
                "removed" => Ok(Self::Removed),
                "unknown" => Ok(Self::Unknown),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ResourceState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ResourceState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    /**The token's permissions in an account. `viewer` can read; `member` can also create, delete and
restore; `admin` and `owner` have the same permissions as `member` in this API.
*/
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum Role {
        #[serde(rename = "viewer")]
        Viewer,
        #[serde(rename = "member")]
        Member,
        #[serde(rename = "admin")]
        Admin,
        #[serde(rename = "owner")]
        Owner,
    }
    impl ::std::fmt::Display for Role {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Viewer => f.write_str("viewer"),
                Self::Member => f.write_str("member"),
                Self::Admin => f.write_str("admin"),
                Self::Owner => f.write_str("owner"),
            }
        }
    }
    impl ::std::str::FromStr for Role {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "viewer" => Ok(Self::Viewer),
                "member" => Ok(Self::Member),
                "admin" => Ok(Self::Admin),
                "owner" => Ok(Self::Owner),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for Role {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for Role {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    /**A schedule that creates backups or snapshots of an app. `cron` and `timeZone` define its times, also those of a
`granularity` other than `custom`.
*/
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct Schedule {
        ///The app.
        #[serde(rename = "appID")]
        pub app_id: ::uuid::Uuid,
        ///The number of backups that are kept; absent if other rules keep them.
        #[serde(
            rename = "backupRetention",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub backup_retention: ::std::option::Option<::std::string::String>,
        ///The bucket of its backups; absent for the account's default bucket.
        #[serde(
            rename = "bucketID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub bucket_id: ::std::option::Option<::uuid::Uuid>,
        ///The times of the runs: minute, hour, day of the month, month and day of the week.
        pub cron: ::std::string::String,
        ///The day of the month of a run. `*` if the granularity has none.
        #[serde(
            rename = "dayOfMonth",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub day_of_month: ::std::option::Option<::std::string::String>,
        ///The day of the week of a run, from 0 (Sunday) to 6. `*` if the granularity has none.
        #[serde(
            rename = "dayOfWeek",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub day_of_week: ::std::option::Option<::std::string::String>,
        pub enabled: crate::Open<crate::types::ScheduleEnabled>,
        pub granularity: crate::Open<crate::types::ScheduleGranularity>,
        ///The hour of a run. `*` if the granularity has none; the same as absent in requests, as is an empty string.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub hour: ::std::option::Option<::std::string::String>,
        ///The schedule's own id.
        pub id: ::uuid::Uuid,
        ///The maximum random delay of a run in seconds, so that not all schedules run at once.
        #[serde(rename = "jitterSecs")]
        pub jitter_secs: i64,
        ///The kind of resource that a run creates.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub makes: ::std::option::Option<
            ::std::vec::Vec<crate::Open<crate::types::ScheduleMakes>>,
        >,
        pub metadata: Metadata,
        ///The minute of a run. A string, as in the original API.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub minute: ::std::option::Option<::std::string::String>,
        ///The schedule's name, unique among the app's schedules that are in use.
        pub name: ::std::string::String,
        ///The time of the next run, including the random delay; absent if there is none.
        #[serde(
            rename = "nextRunTimestamp",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub next_run_timestamp: ::std::option::Option<crate::Timestamp>,
        pub origin: crate::Open<crate::types::ScheduleOrigin>,
        pub retention: ScheduleRetention,
        ///The number of snapshots that are kept; absent if other rules keep them.
        #[serde(
            rename = "snapshotRetention",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub snapshot_retention: ::std::option::Option<::std::string::String>,
        ///The time zone of `cron`, as named in the IANA database.
        #[serde(rename = "timeZone")]
        pub time_zone: ::std::string::String,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: crate::Open<crate::types::ScheduleVersion>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A request for a new schedule.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ScheduleCreate {
        ///A number of backups or snapshots to keep; none are created if it is 0. A string, as in the original API.
        #[serde(
            rename = "backupRetention",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub backup_retention: ::std::option::Option<::std::string::String>,
        ///The bucket of its backups; the account's default bucket if absent.
        #[serde(
            rename = "bucketID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub bucket_id: ::std::option::Option<::uuid::Uuid>,
        ///The times of granularity `custom`: minute, hour, day of the month, month and day of the week.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cron: ::std::option::Option<::std::string::String>,
        ///The day of the month of a run. `*` if the granularity has none.
        #[serde(
            rename = "dayOfMonth",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub day_of_month: ::std::option::Option<::std::string::String>,
        ///The day of the week of a run, from 0 (Sunday) to 6. `*` if the granularity has none.
        #[serde(
            rename = "dayOfWeek",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub day_of_week: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub enabled: ::std::option::Option<crate::Open<crate::types::ScheduleEnabled>>,
        #[serde(default = "defaults::schedule_create_granularity")]
        pub granularity: crate::Open<crate::types::ScheduleGranularity>,
        ///The hour of a run. `*` if the granularity has none; the same as absent in requests, as is an empty string.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub hour: ::std::option::Option<::std::string::String>,
        ///The maximum random delay of a run in seconds; 0 by default. It is shorter than the time between runs.
        #[serde(
            rename = "jitterSecs",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub jitter_secs: ::std::option::Option<i64>,
        ///The kinds of resources that a run creates; a backup by default.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub makes: ::std::option::Option<
            ::std::vec::Vec<crate::Open<crate::types::ScheduleMakes>>,
        >,
        ///The minute of a run. A string, as in the original API.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub minute: ::std::option::Option<::std::string::String>,
        /**A name that no other schedule of the app has. Spaces become hyphens, because clients of the original API name
schedules like `daily schedule`, and the name becomes part of the names of backups.
*/
        pub name: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub retention: ::std::option::Option<ScheduleRetention>,
        ///A number of backups or snapshots to keep; none are created if it is 0. A string, as in the original API.
        #[serde(
            rename = "snapshotRetention",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub snapshot_retention: ::std::option::Option<::std::string::String>,
        ///The time zone of `cron`, as named in the IANA database; UTC by default.
        #[serde(
            rename = "timeZone",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub time_zone: ::std::option::Option<::std::string::String>,
        ///The kind of resource.
        #[serde(rename = "type", default = "defaults::schedule_create_type")]
        pub type_: ::std::string::String,
        #[serde(default = "defaults::schedule_create_version")]
        pub version: crate::Open<crate::types::ScheduleVersion>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    /**Whether a schedule is active: `false` when it is no longer configured, or was disabled. A string, as in the
original API.
*/
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ScheduleEnabled {
        #[serde(rename = "true")]
        True,
        #[serde(rename = "false")]
        False,
    }
    impl ::std::fmt::Display for ScheduleEnabled {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::True => f.write_str("true"),
                Self::False => f.write_str("false"),
            }
        }
    }
    impl ::std::str::FromStr for ScheduleEnabled {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "true" => Ok(Self::True),
                "false" => Ok(Self::False),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ScheduleEnabled {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ScheduleEnabled {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    /**The kind of times of a schedule.

- `hourly`: each hour, at `minute`.
- `daily`: each day, at `hour` and `minute` in UTC.
- `weekly`: each week, on `dayOfWeek`, at `hour` and `minute` in UTC.
- `monthly`: on `dayOfMonth` of each month that has this day, at `hour` and `minute` in UTC.
- `custom`: any other times, defined by `cron` in `timeZone`.
*/
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ScheduleGranularity {
        #[serde(rename = "hourly")]
        Hourly,
        #[serde(rename = "daily")]
        Daily,
        #[serde(rename = "weekly")]
        Weekly,
        #[serde(rename = "monthly")]
        Monthly,
        #[serde(rename = "custom")]
        Custom,
    }
    impl ::std::fmt::Display for ScheduleGranularity {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Hourly => f.write_str("hourly"),
                Self::Daily => f.write_str("daily"),
                Self::Weekly => f.write_str("weekly"),
                Self::Monthly => f.write_str("monthly"),
                Self::Custom => f.write_str("custom"),
            }
        }
    }
    impl ::std::str::FromStr for ScheduleGranularity {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "hourly" => Ok(Self::Hourly),
                "daily" => Ok(Self::Daily),
                "weekly" => Ok(Self::Weekly),
                "monthly" => Ok(Self::Monthly),
                "custom" => Ok(Self::Custom),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ScheduleGranularity {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ScheduleGranularity {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///Schedules, newest first.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ScheduleList {
        ///The schedules: either all objects or all arrays.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub items: ::std::option::Option<
            ::std::vec::Vec<crate::ListItem<crate::types::Schedule>>,
        >,
        pub metadata: ListMetadata,
        ///The kind of list.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        ///The version of the list and its items.
        pub version: crate::Open<crate::types::ScheduleVersion>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The kind of resource that a schedule creates.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ScheduleMakes {
        #[serde(rename = "backup")]
        Backup,
        #[serde(rename = "snapshot")]
        Snapshot,
    }
    impl ::std::fmt::Display for ScheduleMakes {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Backup => f.write_str("backup"),
                Self::Snapshot => f.write_str("snapshot"),
            }
        }
    }
    impl ::std::str::FromStr for ScheduleMakes {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "backup" => Ok(Self::Backup),
                "snapshot" => Ok(Self::Snapshot),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ScheduleMakes {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ScheduleMakes {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    /**The origin of a schedule: `configuration` if an operator configured it, which makes it read-only, or `api` if it
was created by this API.
*/
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ScheduleOrigin {
        #[serde(rename = "configuration")]
        Configuration,
        #[serde(rename = "api")]
        Api,
    }
    impl ::std::fmt::Display for ScheduleOrigin {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Configuration => f.write_str("configuration"),
                Self::Api => f.write_str("api"),
            }
        }
    }
    impl ::std::str::FromStr for ScheduleOrigin {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "configuration" => Ok(Self::Configuration),
                "api" => Ok(Self::Api),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ScheduleOrigin {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ScheduleOrigin {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    /**The retention of a schedule's backups and snapshots: those that any of these rules keeps. Without rules,
all are kept. A different `snapshotRetention` replaces the rules for snapshots.
*/
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ScheduleRetention {
        ///Keeps the newest of each day, for this many days that have one.
        #[serde(
            rename = "keepDaily",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub keep_daily: ::std::option::Option<i64>,
        ///Keeps all that are at most this many days older than the newest.
        #[serde(
            rename = "keepDays",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub keep_days: ::std::option::Option<i64>,
        ///Keeps this many of the newest.
        #[serde(
            rename = "keepLast",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub keep_last: ::std::option::Option<i64>,
        ///Keeps the newest of each month, for this many months that have one.
        #[serde(
            rename = "keepMonthly",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub keep_monthly: ::std::option::Option<i64>,
        ///Keeps the newest of each week (from Monday), for this many weeks that have one.
        #[serde(
            rename = "keepWeekly",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub keep_weekly: ::std::option::Option<i64>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///New settings of a schedule. Absent ones keep their values.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct ScheduleUpdate {
        ///A number of backups or snapshots to keep; none are created if it is 0. A string, as in the original API.
        #[serde(
            rename = "backupRetention",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub backup_retention: ::std::option::Option<::std::string::String>,
        ///The bucket of its backups; the account's default bucket if absent.
        #[serde(
            rename = "bucketID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub bucket_id: ::std::option::Option<::uuid::Uuid>,
        ///The times of granularity `custom`: minute, hour, day of the month, month and day of the week.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cron: ::std::option::Option<::std::string::String>,
        ///The day of the month of a run. `*` if the granularity has none.
        #[serde(
            rename = "dayOfMonth",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub day_of_month: ::std::option::Option<::std::string::String>,
        ///The day of the week of a run, from 0 (Sunday) to 6. `*` if the granularity has none.
        #[serde(
            rename = "dayOfWeek",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub day_of_week: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub enabled: ::std::option::Option<crate::Open<crate::types::ScheduleEnabled>>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub granularity: ::std::option::Option<
            crate::Open<crate::types::ScheduleGranularity>,
        >,
        ///The hour of a run. `*` if the granularity has none; the same as absent in requests, as is an empty string.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub hour: ::std::option::Option<::std::string::String>,
        ///The maximum random delay of a run in seconds; 0 by default. It is shorter than the time between runs.
        #[serde(
            rename = "jitterSecs",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub jitter_secs: ::std::option::Option<i64>,
        ///The kinds of resources that a run creates; a backup by default.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub makes: ::std::option::Option<
            ::std::vec::Vec<crate::Open<crate::types::ScheduleMakes>>,
        >,
        ///The minute of a run. A string, as in the original API.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub minute: ::std::option::Option<::std::string::String>,
        /**A name that no other schedule of the app has. Spaces become hyphens, because clients of the original API name
schedules like `daily schedule`, and the name becomes part of the names of backups.
*/
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub retention: ::std::option::Option<ScheduleRetention>,
        ///A number of backups or snapshots to keep; none are created if it is 0. A string, as in the original API.
        #[serde(
            rename = "snapshotRetention",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub snapshot_retention: ::std::option::Option<::std::string::String>,
        ///The time zone of `cron`, as named in the IANA database; UTC by default.
        #[serde(
            rename = "timeZone",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub time_zone: ::std::option::Option<::std::string::String>,
        ///The kind of resource.
        #[serde(rename = "type", default = "defaults::schedule_update_type")]
        pub type_: ::std::string::String,
        #[serde(default = "defaults::schedule_update_version")]
        pub version: crate::Open<crate::types::ScheduleVersion>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The version of the resource's schema. Every version is accepted; responses have the newest.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ScheduleVersion {
        #[serde(rename = "1.0")]
        X10,
        #[serde(rename = "1.1")]
        X11,
        #[serde(rename = "1.2")]
        X12,
        #[serde(rename = "1.3")]
        X13,
    }
    impl ::std::fmt::Display for ScheduleVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::X10 => f.write_str("1.0"),
                Self::X11 => f.write_str("1.1"),
                Self::X12 => f.write_str("1.2"),
                Self::X13 => f.write_str("1.3"),
            }
        }
    }
    impl ::std::str::FromStr for ScheduleVersion {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "1.0" => Ok(Self::X10),
                "1.1" => Ok(Self::X11),
                "1.2" => Ok(Self::X12),
                "1.3" => Ok(Self::X13),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ScheduleVersion {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ScheduleVersion {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The report of one run of an execution hook.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct StateDetail {
        ///The report in full.
        pub detail: ::std::string::String,
        ///The report in a few words.
        pub title: ::std::string::String,
        ///What kind of report it is.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A token, or the server itself.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct User {
        ///Always `local`.
        #[serde(rename = "authProvider")]
        pub auth_provider: ::std::string::String,
        ///Always empty. Clients of the original API require it.
        pub email: ::std::string::String,
        ///The token's name; `appkeep` for the server.
        #[serde(rename = "firstName")]
        pub first_name: ::std::string::String,
        ///The user's own id.
        pub id: ::uuid::Uuid,
        ///Always empty. Clients of the original API require it.
        #[serde(rename = "lastName")]
        pub last_name: ::std::string::String,
        pub metadata: Metadata,
        pub state: crate::Open<crate::types::UserState>,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: UserVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Users, newest first.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct UserList {
        ///The users: either all objects or all arrays.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub items: ::std::option::Option<
            ::std::vec::Vec<crate::ListItem<crate::types::User>>,
        >,
        pub metadata: ListMetadata,
        ///The kind of list.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        ///The version of the list and its items.
        pub version: UserVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///`active`, or `disabled` when the token has expired or was revoked.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum UserState {
        #[serde(rename = "active")]
        Active,
        #[serde(rename = "disabled")]
        Disabled,
    }
    impl ::std::fmt::Display for UserState {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Active => f.write_str("active"),
                Self::Disabled => f.write_str("disabled"),
            }
        }
    }
    impl ::std::str::FromStr for UserState {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "active" => Ok(Self::Active),
                "disabled" => Ok(Self::Disabled),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for UserState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for UserState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The version of the user's schema.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct UserVersion(pub ::std::string::String);
    impl ::std::ops::Deref for UserVersion {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<UserVersion> for ::std::string::String {
        fn from(value: UserVersion) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for UserVersion {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for UserVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for UserVersion {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    /// Generation of default values for serde.
    pub mod defaults {
        pub(super) fn app_backup_create_type() -> ::std::string::String {
            "application/astra-appBackup".to_string()
        }
        pub(super) fn app_backup_create_version() -> crate::Open<
            crate::types::AppBackupVersion,
        > {
            ::serde_json::from_str::<
                crate::Open<crate::types::AppBackupVersion>,
            >("\"1.1\"")
                .unwrap()
        }
        pub(super) fn app_restore_create_type() -> ::std::string::String {
            "application/astra-appRestore".to_string()
        }
        pub(super) fn app_restore_create_version() -> super::AppRestoreVersion {
            super::AppRestoreVersion("1.0".to_string())
        }
        pub(super) fn app_snap_create_type() -> ::std::string::String {
            "application/astra-appSnap".to_string()
        }
        pub(super) fn app_snap_create_version() -> crate::Open<
            crate::types::AppSnapVersion,
        > {
            ::serde_json::from_str::<
                crate::Open<crate::types::AppSnapVersion>,
            >("\"1.2\"")
                .unwrap()
        }
        pub(super) fn app_update_type() -> ::std::string::String {
            "application/astra-app".to_string()
        }
        pub(super) fn app_update_version() -> crate::Open<crate::types::AppVersion> {
            ::serde_json::from_str::<crate::Open<crate::types::AppVersion>>("\"2.2\"")
                .unwrap()
        }
        pub(super) fn schedule_create_granularity() -> crate::Open<
            crate::types::ScheduleGranularity,
        > {
            ::serde_json::from_str::<
                crate::Open<crate::types::ScheduleGranularity>,
            >("\"custom\"")
                .unwrap()
        }
        pub(super) fn schedule_create_type() -> ::std::string::String {
            "application/astra-schedule".to_string()
        }
        pub(super) fn schedule_create_version() -> crate::Open<
            crate::types::ScheduleVersion,
        > {
            ::serde_json::from_str::<
                crate::Open<crate::types::ScheduleVersion>,
            >("\"1.3\"")
                .unwrap()
        }
        pub(super) fn schedule_update_type() -> ::std::string::String {
            "application/astra-schedule".to_string()
        }
        pub(super) fn schedule_update_version() -> crate::Open<
            crate::types::ScheduleVersion,
        > {
            ::serde_json::from_str::<
                crate::Open<crate::types::ScheduleVersion>,
            >("\"1.3\"")
                .unwrap()
        }
    }
    /// Error types.
    pub mod error {
        /// Error from a `TryFrom` or `FromStr` implementation.
        pub struct ConversionError(::std::borrow::Cow<'static, str>);
        impl ::std::error::Error for ConversionError {}
        impl ::std::fmt::Display for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
        impl ::std::fmt::Debug for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }
        impl From<&'static str> for ConversionError {
            fn from(value: &'static str) -> Self {
                Self(value.into())
            }
        }
        impl From<String> for ConversionError {
            fn from(value: String) -> Self {
                Self(value.into())
            }
        }
    }
    impl ::std::default::Default for AppBackupCreate {
        fn default() -> Self {
            Self {
                bucket_id: ::std::default::Default::default(),
                metadata: ::std::default::Default::default(),
                name: ::std::default::Default::default(),
                snapshot_id: ::std::default::Default::default(),
                type_: defaults::app_backup_create_type(),
                version: defaults::app_backup_create_version(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for AppRestoreCreate {
        fn default() -> Self {
            Self {
                backup_id: ::std::default::Default::default(),
                in_place: ::std::default::Default::default(),
                include: ::std::default::Default::default(),
                snapshot_id: ::std::default::Default::default(),
                target: ::std::default::Default::default(),
                type_: defaults::app_restore_create_type(),
                version: defaults::app_restore_create_version(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for AppSnapCreate {
        fn default() -> Self {
            Self {
                metadata: ::std::default::Default::default(),
                name: ::std::default::Default::default(),
                type_: defaults::app_snap_create_type(),
                version: defaults::app_snap_create_version(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for AppUpdate {
        fn default() -> Self {
            Self {
                backup_id: ::std::default::Default::default(),
                snapshot_id: ::std::default::Default::default(),
                type_: defaults::app_update_type(),
                version: defaults::app_update_version(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for InvalidField {
        fn default() -> Self {
            Self {
                name: ::std::default::Default::default(),
                reason: ::std::default::Default::default(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for InvalidParam {
        fn default() -> Self {
            Self {
                name: ::std::default::Default::default(),
                reason: ::std::default::Default::default(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for Label {
        fn default() -> Self {
            Self {
                name: ::std::default::Default::default(),
                value: ::std::default::Default::default(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for LabelCreate {
        fn default() -> Self {
            Self {
                name: ::std::default::Default::default(),
                value: ::std::default::Default::default(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for ListMetadata {
        fn default() -> Self {
            Self {
                continue_: ::std::default::Default::default(),
                count: ::std::default::Default::default(),
                created_by: ::std::default::Default::default(),
                creation_timestamp: ::std::default::Default::default(),
                labels: ::std::default::Default::default(),
                modification_timestamp: ::std::default::Default::default(),
                modified_by: ::std::default::Default::default(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for MetadataCreate {
        fn default() -> Self {
            Self {
                created_by: ::std::default::Default::default(),
                creation_timestamp: ::std::default::Default::default(),
                labels: ::std::default::Default::default(),
                modification_timestamp: ::std::default::Default::default(),
                modified_by: ::std::default::Default::default(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for NamespaceScopedResource {
        fn default() -> Self {
            Self {
                label_selectors: ::std::default::Default::default(),
                namespace: ::std::default::Default::default(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for Problem {
        fn default() -> Self {
            Self {
                correlation_id: ::std::default::Default::default(),
                detail: ::std::default::Default::default(),
                invalid_fields: ::std::default::Default::default(),
                invalid_params: ::std::default::Default::default(),
                status: ::std::default::Default::default(),
                title: ::std::default::Default::default(),
                type_: ::std::default::Default::default(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for ScheduleCreate {
        fn default() -> Self {
            Self {
                backup_retention: ::std::default::Default::default(),
                bucket_id: ::std::default::Default::default(),
                cron: ::std::default::Default::default(),
                day_of_month: ::std::default::Default::default(),
                day_of_week: ::std::default::Default::default(),
                enabled: ::std::default::Default::default(),
                granularity: defaults::schedule_create_granularity(),
                hour: ::std::default::Default::default(),
                jitter_secs: ::std::default::Default::default(),
                makes: ::std::default::Default::default(),
                minute: ::std::default::Default::default(),
                name: ::std::default::Default::default(),
                retention: ::std::default::Default::default(),
                snapshot_retention: ::std::default::Default::default(),
                time_zone: ::std::default::Default::default(),
                type_: defaults::schedule_create_type(),
                version: defaults::schedule_create_version(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for ScheduleRetention {
        fn default() -> Self {
            Self {
                keep_daily: ::std::default::Default::default(),
                keep_days: ::std::default::Default::default(),
                keep_last: ::std::default::Default::default(),
                keep_monthly: ::std::default::Default::default(),
                keep_weekly: ::std::default::Default::default(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for ScheduleUpdate {
        fn default() -> Self {
            Self {
                backup_retention: ::std::default::Default::default(),
                bucket_id: ::std::default::Default::default(),
                cron: ::std::default::Default::default(),
                day_of_month: ::std::default::Default::default(),
                day_of_week: ::std::default::Default::default(),
                enabled: ::std::default::Default::default(),
                granularity: ::std::default::Default::default(),
                hour: ::std::default::Default::default(),
                jitter_secs: ::std::default::Default::default(),
                makes: ::std::default::Default::default(),
                minute: ::std::default::Default::default(),
                name: ::std::default::Default::default(),
                retention: ::std::default::Default::default(),
                snapshot_retention: ::std::default::Default::default(),
                time_zone: ::std::default::Default::default(),
                type_: defaults::schedule_update_type(),
                version: defaults::schedule_update_version(),
                extra: ::std::default::Default::default(),
            }
        }
    }
    impl ::std::default::Default for StateDetail {
        fn default() -> Self {
            Self {
                detail: ::std::default::Default::default(),
                title: ::std::default::Default::default(),
                type_: ::std::default::Default::default(),
                extra: ::std::default::Default::default(),
            }
        }
    }
}
#[derive(Clone, Debug)]
/**Client for appkeep application backups and snapshots

Version: 0.2.0*/
pub struct Client {
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
    pub(crate) inner: crate::retry::Settings,
}
impl Client {
    /// Construct a new client with an existing `reqwest::Client`,
    /// allowing more control over its configuration.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub(crate) fn new_with_client(
        baseurl: &str,
        client: reqwest::Client,
        inner: crate::retry::Settings,
    ) -> Self {
        Self {
            baseurl: baseurl.to_string(),
            client,
            inner,
        }
    }
}
#[allow(clippy::all)]
impl Client {
    /**List the backups of all apps

Lists every backup in the account, newest first. Without `limit` the response contains all of them.
With `include` each item is an array of the named fields instead of an object.


Sends a `GET` request to `/accounts/{account_id}/topology/v1/appBackups`

Arguments:
- `account_id`: The account.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque. It is a position in the list, so every token of this form is accepted.
- `include`: The fields to return, separated by commas, each at most once. Each item is then an array of their values in this order, with `null` for an absent value.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
*/
    pub async fn app_backup_list_all<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        continue_: Option<&'a str>,
        include: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
    ) -> Result<ResponseValue<types::AppBackupList>, Error> {
        let url = format!(
            "{}/accounts/{}/topology/v1/appBackups", self.baseurl, encode_path(&
            account_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("limit", &limit));
        crate::exchange::json(self, "app_backup_list_all", request).await
    }
    /**Fetch a backup

Returns the current state of the backup, for any app of the account.

Sends a `GET` request to `/accounts/{account_id}/topology/v1/appBackups/{appBackup_id}`

Arguments:
- `account_id`: The account.
- `app_backup_id`: The backup.
*/
    pub async fn app_backup_fetch<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_backup_id: ::uuid::Uuid,
    ) -> Result<ResponseValue<types::AppBackup>, Error> {
        let url = format!(
            "{}/accounts/{}/topology/v1/appBackups/{}", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_backup_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            );
        crate::exchange::json(self, "app_backup_fetch", request).await
    }
    /**Delete a backup

Deletes the backup and its data. A backup that is `discovering` or `running` is cancelled first.
A `pending` backup can't be deleted.


Sends a `DELETE` request to `/accounts/{account_id}/topology/v1/appBackups/{appBackup_id}`

Arguments:
- `account_id`: The account.
- `app_backup_id`: The backup.
*/
    pub async fn app_backup_delete<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_backup_id: ::uuid::Uuid,
    ) -> Result<ResponseValue<()>, Error> {
        let url = format!(
            "{}/accounts/{}/topology/v1/appBackups/{}", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_backup_id.to_string()),
        );
        let request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            );
        crate::exchange::empty(self, "app_backup_delete", request).await
    }
    /**List the backups of an app

Lists the app's backups, newest first. Without `limit` the response contains all of them. With
`include` each item is an array of the named fields instead of an object.


Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque. It is a position in the list, so every token of this form is accepted.
- `include`: The fields to return, separated by commas, each at most once. Each item is then an array of their values in this order, with `null` for an absent value.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
*/
    pub async fn app_backup_list_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        continue_: Option<&'a str>,
        include: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
    ) -> Result<ResponseValue<types::AppBackupList>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appBackups", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("limit", &limit));
        crate::exchange::json(self, "app_backup_list_for_app", request).await
    }
    /**Create a backup of an app

Creates a pending backup and responds at once; the data is copied in the background.

With `snapshotID` the given snapshot is copied. Without it the server creates a temporary
snapshot, which is visible while the backup uses it and is deleted when the backup is finished.


Sends a `POST` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `body`: The properties of the new backup.
*/
    pub async fn app_backup_create_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        body: &'a types::AppBackupCreate,
    ) -> Result<ResponseValue<types::AppBackup>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appBackups", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()),
        );
        let request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body);
        crate::exchange::json(self, "app_backup_create_for_app", request).await
    }
    /**Fetch a backup of an app

Returns the current state of the backup if it belongs to this app.

Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `app_backup_id`: The backup.
*/
    pub async fn app_backup_fetch_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        app_backup_id: ::uuid::Uuid,
    ) -> Result<ResponseValue<types::AppBackup>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appBackups/{}", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()), encode_path(&
            app_backup_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            );
        crate::exchange::json(self, "app_backup_fetch_for_app", request).await
    }
    /**Delete a backup of an app

Deletes the backup and its data if it belongs to this app. A backup that is `discovering` or
`running` is cancelled first. A `pending` backup can't be deleted.


Sends a `DELETE` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `app_backup_id`: The backup.
*/
    pub async fn app_backup_delete_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        app_backup_id: ::uuid::Uuid,
    ) -> Result<ResponseValue<()>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appBackups/{}", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()), encode_path(&
            app_backup_id.to_string()),
        );
        let request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            );
        crate::exchange::empty(self, "app_backup_delete_for_app", request).await
    }
    /**List files of a backup

Lists the entries of a directory of a completed backup, in the order of their paths: a directory before its
entries. The root has one directory for each volume. A path that isn't a directory lists itself.

A response has at most 1,000 items without `limit`, and never more than 10,000. It may have fewer, also if there
are more pages: `metadata.continue` is absent on the last page only.


Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}/files`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `app_backup_id`: The backup.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
- `path`: The path of an entry of the backup: the name of a volume and the path in it, separated by slashes. `%XX` in it is a byte and `%25` a percent sign, so that every name can be written. A slash at the start or the end has no meaning. Without it, the root.
- `pattern`: Selects entries: a glob with `*`, `?`, `[...]`, `{a,b}`, and `**` for any number of directories. It is compared with the name, or with the complete path if it contains a slash.
- `recursive`: Whether the entries of subdirectories are listed, too.
*/
    pub async fn app_backup_file_list_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        app_backup_id: ::uuid::Uuid,
        continue_: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
        path: Option<&'a str>,
        pattern: Option<&'a str>,
        recursive: Option<bool>,
    ) -> Result<ResponseValue<types::AppBackupFileList>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appBackups/{}/files", self.baseurl,
            encode_path(& account_id.to_string()), encode_path(& app_id.to_string()),
            encode_path(& app_backup_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("path", &path))
            .query(&progenitor_client::QueryParam::new("pattern", &pattern))
            .query(&progenitor_client::QueryParam::new("recursive", &recursive));
        crate::exchange::json(self, "app_backup_file_list_for_app", request).await
    }
    /**Read a file of a backup

Returns the bytes of a file of a completed backup. The role `member` is required, because the content is the
app's data. Each download is in the server's audit log.

`Range` with one range selects a part of the file; other values of `Range` are ignored. With `If-Range`, the range
only applies to the same `ETag`. A directory is sent as a tar archive to clients whose `Accept` prefers
`application/x-tar`; its paths begin with the name of the volume. It contains files, directories, symbolic links
and hard links with permissions and time. The owner of each entry is included.

If the backup can't be read after the response has begun, the connection ends before the response is complete.
This path also supports HEAD, with the same headers and without a body.


Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}/content`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `app_backup_id`: The backup.
- `path`: The path of the file or directory: the name of a volume and the path in it, separated by slashes. `%XX` in it is a byte and `%25` a percent sign, so that every name can be written. `/` is the directory of all volumes.
*/
    pub async fn app_backup_content_fetch_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        app_backup_id: ::uuid::Uuid,
        path: &'a str,
    ) -> Result<ResponseValue<crate::content::Content>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appBackups/{}/content", self.baseurl,
            encode_path(& account_id.to_string()), encode_path(& app_id.to_string()),
            encode_path(& app_backup_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .query(&progenitor_client::QueryParam::new("path", &path));
        crate::exchange::stream(self, "app_backup_content_fetch_for_app", request).await
    }
    /**List the differences between two backups

Lists the entries that differ between a completed backup and another one of the same app, `base`, in the order of
their paths. An entry is modified if its type, size, permissions, target or time differs; the time of a directory
doesn't count. The content isn't compared.

A response has at most 1,000 items without `limit`, and never more than 10,000. It may have fewer, also if there
are more pages: `metadata.continue` is absent on the last page only.


Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}/changes`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `app_backup_id`: The backup.
- `base`: The backup to compare with; it belongs to the same app.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
- `path`: The path of an entry of the backup: the name of a volume and the path in it, separated by slashes. `%XX` in it is a byte and `%25` a percent sign, so that every name can be written. A slash at the start or the end has no meaning. Without it, the root.
*/
    pub async fn app_backup_change_list_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        app_backup_id: ::uuid::Uuid,
        base: ::uuid::Uuid,
        continue_: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
        path: Option<&'a str>,
    ) -> Result<ResponseValue<types::AppBackupChangeList>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appBackups/{}/changes", self.baseurl,
            encode_path(& account_id.to_string()), encode_path(& app_id.to_string()),
            encode_path(& app_backup_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("base", &base))
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("path", &path));
        crate::exchange::json(self, "app_backup_change_list_for_app", request).await
    }
    /**List the snapshots of an app

Lists the app's snapshots, newest first. Without `limit` the response contains all of them. With
`include` each item is an array of the named fields instead of an object.


Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque. It is a position in the list, so every token of this form is accepted.
- `include`: The fields to return, separated by commas, each at most once. Each item is then an array of their values in this order, with `null` for an absent value.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
*/
    pub async fn app_snap_list_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        continue_: Option<&'a str>,
        include: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
    ) -> Result<ResponseValue<types::AppSnapList>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appSnaps", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("limit", &limit));
        crate::exchange::json(self, "app_snap_list_for_app", request).await
    }
    /**Create a snapshot of an app

Creates a pending snapshot and responds at once; the data is copied in the background.

Sends a `POST` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `body`: The properties of the new snapshot.
*/
    pub async fn app_snap_create_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        body: &'a types::AppSnapCreate,
    ) -> Result<ResponseValue<types::AppSnap>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appSnaps", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()),
        );
        let request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body);
        crate::exchange::json(self, "app_snap_create_for_app", request).await
    }
    /**Fetch a snapshot of an app

Returns the current state of the snapshot if it belongs to this app.

Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps/{appSnap_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `app_snap_id`: The snapshot.
*/
    pub async fn app_snap_fetch_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        app_snap_id: ::uuid::Uuid,
    ) -> Result<ResponseValue<types::AppSnap>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appSnaps/{}", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()), encode_path(&
            app_snap_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            );
        crate::exchange::json(self, "app_snap_fetch_for_app", request).await
    }
    /**Delete a snapshot of an app

Deletes the snapshot and its data if it belongs to this app and no backup or restore is using it.

Sends a `DELETE` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps/{appSnap_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `app_snap_id`: The snapshot.
*/
    pub async fn app_snap_delete_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        app_snap_id: ::uuid::Uuid,
    ) -> Result<ResponseValue<()>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appSnaps/{}", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()), encode_path(&
            app_snap_id.to_string()),
        );
        let request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            );
        crate::exchange::empty(self, "app_snap_delete_for_app", request).await
    }
    /**List apps

Lists the account's apps, including those that are no longer configured, newest first. Without `limit` the
response contains all of them. With `include` each item is an array of the named fields instead of an object.


Sends a `GET` request to `/accounts/{account_id}/k8s/v2/apps`

Arguments:
- `account_id`: The account.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque. It is a position in the list, so every token of this form is accepted.
- `include`: The fields to return, separated by commas, each at most once. Each item is then an array of their values in this order, with `null` for an absent value.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
*/
    pub async fn app_list<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        continue_: Option<&'a str>,
        include: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
    ) -> Result<ResponseValue<types::AppList>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v2/apps", self.baseurl, encode_path(& account_id
            .to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("limit", &limit));
        crate::exchange::json(self, "app_list", request).await
    }
    /**Fetch an app

Returns the current state of the app. Its `state` says whether it is being restored.

Sends a `GET` request to `/accounts/{account_id}/k8s/v2/apps/{app_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
*/
    pub async fn app_fetch<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
    ) -> Result<ResponseValue<types::App>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v2/apps/{}", self.baseurl, encode_path(& account_id
            .to_string()), encode_path(& app_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            );
        crate::exchange::json(self, "app_fetch", request).await
    }
    /**Restore an app in place

Replaces the app's data with the content of one of its backups or snapshots, and responds at once. The
app is then `restoring`, and finally `ready`, or `failed` with the reason in its `stateUnready`. The
source is read and verified first, and the new data is written next to the old. The old data is only
replaced by complete data. If the replacement is interrupted, the reason says where the old data is.

Specify exactly one of `backupID` and `snapshotID`. An app has at most one restore at a time. The source
of a running restore can't be deleted.


Sends a `PUT` request to `/accounts/{account_id}/k8s/v2/apps/{app_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `force_update`: The value `true` confirms that data may be overwritten. Required for a restore.
- `body`: The source of the restore.
*/
    pub async fn app_update<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        force_update: &'a str,
        body: &'a types::AppUpdate,
    ) -> Result<ResponseValue<()>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v2/apps/{}", self.baseurl, encode_path(& account_id
            .to_string()), encode_path(& app_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                "ForceUpdate",
                force_update
                    .to_string()
                    .try_into()
                    .map_err(|reason: ::reqwest::header::InvalidHeaderValue| {
                        Error::invalid_request("app_update", reason.to_string())
                    })?,
            );
        let request = self
            .client
            .put(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map);
        crate::exchange::empty(self, "app_update", request).await
    }
    /**List the summaries of all apps

Lists a summary of each of the account's apps, including those that are no longer configured, newest first: what
a dashboard shows, in one request. Without `limit` the response contains all of them. With `include` each item is
an array of the named fields instead of an object.


Sends a `GET` request to `/accounts/{account_id}/k8s/v1/appSummaries`

Arguments:
- `account_id`: The account.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque. It is a position in the list, so every token of this form is accepted.
- `include`: The fields to return, separated by commas, each at most once. Each item is then an array of their values in this order, with `null` for an absent value.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
*/
    pub async fn app_summary_list<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        continue_: Option<&'a str>,
        include: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
    ) -> Result<ResponseValue<types::AppSummaryList>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/appSummaries", self.baseurl, encode_path(& account_id
            .to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("limit", &limit));
        crate::exchange::json(self, "app_summary_list", request).await
    }
    /**List the restores of an app

Lists the app's restores, newest first, including those that `app_update` requested. Of those that have ended,
the latest 100 in place and the latest 100 to directories are kept. Without `limit` the response contains all of
them. With `include` each item is an array of the named fields instead of an object.


Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appRestores`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque. It is a position in the list, so every token of this form is accepted.
- `include`: The fields to return, separated by commas, each at most once. Each item is then an array of their values in this order, with `null` for an absent value.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
*/
    pub async fn app_restore_list_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        continue_: Option<&'a str>,
        include: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
    ) -> Result<ResponseValue<types::AppRestoreList>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appRestores", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("limit", &limit));
        crate::exchange::json(self, "app_restore_list_for_app", request).await
    }
    /**Restore data of an app

Creates a pending restore and responds at once; a worker restores in the background. Specify exactly one of
`backupID` and `snapshotID`.

Specify either `target` or `inPlace`. With `target`, the data is written to a directory of the server's machine, and the app doesn't change. An
operator must permit targets in the server's configuration. The directory must be empty, or not exist. The
volumes appear in it when all of their data is complete and verified.

With `inPlace`, the app's data is replaced, as with `app_update`. The source may then belong to another app of
the account that has volumes of the same names: the app becomes a clone of it.


Sends a `POST` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appRestores`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `body`: The source and the target of the restore.
*/
    pub async fn app_restore_create_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        body: &'a types::AppRestoreCreate,
    ) -> Result<ResponseValue<types::AppRestore>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appRestores", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()),
        );
        let request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body);
        crate::exchange::json(self, "app_restore_create_for_app", request).await
    }
    /**Fetch a restore of an app

Returns the current state and the progress of the restore if it belongs to this app.

Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appRestores/{appRestore_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `app_restore_id`: The restore.
*/
    pub async fn app_restore_fetch_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        app_restore_id: ::uuid::Uuid,
    ) -> Result<ResponseValue<types::AppRestore>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appRestores/{}", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()), encode_path(&
            app_restore_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            );
        crate::exchange::json(self, "app_restore_fetch_for_app", request).await
    }
    /**Cancel a restore of an app

Cancels and deletes a pending restore. A running restore to a directory is cancelled, too. Its files are removed,
unless they are already being moved to the target. A running restore in place can't be cancelled, because volumes
could be left with old and new data. Restores that have ended can't be deleted.


Sends a `DELETE` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appRestores/{appRestore_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `app_restore_id`: The restore.
*/
    pub async fn app_restore_delete_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        app_restore_id: ::uuid::Uuid,
    ) -> Result<ResponseValue<()>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/appRestores/{}", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()), encode_path(&
            app_restore_id.to_string()),
        );
        let request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            );
        crate::exchange::empty(self, "app_restore_delete_for_app", request).await
    }
    /**List the schedules of an app

Lists the app's schedules, including those that are no longer configured or disabled, newest first. Without
`limit` the response contains all of them. With `include` each item is an array of the named fields instead of an object.


Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/schedules`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque. It is a position in the list, so every token of this form is accepted.
- `include`: The fields to return, separated by commas, each at most once. Each item is then an array of their values in this order, with `null` for an absent value.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
*/
    pub async fn app_schedule_list_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        continue_: Option<&'a str>,
        include: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
    ) -> Result<ResponseValue<types::ScheduleList>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/schedules", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("limit", &limit));
        crate::exchange::json(self, "app_schedule_list_for_app", request).await
    }
    /**Create a schedule of an app

Creates a schedule, which runs from then on. It is kept beside those of the server's configuration, which are
read-only.

Its times are either those of a `granularity`, in UTC, or with `granularity` `custom` the times of `cron` in
`timeZone`. Its retention is either a number of backups and a number of snapshots (`backupRetention`,
`snapshotRetention`; 0 creates none), or the rules in `retention` for the resources in `makes`.


Sends a `POST` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/schedules`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `body`: The settings of the new schedule.
*/
    pub async fn app_schedule_create_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        body: &'a types::ScheduleCreate,
    ) -> Result<ResponseValue<types::Schedule>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/schedules", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()),
        );
        let request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body);
        crate::exchange::json(self, "app_schedule_create_for_app", request).await
    }
    /**Fetch a schedule of an app

Returns the schedule if it belongs to this app, with the time of its next run.

Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/schedules/{schedule_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `schedule_id`: The schedule.
*/
    pub async fn app_schedule_fetch_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        schedule_id: ::uuid::Uuid,
    ) -> Result<ResponseValue<types::Schedule>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/schedules/{}", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()), encode_path(&
            schedule_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            );
        crate::exchange::json(self, "app_schedule_fetch_for_app", request).await
    }
    /**Change a schedule of an app

Changes a schedule that was created over the API. Absent fields keep their values. If the times change, missed
runs are dropped. Backups and snapshots that the new retention doesn't keep are deleted after the next run.


Sends a `PUT` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/schedules/{schedule_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `schedule_id`: The schedule.
- `body`: The settings to change.
*/
    pub async fn app_schedule_update_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        schedule_id: ::uuid::Uuid,
        body: &'a types::ScheduleUpdate,
    ) -> Result<ResponseValue<types::Schedule>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/schedules/{}", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()), encode_path(&
            schedule_id.to_string()),
        );
        let request = self
            .client
            .put(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body);
        crate::exchange::json(self, "app_schedule_update_for_app", request).await
    }
    /**Delete a schedule of an app

Deletes a schedule that was created over the API. Its backups and snapshots stay, and are no longer deleted
automatically. Those in progress continue.


Sends a `DELETE` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/schedules/{schedule_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `schedule_id`: The schedule.
*/
    pub async fn app_schedule_delete_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        schedule_id: ::uuid::Uuid,
    ) -> Result<ResponseValue<()>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/schedules/{}", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()), encode_path(&
            schedule_id.to_string()),
        );
        let request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            );
        crate::exchange::empty(self, "app_schedule_delete_for_app", request).await
    }
    /**List the hooks of an app

Lists the commands that run before and after the app is copied. An operator configures them. Their command lines
and environment variables are not included, because they may contain secrets. Without `limit` the response
contains all of them. With `include` each item is an array of the named fields instead of an object.


Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/executionHooks`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque. It is a position in the list, so every token of this form is accepted.
- `include`: The fields to return, separated by commas, each at most once. Each item is then an array of their values in this order, with `null` for an absent value.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
*/
    pub async fn app_hook_list_for_app<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        app_id: ::uuid::Uuid,
        continue_: Option<&'a str>,
        include: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
    ) -> Result<ResponseValue<types::HookList>, Error> {
        let url = format!(
            "{}/accounts/{}/k8s/v1/apps/{}/executionHooks", self.baseurl, encode_path(&
            account_id.to_string()), encode_path(& app_id.to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("limit", &limit));
        crate::exchange::json(self, "app_hook_list_for_app", request).await
    }
    /**List buckets

Lists the account's buckets, including those that are no longer configured, newest first. Without `limit` the
response contains all of them. With `include` each item is an array of the named fields instead of an object.
The location of a bucket on the server is not included.


Sends a `GET` request to `/accounts/{account_id}/topology/v1/buckets`

Arguments:
- `account_id`: The account.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque. It is a position in the list, so every token of this form is accepted.
- `include`: The fields to return, separated by commas, each at most once. Each item is then an array of their values in this order, with `null` for an absent value.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
*/
    pub async fn bucket_list<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        continue_: Option<&'a str>,
        include: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
    ) -> Result<ResponseValue<types::BucketList>, Error> {
        let url = format!(
            "{}/accounts/{}/topology/v1/buckets", self.baseurl, encode_path(& account_id
            .to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("limit", &limit));
        crate::exchange::json(self, "bucket_list", request).await
    }
    /**List clouds

Lists the clouds of an account. The list is always empty, because apps are directories on the server.
Clients of the original API request this list, mostly to diagnose other failures.


Sends a `GET` request to `/accounts/{account_id}/topology/v1/clouds`

Arguments:
- `account_id`: The account.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque. It is a position in the list, so every token of this form is accepted.
- `include`: The fields to return, separated by commas, each at most once. Each item is then an array of their values in this order, with `null` for an absent value.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
*/
    pub async fn cloud_list<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        continue_: Option<&'a str>,
        include: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
    ) -> Result<ResponseValue<types::CloudList>, Error> {
        let url = format!(
            "{}/accounts/{}/topology/v1/clouds", self.baseurl, encode_path(& account_id
            .to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("limit", &limit));
        crate::exchange::json(self, "cloud_list", request).await
    }
    /**List the users of an account

Lists the users that can access the account or once could, newest first: one for each token, and the server
itself, which creates the resources of schedules. Their ids are the `createdBy` and `modifiedBy` of resources.
Without `limit` the response contains all of them. With `include` each item is an array of the named fields
instead of an object.


Sends a `GET` request to `/accounts/{account_id}/core/v1/users`

Arguments:
- `account_id`: The account.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque. It is a position in the list, so every token of this form is accepted.
- `include`: The fields to return, separated by commas, each at most once. Each item is then an array of their values in this order, with `null` for an absent value.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
*/
    pub async fn user_list<'a>(
        &'a self,
        account_id: ::uuid::Uuid,
        continue_: Option<&'a str>,
        include: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
    ) -> Result<ResponseValue<types::UserList>, Error> {
        let url = format!(
            "{}/accounts/{}/core/v1/users", self.baseurl, encode_path(& account_id
            .to_string()),
        );
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("limit", &limit));
        crate::exchange::json(self, "user_list", request).await
    }
    /**List accounts

Lists the accounts that the token can access, newest first, with the token's role in each. Without
`limit` the response contains all of them. With `include` each item is an array of the named fields
instead of an object.


Sends a `GET` request to `/accounts`

Arguments:
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque. It is a position in the list, so every token of this form is accepted.
- `include`: The fields to return, separated by commas, each at most once. Each item is then an array of their values in this order, with `null` for an absent value.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
*/
    pub async fn account_list<'a>(
        &'a self,
        continue_: Option<&'a str>,
        include: Option<&'a str>,
        limit: Option<::std::num::NonZeroU64>,
    ) -> Result<ResponseValue<types::AccountList>, Error> {
        let url = format!("{}/accounts", self.baseurl,);
        let request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("continue", &continue_))
            .query(&progenitor_client::QueryParam::new("include", &include))
            .query(&progenitor_client::QueryParam::new("limit", &limit));
        crate::exchange::json(self, "account_list", request).await
    }
}

/// Calls the macro `$rows` with a row for each operation: `id(RequestBody) -> SuccessBody;`.
///
/// A type is missing where there is no such body.
#[macro_export]
macro_rules! operations {
    ($rows:ident) => {
        $rows! {
            app_backup_list_all() -> $crate::types::AppBackupList;
            app_backup_fetch() -> $crate::types::AppBackup;
            app_backup_delete();
            app_backup_create_for_app($crate::types::AppBackupCreate) -> $crate::types::AppBackup;
            app_backup_list_for_app() -> $crate::types::AppBackupList;
            app_backup_fetch_for_app() -> $crate::types::AppBackup;
            app_backup_delete_for_app();
            app_backup_file_list_for_app() -> $crate::types::AppBackupFileList;
            app_backup_content_fetch_for_app();
            app_backup_change_list_for_app() -> $crate::types::AppBackupChangeList;
            app_snap_create_for_app($crate::types::AppSnapCreate) -> $crate::types::AppSnap;
            app_snap_list_for_app() -> $crate::types::AppSnapList;
            app_snap_fetch_for_app() -> $crate::types::AppSnap;
            app_snap_delete_for_app();
            app_list() -> $crate::types::AppList;
            app_fetch() -> $crate::types::App;
            app_update($crate::types::AppUpdate);
            app_summary_list() -> $crate::types::AppSummaryList;
            app_restore_create_for_app($crate::types::AppRestoreCreate) -> $crate::types::AppRestore;
            app_restore_list_for_app() -> $crate::types::AppRestoreList;
            app_restore_fetch_for_app() -> $crate::types::AppRestore;
            app_restore_delete_for_app();
            app_schedule_list_for_app() -> $crate::types::ScheduleList;
            app_schedule_create_for_app($crate::types::ScheduleCreate) -> $crate::types::Schedule;
            app_schedule_fetch_for_app() -> $crate::types::Schedule;
            app_schedule_update_for_app($crate::types::ScheduleUpdate) -> $crate::types::Schedule;
            app_schedule_delete_for_app();
            app_hook_list_for_app() -> $crate::types::HookList;
            bucket_list() -> $crate::types::BucketList;
            cloud_list() -> $crate::types::CloudList;
            user_list() -> $crate::types::UserList;
            account_list() -> $crate::types::AccountList;
        }
    };
}
