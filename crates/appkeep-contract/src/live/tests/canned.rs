//! A server in a few lines: reads a request, asks a function, answers, hangs up.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    /// What stands behind the `?`.
    pub(super) query: String,
    /// What `Authorization` says.
    pub(super) authorization: String,
    /// `null` where there is none.
    pub(super) body: Value,
}

/// A whole response.
#[derive(Clone)]
pub(super) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Reply {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_string(),
        }
        .with("Content-Type", "application/json")
    }

    pub(super) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// None at all: the server hangs up.
    pub(super) fn silence() -> Self {
        Self::empty(0)
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn body(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    pub(super) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub(super) fn with_body(self, body: &Value) -> Self {
        Self {
            body: body.to_string(),
            ..self
        }
    }

    /// With so many spaces behind the body.
    pub(super) fn padded(mut self, spaces: usize) -> Self {
        self.body.push_str(&" ".repeat(spaces));
        self
    }

    /// Changed, if something is so.
    pub(super) fn when(self, is_so: bool, change: impl FnOnce(Self) -> Self) -> Self {
        if is_so { change(self) } else { self }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A running server; stops when dropped.
pub(super) struct Canned {
    url: String,
    task: JoinHandle<()>,
}

impl Canned {
    pub(super) async fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer = Arc::new(answer);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = Arc::clone(&answer);
                tokio::spawn(async move { serve(stream, &*answer).await });
            }
        });
        Self { url, task }
    }

    pub(super) fn url(&self) -> String {
        self.url.clone()
    }
}

impl Drop for Canned {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, answer: &(dyn Fn(&Request) -> Reply + Send + Sync)) -> Option<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        head.extend_from_slice(&chunk[..count]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let (head, begun) = text.split_once("\r\n\r\n")?;
    let header = |wanted: &str| {
        let mut headers = head.lines().filter_map(|line| line.split_once(':'));
        let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.trim())
    };
    let length = header("content-length").and_then(|length| length.parse().ok());
    let mut body = begun.as_bytes().to_vec();
    while body.len() < length.unwrap_or_default() {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        body.extend_from_slice(&chunk[..count]);
    }
    let mut words = head.lines().next()?.split(' ');
    let method = words.next()?.to_owned();
    let (path, query) = words.next().map(|url| url.split_once('?').unwrap_or((url, "")))?;
    let reply = answer(&Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        authorization: header("authorization").unwrap_or_default().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    if reply.status == 0 {
        return None;
    }
    let mut response = format!(
        "HTTP/1.1 {} X\r\nConnection: close\r\nContent-Length: {}\r\n",
        reply.status,
        reply.body.len()
    );
    for (name, value) in &reply.headers {
        let _ = write!(response, "{name}: {value}\r\n");
    }
    response.push_str("\r\n");
    response.push_str(&reply.body);
    stream.write_all(response.as_bytes()).await.ok()?;
    // What is still on its way is read, or hanging up would tear the answer down with it.
    stream.shutdown().await.ok()?;
    let mut rest = vec![0; 65536];
    let drain = async { while stream.read(&mut rest).await.is_ok_and(|count| count > 0) {} };
    tokio::time::timeout(std::time::Duration::from_secs(2), drain)
        .await
        .ok()
}
