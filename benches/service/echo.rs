//! A bare tonic server with one method, which answers with as many bytes as it
//! is asked for: what the transport costs without any service behind it.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use tokio::net::TcpListener;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::body::Body;
use tonic::codegen::http::{self, uri::PathAndQuery};
use tonic::codegen::{BoxFuture, Service};
use tonic::server::{NamedService, UnaryService};
use tonic::transport::Server;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

use crate::calls::Line;

const PATH: &str = "/practicum.bench.Echo/Echo";

/// Asks for an answer of a size.
#[derive(Clone, PartialEq, prost::Message)]
struct Wanted {
    #[prost(uint32, tag = "1")]
    bytes: u32,
}

/// The answer.
#[derive(Clone, PartialEq, prost::Message)]
struct Payload {
    #[prost(bytes = "vec", tag = "1")]
    bytes: Vec<u8>,
}

/// Serves until the process is killed.
pub(crate) async fn serve(listener: TcpListener) -> anyhow::Result<()> {
    // Answers leave at once, as those of the service do.
    let incoming = TcpListenerStream::new(listener).map(|stream| {
        let stream = stream?;
        stream.set_nodelay(true)?;
        Ok::<_, std::io::Error>(stream)
    });
    Server::builder()
        .add_service(EchoServer)
        .serve_with_incoming(incoming)
        .await?;
    Ok(())
}

#[derive(Clone, Copy)]
struct EchoServer;

impl NamedService for EchoServer {
    const NAME: &'static str = "practicum.bench.Echo";
}

impl Service<http::Request<Body>> for EchoServer {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async {
            let codec: ProstCodec<Payload, Wanted> = ProstCodec::default();
            Ok(tonic::server::Grpc::new(codec).unary(Echo, request).await)
        })
    }
}

struct Echo;

impl UnaryService<Wanted> for Echo {
    type Response = Payload;
    type Future = Ready<Result<Response<Payload>, Status>>;

    fn call(&mut self, request: Request<Wanted>) -> Self::Future {
        let length = usize::try_from(request.into_inner().bytes).unwrap_or(usize::MAX);
        ready(Ok(Response::new(Payload {
            bytes: vec![b'x'; length],
        })))
    }
}

/// A client of the echo server.
pub(crate) struct EchoClient {
    client: tonic::client::Grpc<Line>,
}

impl EchoClient {
    pub(crate) fn new(line: Line) -> Self {
        Self {
            client: tonic::client::Grpc::new(line),
        }
    }

    /// Makes one call and returns how many bytes came back.
    pub(crate) async fn call(&mut self, bytes: u32) -> Result<usize, Status> {
        let unavailable = |error| Status::unavailable(format!("{error}"));
        self.client.ready().await.map_err(unavailable)?;
        let codec: ProstCodec<Wanted, Payload> = ProstCodec::default();
        let path = PathAndQuery::from_static(PATH);
        let wanted = Request::new(Wanted { bytes });
        let answer = self.client.unary(wanted, path, codec).await?;
        Ok(answer.into_inner().bytes.len())
    }
}
