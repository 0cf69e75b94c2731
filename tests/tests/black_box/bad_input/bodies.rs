//! Valid bodies in every form, and responses to long invalid ones.

use appkeep_tests::{Payload, TestRequest};
use serde_json::{Value, json};

use crate::fixture::Fixture;

/// The largest body, in bytes.
const BYTES_MAX: usize = 1024 * 1024;

/// An arbitrary id.
const ID: &str = "54fe651d-3d3b-5fa8-b85c-5db757885ff3";

/// A change of a valid request.
type Change = fn(&mut TestRequest, &Fixture);

fn media_type(request: &mut TestRequest, media_type: &str) {
    request.content_type = Some(media_type.as_bytes().to_vec());
}

fn labels(request: &mut TestRequest, labels: Value) {
    request.member("metadata", Value::from_iter([("labels", labels)]));
}

/// Returns `count` labels. Their names have `name_chars` characters; their values are `value`, repeated `value_chars`
/// times.
fn sized_labels(count: usize, name_chars: usize, value: &str, value_chars: usize) -> Value {
    let label =
        |index: usize| json!({"name": format!("{index:0>name_chars$}"), "value": value.repeat(value_chars)});
    (0..count).map(label).collect()
}

/// Pads the body with leading spaces to a length of `bytes`.
fn padded(request: &mut TestRequest, bytes: usize) {
    let body = request.bytes();
    let mut padded = vec![b' '; bytes - body.len()];
    padded.extend(body);
    request.body = Payload::Bytes(padded);
}

/// Rewrites the body as text.
fn rewritten(request: &mut TestRequest, rewrite: impl FnOnce(&str) -> String) {
    let body = String::from_utf8(request.bytes()).expect("UTF-8");
    request.text(rewrite(&body));
}

#[tokio::test]
async fn the_largest_labels_are_accepted_and_returned() {
    let fixture = Fixture::start().await;
    for operation in ["app_backup_create_for_app", "app_snap_create_for_app"] {
        for given in [
            sized_labels(64, 128, "a", 128),
            sized_labels(64, 5, "a", 251),
            sized_labels(21, 128, "ü", 256),
        ] {
            let mut request = fixture.request(operation);
            labels(&mut request, given.clone());
            let created = request.send(&fixture.api).await;
            assert_eq!(created.status, 201, "{operation}: {}", created.problem());
            assert_eq!(created.json()["metadata"]["labels"], given);
            assert_eq!(created.violations(operation), [""; 0]);
        }
    }
}

#[tokio::test]
async fn responses_do_not_repeat_long_names() {
    let fixture = Fixture::start().await;
    for operation in ["app_backup_create_for_app", "app_snap_create_for_app"] {
        let mut request = fixture.request(operation);
        request.member("name", json!("x".repeat(300_000)));
        let response = request.send(&fixture.api).await;
        assert_eq!(response.problem(), "400/8", "{operation}");
        assert_eq!(response.invalid_fields(), ["name"], "{operation}");
        assert!(response.bytes.len() < 2_000, "{}", response.bytes.len());
    }
}

#[tokio::test]
async fn responses_list_at_most_32_invalid_fields() {
    let fixture = Fixture::start().await;
    let mut request = fixture.request("app_snap_create_for_app");
    labels(&mut request, json!(vec![json!({"name": "a", "value": 5}); 5_000]));
    let response = request.send(&fixture.api).await;
    assert_eq!(response.problem(), "400/8");
    assert_eq!(response.invalid_fields().len(), 32);
    labels(&mut request, json!(vec![json!({"name": "a", "value": "b"}); 64]));
    let response = request.send(&fixture.api).await;
    assert_eq!(response.problem(), "400/9");
    assert_eq!(response.invalid_fields().len(), 32);
    request.query = "x&".repeat(5_000);
    let response = request.send(&fixture.api).await;
    assert_eq!(response.problem(), "400/6");
    assert_eq!(response.invalid_fields().len(), 32);
}

/// Valid alternative notations of a create.
#[rustfmt::skip]
const SOUND: &[(&str, Change)] = &[
    ("as it is", |_, _| ()),
    ("no media type", |request, _| request.content_type = None),
    ("a charset", |request, _| media_type(request, "application/json; charset=utf-8")),
    ("a charset without a blank", |request, _| media_type(request, "application/json;charset=UTF-8")),
    ("a media type in upper case", |request, _| media_type(request, "APPLICATION/JSON")),
    ("the vendor's media type", |request, _| {
        let kind = if request.operation.id == "app_snap_create_for_app" { "appSnap" } else { "appBackup" };
        media_type(request, &format!("application/astra-{kind}+json"));
    }),
    ("the vendor's media type in another case, with a parameter", |request, _| {
        let kind = if request.operation.id == "app_snap_create_for_app" { "APPSNAP" } else { "appbackup" };
        media_type(request, &format!("application/astra-{kind}+JSON ; q=1"));
    }),
    ("an older version", |request, _| request.member("version", json!("1.0"))),
    ("a version that both kinds have", |request, _| request.member("version", json!("1.1"))),
    ("blanks around it", |request, _| rewritten(request, |body| format!("\r\n\t {body} \n"))),
    ("escapes", |request, _| rewritten(request, |body| body.replace("type", r"\u0074ype").replace('/', r"\/"))),
    ("1 MiB", |request, _| padded(request, BYTES_MAX)),
    ("the shortest name", |request, _| request.member("name", json!("a"))),
    ("the longest name", |request, _| request.member("name", json!("a".repeat(63)))),
    ("a name of digits", |request, _| request.member("name", json!("0"))),
    ("a name with hyphens", |request, _| request.member("name", json!("a--b-0"))),
    ("no labels", |request, _| labels(request, json!([]))),
    ("any text as labels", |request, _| {
        labels(request, json!([{"name": " ", "value": ""}, {"name": "a", "value": "ü\u{1f980}\n\0\"\\"}, {"name": "A", "value": ""}]));
    }),
    ("everything that only the server knows", |request, _| {
        request.member("metadata", json!({
            "labels": [{"name": "a", "value": "b"}],
            "creationTimestamp": "1999-10-06T20:58:16.305662+02:00",
            "modificationTimestamp": "1999-10-06T20:58:16Z",
            "createdBy": ID,
            "modifiedBy": ID,
        }));
    }),
];

#[tokio::test]
async fn bodies_are_accepted_in_every_valid_notation() {
    let fixture = Fixture::start().await;
    for operation in ["app_backup_create_for_app", "app_snap_create_for_app"] {
        for (what, change) in SOUND {
            let mut request = fixture.request(operation);
            change(&mut request, &fixture);
            let response = request.send(&fixture.api).await;
            let text = response.text();
            assert_eq!(response.status, 201, "{operation}, {what}: {text}");
            assert_eq!(response.violations(operation), [""; 0], "{operation}, {what}");
            let made = response.json();
            if let Payload::Json(asked) = &request.body {
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
