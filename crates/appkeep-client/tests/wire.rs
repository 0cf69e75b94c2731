//! What the client sends, and how it reads what servers say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod canned;

use std::num::NonZeroU64;
use std::pin::Pin;
use std::time::Duration;

use appkeep_client::types::{AppBackupCreate, LabelCreate, MetadataCreate, ResourceState};
use appkeep_client::{Client, ErrorKind, Open, SecretString, Uuid};
use canned::{Answer, Canned};
use futures::{Stream, TryStreamExt};
use serde_json::{Value, json};

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

fn page(items: &[Value], next: Option<&str>) -> Answer {
    let mut list = json!({ "items": items, "metadata": { "count": items.len() } });
    if let Some(next) = next {
        list["metadata"]["continue"] = json!(next);
    }
    Answer::Say("200 OK", list.to_string())
}

fn client(server: &Canned) -> Client {
    Client::builder(&server.url)
        .bearer_token(SecretString::from("hunter2"))
        .build()
        .unwrap()
}

/// Fetches a backup from a server that gives one answer.
async fn fetch(answer: Answer) -> Result<appkeep_client::types::AppBackup, appkeep_client::Error> {
    let server = Canned::start(vec![answer]).await;
    let fetched = client(&server)
        .app_backup_fetch()
        .account_id(ACCOUNT)
        .app_backup_id(BACKUP)
        .send()
        .await;
    fetched.map(appkeep_client::ResponseValue::into_inner)
}

#[tokio::test]
async fn a_request_carries_the_token_and_the_media_types() {
    let server = Canned::start(vec![Answer::Say("201 Created", backup("a").to_string())]).await;
    let label = LabelCreate {
        name: "ticket".to_owned(),
        value: "OPS-17".to_owned(),
        extra: serde_json::Map::new(),
    };
    let metadata = MetadataCreate::builder().labels(vec![label]);
    let wish = AppBackupCreate::builder()
        .name("a".to_owned())
        .metadata(MetadataCreate::try_from(metadata).unwrap());
    let client = client(&server);
    let create = client
        .app_backup_create_for_app()
        .account_id(ACCOUNT)
        .app_id(APP)
        .body(wish);
    let created = create.send().await.unwrap();
    assert_eq!(created.status(), 201);

    let request = server.requests().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with(&format!(
            "POST /accounts/{ACCOUNT}/k8s/v1/apps/{APP}/appBackups HTTP/1.1"
        )),
        "{head}"
    );
    for header in [
        "authorization: Bearer hunter2",
        "accept: application/json",
        "content-type: application/json",
        concat!("user-agent: appkeep-client/", env!("CARGO_PKG_VERSION")),
    ] {
        assert!(
            head.lines().any(|line| line == header),
            "{header} isn't in {head}"
        );
    }
    assert!(!head.contains("api-version"), "{head}");
    let expected = json!({
        "type": "application/astra-appBackup",
        "version": "1.1",
        "name": "a",
        "metadata": { "labels": [{ "name": "ticket", "value": "OPS-17" }] },
    });
    assert_eq!(serde_json::from_str::<Value>(body).unwrap(), expected);
}

#[tokio::test]
async fn a_missing_argument_is_named_before_anything_is_sent() {
    let server = Canned::start(vec![]).await;
    let error = client(&server)
        .app_backup_fetch()
        .account_id(ACCOUNT)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "app_backup_fetch: invalid request: app_backup_id was not initialized"
    );
}

#[tokio::test]
async fn unknown_values_and_members_survive() {
    let mut odd = backup("a");
    odd["state"] = json!("deleting");
    odd["version"] = json!("9.9");
    odd["snapshotCreationTimestamp"] = json!("2022-10-06T20:58:16Z");
    odd["metadata"]["labels"] = json!([{ "name": "a", "value": "b", "colour": "red" }]);
    odd["totalBytes"] = json!(9_007_199_254_740_993_u64);
    odd.as_object_mut().unwrap().remove("stateUnready");
    let fetched = fetch(Answer::Say("200 OK", odd.to_string())).await.unwrap();
    assert_eq!(fetched.state, Open::Unknown("deleting".to_owned()));
    assert_eq!(fetched.state_unready, None);
    assert_eq!(serde_json::to_value(&fetched).unwrap(), odd);
}

