//! The requests that the client sends, and its handling of responses.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "tracing")]
mod events;
mod faulty_servers;
mod repetition;

use std::num::NonZeroU64;
use std::pin::Pin;
use std::time::Duration;

use appkeep_client::types::{AppBackupCreate, AppUpdate, LabelCreate, MetadataCreate, ResourceState};
use appkeep_client::{Client, ErrorKind, Open, Uuid};
use futures::{Stream, TryStreamExt};
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

const ACCOUNT: Uuid = Uuid::from_u128(1);
const APP: Uuid = Uuid::from_u128(2);
const BACKUP: Uuid = Uuid::from_u128(3);

fn backup(name: &str) -> Value {
    json!({
        "type": "application/astra-appBackup",
        "version": "1.1",
        "id": BACKUP,
        "name": name,
        "bucketID": BACKUP,
        "state": "completed",
        "stateUnready": [],
        "metadata": {
            "labels": [],
            "creationTimestamp": "2022-10-06T20:58:16.305662Z",
            "modificationTimestamp": "2022-10-06T20:58:16.305662Z",
            "createdBy": ACCOUNT,
        },
    })
}

fn page(items: &[Value], next: Option<&str>) -> ResponseTemplate {
    let mut list = json!({ "items": items, "metadata": { "count": items.len() } });
    if let Some(next) = next {
        list["metadata"]["continue"] = json!(next);
    }
    ok(list)
}

fn ok(body: impl serde::Serialize) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// Starts a server that returns these responses, one per request.
async fn serve(responses: Vec<ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    for response in responses {
        let mock = Mock::given(any()).respond_with(response);
        mock.up_to_n_times(1).mount(&server).await;
    }
    server
}

/// Returns the method, path and query of each request so far.
async fn requests(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let line = |request: wiremock::Request| {
        let (method, url) = (request.method, request.url);
        format!("{method} {}?{}", url.path(), url.query().unwrap_or_default())
    };
    requests.into_iter().map(line).collect()
}

fn client(server: &MockServer) -> Client {
    client_at(&server.uri())
}

fn client_at(url: &str) -> Client {
    Client::builder(url).token("hunter2").retries(0).build().unwrap()
}

/// Fetches a backup from a server that gives one response.
async fn fetch(
    response: ResponseTemplate,
) -> Result<appkeep_client::types::AppBackup, appkeep_client::Error> {
    let server = serve(vec![response]).await;
    let fetched = client(&server).app_backup_fetch(ACCOUNT, BACKUP).await;
    fetched.map(appkeep_client::ResponseValue::into_inner)
}

#[tokio::test]
async fn requests_have_token_and_media_types() {
    let server = serve(vec![ResponseTemplate::new(201).set_body_json(backup("a"))]).await;
    let label = LabelCreate {
        name: "ticket".to_owned(),
        value: "OPS-17".to_owned(),
        ..LabelCreate::default()
    };
    let request = AppBackupCreate {
        name: Some("a".to_owned()),
        metadata: Some(MetadataCreate {
            labels: vec![label],
            ..MetadataCreate::default()
        }),
        ..AppBackupCreate::default()
    };
    let client = client(&server);
    let created = client.app_backup_create_for_app(ACCOUNT, APP, &request).await;
    let created = created.unwrap();
    assert_eq!(created.status(), 201);

    let request = server.received_requests().await.unwrap().remove(0);
    assert_eq!(request.method, "POST");
    assert_eq!(
        request.url.path(),
        format!("/accounts/{ACCOUNT}/k8s/v1/apps/{APP}/appBackups")
    );
    for (name, value) in [
        ("authorization", "Bearer hunter2"),
        ("accept", "application/json"),
        ("content-type", "application/json"),
        (
            "user-agent",
            concat!("appkeep-client/", env!("CARGO_PKG_VERSION")),
        ),
    ] {
        assert_eq!(request.headers[name], value, "{name}");
    }
    assert!(!request.headers.contains_key("api-version"));
    let expected = json!({
        "type": "application/astra-appBackup",
        "version": "1.1",
        "name": "a",
        "metadata": { "labels": [{ "name": "ticket", "value": "OPS-17" }] },
    });
    assert_eq!(request.body_json::<Value>().unwrap(), expected);
}

#[tokio::test]
async fn invalid_header_values_are_reported_before_sending() {
    let server = serve(vec![]).await;
    let client = client(&server);
    let request = AppUpdate::default();
    let update = client.app_update(ACCOUNT, APP, "tr\nue", &request);
    assert_eq!(
        update.await.unwrap_err().to_string(),
        "app_update: invalid request: failed to parse header value"
    );
}

