//! Request bodies: media type, size, JSON, shape, rules.

use appkeep_tests::{Ask, Payload};
use serde_json::{Value, json};

use super::On::{Creates, Only};
use super::{Row, Spoil, complaint, judge, row};
use crate::stage::Stage;

const BACKUP: super::On = Only("app_backup_create_for_app");
const SNAP: super::On = Only("app_snap_create_for_app");

/// The largest body, in bytes.
const BYTES_MAX: usize = 1024 * 1024;

const BODY: &[&str] = &["the body"];
/// Some id.
const ID: &str = "54fe651d-3d3b-5fa8-b85c-5db757885ff3";

fn media_type(ask: &mut Ask, media_type: &str) {
    ask.content_type = Some(media_type.as_bytes().to_vec());
}

fn labels(ask: &mut Ask, labels: Value) {
    ask.member("metadata", Value::from_iter([("labels", labels)]));
}

/// So many labels, each of which has a name and a value of so many characters.
fn sized_labels(count: usize, name_chars: usize, value: &str, value_chars: usize) -> Value {
    let label =
        |index: usize| json!({"name": format!("{index:0>name_chars$}"), "value": value.repeat(value_chars)});
    (0..count).map(label).collect()
}

/// Metadata that also has a member which only the server knows.
fn owned(ask: &mut Ask, name: &str, value: Value) {
    ask.member(
        "metadata",
        Value::from_iter([("labels", json!([])), (name, value)]),
    );
}

/// The body's bytes, with blanks in front until they are that many.
fn padded(ask: &mut Ask, bytes: usize) {
    let body = ask.bytes();
    let mut padded = vec![b' '; bytes - body.len()];
    padded.extend(body);
    ask.body = Payload::Bytes(padded);
}

/// The body as text, changed.
fn rewritten(ask: &mut Ask, rewrite: impl FnOnce(&str) -> String) {
    let body = String::from_utf8(ask.bytes()).expect("UTF-8");
    ask.text(rewrite(&body));
}

fn within(ask: &mut Ask, members: &str) {
    rewritten(ask, |body| format!("{},{members}}}", body.trim_end_matches('}')));
}

#[rustfmt::skip]
const MEDIA_TYPES: &[Row] = &[
    row("what curl sends unasked", Creates, |ask, _| media_type(ask, "application/x-www-form-urlencoded"),
        "415/-", BODY),
    row("a form", Creates, |ask, _| media_type(ask, "multipart/form-data; boundary=x"), "415/-", BODY),
    row("plain text", Creates, |ask, _| media_type(ask, "text/plain"), "415/-", BODY),
    row("JSON as text", Creates, |ask, _| media_type(ask, "text/json"), "415/-", BODY),
    row("any JSON", Creates, |ask, _| media_type(ask, "application/*"), "415/-", BODY),
    row("YAML", Creates, |ask, _| media_type(ask, "application/yaml"), "415/-", BODY),
    row("a problem", Creates, |ask, _| media_type(ask, "application/problem+json"), "415/-", BODY),
    row("JSON of another vendor", Creates, |ask, _| media_type(ask, "application/vnd.other+json"),
        "415/-", BODY),
    row("a list", Creates, |ask, _| media_type(ask, "application/astra-appBackups+json"), "415/-", BODY),
    row("the vendor's type without its suffix", BACKUP, |ask, _| media_type(ask, "application/astra-appBackup"),
        "415/-", BODY),
    row("a snapshot's type for a backup", BACKUP, |ask, _| media_type(ask, "application/astra-appSnap+json"),
        "415/-", BODY),
    row("a backup's type for a snapshot", SNAP, |ask, _| media_type(ask, "application/astra-appBackup+json"),
        "415/-", BODY),
    row("two types", Creates, |ask, _| media_type(ask, "application/json, text/plain"), "415/-", BODY),
    row("an empty type", Creates, |ask, _| media_type(ask, ""), "415/-", BODY),
    row("no type", Creates, |ask, _| media_type(ask, ";charset=utf-8"), "415/-", BODY),
    row("a type in broken bytes", Creates, |ask, _| ask.content_type = Some(b"application/json\xff".to_vec()),
        "415/-", BODY),
];

