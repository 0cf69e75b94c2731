//! Requests at the level of the connection: bodies that are slow, incomplete or endless.

use std::net::SocketAddr;
use std::time::Duration;

use appkeep_tests::{Builder, PATIENCE, TestRequest, TestResponse, TestServer, changed_config};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::fixture::{Fixture, UNKNOWN};

/// A connection to which a test writes raw bytes.
pub(super) struct Wire(BufStream<TcpStream>);

impl Wire {
    pub(super) async fn open(address: SocketAddr) -> Self {
        Self(BufStream::new(
            TcpStream::connect(address).await.expect("a connection"),
        ))
    }

    /// Writes the head of a request whose body has that declared length in bytes.
    async fn head(&mut self, request: &TestRequest, body_bytes: usize) {
        self.head_with(request, &format!("Content-Length: {body_bytes}\r\n"))
            .await;
    }

    /// Writes the head of a request with these additional headers.
    async fn head_with(&mut self, request: &TestRequest, headers: &str) {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: appkeep\r\n{headers}",
            request.method,
            request.path()
        )
        .into_bytes();
        for (name, value) in [
            ("Authorization", &request.authorization),
            ("Content-Type", &request.content_type),
        ] {
            if let Some(value) = value {
                head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
            }
        }
        head.extend(b"\r\n");
        self.write(&head).await;
    }

    /// Sends a request and reads its response.
    pub(super) async fn send(&mut self, request: &TestRequest) -> TestResponse {
        let body = request.bytes();
        self.head(request, body.len()).await;
        self.write(&body).await;
        self.response().await
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("the server listens");
        self.0.flush().await.expect("the server listens");
    }

    /// Reads the next response. One without `Content-Length` has no body.
    async fn response(&mut self) -> TestResponse {
        timeout(PATIENCE, self.read())
            .await
            .expect("a response, and no waiting for the rest of the body")
    }

    async fn read(&mut self) -> TestResponse {
        let mut line = String::new();
        self.0.read_line(&mut line).await.expect("a status line");
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status");
        let mut headers = HeaderMap::new();
        loop {
            line.clear();
            self.0.read_line(&mut line).await.expect("a header");
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            let name: HeaderName = name.parse().expect("a header's name");
            headers.append(name, HeaderValue::from_str(value).expect("a header's value"));
        }
        let length = headers
            .get("content-length")
            .and_then(|value| value.to_str().ok());
        let mut bytes = vec![0; length.map_or(0, |length| length.parse().expect("a length"))];
        self.0.read_exact(&mut bytes).await.expect("a whole body");
        TestResponse {
            status,
            headers,
            bytes,
        }
    }

    /// Returns whether the server closes the connection without sending anything else.
    async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        // A reset counts as an end, too: it means that some bytes were unread.
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut rest))
            .await
            .expect("an end");
        rest.is_empty()
    }
}

async fn with_body_timeout(secs: u32) -> TestServer {
    let config = changed_config(
        "body_timeout_secs = 5\n",
        &format!("body_timeout_secs = {secs}\n"),
    );
    Builder::new().config(&config).start().await
}

/// Starts a server with a long timeout for bodies.
async fn patient() -> TestServer {
    with_body_timeout(3600).await
}

fn create(server: &TestServer, token: &str) -> TestRequest {
    let mut request = TestRequest::new("app_snap_create_for_app", token);
    request.account = server.account("acme").to_string();
    request.app = server.app("acme", "shop").to_string();
    request
}

fn assert_timed_out(response: &TestResponse) {
    assert_eq!(response.problem(), "408/-", "{}", response.text());
    assert_eq!(response.json()["type"], "about:blank");
    assert_eq!(
        response.json()["invalidFields"][0]["reason"],
        "it didn't arrive within 1 seconds"
    );
    assert_eq!(response.violations("app_snap_create_for_app"), [""; 0]);
}

#[tokio::test]
async fn incomplete_bodies_time_out() {
    let server = with_body_timeout(1).await;
    let api = server.api().await;
    for half in ["", "{", r#"{"type":"application/astra-appSnap","version":"1.2"}"#] {
        let mut wire = Wire::open(server.address()).await;
        wire.head(&create(&server, api.token()), 1000).await;
        wire.write(half.as_bytes()).await;
        assert_timed_out(&wire.response().await);
        assert!(wire.is_closed().await, "{half}");
    }
    let list = api.get(&api.app_snaps(server.app("acme", "shop"))).await;
    assert_eq!(list.json()["items"], json!([]));
}

