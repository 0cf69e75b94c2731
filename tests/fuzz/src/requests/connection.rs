//! A client's connection, on which bytes are sent unchanged.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use appkeep_tests::TestResponse;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// The time that the server may take to respond or to close the connection.
const PATIENCE: Duration = Duration::from_secs(20);

/// The maximum size of all responses on a connection, in bytes.
const RESPONSES_BYTES_MAX: usize = 64 << 20;

/// The maximum number of headers.
const HEADERS_MAX: usize = 128;

/// The first line of HTTP/2.
const HTTP2: &[u8] = b"PRI * HTTP/2";

/// What bytes are as the beginning of a connection.
pub(super) enum Framing {
    /// A complete request of HTTP/1.
    Complete {
        method: String,
        path: String,
        /// Whether more bytes follow it.
        has_more: bool,
    },
    /// A part of a request, or something else.
    Other,
}

impl Framing {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        let Ok(httparse::Status::Complete(head)) = request.parse(bytes) else {
            return Self::Other;
        };
        let body = match body_of(request.headers, &bytes[head..]) {
            Body::None => 0,
            Body::Complete { bytes, .. } => bytes,
            Body::Incomplete => return Self::Other,
        };
        Self::Complete {
            method: request.method.unwrap_or_default().to_owned(),
            path: request.path.unwrap_or_default().to_owned(),
            has_more: bytes.len() > head + body,
        }
    }
}

/// A body according to the headers before it.
enum Body {
    /// There are no headers about it.
    None,
    /// It has this size in bytes as it is sent, and this content.
    Complete { bytes: usize, content: Vec<u8> },
    /// A part of it is missing, or the headers contradict each other.
    Incomplete,
}

fn body_of(headers: &[httparse::Header<'_>], after: &[u8]) -> Body {
    let values = |name: &str| -> Vec<&[u8]> {
        let named = headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case(name));
        named.map(|header| header.value).collect()
    };
    match (&values("content-length")[..], &values("transfer-encoding")[..]) {
        ([], []) => Body::None,
        ([length], []) => {
            let length = str::from_utf8(length).ok().and_then(|text| text.parse().ok());
            match length.and_then(|length: usize| after.get(..length)) {
                Some(content) => Body::Complete {
                    bytes: content.len(),
                    content: content.to_vec(),
                },
                None => Body::Incomplete,
            }
        }
        ([], [coding]) if coding.eq_ignore_ascii_case(b"chunked") => {
            chunked(after).unwrap_or(Body::Incomplete)
        }
        _ => Body::Incomplete,
    }
}

/// A body in chunks; `None` if it is incomplete or malformed. Trailers aren't supported.
fn chunked(bytes: &[u8]) -> Option<Body> {
    let (mut at, mut content) = (0, Vec::new());
    loop {
        let Ok(httparse::Status::Complete((head, length))) = httparse::parse_chunk_size(&bytes[at..]) else {
            return None;
        };
        at += head;
        let length = usize::try_from(length).ok()?;
        content.extend_from_slice(bytes.get(at..at.checked_add(length)?)?);
        at += length;
        if bytes.get(at..at + 2)? != b"\r\n" {
            return None;
        }
        at += 2;
        if length == 0 {
            return Some(Body::Complete { bytes: at, content });
        }
    }
}

/// A connection.
pub(super) struct Connection<'a> {
    stream: TcpStream,
    framing: &'a Framing,
    is_http2: bool,
}

impl<'a> Connection<'a> {
    pub(super) fn open(address: SocketAddr, framing: &'a Framing) -> Self {
        let stream = TcpStream::connect(address).expect("the server accepts connections");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("an option");
        Self {
            stream,
            framing,
            is_http2: false,
        }
    }

    /// Sends bytes. The server may close the connection before it has read all of them.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.is_http2 = bytes.starts_with(HTTP2);
        if let Err(error) = self.stream.write_all(bytes) {
            assert!(is_closed(error.kind()), "the server doesn't read: {error}");
        }
        if !matches!(self.framing, Framing::Complete { .. }) {
            self.finish();
        }
    }

    /// Tells the server that nothing more follows. It may already have closed the connection.
    fn finish(&self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// The first response, after the server has closed the connection; `None` if there is none, or it isn't HTTP/1. Those
    /// to further requests are ignored.
    pub(super) fn response(mut self) -> Option<TestResponse> {
        let (method, has_more) = match self.framing {
            Framing::Complete { method, has_more, .. } => (method.as_str(), *has_more),
            Framing::Other => ("", true),
        };
        let (mut received, mut response) = (Vec::new(), None);
        loop {
            let is_at_end = self.receive(&mut received, has_more);
            while response.is_none()
                && !self.is_http2
                && let Some((next, bytes)) = next_response(&received, method, is_at_end)
            {
                received.drain(..bytes);
                if !next.status.is_informational() {
                    response = Some(next);
                    // Only now, so that the server doesn't mistake this for a client that has gone.
                    self.finish();
                }
            }
            if is_at_end {
                return response;
            }
        }
    }

    /// Receives bytes; returns whether the server has closed the connection.
    fn receive(&mut self, into: &mut Vec<u8>, may_be_reset: bool) -> bool {
        let mut buffer = [0; 16 << 10];
        match self.stream.read(&mut buffer) {
            Ok(0) => true,
            Ok(count) => {
                into.extend_from_slice(&buffer[..count]);
                assert!(into.len() <= RESPONSES_BYTES_MAX, "the responses are too large");
                false
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => false,
            // The server closes a connection on which bytes have arrived that it doesn't read.
            Err(error) => {
                assert!(
                    may_be_reset && is_closed(error.kind()),
                    "the server neither responds nor closes: {error}"
                );
                true
            }
        }
    }
}

fn is_closed(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
    )
}

/// The next response and its size in bytes; `None` until it is complete.
///
/// # Panics
/// When the bytes aren't a response.
fn next_response(bytes: &[u8], method: &str, is_at_end: bool) -> Option<(TestResponse, usize)> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    if bytes.is_empty() {
        return None;
    }
    let head = match response.parse(bytes).expect("a response of HTTP/1") {
        httparse::Status::Complete(head) => head,
        httparse::Status::Partial => return None,
    };
    let status = response
        .code
        .and_then(|code| StatusCode::from_u16(code).ok())
        .expect("a status");
    let has_no_body = method == "HEAD" || status.is_informational() || matches!(status.as_u16(), 204 | 304);
    let (content, size) = match body_of(response.headers, &bytes[head..]) {
        _ if has_no_body => (Vec::new(), 0),
        Body::Complete { bytes, content } => (content, bytes),
        Body::None if is_at_end => (bytes[head..].to_vec(), bytes.len() - head),
        Body::None | Body::Incomplete => return None,
    };
    let mut fields = HeaderMap::new();
    for header in &*response.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes()).expect("a name of a header");
        fields.append(
            name,
            HeaderValue::from_bytes(header.value).expect("a value of a header"),
        );
    }
    let response = TestResponse {
        status,
        headers: fields,
        bytes: content,
    };
    Some((response, head + size))
}