#[tokio::test]
async fn a_body_of_another_media_type_is_refused() {
    judge(&Stage::set().await, MEDIA_TYPES).await;
}

#[rustfmt::skip]
const NOT_JSON: &[Row] = &[
    row("nothing", Creates, |ask, _| ask.text(""), "400/7", BODY),
    row("no body", Creates, |ask, _| ask.body = Payload::None, "400/7", BODY),
    row("blanks", Creates, |ask, _| ask.text(" \r\n\t"), "400/7", BODY),
    row("a brace", Creates, |ask, _| ask.text("{"), "400/7", BODY),
    row("a body that breaks off", Creates, |ask, _| rewritten(ask, |body| body[..body.len() - 1].to_owned()),
        "400/7", BODY),
    row("a body that breaks off in a word", Creates, |ask, _| rewritten(ask, |body| body[..body.len() / 2].to_owned()),
        "400/7", BODY),
    row("text after the body", Creates, |ask, _| rewritten(ask, |body| format!("{body} x")), "400/7", BODY),
    row("two bodies", Creates, |ask, _| rewritten(ask, |body| format!("{body}{body}")), "400/7", BODY),
    row("a byte order mark", Creates, |ask, _| rewritten(ask, |body| format!("\u{feff}{body}")),
        "400/7", BODY),
    row("a NUL behind it", Creates, |ask, _| rewritten(ask, |body| format!("{body}\0")), "400/7", BODY),
    row("a comment", Creates, |ask, _| rewritten(ask, |body| format!("{body} // as I like it")),
        "400/7", BODY),
    row("a comma too many", Creates, |ask, _| rewritten(ask, |body| body.replace('}', ",}")), "400/7", BODY),
    row("single quotes", Creates, |ask, _| rewritten(ask, |body| body.replace('"', "'")), "400/7", BODY),
    row("members without quotes", Creates, |ask, _| ask.text("{type: 1}"), "400/7", BODY),
    row("a form", Creates, |ask, _| ask.text("type=application%2Fastra-appBackup&version=1.1"),
        "400/7", BODY),
    row("XML", Creates, |ask, _| ask.text("<type/>"), "400/7", BODY),
    row("not a number", Creates, |ask, _| ask.text("NaN"), "400/7", BODY),
    row("bytes that are no UTF-8", Creates, |ask, _| ask.text(b"{\"name\":\"\xff\"}".to_vec()),
        "400/7", BODY),
    row("UTF-16", Creates, |ask, _| ask.text(b"{\0}\0".to_vec()), "400/7", BODY),
    row("half a character", Creates, |ask, _| within(ask, r#""name":"\ud800""#), "400/7", BODY),
    row("a line break in a string", Creates, |ask, _| within(ask, "\"name\":\"a\nb\""), "400/7", BODY),
    row("deeper than anybody nests", Creates, |ask, _| within(ask, &format!(r#""x":{}"#, "[".repeat(100_000))),
        "400/7", BODY),
    row("deep and closed again", Creates, |ask, _| within(ask, &format!(r#""x":{}{}"#, "[".repeat(500), "]".repeat(500))),
        "400/7", BODY),
];

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    judge(&Stage::set().await, NOT_JSON).await;
}

#[rustfmt::skip]
const SHAPES: &[Row] = &[
    // The body as a whole.
    row("an array", Creates, |ask, _| ask.text("[]"), "400/8", BODY),
    row("an array of the members", Creates, |ask, _| ask.text(r#"["application/astra-appBackup","1.1"]"#),
        "400/8", BODY),
    row("an object in an array", Creates, |ask, _| rewritten(ask, |body| format!("[{body}]")), "400/8", BODY),
    row("null", Creates, |ask, _| ask.text("null"), "400/8", BODY),
    row("a number", Creates, |ask, _| ask.text("1"), "400/8", BODY),
    row("a string", Creates, |ask, _| ask.text("\"{}\""), "400/8", BODY),
    row("an empty object", Creates, |ask, _| ask.text("{}"), "400/8", &["type", "version"]),
    // Members that are missing, unknown or null.
    row("no type", Creates, |ask, _| ask.without("type"), "400/8", &["type"]),
    row("no version", Creates, |ask, _| ask.without("version"), "400/8", &["version"]),
    row("a null type", Creates, |ask, _| ask.member("type", Value::Null), "400/8", &["type"]),
    row("a null version", Creates, |ask, _| ask.member("version", Value::Null), "400/8", &["version"]),
    row("a null name", Creates, |ask, _| ask.member("name", Value::Null), "400/8", &["name"]),
    row("null metadata", Creates, |ask, _| ask.member("metadata", Value::Null), "400/8", &["metadata"]),
    row("a null bucket", BACKUP, |ask, _| ask.member("bucketID", Value::Null), "400/8", &["bucketID"]),
    row("a null snapshot", BACKUP, |ask, _| ask.member("snapshotID", Value::Null), "400/8", &["snapshotID"]),
    row("an unknown member", Creates, |ask, _| ask.member("colour", json!("red")), "400/8", &["colour"]),
    row("an unknown member that is null", Creates, |ask, _| ask.member("colour", Value::Null),
        "400/8", &["colour"]),
    row("an unknown member without name", Creates, |ask, _| ask.member("", json!(1)), "400/8", &[""]),
    row("a member of answers", Creates, |ask, _| ask.member("id", json!(ID)), "400/8", &["id"]),
    row("the state", Creates, |ask, _| ask.member("state", json!("completed")), "400/8", &["state"]),
    row("a schedule", Creates, |ask, _| ask.member("scheduleID", json!(ID)), "400/8", &["scheduleID"]),
    row("a backup's member for a snapshot", SNAP, |ask, _| ask.member("bucketID", json!(ID)),
        "400/8", &["bucketID"]),
    row("members are told apart by case", Creates, |ask, _| ask.member("Name", json!("a")),
        "400/8", &["Name"]),
    row("every unknown member is named", Creates, |ask, _| {
        ask.member("colour", json!(1));
        ask.member("size", json!([]));
    }, "400/8", &["colour", "size"]),
    row("deep below an unknown member", Creates, |ask, _| {
        within(ask, &format!(r#""x":{}{}"#, "[".repeat(100), "]".repeat(100)));
    }, "400/8", &["x"]),
    // Type and version.
    row("another kind's type", BACKUP, |ask, _| ask.member("type", json!("application/astra-appSnap")),
        "400/8", &["type"]),
    row("another kind's type", SNAP, |ask, _| ask.member("type", json!("application/astra-appBackup")),
        "400/8", &["type"]),
    row("the media type as the type", BACKUP, |ask, _| ask.member("type", json!("application/astra-appBackup+json")),
        "400/8", &["type"]),
    row("an unknown version", Creates, |ask, _| ask.member("version", json!("9.9")), "400/8", &["version"]),
    row("a version as a number", Creates, |ask, _| ask.member("version", json!(1.1)), "400/8", &["version"]),
    row("a snapshot's newest version for a backup", BACKUP, |ask, _| ask.member("version", json!("1.2")),
        "400/8", &["version"]),
    row("types that are wrong and values that are, all named", Creates, |ask, _| {
        ask.member("version", json!([]));
        ask.member("name", json!(5));
        ask.without("type");
    }, "400/8", &["type", "version", "name"]),
    // Ids.
    row("a malformed bucket", BACKUP, |ask, _| ask.member("bucketID", json!("local")),
        "400/8", &["bucketID"]),
    row("a bucket in upper case", BACKUP, |ask, _| ask.member("bucketID", json!("54FE651D-3D3B-5FA8-B85C-5DB757885FF3")),
        "400/8", &["bucketID"]),
    row("a bucket that is a number", BACKUP, |ask, _| ask.member("bucketID", json!(7)),
        "400/8", &["bucketID"]),
    row("a malformed snapshot", BACKUP, |ask, _| ask.member("snapshotID", json!("")),
        "400/8", &["snapshotID"]),
    row("a snapshot without hyphens", BACKUP, |ask, _| ask.member("snapshotID", json!("54fe651d3d3b5fa8b85c5db757885ff3")),
        "400/8", &["snapshotID"]),
    row("a snapshot that is an object", BACKUP, |ask, _| ask.member("snapshotID", json!({"id": ID})),
        "400/8", &["snapshotID"]),
    // Metadata and labels.
    row("metadata that is an array", Creates, |ask, _| ask.member("metadata", json!([])),
        "400/8", &["metadata"]),
    row("metadata that is an array of its members", Creates, |ask, _| ask.member("metadata", json!([[]])),
        "400/8", &["metadata"]),
    row("metadata that is a string", Creates, |ask, _| ask.member("metadata", json!("{}")),
        "400/8", &["metadata"]),
    row("metadata without labels", Creates, |ask, _| ask.member("metadata", json!({})),
        "400/8", &["metadata.labels"]),
    row("an unknown member of metadata", Creates, |ask, _| owned(ask, "colour", json!(1)),
        "400/8", &["metadata.colour"]),
    row("null labels", Creates, |ask, _| labels(ask, Value::Null), "400/8", &["metadata.labels"]),
    row("labels that are an object", Creates, |ask, _| labels(ask, json!({"a": "b"})),
        "400/8", &["metadata.labels"]),
    row("labels that are strings", Creates, |ask, _| labels(ask, json!(["a=b"])),
        "400/8", &["metadata.labels[0]"]),
    row("a label that is an array", Creates, |ask, _| labels(ask, json!([["a", "b"]])),
        "400/8", &["metadata.labels[0]"]),
    row("a null label", Creates, |ask, _| labels(ask, json!([null])), "400/8", &["metadata.labels[0]"]),
    row("a label without value", Creates, |ask, _| labels(ask, json!([{"name": "a"}])),
        "400/8", &["metadata.labels[0].value"]),
    row("a label without name", Creates, |ask, _| labels(ask, json!([{"value": "a"}])),
        "400/8", &["metadata.labels[0].name"]),
    row("the second label without value", Creates, |ask, _| {
        labels(ask, json!([{"name": "a", "value": "b"}, {"name": "c"}]));
    }, "400/8", &["metadata.labels[1].value"]),
    row("a label's value that is a number", Creates, |ask, _| labels(ask, json!([{"name": "a", "value": 1}])),
        "400/8", &["metadata.labels[0].value"]),
    row("a label's value that is null", Creates, |ask, _| labels(ask, json!([{"name": "a", "value": null}])),
        "400/8", &["metadata.labels[0].value"]),
    row("an unknown member of a label", Creates, |ask, _| {
        labels(ask, json!([{"name": "a", "value": "b", "colour": 1}]));
    }, "400/8", &["metadata.labels[0].colour"]),
    row("a label without characters in its name", Creates, |ask, _| labels(ask, json!([{"name": "", "value": "a"}])),
        "400/8", &["metadata.labels[0].name"]),
    row("a label's name of 129 characters", Creates, |ask, _| labels(ask, sized_labels(2, 129, "", 0)),
        "400/8", &["metadata.labels[0].name", "metadata.labels[1].name"]),
    row("a label's value of 257 characters", Creates, |ask, _| labels(ask, sized_labels(1, 1, "ü", 257)),
        "400/8", &["metadata.labels[0].value"]),
    row("65 labels", Creates, |ask, _| labels(ask, sized_labels(65, 2, "", 0)), "400/8", &["metadata.labels"]),
    row("25,000 labels", Creates, |ask, _| labels(ask, sized_labels(25_000, 5, "", 0)), "400/8", &["metadata.labels"]),
    // What only the server knows may be sent, but well-formed.
    row("a malformed creation time", Creates, |ask, _| owned(ask, "creationTimestamp", json!("yesterday")),
        "400/8", &["metadata.creationTimestamp"]),
    row("a day without time", Creates, |ask, _| owned(ask, "creationTimestamp", json!("2022-10-06")),
        "400/8", &["metadata.creationTimestamp"]),
    row("a time without zone", Creates, |ask, _| owned(ask, "modificationTimestamp", json!("2022-10-06T20:58:16")),
        "400/8", &["metadata.modificationTimestamp"]),
    row("a day that doesn't exist", Creates, |ask, _| owned(ask, "modificationTimestamp", json!("2022-02-30T00:00:00Z")),
        "400/8", &["metadata.modificationTimestamp"]),
    row("a time that is a number", Creates, |ask, _| owned(ask, "creationTimestamp", json!(1_665_089_896)),
        "400/8", &["metadata.creationTimestamp"]),
    row("a malformed creator", Creates, |ask, _| owned(ask, "createdBy", json!("me")),
        "400/8", &["metadata.createdBy"]),
    row("a null creator", Creates, |ask, _| owned(ask, "createdBy", Value::Null),
        "400/8", &["metadata.createdBy"]),
    row("a malformed author of a change", Creates, |ask, _| owned(ask, "modifiedBy", json!("8A02EBD9-3A5D-4B1F-9C5E-7D1F0B0F6A11")),
        "400/8", &["metadata.modifiedBy"]),
];

#[tokio::test]
async fn a_body_of_another_shape_is_refused_by_the_fields_names() {
    judge(&Stage::set().await, SHAPES).await;
}

#[rustfmt::skip]
const RULES: &[Row] = &[
    row("the type twice", BACKUP, |ask, _| within(ask, r#""type":"application/astra-appBackup""#),
        "400/8", &["type"]),
    row("the name twice", Creates, |ask, _| within(ask, r#""name":"a","name":"b""#), "400/8", &["name"]),
    row("the same name twice", Creates, |ask, _| within(ask, r#""name":"a","name":"a""#), "400/8", &["name"]),
    row("the name twice, once escaped", Creates, |ask, _| within(ask, r#""name":"a","n\u0061me":"b""#),
        "400/8", &["name"]),
    row("a bad name, then a good one", Creates, |ask, _| within(ask, r#""name":5,"name":"b""#),
        "400/8", &["name"]),
    row("the metadata twice", Creates, |ask, _| {
        within(ask, r#""metadata":{"labels":[]},"metadata":{"labels":[]}"#);
    }, "400/8", &["metadata"]),
    row("the labels twice", Creates, |ask, _| {
        within(ask, r#""metadata":{"labels":[],"labels":[]}"#);
    }, "400/8", &["metadata.labels"]),
    row("a label's name twice", Creates, |ask, _| {
        within(ask, r#""metadata":{"labels":[{"name":"a","value":"b"},{"name":"c","value":"d","name":"e"}]}"#);
    }, "400/8", &["metadata.labels[1].name"]),
    row("16,385 bytes of labels", Creates, |ask, _| {
        let mut given = sized_labels(64, 5, "a", 251);
        given[63]["name"] = json!("000063");
        labels(ask, given);
    }, "400/9", &["metadata.labels"]),
    row("labels within all limits in characters, but not in bytes", Creates, |ask, _| {
        labels(ask, sized_labels(64, 2, "😀", 64));
    }, "400/9", &["metadata.labels"]),
    row("one label twice", Creates, |ask, _| {
        labels(ask, json!([{"name": "a", "value": "b"}, {"name": "a", "value": "c"}]));
    }, "400/9", &["metadata.labels[1].name"]),
    row("every repetition of a label", Creates, |ask, _| {
        labels(ask, json!([{"name": "a", "value": ""}, {"name": "b", "value": ""}, {"name": "a", "value": ""},
            {"name": "a", "value": ""}]));
    }, "400/9", &["metadata.labels[2].name", "metadata.labels[3].name"]),
];

#[tokio::test]
async fn a_body_that_breaks_a_rule_is_refused_by_the_fields_names() {
    judge(&Stage::set().await, RULES).await;
}

#[tokio::test]
async fn the_largest_labels_are_accepted_and_returned() {
    let stage = Stage::set().await;
    for operation in ["app_backup_create_for_app", "app_snap_create_for_app"] {
        for given in [
            sized_labels(64, 128, "a", 128),
            sized_labels(64, 5, "a", 251),
            sized_labels(21, 128, "ü", 256),
        ] {
            let mut ask = stage.ask(operation);
            labels(&mut ask, given.clone());
            let created = ask.send(&stage.api).await;
            assert_eq!(created.status, 201, "{operation}: {}", created.problem());
            assert_eq!(created.json()["metadata"]["labels"], given);
            assert_eq!(created.violations(operation), [""; 0]);
        }
    }
}

/// What is no DNS-1123 label.
const BAD_NAMES: [&str; 24] = [
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
];

#[tokio::test]
async fn a_name_that_is_no_dns_label_is_refused() {
    let stage = Stage::set().await;
    let mut complaints = Vec::new();
    let long = "x".repeat(300_000);
    for operation in ["app_backup_create_for_app", "app_snap_create_for_app"] {
        for name in BAD_NAMES.into_iter().chain([long.as_str()]) {
            let mut ask = stage.ask(operation);
            ask.member("name", json!(name));
            let answer = ask.send(&stage.api).await;
            let complaint = complaint(&ask, &answer, "400/8", &["name"]);
            complaints.extend(complaint.map(|complaint| format!("{name:.80}: {complaint}")));
            assert!(
                answer.bytes.len() < 2_000,
                "an answer doesn't repeat a long name: {}",
                answer.bytes.len()
            );
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[rustfmt::skip]
const TOO_LARGE: &[Row] = &[
    row("a byte more than 1 MiB", Creates, |ask, _| padded(ask, BYTES_MAX + 1), "413/85", BODY),
    row("much more", Creates, |ask, _| padded(ask, BYTES_MAX + 4096), "413/85", BODY),
    row("too much that is no JSON", Creates, |ask, _| ask.text("x".repeat(BYTES_MAX + 1)), "413/85", BODY),
    row("1 MiB that is no JSON", Creates, |ask, _| ask.text("x".repeat(BYTES_MAX)), "400/7", BODY),
    row("1 MiB of one label's value", Creates, |ask, _| {
        let value = "x".repeat(BYTES_MAX - 200);
        labels(ask, json!([{"name": "a", "value": value, "colour": 1}]));
    }, "400/8", &["metadata.labels[0].value", "metadata.labels[0].colour"]),
];

#[tokio::test]
async fn a_body_of_more_than_a_mebibyte_is_refused() {
    judge(&Stage::set().await, TOO_LARGE).await;
}

#[tokio::test]
async fn a_request_with_thousands_of_faults_gets_a_short_answer() {
    let stage = Stage::set().await;
    let mut ask = stage.ask("app_snap_create_for_app");
    labels(&mut ask, json!(vec![json!({"name": "a", "value": 5}); 5_000]));
    let answer = ask.send(&stage.api).await;
    assert_eq!(answer.problem(), "400/8");
    assert_eq!(answer.culprits().len(), 32);
    labels(&mut ask, json!(vec![json!({"name": "a", "value": "b"}); 64]));
    let answer = ask.send(&stage.api).await;
    assert_eq!(answer.problem(), "400/9");
    assert_eq!(answer.culprits().len(), 32);
    ask.query = "x&".repeat(5_000);
    let answer = ask.send(&stage.api).await;
    assert_eq!(answer.problem(), "400/6");
    assert_eq!(answer.culprits().len(), 32);
}

/// A sound way to say what a create says.
#[rustfmt::skip]
const SOUND: &[(&str, Spoil)] = &[
    ("as it is", |_, _| ()),
    ("no media type", |ask, _| ask.content_type = None),
    ("a charset", |ask, _| media_type(ask, "application/json; charset=utf-8")),
    ("a charset without a blank", |ask, _| media_type(ask, "application/json;charset=UTF-8")),
    ("a media type in upper case", |ask, _| media_type(ask, "APPLICATION/JSON")),
    ("the vendor's media type", |ask, _| {
        let kind = if ask.operation.id == "app_snap_create_for_app" { "appSnap" } else { "appBackup" };
        media_type(ask, &format!("application/astra-{kind}+json"));
    }),
    ("the vendor's media type in another case, with a parameter", |ask, _| {
        let kind = if ask.operation.id == "app_snap_create_for_app" { "APPSNAP" } else { "appbackup" };
        media_type(ask, &format!("application/astra-{kind}+JSON ; q=1"));
    }),
    ("an older version", |ask, _| ask.member("version", json!("1.0"))),
    ("a version that both kinds have", |ask, _| ask.member("version", json!("1.1"))),
    ("blanks around it", |ask, _| rewritten(ask, |body| format!("\r\n\t {body} \n"))),
    ("escapes", |ask, _| rewritten(ask, |body| body.replace("type", r"\u0074ype").replace('/', r"\/"))),
    ("1 MiB", |ask, _| padded(ask, BYTES_MAX)),
    ("the shortest name", |ask, _| ask.member("name", json!("a"))),
    ("the longest name", |ask, _| ask.member("name", json!("a".repeat(63)))),
    ("a name of digits", |ask, _| ask.member("name", json!("0"))),
    ("a name with hyphens", |ask, _| ask.member("name", json!("a--b-0"))),
    ("no labels", |ask, _| labels(ask, json!([]))),
    ("any text as labels", |ask, _| {
        labels(ask, json!([{"name": " ", "value": ""}, {"name": "a", "value": "ü\u{1f980}\n\0\"\\"}, {"name": "A", "value": ""}]));
    }),
    ("everything that only the server knows", |ask, _| {
        ask.member("metadata", json!({
            "labels": [{"name": "a", "value": "b"}],
            "creationTimestamp": "1999-10-06T20:58:16.305662+02:00",
            "modificationTimestamp": "1999-10-06T20:58:16Z",
            "createdBy": ID,
            "modifiedBy": ID,
        }));
    }),
];

#[tokio::test]
async fn a_body_is_accepted_in_every_sound_form() {
    let stage = Stage::set().await;
    for operation in ["app_backup_create_for_app", "app_snap_create_for_app"] {
        for (what, change) in SOUND {
            let mut ask = stage.ask(operation);
            change(&mut ask, &stage);
            let answer = ask.send(&stage.api).await;
            let text = String::from_utf8_lossy(&answer.bytes);
            assert_eq!(answer.status, 201, "{operation}, {what}: {text}");
            assert_eq!(answer.violations(operation), [""; 0], "{operation}, {what}");
            let made = answer.json();
            if let Payload::Json(asked) = &ask.body {
                let labels = asked["metadata"].get("labels").cloned().unwrap_or(json!([]));
                assert_eq!(made["metadata"]["labels"], labels, "{operation}, {what}");
            }
            let time = made["metadata"]["creationTimestamp"].as_str().unwrap_or_default();
            assert!(
                time.starts_with("2026-01-01T00:00:"),
                "{operation}, {what}: {time}"
            );
            assert_ne!(made["metadata"]["createdBy"], ID);
            assert_eq!(made["metadata"].get("modifiedBy"), None, "{operation}, {what}");
        }
    }
}
