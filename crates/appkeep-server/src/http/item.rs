//! The resources that are responses or items of lists, and their wire types.

use std::fmt::Display;

use appkeep_api::app::{AppListType, AppVersion};
use appkeep_api::app_backup::{AppBackupListType, AppBackupVersion};
use appkeep_api::app_snap::{AppSnapListType, AppSnapVersion};
use appkeep_core::app::AppView;
use appkeep_core::app_backup::AppBackup;
use appkeep_core::app_restore::AppRestore;
use appkeep_core::app_snapshot::AppSnapshot;
use appkeep_core::listing::Listed;
use serde::Serialize;

use super::to_wire;

/// A resource with its own media type.
pub(super) trait Single {
    /// The resource's type on the wire.
    type Wire: Serialize;

    /// The media type of a single resource.
    const VENDOR_TYPE: &'static str;

    /// Converts the resource to its wire type. Fails when the store holds a value that the contract forbids.
    fn wire(&self) -> Result<Self::Wire, String>;

    /// Returns the id and the generation, which identify the state of the resource.
    fn tag(&self) -> (impl Display, i64);
}

/// A resource that can also be an item of a list of any length.
pub(super) trait Item: Single + Listed + Sync + 'static {
    /// The type and the version of a list.
    const LIST: (Self::ListType, Self::Version);

    /// The type of a list, on the wire.
    type ListType: Serialize;

    /// The version of the resource, on the wire.
    type Version: Serialize;
}

impl Item for AppBackup {
    type ListType = AppBackupListType;
    type Version = AppBackupVersion;

    const LIST: (AppBackupListType, AppBackupVersion) =
        (AppBackupListType::AppBackups, AppBackupVersion::V1_1);
}

impl Single for AppBackup {
    type Wire = appkeep_api::app_backup::AppBackup;

    const VENDOR_TYPE: &'static str = "application/astra-appBackup+json";

    fn wire(&self) -> Result<Self::Wire, String> {
        to_wire::app_backup(self)
    }

    fn tag(&self) -> (impl Display, i64) {
        (self.id, self.generation)
    }
}

impl Item for AppSnapshot {
    type ListType = AppSnapListType;
    type Version = AppSnapVersion;

    const LIST: (AppSnapListType, AppSnapVersion) = (AppSnapListType::AppSnaps, AppSnapVersion::V1_2);
}

impl Single for AppSnapshot {
    type Wire = appkeep_api::app_snap::AppSnap;

    const VENDOR_TYPE: &'static str = "application/astra-appSnap+json";

    fn wire(&self) -> Result<Self::Wire, String> {
        to_wire::app_snapshot(self)
    }

    fn tag(&self) -> (impl Display, i64) {
        (self.id, self.generation)
    }
}

impl Item for AppView {
    type ListType = AppListType;
    type Version = AppVersion;

    const LIST: (AppListType, AppVersion) = (AppListType::Apps, AppVersion::V2_2);
}

impl Single for AppView {
    type Wire = appkeep_api::app::App;

    const VENDOR_TYPE: &'static str = "application/astra-app+json";

    fn wire(&self) -> Result<Self::Wire, String> {
        to_wire::app(self)
    }

    fn tag(&self) -> (impl Display, i64) {
        (self.app.id, self.generation)
    }
}

impl Single for AppRestore {
    type Wire = appkeep_api::app_restore::AppRestore;

    const VENDOR_TYPE: &'static str = "application/astra-appRestore+json";

    fn wire(&self) -> Result<Self::Wire, String> {
        to_wire::app_restore(self)
    }

    fn tag(&self) -> (impl Display, i64) {
        (self.id, self.generation)
    }
}
