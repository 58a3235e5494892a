//! How often one caller may call: so many calls a second, and some at once
//! after a pause. Whoever signed in is counted by name, and calls that nobody
//! signed are counted by the address that they come from.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tonic::Code;
use tonic::body::Body;
use tonic::codegen::http::{Request, Response};
use tonic::transport::server::TcpConnectInfo;
use tower::{Layer, Service};

use super::admission::{Answer, refused};
use crate::app::{Actor, AppError};

/// Counted calls after which those are forgotten who have not called for a
/// while, so that memory is bounded by the callers of the last moments.
const CLEANED_EVERY: usize = 1024;

/// How often one caller may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Calls a second, in the long run.
    pub calls_per_second: NonZeroU32,
    /// Calls at once, after a pause.
    pub burst: NonZeroU32,
    /// Whether the operator, whom no sign-in was asked of, is not counted.
    pub spares_operator: bool,
}

/// Who is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    /// Somebody who signed in, by the name in the events.
    Actor(String),
    /// Nobody knows who, from this address. Of IPv6 the network counts: one
    /// machine has 2^64 addresses in it.
    Address(IpAddr),
}

/// Counts the calls of each caller.
#[derive(Debug)]
struct Counts {
    limiter: DefaultKeyedRateLimiter<Who>,
    clock: DefaultClock,
    counted: AtomicUsize,
    spares_operator: bool,
}

impl Counts {
    fn new(rate: Rate) -> Self {
        let quota = Quota::per_second(rate.calls_per_second).allow_burst(rate.burst);
        Self {
            limiter: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            counted: AtomicUsize::new(0),
            spares_operator: rate.spares_operator,
        }
    }

    /// Counts a call; where it is one too many, returns how long to wait.
    fn count(&self, who: &Who) -> Result<(), Duration> {
        if self.counted.fetch_add(1, Ordering::Relaxed) % CLEANED_EVERY == CLEANED_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter
            .check_key(who)
            .map_err(|until| until.wait_time_from(self.clock.now()))
    }
}

/// Counts calls by the name that the door has put beside them; it stands
/// behind the door. What is open to everybody has no name there, and is not
/// counted. Without a rate everything passes.
#[derive(Clone, Debug)]
pub(super) struct RateLayer {
    counts: Option<Arc<Counts>>,
}

/// Counts the calls that the door sent away as nobody's, by their address; it
/// stands before the door.
#[derive(Clone, Debug)]
pub(super) struct StrangersLayer {
    counts: Option<Arc<Counts>>,
}

/// Returns the layers before and behind the door, which share their counts.
pub(super) fn layers(rate: Option<Rate>) -> (StrangersLayer, RateLayer) {
    let counts = rate.map(|rate| Arc::new(Counts::new(rate)));
    let strangers = StrangersLayer {
        counts: counts.clone(),
    };
    (strangers, RateLayer { counts })
}

impl<S> Layer<S> for RateLayer {
    type Service = Rated<S>;

    fn layer(&self, inner: S) -> Rated<S> {
        let counts = self.counts.clone();
        Rated { inner, counts }
    }
}

/// A service that each caller may call so often.
#[derive(Clone, Debug)]
pub(super) struct Rated<S> {
    inner: S,
    counts: Option<Arc<Counts>>,
}

impl<S> Service<Request<Body>> for Rated<S>
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

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if let Some(counts) = &self.counts
            && let Some(actor) = request.extensions().get::<Actor>()
            && !(counts.spares_operator && actor.name() == Actor::OPERATOR)
            && let Err(wait) = counts.count(&Who::Actor(actor.name().to_owned()))
        {
            return Box::pin(std::future::ready(Ok(too_often(wait))));
        }
        Box::pin(self.inner.call(request))
    }
}

impl<S> Layer<S> for StrangersLayer {
    type Service = Strangers<S>;

    fn layer(&self, inner: S) -> Strangers<S> {
        let counts = self.counts.clone();
        Strangers { inner, counts }
    }
}

