//! Invalid bodies: media type, size, JSON, members.

use super::Mutation as M;
use super::{InvalidRequest, Operations as On, Problem, extension};

pub(super) const ALL: &[&[InvalidRequest]] = &[MEDIA_TYPES, NOT_JSON, SHAPES, REPEATED, TOO_LARGE, NAMES];

const BACKUP: On = On::Only("app_backup_create_for_app");
const SNAPSHOT: On = On::Only("app_snap_create_for_app");

/// The largest body, in bytes.
const BYTES_MAX: usize = 1024 * 1024;

const BODY: &[&str] = &["the body"];

/// Bodies of another media type.
#[rustfmt::skip]
const MEDIA_TYPES: &[InvalidRequest] = &[
    extension("the media type that curl sends by default", On::Creates,
        &[M::ContentType("application/x-www-form-urlencoded")], 415, Problem::Unnumbered, BODY),
    extension("a form", On::Creates,
        &[M::ContentType("multipart/form-data; boundary=x")], 415, Problem::Unnumbered, BODY),
    extension("plain text", On::Creates,
        &[M::ContentType("text/plain")], 415, Problem::Unnumbered, BODY),
    extension("JSON as text", On::Creates,
        &[M::ContentType("text/json")], 415, Problem::Unnumbered, BODY),
    extension("any JSON", On::Creates,
        &[M::ContentType("application/*")], 415, Problem::Unnumbered, BODY),
    extension("YAML", On::Creates,
        &[M::ContentType("application/yaml")], 415, Problem::Unnumbered, BODY),
    extension("a problem", On::Creates,
        &[M::ContentType("application/problem+json")], 415, Problem::Unnumbered, BODY),
    extension("JSON of another vendor", On::Creates,
        &[M::ContentType("application/vnd.other+json")], 415, Problem::Unnumbered, BODY),
    extension("a list", On::Creates,
        &[M::ContentType("application/astra-appBackups+json")], 415, Problem::Unnumbered, BODY),
    extension("the vendor's type without its suffix", BACKUP,
        &[M::ContentType("application/astra-appBackup")], 415, Problem::Unnumbered, BODY),
    extension("a snapshot's type for a backup", BACKUP,
        &[M::ContentType("application/astra-appSnap+json")], 415, Problem::Unnumbered, BODY),
    extension("a backup's type for a snapshot", SNAPSHOT,
        &[M::ContentType("application/astra-appBackup+json")], 415, Problem::Unnumbered, BODY),
    extension("two types", On::Creates,
        &[M::ContentType("application/json, text/plain")], 415, Problem::Unnumbered, BODY),
    extension("an empty type", On::Creates,
        &[M::ContentType("")], 415, Problem::Unnumbered, BODY),
    extension("no type", On::Creates,
        &[M::ContentType(";charset=utf-8")], 415, Problem::Unnumbered, BODY),
    extension("a type that isn't UTF-8", On::Creates,
        &[M::ContentTypeBytes(b"application/json\xff")], 415, Problem::Unnumbered, BODY),
];

