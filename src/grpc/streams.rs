//! How many streams one caller may have open. Without a bound of its own, one
//! caller could take all streams of the server, and nobody else could follow
//! anything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tonic::body::Body;
use tonic::codegen::http::{Request, Response};
use tower::{Layer, Service};

use super::admission::{Answer, RETRY_AFTER, held, refused};
use super::methods::{Kind, Methods};
use crate::app::{Actor, AppError};

/// The open streams of each caller, by the name in the events.
#[derive(Debug)]
struct Counts {
    open: Mutex<HashMap<String, usize>>,
    most: usize,
}

impl Counts {
    fn open(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one more stream of a caller; `None` where it is one too many.
    fn take(self: &Arc<Self>, caller: &str) -> Option<Place> {
        let mut open = self.open();
        let count = open.get(caller).copied().unwrap_or_default();
        if count >= self.most {
            return None;
        }
        open.insert(caller.to_owned(), count + 1);
        Some(Place {
            counts: Arc::clone(self),
            caller: caller.to_owned(),
        })
    }
}

/// A stream that counts until it is dropped.
#[derive(Debug)]
struct Place {
    counts: Arc<Counts>,
    caller: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.counts.open();
        if let Some(count) = open.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.caller);
            }
        }
    }
}

/// Counts streams by the name that the door has put beside them; it stands
/// behind the door. What is open to everybody has no name there, and is not
/// counted.
#[derive(Clone, Debug)]
pub(super) struct StreamsLayer {
    methods: Arc<Methods>,
    counts: Arc<Counts>,
}

impl StreamsLayer {
    /// Lets each caller have at most so many streams at a time.
    pub(super) fn new(methods: Methods, most: usize) -> Self {
        let open = Mutex::default();
        Self {
            methods: Arc::new(methods),
            counts: Arc::new(Counts { open, most }),
        }
    }
}

impl<S> Layer<S> for StreamsLayer {
    type Service = Streams<S>;

    fn layer(&self, inner: S) -> Streams<S> {
        let layer = self.clone();
        Streams { inner, layer }
    }
}

/// A service of which each caller may have so many streams.
#[derive(Clone, Debug)]
pub(super) struct Streams<S> {
    inner: S,
    layer: StreamsLayer,
}

impl<S> Service<Request<Body>> for Streams<S>
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
        let StreamsLayer { methods, counts } = &self.layer;
        let is_stream = methods.kind(request.uri().path()) == Kind::Stream;
        let actor = request.extensions().get::<Actor>();
        let Some(actor) = actor.filter(|_| is_stream) else {
            return Box::pin(self.inner.call(request));
        };
        let Some(place) = counts.take(actor.name()) else {
            return Box::pin(std::future::ready(Ok(refused(AppError::TooManyStreams {
                limit: counts.most,
                retry_after_seconds: RETRY_AFTER,
            }))));
        };
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answered = answer.await?;
            Ok(answered.map(|body| held(body, place)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_given_back_and_nobody_is_remembered_who_has_none() {
        let (open, most) = (Mutex::default(), 2);
        let counts = Arc::new(Counts { open, most });
        let first = counts.take("ada").unwrap();
        let second = counts.take("ada").unwrap();
        assert!(counts.take("ada").is_none());
        let other = counts.take("eve").unwrap();
        drop(first);
        let third = counts.take("ada").unwrap();
        assert!(counts.take("ada").is_none());
        drop((second, third, other));
        assert!(counts.open().is_empty());
    }
}
