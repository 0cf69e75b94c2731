//! A response's body. It keeps its request active until it is sent, and records when the client doesn't read
//! it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use dropshot::Body;
use http::Version;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::activity::ActiveRequest;

/// The size of the largest piece that is passed to an HTTP/2 stream at once, in bytes.
///
/// hyper requests a piece when the client's window allows at least one byte of it. Small pieces limit a
/// stream's buffer, and a client that opens its window only a little still makes progress.
const PIECE_BYTES_MAX: usize = 16 * 1024;

/// A response's body.
pub(super) struct TrackedBody {
    body: Body,
    /// Data taken from `body` that hasn't been returned yet.
    rest: Bytes,
    request: ActiveRequest,
    is_http2: bool,
}

impl TrackedBody {
    pub(super) fn new(body: Body, request: ActiveRequest, version: Version) -> Self {
        let is_http2 = version == Version::HTTP_2;
        if is_http2 {
            // hyper doesn't request the first piece before the client's window allows it.
            request.wait_for_client();
        }
        Self {
            body,
            rest: Bytes::new(),
            request,
            is_http2,
        }
    }

    fn next_piece(&mut self) -> Frame<Bytes> {
        self.request.wait_for_client();
        let piece = self.rest.split_to(self.rest.len().min(PIECE_BYTES_MAX));
        Frame::data(piece)
    }
}

impl HttpBody for TrackedBody {
    type Data = Bytes;
    type Error = <Body as HttpBody>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        // HTTP/1 has no windows: the socket shows whether the client reads.
        if !self.is_http2 {
            return Pin::new(&mut self.body).poll_frame(cx);
        }
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(self.next_piece())));
        }
        self.request.resume();
        match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => {
                    self.rest = data;
                    Poll::Ready(Some(Ok(self.next_piece())))
                }
                Err(trailers) => Poll::Ready(Some(Ok(trailers))),
            },
            other => Poll::Ready(other),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let mut hint = self.body.size_hint();
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + rest);
        }
        hint.set_lower(hint.lower() + rest);
        hint
    }
}
