//! Connections that are idle or excessive: each is closed, and none prevents others from being served.

mod http2;

use std::io::ErrorKind;
use std::net::SocketAddr;

use appkeep_server::Tls;
use appkeep_tests::{Builder, PATIENCE, TestServer, until, usual_config};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Duration, interval, timeout};

use self::http2::{Frames, GOAWAY, PING};

/// A file of the pages with more than 1 MiB, which needs no token.
const LARGE: &str = "/docs/swagger-ui-bundle.js";
/// A small file of the pages.
const SMALL: &str = "/ui";

/// Returns the usual configuration with additional lines in its table `[server]`.
fn config_with(lines: &str) -> String {
    usual_config().replace("[server]\n", &format!("[server]\n{lines}\n"))
}

fn builder(lines: &str) -> Builder {
    Builder::new().config(&config_with(lines)).workers(0)
}

async fn start(lines: &str) -> TestServer {
    builder(lines).start().await
}

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("a connection")
}

async fn send(stream: &mut (impl AsyncWriteExt + Unpin), bytes: impl AsRef<[u8]>) {
    stream.write_all(bytes.as_ref()).await.expect("the server reads");
}

/// Reads until the server closes the connection, and returns the data.
async fn until_closed(mut stream: impl AsyncReadExt + Unpin) -> Vec<u8> {
    let mut read = Vec::new();
    let outcome = timeout(PATIENCE, stream.read_to_end(&mut read)).await;
    match outcome.expect("the server closes the connection") {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
    read
}

/// Returns the status of the response to a GET; `None` if the connection is closed.
async fn status_of_get(stream: &mut TcpStream, path: &str) -> Option<String> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: appkeep\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.ok()?;
    Some(String::from_utf8_lossy(&status).into_owned())
}

/// Returns whether a new connection is served.
async fn is_served(address: SocketAddr) -> bool {
    // A refused connection may be reset before or after it is established.
    match TcpStream::connect(address).await {
        Ok(mut stream) => status_of_get(&mut stream, SMALL).await.as_deref() == Some("HTTP/1.1 200"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
            false
        }
    }
}

#[tokio::test]
async fn connections_without_a_complete_request_are_closed() {
    let server = start("idle_timeout_secs = 1").await;
    let preface = http2::PREFACE;
    let settings = [preface, &http2::frame(http2::SETTINGS, 0, 0, b"")].concat();
    let half_headers = [&settings[..], &http2::frame(http2::HEADERS, 0, 1, &[0x82, 0x86])].concat();
    let half_frame = [&settings[..], &[0, 0, 9]].concat();
    let mut closed = tokio::task::JoinSet::new();
    for sent in [
        b"".to_vec(),
        b"PRI".to_vec(),
        preface.to_vec(),
        settings,
        half_headers,
        half_frame,
        b"GET / HT".to_vec(),
        b"GET / HTTP/1.1\r\nHost: appkeep\r\n".to_vec(),
        b"GET /ui HTTP/1.1\r\nHost: appkeep\r\n\r\n".to_vec(),
        b"GET /ui HTTP/1.1\r\nHost: appkeep\r\n\r\nGET /u".to_vec(),
    ] {
        let mut stream = connect(server.address()).await;
        send(&mut stream, &sent).await;
        closed.spawn(until_closed(stream));
    }
    closed.join_all().await;
}

