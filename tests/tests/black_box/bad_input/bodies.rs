//! Valid bodies in every form, and responses to long invalid ones.

use appkeep_tests::{Ask, Payload};
use serde_json::{Value, json};

use crate::stage::Stage;

/// The largest body, in bytes.
const BYTES_MAX: usize = 1024 * 1024;

/// An arbitrary id.
const ID: &str = "54fe651d-3d3b-5fa8-b85c-5db757885ff3";

/// A change of a valid request.
type Change = fn(&mut Ask, &Stage);

fn media_type(ask: &mut Ask, media_type: &str) {
    ask.content_type = Some(media_type.as_bytes().to_vec());
}

fn labels(ask: &mut Ask, labels: Value) {
    ask.member("metadata", Value::from_iter([("labels", labels)]));
}

/// Returns `count` labels whose names and values have that many characters.
fn sized_labels(count: usize, name_chars: usize, value: &str, value_chars: usize) -> Value {
    let label =
        |index: usize| json!({"name": format!("{index:0>name_chars$}"), "value": value.repeat(value_chars)});
    (0..count).map(label).collect()
}

/// Pads the body with leading spaces to that length in bytes.
fn padded(ask: &mut Ask, bytes: usize) {
    let body = ask.bytes();
    let mut padded = vec![b' '; bytes - body.len()];
    padded.extend(body);
    ask.body = Payload::Bytes(padded);
}

/// Rewrites the body as text.
fn rewritten(ask: &mut Ask, rewrite: impl FnOnce(&str) -> String) {
    let body = String::from_utf8(ask.bytes()).expect("UTF-8");
    ask.text(rewrite(&body));
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

#[tokio::test]
async fn a_response_does_not_repeat_a_long_name() {
    let stage = Stage::set().await;
    for operation in ["app_backup_create_for_app", "app_snap_create_for_app"] {
        let mut ask = stage.ask(operation);
        ask.member("name", json!("x".repeat(300_000)));
        let answer = ask.send(&stage.api).await;
        assert_eq!(answer.problem(), "400/8", "{operation}");
        assert_eq!(answer.culprits(), ["name"], "{operation}");
        assert!(answer.bytes.len() < 2_000, "{}", answer.bytes.len());
    }
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

/// Valid alternative notations of a create.
#[rustfmt::skip]
const SOUND: &[(&str, Change)] = &[
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
