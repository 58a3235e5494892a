//! Calls with bytes of one's own choice.

use std::time::Duration;

use prost::bytes::{Buf, BufMut};
use tokio_stream::StreamExt;
use tonic::client::Grpc;
use tonic::codec::{BufferSettings, Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Request, Status};

use super::contract::Method;

/// Answers of a stream that are read.
const READ_MOST: usize = 4;
/// How long the next answer of a stream is waited for: a watch may never end.
const NEXT_WAIT: Duration = Duration::from_millis(20);
/// How long any other answer may take.
const ANSWER_WAIT: Duration = Duration::from_secs(20);

/// Sends messages to a method, by a key or by none, and returns what it
/// answers.
pub(crate) async fn call(
    channel: &Channel,
    method: &Method,
    messages: Vec<Vec<u8>>,
    key: Option<&str>,
) -> Result<Vec<Vec<u8>>, Status> {
    let mut client = Grpc::new(channel.clone()).max_decoding_message_size(usize::MAX);
    client
        .ready()
        .await
        .map_err(|error| Status::from_error(error.into()))?;
    let path: PathAndQuery = method.path.parse().unwrap();
    let mut request = Request::new(tokio_stream::iter(messages));
    if let Some(key) = key {
        let header = format!("Bearer {key}").parse().unwrap();
        request.metadata_mut().insert("authorization", header);
    }
    let answer = tokio::time::timeout(ANSWER_WAIT, client.streaming(request, path, Plain)).await;
    let hangs = |_| Status::unknown("no answer came in time");
    let mut answers = answer.map_err(hangs)??.into_inner();
    let mut read = Vec::new();
    while !method.gives_many || read.len() < READ_MOST {
        let wait = if method.gives_many {
            NEXT_WAIT
        } else {
            ANSWER_WAIT
        };
        match tokio::time::timeout(wait, answers.next()).await {
            Ok(Some(answer)) => read.push(answer?),
            Ok(None) => break,
            Err(_) if method.gives_many => break,
            Err(late) => return Err(hangs(late)),
        }
    }
    Ok(read)
}

/// Messages as the bytes that they are.
struct Plain;

impl Codec for Plain {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Plain {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put_slice(&item);
        Ok(())
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::default()
    }
}

impl Decoder for Plain {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut item = vec![0; from.remaining()];
        from.copy_to_slice(&mut item);
        Ok(Some(item))
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::default()
    }
}