#[tokio::test]
async fn unknown_values_and_properties_round_trip() {
    let mut odd = backup("a");
    odd["state"] = json!("deleting");
    odd["version"] = json!("9.9");
    odd["snapshotCreationTimestamp"] = json!("2022-10-06T20:58:16Z");
    odd["metadata"]["labels"] = json!([{ "name": "a", "value": "b", "colour": "red" }]);
    odd["totalBytes"] = json!(9_007_199_254_740_993_u64);
    odd.as_object_mut().unwrap().remove("stateUnready");
    let fetched = fetch(ok(&odd)).await.unwrap();
    assert_eq!(fetched.state, Open::Unknown("deleting".to_owned()));
    assert_eq!(fetched.state_unready, None);
    assert_eq!(serde_json::to_value(&fetched).unwrap(), odd);
}

#[tokio::test]
async fn decode_errors_have_operation_path_and_body() {
    let mut wrong = backup("b");
    wrong["state"] = json!(5);
    let items = [backup("a"), backup("a"), backup("a"), wrong];
    let server = serve(vec![page(&items, None)]).await;
    let error = client(&server)
        .app_backup_list_all(ACCOUNT, None, None, None)
        .await
        .unwrap_err();
    let ErrorKind::Decode {
        status, path, body, ..
    } = error.kind()
    else {
        panic!("{error}")
    };
    assert_eq!(
        (error.operation(), status.as_u16(), path.as_str()),
        ("app_backup_list_all", 200, "items[3].state")
    );
    assert!(
        body.as_str().starts_with(r#"{"items":[{"type""#),
        "{}",
        body.as_str()
    );
    let line = error.to_string();
    let begin =
        "app_backup_list_all: can't decode the body of 200 OK at `items[3].state`: invalid type: integer `5`";
    assert!(line.starts_with(begin) && !line.contains('\n'), "{line}");
}

#[tokio::test]
async fn bodies_in_decode_errors_are_bounded() {
    let error = fetch(ResponseTemplate::new(200).set_body_string("é".repeat(10_000)))
        .await
        .unwrap_err();
    let ErrorKind::Decode { path, body, .. } = error.kind() else {
        panic!("{error}")
    };
    assert_eq!(path, ".");
    assert!(
        body.as_str().len() <= 4096 && error.to_string().chars().count() < 400,
        "{error}"
    );
}

#[tokio::test]
async fn problems_are_typed_for_every_status() {
    for status in [404, 418, 507] {
        let problem = json!({
            "type": "https://astra.netapp.io/problems/9",
            "title": "Invalid body",
            "detail": "The body can't be accepted.",
            "status": status.to_string(),
            "correlationID": "c-1",
            "invalidFields": [{ "name": "name", "reason": "is too long" }],
            "hint": "shorten it",
        });
        let error = fetch(ResponseTemplate::new(status).set_body_json(&problem))
            .await
            .unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(serde_json::to_value(error.problem().unwrap()).unwrap(), problem);
        let line = error.to_string();
        let end = ": Invalid body: The body can't be accepted.; name: is too long \
                   (https://astra.netapp.io/problems/9, request c-1)";
        assert!(
            line.starts_with("app_backup_fetch: ") && line.ends_with(end),
            "{line}"
        );
    }
}

#[tokio::test]
async fn statuses_without_a_problem_keep_the_body() {
    let error = fetch(ResponseTemplate::new(502).set_body_string("<h1>oops</h1>\n"))
        .await
        .unwrap_err();
    assert_eq!(error.problem(), None);
    assert_eq!(
        error.to_string(),
        "app_backup_fetch: 502 Bad Gateway, and the body isn't a problem: <h1>oops</h1>\\n"
    );
    let error = fetch(ResponseTemplate::new(302)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "app_backup_fetch: 302 Found, and the body isn't a problem: (nothing)"
    );
}

#[tokio::test]
async fn deletes_have_no_body() {
    let server = serve(vec![ResponseTemplate::new(204)]).await;
    let client = client(&server);
    let deleted = client.app_backup_delete(ACCOUNT, BACKUP).await.unwrap();
    assert_eq!(deleted.status(), 204);
}

#[tokio::test]
async fn unresponsive_servers_time_out() {
    let server = serve(vec![ok(backup("a")).set_delay(Duration::from_hours(1))]).await;
    let client = Client::builder(server.uri())
        .timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let error = client.app_backup_fetch(ACCOUNT, BACKUP).await.unwrap_err();
    assert!(
        error.is_timeout() && error.to_string().ends_with("timed out"),
        "{error}"
    );
}

#[tokio::test]
async fn unreachable_servers_are_reported_with_the_cause() {
    // Without `listen`, connections are refused.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let error = client_at(&url).app_backup_fetch(ACCOUNT, BACKUP).await;
    let line = error.unwrap_err().to_string();
    assert!(
        line.contains(&url) && line.contains("Connection refused"),
        "{line}"
    );
}

#[tokio::test]
async fn streams_read_all_pages() {
    let pages = vec![
        page(&[backup("a"), backup("b")], Some("t1")),
        page(&[], Some("t2")),
        page(&[backup("c")], None),
    ];
    let server = serve(pages).await;
    let client = client(&server);
    let listing = client
        .backups(ACCOUNT, Some(APP))
        .page_size(NonZeroU64::new(2).unwrap());
    let backups: Vec<_> = listing.stream().try_collect().await.unwrap();
    assert_eq!(
        backups
            .iter()
            .map(|backup| backup.name.as_str())
            .collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    assert_eq!(backups[0].state, ResourceState::Completed);
    let path = format!("GET /accounts/{ACCOUNT}/k8s/v1/apps/{APP}/appBackups");
    assert_eq!(
        requests(&server).await,
        [
            format!("{path}?limit=2"),
            format!("{path}?continue=t1&limit=2"),
            format!("{path}?continue=t2&limit=2"),
        ]
    );
}

#[tokio::test]
async fn lists_of_configured_resources_continue_with_the_next_page() {
    let asked = async |version: &str, read: fn(&Client) -> Empty<'_>, path: String| {
        let pages = [json!({"continue": "t1"}), json!({})].map(|metadata| {
            let list = json!({"type": "list", "version": version, "items": [], "metadata": metadata});
            ok(list)
        });
        let server = serve(pages.into()).await;
        assert_eq!(read(&client(&server)).await, Ok(0));
        assert_eq!(
            requests(&server).await,
            [
                format!("GET {path}?limit=500"),
                format!("GET {path}?continue=t1&limit=500")
            ]
        );
    };
    let account = format!("/accounts/{ACCOUNT}");
    asked(
        "1.0",
        |client| counted(client.accounts().stream()),
        "/accounts".to_owned(),
    )
    .await;
    let path = format!("{account}/k8s/v2/apps");
    asked("2.1", |client| counted(client.apps(ACCOUNT).stream()), path).await;
    let path = format!("{account}/topology/v1/buckets");
    asked("1.2", |client| counted(client.buckets(ACCOUNT).stream()), path).await;
    let path = format!("{account}/k8s/v1/apps/{APP}/schedules");
    asked(
        "1.3",
        |client| counted(client.schedules(ACCOUNT, APP).stream()),
        path,
    )
    .await;
}

/// A future that counts a stream's items, or returns an error.
type Empty<'c> = Pin<Box<dyn Future<Output = Result<usize, String>> + 'c>>;

fn counted<'c, T>(items: impl Stream<Item = Result<T, appkeep_client::Error>> + 'c) -> Empty<'c>
where
    T: 'c,
{
    Box::pin(async move {
        let items: Vec<T> = items.try_collect().await.map_err(|error| error.to_string())?;
        Ok(items.len())
    })
}

#[tokio::test]
async fn empty_continue_tokens_end_streams() {
    let server = serve(vec![page(&[], Some(""))]).await;
    let client = client(&server);
    let snapshots: Vec<_> = client
        .snapshots(ACCOUNT, APP)
        .stream()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(snapshots, []);
}

#[tokio::test]
async fn repeated_continue_tokens_end_streams_with_an_error() {
    let pages = vec![page(&[backup("a")], Some("t1")), page(&[backup("b")], Some("t1"))];
    let server = serve(pages).await;
    let client = client(&server);
    let error = client
        .backups(ACCOUNT, None)
        .stream()
        .try_collect::<Vec<_>>()
        .await
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::RepeatedContinue { token } if token == "t1"),
        "{error}"
    );
}

#[tokio::test]
async fn columns_in_streams_are_an_error() {
    let server = serve(vec![page(&[json!(["a", null])], None)]).await;
    let client = client(&server);
    let error = client
        .backups(ACCOUNT, None)
        .stream()
        .try_collect::<Vec<_>>()
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnexpectedColumns), "{error}");
}
