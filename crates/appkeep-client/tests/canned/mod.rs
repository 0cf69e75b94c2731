//! A server that says what it was told to say, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What to answer to one request.
pub(crate) enum Answer {
    /// A status line's end, such as `200 OK`, and a body.
    Say(&'static str, String),
    /// The connection stays open and nothing comes.
    Hang,
}

/// A running server; it ends with the runtime.
pub(crate) struct Canned {
    /// The base URL.
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    /// Starts a server that gives these answers, one per request, and then stops listening.
    pub(crate) async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut hanging = Vec::new();
            for answer in answers {
                let (mut connection, _) = listener.accept().await.unwrap();
                let request = read_request(&mut connection).await;
                seen.lock().unwrap().push(request);
                match answer {
                    Answer::Say(status, body) => {
                        let length = body.len();
                        let answer = format!(
                            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                        );
                        connection.write_all(answer.as_bytes()).await.unwrap();
                    }
                    Answer::Hang => hanging.push(connection),
                }
            }
            if !hanging.is_empty() {
                std::future::pending::<()>().await;
            }
        });
        Self { url, requests }
    }

    /// What was asked so far: head and body of each request.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read_request(connection: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = connection.read(&mut chunk).await.unwrap();
        request.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if read == 0 || body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
    }
}
