//! The server and its faults, seen by a client.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::process::Command;

use appkeep_s3_server::{
    ACCESS_KEY, ErrorCode, Fault, Matching, OTHER_REGION, Operation, REGION, S3Server, SECRET_KEY,
};
use opendal::services::S3;
use opendal::{ErrorKind, Operator};

const BUCKET: &str = "backups";

/// The smallest part that S3 permits.
const PART_BYTES: usize = 5 << 20;

fn server() -> S3Server {
    let server = S3Server::start();
    server.create_bucket(BUCKET);
    server
}

fn client(server: &S3Server) -> Operator {
    client_with(server, ACCESS_KEY, SECRET_KEY)
}

fn client_with(server: &S3Server, access_key: &str, secret_key: &str) -> Operator {
    let service = S3::default()
        .endpoint(&server.url())
        .bucket(BUCKET)
        .region(REGION)
        .access_key_id(access_key)
        .secret_access_key(secret_key)
        .disable_config_load()
        .disable_ec2_metadata();
    Operator::new(service).unwrap()
}

async fn keys(client: &Operator, prefix: &str) -> Vec<String> {
    let entries = client.list_with(prefix).recursive(true).await.unwrap();
    entries.iter().map(|entry| entry.path().to_owned()).collect()
}

#[tokio::test]
async fn objects_are_files_and_requests_are_recorded() {
    let server = server();
    let client = client(&server);
    client.write("app/data/a b", "content").await.unwrap();
    client.write("app/other", "").await.unwrap();
    let stored = fs::read(server.directory().join(BUCKET).join("app/data/a b"));
    assert_eq!(stored.unwrap(), b"content");
    let part = client.read_with("app/data/a b").range(3..7).await.unwrap();
    assert_eq!(part.to_vec(), b"tent");
    assert_eq!(keys(&client, "app/").await, ["app/data/a b", "app/other"]);
    client.delete("app/other").await.unwrap();
    assert_eq!(server.keys(BUCKET), ["app/data/a b"]);
    let missing = client.read("app/other").await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);

    let requests = server.requests();
    let found: Vec<_> = requests
        .iter()
        .map(|request| (request.operation, request.key.as_str(), request.status))
        .collect();
    assert_eq!(
        found,
        [
            (Operation::Put, "app/data/a b", Some(200)),
            (Operation::Put, "app/other", Some(200)),
            (Operation::Get, "app/data/a b", Some(206)),
            (Operation::List, "app/", Some(200)),
            (Operation::Delete, "app/other", Some(204)),
            (Operation::Get, "app/other", Some(404)),
        ]
    );
    assert_eq!(requests[0].path, "/backups/app/data/a%20b");
    assert!(requests[3].query.contains("list-type=2"), "{}", requests[3].query);
}

#[tokio::test]
async fn missing_buckets_and_wrong_keys_are_refused() {
    let server = server();
    let unknown = client_with(&server, "AKIAUNKNOWN000000000", SECRET_KEY);
    let error = unknown.write("a", "").await.unwrap_err().to_string();
    assert!(
        error.contains("InvalidAccessKeyId") && error.contains("403"),
        "{error}"
    );
    let wrong = client_with(&server, ACCESS_KEY, "wrong");
    let error = wrong.write("a", "").await.unwrap_err().to_string();
    assert!(
        error.contains("SignatureDoesNotMatch") && error.contains("403"),
        "{error}"
    );
    server.delete_bucket(BUCKET);
    let client = client(&server);
    for error in [
        client.write("a", "").await.unwrap_err(),
        client.read("a").await.unwrap_err(),
        client.list("").await.unwrap_err(),
    ] {
        let error = error.to_string();
        assert!(error.contains("NoSuchBucket") && error.contains("404"), "{error}");
    }
    assert!(!server.directory().join(BUCKET).exists());
}

#[tokio::test]
async fn error_responses_have_the_codes_and_statuses_of_aws() {
    let server = server();
    let client = client(&server);
    for code in [
        ErrorCode::InternalError,
        ErrorCode::SlowDown,
        ErrorCode::ExpiredToken,
        ErrorCode::InvalidAccessKeyId,
        ErrorCode::SignatureDoesNotMatch,
        ErrorCode::RequestTimeTooSkewed,
        ErrorCode::AccessDenied,
        ErrorCode::AuthorizationHeaderMalformed,
        ErrorCode::PermanentRedirect,
        ErrorCode::NoSuchBucket,
    ] {
        let injection = server.inject(Fault::Error(code), Matching::any().times(1));
        let error = client.write("a", "content").await.unwrap_err().to_string();
        assert!(error.contains(&format!("{code:?}")), "{error}");
        assert_eq!(injection.count(), 1);
        let recorded = server.requests().pop().unwrap();
        assert_eq!(recorded.status, Some(code.status()));
        assert_eq!(recorded.fault, Some(Fault::Error(code)));
        let names_region = error.contains(OTHER_REGION);
        let is_about_region = matches!(
            code,
            ErrorCode::AuthorizationHeaderMalformed | ErrorCode::PermanentRedirect
        );
        assert_eq!(names_region, is_about_region, "{error}");
    }
    assert!(server.keys(BUCKET).is_empty());
    client.write("a", "content").await.unwrap();
}

