//! Calls with bytes of one's own choice.

use std::time::Duration;

use tokio_stream::StreamExt;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Request, Status};

use super::contract::Method;
use crate::support::plain::Plain;

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
