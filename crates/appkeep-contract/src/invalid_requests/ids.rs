//! Malformed and unknown ids in the path.

use super::Mutation as M;
use super::{ExistingResource, InvalidRequest, Operations as On, Problem, extension};

pub(super) const ALL: &[&[InvalidRequest]] = &[ACCOUNTS, APPS, BACKUPS, SNAPSHOTS, ROWS];

/// Malformed ids, percent-encoded.
#[rustfmt::skip]
macro_rules! malformed {
    ($name:literal, $number:literal) => {
        &[
            extension("a word", On::InPath($name), &[M::RawId($name, "not-an-id")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("a number", On::InPath($name), &[M::RawId($name, "1")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("a blank", On::InPath($name), &[M::RawId($name, "%20")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("upper case", On::InPath($name), &[M::RawId($name, "8A02EBD9-3A5D-4B1F-9C5E-7D1F0B0F6A11")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("one letter in upper case", On::InPath($name), &[M::RawId($name, "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6A11")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("no hyphens", On::InPath($name), &[M::RawId($name, "8a02ebd93a5d4b1f9c5e7d1f0b0f6a11")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("hyphens in the wrong places", On::InPath($name), &[M::RawId($name, "8a02ebd93-a5d-4b1f-9c5e-7d1f0b0f6a11")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("a digit too few", On::InPath($name), &[M::RawId($name, "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a1")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("a digit too many", On::InPath($name), &[M::RawId($name, "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a111")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("a letter that isn't a hex digit", On::InPath($name), &[M::RawId($name, "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a1g")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("braces", On::InPath($name), &[M::RawId($name, "%7B8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11%7D")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("a URN", On::InPath($name), &[M::RawId($name, "urn:uuid:8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("a blank before it", On::InPath($name), &[M::RawId($name, "%208a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("a line break after it", On::InPath($name), &[M::RawId($name, "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a11%0A")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("a slash in it", On::InPath($name), &[M::RawId($name, "8a02ebd9%2F3a5d-4b1f-9c5e-7d1f0b0f6a11")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("a NUL in it", On::InPath($name), &[M::RawId($name, "8a02ebd9-3a5d-4b1f-9c5e-7d1f0b0f6a1%00")], 400, Problem::Numbers(&[$number]), &[$name]),
            extension("non-ASCII letters", On::InPath($name), &[M::RawId($name, "8a02ebd9-3a5d-4b1f-9c5e-%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4")], 400, Problem::Numbers(&[$number]), &[$name]),
        ]
    };
}

const ACCOUNTS: &[InvalidRequest] = malformed!("account_id", 33);
const APPS: &[InvalidRequest] = malformed!("app_id", 35);
const BACKUPS: &[InvalidRequest] = malformed!("appBackup_id", 35);
const SNAPSHOTS: &[InvalidRequest] = malformed!("appSnap_id", 35);

/// Well-formed ids of resources that don't exist in the account or the app.
#[rustfmt::skip]
const ROWS: &[InvalidRequest] = &[
    extension("every malformed id is named", On::Only("app_backup_fetch_for_app"),
        &[M::RawId("app_id", "x"), M::RawId("appBackup_id", "y")], 400, Problem::Numbers(&[35]), &["app_id", "appBackup_id"]),
    extension("every malformed id is named", On::Only("app_snap_delete_for_app"),
        &[M::RawId("app_id", "x"), M::RawId("appSnap_id", "y")], 400, Problem::Numbers(&[35]), &["app_id", "appSnap_id"]),
    extension("an unknown app", On::InPath("app_id"),
        &[M::UnknownApp], 404, Problem::NotFound, &[]),
    extension("the nil id is an id", On::InPath("app_id"),
        &[M::RawId("app_id", "00000000-0000-0000-0000-000000000000")], 404, Problem::NotFound, &[]),
    extension("another account's app", On::InPath("app_id"),
        &[M::ForeignApp], 404, Problem::NotFound, &[]),
    extension("an unknown resource", On::OneResource,
        &[M::UnknownResource], 404, Problem::NotFound, &[]),
    extension("another account's backup", On::InPath("appBackup_id"),
        &[M::IdOf("appBackup_id", ExistingResource::ForeignBackup)], 404, Problem::NotFound, &[]),
    extension("another account's snapshot", On::InPath("appSnap_id"),
        &[M::IdOf("appSnap_id", ExistingResource::ForeignSnapshot)], 404, Problem::NotFound, &[]),
    extension("another account's app and its backup", On::InPath("appBackup_id"),
        &[M::ForeignApp, M::IdOf("appBackup_id", ExistingResource::ForeignBackup)], 404, Problem::NotFound, &[]),
    extension("a snapshot id for a backup", On::InPath("appBackup_id"),
        &[M::IdOf("appBackup_id", ExistingResource::Snapshot)], 404, Problem::NotFound, &[]),
    extension("a backup id for a snapshot", On::InPath("appSnap_id"),
        &[M::IdOf("appSnap_id", ExistingResource::Backup)], 404, Problem::NotFound, &[]),
    extension("another app's backup", On::Only("app_backup_fetch_for_app"),
        &[M::OtherApp], 404, Problem::NotFound, &[]),
    extension("another app's backup", On::Only("app_backup_delete_for_app"),
        &[M::OtherApp], 404, Problem::NotFound, &[]),
    extension("another app's snapshot", On::InPath("appSnap_id"),
        &[M::OtherApp], 404, Problem::NotFound, &[]),
];