#[tokio::test]
async fn connections_with_endless_headers_are_closed() {
    let server = start("idle_timeout_secs = 1").await;
    let (reader, mut writer) = connect(server.address()).await.into_split();
    send(&mut writer, b"GET / HTTP/1.1\r\n").await;
    let mut pace = interval(Duration::from_millis(50));
    let trickle = async {
        while writer.write_all(b"X: y\r\n").await.is_ok() {
            pace.tick().await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = trickle => {}
        _ = until_closed(reader) => {}
    }
}

#[tokio::test]
async fn incomplete_tls_handshakes_are_closed() {
    let tls = Tls::SelfSigned { names: Vec::new() };
    let server = builder("idle_timeout_secs = 1").tls(tls).start().await;
    // Nothing; the header of a record; a record that announces a handshake of 512 bytes, and its beginning.
    for sent in [
        &b""[..],
        &b"\x16\x03\x01"[..],
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
    ] {
        let mut stream = connect(server.address()).await;
        send(&mut stream, sent).await;
        until_closed(stream).await;
    }
}

#[tokio::test]
async fn silent_connections_do_not_delay_a_stop() {
    let mut server = start("").await;
    let mut half = connect(server.address()).await;
    send(&mut half, b"GET / HT").await;
    let silent = connect(server.address()).await;
    assert!(is_served(server.address()).await);
    timeout(PATIENCE, server.stop()).await.expect("the server stops");
    until_closed(half).await;
    until_closed(silent).await;
}

#[tokio::test]
async fn idle_http2_connections_are_pinged_and_closed() {
    let server = start("idle_timeout_secs = 4").await;
    let mut frames = Frames::open(connect(server.address()).await, &[]).await;
    let seen = frames.acknowledge_until_closed().await;
    assert!(seen.contains(&PING), "{seen:?}");
    assert!(seen.contains(&GOAWAY), "{seen:?}");
}

#[tokio::test]
async fn connections_with_unread_responses_are_closed() {
    // Idle connections stay open, so only the response's timeout can free a slot.
    let server = start("connections_max = 1\nidle_timeout_secs = 3600\nwrite_timeout_secs = 1").await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let mut unread = socket.connect(server.address()).await.expect("a connection");
    let requests = format!("GET {LARGE} HTTP/1.1\r\nHost: appkeep\r\n\r\n").repeat(20);
    send(&mut unread, requests).await;
    until("room for another connection", async || {
        is_served(server.address()).await
    })
    .await;
    // Only data that was sent before arrives.
    let came = until_closed(unread).await;
    assert!(came.len() < 20 * 1024 * 1024, "{} bytes came", came.len());
}

#[tokio::test]
async fn http2_responses_with_a_closed_window_time_out() {
    let server = start("idle_timeout_secs = 3600\nwrite_timeout_secs = 1").await;
    // SETTINGS_INITIAL_WINDOW_SIZE
    for window in [0, 1, 100_000_u32] {
        let settings = [&[0, 4][..], &window.to_be_bytes()].concat();
        let mut frames = Frames::open(connect(server.address()).await, &settings).await;
        frames.get(1, LARGE).await;
        let seen = frames.acknowledge_until_closed().await;
        assert!(seen.contains(&http2::HEADERS), "{window}: {seen:?}");
    }
}

#[tokio::test]
async fn slowly_read_responses_arrive_completely() {
    let server = start("idle_timeout_secs = 5\nwrite_timeout_secs = 5").await;
    let whole = reqwest::get(format!("http://{}{LARGE}", server.address()))
        .await
        .expect("a response");
    let whole = whole.bytes().await.expect("a body").len();
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(65_536).expect("a small buffer");
    let mut stream = socket.connect(server.address()).await.expect("a connection");
    let request = format!("GET {LARGE} HTTP/1.1\r\nHost: appkeep\r\nConnection: close\r\n\r\n");
    send(&mut stream, request).await;
    // About 7.5 s in all: longer than each timeout.
    let mut pace = interval(Duration::from_millis(75));
    let mut read = Vec::new();
    let mut piece = vec![0; whole / 100];
    loop {
        pace.tick().await;
        let length = stream.read(&mut piece).await.expect("the connection stays");
        if length == 0 {
            break;
        }
        read.extend_from_slice(&piece[..length]);
    }
    assert!(read.len() > whole, "{} of {whole} bytes and a head", read.len());
}

#[tokio::test]
async fn connections_per_address_are_limited() {
    let server = start("connections_per_address_max = 2\nidle_timeout_secs = 3600").await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = connect(server.address()).await;
        assert!(status_of_get(&mut stream, SMALL).await.is_some());
        open.push(stream);
    }
    assert!(!is_served(server.address()).await);
    open.pop();
    until("room for another connection", async || {
        is_served(server.address()).await
    })
    .await;
}

#[tokio::test]
async fn the_operations_listener_responds_at_the_connection_limit() {
    let server = builder("connections_max = 1").with_operations().start().await;
    let mut only = connect(server.address()).await;
    assert!(status_of_get(&mut only, SMALL).await.is_some());
    assert!(!is_served(server.address()).await);
    let operations = server.server().operations_addr().expect("it listens");
    let ready = reqwest::get(format!("http://{operations}/readyz"))
        .await
        .expect("a response");
    assert_eq!(ready.status(), 200);
    drop(only);
}

#[tokio::test]
async fn silent_connections_to_the_operations_listener_are_closed() {
    let server = builder("idle_timeout_secs = 1").with_operations().start().await;
    let silent = connect(server.server().operations_addr().expect("it listens")).await;
    until_closed(silent).await;
}

#[tokio::test]
async fn headers_over_64_kib_are_rejected() {
    let server = start("").await;
    for (bytes, status) in [(60_000, "HTTP/1.1 200"), (66_000, "HTTP/1.1 431")] {
        let mut stream = connect(server.address()).await;
        let request = format!(
            "GET {SMALL} HTTP/1.1\r\nHost: appkeep\r\nX: {}\r\n\r\n",
            "x".repeat(bytes)
        );
        send(&mut stream, request).await;
        let mut head = [0; 12];
        stream.read_exact(&mut head).await.expect("a response");
        assert_eq!(String::from_utf8_lossy(&head), status, "{bytes}");
    }
}
