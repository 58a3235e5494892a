//! How many calls and streams one caller may have open. Without a bound of its
//! own, one caller could take all places of the server, and nobody else could
//! ask or follow anything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tonic::body::Body;
use tonic::codegen::http::{Request, Response};
use tower::{Layer, Service};

use super::admission::{Admitted, Answer, RETRY_AFTER, held, refused};
use super::methods::Kind;
use crate::app::{Actor, AppError};

/// The open calls or streams of each caller, by the name in the events.
#[derive(Debug)]
pub(super) struct Counts {
    open: Mutex<HashMap<String, usize>>,
    most: usize,
}

impl Counts {
    fn open(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets each caller have at most so many.
    pub(super) fn new(most: usize) -> Arc<Self> {
        let open = Mutex::default();
        Arc::new(Self { open, most })
    }

    /// Tells a caller that it has as many streams as it may.
    pub(super) fn too_many_streams(&self) -> AppError {
        AppError::TooManyStreams {
            limit: self.most,
            retry_after_seconds: RETRY_AFTER,
        }
    }

    /// Counts one more of a caller; `None` where it is one too many.
    pub(super) fn take(self: &Arc<Self>, caller: &Actor) -> Option<Place> {
        let mut open = self.open();
        match open.get_mut(caller.name()) {
            Some(count) if *count < self.most => *count += 1,
            None if self.most > 0 => {
                open.insert(caller.name().to_owned(), 1);
            }
            Some(_) | None => return None,
        }
        Some(Place {
            counts: Arc::clone(self),
            caller: caller.clone(),
        })
    }
}

/// A call or stream that counts until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    counts: Arc<Counts>,
    caller: Actor,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.counts.open();
        if let Some(count) = open.get_mut(self.caller.name()) {
            *count -= 1;
            if *count == 0 {
                open.remove(self.caller.name());
            }
        }
    }
}

/// Counts calls and streams by the name that the door has put beside them; it
/// stands behind the door. What is open to everybody has no name there, and is not
/// counted.
#[derive(Clone, Debug)]
pub(super) struct PerCallerLayer {
    calls: Arc<Counts>,
    streams: Arc<Counts>,
}

impl PerCallerLayer {
    /// Lets each caller have at most so many calls and streams at a time.
    pub(super) fn new(calls: usize, streams: usize) -> Self {
        Self {
            calls: Counts::new(calls),
            streams: Counts::new(streams),
        }
    }
}

impl<S> Layer<S> for PerCallerLayer {
    type Service = PerCaller<S>;

    fn layer(&self, inner: S) -> PerCaller<S> {
        let layer = self.clone();
        PerCaller { inner, layer }
    }
}

/// A service of which each caller may have so many calls and streams.
#[derive(Clone, Debug)]
pub(super) struct PerCaller<S> {
    inner: S,
    layer: PerCallerLayer,
}

impl<S> Service<Request<Body>> for PerCaller<S>
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
        let Some(actor) = request.extensions().get::<Actor>() else {
            return Box::pin(self.inner.call(request));
        };
        let admitted = request.extensions().get::<Admitted>();
        let is_stream = admitted.is_some_and(|admitted| admitted.kind == Kind::Stream);
        let counts = if is_stream {
            &self.layer.streams
        } else {
            &self.layer.calls
        };
        let Some(place) = counts.take(actor) else {
            let error = if is_stream {
                counts.too_many_streams()
            } else {
                AppError::RateLimited {
                    retry_after: Duration::from_secs(RETRY_AFTER.into()),
                }
            };
            return Box::pin(std::future::ready(Ok(refused(error))));
        };
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answered = answer.await?;
            if is_stream {
                return Ok(answered.map(|body| held(body, place)));
            }
            drop(place);
            Ok(answered)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_given_back_and_nobody_is_remembered_who_has_none() {
        let counts = Counts::new(2);
        let [ada, eve] = ["ada", "eve"].map(|name| Actor::new(name.to_owned(), Vec::new()));
        let first = counts.take(&ada).unwrap();
        let second = counts.take(&ada).unwrap();
        assert!(counts.take(&ada).is_none());
        let other = counts.take(&eve).unwrap();
        drop(first);
        let third = counts.take(&ada).unwrap();
        assert!(counts.take(&ada).is_none());
        drop((second, third, other));
        assert!(counts.open().is_empty());
    }
}
