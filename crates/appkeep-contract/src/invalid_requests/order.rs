//! The order of checks: if a request has several errors, the response is about the first one.

use super::Mutation as M;
use super::{ExistingResource, InvalidRequest, Mutation, Operations as On, Problem, extension};

/// An invalid request and its place in the order.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RankedRequest {
    /// Lower ranks are checked first; equal ranks have no order among themselves.
    pub rank: u32,
    /// The request.
    pub request: InvalidRequest,
}

const fn ranked(
    rank: u32,
    what: &'static str,
    operations: On,
    mutations: &'static [Mutation],
    status: u16,
    problem: Problem,
    invalid: &'static [&'static str],
) -> RankedRequest {
    RankedRequest {
        rank,
        request: extension(what, operations, mutations, status, problem, invalid),
    }
}

const BACKUP: On = On::Only("app_backup_create_for_app");
const NEW_SCHEDULE: On = On::Only("app_schedule_create_for_app");
const RESTORE: On = On::Only("app_update");
const IN_ACCOUNT: On = On::InPath("account_id");

/// The possible errors of a request, in the order of checks.
#[rustfmt::skip]
pub const ORDER: &[RankedRequest] = &[
    ranked(0, "method", On::Every, &[M::Method("PATCH")],
        405, Problem::Numbers(&[69]), &[]),
    ranked(1, "no token", On::Every, &[M::NoToken],
        401, Problem::Numbers(&[3]), &[]),
    ranked(1, "unknown token", On::Every, &[M::UnknownToken],
        401, Problem::Numbers(&[4]), &[]),
    ranked(2, "malformed account", IN_ACCOUNT, &[M::RawId("account_id", "x")],
        400, Problem::Numbers(&[33]), &["account_id"]),
    ranked(3, "foreign account", IN_ACCOUNT, &[M::ForeignToken],
        403, Problem::Numbers(&[11]), &[]),
    ranked(3, "role too low", On::Writes, &[M::ViewerToken],
        403, Problem::Numbers(&[11]), &[]),
    ranked(4, "unknown account", IN_ACCOUNT, &[M::OperatorToken, M::UnknownAccount],
        404, Problem::NotFound, &[]),
    ranked(5, "malformed app", On::InPath("app_id"), &[M::RawId("app_id", "x")],
        400, Problem::Numbers(&[35]), &["app_id"]),
    ranked(5, "malformed backup", On::InPath("appBackup_id"), &[M::RawId("appBackup_id", "x")],
        400, Problem::Numbers(&[35]), &["appBackup_id"]),
    ranked(5, "malformed snapshot", On::InPath("appSnap_id"), &[M::RawId("appSnap_id", "x")],
        400, Problem::Numbers(&[35]), &["appSnap_id"]),
    ranked(6, "bad parameter", On::InQuery("limit"), &[M::RawQuery("limit=0")],
        400, Problem::Numbers(&[5]), &["limit"]),
    ranked(6, "unknown parameter", On::WithoutQuery, &[M::RawQuery("limit=0")],
        400, Problem::Numbers(&[6]), &["limit"]),
    ranked(7, "no header", RESTORE, &[M::ForceUpdate(None)],
        403, Problem::Numbers(&[79]), &["ForceUpdate"]),
    ranked(7, "another header", RESTORE, &[M::ForceUpdate(Some("no"))],
        400, Problem::Numbers(&[12]), &["ForceUpdate"]),
    ranked(8, "media type", On::WithBody, &[M::ContentType("text/plain")],
        415, Problem::Unnumbered, &["the body"]),
    ranked(9, "too large", On::WithBody, &[M::PadTo(1024 * 1024 + 1)],
        413, Problem::Numbers(&[85]), &["the body"]),
    ranked(10, "not JSON", On::WithBody, &[M::Append("x")],
        400, Problem::Numbers(&[7]), &["the body"]),
    ranked(11, "unknown member", On::WithBody, &[M::Member("colour", "1")],
        400, Problem::Numbers(&[8]), &["colour"]),
    ranked(12, "label twice", On::Creates, &[M::Labels(r#"[{"name": "a", "value": "b"}, {"name": "a", "value": "b"}]"#)],
        400, Problem::Numbers(&[9]), &["metadata.labels[1].name"]),
    ranked(12, "no source", RESTORE, &[M::Without("backupID")],
        400, Problem::Numbers(&[9]), &["backupID", "snapshotID"]),
    ranked(13, "unknown app", On::InPath("app_id"), &[M::UnknownApp],
        404, Problem::NotFound, &[]),
    ranked(14, "unknown resource", On::OneResource, &[M::UnknownResource],
        404, Problem::NotFound, &[]),
    ranked(15, "unknown bucket", BACKUP, &[M::UnknownId("bucketID")],
        400, Problem::Numbers(&[108]), &["bucketID"]),
    ranked(15, "unknown snapshot", BACKUP, &[M::UnknownId("snapshotID")],
        400, Problem::Numbers(&[46]), &["snapshotID"]),
    ranked(15, "another app's snapshot", BACKUP, &[M::MemberOf("snapshotID", ExistingResource::SnapshotOfOtherApp)],
        403, Problem::Numbers(&[47]), &["snapshotID"]),
    ranked(15, "unknown source", RESTORE, &[M::UnknownId("backupID")],
        400, Problem::Numbers(&[9]), &["backupID"]),
    ranked(15, "rule of schedules", NEW_SCHEDULE, &[M::Member("hour", r#""5""#)],
        400, Problem::Numbers(&[9]), &["hour"]),
    ranked(16, "name of a schedule in use", NEW_SCHEDULE, &[],
        409, Problem::Numbers(&[10]), &["name"]),
    ranked(16, "configured schedule", On::Only("app_schedule_update_for_app"), &[],
        409, Problem::Unnumbered, &[]),
    ranked(16, "configured schedule", On::Only("app_schedule_delete_for_app"), &[],
        409, Problem::Unnumbered, &[]),
    ranked(16, "pending source", RESTORE, &[],
        409, Problem::Numbers(&[111]), &["backupID"]),
    ranked(16, "name in use", On::Creates, &[M::Member("name", r#""taken""#)],
        409, Problem::Numbers(&[10]), &["name"]),
    ranked(16, "pending snapshot", BACKUP, &[M::MemberOf("snapshotID", ExistingResource::PendingSnapshot)],
        409, Problem::Numbers(&[111]), &["snapshotID"]),
];