#[tokio::test]
async fn a_decode_error_has_operation_path_and_body() {
    let mut wrong = backup("b");
    wrong["state"] = json!(5);
    let items = [backup("a"), backup("a"), backup("a"), wrong];
    let server = Canned::start(vec![page(&items, None)]).await;
    let error = client(&server)
        .app_backup_list_all()
        .account_id(ACCOUNT)
        .send()
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
async fn the_body_of_a_decode_error_is_bounded() {
    let error = fetch(Answer::Say("200 OK", "é".repeat(10_000)))
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
async fn a_problem_is_typed_whatever_its_status() {
    for status in ["404 Not Found", "418 I'm a teapot", "507 Insufficient Storage"] {
        let problem = json!({
            "type": "https://astra.netapp.io/problems/9",
            "title": "Invalid body",
            "detail": "The body can't be accepted.",
            "status": &status[..3],
            "correlationID": "c-1",
            "invalidFields": [{ "name": "name", "reason": "is too long" }],
            "hint": "shorten it",
        });
        let error = fetch(Answer::Say(status, problem.to_string())).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_str(), &status[..3]);
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
async fn a_status_without_a_problem_keeps_its_body() {
    let error = fetch(Answer::Say("502 Bad Gateway", "<h1>oops</h1>\n".to_owned()))
        .await
        .unwrap_err();
    assert_eq!(error.problem(), None);
    assert_eq!(
        error.to_string(),
        "app_backup_fetch: 502 Bad Gateway, and the body isn't a problem: <h1>oops</h1>\\n"
    );
    let error = fetch(Answer::Say("302 Found", String::new())).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "app_backup_fetch: 302 Found, and the body isn't a problem: (nothing)"
    );
}

#[tokio::test]
async fn a_deletion_has_no_body() {
    let server = Canned::start(vec![Answer::Say("204 No Content", String::new())]).await;
    let client = client(&server);
    let delete = client
        .app_backup_delete()
        .account_id(ACCOUNT)
        .app_backup_id(BACKUP);
    assert_eq!(delete.send().await.unwrap().status(), 204);
}

#[tokio::test]
async fn a_silent_server_runs_into_the_time_out() {
    let server = Canned::start(vec![Answer::Hang]).await;
    let client = Client::builder(&server.url)
        .timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let error = client
        .app_backup_fetch()
        .account_id(ACCOUNT)
        .app_backup_id(BACKUP)
        .send()
        .await
        .unwrap_err();
    assert!(
        error.is_timeout() && error.to_string().ends_with("timed out"),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_server_is_named_with_the_cause() {
    let server = Canned::start(vec![]).await;
    tokio::task::yield_now().await;
    let error = client(&server)
        .app_backup_fetch()
        .account_id(ACCOUNT)
        .app_backup_id(BACKUP)
        .send()
        .await;
    let line = error.unwrap_err().to_string();
    assert!(
        line.contains(&server.url) && line.contains("Connection refused"),
        "{line}"
    );
}

#[tokio::test]
async fn a_stream_reads_page_after_page_and_ends() {
    let pages = vec![
        page(&[backup("a"), backup("b")], Some("t1")),
        page(&[], Some("t2")),
        page(&[backup("c")], None),
    ];
    let server = Canned::start(pages).await;
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
    let lines: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.lines().next().unwrap().to_owned())
        .collect();
    assert_eq!(
        lines,
        [
            format!("{path}?limit=2 HTTP/1.1"),
            format!("{path}?continue=t1&limit=2 HTTP/1.1"),
            format!("{path}?continue=t2&limit=2 HTTP/1.1"),
        ]
    );
}

#[tokio::test]
async fn lists_of_what_is_declared_go_on_with_the_next_page() {
    let asked = async |version: &str, read: fn(&Client) -> Empty<'_>, path: String| {
        let pages = [json!({"continue": "t1"}), json!({})].map(|metadata| {
            let list = json!({"type": "list", "version": version, "items": [], "metadata": metadata});
            Answer::Say("200 OK", list.to_string())
        });
        let server = Canned::start(pages.into()).await;
        assert_eq!(read(&client(&server)).await, Ok(0));
        let requests = server.requests();
        let lines: Vec<_> = requests
            .iter()
            .filter_map(|request| request.lines().next())
            .collect();
        assert_eq!(
            lines,
            [
                format!("GET {path}?limit=500 HTTP/1.1"),
                format!("GET {path}?continue=t1&limit=500 HTTP/1.1")
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

/// How many items a stream has, or why that can't be told.
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
async fn an_empty_token_ends_a_stream() {
    let server = Canned::start(vec![page(&[], Some(""))]).await;
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
async fn a_repeated_token_ends_a_stream_with_an_error() {
    let pages = vec![page(&[backup("a")], Some("t1")), page(&[backup("b")], Some("t1"))];
    let server = Canned::start(pages).await;
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
async fn columns_in_a_stream_are_an_error() {
    let server = Canned::start(vec![page(&[json!(["a", null])], None)]).await;
    let client = client(&server);
    let error = client
        .backups(ACCOUNT, None)
        .stream()
        .try_collect::<Vec<_>>()
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnexpectedColumns), "{error}");
}
