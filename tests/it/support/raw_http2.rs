//! HTTP/2 by hand, for peers that keep to no rule.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Kinds of frames, RFC 9113 section 6.
pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const GOAWAY: u8 = 7;
/// Reasons, section 7.
pub(crate) const REFUSED_STREAM: u32 = 7;
pub(crate) const ENHANCE_YOUR_CALM: u32 = 11;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// `SETTINGS_INITIAL_WINDOW_SIZE`.
const WINDOW: [u8; 2] = [0, 4];

/// What the server said.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    /// Returns the reason of a reset or of an end.
    pub(crate) fn reason(&self) -> u32 {
        let at = if self.kind == GOAWAY { 4 } else { 0 };
        u32::from_be_bytes(self.payload[at..at + 4].try_into().unwrap())
    }
}

/// A connection on which anything can be said. What is to be said is gathered
/// and goes out at once.
pub(crate) struct RawConnection {
    stream: TcpStream,
    waiting: Vec<u8>,
}

impl RawConnection {
    /// Connects; the server may send so many bytes on each stream.
    pub(crate) async fn open(address: SocketAddr, window: u32) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let waiting = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        let mut connection = Self { stream, waiting };
        let settings = [&WINDOW[..], &window.to_be_bytes()].concat();
        connection.frame(SETTINGS, 0, 0, &settings);
        connection
    }

    fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        self.waiting.extend(&length[1..]);
        self.waiting.extend([kind, flags]);
        self.waiting.extend(stream.to_be_bytes());
        self.waiting.extend(payload);
    }

    /// Begins a call, with one header more.
    pub(crate) fn begin(&mut self, stream: u32, path: &str, header: (&str, &str)) {
        let mut block = Vec::new();
        for (name, value) in [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", path),
            (":authority", "localhost"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            header,
        ] {
            // A literal that goes into no table, without Huffman codes.
            block.push(0);
            for text in [name, value] {
                block.push(u8::try_from(text.len()).unwrap());
                block.extend(text.as_bytes());
            }
        }
        self.frame(HEADERS, END_HEADERS, stream, &block);
    }

    /// Sends the one message of a call.
    pub(crate) fn message(&mut self, stream: u32, message: &[u8]) {
        let length = u32::try_from(message.len()).unwrap();
        let framed = [&[0][..], &length.to_be_bytes(), message].concat();
        self.frame(DATA, END_STREAM, stream, &framed);
    }

    /// Takes a call back.
    pub(crate) fn reset(&mut self, stream: u32) {
        self.frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes());
    }

    /// Sends what waits and returns what the server says until it says what is
    /// looked for, for at most five seconds.
    pub(crate) async fn until(
        &mut self,
        is_it: impl Fn(&[Frame]) -> bool + Send + Sync,
    ) -> Vec<Frame> {
        // A server that has had enough may no longer read.
        let _ = self.stream.write_all(&self.waiting).await;
        self.waiting.clear();
        let mut frames = Vec::new();
        let reading = async {
            while !is_it(&frames) {
                let Some(frame) = self.read().await else {
                    return;
                };
                frames.push(frame);
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(5), reading).await;
        frames
    }

    async fn read(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head).await.ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut payload).await.ok()?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        Some(Frame {
            kind: head[3],
            stream,
            payload,
        })
    }
}
