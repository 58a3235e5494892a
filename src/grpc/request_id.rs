//! The id of each call: the caller's own `x-request-id`, or a new one. It goes
//! back in the header of the answer, and every line of the log carries it.

use std::pin::Pin;
use std::task::{Context, Poll};

use tonic::codegen::http::{HeaderValue, Request, Response};
use tower::{Layer, Service};
use tracing::Instrument;
use uuid::Uuid;

/// Header of the id, in the call and in the answer.
pub const REQUEST_ID_HEADER: &str = "x-request-id";
/// Longest id that is taken over from a caller.
const LONGEST: usize = 64;

tokio::task_local! {
    static CURRENT: String;
}

/// Returns the id of the call that is being answered; empty outside of one.
pub(super) fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Gives each call its id.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RequestIdLayer;

impl<S> Layer<S> for RequestIdLayer {
    type Service = RequestIds<S>;

    fn layer(&self, inner: S) -> RequestIds<S> {
        RequestIds { inner }
    }
}

/// A service whose calls have ids.
#[derive(Clone, Debug)]
pub(super) struct RequestIds<S> {
    inner: S,
}

type Answer<R, E> = Pin<Box<dyn Future<Output = Result<R, E>> + Send>>;

impl<S, B, R> Service<Request<B>> for RequestIds<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    R: 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Answer<Response<R>, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let id = taken_over(&request).unwrap_or_else(|| Uuid::now_v7().to_string());
        let header = header(&id);
        let span = tracing::info_span!("call", request.id = %id, method = request.uri().path());
        let answer = span.in_scope(|| self.inner.call(request));
        let answered = async move {
            let started = std::time::Instant::now();
            let mut response = CURRENT.scope(id, answer).await?;
            if let Some(header) = header {
                response.headers_mut().insert(REQUEST_ID_HEADER, header);
            }
            let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(duration_ms, code = code(&response), "answered a call");
            Ok(response)
        };
        Box::pin(answered.instrument(span))
    }
}

/// Returns the header of an answer. No other answer has the same: it is kept out
/// of the table of headers (RFC 7541, 7.1.3), from which it would drive those that
/// come again.
fn header(id: &str) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_str(id).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// Returns the caller's id when it is short and plain.
fn taken_over<B>(request: &Request<B>) -> Option<String> {
    let id = request.headers().get(REQUEST_ID_HEADER)?.to_str().ok()?;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let fits = !id.is_empty() && id.len() <= LONGEST && id.bytes().all(is_plain);
    fits.then(|| id.to_owned())
}

/// Returns the gRPC code that stands in the header: only a call that failed at
/// once has one there.
fn code<B>(response: &Response<B>) -> &str {
    let status = response.headers().get("grpc-status");
    status.and_then(|code| code.to_str().ok()).unwrap_or("0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_goes_back_outside_of_the_table_of_headers() {
        let header = header("a-1").unwrap();
        assert_eq!(header.to_str().ok(), Some("a-1"));
        assert!(header.is_sensitive());
    }
}
