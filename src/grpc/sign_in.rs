//! The one door of authentication: every call passes it, and what comes out
//! carries its [`Actor`](crate::app::Actor). Only health and reflection are
//! open to everybody.

use std::pin::Pin;
use std::task::{Context, Poll};

use tonic::body::Body;
use tonic::codegen::http::header::AUTHORIZATION;
use tonic::codegen::http::{HeaderMap, Request, Response};
use tower::{Layer, Service};

use super::status::status;
use crate::app::App;

/// The services that are open to everybody.
const OPEN: [&str; 3] = [
    "/grpc.health.v1.Health/",
    "/grpc.reflection.v1.ServerReflection/",
    "/grpc.reflection.v1alpha.ServerReflection/",
];

/// Finds out who calls.
#[derive(Clone, Debug)]
pub(super) struct SignInLayer {
    pub(super) app: App,
}

impl<S> Layer<S> for SignInLayer {
    type Service = SignIn<S>;

    fn layer(&self, inner: S) -> SignIn<S> {
        SignIn {
            app: self.app.clone(),
            inner,
        }
    }
}

/// A service whose calls have an actor.
#[derive(Clone, Debug)]
pub(super) struct SignIn<S> {
    app: App,
    inner: S,
}

impl<S> Service<Request<Body>> for SignIn<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let path = request.uri().path();
        if OPEN.iter().any(|open| path.starts_with(open)) {
            return Box::pin(self.inner.call(request));
        }
        if let Some(actor) = self.app.known_caller(bearer(request.headers())) {
            request.extensions_mut().insert(actor);
            return Box::pin(self.inner.call(request));
        }
        // The service that is ready goes along; its copy may not be.
        let copy = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, copy);
        let app = self.app.clone();
        Box::pin(async move {
            match app.sign_in(bearer(request.headers())).await {
                Ok(actor) => {
                    request.extensions_mut().insert(actor);
                    inner.call(request).await
                }
                Err(error) => Ok(status(error).into_http()),
            }
        })
    }
}

/// Returns the key that a caller sends; empty where the header is there and
/// holds none, so that nobody is let in by a header that is not understood.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let first = given.next()?;
    if given.next().is_some() {
        return Some("");
    }
    let key = first.to_str().ok().and_then(|text| {
        let (scheme, key) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    Some(key.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            let bytes = tonic::codegen::http::HeaderValue::from_static(value);
            headers.append(AUTHORIZATION, bytes);
        }
        headers
    }

    #[test]
    fn takes_the_key_of_one_bearer_header_and_no_other() {
        assert_eq!(bearer(&HeaderMap::new()), None);
        assert_eq!(bearer(&sent(&["Bearer abc"])), Some("abc"));
        assert_eq!(bearer(&sent(&["bearer  abc "])), Some("abc"));
        for malformed in [
            &["abc"][..],
            &["Bearer"],
            &["Bearer "],
            &["Basic abc"],
            &[""],
            &["Bearer abc", "Bearer abc"],
        ] {
            assert_eq!(bearer(&sent(malformed)), Some(""), "{malformed:?}");
        }
    }
}
