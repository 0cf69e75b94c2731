//! Requests at the level of the connection: bodies that are slow, incomplete or endless.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use appkeep_tests::{Answer, Ask, Builder, PATIENCE, TestServer, usual_config};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::stage::{Stage, UNKNOWN};

/// A connection to which a test writes raw bytes.
pub(super) struct Wire(BufStream<TcpStream>);

impl Wire {
    pub(super) async fn open(address: SocketAddr) -> Self {
        Self(BufStream::new(
            TcpStream::connect(address).await.expect("a connection"),
        ))
    }

    /// Writes the head of a request whose body has that declared length in bytes.
    pub(super) async fn head(&mut self, ask: &Ask, body_bytes: usize) {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: appkeep\r\n", ask.method, ask.path()).into_bytes();
        for (name, value) in [
            ("Authorization", &ask.authorization),
            ("Content-Type", &ask.content_type),
        ] {
            if let Some(value) = value {
                head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
            }
        }
        head.extend(format!("Content-Length: {body_bytes}\r\n\r\n").into_bytes());
        self.write(&head).await;
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("the server listens");
        self.0.flush().await.expect("the server listens");
    }

    /// Reads the next response. One without `Content-Length` has no body.
    pub(super) async fn answer(&mut self) -> Answer {
        timeout(PATIENCE, self.read())
            .await
            .expect("an answer, and no waiting for the rest of the body")
    }

    async fn read(&mut self) -> Answer {
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
        Answer {
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

fn create(server: &TestServer, token: &str) -> Ask {
    let mut ask = Ask::new("app_snap_create_for_app", token);
    ask.account = server.account("acme").to_string();
    ask.app = server.app("acme", "shop").to_string();
    ask
}

fn assert_timed_out(answer: &Answer) {
    assert_eq!(
        answer.problem(),
        "408/-",
        "{}",
        String::from_utf8_lossy(&answer.bytes)
    );
    assert_eq!(answer.json()["type"], "about:blank");
    assert_eq!(
        answer.json()["invalidFields"][0]["reason"],
        "it didn't arrive within 1 seconds"
    );
    assert_eq!(answer.violations("app_snap_create_for_app"), [""; 0]);
}

#[tokio::test]
async fn half_a_body_that_never_ends_is_given_up() {
    let server = TestServer::start().await;
    let api = server.api().await;
    for half in ["", "{", r#"{"type":"application/astra-appSnap","version":"1.2"}"#] {
        let mut wire = Wire::open(server.address()).await;
        wire.head(&create(&server, api.token()), 1000).await;
        wire.write(half.as_bytes()).await;
        assert_timed_out(&wire.answer().await);
        assert!(wire.is_closed().await, "{half}");
    }
    let list = api.get(&api.app_snaps(server.app("acme", "shop"))).await;
    assert_eq!(list.json()["items"], json!([]));
}

#[tokio::test]
async fn a_body_that_trickles_for_ever_is_given_up() {
    let server = TestServer::start().await;
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
            read.expect("an answer").expect("a status line");
        }
    }
    assert!(status.starts_with("HTTP/1.1 408 "), "{status}");
}

#[tokio::test]
async fn half_a_body_does_not_keep_the_server_from_stopping() {
    let mut server = TestServer::start().await;
    let api = server.api().await;
    let mut wire = Wire::open(server.address()).await;
    wire.head(&create(&server, api.token()), 1000).await;
    wire.write(b"{").await;
    // The response to a later request shows that the server has received the first one.
    assert_eq!(api.get(&api.backups()).await.status, 200);
    let begun = Instant::now();
    let ((), answer) = tokio::join!(server.stop(), wire.answer());
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "it took {:?} to stop",
        begun.elapsed()
    );
    assert_timed_out(&answer);
}

/// Starts a server with a long timeout for bodies.
async fn patient() -> TestServer {
    let config = usual_config().replace("body_timeout_secs = 1\n", "body_timeout_secs = 300\n");
    assert_ne!(config, usual_config());
    Builder::new().config(&config).start().await
}

#[tokio::test]
async fn what_can_be_refused_without_the_body_does_not_wait_for_it() {
    let server = patient().await;
    let member = server.token("member", &["acme"]).await;
    let (viewer, foreigner) = (
        server.token("viewer", &["acme"]).await,
        server.token("member", &["other"]).await,
    );
    let operator = server.token("member", &["*"]).await;
    let sound = create(&server, &member);
    let spoilt = |spoil: &dyn Fn(&mut Ask)| {
        let mut ask = sound.clone();
        spoil(&mut ask);
        ask
    };
    for (ask, says) in [
        (spoilt(&|ask| ask.method = http::Method::PUT), "405/69"),
        (spoilt(&|ask| ask.authorization = None), "401/3"),
        (spoilt(&|ask| ask.token("appkeep_unknown")), "401/4"),
        (spoilt(&|ask| ask.id("account_id", "x")), "400/33"),
        (spoilt(&|ask| ask.token(&viewer)), "403/11"),
        (spoilt(&|ask| ask.token(&foreigner)), "403/11"),
        (
            spoilt(&|ask| {
                ask.token(&operator);
                ask.id("account_id", UNKNOWN);
            }),
            "404/2",
        ),
        (spoilt(&|ask| ask.id("app_id", "x")), "400/35"),
        (spoilt(&|ask| ask.parameter("colour=red")), "400/6"),
        (
            spoilt(&|ask| ask.content_type = Some(b"text/plain".to_vec())),
            "415/-",
        ),
    ] {
        // Within and beyond the size limit, with and without a first byte.
        for (length, begun) in [(1000, ""), (1000, "{"), (100_000_000, "{")] {
            let mut wire = Wire::open(server.address()).await;
            wire.head(&ask, length).await;
            wire.write(begun.as_bytes()).await;
            let answer = wire.answer().await;
            assert_eq!(answer.problem(), says, "{length} {begun}");
            assert_eq!(answer.violations("app_snap_create_for_app"), [""; 0], "{says}");
            assert!(
                wire.is_closed().await,
                "{says}: what follows can't be told from the body's rest"
            );
        }
    }
}