#[tokio::test]
async fn slow_bodies_time_out() {
    let server = with_body_timeout(1).await;
    let api = server.api().await;
    let mut wire = Wire::open(server.address()).await;
    wire.head(&create(&server, api.token()), 1_000_000).await;
    // The pace of the body, not a wait for a condition.
    let mut pace = interval(Duration::from_millis(50));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (reader, mut writer) = tokio::io::split(wire.0);
    let trickle = async {
        loop {
            pace.tick().await;
            if writer.write_all(b" ").await.is_err() || writer.flush().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let mut reader = tokio::io::BufReader::new(reader);
    let mut status = String::new();
    tokio::select! {
        () = trickle => (),
        read = timeout(PATIENCE, reader.read_line(&mut status)) => {
            read.expect("a response").expect("a status line");
        }
    }
    assert!(status.starts_with("HTTP/1.1 408 "), "{status}");
}

#[tokio::test]
async fn incomplete_bodies_do_not_delay_a_stop() {
    let mut server = with_body_timeout(1).await;
    let api = server.api().await;
    let mut wire = Wire::open(server.address()).await;
    let headers = "Expect: 100-continue\r\nContent-Length: 1000\r\n";
    wire.head_with(&create(&server, api.token()), headers).await;
    // The server sends it when it waits for the body.
    assert_eq!(wire.response().await.status, 100);
    wire.write(b"{").await;
    let (stopped, response) = tokio::join!(timeout(PATIENCE, server.stop()), wire.response());
    stopped.expect("the server stops");
    assert_timed_out(&response);
}

#[tokio::test]
async fn rejections_do_not_wait_for_the_body() {
    let server = patient().await;
    let member = server.token("member", &["acme"]).await;
    let (viewer, foreigner) = (
        server.token("viewer", &["acme"]).await,
        server.token("member", &["other"]).await,
    );
    let operator = server.token("member", &["*"]).await;
    let sound = create(&server, &member);
    let spoilt = |spoil: &dyn Fn(&mut TestRequest)| {
        let mut request = sound.clone();
        spoil(&mut request);
        request
    };
    for (request, says) in [
        (spoilt(&|request| request.method = http::Method::PUT), "405/69"),
        (spoilt(&|request| request.authorization = None), "401/3"),
        (spoilt(&|request| request.token("appkeep_unknown")), "401/4"),
        (spoilt(&|request| request.id("account_id", "x")), "400/33"),
        (spoilt(&|request| request.token(&viewer)), "403/11"),
        (spoilt(&|request| request.token(&foreigner)), "403/11"),
        (
            spoilt(&|request| {
                request.token(&operator);
                request.id("account_id", UNKNOWN);
            }),
            "404/2",
        ),
        (spoilt(&|request| request.id("app_id", "x")), "400/35"),
        (spoilt(&|request| request.parameter("colour=red")), "400/6"),
        (
            spoilt(&|request| request.content_type = Some(b"text/plain".to_vec())),
            "415/-",
        ),
    ] {
        // Within and beyond the size limit, with and without a first byte.
        for (length, begun) in [(1000, ""), (1000, "{"), (100_000_000, "{")] {
            let mut wire = Wire::open(server.address()).await;
            wire.head(&request, length).await;
            wire.write(begun.as_bytes()).await;
            let response = wire.response().await;
            assert_eq!(response.problem(), says, "{length} {begun}");
            assert_eq!(response.violations("app_snap_create_for_app"), [""; 0], "{says}");
            assert!(
                wire.is_closed().await,
                "{says}: what follows can't be told from the body's rest"
            );
        }
    }
}

#[tokio::test]
async fn too_large_content_lengths_are_rejected_at_once() {
    let server = patient().await;
    let api = server.api().await;
    let request = create(&server, api.token());
    for expectation in ["", "Expect: 100-continue\r\n"] {
        let mut wire = Wire::open(server.address()).await;
        wire.head_with(&request, &format!("{expectation}Content-Length: 1048577\r\n"))
            .await;
        let response = wire.response().await;
        assert_eq!(response.problem(), "413/85", "{expectation}");
        assert_eq!(response.violations("app_snap_create_for_app"), [""; 0]);
        assert!(wire.is_closed().await);
    }
}

#[tokio::test]
async fn rejections_arrive_after_a_complete_large_body() {
    let server = patient().await;
    let api = server.api().await;
    let request = create(&server, api.token());
    let body = vec![b' '; 3 * 1024 * 1024];
    for _ in 0..5 {
        let mut wire = Wire::open(server.address()).await;
        wire.head(&request, body.len()).await;
        wire.write(&body).await;
        assert_eq!(wire.response().await.problem(), "413/85");
    }
}

#[tokio::test]
async fn encoded_bodies_are_rejected() {
    let server = patient().await;
    let api = server.api().await;
    let request = create(&server, api.token());
    for (codings, status) in [("gzip", 415), ("br, identity", 415), ("", 415), ("Identity", 201)] {
        let body = request.bytes();
        let headers = format!(
            "Content-Encoding: {codings}\r\nContent-Length: {}\r\n",
            body.len()
        );
        let mut wire = Wire::open(server.address()).await;
        wire.head_with(&request, &headers).await;
        wire.write(&body).await;
        let response = wire.response().await;
        assert_eq!(response.status, status, "{codings}");
        assert_eq!(
            response.violations("app_snap_create_for_app"),
            [""; 0],
            "{codings}"
        );
    }
}

#[tokio::test]
async fn chunked_bodies_are_read_and_limited() {
    let server = patient().await;
    let api = server.api().await;
    let request = create(&server, api.token());
    let chunked = "Transfer-Encoding: chunked\r\n";
    let mut wire = Wire::open(server.address()).await;
    wire.head_with(&request, chunked).await;
    for byte in request.bytes() {
        wire.write(&[b'1', b'\r', b'\n', byte, b'\r', b'\n']).await;
    }
    wire.write(b"0\r\n\r\n").await;
    assert_eq!(wire.response().await.status, 201);

    // The same connection again: 1 MiB and one byte of an endless body.
    wire.head_with(&request, chunked).await;
    let blanks = [b"10000\r\n".to_vec(), vec![b' '; 0x1_0000], b"\r\n".to_vec()].concat();
    for _ in 0..16 {
        wire.write(&blanks).await;
    }
    wire.write(b"1\r\n \r\n").await;
    let response = wire.response().await;
    assert_eq!(response.problem(), "413/85");
    assert_eq!(response.violations("app_snap_create_for_app"), [""; 0]);
}

#[tokio::test]
async fn aborted_bodies_create_nothing() {
    let fixture = Fixture::start().await;
    let before = fixture.everything().await;
    for half in ["", "{", r#"{"type":"application/astra-appSnap","version":"1.2"}"#] {
        let mut wire = Wire::open(fixture.server.address()).await;
        wire.head(&fixture.request("app_snap_create_for_app"), 1000).await;
        wire.write(half.as_bytes()).await;
        wire.0.shutdown().await.expect("half a connection");
        let _ = timeout(PATIENCE, wire.is_closed()).await.expect("an end");
    }
    assert_eq!(fixture.everything().await, before);
}

#[tokio::test]
async fn get_does_not_wait_for_a_body() {
    let server = patient().await;
    let api = server.api().await;
    let mut request = TestRequest::new("app_backup_list_all", api.token());
    request.account = server.account("acme").to_string();
    let mut wire = Wire::open(server.address()).await;
    wire.head(&request, 1000).await;
    wire.write(b"{").await;
    assert_eq!(wire.response().await.status, 200);
}

#[tokio::test]
async fn connections_stay_usable_after_a_rejection() {
    let server = patient().await;
    let api = server.api().await;
    let sound = create(&server, api.token());
    let mut wire = Wire::open(server.address()).await;
    for (body, says) in [("{", "400/7"), ("[]", "400/8"), ("", "400/7")] {
        wire.head(&sound, body.len()).await;
        wire.write(body.as_bytes()).await;
        assert_eq!(wire.response().await.problem(), says);
    }
    assert_eq!(wire.send(&sound).await.status, 201);
}
