//! What the transport refuses before a method sees it, said in the words of
//! the contract. tonic calls a message that it cannot read an internal error,
//! and one that is too large out of range, both without details.

use std::pin::Pin;
use std::task::{Context, Poll};

use http_body::{Frame, SizeHint};
use prost::bytes::Bytes;
use tonic::body::Body;
use tonic::codegen::http::{HeaderMap, Response};
use tonic::{Code, Status};

use super::status::{invalid_field, status};
use crate::app::AppError;

/// Returns an answer of the transport in the words of the contract, and every
/// other one as it is.
pub(super) fn told(mut response: Response<Body>) -> Response<Body> {
    tell(response.headers_mut());
    // That an answer is too large shows as it is encoded, behind its headers.
    response.map(|body| Body::new(Told(body)))
}

/// Puts the status of headers or trailers in the words of the contract.
fn tell(headers: &mut HeaderMap) {
    // All is well with most answers.
    if headers
        .get(Status::GRPC_STATUS)
        .is_none_or(|code| code == "0")
    {
        return;
    }
    let told = Status::from_header_map(headers).and_then(|refused| translated(&refused));
    if let Some(told) = told
        && let Err(error) = told.add_header(headers)
    {
        tracing::error!(%error, "a refusal could not be put into words");
    }
}

/// The body of an answer, whose trailers are in the words of the contract.
struct Told(Body);

impl http_body::Body for Told {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let mut polled = Pin::new(&mut self.0).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &mut polled
            && let Some(trailers) = frame.trailers_mut()
        {
            tell(trailers);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// Returns the status of the contract for one of the transport.
fn translated(refused: &Status) -> Option<Status> {
    // Whatever comes from a method has details.
    if !refused.details().is_empty() {
        return None;
    }
    let text = refused.message();
    match refused.code() {
        Code::Internal => {
            let message = format!("cannot be read as the message of this method: {text}");
            Some(invalid_field("message", "message", &message))
        }
        Code::OutOfRange | Code::ResourceExhausted => {
            let mut numbers = numbers(text);
            // Of a compressed message only the limit is told.
            let limit = numbers.pop()?;
            let count = numbers.pop().unwrap_or_else(|| limit.saturating_add(1));
            let what = "bytes in one message";
            Some(status(AppError::TooLarge { what, limit, count }))
        }
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::InvalidArgument
        | Code::DeadlineExceeded
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::Unimplemented
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => None,
    }
}

/// Returns the whole numbers in a text.
fn numbers(text: &str) -> Vec<u64> {
    let parts = text.split(|c: char| !c.is_ascii_digit());
    parts.filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt;

    use super::*;

    #[test]
    fn a_message_that_cannot_be_read_is_the_callers_fault() {
        let told = translated(&Status::internal("invalid wire type")).unwrap();
        assert_eq!(told.code(), Code::InvalidArgument);
        assert!(told.message().contains("invalid wire type"), "{told:?}");
        assert_eq!(
            told.get_details_error_info().unwrap().reason,
            "INVALID_FIELDS"
        );
    }

    #[test]
    fn a_message_that_is_too_large_is_told_with_both_sizes() {
        let text = "Error, decoded message length too large: found 9 bytes, the limit is: 4 bytes";
        let told = translated(&Status::out_of_range(text)).unwrap();
        assert_eq!(told.code(), Code::ResourceExhausted);
        let metadata = told.get_details_error_info().unwrap().metadata;
        assert_eq!(
            (metadata["count"].as_str(), metadata["limit"].as_str()),
            ("9", "4")
        );
        let text = "Error decompressing: size limit, of 4 bytes, exceeded";
        let told = translated(&Status::resource_exhausted(text)).unwrap();
        assert_eq!(
            told.get_details_error_info().unwrap().metadata["limit"],
            "4"
        );
    }

    #[test]
    fn what_a_method_answers_stays_as_it_is() {
        let ours = status(AppError::Internal("the disk is gone".into()));
        assert!(translated(&ours).is_none());
        assert!(translated(&Status::unimplemented("")).is_none());
    }
}