/// Bodies that aren't JSON.
#[rustfmt::skip]
const NOT_JSON: &[InvalidRequest] = &[
    extension("nothing", On::Creates,
        &[M::Body("")], 400, Problem::Numbers(&[7]), BODY),
    extension("no body", On::Creates,
        &[M::NoBody], 400, Problem::Numbers(&[7]), BODY),
    extension("blanks", On::Creates,
        &[M::Body(" \r\n\t")], 400, Problem::Numbers(&[7]), BODY),
    extension("a brace", On::Creates,
        &[M::Body("{")], 400, Problem::Numbers(&[7]), BODY),
    extension("a body without its last byte", On::Creates,
        &[M::CutBody], 400, Problem::Numbers(&[7]), BODY),
    extension("half a body", On::Creates,
        &[M::HalfBody], 400, Problem::Numbers(&[7]), BODY),
    extension("text after the body", On::Creates,
        &[M::Append(" x")], 400, Problem::Numbers(&[7]), BODY),
    extension("two bodies", On::Creates,
        &[M::BodyTwice], 400, Problem::Numbers(&[7]), BODY),
    extension("a byte order mark", On::Creates,
        &[M::Prepend("\u{feff}")], 400, Problem::Numbers(&[7]), BODY),
    extension("a NUL after the body", On::Creates,
        &[M::Append("\0")], 400, Problem::Numbers(&[7]), BODY),
    extension("a comment", On::Creates,
        &[M::Append(" // a comment")], 400, Problem::Numbers(&[7]), BODY),
    extension("a trailing comma", On::Creates,
        &[M::Replace("}", ",}")], 400, Problem::Numbers(&[7]), BODY),
    extension("single quotes", On::Creates,
        &[M::Replace("\"", "'")], 400, Problem::Numbers(&[7]), BODY),
    extension("members without quotes", On::Creates,
        &[M::Body("{type: 1}")], 400, Problem::Numbers(&[7]), BODY),
    extension("a form", On::Creates,
        &[M::Body("type=application%2Fastra-appBackup&version=1.1")], 400, Problem::Numbers(&[7]), BODY),
    extension("XML", On::Creates,
        &[M::Body("<type/>")], 400, Problem::Numbers(&[7]), BODY),
    extension("not a number", On::Creates,
        &[M::Body("NaN")], 400, Problem::Numbers(&[7]), BODY),
    extension("bytes that aren't UTF-8", On::Creates,
        &[M::BodyBytes(b"{\"name\":\"\xff\"}")], 400, Problem::Numbers(&[7]), BODY),
    extension("UTF-16", On::Creates,
        &[M::BodyBytes(b"{\0}\0")], 400, Problem::Numbers(&[7]), BODY),
    extension("half a character", On::Creates,
        &[M::Members(r#""name":"\ud800""#)], 400, Problem::Numbers(&[7]), BODY),
    extension("a line break in a string", On::Creates,
        &[M::Members("\"name\":\"a\nb\"")], 400, Problem::Numbers(&[7]), BODY),
    extension("100,000 nested arrays", On::Creates,
        &[M::NestedArrays(100_000, false)], 400, Problem::Numbers(&[7]), BODY),
    extension("500 nested arrays", On::Creates,
        &[M::NestedArrays(500, true)], 400, Problem::Numbers(&[7]), BODY),
];

/// Bodies of another shape.
#[rustfmt::skip]
const SHAPES: &[InvalidRequest] = &[
    // The body as a whole.
    extension("an array", On::Creates,
        &[M::Body("[]")], 400, Problem::Numbers(&[8]), BODY),
    extension("an array of the members", On::Creates,
        &[M::Body(r#"["application/astra-appBackup","1.1"]"#)], 400, Problem::Numbers(&[8]), BODY),
    extension("an object in an array", On::Creates,
        &[M::Prepend("["), M::Append("]")], 400, Problem::Numbers(&[8]), BODY),
    extension("null", On::Creates,
        &[M::Body("null")], 400, Problem::Numbers(&[8]), BODY),
    extension("a number", On::Creates,
        &[M::Body("1")], 400, Problem::Numbers(&[8]), BODY),
    extension("a string", On::Creates,
        &[M::Body("\"{}\"")], 400, Problem::Numbers(&[8]), BODY),
    extension("an empty object", On::Creates,
        &[M::Body("{}")], 400, Problem::Numbers(&[8]), &["type", "version"]),
    // Members that are missing, unknown or null.
    extension("no type", On::Creates,
        &[M::Without("type")], 400, Problem::Numbers(&[8]), &["type"]),
    extension("no version", On::Creates,
        &[M::Without("version")], 400, Problem::Numbers(&[8]), &["version"]),
    extension("a null type", On::Creates,
        &[M::Member("type", "null")], 400, Problem::Numbers(&[8]), &["type"]),
    extension("a null version", On::Creates,
        &[M::Member("version", "null")], 400, Problem::Numbers(&[8]), &["version"]),
    extension("a null name", On::Creates,
        &[M::Member("name", "null")], 400, Problem::Numbers(&[8]), &["name"]),
    extension("null metadata", On::Creates,
        &[M::Member("metadata", "null")], 400, Problem::Numbers(&[8]), &["metadata"]),
    extension("a null bucket", BACKUP,
        &[M::Member("bucketID", "null")], 400, Problem::Numbers(&[8]), &["bucketID"]),
    extension("a null snapshot", BACKUP,
        &[M::Member("snapshotID", "null")], 400, Problem::Numbers(&[8]), &["snapshotID"]),
    extension("an unknown member", On::Creates,
        &[M::Member("colour", r#""red""#)], 400, Problem::Numbers(&[8]), &["colour"]),
    extension("an unknown member that is null", On::Creates,
        &[M::Member("colour", "null")], 400, Problem::Numbers(&[8]), &["colour"]),
    extension("an unknown member without name", On::Creates,
        &[M::Member("", "1")], 400, Problem::Numbers(&[8]), &[""]),
    extension("a member that only responses have", On::Creates,
        &[M::Member("id", r#""54fe651d-3d3b-5fa8-b85c-5db757885ff3""#)], 400, Problem::Numbers(&[8]), &["id"]),
    extension("the state", On::Creates,
        &[M::Member("state", r#""completed""#)], 400, Problem::Numbers(&[8]), &["state"]),
    extension("a schedule", On::Creates,
        &[M::Member("scheduleID", r#""54fe651d-3d3b-5fa8-b85c-5db757885ff3""#)], 400, Problem::Numbers(&[8]), &["scheduleID"]),
    extension("a backup's member for a snapshot", SNAPSHOT,
        &[M::Member("bucketID", r#""54fe651d-3d3b-5fa8-b85c-5db757885ff3""#)], 400, Problem::Numbers(&[8]), &["bucketID"]),
    extension("member names are case-sensitive", On::Creates,
        &[M::Member("Name", r#""a""#)], 400, Problem::Numbers(&[8]), &["Name"]),
    extension("every unknown member is named", On::Creates,
        &[M::Member("colour", "1"), M::Member("size", "[]")], 400, Problem::Numbers(&[8]), &["colour", "size"]),
    extension("deep below an unknown member", On::Creates,
        &[M::NestedArrays(100, true)], 400, Problem::Numbers(&[8]), &["x"]),
    // Type and version.
    extension("another kind's type", BACKUP,
        &[M::Member("type", r#""application/astra-appSnap""#)], 400, Problem::Numbers(&[8]), &["type"]),
    extension("another kind's type", SNAPSHOT,
        &[M::Member("type", r#""application/astra-appBackup""#)], 400, Problem::Numbers(&[8]), &["type"]),
    extension("the media type as the type", BACKUP,
        &[M::Member("type", r#""application/astra-appBackup+json""#)], 400, Problem::Numbers(&[8]), &["type"]),
    extension("an unknown version", On::Creates,
        &[M::Member("version", r#""9.9""#)], 400, Problem::Numbers(&[8]), &["version"]),
    extension("a version as a number", On::Creates,
        &[M::Member("version", "1.1")], 400, Problem::Numbers(&[8]), &["version"]),
    extension("a snapshot's newest version for a backup", BACKUP,
        &[M::Member("version", r#""1.2""#)], 400, Problem::Numbers(&[8]), &["version"]),
    extension("every wrong type and every wrong value is named", On::Creates,
        &[M::Member("version", "[]"), M::Member("name", "5"), M::Without("type")], 400, Problem::Numbers(&[8]), &["type", "version", "name"]),
    // Ids.
    extension("a malformed bucket", BACKUP,
        &[M::Member("bucketID", r#""local""#)], 400, Problem::Numbers(&[8]), &["bucketID"]),
    extension("a bucket in upper case", BACKUP,
        &[M::Member("bucketID", r#""54FE651D-3D3B-5FA8-B85C-5DB757885FF3""#)], 400, Problem::Numbers(&[8]), &["bucketID"]),
    extension("a bucket that is a number", BACKUP,
        &[M::Member("bucketID", "7")], 400, Problem::Numbers(&[8]), &["bucketID"]),
    extension("a malformed snapshot", BACKUP,
        &[M::Member("snapshotID", r#""""#)], 400, Problem::Numbers(&[8]), &["snapshotID"]),
    extension("a snapshot without hyphens", BACKUP,
        &[M::Member("snapshotID", r#""54fe651d3d3b5fa8b85c5db757885ff3""#)], 400, Problem::Numbers(&[8]), &["snapshotID"]),
    extension("a snapshot that is an object", BACKUP,
        &[M::Member("snapshotID", r#"{"id": "54fe651d-3d3b-5fa8-b85c-5db757885ff3"}"#)], 400, Problem::Numbers(&[8]), &["snapshotID"]),
];

/// Bodies with repeated members.
#[rustfmt::skip]
const REPEATED: &[InvalidRequest] = &[
    extension("the type twice", BACKUP,
        &[M::Members(r#""type":"application/astra-appBackup""#)], 400, Problem::Numbers(&[8]), &["type"]),
    extension("the name twice", On::Creates,
        &[M::Members(r#""name":"a","name":"b""#)], 400, Problem::Numbers(&[8]), &["name"]),
    extension("the same name twice", On::Creates,
        &[M::Members(r#""name":"a","name":"a""#)], 400, Problem::Numbers(&[8]), &["name"]),
    extension("the name twice, once escaped", On::Creates,
        &[M::Members(r#""name":"a","n\u0061me":"b""#)], 400, Problem::Numbers(&[8]), &["name"]),
    extension("a bad name, then a good one", On::Creates,
        &[M::Members(r#""name":5,"name":"b""#)], 400, Problem::Numbers(&[8]), &["name"]),
    extension("the metadata twice", On::Creates,
        &[M::Members(r#""metadata":{"labels":[]},"metadata":{"labels":[]}"#)], 400, Problem::Numbers(&[8]), &["metadata"]),
    extension("the labels twice", On::Creates,
        &[M::Members(r#""metadata":{"labels":[],"labels":[]}"#)], 400, Problem::Numbers(&[8]), &["metadata.labels"]),
    extension("a label's name twice", On::Creates,
        &[M::Members(r#""metadata":{"labels":[{"name":"a","value":"b"},{"name":"c","value":"d","name":"e"}]}"#)], 400, Problem::Numbers(&[8]), &["metadata.labels[1].name"]),
];

/// Bodies at the limit of 1 MiB.
#[rustfmt::skip]
const TOO_LARGE: &[InvalidRequest] = &[
    extension("a byte more than 1 MiB", On::Creates,
        &[M::PadTo(BYTES_MAX + 1)], 413, Problem::Numbers(&[85]), BODY),
    extension("4,096 bytes more than 1 MiB", On::Creates,
        &[M::PadTo(BYTES_MAX + 4096)], 413, Problem::Numbers(&[85]), BODY),
    extension("too many bytes that aren't JSON", On::Creates,
        &[M::LongBody(BYTES_MAX + 1)], 413, Problem::Numbers(&[85]), BODY),
    extension("1 MiB that isn't JSON", On::Creates,
        &[M::LongBody(BYTES_MAX)], 400, Problem::Numbers(&[7]), BODY),
    extension("1 MiB of one label's value", On::Creates,
        &[M::LongLabel(BYTES_MAX - 200)], 400, Problem::Numbers(&[8]), &["metadata.labels[0].value", "metadata.labels[0].colour"]),
];

macro_rules! names {
    ($($name:literal,)*) => {
        &[$(extension(
            "a name that isn't a DNS label", On::Creates, &[M::Text("name", $name)],
            400, Problem::Numbers(&[8]), &["name"],
        ),)*]
    };
}

/// Names that aren't DNS labels.
#[rustfmt::skip]
const NAMES: &[InvalidRequest] = names! {
    "",
    "-",
    "-a",
    "a-",
    "A",
    "Nightly",
    "night_ly",
    "night.ly",
    "night ly",
    " nightly",
    "nightly ",
    "nightly\n",
    "\nnightly",
    "night\nly",
    "nightly\0",
    "night/ly",
    "../nightly",
    "näch",
    "ночь",
    "nighｔly",
    "night\u{301}ly",
    "1\u{661}",
    "a234567890b234567890c234567890d234567890e234567890f234567890abcd",
    "a234567890b234567890c234567890d234567890e234567890f234567890abc-",
};
