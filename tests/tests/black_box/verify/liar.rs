//! A server that is right in everything but one: a proxy that changes what a real one says.

use std::io;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy, sink};
use tokio::net::{TcpListener, TcpStream};

/// Headers that say how a message travels; the proxy writes its own.
const TRAVEL: [&str; 3] = ["connection", "content-length", "transfer-encoding"];

/// An answer, on its way.
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// How an answer is changed; most are left alone.
pub(super) type Lie = fn(&mut Said);

impl Said {
    /// Changes the body, if it is JSON.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut body) = serde_json::from_slice(&self.body) {
            change(&mut body);
            self.body = body.to_string().into_bytes();
        }
    }

    fn read(bytes: &[u8]) -> Self {
        let end = bytes
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .expect("a whole head");
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1)?.parse().ok())
            .expect("a status");
        let headers = lines.filter_map(|line| line.split_once(": "));
        let mut headers: Vec<_> = headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let body = &bytes[end + 4..];
        let is_chunked = headers
            .iter()
            .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = if is_chunked { joined(body) } else { body.to_vec() };
        headers.retain(|(name, _)| !TRAVEL.contains(&name.as_str()));
        Self {
            status,
            headers,
            body,
        }
    }

    fn write(&self) -> Vec<u8> {
        let mut lines = vec![
            format!("HTTP/1.1 {} ", self.status),
            "connection: close".to_owned(),
        ];
        if self.status != 204 {
            lines.push(format!("content-length: {}", self.body.len()));
        }
        lines.extend(
            self.headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        [lines.join("\r\n").as_bytes(), b"\r\n\r\n", &self.body].concat()
    }
}

/// The content of a chunked body.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = chunks.windows(2).position(|window| window == b"\r\n") {
        let size = String::from_utf8_lossy(&chunks[..end]).into_owned();
        let size = usize::from_str_radix(&size, 16).expect("the size of a chunk");
        body.extend_from_slice(&chunks[end + 2..][..size]);
        chunks = &chunks[end + 2 + size + 2..];
        if size == 0 {
            break;
        }
    }
    body
}

/// Starts the proxy and answers its URL; it ends with the runtime.
pub(super) async fn start(server: SocketAddr, lie: Lie) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(relay(client, server, lie));
        }
    });
    url
}

/// One request, one answer.
async fn relay(client: TcpStream, server: SocketAddr, lie: Lie) -> io::Result<()> {
    let (from_client, mut to_client) = client.into_split();
    let mut from_client = BufReader::new(from_client);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if from_client.read_line(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let (mut from_server, mut to_server) = TcpStream::connect(server).await?.into_split();
    let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    to_server.write_all(head.as_bytes()).await?;

    // A body may be refused halfway; taken in it has to be all the same, or the connection breaks before the
    // answer is read.
    let body = tokio::spawn(async move {
        let _ = copy(&mut from_client, &mut to_server).await;
        copy(&mut from_client, &mut sink()).await
    });
    let mut answer = Vec::new();
    let _ = from_server.read_to_end(&mut answer).await;
    let mut said = Said::read(&answer);
    lie(&mut said);
    to_client.write_all(&said.write()).await?;
    to_client.shutdown().await?;
    body.await?.map(|_| ())
}
