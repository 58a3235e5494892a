//! Takes connections: so many at a time, and none that stays silent. A
//! connection that says nothing would otherwise stay for as long as its peer
//! likes, and hold up the end of the server.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;
use tonic::transport::server::{Connected, TcpConnectInfo};

/// Pause after a connection could not be taken, such as for want of file
/// handles.
const PAUSE: Duration = Duration::from_millis(100);

/// What connections are given at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct AcceptLimits {
    /// Connections at a time; further ones wait.
    pub(super) connections: usize,
    /// How long a connection may say nothing at first.
    pub(super) first_byte: Duration,
}

/// Returns the connections of a listener, until nobody asks any more.
pub(super) fn accept(listener: TcpListener, limits: AcceptLimits) -> Receiver<io::Result<Caller>> {
    let (sender, receiver) = mpsc::channel(1);
    let places = Arc::new(Semaphore::new(limits.connections));
    tokio::spawn(async move {
        loop {
            let taken = tokio::select! {
                () = sender.closed() => return,
                taken = take(&listener, &places) => taken,
            };
            let Some((stream, place)) = taken else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let caller = Caller::new(stream, place, limits.first_byte);
            if sender.send(Ok(caller)).await.is_err() {
                return;
            }
        }
    });
    receiver
}

async fn take(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            // Answers are small: they should not wait for more to send.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection has no TCP_NODELAY");
            }
            Some((stream, place))
        }
        Err(error) => {
            tracing::warn!(%error, "cannot take a connection");
            None
        }
    }
}

/// A connection that must say something soon.
#[derive(Debug)]
pub(super) struct Caller {
    stream: TcpStream,
    /// When patience ends; `None` once something was said.
    silence: Option<Pin<Box<Sleep>>>,
    _place: OwnedSemaphorePermit,
}

impl Caller {
    fn new(stream: TcpStream, place: OwnedSemaphorePermit, first_byte: Duration) -> Self {
        Self {
            stream,
            silence: Some(Box::pin(tokio::time::sleep(first_byte))),
            _place: place,
        }
    }
}

impl Connected for Caller {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

impl AsyncRead for Caller {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_ready() {
            self.silence = None;
        } else if let Some(silence) = &mut self.silence
            && silence.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl AsyncWrite for Caller {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
