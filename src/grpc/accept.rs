//! Takes connections: so many at a time, and none that stays silent, never
//! ends its handshake or outlives its age. Such a connection would otherwise
//! stay for as long as its peer likes, and hold up the end of the server.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep};
use tokio_rustls::server::TlsStream;
use tonic::transport::server::{Connected, TcpConnectInfo};

use super::tls::Tls;

/// Pause after a connection could not be taken, such as for want of file
/// handles.
const PAUSE: Duration = Duration::from_millis(100);
/// Bytes with which each HTTP/2 connection begins; a request of HTTP/1 is no
/// shorter. Whoever has said as much is served from then on.
const PREFACE: usize = 24;

/// What connections are given at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct AcceptLimits {
    /// Connections at a time; further ones wait.
    pub(super) connections: usize,
    /// How long a handshake may take, and then the first bytes.
    pub(super) first_byte: Duration,
    /// How long a connection may last, whatever happens on it.
    pub(super) age: Duration,
    /// Whether HTTP/1 is spoken as well.
    pub(super) with_http_1: bool,
}

/// Returns the connections of a listener, until nobody asks any more; with TLS
/// each has shaken hands.
pub(super) fn accept(
    listener: TcpListener,
    limits: AcceptLimits,
    tls: Option<Tls>,
) -> Receiver<io::Result<Caller>> {
    let (sender, receiver) = mpsc::channel(1);
    let places = Arc::new(Semaphore::new(limits.connections));
    tokio::spawn(async move {
        // Handshakes under way end with the task.
        let mut handshakes = JoinSet::new();
        loop {
            let taken = tokio::select! {
                () = sender.closed() => return,
                Some(_) = handshakes.join_next() => continue,
                taken = take(&listener, &places) => taken,
            };
            let Some((stream, place)) = taken else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            if let Some(tls) = &tls {
                let handshake = tls.acceptor(limits.with_http_1).accept(stream);
                let sender = sender.clone();
                handshakes.spawn(async move {
                    match tokio::time::timeout(limits.first_byte, handshake).await {
                        Ok(Ok(stream)) => {
                            let wire = Wire::Tls(Box::new(stream));
                            // Nobody asks any more when this fails.
                            let _ = sender.send(Ok(Caller::new(wire, place, limits))).await;
                        }
                        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                        Err(_) => tracing::debug!("a TLS handshake did not end in time"),
                    }
                });
                continue;
            }
            let caller = Caller::new(Wire::Plain(stream), place, limits);
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

/// What a connection runs over.
#[derive(Debug)]
enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Wire {
    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }
}

/// Runs the body with whichever stream a wire is.
macro_rules! over {
    ($wire:expr, |$stream:ident| $body:expr) => {
        match $wire {
            Wire::Plain($stream) => $body,
            Wire::Tls($stream) => $body,
        }
    };
}

/// A connection that must say something soon, and that ends at a set time.
#[derive(Debug)]
pub(super) struct Caller {
    wire: Wire,
    /// Bytes that were said, as long as they are fewer than [`PREFACE`].
    said: usize,
    /// When patience ends: with the first bytes, and then with the connection.
    patience: Pin<Box<Sleep>>,
    end: Instant,
    _place: OwnedSemaphorePermit,
}

impl Caller {
    fn new(wire: Wire, place: OwnedSemaphorePermit, limits: AcceptLimits) -> Self {
        Self {
            wire,
            said: 0,
            patience: Box::pin(tokio::time::sleep(limits.first_byte)),
            end: Instant::now() + limits.age,
            _place: place,
        }
    }

    /// Returns an error when patience has ended, and wakes the task when it
    /// does.
    fn check_patience(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.patience.as_mut().poll(cx).is_ready() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(())
    }

    fn heard(&mut self, bytes: usize) {
        if self.said < PREFACE {
            self.said += bytes;
            if self.said >= PREFACE {
                self.patience.as_mut().reset(self.end);
            }
        }
    }
}

impl Connected for Caller {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.wire.tcp().connect_info()
    }
}

impl AsyncRead for Caller {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let caller = &mut *self;
        let before = buffer.filled().len();
        let read = over!(&mut caller.wire, |stream| Pin::new(stream)
            .poll_read(cx, buffer));
        caller.heard(buffer.filled().len() - before);
        caller.check_patience(cx)?;
        read
    }
}

impl AsyncWrite for Caller {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_patience(cx)?;
        over!(&mut self.wire, |stream| Pin::new(stream)
            .poll_write(cx, bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check_patience(cx)?;
        over!(&mut self.wire, |stream| Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check_patience(cx)?;
        over!(&mut self.wire, |stream| Pin::new(stream).poll_shutdown(cx))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_patience(cx)?;
        over!(&mut self.wire, |stream| Pin::new(stream)
            .poll_write_vectored(cx, buffers))
    }

    fn is_write_vectored(&self) -> bool {
        over!(&self.wire, |stream| stream.is_write_vectored())
    }
}
