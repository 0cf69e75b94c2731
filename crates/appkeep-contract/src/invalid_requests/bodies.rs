//! Invalid bodies: media type, size, JSON, members.

use super::Mutation as M;
use super::{InvalidRequest, Operations as On, Problem, own};

pub(super) const ALL: &[&[InvalidRequest]] = &[MEDIA_TYPES, NOT_JSON, SHAPES, REPEATED, TOO_LARGE, NAMES];

const BACKUP: On = On::Only("app_backup_create_for_app");
const SNAPSHOT: On = On::Only("app_snap_create_for_app");

/// The largest body, in bytes.
const BYTES_MAX: usize = 1024 * 1024;

const BODY: &[&str] = &["the body"];

/// Bodies of another media type.
#[rustfmt::skip]
const MEDIA_TYPES: &[InvalidRequest] = &[
    own("the media type that curl sends by default", On::Creates,
        &[M::ContentType("application/x-www-form-urlencoded")], 415, Problem::Unnumbered, BODY),
    own("a form", On::Creates,
        &[M::ContentType("multipart/form-data; boundary=x")], 415, Problem::Unnumbered, BODY),
    own("plain text", On::Creates,
        &[M::ContentType("text/plain")], 415, Problem::Unnumbered, BODY),
    own("JSON as text", On::Creates,
        &[M::ContentType("text/json")], 415, Problem::Unnumbered, BODY),
    own("any JSON", On::Creates,
        &[M::ContentType("application/*")], 415, Problem::Unnumbered, BODY),
    own("YAML", On::Creates,
        &[M::ContentType("application/yaml")], 415, Problem::Unnumbered, BODY),
    own("a problem", On::Creates,
        &[M::ContentType("application/problem+json")], 415, Problem::Unnumbered, BODY),
    own("JSON of another vendor", On::Creates,
        &[M::ContentType("application/vnd.other+json")], 415, Problem::Unnumbered, BODY),
    own("a list", On::Creates,
        &[M::ContentType("application/astra-appBackups+json")], 415, Problem::Unnumbered, BODY),
    own("the vendor's type without its suffix", BACKUP,
        &[M::ContentType("application/astra-appBackup")], 415, Problem::Unnumbered, BODY),
    own("a snapshot's type for a backup", BACKUP,
        &[M::ContentType("application/astra-appSnap+json")], 415, Problem::Unnumbered, BODY),
    own("a backup's type for a snapshot", SNAPSHOT,
        &[M::ContentType("application/astra-appBackup+json")], 415, Problem::Unnumbered, BODY),
    own("two types", On::Creates,
        &[M::ContentType("application/json, text/plain")], 415, Problem::Unnumbered, BODY),
    own("an empty type", On::Creates,
        &[M::ContentType("")], 415, Problem::Unnumbered, BODY),
    own("no type", On::Creates,
        &[M::ContentType(";charset=utf-8")], 415, Problem::Unnumbered, BODY),
    own("a type that isn't UTF-8", On::Creates,
        &[M::ContentTypeBytes(b"application/json\xff")], 415, Problem::Unnumbered, BODY),
];

