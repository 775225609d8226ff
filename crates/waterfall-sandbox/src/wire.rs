//! Connections that can be reset, and bodies that end early.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use bytes::Bytes;
use futures_core::Stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Sleep, sleep};

/// A listener whose connections a handler can reset.
pub(crate) struct BreakableListener(pub(crate) TcpListener);

impl Listener for BreakableListener {
    type Io = BreakableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (BreakableStream, SocketAddr) {
        let (stream, addr) = Listener::accept(&mut self.0).await;
        (BreakableStream { stream, reset_handle: ResetHandle::default() }, addr)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Resets one connection.
#[derive(Clone, Default)]
pub(crate) struct ResetHandle(Arc<AtomicBool>);

impl ResetHandle {
    /// Makes the next write fail. The server then drops the connection, and because lingering is
    /// off, the kernel sends a RST.
    pub(crate) fn reset(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_reset(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Connected<IncomingStream<'_, BreakableListener>> for ResetHandle {
    fn connect_info(stream: IncomingStream<'_, BreakableListener>) -> Self {
        stream.io().reset_handle.clone()
    }
}

pub(crate) struct BreakableStream {
    stream: TcpStream,
    reset_handle: ResetHandle,
}

impl Drop for BreakableStream {
    fn drop(&mut self) {
        if self.reset_handle.is_reset() {
            // If this fails, the connection still ends, with a FIN.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for BreakableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for BreakableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.reset_handle.is_reset() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.reset_handle.is_reset() {
            // A FIN before the RST would look like a regular end.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A body that is slow, or never completes.
pub(crate) struct BrokenBody {
    first: Option<Bytes>,
    then: Then,
}

/// One chunk of the padding.
static SPACES: [u8; 1 << 16] = [b' '; 1 << 16];

enum Then {
    /// Yields once, so that the server sends its buffer, and then fails.
    PauseAndFail,
    Fail,
    Never,
    /// Sends these bytes one by one.
    Drip {
        bytes: Bytes,
        pause: Duration,
        sleep: Pin<Box<Sleep>>,
    },
    /// Sends this many spaces.
    Pad(usize),
}

impl BrokenBody {
    /// Sends some bytes, then breaks the connection.
    pub(crate) fn cut(part: Bytes) -> Body {
        let first = (!part.is_empty()).then_some(part);
        Body::from_stream(Self { first, then: Then::PauseAndFail })
    }

    /// Never sends anything.
    pub(crate) fn stall() -> Body {
        Body::from_stream(Self { first: None, then: Then::Never })
    }

    /// Sends byte by byte, with a pause before each.
    pub(crate) fn drip(bytes: Bytes, pause: Duration) -> Body {
        let then = Then::Drip { bytes, pause, sleep: Box::pin(sleep(pause)) };
        Body::from_stream(Self { first: None, then })
    }

    /// Sends the body, then this many spaces.
    pub(crate) fn padded(body: Bytes, spaces: usize) -> Body {
        let first = (!body.is_empty()).then_some(body);
        Body::from_stream(Self { first, then: Then::Pad(spaces) })
    }
}

impl Stream for BrokenBody {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(part) = self.first.take() {
            return Poll::Ready(Some(Ok(part)));
        }
        match &mut self.then {
            Then::Drip { bytes, .. } if bytes.is_empty() => Poll::Ready(None),
            Then::Drip { bytes, pause, sleep: until } => {
                ready!(until.as_mut().poll(cx));
                *until = Box::pin(sleep(*pause));
                Poll::Ready(Some(Ok(bytes.split_to(1))))
            }
            Then::Pad(0) => Poll::Ready(None),
            Then::Pad(left) => {
                let part = SPACES.len().min(*left);
                *left -= part;
                Poll::Ready(Some(Ok(Bytes::from_static(&SPACES[..part]))))
            }
            Then::PauseAndFail => {
                self.then = Then::Fail;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Then::Fail => Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
            Then::Never => Poll::Pending,
        }
    }
}
