//! References in the body that can't be used, and conflicts.

use super::Mutation as M;
use super::{Existing, InvalidRequest, Operations as On, Problem, own};

pub(super) const ALL: &[&[InvalidRequest]] = &[ROWS];

const BACKUP: On = On::Only("app_backup_create_for_app");

/// References and conflicts.
#[rustfmt::skip]
const ROWS: &[InvalidRequest] = &[
    own("an unknown bucket", BACKUP,
        &[M::UnknownId("bucketID")], 400, Problem::Numbers(&[108]), &["bucketID"]),
    own("another account's bucket", BACKUP,
        &[M::MemberOf("bucketID", Existing::ForeignBucket)], 400, Problem::Numbers(&[108]), &["bucketID"]),
    own("an app as the bucket", BACKUP,
        &[M::MemberOf("bucketID", Existing::App)], 400, Problem::Numbers(&[108]), &["bucketID"]),
    own("an unknown snapshot", BACKUP,
        &[M::UnknownId("snapshotID")], 400, Problem::Numbers(&[46]), &["snapshotID"]),
    own("another account's snapshot", BACKUP,
        &[M::MemberOf("snapshotID", Existing::ForeignSnapshot)], 400, Problem::Numbers(&[46]), &["snapshotID"]),
    own("a backup as the snapshot", BACKUP,
        &[M::MemberOf("snapshotID", Existing::Backup)], 400, Problem::Numbers(&[46]), &["snapshotID"]),
    own("another app's snapshot", BACKUP,
        &[M::MemberOf("snapshotID", Existing::SnapshotOfOtherApp)], 403, Problem::Numbers(&[47]), &["snapshotID"]),
    own("a pending snapshot", BACKUP,
        &[M::MemberOf("snapshotID", Existing::PendingSnapshot)], 409, Problem::Numbers(&[111]), &["snapshotID"]),
    own("a name that is in use", On::Creates,
        &[M::Member("name", r#""taken""#)], 409, Problem::Numbers(&[10]), &["name"]),
    own("a pending backup", On::Only("app_backup_delete"),
        &[], 409, Problem::Numbers(&[128]), &[]),
    own("a pending backup", On::Only("app_backup_delete_for_app"),
        &[], 409, Problem::Numbers(&[128]), &[]),
    own("a snapshot that a backup reads", On::Only("app_snap_delete_for_app"),
        &[], 409, Problem::Numbers(&[144]), &[]),
];
