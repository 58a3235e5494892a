//! The one door of authentication: every call passes it, and what comes out
//! carries its [`Actor`].

use tonic::body::Body;
use tonic::codegen::http::Request;

use crate::app::Actor;

/// Puts who calls beside the request.
pub(super) fn opened(mut request: Request<Body>) -> Request<Body> {
    request.extensions_mut().insert(Actor::operator());
    request
}
