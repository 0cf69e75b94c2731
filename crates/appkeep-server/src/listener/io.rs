//! A socket that records when its peer accepts no bytes, and that closes without losing the last response.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::activity::Activity;

/// The most bytes that are read and discarded after the last response.
const DISCARDED_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A connection's socket, below TLS.
pub(super) struct TrackedSocket {
    stream: TcpStream,
    activity: Arc<Activity>,
    /// The number of discarded bytes, once nothing more is sent.
    discarded_bytes: Option<usize>,
}

impl TrackedSocket {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self {
            stream,
            activity,
            discarded_bytes: None,
        }
    }

    fn note(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Pending => self.activity.blocked(),
            Poll::Ready(Ok(_)) => self.activity.sent(),
            Poll::Ready(Err(_)) => {}
        }
        written
    }
}

impl Drop for TrackedSocket {
    fn drop(&mut self) {
        if self.activity.is_aborted() {
            // Fails only when the connection is already closed.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for TrackedSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for TrackedSocket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Ends the connection once the client has closed its side, too, or sends too much.
    ///
    /// Closing with unread bytes would reset the connection, and the client could lose a response, such as
    /// the refusal of a body that it is still sending.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.discarded_bytes.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            this.activity.linger();
        }
        let discarded = this.discarded_bytes.get_or_insert(0);
        let mut scratch = [MaybeUninit::uninit(); 8192];
        loop {
            let mut buffer = ReadBuf::uninit(&mut scratch);
            let read = ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buffer));
            let bytes = buffer.filled().len();
            *discarded += bytes;
            // After a reset there is nothing to lose.
            if read.is_err() || bytes == 0 || *discarded > DISCARDED_BYTES_MAX {
                return Poll::Ready(Ok(()));
            }
        }
    }
}