/// Bodies that aren't JSON.
#[rustfmt::skip]
const NOT_JSON: &[InvalidRequest] = &[
    own("nothing", On::Creates,
        &[M::Body("")], 400, Problem::Numbers(&[7]), BODY),
    own("no body", On::Creates,
        &[M::NoBody], 400, Problem::Numbers(&[7]), BODY),
    own("blanks", On::Creates,
        &[M::Body(" \r\n\t")], 400, Problem::Numbers(&[7]), BODY),
    own("a brace", On::Creates,
        &[M::Body("{")], 400, Problem::Numbers(&[7]), BODY),
    own("a body without its last byte", On::Creates,
        &[M::CutBody], 400, Problem::Numbers(&[7]), BODY),
    own("half a body", On::Creates,
        &[M::HalfBody], 400, Problem::Numbers(&[7]), BODY),
    own("text after the body", On::Creates,
        &[M::Append(" x")], 400, Problem::Numbers(&[7]), BODY),
    own("two bodies", On::Creates,
        &[M::BodyTwice], 400, Problem::Numbers(&[7]), BODY),
    own("a byte order mark", On::Creates,
        &[M::Prepend("\u{feff}")], 400, Problem::Numbers(&[7]), BODY),
    own("a NUL after the body", On::Creates,
        &[M::Append("\0")], 400, Problem::Numbers(&[7]), BODY),
    own("a comment", On::Creates,
        &[M::Append(" // a comment")], 400, Problem::Numbers(&[7]), BODY),
    own("a trailing comma", On::Creates,
        &[M::Replace("}", ",}")], 400, Problem::Numbers(&[7]), BODY),
    own("single quotes", On::Creates,
        &[M::Replace("\"", "'")], 400, Problem::Numbers(&[7]), BODY),
    own("members without quotes", On::Creates,
        &[M::Body("{type: 1}")], 400, Problem::Numbers(&[7]), BODY),
    own("a form", On::Creates,
        &[M::Body("type=application%2Fastra-appBackup&version=1.1")], 400, Problem::Numbers(&[7]), BODY),
    own("XML", On::Creates,
        &[M::Body("<type/>")], 400, Problem::Numbers(&[7]), BODY),
    own("not a number", On::Creates,
        &[M::Body("NaN")], 400, Problem::Numbers(&[7]), BODY),
    own("bytes that aren't UTF-8", On::Creates,
        &[M::BodyBytes(b"{\"name\":\"\xff\"}")], 400, Problem::Numbers(&[7]), BODY),
    own("UTF-16", On::Creates,
        &[M::BodyBytes(b"{\0}\0")], 400, Problem::Numbers(&[7]), BODY),
    own("half a character", On::Creates,
        &[M::Members(r#""name":"\ud800""#)], 400, Problem::Numbers(&[7]), BODY),
    own("a line break in a string", On::Creates,
        &[M::Members("\"name\":\"a\nb\"")], 400, Problem::Numbers(&[7]), BODY),
    own("100,000 nested arrays", On::Creates,
        &[M::NestedArrays(100_000, false)], 400, Problem::Numbers(&[7]), BODY),
    own("500 nested arrays", On::Creates,
        &[M::NestedArrays(500, true)], 400, Problem::Numbers(&[7]), BODY),
];

/// Bodies of another shape.
#[rustfmt::skip]
const SHAPES: &[InvalidRequest] = &[
    // The body as a whole.
    own("an array", On::Creates,
        &[M::Body("[]")], 400, Problem::Numbers(&[8]), BODY),
    own("an array of the members", On::Creates,
        &[M::Body(r#"["application/astra-appBackup","1.1"]"#)], 400, Problem::Numbers(&[8]), BODY),
    own("an object in an array", On::Creates,
        &[M::Prepend("["), M::Append("]")], 400, Problem::Numbers(&[8]), BODY),
    own("null", On::Creates,
        &[M::Body("null")], 400, Problem::Numbers(&[8]), BODY),
    own("a number", On::Creates,
        &[M::Body("1")], 400, Problem::Numbers(&[8]), BODY),
    own("a string", On::Creates,
        &[M::Body("\"{}\"")], 400, Problem::Numbers(&[8]), BODY),
    own("an empty object", On::Creates,
        &[M::Body("{}")], 400, Problem::Numbers(&[8]), &["type", "version"]),
    // Members that are missing, unknown or null.
    own("no type", On::Creates,
        &[M::Without("type")], 400, Problem::Numbers(&[8]), &["type"]),
    own("no version", On::Creates,
        &[M::Without("version")], 400, Problem::Numbers(&[8]), &["version"]),
    own("a null type", On::Creates,
        &[M::Member("type", "null")], 400, Problem::Numbers(&[8]), &["type"]),
    own("a null version", On::Creates,
        &[M::Member("version", "null")], 400, Problem::Numbers(&[8]), &["version"]),
    own("a null name", On::Creates,
        &[M::Member("name", "null")], 400, Problem::Numbers(&[8]), &["name"]),
    own("null metadata", On::Creates,
        &[M::Member("metadata", "null")], 400, Problem::Numbers(&[8]), &["metadata"]),
    own("a null bucket", BACKUP,
        &[M::Member("bucketID", "null")], 400, Problem::Numbers(&[8]), &["bucketID"]),
    own("a null snapshot", BACKUP,
        &[M::Member("snapshotID", "null")], 400, Problem::Numbers(&[8]), &["snapshotID"]),
    own("an unknown member", On::Creates,
        &[M::Member("colour", r#""red""#)], 400, Problem::Numbers(&[8]), &["colour"]),
    own("an unknown member that is null", On::Creates,
        &[M::Member("colour", "null")], 400, Problem::Numbers(&[8]), &["colour"]),
    own("an unknown member without name", On::Creates,
        &[M::Member("", "1")], 400, Problem::Numbers(&[8]), &[""]),
    own("a member that only responses have", On::Creates,
        &[M::Member("id", r#""54fe651d-3d3b-5fa8-b85c-5db757885ff3""#)], 400, Problem::Numbers(&[8]), &["id"]),
    own("the state", On::Creates,
        &[M::Member("state", r#""completed""#)], 400, Problem::Numbers(&[8]), &["state"]),
    own("a schedule", On::Creates,
        &[M::Member("scheduleID", r#""54fe651d-3d3b-5fa8-b85c-5db757885ff3""#)], 400, Problem::Numbers(&[8]), &["scheduleID"]),
    own("a backup's member for a snapshot", SNAPSHOT,
        &[M::Member("bucketID", r#""54fe651d-3d3b-5fa8-b85c-5db757885ff3""#)], 400, Problem::Numbers(&[8]), &["bucketID"]),
    own("member names are case-sensitive", On::Creates,
        &[M::Member("Name", r#""a""#)], 400, Problem::Numbers(&[8]), &["Name"]),
    own("every unknown member is named", On::Creates,
        &[M::Member("colour", "1"), M::Member("size", "[]")], 400, Problem::Numbers(&[8]), &["colour", "size"]),
    own("deep below an unknown member", On::Creates,
        &[M::NestedArrays(100, true)], 400, Problem::Numbers(&[8]), &["x"]),
    // Type and version.
    own("another kind's type", BACKUP,
        &[M::Member("type", r#""application/astra-appSnap""#)], 400, Problem::Numbers(&[8]), &["type"]),
    own("another kind's type", SNAPSHOT,
        &[M::Member("type", r#""application/astra-appBackup""#)], 400, Problem::Numbers(&[8]), &["type"]),
    own("the media type as the type", BACKUP,
        &[M::Member("type", r#""application/astra-appBackup+json""#)], 400, Problem::Numbers(&[8]), &["type"]),
    own("an unknown version", On::Creates,
        &[M::Member("version", r#""9.9""#)], 400, Problem::Numbers(&[8]), &["version"]),
    own("a version as a number", On::Creates,
        &[M::Member("version", "1.1")], 400, Problem::Numbers(&[8]), &["version"]),
    own("a snapshot's newest version for a backup", BACKUP,
        &[M::Member("version", r#""1.2""#)], 400, Problem::Numbers(&[8]), &["version"]),
    own("every wrong type and every wrong value is named", On::Creates,
        &[M::Member("version", "[]"), M::Member("name", "5"), M::Without("type")], 400, Problem::Numbers(&[8]), &["type", "version", "name"]),
    // Ids.
    own("a malformed bucket", BACKUP,
        &[M::Member("bucketID", r#""local""#)], 400, Problem::Numbers(&[8]), &["bucketID"]),
    own("a bucket in upper case", BACKUP,
        &[M::Member("bucketID", r#""54FE651D-3D3B-5FA8-B85C-5DB757885FF3""#)], 400, Problem::Numbers(&[8]), &["bucketID"]),
    own("a bucket that is a number", BACKUP,
        &[M::Member("bucketID", "7")], 400, Problem::Numbers(&[8]), &["bucketID"]),
    own("a malformed snapshot", BACKUP,
        &[M::Member("snapshotID", r#""""#)], 400, Problem::Numbers(&[8]), &["snapshotID"]),
    own("a snapshot without hyphens", BACKUP,
        &[M::Member("snapshotID", r#""54fe651d3d3b5fa8b85c5db757885ff3""#)], 400, Problem::Numbers(&[8]), &["snapshotID"]),
    own("a snapshot that is an object", BACKUP,
        &[M::Member("snapshotID", r#"{"id": "54fe651d-3d3b-5fa8-b85c-5db757885ff3"}"#)], 400, Problem::Numbers(&[8]), &["snapshotID"]),
];

/// Bodies with repeated members.
#[rustfmt::skip]
const REPEATED: &[InvalidRequest] = &[
    own("the type twice", BACKUP,
        &[M::Members(r#""type":"application/astra-appBackup""#)], 400, Problem::Numbers(&[8]), &["type"]),
    own("the name twice", On::Creates,
        &[M::Members(r#""name":"a","name":"b""#)], 400, Problem::Numbers(&[8]), &["name"]),
    own("the same name twice", On::Creates,
        &[M::Members(r#""name":"a","name":"a""#)], 400, Problem::Numbers(&[8]), &["name"]),
    own("the name twice, once escaped", On::Creates,
        &[M::Members(r#""name":"a","n\u0061me":"b""#)], 400, Problem::Numbers(&[8]), &["name"]),
    own("a bad name, then a good one", On::Creates,
        &[M::Members(r#""name":5,"name":"b""#)], 400, Problem::Numbers(&[8]), &["name"]),
    own("the metadata twice", On::Creates,
        &[M::Members(r#""metadata":{"labels":[]},"metadata":{"labels":[]}"#)], 400, Problem::Numbers(&[8]), &["metadata"]),
    own("the labels twice", On::Creates,
        &[M::Members(r#""metadata":{"labels":[],"labels":[]}"#)], 400, Problem::Numbers(&[8]), &["metadata.labels"]),
    own("a label's name twice", On::Creates,
        &[M::Members(r#""metadata":{"labels":[{"name":"a","value":"b"},{"name":"c","value":"d","name":"e"}]}"#)], 400, Problem::Numbers(&[8]), &["metadata.labels[1].name"]),
];

/// Bodies at the limit of 1 MiB.
#[rustfmt::skip]
const TOO_LARGE: &[InvalidRequest] = &[
    own("a byte more than 1 MiB", On::Creates,
        &[M::PadTo(BYTES_MAX + 1)], 413, Problem::Numbers(&[85]), BODY),
    own("4,096 bytes more than 1 MiB", On::Creates,
        &[M::PadTo(BYTES_MAX + 4096)], 413, Problem::Numbers(&[85]), BODY),
    own("too many bytes that aren't JSON", On::Creates,
        &[M::LongBody(BYTES_MAX + 1)], 413, Problem::Numbers(&[85]), BODY),
    own("1 MiB that isn't JSON", On::Creates,
        &[M::LongBody(BYTES_MAX)], 400, Problem::Numbers(&[7]), BODY),
    own("1 MiB of one label's value", On::Creates,
        &[M::LongLabel(BYTES_MAX - 200)], 400, Problem::Numbers(&[8]), &["metadata.labels[0].value", "metadata.labels[0].colour"]),
];

macro_rules! names {
    ($($name:literal,)*) => {
        &[$(own(
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
