//! The resources that are responses or items of lists, and their wire types.

use std::fmt::Display;

use appkeep_api::app::{AppListType, AppVersion};
use appkeep_api::app_backup::{AppBackupListType, AppBackupVersion};
use appkeep_api::app_snap::{AppSnapListType, AppSnapVersion};
use appkeep_api::app_summary::{AppSummaryListType, AppSummaryVersion};
use appkeep_core::app::AppView;
use appkeep_core::app_backup::AppBackup;
use appkeep_core::app_restore::AppRestore;
use appkeep_core::app_snapshot::AppSnapshot;
use appkeep_core::app_summary::AppSummary;
use appkeep_core::listing::Listed;
use serde::Serialize;

use super::{to_wire, to_wire_summary};

/// A resource with a wire type.
pub(super) trait OnWire {
    /// The resource's type on the wire.
    type Wire: Serialize;

    /// Converts the resource to its wire type. Fails when the store holds a value that the contract forbids.
    fn wire(&self) -> Result<Self::Wire, String>;
}

/// A resource with its own media type.
pub(super) trait Single: OnWire {
    /// The media type of a single resource.
    const VENDOR_TYPE: &'static str;

    /// Returns the id and the generation, which identify the state of the resource.
    fn tag(&self) -> (impl Display, i64);
}

/// A resource that can be an item of a list of any length.
pub(super) trait Item: OnWire + Listed + Sync + 'static {
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

impl OnWire for AppBackup {
    type Wire = appkeep_api::app_backup::AppBackup;

    fn wire(&self) -> Result<Self::Wire, String> {
        to_wire::app_backup(self)
    }
}

impl Single for AppBackup {
    const VENDOR_TYPE: &'static str = "application/astra-appBackup+json";

    fn tag(&self) -> (impl Display, i64) {
        (self.id, self.generation)
    }
}

impl Item for AppSnapshot {
    type ListType = AppSnapListType;
    type Version = AppSnapVersion;

    const LIST: (AppSnapListType, AppSnapVersion) = (AppSnapListType::AppSnaps, AppSnapVersion::V1_2);
}

impl OnWire for AppSnapshot {
    type Wire = appkeep_api::app_snap::AppSnap;

    fn wire(&self) -> Result<Self::Wire, String> {
        to_wire::app_snapshot(self)
    }
}

impl Single for AppSnapshot {
    const VENDOR_TYPE: &'static str = "application/astra-appSnap+json";

    fn tag(&self) -> (impl Display, i64) {
        (self.id, self.generation)
    }
}

impl Item for AppView {
    type ListType = AppListType;
    type Version = AppVersion;

    const LIST: (AppListType, AppVersion) = (AppListType::Apps, AppVersion::V2_2);
}

impl OnWire for AppView {
    type Wire = appkeep_api::app::App;

    fn wire(&self) -> Result<Self::Wire, String> {
        to_wire::app(self)
    }
}

impl Single for AppView {
    const VENDOR_TYPE: &'static str = "application/astra-app+json";

    fn tag(&self) -> (impl Display, i64) {
        (self.app.id, self.generation)
    }
}

impl OnWire for AppRestore {
    type Wire = appkeep_api::app_restore::AppRestore;

    fn wire(&self) -> Result<Self::Wire, String> {
        to_wire::app_restore(self)
    }
}

impl Single for AppRestore {
    const VENDOR_TYPE: &'static str = "application/astra-appRestore+json";

    fn tag(&self) -> (impl Display, i64) {
        (self.id, self.generation)
    }
}

impl Item for AppSummary {
    type ListType = AppSummaryListType;
    type Version = AppSummaryVersion;

    const LIST: (AppSummaryListType, AppSummaryVersion) =
        (AppSummaryListType::AppSummaries, AppSummaryVersion::V1_0);
}

impl OnWire for AppSummary {
    type Wire = appkeep_api::app_summary::AppSummary;

    fn wire(&self) -> Result<Self::Wire, String> {
        to_wire_summary::app_summary(self)
    }
}