#[tokio::test]
async fn only_matching_requests_are_affected() {
    let server = server();
    let client = client(&server);
    let puts = Matching::operations(&[Operation::Put]);
    let second = server.inject(
        Fault::Error(ErrorCode::SlowDown),
        puts.clone().prefix("app/").nth(2),
    );
    let forever = server.inject(
        Fault::ErrorAfterwards(ErrorCode::InternalError),
        puts.containing("x"),
    );
    client.write("app/a", "").await.unwrap();
    client.write("other/a", "").await.unwrap();
    client.write("app/b", "").await.unwrap_err();
    client.write("app/b", "").await.unwrap();
    for _ in 0..2 {
        client.write("other/x", "").await.unwrap_err();
    }
    client.read("other/x").await.unwrap();
    assert_eq!((second.count(), forever.count()), (1, 2));
    server.remove_faults();
    client.write("other/x", "").await.unwrap();
}

#[tokio::test]
async fn a_hanging_request_continues_once_the_fault_is_removed() {
    let server = server();
    let client = client(&server);
    let hang = server.inject(Fault::Hang, Matching::any().containing("held"));
    let held = tokio::spawn({
        let client = client.clone();
        async move { client.write("held", "content").await }
    });
    let waiting = hang.clone();
    tokio::task::spawn_blocking(move || waiting.wait_for(1))
        .await
        .unwrap();
    client.write("other", "").await.unwrap();
    assert!(!held.is_finished());
    assert_eq!(server.keys(BUCKET), ["other"]);
    hang.remove();
    held.await.unwrap().unwrap();
    assert_eq!(server.keys(BUCKET), ["held", "other"]);
}

#[tokio::test]
async fn a_request_may_be_executed_before_its_connection_is_lost() {
    let server = server();
    let client = client(&server);
    server.inject(Fault::Reset, Matching::any().times(1));
    server.inject(Fault::ResetAfterwards, Matching::any().times(1));
    client.write("a", "content").await.unwrap_err();
    assert!(server.keys(BUCKET).is_empty());
    client.write("a", "content").await.unwrap_err();
    assert_eq!(server.keys(BUCKET), ["a"]);
    assert!(server.requests().iter().all(|request| request.status.is_none()));
}

#[tokio::test]
async fn bodies_of_responses_end_early() {
    let server = server();
    let client = client(&server);
    client.write("a", "content").await.unwrap();
    for fault in [Fault::ResetDuringBody(3), Fault::CloseDuringBody(3)] {
        let injection = server.inject(fault, Matching::any().times(1));
        client.read("a").await.unwrap_err();
        assert_eq!(injection.count(), 1, "{fault:?}");
    }
    server.inject(Fault::TruncateBody(3), Matching::any().times(1));
    let response = raw_get(&server).await;
    assert!(
        response.to_ascii_lowercase().contains("content-length: 3\r\n") && response.ends_with("\r\n\r\ncon"),
        "{response}"
    );
}

/// The response to a presigned `GET`, as received: clients check the length of what they read.
async fn raw_get(server: &S3Server) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let signed = client(server)
        .presign_read("a", std::time::Duration::from_mins(1))
        .await
        .unwrap();
    let uri = signed.uri();
    let authority = uri.authority().unwrap().as_str();
    let mut connection = tokio::net::TcpStream::connect(authority).await.unwrap();
    let path = uri.path_and_query().unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn conditions_are_checked_unless_a_fault_ignores_them() {
    let server = server();
    let client = client(&server);
    let put = |content: &'static str| {
        let client = client.clone();
        async move { client.write_with("a", content).if_not_exists(true).await }
    };
    put("first").await.unwrap();
    let refused = put("second").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionNotMatch);
    let injection = server.inject(Fault::IgnoreConditions, Matching::any());
    put("third").await.unwrap();
    assert_eq!(client.read("a").await.unwrap().to_vec(), b"third");
    assert_eq!(injection.count(), 1);
}

