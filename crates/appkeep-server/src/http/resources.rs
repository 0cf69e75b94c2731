//! The parts of the handlers of backups and snapshots that are the same for both.

use appkeep_api::formats::{Identifier, Parsed};
use appkeep_api::params::{NoQuery, QueryParams};
use appkeep_core::ids::{BackupKind, SnapshotKind};
use appkeep_core::resource::{Kind, Resource};
use appkeep_core::service::ResourceRef;
use http::StatusCode;
use http::header::LOCATION;

use super::call::{Answered, Call, PathIds};
use super::item::Single;
use super::problem::Rejected;

/// A kind of resource in paths.
pub(super) trait PathKind: Kind {
    /// The part of the path that precedes the id.
    const COLLECTION: &'static str;
    /// The name of the id.
    const ID: &'static str;
}

impl PathKind for BackupKind {
    const COLLECTION: &'static str = "appBackups";
    const ID: &'static str = "appBackup_id";
}

impl PathKind for SnapshotKind {
    const COLLECTION: &'static str = "appSnaps";
    const ID: &'static str = "appSnap_id";
}

/// Returns the resource in a path, within the app if the path names one.
pub(super) fn in_path<K: PathKind>(
    app_id: Option<Parsed<Identifier>>,
    id: Parsed<Identifier>,
    query: QueryParams<NoQuery>,
) -> Result<ResourceRef<K>, Rejected> {
    let request = ids_in_path(app_id, id)?;
    query.0.map_err(Rejected::Query).map(|_| request)
}

/// Returns the resource in a path whose query is parsed elsewhere.
pub(super) fn ids_in_path<K: PathKind>(
    app_id: Option<Parsed<Identifier>>,
    id: Parsed<Identifier>,
) -> Result<ResourceRef<K>, Rejected> {
    let mut ids = PathIds::default();
    let app_id = app_id.map(|app_id| ids.read("app_id", app_id));
    let id = ids.read(K::ID, id);
    ids.accept(ResourceRef { app_id, id })
}

/// Responds with a new resource and its path.
pub(super) fn created<K: PathKind>(call: &Call<'_>, resource: &Resource<K>) -> Answered
where
    Resource<K>: Single,
{
    let location = format!(
        "/accounts/{}/k8s/v1/apps/{}/{}/{}",
        resource.account_id,
        resource.app_id,
        K::COLLECTION,
        resource.id
    );
    Ok(call
        .one(StatusCode::CREATED, resource)?
        .with_header(LOCATION, &location))
}