#[tokio::test]
async fn a_body_that_is_declared_too_large_is_refused_before_it_is_asked_for() {
    let server = patient().await;
    let api = server.api().await;
    let ask = create(&server, api.token());
    for expectation in ["", "Expect: 100-continue\r\n"] {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: appkeep\r\nAuthorization: Bearer {}\r\n{expectation}Content-Length: 1048577\r\n\r\n",
            ask.path(),
            api.token()
        );
        let mut wire = Wire::open(server.address()).await;
        wire.write(head.as_bytes()).await;
        let answer = wire.answer().await;
        assert_eq!(answer.problem(), "413/85", "{expectation}");
        assert_eq!(answer.violations("app_snap_create_for_app"), [""; 0]);
        assert!(wire.is_closed().await);
    }
}

#[tokio::test]
async fn a_refusal_arrives_although_the_whole_body_is_sent_first() {
    let server = patient().await;
    let api = server.api().await;
    let ask = create(&server, api.token());
    let body = vec![b' '; 3 * 1024 * 1024];
    for _ in 0..5 {
        let mut wire = Wire::open(server.address()).await;
        wire.head(&ask, body.len()).await;
        wire.write(&body).await;
        assert_eq!(wire.answer().await.problem(), "413/85");
    }
}

#[tokio::test]
async fn a_body_with_a_coding_is_refused() {
    let server = patient().await;
    let api = server.api().await;
    let ask = create(&server, api.token());
    for (codings, status) in [("gzip", 415), ("br, identity", 415), ("", 415), ("Identity", 201)] {
        let body = ask.bytes();
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: appkeep\r\nAuthorization: Bearer {}\r\nContent-Encoding: {codings}\r\nContent-Length: {}\r\n\r\n",
            ask.path(),
            api.token(),
            body.len()
        );
        let mut wire = Wire::open(server.address()).await;
        wire.write(head.as_bytes()).await;
        wire.write(&body).await;
        let answer = wire.answer().await;
        assert_eq!(answer.status, status, "{codings}");
        assert_eq!(answer.violations("app_snap_create_for_app"), [""; 0], "{codings}");
    }
}

#[tokio::test]
async fn a_body_in_chunks_is_read_and_limited_like_any_other() {
    let server = patient().await;
    let api = server.api().await;
    let ask = create(&server, api.token());
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: appkeep\r\nAuthorization: Bearer {}\r\nTransfer-Encoding: chunked\r\n\r\n",
        ask.path(),
        api.token()
    );
    let mut wire = Wire::open(server.address()).await;
    wire.write(head.as_bytes()).await;
    for byte in ask.bytes() {
        wire.write(&[b'1', b'\r', b'\n', byte, b'\r', b'\n']).await;
    }
    wire.write(b"0\r\n\r\n").await;
    assert_eq!(wire.answer().await.status, 201);

    // The same connection again: 1 MiB and one byte of an endless body.
    wire.write(head.as_bytes()).await;
    let blanks = [b"10000\r\n".to_vec(), vec![b' '; 0x1_0000], b"\r\n".to_vec()].concat();
    for _ in 0..16 {
        wire.write(&blanks).await;
    }
    wire.write(b"1\r\n \r\n").await;
    let answer = wire.answer().await;
    assert_eq!(answer.problem(), "413/85");
    assert_eq!(answer.violations("app_snap_create_for_app"), [""; 0]);
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing_behind() {
    let stage = Stage::set().await;
    let before = stage.everything().await;
    for half in ["", "{", r#"{"type":"application/astra-appSnap","version":"1.2"}"#] {
        let mut wire = Wire::open(stage.server.address()).await;
        wire.head(&stage.ask("app_snap_create_for_app"), 1000).await;
        wire.write(half.as_bytes()).await;
        wire.0.shutdown().await.expect("half a connection");
        let _ = timeout(PATIENCE, wire.is_closed()).await.expect("an end");
    }
    assert_eq!(stage.everything().await, before);
}

#[tokio::test]
async fn get_does_not_wait_for_a_body_that_never_comes() {
    let server = patient().await;
    let api = server.api().await;
    let mut ask = Ask::new("app_backup_list_all", api.token());
    ask.account = server.account("acme").to_string();
    let mut wire = Wire::open(server.address()).await;
    wire.head(&ask, 1000).await;
    wire.write(b"{").await;
    assert_eq!(wire.answer().await.status, 200);
}

#[tokio::test]
async fn a_refusal_leaves_the_connection_usable() {
    let server = patient().await;
    let api = server.api().await;
    let sound = create(&server, api.token());
    let mut wire = Wire::open(server.address()).await;
    for (body, says) in [("{", "400/7"), ("[]", "400/8"), ("", "400/7")] {
        wire.head(&sound, body.len()).await;
        wire.write(body.as_bytes()).await;
        assert_eq!(wire.answer().await.problem(), says);
    }
    let body = sound.bytes();
    wire.head(&sound, body.len()).await;
    wire.write(&body).await;
    assert_eq!(wire.answer().await.status, 201);
}