#[tokio::test]
async fn concurrent_conditional_puts_create_one_object() {
    let server = server();
    let client = client(&server);
    let puts = (0..8).map(|number| {
        let client = client.clone();
        tokio::spawn(async move { client.write_with("a", vec![number]).if_not_exists(true).await })
    });
    let mut created = 0;
    for put in puts.collect::<Vec<_>>() {
        created += usize::from(put.await.unwrap().is_ok());
    }
    assert_eq!(created, 1);
}

#[tokio::test]
async fn lists_are_stale_until_the_fault_is_removed() {
    let server = server();
    let client = client(&server);
    client.write("app/a/1", "").await.unwrap();
    client.write("app/b", "").await.unwrap();
    let stale = server.inject(Fault::StaleListings, Matching::any());
    client.write("app/a/1", "new").await.unwrap();
    client.write("app/a/2", "").await.unwrap();
    client.write("app/c/1", "").await.unwrap();
    assert_eq!(keys(&client, "app/").await, ["app/a/1", "app/b"]);
    let entries = client.list("app/").await.unwrap();
    let entries: Vec<_> = entries.iter().map(opendal::Entry::path).collect();
    assert_eq!(entries, ["app/a/", "app/b"]);
    client.read("app/c/1").await.unwrap();
    stale.remove();
    assert_eq!(
        keys(&client, "app/").await,
        ["app/a/1", "app/a/2", "app/b", "app/c/1"]
    );
}

#[tokio::test]
async fn lost_writes_and_wrong_tags_have_success_responses() {
    let server = server();
    let client = client(&server);
    client.write("a", "old").await.unwrap();
    let lost = server.inject(Fault::LostWrite, Matching::any());
    client.write("a", "new").await.unwrap();
    client.write("b", "new").await.unwrap();
    client.delete("a").await.unwrap();
    assert_eq!(server.keys(BUCKET), ["a"]);
    assert_eq!(client.read("a").await.unwrap().to_vec(), b"old");
    assert_eq!(lost.count(), 3);
    lost.remove();

    server.inject(Fault::WrongETag, Matching::any().times(1));
    let put = client.write("a", "new").await.unwrap();
    let stat = client.stat("a").await.unwrap();
    assert!(put.etag().is_some() && stat.etag().is_some());
    assert_ne!(put.etag(), stat.etag());
}

#[tokio::test]
async fn an_upload_in_parts_fails_at_a_part_or_at_its_end() {
    let server = server();
    let client = client(&server);
    let upload = || {
        let content = vec![7; PART_BYTES + 1];
        let client = client.clone();
        async move { client.write_with("big", content).chunk(PART_BYTES).await }
    };
    for (operation, fault) in [
        (Operation::UploadPart, Fault::Error(ErrorCode::InternalError)),
        (Operation::CompleteUpload, Fault::Error(ErrorCode::SlowDown)),
        (
            Operation::CompleteUpload,
            Fault::ErrorInBody(ErrorCode::InternalError),
        ),
    ] {
        let injection = server.inject(fault, Matching::operations(&[operation]).times(1));
        upload().await.unwrap_err();
        assert_eq!(injection.count(), 1, "{operation:?}");
        assert!(server.keys(BUCKET).is_empty());
    }
    upload().await.unwrap();
    let stored = client.read("big").await.unwrap();
    assert_eq!(stored.len(), PART_BYTES + 1);
}

#[tokio::test]
async fn a_stopped_server_refuses_connections_until_it_starts_again() {
    let server = server();
    let client = client(&server);
    client.write("a", "content").await.unwrap();
    let url = server.url();
    server.stop();
    client.read("a").await.unwrap_err();
    server.start_again();
    assert_eq!(server.url(), url);
    assert_eq!(client.read("a").await.unwrap().to_vec(), b"content");
}

#[test]
fn restic_accepts_the_server() {
    let server = server();
    let files = tempfile::tempdir().unwrap();
    fs::write(files.path().join("a"), "content").unwrap();
    let restic = |arguments: &[&str]| {
        let mut restic = Command::new("restic");
        restic
            .args(["--quiet", "--no-cache", "--repo"])
            .arg(format!("s3:{}/{BUCKET}/app", server.url()))
            .args(arguments)
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .env("RESTIC_PASSWORD", "test");
        let output = restic.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    };
    restic(&["init"]);
    restic(&["backup", &files.path().to_string_lossy()]);
    restic(&["check", "--read-data"]);
    restic(&["forget", "latest", "--prune"]);
    assert!(server.keys(BUCKET).contains(&"app/config".to_owned()));
}
