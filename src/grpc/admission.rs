//! How many calls are taken at a time over the whole server, and how long one
//! of them may take. What is beyond is refused at once: a call that waits for
//! others costs memory, and is often given up before its turn comes.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::{Frame, SizeHint};
use prost::bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tonic::body::Body;
use tonic::codegen::http::{HeaderMap, Request, Response};
use tower::{Layer, Service};

use super::methods::{Kind, Methods};
use super::status::status;
use crate::app::AppError;

/// Header of the caller's own deadline.
const TIMEOUT: &str = "grpc-timeout";
/// When to try again where there was no room, in seconds.
pub(super) const RETRY_AFTER: u32 = 1;

/// What all calls together are given at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct AdmissionLimits {
    /// Unary calls at a time.
    pub(super) calls: usize,
    /// Streams at a time.
    pub(super) streams: usize,
    /// Streams at a time that ask for no sign-in: nobody who has a name should
    /// wait for those who have none.
    pub(super) open_streams: usize,
    /// How long a unary call may take.
    pub(super) call_time: Duration,
}

/// How a call was let in, beside its request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Admitted {
    /// How its method is limited.
    pub(super) kind: Kind,
    /// When it ends at the latest, if at all.
    pub(super) until: Option<std::time::Instant>,
}

/// Lets so many calls in at a time.
#[derive(Clone, Debug)]
pub(super) struct AdmissionLayer {
    door: Arc<Door>,
}

#[derive(Debug)]
struct Door {
    methods: Methods,
    calls: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    open_streams: Arc<Semaphore>,
    call_time: Duration,
}

impl AdmissionLayer {
    pub(super) fn new(methods: Methods, limits: AdmissionLimits) -> Self {
        Self {
            door: Arc::new(Door {
                methods,
                calls: Arc::new(Semaphore::new(limits.calls)),
                streams: Arc::new(Semaphore::new(limits.streams)),
                open_streams: Arc::new(Semaphore::new(limits.open_streams)),
                call_time: limits.call_time,
            }),
        }
    }
}

impl<S> Layer<S> for AdmissionLayer {
    type Service = Admission<S>;

    fn layer(&self, inner: S) -> Admission<S> {
        let door = Arc::clone(&self.door);
        Admission { inner, door }
    }
}

/// A service that takes so many calls at a time.
#[derive(Clone, Debug)]
pub(super) struct Admission<S> {
    inner: S,
    door: Arc<Door>,
}

/// What a layer answers, once it has.
pub(super) type Answer<E> = Pin<Box<dyn Future<Output = Result<Response<Body>, E>> + Send>>;

impl<S> Service<Request<Body>> for Admission<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Error: Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let kind = self.door.methods.kind(request.uri().path());
        let places = match kind {
            Kind::Unary => &self.door.calls,
            Kind::Stream => &self.door.streams,
            Kind::OpenStream => &self.door.open_streams,
            Kind::Health => return Box::pin(self.inner.call(request)),
        };
        let Ok(place) = Arc::clone(places).try_acquire_owned() else {
            return Box::pin(std::future::ready(Ok(refused(AppError::Overloaded {
                retry_after_seconds: RETRY_AFTER,
            }))));
        };
        let asked = asked_time(request.headers());
        let time = match (kind, asked) {
            (Kind::Unary, Some(asked)) => Some(asked.min(self.door.call_time)),
            (Kind::Unary, None) => Some(self.door.call_time),
            (Kind::Stream | Kind::OpenStream | Kind::Health, asked) => asked,
        };
        // The time runs from now on, so that it ends before tonic's own, which
        // knows no reasons.
        let end = time.and_then(|time| Instant::now().checked_add(time));
        let until = end.map(Instant::into_std);
        request.extensions_mut().insert(Admitted { kind, until });
        let over = end.map(tokio::time::sleep_until);
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answered = match over {
                None => answer.await?,
                Some(over) => tokio::select! {
                    biased;
                    answered = answer => answered?,
                    // What was under way is dropped, and undone by that.
                    () = over => return Ok(refused(AppError::DeadlineExceeded)),
                },
            };
            Ok(match kind {
                // The work is done; what is left is for the reader to fetch.
                Kind::Unary | Kind::Health => answered,
                Kind::Stream | Kind::OpenStream => answered.map(|body| held(body, place)),
            })
        })
    }
}

/// Returns the answer of a call that goes no further.
pub(super) fn refused(error: AppError) -> Response<Body> {
    status(error).into_http()
}

/// Returns how long a caller waits for the answer; `None` where the header is
/// not there or cannot be read.
fn asked_time(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(TIMEOUT)?.to_str().ok()?;
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if number.len() > 8 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number * 60 * 60)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

/// Returns the body of a stream, which keeps its place until it has ended.
pub(super) fn held<P: Send + Unpin + 'static>(body: Body, place: P) -> Body {
    Body::new(Held {
        body,
        _place: place,
    })
}

struct Held<P> {
    body: Body,
    _place: P,
}

impl<P: Unpin> http_body::Body for Held<P> {
    type Data = Bytes;
    type Error = tonic::Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, tonic::Status>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_time_that_a_caller_waits() {
        let time = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(TIMEOUT, text.parse().unwrap());
            asked_time(&headers)
        };
        assert_eq!(time("2H"), Some(Duration::from_secs(7200)));
        assert_eq!(time("3M"), Some(Duration::from_secs(180)));
        assert_eq!(time("4S"), Some(Duration::from_secs(4)));
        assert_eq!(time("250m"), Some(Duration::from_millis(250)));
        assert_eq!(time("5u"), Some(Duration::from_micros(5)));
        assert_eq!(time("6n"), Some(Duration::from_nanos(6)));
        assert_eq!(
            time("99999999H").map(|t| t.as_secs() / 3600),
            Some(99_999_999)
        );
        for wrong in [
            "",
            "S",
            "5",
            "-1S",
            "+1S",
            "1.5S",
            "5s",
            "123456789S",
            "5 S",
        ] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
        assert_eq!(asked_time(&HeaderMap::new()), None);
    }
}
