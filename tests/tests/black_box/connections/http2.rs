//! HTTP/2 frames, written and read by hand.

use appkeep_tests::PATIENCE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) const HEADERS: u8 = 1;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;

const ACK: u8 = 1;
/// `END_STREAM` and `END_HEADERS`.
const WHOLE: u8 = 0x1 | 0x4;

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len())
        .expect("a short payload")
        .to_be_bytes();
    let stream = stream.to_be_bytes();
    [&length[1..], &[kind, flags], &stream, payload].concat()
}

/// A connection of a client that follows the protocol but never opens a window.
pub(super) struct Frames(TcpStream);

impl Frames {
    pub(super) async fn open(mut stream: TcpStream, settings: &[u8]) -> Self {
        let hello = [PREFACE, &frame(SETTINGS, 0, 0, settings)].concat();
        stream.write_all(&hello).await.expect("the server reads");
        Self(stream)
    }

    /// Requests a path, in HPACK without Huffman codes.
    pub(super) async fn get(&mut self, stream: u32, path: &str) {
        let authority = "appkeep";
        let text = |text: &str| {
            let length = u8::try_from(text.len()).expect("a short text");
            assert!(length < 127);
            [&[length], text.as_bytes()].concat()
        };
        // :method GET, :scheme http; :path and :authority as literals without indexing.
        let block = [&[0x82, 0x86, 0x04][..], &text(path), &[0x01], &text(authority)].concat();
        let request = frame(HEADERS, WHOLE, stream, &block);
        self.0.write_all(&request).await.expect("the server reads");
    }

    /// Acknowledges settings and pings until the server closes the connection; returns the types of the
    /// received frames.
    pub(super) async fn acknowledge_until_closed(&mut self) -> Vec<u8> {
        let mut seen = Vec::new();
        let answering = async {
            while let Some((kind, flags, payload)) = self.next().await {
                seen.push(kind);
                if matches!(kind, SETTINGS | PING) && flags & ACK == 0 {
                    let payload = if kind == PING { &payload[..] } else { &[] };
                    // Fails when the server has closed the connection meanwhile.
                    let _ = self.0.write_all(&frame(kind, ACK, 0, payload)).await;
                }
            }
        };
        timeout(PATIENCE, answering)
            .await
            .expect("the server closes the connection");
        seen
    }

    async fn next(&mut self) -> Option<(u8, u8, Vec<u8>)> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).await.ok()?;
        let [a, b, c, kind, flags, ..] = head;
        let length = u32::from_be_bytes([0, a, b, c]);
        let mut payload = vec![0; length as usize];
        self.0.read_exact(&mut payload).await.ok()?;
        Some((kind, flags, payload))
    }
}
