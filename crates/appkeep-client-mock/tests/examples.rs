//! Every documented example of a response is offered, and the client receives it as documented.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use appkeep_client::header::HeaderMap;
use appkeep_client::{Client, Content, Error, ResponseValue, StatusCode, Uuid, types};
use appkeep_client_mock::{MockServer, MockServerExt, operations};
use serde::Serialize;
use serde_json::Value;

const ID: Uuid = Uuid::from_u128(1);

/// A response as the client received it: the example's name, the status, the headers and the body.
type Received = (&'static str, StatusCode, HeaderMap, Value);

macro_rules! calls {
    ($($id:ident($($argument:expr),*) responds with $then:ident;)*) => {
        const OPERATIONS: &[&str] = &[CONTENT, $(stringify!($id)),*];

        /// Receives each example of an operation.
        async fn receive(server: &MockServer, operation: &str) -> Vec<Received> {
            let client = Client::builder(server.base_url()).retries(0).build().unwrap();
            let mut received = Vec::new();
            $(if operation == stringify!($id) {
                for (name, respond) in operations::$then::EXAMPLES {
                    let mut mock = server.$id(|_, then| { respond(then); });
                    received.push(read(name, client.$id($($argument),*).await.map(json)));
                    mock.assert_calls(1);
                    mock.delete();
                }
            })*
            if operation == CONTENT {
                for (name, respond) in operations::AppBackupContentFetchForAppThen::EXAMPLES {
                    let mut mock = server.app_backup_content_fetch_for_app(|_, then| { respond(then); });
                    let content = client.app_backup_content_fetch_for_app(ID, ID, ID, "/data");
                    received.push(read(name, text(content.await).await));
                    mock.assert_calls(1);
                    mock.delete();
                }
            }
            received
        }
    };
}

/// The operation whose response isn't JSON.
const CONTENT: &str = "app_backup_content_fetch_for_app";

/// The received content as text.
async fn text(content: Result<ResponseValue<Content>, Error>) -> Result<Success, Error> {
    let response = content?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut content = response.into_inner();
    let mut bytes = Vec::new();
    while let Some(piece) = content.chunk().await? {
        bytes.extend(piece);
    }
    Ok((status, headers, Value::from(String::from_utf8(bytes).unwrap())))
}

/// The status, the headers and the body of a success.
type Success = (StatusCode, HeaderMap, Value);

fn json<T: Serialize>(response: ResponseValue<T>) -> Success {
    let (status, headers) = (response.status(), response.headers().clone());
    (
        status,
        headers,
        serde_json::to_value(response.into_inner()).unwrap(),
    )
}

calls! {
    app_backup_list_all(ID, None, None, None) responds with AppBackupListAllThen;
    app_backup_fetch(ID, ID) responds with AppBackupFetchThen;
    app_backup_delete(ID, ID) responds with AppBackupDeleteThen;
    app_backup_create_for_app(ID, ID, &types::AppBackupCreate::default()) responds with AppBackupCreateForAppThen;
    app_backup_list_for_app(ID, ID, None, None, None) responds with AppBackupListForAppThen;
    app_backup_fetch_for_app(ID, ID, ID) responds with AppBackupFetchForAppThen;
    app_backup_delete_for_app(ID, ID, ID) responds with AppBackupDeleteForAppThen;
    app_backup_file_list_for_app(ID, ID, ID, None, None, None, None, None) responds with AppBackupFileListForAppThen;
    app_backup_change_list_for_app(ID, ID, ID, ID, None, None, None) responds with AppBackupChangeListForAppThen;
    app_snap_create_for_app(ID, ID, &types::AppSnapCreate::default()) responds with AppSnapCreateForAppThen;
    app_snap_list_for_app(ID, ID, None, None, None) responds with AppSnapListForAppThen;
    app_snap_fetch_for_app(ID, ID, ID) responds with AppSnapFetchForAppThen;
    app_snap_delete_for_app(ID, ID, ID) responds with AppSnapDeleteForAppThen;
    app_list(ID, None, None, None) responds with AppListThen;
    app_fetch(ID, ID) responds with AppFetchThen;
    app_update(ID, ID, "true", &types::AppUpdate::default()) responds with AppUpdateThen;
    app_summary_list(ID, None, None, None) responds with AppSummaryListThen;
    app_restore_create_for_app(ID, ID, &types::AppRestoreCreate::default()) responds with AppRestoreCreateForAppThen;
    app_restore_list_for_app(ID, ID, None, None, None) responds with AppRestoreListForAppThen;
    app_restore_fetch_for_app(ID, ID, ID) responds with AppRestoreFetchForAppThen;
    app_restore_delete_for_app(ID, ID, ID) responds with AppRestoreDeleteForAppThen;
    app_schedule_list_for_app(ID, ID, None, None, None) responds with AppScheduleListForAppThen;
    app_schedule_create_for_app(ID, ID, &types::ScheduleCreate::default()) responds with AppScheduleCreateForAppThen;
    app_schedule_fetch_for_app(ID, ID, ID) responds with AppScheduleFetchForAppThen;
    app_schedule_update_for_app(ID, ID, ID, &types::ScheduleUpdate::default()) responds with AppScheduleUpdateForAppThen;
    app_schedule_delete_for_app(ID, ID, ID) responds with AppScheduleDeleteForAppThen;
    app_hook_list_for_app(ID, ID, None, None, None) responds with AppHookListForAppThen;
    bucket_list(ID, None, None, None) responds with BucketListThen;
    cloud_list(ID, None, None, None) responds with CloudListThen;
    user_list(ID, None, None, None) responds with UserListThen;
    account_list(None, None, None) responds with AccountListThen;
}

fn read(name: &'static str, result: Result<Success, Error>) -> Received {
    match result {
        Ok((status, headers, body)) => (name, status, headers, body),
        Err(error) => {
            let problem = error.problem().unwrap_or_else(|| panic!("{name}: {error}"));
            let (status, headers) = (error.status().unwrap(), error.headers().unwrap().clone());
            (name, status, headers, serde_json::to_value(problem).unwrap())
        }
    }
}

fn contract() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi.yaml");
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Resolves a reference, if the value is one.
fn resolved<'a>(contract: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => contract.pointer(&reference[1..]).expect(reference),
        None => value,
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Compares the received examples of an operation with the contract. Returns their number.
fn check(contract: &Value, operation: &Value, received: &[Received]) -> usize {
    let id = operation["operationId"].as_str().unwrap();
    let mut names = Vec::new();
    for (status, response) in members(&operation["responses"]) {
        let response = resolved(contract, response);
        for (name, example) in
            members(&response["content"]).flat_map(|(_, media)| members(&media["examples"]))
        {
            let offered = received.iter().find(|(offered, ..)| offered == name);
            let (_, received_status, headers, body) =
                offered.unwrap_or_else(|| panic!("{id}: {name} isn't offered"));
            assert_eq!(received_status.as_str(), status, "{id}: {name}");
            assert_eq!(body, &resolved(contract, example)["value"], "{id}: {name}");
            let media_type = headers["content-type"].to_str().unwrap();
            assert!(response["content"].get(media_type).is_some(), "{id}: {name}");
            for (header, definition) in members(&response["headers"]) {
                let definition = resolved(contract, definition);
                if definition["required"] == true {
                    assert_eq!(headers[header], definition["example"].as_str().unwrap());
                }
            }
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    assert_eq!(
        received.len(),
        names.len(),
        "{id}: examples that aren't documented"
    );
    names.len()
}

#[tokio::test]
async fn every_documented_example_is_offered_and_received() {
    let server = MockServer::start();
    let contract = contract();
    let items = members(&contract["paths"]).flat_map(|(_, item)| members(item));
    let operations: Vec<_> = items
        .map(|(_, operation)| operation)
        .filter(|operation| operation.get("operationId").is_some())
        .collect();
    assert_eq!(operations.len(), OPERATIONS.len());
    for operation in operations {
        let id = operation["operationId"].as_str().unwrap();
        let received = receive(&server, id).await;
        assert!(check(&contract, operation, &received) > 0, "{id}: no examples");
    }
}

#[tokio::test]
async fn mocks_distinguish_operations_and_parameters() {
    let server = MockServer::start();
    let other = Uuid::from_u128(2);
    server.app_backup_fetch(|when, then| {
        when.account_id(ID).app_backup_id(ID);
        then.pending_app_backup();
    });
    server.app_backup_delete(|when, then| {
        when.app_backup_id(ID);
        then.no_content();
    });
    server.app_backup_list_all(|when, then| {
        when.continue_(None).include("name");
        then.app_backup_columns();
    });
    let request = types::AppUpdate {
        backup_id: Some(ID),
        ..types::AppUpdate::default()
    };
    server.app_update(|when, then| {
        when.force_update("true").body(&request);
        then.source_not_ready();
    });
    let client = Client::builder(server.base_url()).retries(0).build().unwrap();
    assert!(client.app_backup_fetch(ID, ID).await.is_ok());
    assert_eq!(client.app_backup_delete(ID, ID).await.unwrap().status(), 204);
    assert!(
        client
            .app_backup_list_all(ID, None, Some("name"), None)
            .await
            .is_ok()
    );
    let update = client.app_update(ID, ID, "true", &request).await;
    assert_eq!(update.unwrap_err().status().unwrap(), 409);

    // httpmock responds with 404 to requests that no mock is for.
    let unmatched = [
        client.app_backup_fetch(other, ID).await.unwrap_err(),
        client.app_backup_fetch(ID, other).await.unwrap_err(),
        client.app_backup_delete(ID, other).await.unwrap_err(),
        client
            .app_backup_list_all(ID, None, None, None)
            .await
            .unwrap_err(),
        client
            .app_backup_list_all(ID, Some("t"), Some("name"), None)
            .await
            .unwrap_err(),
        client
            .app_update(ID, ID, "true", &types::AppUpdate::default())
            .await
            .unwrap_err(),
        client.app_backup_fetch_for_app(ID, ID, ID).await.unwrap_err(),
    ];
    for error in unmatched {
        assert!(
            error.status().unwrap() == 404 && error.problem().is_none(),
            "{error}"
        );
    }
}
