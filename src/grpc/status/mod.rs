//! Translates the one error of the use cases to a status with its details.
//!
//! Each reason has its heading in docs/errors.md. What is sent stays under
//! 8 KiB; what lies behind a fault is logged here, once, and never sent.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::pb::ErrorReason;
use super::request_id;
use crate::app::{AppError, Reason};
use crate::domain::{EntityKind, Violations};
use crate::roster::RosterErrors;

/// Domain of every reason.
pub const ERROR_DOMAIN: &str = "practicum";
/// Bytes of field violations that are sent: encoded as a header they grow by a
/// third, and the rest of the status needs room.
const VIOLATION_BYTES: usize = 4096;
/// Characters of one message that are sent.
const MESSAGE_CHARS: usize = 250;
/// When to try again after others wrote at the same time.
const CONTENDED_DELAY: Duration = Duration::from_millis(100);
/// When to try again while something is not available.
const UNAVAILABLE_DELAY: Duration = Duration::from_secs(1);

/// Returns the name of a reason as it is sent.
pub(super) fn reason_name(reason: ErrorReason) -> &'static str {
    let name = reason.as_str_name();
    name.strip_prefix("ERROR_REASON_").unwrap_or(name)
}

/// Returns the status of broken fields.
pub(super) fn invalid(violations: Violations) -> Status {
    status(AppError::Invalid(violations))
}

/// Returns the status of one broken field.
pub(super) fn invalid_field(path: &str, rule: &'static str, message: &str) -> Status {
    invalid(Violations::one(path, rule, message))
}

/// Returns the status of an error of a use case.
pub(super) fn status(error: AppError) -> Status {
    let message = shortened(&error.to_string());
    match error {
        AppError::Invalid(violations) => broken_fields(&violations),
        AppError::InvalidRoster(errors) => broken_roster(&errors),
        AppError::NotFound { kind, key } => {
            resource(Code::NotFound, ErrorReason::NotFound, message, kind, key)
        }
        AppError::AlreadyExists { kind, key } => resource(
            Code::AlreadyExists,
            ErrorReason::AlreadyExists,
            message,
            kind,
            key,
        ),
        AppError::FailedPrecondition(reason) => precondition(reason, message),
        AppError::Forbidden { is_secret: true } => plain(
            Code::NotFound,
            ErrorReason::NotFound,
            "there is no such record",
        ),
        AppError::Forbidden { is_secret: false } => {
            plain(Code::PermissionDenied, ErrorReason::Forbidden, &message)
        }
        AppError::Unauthenticated => plain(
            Code::Unauthenticated,
            ErrorReason::Unauthenticated,
            &message,
        ),
        AppError::Contended => later(
            Code::Aborted,
            ErrorReason::Contended,
            message,
            CONTENDED_DELAY,
        ),
        AppError::StaleEtag { kind, key, current } => {
            let metadata = [
                ("kind", kind.as_str().to_owned()),
                ("key", key),
                ("current_etag", current.to_string()),
            ];
            with_metadata(Code::Aborted, ErrorReason::StaleEtag, message, metadata)
        }
        AppError::TooLarge { what, limit, count } => {
            let metadata = [
                ("what", what.to_owned()),
                ("limit", limit.to_string()),
                ("count", count.to_string()),
            ];
            with_metadata(
                Code::ResourceExhausted,
                ErrorReason::TooLarge,
                message,
                metadata,
            )
        }
        AppError::RateLimited {
            retry_after_seconds,
        } => {
            let delay = Duration::from_secs(u64::from(retry_after_seconds));
            later(
                Code::ResourceExhausted,
                ErrorReason::RateLimited,
                message,
                delay,
            )
        }
        AppError::Overloaded {
            retry_after_seconds,
        } => {
            let delay = Duration::from_secs(u64::from(retry_after_seconds));
            later(Code::Unavailable, ErrorReason::Overloaded, message, delay)
        }
        AppError::DeadlineExceeded => plain(
            Code::DeadlineExceeded,
            ErrorReason::DeadlineExceeded,
            &message,
        ),
        AppError::Cancelled => plain(Code::Cancelled, ErrorReason::Cancelled, &message),
        AppError::Unavailable(source) => {
            tracing::error!(error = %chain(source.as_ref()), "something is not available");
            later(
                Code::Unavailable,
                ErrorReason::Unavailable,
                message,
                UNAVAILABLE_DELAY,
            )
        }
        AppError::Internal(source) => {
            tracing::error!(error = %chain(source.as_ref()), "a fault of Practicum");
            let id = request_id::current();
            let message = format!("{message}; its request id is {id}");
            with_metadata(
                Code::Internal,
                ErrorReason::Internal,
                message,
                [("request_id", id)],
            )
        }
    }
}

