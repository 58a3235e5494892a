//! One call over HTTP/2 with headers as they are given, and its answer as it
//! comes, which the generated clients hide.

use std::net::SocketAddr;

use tokio::net::TcpStream;
use tonic::codegen::http::{HeaderMap, Request};
use tonic::{Code, Status};

/// An answer, byte for byte.
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) status: Status,
}

/// Sends one message and reads the whole answer.
pub(crate) async fn call(
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    message: &[u8],
) -> Answer {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut request = Request::post(format!("http://{address}{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(()).unwrap();
    let (answer, mut stream) = client.send_request(request, false).unwrap();
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    let framed = [&[0][..], &length, message].concat();
    stream.send_data(framed.into(), true).unwrap();
    let (parts, mut stream) = answer.await.unwrap().into_parts();
    let mut body = Vec::new();
    while let Some(piece) = stream.data().await {
        let piece = piece.unwrap();
        stream.flow_control().release_capacity(piece.len()).unwrap();
        body.extend_from_slice(&piece);
    }
    let trailers = stream.trailers().await.unwrap().unwrap_or_default();
    let status = Status::from_header_map(&trailers)
        .or_else(|| Status::from_header_map(&parts.headers))
        .unwrap_or_else(|| Status::new(Code::Unknown, "no status"));
    connection.abort();
    Answer {
        headers: parts.headers,
        body,
        status,
    }
}
