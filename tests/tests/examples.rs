//! Every example payload that the original documents: kept as a snapshot, and read by all types that must
//! accept it.
//!
//! The payloads are taken from the contract, never copied by hand. A snapshot is named after the operation
//! and the place in it: `request`, or the status.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Debug;

use appkeep_api::app_backup::{AppBackup, AppBackupCreate, AppBackupList};
use appkeep_api::app_snap::{AppSnap, AppSnapCreate};
use appkeep_api::problem::Problem;
use appkeep_client::{Client, Error, ResponseValue, Uuid, types};
use appkeep_contract::{Origin, authored};
use appkeep_openapi::{Document, MediaType, ResponseValidator, SchemaPlace};
use appkeep_tests::TestServer;
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wiremock::matchers::path_regex;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The committed list of the payloads: a digest, an operation, and `request` or a status.
const LISTED: &str = include_str!("../../spec/examples.sha256");

/// The place of a request's payload; that of a response is its status.
const REQUEST: &str = "request";

/// A documented payload.
#[derive(Debug)]
struct Payload {
    operation: String,
    place: String,
    /// The schema of each media type for which it is documented.
    schemas: Vec<SchemaPlace>,
    /// The first of those media types.
    media_type: String,
    value: Value,
}

impl Payload {
    fn name(&self) -> String {
        format!("{}.{}", self.operation, self.place)
    }

    fn is_request(&self) -> bool {
        self.place == REQUEST
    }

    fn is_problem(&self) -> bool {
        self.place.starts_with(['4', '5'])
    }
}

/// Returns the documented payloads in the contract's order.
fn payloads(document: &Document) -> Vec<Payload> {
    let mut found = Vec::new();
    for operation in document.operations() {
        let request = operation.body.iter().map(|body| {
            let origin = Origin::of_operation(document, operation);
            (REQUEST.to_owned(), origin, &body.content)
        });
        let responses = operation.responses.iter().map(|response| {
            let origin = Origin::of_response(document, operation, response);
            (response.status.to_string(), origin, &response.content)
        });
        for (place, origin, content) in request.chain(responses) {
            if origin == Origin::Documented && !content.is_empty() {
                found.push(payload(document, &operation.id, place, content));
            }
        }
    }
    found
}

/// Returns the one payload of a request or response, which is the same in all its media types.
fn payload(document: &Document, operation: &str, place: String, content: &[MediaType]) -> Payload {
    let mut values = content
        .iter()
        .flat_map(|media| documented_examples(document, media));
    let value = values
        .next()
        .unwrap_or_else(|| panic!("{operation} {place} has no documented payload"));
    for other in values {
        assert_eq!(value, other, "{operation} {place} has two documented payloads");
    }
    Payload {
        operation: operation.to_owned(),
        place,
        schemas: content
            .iter()
            .map(|media| media.schema.clone().expect("a schema"))
            .collect(),
        media_type: content[0].name.clone(),
        value: value.clone(),
    }
}

fn documented_examples<'d>(document: &'d Document, media: &MediaType) -> Vec<&'d Value> {
    let root = document.root();
    let examples = root
        .pointer(&media.at)
        .and_then(|media| media["examples"].as_object());
    let examples = examples
        .into_iter()
        .flat_map(|examples| examples.values())
        .map(|example| {
            let reference = example["$ref"]
                .as_str()
                .and_then(|reference| reference.strip_prefix('#'));
            reference.map_or(example, |pointer| root.pointer(pointer).expect(pointer))
        });
    examples
        .filter(|example| example["x-origin"] != "companion")
        .map(|example| &example["value"])
        .collect()
}

#[test]
fn documented_payloads_match_their_snapshots() {
    let payloads = payloads(&authored::document().unwrap());
    let requests = payloads.iter().filter(|payload| payload.is_request()).count();
    assert_eq!(
        (payloads.len(), requests),
        (51, 2),
        "payloads, requests among them"
    );

    let names: BTreeSet<String> = payloads.iter().map(Payload::name).collect();
    let lines = LISTED.lines().filter(|line| !line.starts_with('#'));
    let listed: BTreeSet<String> = lines
        .map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>().join("."))
        .collect();
    assert_eq!(names, listed, "the payloads and their committed list");

    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        for payload in &payloads {
            insta::assert_json_snapshot!(payload.name(), payload.value);
        }
    });
}

#[test]
fn documented_payloads_match_their_schemas() {
    let document = std::sync::Arc::new(authored::document().unwrap());
    let validator = ResponseValidator::new(std::sync::Arc::clone(&document)).unwrap();
    for payload in payloads(&document) {
        for place in &payload.schemas {
            assert_eq!(
                validator.check_value(place, &payload.value),
                [],
                "{}",
                payload.name()
            );
        }
    }
}

/// Converts a value to a type and back.
fn there_and_back<T: DeserializeOwned + Serialize>(value: &Value) -> serde_json::Result<Value> {
    serde_json::from_value::<T>(value.clone()).and_then(serde_json::to_value)
}

#[test]
fn server_types_represent_documented_payloads_completely() {
    for payload in payloads(&authored::document().unwrap()) {
        let read = match payload.operation.as_str() {
            _ if payload.is_problem() => there_and_back::<Problem>,
            "app_backup_list_all" | "app_backup_list_for_app" => there_and_back::<AppBackupList>,
            "app_backup_create_for_app" if payload.is_request() => there_and_back::<AppBackupCreate>,
            "app_backup_create_for_app" | "app_backup_fetch" | "app_backup_fetch_for_app" => {
                there_and_back::<AppBackup>
            }
            "app_snap_create_for_app" if payload.is_request() => there_and_back::<AppSnapCreate>,
            "app_snap_create_for_app" => there_and_back::<AppSnap>,
            other => panic!("{other}: which type of the server is it?"),
        };
        let written = read(&payload.value).unwrap_or_else(|error| panic!("{}: {error}", payload.name()));
        assert_eq!(written, payload.value, "{}", payload.name());
    }
}