/// Returns the status of a server that is stopping.
pub(super) fn stopping() -> Status {
    let message = "the server is stopping; go on elsewhere".to_owned();
    later(
        Code::Unavailable,
        ErrorReason::Unavailable,
        message,
        UNAVAILABLE_DELAY,
    )
}

fn broken_fields(violations: &Violations) -> Status {
    let all = violations.as_slice();
    let fields = all
        .iter()
        .map(|violation| (violation.path.clone(), violation.message.clone()));
    let message = match all {
        [one] => shortened(&one.to_string()),
        _ => format!("{} fields are wrong", all.len()),
    };
    let metadata = [("violations", all.len().to_string())];
    bad_request(ErrorReason::InvalidFields, message, metadata, fields)
}

fn broken_roster(errors: &RosterErrors) -> Status {
    let fields = errors.as_slice().iter().map(|error| {
        let mut path = error.file.clone();
        if let Some(row) = error.row {
            path.push_str(&format!(" row {row}"));
        }
        if let Some(column) = &error.column {
            path.push_str(&format!(", {column}"));
        }
        (path, error.to_string())
    });
    let message = format!("the roster has {} mistakes", errors.count());
    let metadata = [("mistakes", errors.count().to_string())];
    bad_request(ErrorReason::InvalidRoster, message, metadata, fields)
}

fn bad_request<const N: usize>(
    reason: ErrorReason,
    message: String,
    metadata: [(&str, String); N],
    fields: impl Iterator<Item = (String, String)>,
) -> Status {
    let mut details = details(reason, metadata);
    let mut room = VIOLATION_BYTES;
    for (path, description) in fields {
        let (path, description) = (shortened(&path), shortened(&description));
        let Some(left) = room.checked_sub(path.len() + description.len() + 16) else {
            break;
        };
        room = left;
        details.add_bad_request_violation(path, description);
    }
    Status::with_error_details(Code::InvalidArgument, message, details)
}

fn precondition(reason: Reason, message: String) -> Status {
    let code = Code::FailedPrecondition;
    match reason {
        Reason::OtherProgram { folder, named } => {
            let metadata = [("folder", folder), ("named", named)];
            with_metadata(code, ErrorReason::OtherProgram, message, metadata)
        }
        Reason::RunEnded { run, state } => {
            let metadata = [("run", run), ("state", state.to_owned())];
            with_metadata(code, ErrorReason::RunEnded, message, metadata)
        }
        Reason::NoPlan { run, state } => {
            let metadata = [("run", run), ("state", state.to_owned())];
            with_metadata(code, ErrorReason::NoPlan, message, metadata)
        }
        Reason::TakesPart { kind, key, round } => {
            let metadata = [("kind", kind.to_string()), ("key", key), ("round", round)];
            with_metadata(code, ErrorReason::TakesPart, message, metadata)
        }
        Reason::PinAgainstForbid {
            trainee,
            target,
            already,
        } => {
            let metadata = [
                ("trainee", trainee),
                ("target", target),
                ("already", already.to_owned()),
            ];
            with_metadata(code, ErrorReason::PinAgainstForbid, message, metadata)
        }
        Reason::RequestDone { subject } => with_metadata(
            code,
            ErrorReason::RequestDone,
            message,
            [("subject", subject)],
        ),
    }
}

fn resource(
    code: Code,
    reason: ErrorReason,
    message: String,
    kind: EntityKind,
    key: String,
) -> Status {
    let metadata = [("kind", kind.as_str().to_owned()), ("key", shortened(&key))];
    let mut details = details(reason, metadata);
    details.set_resource_info(kind.as_str(), shortened(&key), "", "");
    Status::with_error_details(code, message, details)
}

fn later(code: Code, reason: ErrorReason, message: String, delay: Duration) -> Status {
    let mut details = details(reason, []);
    details.set_retry_info(Some(delay));
    Status::with_error_details(code, message, details)
}

fn plain(code: Code, reason: ErrorReason, message: &str) -> Status {
    Status::with_error_details(code, message, details(reason, []))
}

fn with_metadata<const N: usize>(
    code: Code,
    reason: ErrorReason,
    message: String,
    metadata: [(&str, String); N],
) -> Status {
    Status::with_error_details(code, message, details(reason, metadata))
}

fn details<const N: usize>(reason: ErrorReason, metadata: [(&str, String); N]) -> ErrorDetails {
    let metadata: HashMap<String, String> = metadata
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    ErrorDetails::with_error_info(reason_name(reason), ERROR_DOMAIN, metadata)
}

/// Returns a text without control characters, cut where it is long.
fn shortened(text: &str) -> String {
    let mut short: String = text
        .chars()
        .take(MESSAGE_CHARS)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(MESSAGE_CHARS).is_some() {
        short.push('…');
    }
    short
}

/// Returns an error with everything that caused it, for the log.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