/// A service that tells strangers so often that it does not know them.
#[derive(Clone, Debug)]
pub(super) struct Strangers<S> {
    inner: S,
    counts: Option<Arc<Counts>>,
}

impl<S> Service<Request<Body>> for Strangers<S>
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

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let peer = request.extensions().get::<TcpConnectInfo>();
        let address = peer.and_then(TcpConnectInfo::remote_addr);
        let counted = self.counts.clone().zip(address);
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answered = answer.await?;
            if let Some((counts, address)) = counted
                && is_strangers(&answered)
                && let Err(wait) = counts.count(&Who::Address(network(address.ip())))
            {
                return Ok(too_often(wait));
            }
            Ok(answered)
        })
    }
}

/// Says whether an answer is that nobody knows who calls.
fn is_strangers(answer: &Response<Body>) -> bool {
    let code = answer.headers().get("grpc-status");
    code.is_some_and(|code| Code::from_bytes(code.as_bytes()) == Code::Unauthenticated)
}

/// Returns the address under which a peer is counted.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

fn too_often(retry_after: Duration) -> Response<Body> {
    refused(AppError::RateLimited { retry_after })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::net::SocketAddr;

    use tonic::Status;
    use tonic_types::StatusExt;
    use tower::ServiceExt;

    use super::*;

    fn rate(calls_per_second: u32, burst: u32) -> Rate {
        Rate {
            calls_per_second: NonZeroU32::new(calls_per_second).unwrap(),
            burst: NonZeroU32::new(burst).unwrap(),
            spares_operator: false,
        }
    }

    #[test]
    fn forgets_callers_who_have_not_called_for_a_while() {
        let counts = Counts::new(rate(1000, 1));
        for number in 0..20 * CLEANED_EVERY {
            counts.count(&Who::Actor(number.to_string())).unwrap();
            if number % CLEANED_EVERY == 0 {
                // Longer than it takes until a caller may call again.
                std::thread::sleep(Duration::from_millis(3));
            }
        }
        let left = counts.limiter.len();
        assert!(left < 3 * CLEANED_EVERY, "{left}");
    }

    #[test]
    fn machines_of_one_network_are_one_stranger() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
    }

    /// Off: the count left out in `Strangers::call`.
    #[tokio::test]
    async fn strangers_are_told_to_wait_and_others_are_not() {
        let door = tower::service_fn(|request: Request<Body>| async move {
            let answer = if request.uri().path() == "/known" {
                Response::new(Body::empty())
            } else {
                Status::unauthenticated("sign in first").into_http()
            };
            Ok::<_, Infallible>(answer)
        });
        let (strangers, _) = layers(Some(rate(1, 2)));
        let service = strangers.layer(door);
        let call = |path: &str, from: &str| {
            let mut request = Request::new(Body::empty());
            *request.uri_mut() = path.parse().unwrap();
            request.extensions_mut().insert(TcpConnectInfo {
                local_addr: None,
                remote_addr: Some(SocketAddr::new(from.parse().unwrap(), 1)),
            });
            let service = service.clone();
            async move { service.oneshot(request).await.unwrap() }
        };
        let code = |answer: &Response<Body>| {
            let status = Status::from_header_map(answer.headers());
            status.map_or(Code::Ok, |status| status.code())
        };
        for _ in 0..2 {
            let answer = call("/", "192.0.2.7").await;
            assert_eq!(code(&answer), Code::Unauthenticated);
        }
        let answer = call("/", "192.0.2.7").await;
        assert_eq!(code(&answer), Code::ResourceExhausted);
        let told = Status::from_header_map(answer.headers()).unwrap();
        let info = told.get_details_error_info().unwrap();
        assert_eq!(info.reason, "RATE_LIMITED");
        assert_eq!(code(&call("/known", "192.0.2.7").await), Code::Ok);
        let other = call("/", "192.0.2.8").await;
        assert_eq!(code(&other), Code::Unauthenticated);
    }
}