#[tokio::test]
async fn client_types_represent_documented_responses_completely() {
    let responses: Vec<Payload> = payloads(&authored::document().unwrap())
        .into_iter()
        .filter(|payload| !payload.is_request())
        .collect();
    let server = serve(&responses).await;
    for response in responses {
        let name = response.name();
        let client = Client::builder(format!("{}/{name}", server.uri()))
            .build()
            .unwrap();
        let (status, written, debug) = call(&client, &response.operation).await;
        assert_eq!(status.as_str(), response.place, "{name}");
        assert_eq!(written, response.value, "{name}");
        assert!(
            is_all_known(&debug),
            "{name}: the client's type has no field for a member: {debug}"
        );
    }
}

/// Calls an operation with arbitrary arguments. Returns the status, the value that the client read and
/// serialised again, and its debug output.
async fn call(client: &Client, operation: &str) -> (StatusCode, Value, String) {
    let id = Uuid::nil();
    let (backup, snapshot) = (types::AppBackupCreate::default(), types::AppSnapCreate::default());
    match operation {
        "app_backup_list_all" => seen(client.app_backup_list_all(id, None, None, None).await),
        "app_backup_fetch" => seen(client.app_backup_fetch(id, id).await),
        "app_backup_delete" => seen(client.app_backup_delete(id, id).await),
        "app_backup_create_for_app" => seen(client.app_backup_create_for_app(id, id, &backup).await),
        "app_backup_list_for_app" => seen(client.app_backup_list_for_app(id, id, None, None, None).await),
        "app_backup_fetch_for_app" => seen(client.app_backup_fetch_for_app(id, id, id).await),
        "app_backup_delete_for_app" => seen(client.app_backup_delete_for_app(id, id, id).await),
        "app_snap_create_for_app" => seen(client.app_snap_create_for_app(id, id, &snapshot).await),
        other => panic!("{other}: how is it called?"),
    }
}

fn seen<T: Serialize + Debug>(response: Result<ResponseValue<T>, Error>) -> (StatusCode, Value, String) {
    match response {
        Ok(response) => {
            let status = response.status();
            let read = response.into_inner();
            (status, serde_json::to_value(&read).unwrap(), format!("{read:?}"))
        }
        Err(error) => {
            let problem = error.problem().unwrap_or_else(|| panic!("{error}"));
            (
                error.status().unwrap(),
                serde_json::to_value(problem).unwrap(),
                format!("{problem:?}"),
            )
        }
    }
}

/// Returns whether all of the client's `extra` maps are empty, in which it keeps members without a field.
fn is_all_known(debug: &str) -> bool {
    debug.contains("extra: {}") && !debug.contains("extra: {\"")
}

/// Starts a server that responds with the payload that the first segment of a request's path names.
async fn serve(payloads: &[Payload]) -> MockServer {
    let server = MockServer::start().await;
    for payload in payloads {
        let status: u16 = payload.place.parse().expect("a status");
        let body = payload.value.to_string();
        let response = ResponseTemplate::new(status).set_body_raw(body, &payload.media_type);
        let path = format!("^/{}/", payload.name().replace('.', "[.]"));
        Mock::given(path_regex(path))
            .respond_with(response)
            .mount(&server)
            .await;
    }
    server
}

#[tokio::test]
async fn servers_accept_documented_requests() {
    let server = TestServer::start().await;
    let api = server.api().await;
    let account = server.account("acme");
    let (shop, blog) = (server.app("acme", "shop"), server.app("acme", "blog"));
    let client = Client::builder(api.url()).token(api.token()).build().unwrap();
    let payloads = payloads(&authored::document().unwrap());
    let requests: Vec<_> = payloads.iter().filter(|payload| payload.is_request()).collect();
    assert_eq!(requests.len(), 2);
    for Payload { operation, value, .. } in requests {
        let is_backup = operation == "app_backup_create_for_app";

        // The payload is sent unchanged.
        let path = if is_backup {
            api.app_backups(shop)
        } else {
            api.app_snaps(shop)
        };
        let response = api.post(&path, value).await;
        assert_eq!(
            response.status,
            StatusCode::CREATED,
            "{operation}: {}",
            response.json()
        );
        assert_eq!(response.json()["name"], value["name"], "{operation}");

        // Parsed and serialised by the client; for another app, since the name is already in use.
        let status = if is_backup {
            let body: types::AppBackupCreate = kept(value);
            client
                .app_backup_create_for_app(account, blog, &body)
                .await
                .unwrap()
                .status()
        } else {
            let body: types::AppSnapCreate = kept(value);
            client
                .app_snap_create_for_app(account, blog, &body)
                .await
                .unwrap()
                .status()
        };
        assert_eq!(status, StatusCode::CREATED, "{operation}, by the client");
    }
}

/// Parses a request as the client's type, which must represent all of it.
fn kept<T: DeserializeOwned + Serialize + Debug>(value: &Value) -> T {
    let read: T = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&read).unwrap(), value);
    assert!(is_all_known(&format!("{read:?}")), "{read:?}");
    read
}
