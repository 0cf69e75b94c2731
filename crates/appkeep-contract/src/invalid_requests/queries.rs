//! Invalid query parameters: unknown, repeated, or with invalid values.

use super::Mutation as M;
use super::{InvalidRequest, Operations as On, Problem, extension};

pub(super) const ALL: &[&[InvalidRequest]] = &[LIMIT, INCLUDE, CONTINUE, ROWS];

/// A valid continue token, twice.
const TOKEN_TWICE: &str = "continue=000000000000000000000000000000000000000000000000\
                           &continue=000000000000000000000000000000000000000000000000";

/// Invalid values of a parameter, percent-encoded.
macro_rules! values {
    ($name:literal: $($value:literal,)*) => {
        &[$(extension(
            concat!("an invalid value: ", $name, "=", $value), On::InQuery($name),
            &[M::RawQuery(concat!($name, "=", $value))], 400, Problem::Numbers(&[5]), &[$name],
        ),)*]
    };
}

#[rustfmt::skip]
const LIMIT: &[InvalidRequest] = values! { "limit":
    "", "0", "00", "01", "-1", "%2B1", "1.0", "1e3", "0x10", "1_000", "many", "%201", "1%20", "1%0A", "1,2",
    "null", "%D9%A1", "%zz", "%FF",
};

#[rustfmt::skip]
const INCLUDE: &[InvalidRequest] = values! { "include":
    "", ",", "id,", ",id", "id,,name", "ID", "Id", "id%20name", "id,%20name", "id;name", "surprise",
    "id,surprise", "id,id", "id,name,type,name", "id,name%0A", "metadata.labels", "*", "null", "%00", "%FF",
};

#[rustfmt::skip]
const CONTINUE: &[InvalidRequest] = values! { "continue":
    "", "surprise", "0", "null", "%00", "%FF", "00000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000", "00000000000000000000000000000000000000000000000g",
    "00000000000000000000000000000000000000000000000A", "+00000000000000000000000000000000000000000000000",
};

/// Unknown and repeated parameters.
#[rustfmt::skip]
const ROWS: &[InvalidRequest] = &[
    extension("an unknown parameter", On::Every,
        &[M::RawQuery("colour=red")], 400, Problem::Numbers(&[6]), &["colour"]),
    extension("an unknown parameter without value", On::Every,
        &[M::RawQuery("colour")], 400, Problem::Numbers(&[6]), &["colour"]),
    extension("a parameter without name", On::Every,
        &[M::RawQuery("=red")], 400, Problem::Numbers(&[6]), &[""]),
    extension("names are case-sensitive", On::Every,
        &[M::RawQuery("Limit=1")], 400, Problem::Numbers(&[6]), &["Limit"]),
    extension("a name that is escaped", On::Every,
        &[M::RawQuery("col%6Fur=red")], 400, Problem::Numbers(&[6]), &["colour"]),
    extension("a name that isn't UTF-8", On::Every,
        &[M::RawQuery("%FF=1")], 400, Problem::Numbers(&[6]), &["\u{fffd}"]),
    extension("every unknown parameter is named", On::Every,
        &[M::RawQuery("colour=red&size=5&colour=blue")], 400, Problem::Numbers(&[6]), &["colour", "size", "colour"]),
    extension("a list's parameter elsewhere", On::WithoutQuery,
        &[M::RawQuery("limit=1")], 400, Problem::Numbers(&[6]), &["limit"]),
    extension("a list's parameters elsewhere, one repeated", On::WithoutQuery,
        &[M::RawQuery("limit=1&include=id&limit=1")], 400, Problem::Numbers(&[6]), &["limit", "include", "limit"]),
    extension("a repeated limit", On::InQuery("limit"),
        &[M::RawQuery("limit=1&limit=2")], 400, Problem::Numbers(&[5]), &["limit"]),
    extension("a repeated limit with the same value", On::InQuery("limit"),
        &[M::RawQuery("limit=1&limit=1")], 400, Problem::Numbers(&[5]), &["limit"]),
    extension("a repeated limit of which one is escaped", On::InQuery("limit"),
        &[M::RawQuery("limit=1&l%69mit=1")], 400, Problem::Numbers(&[5]), &["limit"]),
    extension("a repeated include", On::InQuery("include"),
        &[M::RawQuery("include=id&include=name")], 400, Problem::Numbers(&[5]), &["include"]),
    extension("a repeated continue", On::InQuery("continue"),
        &[M::RawQuery(TOKEN_TWICE)], 400, Problem::Numbers(&[5]), &["continue"]),
    extension("every bad value is named", On::InQuery("include"),
        &[M::RawQuery("limit=0&include=surprise&continue=x")], 400, Problem::Numbers(&[5]), &["limit", "include", "continue"]),
    extension("a bad value beside an unknown parameter", On::InQuery("limit"),
        &[M::RawQuery("colour=red&limit=0")], 400, Problem::Numbers(&[5]), &["limit", "colour"]),
    extension("a field that only backups have", On::Only("app_snap_list_for_app"),
        &[M::RawQuery("include=bucketID")], 400, Problem::Numbers(&[5]), &["include"]),
    extension("a field that only snapshots have", On::Only("app_list"),
        &[M::RawQuery("include=snapshotAppAsset")], 400, Problem::Numbers(&[5]), &["include"]),
    extension("a field that only snapshots have", On::Only("app_backup_list_for_app"),
        &[M::RawQuery("include=snapshotAppAsset")], 400, Problem::Numbers(&[5]), &["include"]),
    extension("257 fields", On::InQuery("include"),
        &[M::RepeatedField(257)], 400, Problem::Numbers(&[5]), &["include"]),
];
