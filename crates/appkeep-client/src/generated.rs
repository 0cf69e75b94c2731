// Generated from spec/openapi.yaml by `cargo xtask codegen`. Don't edit: change the contract.

#[allow(unused_imports)]
pub use progenitor_client::{ClientInfo, ResponseValue};
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
    impl Account {
        pub fn builder() -> builder::Account {
            Default::default()
        }
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
    impl AccountList {
        pub fn builder() -> builder::AccountList {
            Default::default()
        }
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
    impl App {
        pub fn builder() -> builder::App {
            Default::default()
        }
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
        pub bytes_done: ::std::option::Option<::serde_json::Number>,
        #[serde(
            rename = "hookState",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub hook_state: ::std::option::Option<crate::Open<crate::types::HookState>>,
        ///The reports of failed hooks.
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
        pub percent_done: ::std::option::Option<::serde_json::Number>,
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
        pub total_bytes: ::std::option::Option<::serde_json::Number>,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: crate::Open<crate::types::AppBackupVersion>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl AppBackup {
        pub fn builder() -> builder::AppBackup {
            Default::default()
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
    impl AppBackupCreate {
        pub fn builder() -> builder::AppBackupCreate {
            Default::default()
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
    impl AppBackupList {
        pub fn builder() -> builder::AppBackupList {
            Default::default()
        }
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
    impl AppList {
        pub fn builder() -> builder::AppList {
            Default::default()
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
        ///The reports of failed hooks.
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
        /**The asset for the snapshot's content; present when the snapshot is completed.
A version 5 UUID derived from `id`.
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
    impl AppSnap {
        pub fn builder() -> builder::AppSnap {
            Default::default()
        }
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
    impl AppSnapCreate {
        pub fn builder() -> builder::AppSnapCreate {
            Default::default()
        }
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
    impl AppSnapList {
        pub fn builder() -> builder::AppSnapList {
            Default::default()
        }
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

- `ready`: it can be backed up
- `restoring`: its data is being replaced
- `failed`: the latest restore failed, or was interrupted and can't be finished; `stateUnready` says why.
  In the second case no backups or snapshots are created
- `unavailable`: it is no longer configured; its backups and snapshots are kept
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
    impl AppUpdate {
        pub fn builder() -> builder::AppUpdate {
            Default::default()
        }
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
        ///The bucket's own id.
        pub id: ::uuid::Uuid,
        ///Whether backups are written to this bucket if the request names none.
        #[serde(rename = "isDefault")]
        pub is_default: bool,
        pub metadata: Metadata,
        ///The bucket's name, unique among configured buckets.
        pub name: ::std::string::String,
        ///The kind of storage; always a directory on the server.
        pub provider: ::std::string::String,
        pub state: crate::Open<crate::types::BucketState>,
        ///The reasons why the bucket is unavailable; empty if it is available.
        #[serde(
            rename = "stateUnready",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub state_unready: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: BucketVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl Bucket {
        pub fn builder() -> builder::Bucket {
            Default::default()
        }
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
    impl BucketList {
        pub fn builder() -> builder::BucketList {
            Default::default()
        }
    }
    /**Whether backups can be written to a bucket. It is `unavailable` when it is no longer configured, can't be
reached, or is used by another server; `stateUnready` says why. Backups wait until it is available.
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
        #[serde(rename = "unavailable")]
        Unavailable,
    }
    impl ::std::fmt::Display for BucketState {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Available => f.write_str("available"),
                Self::Unavailable => f.write_str("unavailable"),
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
                "unavailable" => Ok(Self::Unavailable),
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
    impl Cloud {
        pub fn builder() -> builder::Cloud {
            Default::default()
        }
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
    impl CloudList {
        pub fn builder() -> builder::CloudList {
            Default::default()
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
    impl InvalidField {
        pub fn builder() -> builder::InvalidField {
            Default::default()
        }
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
    impl InvalidParam {
        pub fn builder() -> builder::InvalidParam {
            Default::default()
        }
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
    impl Label {
        pub fn builder() -> builder::Label {
            Default::default()
        }
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
    impl LabelCreate {
        pub fn builder() -> builder::LabelCreate {
            Default::default()
        }
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
        pub count: ::std::option::Option<::serde_json::Number>,
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
    impl ListMetadata {
        pub fn builder() -> builder::ListMetadata {
            Default::default()
        }
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
        ///When the resource last changed.
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
    impl Metadata {
        pub fn builder() -> builder::Metadata {
            Default::default()
        }
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
    impl MetadataCreate {
        pub fn builder() -> builder::MetadataCreate {
            Default::default()
        }
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
    impl NamespaceScopedResource {
        pub fn builder() -> builder::NamespaceScopedResource {
            Default::default()
        }
    }
    ///An error (RFC 7807).
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
        ///A URI for the kind of problem; `about:blank` if the status is sufficient.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl Problem {
        pub fn builder() -> builder::Problem {
            Default::default()
        }
    }
    /**The state of the resource.

- `pending`: waiting to be started
- `discovering`: the data to copy is being determined
- `running`: data is being copied
- `completed`: complete and usable
- `failed`: it will never be completed; `stateUnready` says why
- `removed`: its data is missing at present
- `unknown`: its state can't be determined
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
    /**A schedule that creates backups or snapshots of an app. The original's schedules are hourly, daily, weekly,
monthly or custom. Here they are all custom and defined by `cron`.
*/
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    pub struct Schedule {
        ///The app.
        #[serde(rename = "appID")]
        pub app_id: ::uuid::Uuid,
        ///The bucket of its backups; absent for the account's default bucket.
        #[serde(
            rename = "bucketID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub bucket_id: ::std::option::Option<::uuid::Uuid>,
        ///The times of the runs: minute, hour, day of the month, month and day of the week.
        pub cron: ::std::string::String,
        pub enabled: crate::Open<crate::types::ScheduleEnabled>,
        ///The original's value for schedules that aren't hourly, daily, weekly or monthly.
        pub granularity: ::std::string::String,
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
        ///The schedule's name, unique among the app's configured schedules.
        pub name: ::std::string::String,
        ///The time of the next run, including the random delay; absent if there is none.
        #[serde(
            rename = "nextRunTimestamp",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub next_run_timestamp: ::std::option::Option<crate::Timestamp>,
        pub retention: ScheduleRetention,
        ///The time zone of `cron`, as named in the IANA database.
        #[serde(rename = "timeZone")]
        pub time_zone: ::std::string::String,
        ///The kind of resource.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        pub version: ScheduleVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl Schedule {
        pub fn builder() -> builder::Schedule {
            Default::default()
        }
    }
    /**Whether a schedule is active: `false` when it is no longer configured. A string, as in the original
API.
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
        pub version: ScheduleVersion,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl ScheduleList {
        pub fn builder() -> builder::ScheduleList {
            Default::default()
        }
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
    /**The retention of a schedule's backups and snapshots: those that any of these rules keeps. Without rules,
all are kept.
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
    impl ScheduleRetention {
        pub fn builder() -> builder::ScheduleRetention {
            Default::default()
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
    pub struct ScheduleVersion(pub ::std::string::String);
    impl ::std::ops::Deref for ScheduleVersion {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ScheduleVersion> for ::std::string::String {
        fn from(value: ScheduleVersion) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for ScheduleVersion {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for ScheduleVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for ScheduleVersion {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///What one failed execution hook reported.
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
    impl StateDetail {
        pub fn builder() -> builder::StateDetail {
            Default::default()
        }
    }
    /// Types for composing complex structures.
    pub mod builder {
        #[derive(Clone, Debug)]
        pub struct Account {
            id: ::std::result::Result<::uuid::Uuid, ::std::string::String>,
            metadata: ::std::result::Result<super::Metadata, ::std::string::String>,
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            role: ::std::result::Result<
                crate::Open<crate::types::Role>,
                ::std::string::String,
            >,
            state: ::std::result::Result<
                crate::Open<crate::types::AccountState>,
                ::std::string::String,
            >,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<super::AccountVersion, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for Account {
            fn default() -> Self {
                Self {
                    id: Err("no value supplied for id".to_string()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    name: Err("no value supplied for name".to_string()),
                    role: Err("no value supplied for role".to_string()),
                    state: Err("no value supplied for state".to_string()),
                    type_: Err("no value supplied for type_".to_string()),
                    version: Err("no value supplied for version".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl Account {
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::uuid::Uuid>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::Metadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn role<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Open<crate::types::Role>>,
                T::Error: ::std::fmt::Display,
            {
                self.role = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for role: {e}")
                    });
                self
            }
            pub fn state<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Open<crate::types::AccountState>>,
                T::Error: ::std::fmt::Display,
            {
                self.state = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for state: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::AccountVersion>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Account> for super::Account {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Account,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    id: value.id?,
                    metadata: value.metadata?,
                    name: value.name?,
                    role: value.role?,
                    state: value.state?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::Account> for Account {
            fn from(value: super::Account) -> Self {
                Self {
                    id: Ok(value.id),
                    metadata: Ok(value.metadata),
                    name: Ok(value.name),
                    role: Ok(value.role),
                    state: Ok(value.state),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct AccountList {
            items: ::std::result::Result<
                ::std::option::Option<
                    ::std::vec::Vec<crate::ListItem<crate::types::Account>>,
                >,
                ::std::string::String,
            >,
            metadata: ::std::result::Result<super::ListMetadata, ::std::string::String>,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<super::AccountVersion, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for AccountList {
            fn default() -> Self {
                Self {
                    items: Ok(Default::default()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    type_: Err("no value supplied for type_".to_string()),
                    version: Err("no value supplied for version".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl AccountList {
            pub fn items<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<
                        ::std::vec::Vec<crate::ListItem<crate::types::Account>>,
                    >,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.items = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for items: {e}")
                    });
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::ListMetadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::AccountVersion>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<AccountList> for super::AccountList {
            type Error = super::error::ConversionError;
            fn try_from(
                value: AccountList,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    items: value.items?,
                    metadata: value.metadata?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::AccountList> for AccountList {
            fn from(value: super::AccountList) -> Self {
                Self {
                    items: Ok(value.items),
                    metadata: Ok(value.metadata),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct App {
            cluster_id: ::std::result::Result<::uuid::Uuid, ::std::string::String>,
            cluster_name: ::std::result::Result<
                ::std::string::String,
                ::std::string::String,
            >,
            id: ::std::result::Result<::uuid::Uuid, ::std::string::String>,
            metadata: ::std::result::Result<super::Metadata, ::std::string::String>,
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            namespace_scoped_resources: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<super::NamespaceScopedResource>>,
                ::std::string::String,
            >,
            namespaces: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<::std::string::String>>,
                ::std::string::String,
            >,
            state: ::std::result::Result<
                crate::Open<crate::types::AppState>,
                ::std::string::String,
            >,
            state_unready: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<::std::string::String>>,
                ::std::string::String,
            >,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<
                crate::Open<crate::types::AppVersion>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for App {
            fn default() -> Self {
                Self {
                    cluster_id: Err("no value supplied for cluster_id".to_string()),
                    cluster_name: Err("no value supplied for cluster_name".to_string()),
                    id: Err("no value supplied for id".to_string()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    name: Err("no value supplied for name".to_string()),
                    namespace_scoped_resources: Ok(Default::default()),
                    namespaces: Ok(Default::default()),
                    state: Err("no value supplied for state".to_string()),
                    state_unready: Ok(Default::default()),
                    type_: Err("no value supplied for type_".to_string()),
                    version: Err("no value supplied for version".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl App {
            pub fn cluster_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::uuid::Uuid>,
                T::Error: ::std::fmt::Display,
            {
                self.cluster_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for cluster_id: {e}")
                    });
                self
            }
            pub fn cluster_name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.cluster_name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for cluster_name: {e}")
                    });
                self
            }
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::uuid::Uuid>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::Metadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn namespace_scoped_resources<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<
                        ::std::vec::Vec<super::NamespaceScopedResource>,
                    >,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.namespace_scoped_resources = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for namespace_scoped_resources: {e}"
                        )
                    });
                self
            }
            pub fn namespaces<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::std::vec::Vec<::std::string::String>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.namespaces = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for namespaces: {e}")
                    });
                self
            }
            pub fn state<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Open<crate::types::AppState>>,
                T::Error: ::std::fmt::Display,
            {
                self.state = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for state: {e}")
                    });
                self
            }
            pub fn state_unready<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::std::vec::Vec<::std::string::String>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.state_unready = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for state_unready: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Open<crate::types::AppVersion>>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<App> for super::App {
            type Error = super::error::ConversionError;
            fn try_from(
                value: App,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    cluster_id: value.cluster_id?,
                    cluster_name: value.cluster_name?,
                    id: value.id?,
                    metadata: value.metadata?,
                    name: value.name?,
                    namespace_scoped_resources: value.namespace_scoped_resources?,
                    namespaces: value.namespaces?,
                    state: value.state?,
                    state_unready: value.state_unready?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::App> for App {
            fn from(value: super::App) -> Self {
                Self {
                    cluster_id: Ok(value.cluster_id),
                    cluster_name: Ok(value.cluster_name),
                    id: Ok(value.id),
                    metadata: Ok(value.metadata),
                    name: Ok(value.name),
                    namespace_scoped_resources: Ok(value.namespace_scoped_resources),
                    namespaces: Ok(value.namespaces),
                    state: Ok(value.state),
                    state_unready: Ok(value.state_unready),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct AppBackup {
            backup_creation_timestamp: ::std::result::Result<
                ::std::option::Option<crate::Timestamp>,
                ::std::string::String,
            >,
            bucket_id: ::std::result::Result<::uuid::Uuid, ::std::string::String>,
            bytes_done: ::std::result::Result<
                ::std::option::Option<::serde_json::Number>,
                ::std::string::String,
            >,
            hook_state: ::std::result::Result<
                ::std::option::Option<crate::Open<crate::types::HookState>>,
                ::std::string::String,
            >,
            hook_state_details: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<super::StateDetail>>,
                ::std::string::String,
            >,
            id: ::std::result::Result<::uuid::Uuid, ::std::string::String>,
            metadata: ::std::result::Result<super::Metadata, ::std::string::String>,
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            percent_done: ::std::result::Result<
                ::std::option::Option<::serde_json::Number>,
                ::std::string::String,
            >,
            schedule_id: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            snapshot_id: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            state: ::std::result::Result<
                crate::Open<crate::types::ResourceState>,
                ::std::string::String,
            >,
            state_unready: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<::std::string::String>>,
                ::std::string::String,
            >,
            total_bytes: ::std::result::Result<
                ::std::option::Option<::serde_json::Number>,
                ::std::string::String,
            >,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<
                crate::Open<crate::types::AppBackupVersion>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for AppBackup {
            fn default() -> Self {
                Self {
                    backup_creation_timestamp: Ok(Default::default()),
                    bucket_id: Err("no value supplied for bucket_id".to_string()),
                    bytes_done: Ok(Default::default()),
                    hook_state: Ok(Default::default()),
                    hook_state_details: Ok(Default::default()),
                    id: Err("no value supplied for id".to_string()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    name: Err("no value supplied for name".to_string()),
                    percent_done: Ok(Default::default()),
                    schedule_id: Ok(Default::default()),
                    snapshot_id: Ok(Default::default()),
                    state: Err("no value supplied for state".to_string()),
                    state_unready: Ok(Default::default()),
                    total_bytes: Ok(Default::default()),
                    type_: Err("no value supplied for type_".to_string()),
                    version: Err("no value supplied for version".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl AppBackup {
            pub fn backup_creation_timestamp<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<crate::Timestamp>>,
                T::Error: ::std::fmt::Display,
            {
                self.backup_creation_timestamp = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for backup_creation_timestamp: {e}"
                        )
                    });
                self
            }
            pub fn bucket_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::uuid::Uuid>,
                T::Error: ::std::fmt::Display,
            {
                self.bucket_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for bucket_id: {e}")
                    });
                self
            }
            pub fn bytes_done<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::serde_json::Number>>,
                T::Error: ::std::fmt::Display,
            {
                self.bytes_done = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for bytes_done: {e}")
                    });
                self
            }
            pub fn hook_state<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<crate::Open<crate::types::HookState>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.hook_state = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for hook_state: {e}")
                    });
                self
            }
            pub fn hook_state_details<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::std::vec::Vec<super::StateDetail>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.hook_state_details = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for hook_state_details: {e}"
                        )
                    });
                self
            }
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::uuid::Uuid>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::Metadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn percent_done<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::serde_json::Number>>,
                T::Error: ::std::fmt::Display,
            {
                self.percent_done = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for percent_done: {e}")
                    });
                self
            }
            pub fn schedule_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.schedule_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for schedule_id: {e}")
                    });
                self
            }
            pub fn snapshot_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.snapshot_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for snapshot_id: {e}")
                    });
                self
            }
            pub fn state<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Open<crate::types::ResourceState>>,
                T::Error: ::std::fmt::Display,
            {
                self.state = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for state: {e}")
                    });
                self
            }
            pub fn state_unready<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::std::vec::Vec<::std::string::String>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.state_unready = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for state_unready: {e}")
                    });
                self
            }
            pub fn total_bytes<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::serde_json::Number>>,
                T::Error: ::std::fmt::Display,
            {
                self.total_bytes = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for total_bytes: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Open<crate::types::AppBackupVersion>>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<AppBackup> for super::AppBackup {
            type Error = super::error::ConversionError;
            fn try_from(
                value: AppBackup,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    backup_creation_timestamp: value.backup_creation_timestamp?,
                    bucket_id: value.bucket_id?,
                    bytes_done: value.bytes_done?,
                    hook_state: value.hook_state?,
                    hook_state_details: value.hook_state_details?,
                    id: value.id?,
                    metadata: value.metadata?,
                    name: value.name?,
                    percent_done: value.percent_done?,
                    schedule_id: value.schedule_id?,
                    snapshot_id: value.snapshot_id?,
                    state: value.state?,
                    state_unready: value.state_unready?,
                    total_bytes: value.total_bytes?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::AppBackup> for AppBackup {
            fn from(value: super::AppBackup) -> Self {
                Self {
                    backup_creation_timestamp: Ok(value.backup_creation_timestamp),
                    bucket_id: Ok(value.bucket_id),
                    bytes_done: Ok(value.bytes_done),
                    hook_state: Ok(value.hook_state),
                    hook_state_details: Ok(value.hook_state_details),
                    id: Ok(value.id),
                    metadata: Ok(value.metadata),
                    name: Ok(value.name),
                    percent_done: Ok(value.percent_done),
                    schedule_id: Ok(value.schedule_id),
                    snapshot_id: Ok(value.snapshot_id),
                    state: Ok(value.state),
                    state_unready: Ok(value.state_unready),
                    total_bytes: Ok(value.total_bytes),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct AppBackupCreate {
            bucket_id: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            metadata: ::std::result::Result<
                ::std::option::Option<super::MetadataCreate>,
                ::std::string::String,
            >,
            name: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            snapshot_id: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<
                crate::Open<crate::types::AppBackupVersion>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for AppBackupCreate {
            fn default() -> Self {
                Self {
                    bucket_id: Ok(Default::default()),
                    metadata: Ok(Default::default()),
                    name: Ok(Default::default()),
                    snapshot_id: Ok(Default::default()),
                    type_: Ok(super::defaults::app_backup_create_type()),
                    version: Ok(super::defaults::app_backup_create_version()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl AppBackupCreate {
            pub fn bucket_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.bucket_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for bucket_id: {e}")
                    });
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::MetadataCreate>>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn snapshot_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.snapshot_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for snapshot_id: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Open<crate::types::AppBackupVersion>>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<AppBackupCreate> for super::AppBackupCreate {
            type Error = super::error::ConversionError;
            fn try_from(
                value: AppBackupCreate,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    bucket_id: value.bucket_id?,
                    metadata: value.metadata?,
                    name: value.name?,
                    snapshot_id: value.snapshot_id?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::AppBackupCreate> for AppBackupCreate {
            fn from(value: super::AppBackupCreate) -> Self {
                Self {
                    bucket_id: Ok(value.bucket_id),
                    metadata: Ok(value.metadata),
                    name: Ok(value.name),
                    snapshot_id: Ok(value.snapshot_id),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct AppBackupList {
            items: ::std::result::Result<
                ::std::option::Option<
                    ::std::vec::Vec<crate::ListItem<crate::types::AppBackup>>,
                >,
                ::std::string::String,
            >,
            metadata: ::std::result::Result<super::ListMetadata, ::std::string::String>,
            type_: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            version: ::std::result::Result<
                ::std::option::Option<crate::Open<crate::types::AppBackupVersion>>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for AppBackupList {
            fn default() -> Self {
                Self {
                    items: Ok(Default::default()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    type_: Ok(Default::default()),
                    version: Ok(Default::default()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl AppBackupList {
            pub fn items<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<
                        ::std::vec::Vec<crate::ListItem<crate::types::AppBackup>>,
                    >,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.items = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for items: {e}")
                    });
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::ListMetadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<crate::Open<crate::types::AppBackupVersion>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<AppBackupList> for super::AppBackupList {
            type Error = super::error::ConversionError;
            fn try_from(
                value: AppBackupList,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    items: value.items?,
                    metadata: value.metadata?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::AppBackupList> for AppBackupList {
            fn from(value: super::AppBackupList) -> Self {
                Self {
                    items: Ok(value.items),
                    metadata: Ok(value.metadata),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct AppList {
            items: ::std::result::Result<
                ::std::option::Option<
                    ::std::vec::Vec<crate::ListItem<crate::types::App>>,
                >,
                ::std::string::String,
            >,
            metadata: ::std::result::Result<super::ListMetadata, ::std::string::String>,
            type_: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            version: ::std::result::Result<
                ::std::option::Option<crate::Open<crate::types::AppVersion>>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for AppList {
            fn default() -> Self {
                Self {
                    items: Ok(Default::default()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    type_: Ok(Default::default()),
                    version: Ok(Default::default()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl AppList {
            pub fn items<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<
                        ::std::vec::Vec<crate::ListItem<crate::types::App>>,
                    >,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.items = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for items: {e}")
                    });
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::ListMetadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<crate::Open<crate::types::AppVersion>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<AppList> for super::AppList {
            type Error = super::error::ConversionError;
            fn try_from(
                value: AppList,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    items: value.items?,
                    metadata: value.metadata?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::AppList> for AppList {
            fn from(value: super::AppList) -> Self {
                Self {
                    items: Ok(value.items),
                    metadata: Ok(value.metadata),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct AppSnap {
            hook_state: ::std::result::Result<
                ::std::option::Option<crate::Open<crate::types::HookState>>,
                ::std::string::String,
            >,
            hook_state_details: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<super::StateDetail>>,
                ::std::string::String,
            >,
            id: ::std::result::Result<::uuid::Uuid, ::std::string::String>,
            metadata: ::std::result::Result<super::Metadata, ::std::string::String>,
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            schedule_id: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            snapshot_app_asset: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            state: ::std::result::Result<
                crate::Open<crate::types::ResourceState>,
                ::std::string::String,
            >,
            state_unready: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<::std::string::String>>,
                ::std::string::String,
            >,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<
                crate::Open<crate::types::AppSnapVersion>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for AppSnap {
            fn default() -> Self {
                Self {
                    hook_state: Ok(Default::default()),
                    hook_state_details: Ok(Default::default()),
                    id: Err("no value supplied for id".to_string()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    name: Err("no value supplied for name".to_string()),
                    schedule_id: Ok(Default::default()),
                    snapshot_app_asset: Ok(Default::default()),
                    state: Err("no value supplied for state".to_string()),
                    state_unready: Ok(Default::default()),
                    type_: Err("no value supplied for type_".to_string()),
                    version: Err("no value supplied for version".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl AppSnap {
            pub fn hook_state<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<crate::Open<crate::types::HookState>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.hook_state = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for hook_state: {e}")
                    });
                self
            }
            pub fn hook_state_details<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::std::vec::Vec<super::StateDetail>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.hook_state_details = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for hook_state_details: {e}"
                        )
                    });
                self
            }
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::uuid::Uuid>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::Metadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn schedule_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.schedule_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for schedule_id: {e}")
                    });
                self
            }
            pub fn snapshot_app_asset<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.snapshot_app_asset = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for snapshot_app_asset: {e}"
                        )
                    });
                self
            }
            pub fn state<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Open<crate::types::ResourceState>>,
                T::Error: ::std::fmt::Display,
            {
                self.state = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for state: {e}")
                    });
                self
            }
            pub fn state_unready<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::std::vec::Vec<::std::string::String>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.state_unready = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for state_unready: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Open<crate::types::AppSnapVersion>>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<AppSnap> for super::AppSnap {
            type Error = super::error::ConversionError;
            fn try_from(
                value: AppSnap,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    hook_state: value.hook_state?,
                    hook_state_details: value.hook_state_details?,
                    id: value.id?,
                    metadata: value.metadata?,
                    name: value.name?,
                    schedule_id: value.schedule_id?,
                    snapshot_app_asset: value.snapshot_app_asset?,
                    state: value.state?,
                    state_unready: value.state_unready?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::AppSnap> for AppSnap {
            fn from(value: super::AppSnap) -> Self {
                Self {
                    hook_state: Ok(value.hook_state),
                    hook_state_details: Ok(value.hook_state_details),
                    id: Ok(value.id),
                    metadata: Ok(value.metadata),
                    name: Ok(value.name),
                    schedule_id: Ok(value.schedule_id),
                    snapshot_app_asset: Ok(value.snapshot_app_asset),
                    state: Ok(value.state),
                    state_unready: Ok(value.state_unready),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct AppSnapCreate {
            metadata: ::std::result::Result<
                ::std::option::Option<super::MetadataCreate>,
                ::std::string::String,
            >,
            name: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<
                crate::Open<crate::types::AppSnapVersion>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for AppSnapCreate {
            fn default() -> Self {
                Self {
                    metadata: Ok(Default::default()),
                    name: Ok(Default::default()),
                    type_: Ok(super::defaults::app_snap_create_type()),
                    version: Ok(super::defaults::app_snap_create_version()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl AppSnapCreate {
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::MetadataCreate>>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Open<crate::types::AppSnapVersion>>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<AppSnapCreate> for super::AppSnapCreate {
            type Error = super::error::ConversionError;
            fn try_from(
                value: AppSnapCreate,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    metadata: value.metadata?,
                    name: value.name?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::AppSnapCreate> for AppSnapCreate {
            fn from(value: super::AppSnapCreate) -> Self {
                Self {
                    metadata: Ok(value.metadata),
                    name: Ok(value.name),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct AppSnapList {
            items: ::std::result::Result<
                ::std::option::Option<
                    ::std::vec::Vec<crate::ListItem<crate::types::AppSnap>>,
                >,
                ::std::string::String,
            >,
            metadata: ::std::result::Result<super::ListMetadata, ::std::string::String>,
            type_: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            version: ::std::result::Result<
                ::std::option::Option<crate::Open<crate::types::AppSnapVersion>>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for AppSnapList {
            fn default() -> Self {
                Self {
                    items: Ok(Default::default()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    type_: Ok(Default::default()),
                    version: Ok(Default::default()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl AppSnapList {
            pub fn items<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<
                        ::std::vec::Vec<crate::ListItem<crate::types::AppSnap>>,
                    >,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.items = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for items: {e}")
                    });
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::ListMetadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<crate::Open<crate::types::AppSnapVersion>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<AppSnapList> for super::AppSnapList {
            type Error = super::error::ConversionError;
            fn try_from(
                value: AppSnapList,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    items: value.items?,
                    metadata: value.metadata?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::AppSnapList> for AppSnapList {
            fn from(value: super::AppSnapList) -> Self {
                Self {
                    items: Ok(value.items),
                    metadata: Ok(value.metadata),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct AppUpdate {
            backup_id: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            snapshot_id: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<
                crate::Open<crate::types::AppVersion>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for AppUpdate {
            fn default() -> Self {
                Self {
                    backup_id: Ok(Default::default()),
                    snapshot_id: Ok(Default::default()),
                    type_: Ok(super::defaults::app_update_type()),
                    version: Ok(super::defaults::app_update_version()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl AppUpdate {
            pub fn backup_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.backup_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for backup_id: {e}")
                    });
                self
            }
            pub fn snapshot_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.snapshot_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for snapshot_id: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Open<crate::types::AppVersion>>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<AppUpdate> for super::AppUpdate {
            type Error = super::error::ConversionError;
            fn try_from(
                value: AppUpdate,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    backup_id: value.backup_id?,
                    snapshot_id: value.snapshot_id?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::AppUpdate> for AppUpdate {
            fn from(value: super::AppUpdate) -> Self {
                Self {
                    backup_id: Ok(value.backup_id),
                    snapshot_id: Ok(value.snapshot_id),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct Bucket {
            backups_max: ::std::result::Result<i64, ::std::string::String>,
            id: ::std::result::Result<::uuid::Uuid, ::std::string::String>,
            is_default: ::std::result::Result<bool, ::std::string::String>,
            metadata: ::std::result::Result<super::Metadata, ::std::string::String>,
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            provider: ::std::result::Result<
                ::std::string::String,
                ::std::string::String,
            >,
            state: ::std::result::Result<
                crate::Open<crate::types::BucketState>,
                ::std::string::String,
            >,
            state_unready: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<::std::string::String>>,
                ::std::string::String,
            >,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<super::BucketVersion, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for Bucket {
            fn default() -> Self {
                Self {
                    backups_max: Err("no value supplied for backups_max".to_string()),
                    id: Err("no value supplied for id".to_string()),
                    is_default: Err("no value supplied for is_default".to_string()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    name: Err("no value supplied for name".to_string()),
                    provider: Err("no value supplied for provider".to_string()),
                    state: Err("no value supplied for state".to_string()),
                    state_unready: Ok(Default::default()),
                    type_: Err("no value supplied for type_".to_string()),
                    version: Err("no value supplied for version".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl Bucket {
            pub fn backups_max<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<i64>,
                T::Error: ::std::fmt::Display,
            {
                self.backups_max = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for backups_max: {e}")
                    });
                self
            }
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::uuid::Uuid>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn is_default<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<bool>,
                T::Error: ::std::fmt::Display,
            {
                self.is_default = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for is_default: {e}")
                    });
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::Metadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn provider<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.provider = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for provider: {e}")
                    });
                self
            }
            pub fn state<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Open<crate::types::BucketState>>,
                T::Error: ::std::fmt::Display,
            {
                self.state = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for state: {e}")
                    });
                self
            }
            pub fn state_unready<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::std::vec::Vec<::std::string::String>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.state_unready = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for state_unready: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::BucketVersion>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Bucket> for super::Bucket {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Bucket,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    backups_max: value.backups_max?,
                    id: value.id?,
                    is_default: value.is_default?,
                    metadata: value.metadata?,
                    name: value.name?,
                    provider: value.provider?,
                    state: value.state?,
                    state_unready: value.state_unready?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::Bucket> for Bucket {
            fn from(value: super::Bucket) -> Self {
                Self {
                    backups_max: Ok(value.backups_max),
                    id: Ok(value.id),
                    is_default: Ok(value.is_default),
                    metadata: Ok(value.metadata),
                    name: Ok(value.name),
                    provider: Ok(value.provider),
                    state: Ok(value.state),
                    state_unready: Ok(value.state_unready),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct BucketList {
            items: ::std::result::Result<
                ::std::option::Option<
                    ::std::vec::Vec<crate::ListItem<crate::types::Bucket>>,
                >,
                ::std::string::String,
            >,
            metadata: ::std::result::Result<super::ListMetadata, ::std::string::String>,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<super::BucketVersion, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for BucketList {
            fn default() -> Self {
                Self {
                    items: Ok(Default::default()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    type_: Err("no value supplied for type_".to_string()),
                    version: Err("no value supplied for version".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl BucketList {
            pub fn items<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<
                        ::std::vec::Vec<crate::ListItem<crate::types::Bucket>>,
                    >,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.items = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for items: {e}")
                    });
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::ListMetadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::BucketVersion>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<BucketList> for super::BucketList {
            type Error = super::error::ConversionError;
            fn try_from(
                value: BucketList,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    items: value.items?,
                    metadata: value.metadata?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::BucketList> for BucketList {
            fn from(value: super::BucketList) -> Self {
                Self {
                    items: Ok(value.items),
                    metadata: Ok(value.metadata),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct Cloud {
            cloud_type: ::std::result::Result<
                ::std::string::String,
                ::std::string::String,
            >,
            id: ::std::result::Result<::uuid::Uuid, ::std::string::String>,
            metadata: ::std::result::Result<super::Metadata, ::std::string::String>,
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<super::CloudVersion, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for Cloud {
            fn default() -> Self {
                Self {
                    cloud_type: Err("no value supplied for cloud_type".to_string()),
                    id: Err("no value supplied for id".to_string()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    name: Err("no value supplied for name".to_string()),
                    type_: Err("no value supplied for type_".to_string()),
                    version: Err("no value supplied for version".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl Cloud {
            pub fn cloud_type<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.cloud_type = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for cloud_type: {e}")
                    });
                self
            }
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::uuid::Uuid>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::Metadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::CloudVersion>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Cloud> for super::Cloud {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Cloud,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    cloud_type: value.cloud_type?,
                    id: value.id?,
                    metadata: value.metadata?,
                    name: value.name?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::Cloud> for Cloud {
            fn from(value: super::Cloud) -> Self {
                Self {
                    cloud_type: Ok(value.cloud_type),
                    id: Ok(value.id),
                    metadata: Ok(value.metadata),
                    name: Ok(value.name),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct CloudList {
            items: ::std::result::Result<
                ::std::option::Option<
                    ::std::vec::Vec<crate::ListItem<crate::types::Cloud>>,
                >,
                ::std::string::String,
            >,
            metadata: ::std::result::Result<super::ListMetadata, ::std::string::String>,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<super::CloudVersion, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for CloudList {
            fn default() -> Self {
                Self {
                    items: Ok(Default::default()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    type_: Err("no value supplied for type_".to_string()),
                    version: Err("no value supplied for version".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl CloudList {
            pub fn items<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<
                        ::std::vec::Vec<crate::ListItem<crate::types::Cloud>>,
                    >,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.items = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for items: {e}")
                    });
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::ListMetadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::CloudVersion>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<CloudList> for super::CloudList {
            type Error = super::error::ConversionError;
            fn try_from(
                value: CloudList,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    items: value.items?,
                    metadata: value.metadata?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::CloudList> for CloudList {
            fn from(value: super::CloudList) -> Self {
                Self {
                    items: Ok(value.items),
                    metadata: Ok(value.metadata),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct InvalidField {
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            reason: ::std::result::Result<::std::string::String, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for InvalidField {
            fn default() -> Self {
                Self {
                    name: Err("no value supplied for name".to_string()),
                    reason: Err("no value supplied for reason".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl InvalidField {
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn reason<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.reason = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for reason: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<InvalidField> for super::InvalidField {
            type Error = super::error::ConversionError;
            fn try_from(
                value: InvalidField,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    name: value.name?,
                    reason: value.reason?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::InvalidField> for InvalidField {
            fn from(value: super::InvalidField) -> Self {
                Self {
                    name: Ok(value.name),
                    reason: Ok(value.reason),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct InvalidParam {
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            reason: ::std::result::Result<::std::string::String, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for InvalidParam {
            fn default() -> Self {
                Self {
                    name: Err("no value supplied for name".to_string()),
                    reason: Err("no value supplied for reason".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl InvalidParam {
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn reason<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.reason = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for reason: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<InvalidParam> for super::InvalidParam {
            type Error = super::error::ConversionError;
            fn try_from(
                value: InvalidParam,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    name: value.name?,
                    reason: value.reason?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::InvalidParam> for InvalidParam {
            fn from(value: super::InvalidParam) -> Self {
                Self {
                    name: Ok(value.name),
                    reason: Ok(value.reason),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct Label {
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            value: ::std::result::Result<::std::string::String, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for Label {
            fn default() -> Self {
                Self {
                    name: Err("no value supplied for name".to_string()),
                    value: Err("no value supplied for value".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl Label {
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn value<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.value = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for value: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Label> for super::Label {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Label,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    name: value.name?,
                    value: value.value?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::Label> for Label {
            fn from(value: super::Label) -> Self {
                Self {
                    name: Ok(value.name),
                    value: Ok(value.value),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct LabelCreate {
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            value: ::std::result::Result<::std::string::String, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for LabelCreate {
            fn default() -> Self {
                Self {
                    name: Err("no value supplied for name".to_string()),
                    value: Err("no value supplied for value".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl LabelCreate {
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn value<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.value = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for value: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<LabelCreate> for super::LabelCreate {
            type Error = super::error::ConversionError;
            fn try_from(
                value: LabelCreate,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    name: value.name?,
                    value: value.value?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::LabelCreate> for LabelCreate {
            fn from(value: super::LabelCreate) -> Self {
                Self {
                    name: Ok(value.name),
                    value: Ok(value.value),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ListMetadata {
            continue_: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            count: ::std::result::Result<
                ::std::option::Option<::serde_json::Number>,
                ::std::string::String,
            >,
            created_by: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            creation_timestamp: ::std::result::Result<
                ::std::option::Option<crate::Timestamp>,
                ::std::string::String,
            >,
            labels: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<super::Label>>,
                ::std::string::String,
            >,
            modification_timestamp: ::std::result::Result<
                ::std::option::Option<crate::Timestamp>,
                ::std::string::String,
            >,
            modified_by: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ListMetadata {
            fn default() -> Self {
                Self {
                    continue_: Ok(Default::default()),
                    count: Ok(Default::default()),
                    created_by: Ok(Default::default()),
                    creation_timestamp: Ok(Default::default()),
                    labels: Ok(Default::default()),
                    modification_timestamp: Ok(Default::default()),
                    modified_by: Ok(Default::default()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl ListMetadata {
            pub fn continue_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.continue_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for continue_: {e}")
                    });
                self
            }
            pub fn count<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::serde_json::Number>>,
                T::Error: ::std::fmt::Display,
            {
                self.count = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for count: {e}")
                    });
                self
            }
            pub fn created_by<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.created_by = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for created_by: {e}")
                    });
                self
            }
            pub fn creation_timestamp<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<crate::Timestamp>>,
                T::Error: ::std::fmt::Display,
            {
                self.creation_timestamp = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for creation_timestamp: {e}"
                        )
                    });
                self
            }
            pub fn labels<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::std::vec::Vec<super::Label>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.labels = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for labels: {e}")
                    });
                self
            }
            pub fn modification_timestamp<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<crate::Timestamp>>,
                T::Error: ::std::fmt::Display,
            {
                self.modification_timestamp = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for modification_timestamp: {e}"
                        )
                    });
                self
            }
            pub fn modified_by<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.modified_by = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for modified_by: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ListMetadata> for super::ListMetadata {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ListMetadata,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    continue_: value.continue_?,
                    count: value.count?,
                    created_by: value.created_by?,
                    creation_timestamp: value.creation_timestamp?,
                    labels: value.labels?,
                    modification_timestamp: value.modification_timestamp?,
                    modified_by: value.modified_by?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::ListMetadata> for ListMetadata {
            fn from(value: super::ListMetadata) -> Self {
                Self {
                    continue_: Ok(value.continue_),
                    count: Ok(value.count),
                    created_by: Ok(value.created_by),
                    creation_timestamp: Ok(value.creation_timestamp),
                    labels: Ok(value.labels),
                    modification_timestamp: Ok(value.modification_timestamp),
                    modified_by: Ok(value.modified_by),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct Metadata {
            created_by: ::std::result::Result<::uuid::Uuid, ::std::string::String>,
            creation_timestamp: ::std::result::Result<
                crate::Timestamp,
                ::std::string::String,
            >,
            labels: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<super::Label>>,
                ::std::string::String,
            >,
            modification_timestamp: ::std::result::Result<
                crate::Timestamp,
                ::std::string::String,
            >,
            modified_by: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for Metadata {
            fn default() -> Self {
                Self {
                    created_by: Err("no value supplied for created_by".to_string()),
                    creation_timestamp: Err(
                        "no value supplied for creation_timestamp".to_string(),
                    ),
                    labels: Ok(Default::default()),
                    modification_timestamp: Err(
                        "no value supplied for modification_timestamp".to_string(),
                    ),
                    modified_by: Ok(Default::default()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl Metadata {
            pub fn created_by<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::uuid::Uuid>,
                T::Error: ::std::fmt::Display,
            {
                self.created_by = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for created_by: {e}")
                    });
                self
            }
            pub fn creation_timestamp<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Timestamp>,
                T::Error: ::std::fmt::Display,
            {
                self.creation_timestamp = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for creation_timestamp: {e}"
                        )
                    });
                self
            }
            pub fn labels<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::std::vec::Vec<super::Label>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.labels = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for labels: {e}")
                    });
                self
            }
            pub fn modification_timestamp<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Timestamp>,
                T::Error: ::std::fmt::Display,
            {
                self.modification_timestamp = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for modification_timestamp: {e}"
                        )
                    });
                self
            }
            pub fn modified_by<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.modified_by = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for modified_by: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Metadata> for super::Metadata {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Metadata,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    created_by: value.created_by?,
                    creation_timestamp: value.creation_timestamp?,
                    labels: value.labels?,
                    modification_timestamp: value.modification_timestamp?,
                    modified_by: value.modified_by?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::Metadata> for Metadata {
            fn from(value: super::Metadata) -> Self {
                Self {
                    created_by: Ok(value.created_by),
                    creation_timestamp: Ok(value.creation_timestamp),
                    labels: Ok(value.labels),
                    modification_timestamp: Ok(value.modification_timestamp),
                    modified_by: Ok(value.modified_by),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct MetadataCreate {
            created_by: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            creation_timestamp: ::std::result::Result<
                ::std::option::Option<crate::Timestamp>,
                ::std::string::String,
            >,
            labels: ::std::result::Result<
                ::std::vec::Vec<super::LabelCreate>,
                ::std::string::String,
            >,
            modification_timestamp: ::std::result::Result<
                ::std::option::Option<crate::Timestamp>,
                ::std::string::String,
            >,
            modified_by: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for MetadataCreate {
            fn default() -> Self {
                Self {
                    created_by: Ok(Default::default()),
                    creation_timestamp: Ok(Default::default()),
                    labels: Err("no value supplied for labels".to_string()),
                    modification_timestamp: Ok(Default::default()),
                    modified_by: Ok(Default::default()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl MetadataCreate {
            pub fn created_by<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.created_by = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for created_by: {e}")
                    });
                self
            }
            pub fn creation_timestamp<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<crate::Timestamp>>,
                T::Error: ::std::fmt::Display,
            {
                self.creation_timestamp = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for creation_timestamp: {e}"
                        )
                    });
                self
            }
            pub fn labels<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::LabelCreate>>,
                T::Error: ::std::fmt::Display,
            {
                self.labels = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for labels: {e}")
                    });
                self
            }
            pub fn modification_timestamp<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<crate::Timestamp>>,
                T::Error: ::std::fmt::Display,
            {
                self.modification_timestamp = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for modification_timestamp: {e}"
                        )
                    });
                self
            }
            pub fn modified_by<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.modified_by = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for modified_by: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<MetadataCreate> for super::MetadataCreate {
            type Error = super::error::ConversionError;
            fn try_from(
                value: MetadataCreate,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    created_by: value.created_by?,
                    creation_timestamp: value.creation_timestamp?,
                    labels: value.labels?,
                    modification_timestamp: value.modification_timestamp?,
                    modified_by: value.modified_by?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::MetadataCreate> for MetadataCreate {
            fn from(value: super::MetadataCreate) -> Self {
                Self {
                    created_by: Ok(value.created_by),
                    creation_timestamp: Ok(value.creation_timestamp),
                    labels: Ok(value.labels),
                    modification_timestamp: Ok(value.modification_timestamp),
                    modified_by: Ok(value.modified_by),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct NamespaceScopedResource {
            label_selectors: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<::std::string::String>>,
                ::std::string::String,
            >,
            namespace: ::std::result::Result<
                ::std::string::String,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for NamespaceScopedResource {
            fn default() -> Self {
                Self {
                    label_selectors: Ok(Default::default()),
                    namespace: Err("no value supplied for namespace".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl NamespaceScopedResource {
            pub fn label_selectors<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::std::vec::Vec<::std::string::String>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.label_selectors = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for label_selectors: {e}"
                        )
                    });
                self
            }
            pub fn namespace<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.namespace = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for namespace: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<NamespaceScopedResource>
        for super::NamespaceScopedResource {
            type Error = super::error::ConversionError;
            fn try_from(
                value: NamespaceScopedResource,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    label_selectors: value.label_selectors?,
                    namespace: value.namespace?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::NamespaceScopedResource>
        for NamespaceScopedResource {
            fn from(value: super::NamespaceScopedResource) -> Self {
                Self {
                    label_selectors: Ok(value.label_selectors),
                    namespace: Ok(value.namespace),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct Problem {
            correlation_id: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            detail: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            invalid_fields: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<super::InvalidField>>,
                ::std::string::String,
            >,
            invalid_params: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<super::InvalidParam>>,
                ::std::string::String,
            >,
            status: ::std::result::Result<::std::string::String, ::std::string::String>,
            title: ::std::result::Result<::std::string::String, ::std::string::String>,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for Problem {
            fn default() -> Self {
                Self {
                    correlation_id: Ok(Default::default()),
                    detail: Ok(Default::default()),
                    invalid_fields: Ok(Default::default()),
                    invalid_params: Ok(Default::default()),
                    status: Err("no value supplied for status".to_string()),
                    title: Err("no value supplied for title".to_string()),
                    type_: Err("no value supplied for type_".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl Problem {
            pub fn correlation_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.correlation_id = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for correlation_id: {e}"
                        )
                    });
                self
            }
            pub fn detail<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.detail = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for detail: {e}")
                    });
                self
            }
            pub fn invalid_fields<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::std::vec::Vec<super::InvalidField>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.invalid_fields = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for invalid_fields: {e}"
                        )
                    });
                self
            }
            pub fn invalid_params<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::std::vec::Vec<super::InvalidParam>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.invalid_params = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for invalid_params: {e}"
                        )
                    });
                self
            }
            pub fn status<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.status = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for status: {e}")
                    });
                self
            }
            pub fn title<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.title = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for title: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Problem> for super::Problem {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Problem,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    correlation_id: value.correlation_id?,
                    detail: value.detail?,
                    invalid_fields: value.invalid_fields?,
                    invalid_params: value.invalid_params?,
                    status: value.status?,
                    title: value.title?,
                    type_: value.type_?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::Problem> for Problem {
            fn from(value: super::Problem) -> Self {
                Self {
                    correlation_id: Ok(value.correlation_id),
                    detail: Ok(value.detail),
                    invalid_fields: Ok(value.invalid_fields),
                    invalid_params: Ok(value.invalid_params),
                    status: Ok(value.status),
                    title: Ok(value.title),
                    type_: Ok(value.type_),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct Schedule {
            app_id: ::std::result::Result<::uuid::Uuid, ::std::string::String>,
            bucket_id: ::std::result::Result<
                ::std::option::Option<::uuid::Uuid>,
                ::std::string::String,
            >,
            cron: ::std::result::Result<::std::string::String, ::std::string::String>,
            enabled: ::std::result::Result<
                crate::Open<crate::types::ScheduleEnabled>,
                ::std::string::String,
            >,
            granularity: ::std::result::Result<
                ::std::string::String,
                ::std::string::String,
            >,
            id: ::std::result::Result<::uuid::Uuid, ::std::string::String>,
            jitter_secs: ::std::result::Result<i64, ::std::string::String>,
            makes: ::std::result::Result<
                ::std::option::Option<
                    ::std::vec::Vec<crate::Open<crate::types::ScheduleMakes>>,
                >,
                ::std::string::String,
            >,
            metadata: ::std::result::Result<super::Metadata, ::std::string::String>,
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            next_run_timestamp: ::std::result::Result<
                ::std::option::Option<crate::Timestamp>,
                ::std::string::String,
            >,
            retention: ::std::result::Result<
                super::ScheduleRetention,
                ::std::string::String,
            >,
            time_zone: ::std::result::Result<
                ::std::string::String,
                ::std::string::String,
            >,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<
                super::ScheduleVersion,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for Schedule {
            fn default() -> Self {
                Self {
                    app_id: Err("no value supplied for app_id".to_string()),
                    bucket_id: Ok(Default::default()),
                    cron: Err("no value supplied for cron".to_string()),
                    enabled: Err("no value supplied for enabled".to_string()),
                    granularity: Err("no value supplied for granularity".to_string()),
                    id: Err("no value supplied for id".to_string()),
                    jitter_secs: Err("no value supplied for jitter_secs".to_string()),
                    makes: Ok(Default::default()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    name: Err("no value supplied for name".to_string()),
                    next_run_timestamp: Ok(Default::default()),
                    retention: Err("no value supplied for retention".to_string()),
                    time_zone: Err("no value supplied for time_zone".to_string()),
                    type_: Err("no value supplied for type_".to_string()),
                    version: Err("no value supplied for version".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl Schedule {
            pub fn app_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::uuid::Uuid>,
                T::Error: ::std::fmt::Display,
            {
                self.app_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for app_id: {e}")
                    });
                self
            }
            pub fn bucket_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::uuid::Uuid>>,
                T::Error: ::std::fmt::Display,
            {
                self.bucket_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for bucket_id: {e}")
                    });
                self
            }
            pub fn cron<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.cron = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for cron: {e}")
                    });
                self
            }
            pub fn enabled<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Open<crate::types::ScheduleEnabled>>,
                T::Error: ::std::fmt::Display,
            {
                self.enabled = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for enabled: {e}")
                    });
                self
            }
            pub fn granularity<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.granularity = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for granularity: {e}")
                    });
                self
            }
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::uuid::Uuid>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn jitter_secs<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<i64>,
                T::Error: ::std::fmt::Display,
            {
                self.jitter_secs = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for jitter_secs: {e}")
                    });
                self
            }
            pub fn makes<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<
                        ::std::vec::Vec<crate::Open<crate::types::ScheduleMakes>>,
                    >,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.makes = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for makes: {e}")
                    });
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::Metadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn next_run_timestamp<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<crate::Timestamp>>,
                T::Error: ::std::fmt::Display,
            {
                self.next_run_timestamp = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for next_run_timestamp: {e}"
                        )
                    });
                self
            }
            pub fn retention<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::ScheduleRetention>,
                T::Error: ::std::fmt::Display,
            {
                self.retention = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for retention: {e}")
                    });
                self
            }
            pub fn time_zone<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.time_zone = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for time_zone: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::ScheduleVersion>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Schedule> for super::Schedule {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Schedule,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    app_id: value.app_id?,
                    bucket_id: value.bucket_id?,
                    cron: value.cron?,
                    enabled: value.enabled?,
                    granularity: value.granularity?,
                    id: value.id?,
                    jitter_secs: value.jitter_secs?,
                    makes: value.makes?,
                    metadata: value.metadata?,
                    name: value.name?,
                    next_run_timestamp: value.next_run_timestamp?,
                    retention: value.retention?,
                    time_zone: value.time_zone?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::Schedule> for Schedule {
            fn from(value: super::Schedule) -> Self {
                Self {
                    app_id: Ok(value.app_id),
                    bucket_id: Ok(value.bucket_id),
                    cron: Ok(value.cron),
                    enabled: Ok(value.enabled),
                    granularity: Ok(value.granularity),
                    id: Ok(value.id),
                    jitter_secs: Ok(value.jitter_secs),
                    makes: Ok(value.makes),
                    metadata: Ok(value.metadata),
                    name: Ok(value.name),
                    next_run_timestamp: Ok(value.next_run_timestamp),
                    retention: Ok(value.retention),
                    time_zone: Ok(value.time_zone),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ScheduleList {
            items: ::std::result::Result<
                ::std::option::Option<
                    ::std::vec::Vec<crate::ListItem<crate::types::Schedule>>,
                >,
                ::std::string::String,
            >,
            metadata: ::std::result::Result<super::ListMetadata, ::std::string::String>,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            version: ::std::result::Result<
                super::ScheduleVersion,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ScheduleList {
            fn default() -> Self {
                Self {
                    items: Ok(Default::default()),
                    metadata: Err("no value supplied for metadata".to_string()),
                    type_: Err("no value supplied for type_".to_string()),
                    version: Err("no value supplied for version".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl ScheduleList {
            pub fn items<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<
                        ::std::vec::Vec<crate::ListItem<crate::types::Schedule>>,
                    >,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.items = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for items: {e}")
                    });
                self
            }
            pub fn metadata<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::ListMetadata>,
                T::Error: ::std::fmt::Display,
            {
                self.metadata = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for metadata: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn version<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::ScheduleVersion>,
                T::Error: ::std::fmt::Display,
            {
                self.version = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for version: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ScheduleList> for super::ScheduleList {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ScheduleList,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    items: value.items?,
                    metadata: value.metadata?,
                    type_: value.type_?,
                    version: value.version?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::ScheduleList> for ScheduleList {
            fn from(value: super::ScheduleList) -> Self {
                Self {
                    items: Ok(value.items),
                    metadata: Ok(value.metadata),
                    type_: Ok(value.type_),
                    version: Ok(value.version),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ScheduleRetention {
            keep_daily: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            keep_days: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            keep_last: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            keep_monthly: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            keep_weekly: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ScheduleRetention {
            fn default() -> Self {
                Self {
                    keep_daily: Ok(Default::default()),
                    keep_days: Ok(Default::default()),
                    keep_last: Ok(Default::default()),
                    keep_monthly: Ok(Default::default()),
                    keep_weekly: Ok(Default::default()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl ScheduleRetention {
            pub fn keep_daily<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.keep_daily = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for keep_daily: {e}")
                    });
                self
            }
            pub fn keep_days<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.keep_days = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for keep_days: {e}")
                    });
                self
            }
            pub fn keep_last<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.keep_last = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for keep_last: {e}")
                    });
                self
            }
            pub fn keep_monthly<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.keep_monthly = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for keep_monthly: {e}")
                    });
                self
            }
            pub fn keep_weekly<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.keep_weekly = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for keep_weekly: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ScheduleRetention> for super::ScheduleRetention {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ScheduleRetention,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    keep_daily: value.keep_daily?,
                    keep_days: value.keep_days?,
                    keep_last: value.keep_last?,
                    keep_monthly: value.keep_monthly?,
                    keep_weekly: value.keep_weekly?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::ScheduleRetention> for ScheduleRetention {
            fn from(value: super::ScheduleRetention) -> Self {
                Self {
                    keep_daily: Ok(value.keep_daily),
                    keep_days: Ok(value.keep_days),
                    keep_last: Ok(value.keep_last),
                    keep_monthly: Ok(value.keep_monthly),
                    keep_weekly: Ok(value.keep_weekly),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct StateDetail {
            detail: ::std::result::Result<::std::string::String, ::std::string::String>,
            title: ::std::result::Result<::std::string::String, ::std::string::String>,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for StateDetail {
            fn default() -> Self {
                Self {
                    detail: Err("no value supplied for detail".to_string()),
                    title: Err("no value supplied for title".to_string()),
                    type_: Err("no value supplied for type_".to_string()),
                    extra: Ok(::std::default::Default::default()),
                }
            }
        }
        impl StateDetail {
            pub fn detail<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.detail = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for detail: {e}")
                    });
                self
            }
            pub fn title<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.title = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for title: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<StateDetail> for super::StateDetail {
            type Error = super::error::ConversionError;
            fn try_from(
                value: StateDetail,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    detail: value.detail?,
                    title: value.title?,
                    type_: value.type_?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::StateDetail> for StateDetail {
            fn from(value: super::StateDetail) -> Self {
                Self {
                    detail: Ok(value.detail),
                    title: Ok(value.title),
                    type_: Ok(value.type_),
                    extra: Ok(value.extra),
                }
            }
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
}
#[derive(Clone, Debug)]
/**Client for appkeep application backups and snapshots

Version: 0.2.0*/
pub struct Client {
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
}
impl Client {
    /// Construct a new client with an existing `reqwest::Client`,
    /// allowing more control over its configuration.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub(crate) fn new_with_client(baseurl: &str, client: reqwest::Client) -> Self {
        Self {
            baseurl: baseurl.to_string(),
            client,
        }
    }
}
impl ClientInfo<()> for Client {
    fn api_version() -> &'static str {
        "0.2.0"
    }
    fn baseurl(&self) -> &str {
        self.baseurl.as_str()
    }
    fn client(&self) -> &reqwest::Client {
        &self.client
    }
    fn inner(&self) -> &() {
        &()
    }
}
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
```text
let response = client.app_backup_list_all()
    .account_id(account_id)
    .continue_(continue_)
    .include(include)
    .limit(limit)
    .send()
    .await;
```*/
    pub fn app_backup_list_all(&self) -> builder::AppBackupListAll<'_> {
        builder::AppBackupListAll::new(self)
    }
    /**Fetch a backup

Returns the current state of the backup, for any app of the account.

Sends a `GET` request to `/accounts/{account_id}/topology/v1/appBackups/{appBackup_id}`

Arguments:
- `account_id`: The account.
- `app_backup_id`: The backup.
```text
let response = client.app_backup_fetch()
    .account_id(account_id)
    .app_backup_id(app_backup_id)
    .send()
    .await;
```*/
    pub fn app_backup_fetch(&self) -> builder::AppBackupFetch<'_> {
        builder::AppBackupFetch::new(self)
    }
    /**Delete a backup

Deletes the backup and its data. A backup that is `discovering` or `running` is cancelled first.
A `pending` backup can't be deleted.


Sends a `DELETE` request to `/accounts/{account_id}/topology/v1/appBackups/{appBackup_id}`

Arguments:
- `account_id`: The account.
- `app_backup_id`: The backup.
```text
let response = client.app_backup_delete()
    .account_id(account_id)
    .app_backup_id(app_backup_id)
    .send()
    .await;
```*/
    pub fn app_backup_delete(&self) -> builder::AppBackupDelete<'_> {
        builder::AppBackupDelete::new(self)
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
```text
let response = client.app_backup_list_for_app()
    .account_id(account_id)
    .app_id(app_id)
    .continue_(continue_)
    .include(include)
    .limit(limit)
    .send()
    .await;
```*/
    pub fn app_backup_list_for_app(&self) -> builder::AppBackupListForApp<'_> {
        builder::AppBackupListForApp::new(self)
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
```text
let response = client.app_backup_create_for_app()
    .account_id(account_id)
    .app_id(app_id)
    .body(body)
    .send()
    .await;
```*/
    pub fn app_backup_create_for_app(&self) -> builder::AppBackupCreateForApp<'_> {
        builder::AppBackupCreateForApp::new(self)
    }
    /**Fetch a backup of an app

Returns the current state of the backup if it belongs to this app.

Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `app_backup_id`: The backup.
```text
let response = client.app_backup_fetch_for_app()
    .account_id(account_id)
    .app_id(app_id)
    .app_backup_id(app_backup_id)
    .send()
    .await;
```*/
    pub fn app_backup_fetch_for_app(&self) -> builder::AppBackupFetchForApp<'_> {
        builder::AppBackupFetchForApp::new(self)
    }
    /**Delete a backup of an app

Deletes the backup and its data if it belongs to this app. A backup that is `discovering` or
`running` is cancelled first. A `pending` backup can't be deleted.


Sends a `DELETE` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `app_backup_id`: The backup.
```text
let response = client.app_backup_delete_for_app()
    .account_id(account_id)
    .app_id(app_id)
    .app_backup_id(app_backup_id)
    .send()
    .await;
```*/
    pub fn app_backup_delete_for_app(&self) -> builder::AppBackupDeleteForApp<'_> {
        builder::AppBackupDeleteForApp::new(self)
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
```text
let response = client.app_snap_list_for_app()
    .account_id(account_id)
    .app_id(app_id)
    .continue_(continue_)
    .include(include)
    .limit(limit)
    .send()
    .await;
```*/
    pub fn app_snap_list_for_app(&self) -> builder::AppSnapListForApp<'_> {
        builder::AppSnapListForApp::new(self)
    }
    /**Create a snapshot of an app

Creates a pending snapshot and responds at once; the data is copied in the background.

Sends a `POST` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `body`: The properties of the new snapshot.
```text
let response = client.app_snap_create_for_app()
    .account_id(account_id)
    .app_id(app_id)
    .body(body)
    .send()
    .await;
```*/
    pub fn app_snap_create_for_app(&self) -> builder::AppSnapCreateForApp<'_> {
        builder::AppSnapCreateForApp::new(self)
    }
    /**Fetch a snapshot of an app

Returns the current state of the snapshot if it belongs to this app.

Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps/{appSnap_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `app_snap_id`: The snapshot.
```text
let response = client.app_snap_fetch_for_app()
    .account_id(account_id)
    .app_id(app_id)
    .app_snap_id(app_snap_id)
    .send()
    .await;
```*/
    pub fn app_snap_fetch_for_app(&self) -> builder::AppSnapFetchForApp<'_> {
        builder::AppSnapFetchForApp::new(self)
    }
    /**Delete a snapshot of an app

Deletes the snapshot and its data if it belongs to this app and no backup or restore is using it.

Sends a `DELETE` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps/{appSnap_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `app_snap_id`: The snapshot.
```text
let response = client.app_snap_delete_for_app()
    .account_id(account_id)
    .app_id(app_id)
    .app_snap_id(app_snap_id)
    .send()
    .await;
```*/
    pub fn app_snap_delete_for_app(&self) -> builder::AppSnapDeleteForApp<'_> {
        builder::AppSnapDeleteForApp::new(self)
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
```text
let response = client.app_list()
    .account_id(account_id)
    .continue_(continue_)
    .include(include)
    .limit(limit)
    .send()
    .await;
```*/
    pub fn app_list(&self) -> builder::AppList<'_> {
        builder::AppList::new(self)
    }
    /**Fetch an app

Returns the current state of the app. Its `state` says whether it is being restored.

Sends a `GET` request to `/accounts/{account_id}/k8s/v2/apps/{app_id}`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
```text
let response = client.app_fetch()
    .account_id(account_id)
    .app_id(app_id)
    .send()
    .await;
```*/
    pub fn app_fetch(&self) -> builder::AppFetch<'_> {
        builder::AppFetch::new(self)
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
- `force_update`: Confirms that data may be overwritten. Required for a restore.
- `body`: The source of the restore.
```text
let response = client.app_update()
    .account_id(account_id)
    .app_id(app_id)
    .force_update(force_update)
    .body(body)
    .send()
    .await;
```*/
    pub fn app_update(&self) -> builder::AppUpdate<'_> {
        builder::AppUpdate::new(self)
    }
    /**List the schedules of an app

Lists the app's schedules, including those that are no longer configured, newest first. Without `limit` the
response contains all of them. With `include` each item is an array of the named fields instead of an object.


Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/schedules`

Arguments:
- `account_id`: The account.
- `app_id`: The app.
- `continue_`: The position to continue from: `metadata.continue` of an earlier response. The token is opaque. It is a position in the list, so every token of this form is accepted.
- `include`: The fields to return, separated by commas, each at most once. Each item is then an array of their values in this order, with `null` for an absent value.
- `limit`: The maximum number of items in the response: a decimal number of at least 1, without an upper limit.
```text
let response = client.app_schedule_list_for_app()
    .account_id(account_id)
    .app_id(app_id)
    .continue_(continue_)
    .include(include)
    .limit(limit)
    .send()
    .await;
```*/
    pub fn app_schedule_list_for_app(&self) -> builder::AppScheduleListForApp<'_> {
        builder::AppScheduleListForApp::new(self)
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
```text
let response = client.bucket_list()
    .account_id(account_id)
    .continue_(continue_)
    .include(include)
    .limit(limit)
    .send()
    .await;
```*/
    pub fn bucket_list(&self) -> builder::BucketList<'_> {
        builder::BucketList::new(self)
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
```text
let response = client.cloud_list()
    .account_id(account_id)
    .continue_(continue_)
    .include(include)
    .limit(limit)
    .send()
    .await;
```*/
    pub fn cloud_list(&self) -> builder::CloudList<'_> {
        builder::CloudList::new(self)
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
```text
let response = client.account_list()
    .continue_(continue_)
    .include(include)
    .limit(limit)
    .send()
    .await;
```*/
    pub fn account_list(&self) -> builder::AccountList<'_> {
        builder::AccountList::new(self)
    }
}
/// Types for composing operation parameters.
#[allow(clippy::all)]
pub mod builder {
    use crate::error::Error;
    use super::types;
    #[allow(unused_imports)]
    use super::{encode_path, ClientInfo, RequestBuilderExt, ResponseValue};
    /**Builder for [`Client::app_backup_list_all`]

[`Client::app_backup_list_all`]: super::Client::app_backup_list_all*/
    #[derive(Debug, Clone)]
    pub struct AppBackupListAll<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        continue_: Result<Option<::std::string::String>, String>,
        include: Result<Option<::std::string::String>, String>,
        limit: Result<Option<::std::num::NonZeroU64>, String>,
    }
    impl<'a> AppBackupListAll<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                continue_: Ok(None),
                include: Ok(None),
                limit: Ok(None),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn continue_<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.continue_ = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for continue_ failed"
                        .to_string()
                });
            self
        }
        pub fn include<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.include = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for include failed"
                        .to_string()
                });
            self
        }
        pub fn limit<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU64>,
        {
            self.limit = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU64` for limit failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/accounts/{account_id}/topology/v1/appBackups`
        pub async fn send(self) -> Result<ResponseValue<types::AppBackupList>, Error> {
            let Self { client, account_id, continue_, include, limit } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request(
                    "app_backup_list_all",
                    reason,
                ))?;
            let continue_ = continue_
                .map_err(|reason| Error::invalid_request(
                    "app_backup_list_all",
                    reason,
                ))?;
            let include = include
                .map_err(|reason| Error::invalid_request(
                    "app_backup_list_all",
                    reason,
                ))?;
            let limit = limit
                .map_err(|reason| Error::invalid_request(
                    "app_backup_list_all",
                    reason,
                ))?;
            let url = format!(
                "{}/accounts/{}/topology/v1/appBackups", client.baseurl, encode_path(&
                account_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("continue", &continue_))
                .query(&progenitor_client::QueryParam::new("include", &include))
                .query(&progenitor_client::QueryParam::new("limit", &limit))
                .headers(header_map);
            crate::exchange::json("app_backup_list_all", request).await
        }
    }
    /**Builder for [`Client::app_backup_fetch`]

[`Client::app_backup_fetch`]: super::Client::app_backup_fetch*/
    #[derive(Debug, Clone)]
    pub struct AppBackupFetch<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        app_backup_id: Result<::uuid::Uuid, String>,
    }
    impl<'a> AppBackupFetch<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                app_backup_id: Err("app_backup_id was not initialized".to_string()),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn app_backup_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_backup_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_backup_id failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/accounts/{account_id}/topology/v1/appBackups/{appBackup_id}`
        pub async fn send(self) -> Result<ResponseValue<types::AppBackup>, Error> {
            let Self { client, account_id, app_backup_id } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request("app_backup_fetch", reason))?;
            let app_backup_id = app_backup_id
                .map_err(|reason| Error::invalid_request("app_backup_fetch", reason))?;
            let url = format!(
                "{}/accounts/{}/topology/v1/appBackups/{}", client.baseurl, encode_path(&
                account_id.to_string()), encode_path(& app_backup_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map);
            crate::exchange::json("app_backup_fetch", request).await
        }
    }
    /**Builder for [`Client::app_backup_delete`]

[`Client::app_backup_delete`]: super::Client::app_backup_delete*/
    #[derive(Debug, Clone)]
    pub struct AppBackupDelete<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        app_backup_id: Result<::uuid::Uuid, String>,
    }
    impl<'a> AppBackupDelete<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                app_backup_id: Err("app_backup_id was not initialized".to_string()),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn app_backup_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_backup_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_backup_id failed"
                        .to_string()
                });
            self
        }
        ///Sends a `DELETE` request to `/accounts/{account_id}/topology/v1/appBackups/{appBackup_id}`
        pub async fn send(self) -> Result<ResponseValue<()>, Error> {
            let Self { client, account_id, app_backup_id } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request("app_backup_delete", reason))?;
            let app_backup_id = app_backup_id
                .map_err(|reason| Error::invalid_request("app_backup_delete", reason))?;
            let url = format!(
                "{}/accounts/{}/topology/v1/appBackups/{}", client.baseurl, encode_path(&
                account_id.to_string()), encode_path(& app_backup_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .delete(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map);
            crate::exchange::empty("app_backup_delete", request).await
        }
    }
    /**Builder for [`Client::app_backup_list_for_app`]

[`Client::app_backup_list_for_app`]: super::Client::app_backup_list_for_app*/
    #[derive(Debug, Clone)]
    pub struct AppBackupListForApp<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        app_id: Result<::uuid::Uuid, String>,
        continue_: Result<Option<::std::string::String>, String>,
        include: Result<Option<::std::string::String>, String>,
        limit: Result<Option<::std::num::NonZeroU64>, String>,
    }
    impl<'a> AppBackupListForApp<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                app_id: Err("app_id was not initialized".to_string()),
                continue_: Ok(None),
                include: Ok(None),
                limit: Ok(None),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn app_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_id failed".to_string()
                });
            self
        }
        pub fn continue_<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.continue_ = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for continue_ failed"
                        .to_string()
                });
            self
        }
        pub fn include<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.include = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for include failed"
                        .to_string()
                });
            self
        }
        pub fn limit<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU64>,
        {
            self.limit = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU64` for limit failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups`
        pub async fn send(self) -> Result<ResponseValue<types::AppBackupList>, Error> {
            let Self { client, account_id, app_id, continue_, include, limit } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request(
                    "app_backup_list_for_app",
                    reason,
                ))?;
            let app_id = app_id
                .map_err(|reason| Error::invalid_request(
                    "app_backup_list_for_app",
                    reason,
                ))?;
            let continue_ = continue_
                .map_err(|reason| Error::invalid_request(
                    "app_backup_list_for_app",
                    reason,
                ))?;
            let include = include
                .map_err(|reason| Error::invalid_request(
                    "app_backup_list_for_app",
                    reason,
                ))?;
            let limit = limit
                .map_err(|reason| Error::invalid_request(
                    "app_backup_list_for_app",
                    reason,
                ))?;
            let url = format!(
                "{}/accounts/{}/k8s/v1/apps/{}/appBackups", client.baseurl, encode_path(&
                account_id.to_string()), encode_path(& app_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("continue", &continue_))
                .query(&progenitor_client::QueryParam::new("include", &include))
                .query(&progenitor_client::QueryParam::new("limit", &limit))
                .headers(header_map);
            crate::exchange::json("app_backup_list_for_app", request).await
        }
    }
    /**Builder for [`Client::app_backup_create_for_app`]

[`Client::app_backup_create_for_app`]: super::Client::app_backup_create_for_app*/
    #[derive(Debug, Clone)]
    pub struct AppBackupCreateForApp<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        app_id: Result<::uuid::Uuid, String>,
        body: Result<types::builder::AppBackupCreate, String>,
    }
    impl<'a> AppBackupCreateForApp<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                app_id: Err("app_id was not initialized".to_string()),
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn app_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_id failed".to_string()
                });
            self
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::AppBackupCreate>,
            <V as std::convert::TryInto<
                types::AppBackupCreate,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `AppBackupCreate` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::AppBackupCreate,
            ) -> types::builder::AppBackupCreate,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups`
        pub async fn send(self) -> Result<ResponseValue<types::AppBackup>, Error> {
            let Self { client, account_id, app_id, body } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request(
                    "app_backup_create_for_app",
                    reason,
                ))?;
            let app_id = app_id
                .map_err(|reason| Error::invalid_request(
                    "app_backup_create_for_app",
                    reason,
                ))?;
            let body = body
                .and_then(|v| {
                    types::AppBackupCreate::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(|reason| Error::invalid_request(
                    "app_backup_create_for_app",
                    reason,
                ))?;
            let url = format!(
                "{}/accounts/{}/k8s/v1/apps/{}/appBackups", client.baseurl, encode_path(&
                account_id.to_string()), encode_path(& app_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .headers(header_map);
            crate::exchange::json("app_backup_create_for_app", request).await
        }
    }
    /**Builder for [`Client::app_backup_fetch_for_app`]

[`Client::app_backup_fetch_for_app`]: super::Client::app_backup_fetch_for_app*/
    #[derive(Debug, Clone)]
    pub struct AppBackupFetchForApp<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        app_id: Result<::uuid::Uuid, String>,
        app_backup_id: Result<::uuid::Uuid, String>,
    }
    impl<'a> AppBackupFetchForApp<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                app_id: Err("app_id was not initialized".to_string()),
                app_backup_id: Err("app_backup_id was not initialized".to_string()),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn app_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_id failed".to_string()
                });
            self
        }
        pub fn app_backup_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_backup_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_backup_id failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}`
        pub async fn send(self) -> Result<ResponseValue<types::AppBackup>, Error> {
            let Self { client, account_id, app_id, app_backup_id } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request(
                    "app_backup_fetch_for_app",
                    reason,
                ))?;
            let app_id = app_id
                .map_err(|reason| Error::invalid_request(
                    "app_backup_fetch_for_app",
                    reason,
                ))?;
            let app_backup_id = app_backup_id
                .map_err(|reason| Error::invalid_request(
                    "app_backup_fetch_for_app",
                    reason,
                ))?;
            let url = format!(
                "{}/accounts/{}/k8s/v1/apps/{}/appBackups/{}", client.baseurl,
                encode_path(& account_id.to_string()), encode_path(& app_id.to_string()),
                encode_path(& app_backup_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map);
            crate::exchange::json("app_backup_fetch_for_app", request).await
        }
    }
    /**Builder for [`Client::app_backup_delete_for_app`]

[`Client::app_backup_delete_for_app`]: super::Client::app_backup_delete_for_app*/
    #[derive(Debug, Clone)]
    pub struct AppBackupDeleteForApp<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        app_id: Result<::uuid::Uuid, String>,
        app_backup_id: Result<::uuid::Uuid, String>,
    }
    impl<'a> AppBackupDeleteForApp<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                app_id: Err("app_id was not initialized".to_string()),
                app_backup_id: Err("app_backup_id was not initialized".to_string()),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn app_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_id failed".to_string()
                });
            self
        }
        pub fn app_backup_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_backup_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_backup_id failed"
                        .to_string()
                });
            self
        }
        ///Sends a `DELETE` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}`
        pub async fn send(self) -> Result<ResponseValue<()>, Error> {
            let Self { client, account_id, app_id, app_backup_id } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request(
                    "app_backup_delete_for_app",
                    reason,
                ))?;
            let app_id = app_id
                .map_err(|reason| Error::invalid_request(
                    "app_backup_delete_for_app",
                    reason,
                ))?;
            let app_backup_id = app_backup_id
                .map_err(|reason| Error::invalid_request(
                    "app_backup_delete_for_app",
                    reason,
                ))?;
            let url = format!(
                "{}/accounts/{}/k8s/v1/apps/{}/appBackups/{}", client.baseurl,
                encode_path(& account_id.to_string()), encode_path(& app_id.to_string()),
                encode_path(& app_backup_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .delete(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map);
            crate::exchange::empty("app_backup_delete_for_app", request).await
        }
    }
    /**Builder for [`Client::app_snap_list_for_app`]

[`Client::app_snap_list_for_app`]: super::Client::app_snap_list_for_app*/
    #[derive(Debug, Clone)]
    pub struct AppSnapListForApp<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        app_id: Result<::uuid::Uuid, String>,
        continue_: Result<Option<::std::string::String>, String>,
        include: Result<Option<::std::string::String>, String>,
        limit: Result<Option<::std::num::NonZeroU64>, String>,
    }
    impl<'a> AppSnapListForApp<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                app_id: Err("app_id was not initialized".to_string()),
                continue_: Ok(None),
                include: Ok(None),
                limit: Ok(None),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn app_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_id failed".to_string()
                });
            self
        }
        pub fn continue_<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.continue_ = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for continue_ failed"
                        .to_string()
                });
            self
        }
        pub fn include<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.include = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for include failed"
                        .to_string()
                });
            self
        }
        pub fn limit<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU64>,
        {
            self.limit = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU64` for limit failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps`
        pub async fn send(self) -> Result<ResponseValue<types::AppSnapList>, Error> {
            let Self { client, account_id, app_id, continue_, include, limit } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request(
                    "app_snap_list_for_app",
                    reason,
                ))?;
            let app_id = app_id
                .map_err(|reason| Error::invalid_request(
                    "app_snap_list_for_app",
                    reason,
                ))?;
            let continue_ = continue_
                .map_err(|reason| Error::invalid_request(
                    "app_snap_list_for_app",
                    reason,
                ))?;
            let include = include
                .map_err(|reason| Error::invalid_request(
                    "app_snap_list_for_app",
                    reason,
                ))?;
            let limit = limit
                .map_err(|reason| Error::invalid_request(
                    "app_snap_list_for_app",
                    reason,
                ))?;
            let url = format!(
                "{}/accounts/{}/k8s/v1/apps/{}/appSnaps", client.baseurl, encode_path(&
                account_id.to_string()), encode_path(& app_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("continue", &continue_))
                .query(&progenitor_client::QueryParam::new("include", &include))
                .query(&progenitor_client::QueryParam::new("limit", &limit))
                .headers(header_map);
            crate::exchange::json("app_snap_list_for_app", request).await
        }
    }
    /**Builder for [`Client::app_snap_create_for_app`]

[`Client::app_snap_create_for_app`]: super::Client::app_snap_create_for_app*/
    #[derive(Debug, Clone)]
    pub struct AppSnapCreateForApp<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        app_id: Result<::uuid::Uuid, String>,
        body: Result<types::builder::AppSnapCreate, String>,
    }
    impl<'a> AppSnapCreateForApp<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                app_id: Err("app_id was not initialized".to_string()),
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn app_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_id failed".to_string()
                });
            self
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::AppSnapCreate>,
            <V as std::convert::TryInto<types::AppSnapCreate>>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `AppSnapCreate` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::AppSnapCreate,
            ) -> types::builder::AppSnapCreate,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps`
        pub async fn send(self) -> Result<ResponseValue<types::AppSnap>, Error> {
            let Self { client, account_id, app_id, body } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request(
                    "app_snap_create_for_app",
                    reason,
                ))?;
            let app_id = app_id
                .map_err(|reason| Error::invalid_request(
                    "app_snap_create_for_app",
                    reason,
                ))?;
            let body = body
                .and_then(|v| {
                    types::AppSnapCreate::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(|reason| Error::invalid_request(
                    "app_snap_create_for_app",
                    reason,
                ))?;
            let url = format!(
                "{}/accounts/{}/k8s/v1/apps/{}/appSnaps", client.baseurl, encode_path(&
                account_id.to_string()), encode_path(& app_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .headers(header_map);
            crate::exchange::json("app_snap_create_for_app", request).await
        }
    }
    /**Builder for [`Client::app_snap_fetch_for_app`]

[`Client::app_snap_fetch_for_app`]: super::Client::app_snap_fetch_for_app*/
    #[derive(Debug, Clone)]
    pub struct AppSnapFetchForApp<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        app_id: Result<::uuid::Uuid, String>,
        app_snap_id: Result<::uuid::Uuid, String>,
    }
    impl<'a> AppSnapFetchForApp<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                app_id: Err("app_id was not initialized".to_string()),
                app_snap_id: Err("app_snap_id was not initialized".to_string()),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn app_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_id failed".to_string()
                });
            self
        }
        pub fn app_snap_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_snap_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_snap_id failed".to_string()
                });
            self
        }
        ///Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps/{appSnap_id}`
        pub async fn send(self) -> Result<ResponseValue<types::AppSnap>, Error> {
            let Self { client, account_id, app_id, app_snap_id } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request(
                    "app_snap_fetch_for_app",
                    reason,
                ))?;
            let app_id = app_id
                .map_err(|reason| Error::invalid_request(
                    "app_snap_fetch_for_app",
                    reason,
                ))?;
            let app_snap_id = app_snap_id
                .map_err(|reason| Error::invalid_request(
                    "app_snap_fetch_for_app",
                    reason,
                ))?;
            let url = format!(
                "{}/accounts/{}/k8s/v1/apps/{}/appSnaps/{}", client.baseurl,
                encode_path(& account_id.to_string()), encode_path(& app_id.to_string()),
                encode_path(& app_snap_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map);
            crate::exchange::json("app_snap_fetch_for_app", request).await
        }
    }
    /**Builder for [`Client::app_snap_delete_for_app`]

[`Client::app_snap_delete_for_app`]: super::Client::app_snap_delete_for_app*/
    #[derive(Debug, Clone)]
    pub struct AppSnapDeleteForApp<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        app_id: Result<::uuid::Uuid, String>,
        app_snap_id: Result<::uuid::Uuid, String>,
    }
    impl<'a> AppSnapDeleteForApp<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                app_id: Err("app_id was not initialized".to_string()),
                app_snap_id: Err("app_snap_id was not initialized".to_string()),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn app_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_id failed".to_string()
                });
            self
        }
        pub fn app_snap_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_snap_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_snap_id failed".to_string()
                });
            self
        }
        ///Sends a `DELETE` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps/{appSnap_id}`
        pub async fn send(self) -> Result<ResponseValue<()>, Error> {
            let Self { client, account_id, app_id, app_snap_id } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request(
                    "app_snap_delete_for_app",
                    reason,
                ))?;
            let app_id = app_id
                .map_err(|reason| Error::invalid_request(
                    "app_snap_delete_for_app",
                    reason,
                ))?;
            let app_snap_id = app_snap_id
                .map_err(|reason| Error::invalid_request(
                    "app_snap_delete_for_app",
                    reason,
                ))?;
            let url = format!(
                "{}/accounts/{}/k8s/v1/apps/{}/appSnaps/{}", client.baseurl,
                encode_path(& account_id.to_string()), encode_path(& app_id.to_string()),
                encode_path(& app_snap_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .delete(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map);
            crate::exchange::empty("app_snap_delete_for_app", request).await
        }
    }
    /**Builder for [`Client::app_list`]

[`Client::app_list`]: super::Client::app_list*/
    #[derive(Debug, Clone)]
    pub struct AppList<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        continue_: Result<Option<::std::string::String>, String>,
        include: Result<Option<::std::string::String>, String>,
        limit: Result<Option<::std::num::NonZeroU64>, String>,
    }
    impl<'a> AppList<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                continue_: Ok(None),
                include: Ok(None),
                limit: Ok(None),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn continue_<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.continue_ = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for continue_ failed"
                        .to_string()
                });
            self
        }
        pub fn include<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.include = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for include failed"
                        .to_string()
                });
            self
        }
        pub fn limit<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU64>,
        {
            self.limit = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU64` for limit failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/accounts/{account_id}/k8s/v2/apps`
        pub async fn send(self) -> Result<ResponseValue<types::AppList>, Error> {
            let Self { client, account_id, continue_, include, limit } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request("app_list", reason))?;
            let continue_ = continue_
                .map_err(|reason| Error::invalid_request("app_list", reason))?;
            let include = include
                .map_err(|reason| Error::invalid_request("app_list", reason))?;
            let limit = limit
                .map_err(|reason| Error::invalid_request("app_list", reason))?;
            let url = format!(
                "{}/accounts/{}/k8s/v2/apps", client.baseurl, encode_path(& account_id
                .to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("continue", &continue_))
                .query(&progenitor_client::QueryParam::new("include", &include))
                .query(&progenitor_client::QueryParam::new("limit", &limit))
                .headers(header_map);
            crate::exchange::json("app_list", request).await
        }
    }
    /**Builder for [`Client::app_fetch`]

[`Client::app_fetch`]: super::Client::app_fetch*/
    #[derive(Debug, Clone)]
    pub struct AppFetch<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        app_id: Result<::uuid::Uuid, String>,
    }
    impl<'a> AppFetch<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                app_id: Err("app_id was not initialized".to_string()),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn app_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_id failed".to_string()
                });
            self
        }
        ///Sends a `GET` request to `/accounts/{account_id}/k8s/v2/apps/{app_id}`
        pub async fn send(self) -> Result<ResponseValue<types::App>, Error> {
            let Self { client, account_id, app_id } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request("app_fetch", reason))?;
            let app_id = app_id
                .map_err(|reason| Error::invalid_request("app_fetch", reason))?;
            let url = format!(
                "{}/accounts/{}/k8s/v2/apps/{}", client.baseurl, encode_path(& account_id
                .to_string()), encode_path(& app_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .headers(header_map);
            crate::exchange::json("app_fetch", request).await
        }
    }
    /**Builder for [`Client::app_update`]

[`Client::app_update`]: super::Client::app_update*/
    #[derive(Debug, Clone)]
    pub struct AppUpdate<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        app_id: Result<::uuid::Uuid, String>,
        force_update: Result<::std::string::String, String>,
        body: Result<types::builder::AppUpdate, String>,
    }
    impl<'a> AppUpdate<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                app_id: Err("app_id was not initialized".to_string()),
                force_update: Err("force_update was not initialized".to_string()),
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn app_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_id failed".to_string()
                });
            self
        }
        pub fn force_update<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.force_update = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for force_update failed"
                        .to_string()
                });
            self
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::AppUpdate>,
            <V as std::convert::TryInto<types::AppUpdate>>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `AppUpdate` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(types::builder::AppUpdate) -> types::builder::AppUpdate,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `PUT` request to `/accounts/{account_id}/k8s/v2/apps/{app_id}`
        pub async fn send(self) -> Result<ResponseValue<()>, Error> {
            let Self { client, account_id, app_id, force_update, body } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request("app_update", reason))?;
            let app_id = app_id
                .map_err(|reason| Error::invalid_request("app_update", reason))?;
            let force_update = force_update
                .map_err(|reason| Error::invalid_request("app_update", reason))?;
            let body = body
                .and_then(|v| types::AppUpdate::try_from(v).map_err(|e| e.to_string()))
                .map_err(|reason| Error::invalid_request("app_update", reason))?;
            let url = format!(
                "{}/accounts/{}/k8s/v2/apps/{}", client.baseurl, encode_path(& account_id
                .to_string()), encode_path(& app_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
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
            let request = client
                .client
                .put(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .headers(header_map);
            crate::exchange::empty("app_update", request).await
        }
    }
    /**Builder for [`Client::app_schedule_list_for_app`]

[`Client::app_schedule_list_for_app`]: super::Client::app_schedule_list_for_app*/
    #[derive(Debug, Clone)]
    pub struct AppScheduleListForApp<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        app_id: Result<::uuid::Uuid, String>,
        continue_: Result<Option<::std::string::String>, String>,
        include: Result<Option<::std::string::String>, String>,
        limit: Result<Option<::std::num::NonZeroU64>, String>,
    }
    impl<'a> AppScheduleListForApp<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                app_id: Err("app_id was not initialized".to_string()),
                continue_: Ok(None),
                include: Ok(None),
                limit: Ok(None),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn app_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.app_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for app_id failed".to_string()
                });
            self
        }
        pub fn continue_<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.continue_ = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for continue_ failed"
                        .to_string()
                });
            self
        }
        pub fn include<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.include = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for include failed"
                        .to_string()
                });
            self
        }
        pub fn limit<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU64>,
        {
            self.limit = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU64` for limit failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/accounts/{account_id}/k8s/v1/apps/{app_id}/schedules`
        pub async fn send(self) -> Result<ResponseValue<types::ScheduleList>, Error> {
            let Self { client, account_id, app_id, continue_, include, limit } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request(
                    "app_schedule_list_for_app",
                    reason,
                ))?;
            let app_id = app_id
                .map_err(|reason| Error::invalid_request(
                    "app_schedule_list_for_app",
                    reason,
                ))?;
            let continue_ = continue_
                .map_err(|reason| Error::invalid_request(
                    "app_schedule_list_for_app",
                    reason,
                ))?;
            let include = include
                .map_err(|reason| Error::invalid_request(
                    "app_schedule_list_for_app",
                    reason,
                ))?;
            let limit = limit
                .map_err(|reason| Error::invalid_request(
                    "app_schedule_list_for_app",
                    reason,
                ))?;
            let url = format!(
                "{}/accounts/{}/k8s/v1/apps/{}/schedules", client.baseurl, encode_path(&
                account_id.to_string()), encode_path(& app_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("continue", &continue_))
                .query(&progenitor_client::QueryParam::new("include", &include))
                .query(&progenitor_client::QueryParam::new("limit", &limit))
                .headers(header_map);
            crate::exchange::json("app_schedule_list_for_app", request).await
        }
    }
    /**Builder for [`Client::bucket_list`]

[`Client::bucket_list`]: super::Client::bucket_list*/
    #[derive(Debug, Clone)]
    pub struct BucketList<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        continue_: Result<Option<::std::string::String>, String>,
        include: Result<Option<::std::string::String>, String>,
        limit: Result<Option<::std::num::NonZeroU64>, String>,
    }
    impl<'a> BucketList<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                continue_: Ok(None),
                include: Ok(None),
                limit: Ok(None),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn continue_<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.continue_ = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for continue_ failed"
                        .to_string()
                });
            self
        }
        pub fn include<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.include = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for include failed"
                        .to_string()
                });
            self
        }
        pub fn limit<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU64>,
        {
            self.limit = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU64` for limit failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/accounts/{account_id}/topology/v1/buckets`
        pub async fn send(self) -> Result<ResponseValue<types::BucketList>, Error> {
            let Self { client, account_id, continue_, include, limit } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request("bucket_list", reason))?;
            let continue_ = continue_
                .map_err(|reason| Error::invalid_request("bucket_list", reason))?;
            let include = include
                .map_err(|reason| Error::invalid_request("bucket_list", reason))?;
            let limit = limit
                .map_err(|reason| Error::invalid_request("bucket_list", reason))?;
            let url = format!(
                "{}/accounts/{}/topology/v1/buckets", client.baseurl, encode_path(&
                account_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("continue", &continue_))
                .query(&progenitor_client::QueryParam::new("include", &include))
                .query(&progenitor_client::QueryParam::new("limit", &limit))
                .headers(header_map);
            crate::exchange::json("bucket_list", request).await
        }
    }
    /**Builder for [`Client::cloud_list`]

[`Client::cloud_list`]: super::Client::cloud_list*/
    #[derive(Debug, Clone)]
    pub struct CloudList<'a> {
        client: &'a super::Client,
        account_id: Result<::uuid::Uuid, String>,
        continue_: Result<Option<::std::string::String>, String>,
        include: Result<Option<::std::string::String>, String>,
        limit: Result<Option<::std::num::NonZeroU64>, String>,
    }
    impl<'a> CloudList<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                account_id: Err("account_id was not initialized".to_string()),
                continue_: Ok(None),
                include: Ok(None),
                limit: Ok(None),
            }
        }
        pub fn account_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::uuid::Uuid>,
        {
            self.account_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: uuid :: Uuid` for account_id failed".to_string()
                });
            self
        }
        pub fn continue_<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.continue_ = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for continue_ failed"
                        .to_string()
                });
            self
        }
        pub fn include<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.include = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for include failed"
                        .to_string()
                });
            self
        }
        pub fn limit<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU64>,
        {
            self.limit = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU64` for limit failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/accounts/{account_id}/topology/v1/clouds`
        pub async fn send(self) -> Result<ResponseValue<types::CloudList>, Error> {
            let Self { client, account_id, continue_, include, limit } = self;
            let account_id = account_id
                .map_err(|reason| Error::invalid_request("cloud_list", reason))?;
            let continue_ = continue_
                .map_err(|reason| Error::invalid_request("cloud_list", reason))?;
            let include = include
                .map_err(|reason| Error::invalid_request("cloud_list", reason))?;
            let limit = limit
                .map_err(|reason| Error::invalid_request("cloud_list", reason))?;
            let url = format!(
                "{}/accounts/{}/topology/v1/clouds", client.baseurl, encode_path(&
                account_id.to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("continue", &continue_))
                .query(&progenitor_client::QueryParam::new("include", &include))
                .query(&progenitor_client::QueryParam::new("limit", &limit))
                .headers(header_map);
            crate::exchange::json("cloud_list", request).await
        }
    }
    /**Builder for [`Client::account_list`]

[`Client::account_list`]: super::Client::account_list*/
    #[derive(Debug, Clone)]
    pub struct AccountList<'a> {
        client: &'a super::Client,
        continue_: Result<Option<::std::string::String>, String>,
        include: Result<Option<::std::string::String>, String>,
        limit: Result<Option<::std::num::NonZeroU64>, String>,
    }
    impl<'a> AccountList<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                continue_: Ok(None),
                include: Ok(None),
                limit: Ok(None),
            }
        }
        pub fn continue_<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.continue_ = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for continue_ failed"
                        .to_string()
                });
            self
        }
        pub fn include<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.include = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for include failed"
                        .to_string()
                });
            self
        }
        pub fn limit<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU64>,
        {
            self.limit = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU64` for limit failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/accounts`
        pub async fn send(self) -> Result<ResponseValue<types::AccountList>, Error> {
            let Self { client, continue_, include, limit } = self;
            let continue_ = continue_
                .map_err(|reason| Error::invalid_request("account_list", reason))?;
            let include = include
                .map_err(|reason| Error::invalid_request("account_list", reason))?;
            let limit = limit
                .map_err(|reason| Error::invalid_request("account_list", reason))?;
            let url = format!("{}/accounts", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            let request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("continue", &continue_))
                .query(&progenitor_client::QueryParam::new("include", &include))
                .query(&progenitor_client::QueryParam::new("limit", &limit))
                .headers(header_map);
            crate::exchange::json("account_list", request).await
        }
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
            app_snap_create_for_app($crate::types::AppSnapCreate) -> $crate::types::AppSnap;
            app_snap_list_for_app() -> $crate::types::AppSnapList;
            app_snap_fetch_for_app() -> $crate::types::AppSnap;
            app_snap_delete_for_app();
            app_list() -> $crate::types::AppList;
            app_fetch() -> $crate::types::App;
            app_update($crate::types::AppUpdate);
            app_schedule_list_for_app() -> $crate::types::ScheduleList;
            bucket_list() -> $crate::types::BucketList;
            cloud_list() -> $crate::types::CloudList;
            account_list() -> $crate::types::AccountList;
        }
    };
}
