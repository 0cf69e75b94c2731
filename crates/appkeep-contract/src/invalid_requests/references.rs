//! References in the body that can't be used, and conflicts.

use super::Mutation as M;
use super::{ExistingResource, InvalidRequest, Operations as On, Problem, extension};

pub(super) const ALL: &[&[InvalidRequest]] = &[ROWS];

const BACKUP: On = On::Only("app_backup_create_for_app");

/// References and conflicts.
#[rustfmt::skip]
const ROWS: &[InvalidRequest] = &[
    extension("an unknown bucket", BACKUP,
        &[M::UnknownId("bucketID")], 400, Problem::Numbers(&[108]), &["bucketID"]),
    extension("another account's bucket", BACKUP,
        &[M::MemberOf("bucketID", ExistingResource::ForeignBucket)], 400, Problem::Numbers(&[108]), &["bucketID"]),
    extension("an app as the bucket", BACKUP,
        &[M::MemberOf("bucketID", ExistingResource::App)], 400, Problem::Numbers(&[108]), &["bucketID"]),
    extension("an unknown snapshot", BACKUP,
        &[M::UnknownId("snapshotID")], 400, Problem::Numbers(&[46]), &["snapshotID"]),
    extension("another account's snapshot", BACKUP,
        &[M::MemberOf("snapshotID", ExistingResource::ForeignSnapshot)], 400, Problem::Numbers(&[46]), &["snapshotID"]),
    extension("a backup as the snapshot", BACKUP,
        &[M::MemberOf("snapshotID", ExistingResource::Backup)], 400, Problem::Numbers(&[46]), &["snapshotID"]),
    extension("another app's snapshot", BACKUP,
        &[M::MemberOf("snapshotID", ExistingResource::SnapshotOfOtherApp)], 403, Problem::Numbers(&[47]), &["snapshotID"]),
    extension("a pending snapshot", BACKUP,
        &[M::MemberOf("snapshotID", ExistingResource::PendingSnapshot)], 409, Problem::Numbers(&[111]), &["snapshotID"]),
    extension("a name that is in use", On::Creates,
        &[M::Member("name", r#""taken""#)], 409, Problem::Numbers(&[10]), &["name"]),
    extension("a pending backup", On::Only("app_backup_delete"),
        &[], 409, Problem::Numbers(&[128]), &[]),
    extension("a pending backup", On::Only("app_backup_delete_for_app"),
        &[], 409, Problem::Numbers(&[128]), &[]),
    extension("a snapshot that a backup reads", On::Only("app_snap_delete_for_app"),
        &[], 409, Problem::Numbers(&[144]), &[]),
];
