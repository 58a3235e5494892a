//! Translates the one error of the use cases to a status with its details.
//!
//! Each reason has its heading in docs/errors.md. What is sent stays under
//! 8 KiB; what lies behind a fault is logged here, once, and never sent.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "code and reason are said for every error; most have no more to say"
)]

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::pb::ErrorReason;
use super::request_id;
use crate::app::{AppError, Reason, with_causes};
use crate::domain::Violations;
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
#[expect(
    clippy::needless_pass_by_value,
    reason = "handed to map_err, which gives the value"
)]
pub(super) fn status(error: AppError) -> Status {
    log(&error);
    let (code, reason) = code_and_reason(&error);
    let metadata = metadata(&error)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), shortened(&value)));
    let metadata: HashMap<String, String> = metadata.collect();
    let mut details = ErrorDetails::with_error_info(reason_name(reason), ERROR_DOMAIN, metadata);
    if let Some(delay) = delay(&error) {
        details.set_retry_info(Some(delay));
    }
    match &error {
        AppError::Invalid(violations) => add_violations(&mut details, violations),
        AppError::InvalidRoster(errors) => add_mistakes(&mut details, errors),
        AppError::NotFound { kind, key }
        | AppError::Hidden { kind, key }
        | AppError::AlreadyExists { kind, key } => {
            details.set_resource_info(kind.as_str(), shortened(key), "", "");
        }
        _ => {}
    }
    Status::with_error_details(code, message(&error), details)
}

impl From<AppError> for Status {
    fn from(error: AppError) -> Self {
        status(error)
    }
}

/// Returns the status of a server that is stopping.
pub(super) fn stopping() -> Status {
    let reason = reason_name(ErrorReason::Unavailable);
    let mut details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, HashMap::new());
    details.set_retry_info(Some(UNAVAILABLE_DELAY));
    let message = "the server is stopping; go on elsewhere";
    Status::with_error_details(Code::Unavailable, message, details)
}

/// Returns the code of an error and its heading in docs/errors.md.
fn code_and_reason(error: &AppError) -> (Code, ErrorReason) {
    match error {
        AppError::Invalid(_) => (Code::InvalidArgument, ErrorReason::InvalidFields),
        AppError::InvalidRoster(_) => (Code::InvalidArgument, ErrorReason::InvalidRoster),
        // Whoever may not know of a record is told that there is none.
        AppError::NotFound { .. } | AppError::Hidden { .. } => {
            (Code::NotFound, ErrorReason::NotFound)
        }
        AppError::AlreadyExists { .. } => (Code::AlreadyExists, ErrorReason::AlreadyExists),
        AppError::FailedPrecondition(reason) => (Code::FailedPrecondition, held_by(reason)),
        AppError::Forbidden { .. } => (Code::PermissionDenied, ErrorReason::Forbidden),
        AppError::Unauthenticated => (Code::Unauthenticated, ErrorReason::Unauthenticated),
        AppError::Contended => (Code::Aborted, ErrorReason::Contended),
        AppError::StaleEtag { .. } => (Code::Aborted, ErrorReason::StaleEtag),
        AppError::TooLarge { .. } => (Code::ResourceExhausted, ErrorReason::TooLarge),
        AppError::RateLimited { .. } => (Code::ResourceExhausted, ErrorReason::RateLimited),
        AppError::TooManyStreams { .. } => (Code::ResourceExhausted, ErrorReason::TooManyStreams),
        AppError::Overloaded { .. } => (Code::Unavailable, ErrorReason::Overloaded),
        AppError::DeadlineExceeded => (Code::DeadlineExceeded, ErrorReason::DeadlineExceeded),
        AppError::Cancelled => (Code::Cancelled, ErrorReason::Cancelled),
        AppError::Unavailable(_) => (Code::Unavailable, ErrorReason::Unavailable),
        AppError::Internal(_) => (Code::Internal, ErrorReason::Internal),
    }
}

fn held_by(reason: &Reason) -> ErrorReason {
    match reason {
        Reason::OtherProgram { .. } => ErrorReason::OtherProgram,
        Reason::RunEnded { .. } => ErrorReason::RunEnded,
        Reason::NoPlan { .. } => ErrorReason::NoPlan,
        Reason::RoundClosed { .. } => ErrorReason::RoundClosed,
        Reason::WrongRoundState { .. } => ErrorReason::WrongRoundState,
        Reason::OtherRound { .. } => ErrorReason::OtherRound,
        Reason::AlreadyPublished { .. } => ErrorReason::AlreadyPublished,
        Reason::NotARepair { .. } => ErrorReason::NotARepair,
        Reason::ZoneDataChanged { .. } => ErrorReason::ZoneDataChanged,
        Reason::NotPublished { .. } => ErrorReason::NotPublished,
        Reason::PlanReplaced { .. } => ErrorReason::PlanReplaced,
        Reason::NotSupervised { .. } => ErrorReason::NotSupervised,
        Reason::NoTrainees { .. } => ErrorReason::NoTrainees,
        Reason::TakesPart { .. } => ErrorReason::TakesPart,
        Reason::TraineeMatched { .. } => ErrorReason::TraineeMatched,
        Reason::AlreadyRevoked { .. } => ErrorReason::AlreadyRevoked,
        Reason::OwnAccess => ErrorReason::OwnAccess,
        Reason::PinAgainstForbid { .. } => ErrorReason::PinAgainstForbid,
    }
}

/// Returns the sentence for people.
fn message(error: &AppError) -> String {
    match error {
        AppError::Invalid(violations) => match violations.as_slice() {
            [one] => shortened(&one.to_string()),
            all => format!("{} fields are wrong", all.len()),
        },
        AppError::InvalidRoster(errors) => format!("the roster has {} mistakes", errors.count()),
        AppError::Internal(_) => format!("{error}; its request id is {}", request_id::current()),
        _ => shortened(&error.to_string()),
    }
}

/// Returns what a program needs to know of an error.
fn metadata(error: &AppError) -> Vec<(&'static str, String)> {
    match error {
        AppError::Invalid(violations) => {
            vec![("violations", violations.as_slice().len().to_string())]
        }
        AppError::InvalidRoster(errors) => vec![("mistakes", errors.count().to_string())],
        AppError::NotFound { kind, key }
        | AppError::Hidden { kind, key }
        | AppError::AlreadyExists { kind, key } => {
            vec![("kind", kind.to_string()), ("key", key.clone())]
        }
        AppError::FailedPrecondition(reason) => held_metadata(reason),
        AppError::Forbidden { permission } => vec![("permission", permission.to_string())],
        AppError::StaleEtag { kind, key, current } => vec![
            ("kind", kind.to_string()),
            ("key", key.clone()),
            ("current_etag", current.to_string()),
        ],
        AppError::TooLarge { what, limit, count } => vec![
            ("what", (*what).to_owned()),
            ("limit", limit.to_string()),
            ("count", count.to_string()),
        ],
        AppError::TooManyStreams { limit, .. } => vec![("limit", limit.to_string())],
        AppError::Internal(_) => vec![("request_id", request_id::current())],
        _ => Vec::new(),
    }
}

fn held_metadata(reason: &Reason) -> Vec<(&'static str, String)> {
    match reason {
        Reason::OtherProgram { folder, named } => {
            vec![("folder", folder.clone()), ("named", named.clone())]
        }
        Reason::RunEnded { run, state } | Reason::NoPlan { run, state } => {
            vec![("run", run.clone()), ("state", (*state).to_owned())]
        }
        Reason::NoTrainees { round }
        | Reason::RoundClosed { round }
        | Reason::NotPublished { round } => vec![("round", round.clone())],
        Reason::WrongRoundState {
            round,
            state,
            allowed,
        } => vec![
            ("round", round.clone()),
            ("state", (*state).to_owned()),
            ("allowed", (*allowed).to_owned()),
        ],
        Reason::OtherRound { run, round, named } => vec![
            ("plan", run.clone()),
            ("round", round.clone()),
            ("named", named.clone()),
        ],
        Reason::AlreadyPublished { round, run } => {
            vec![("round", round.clone()), ("plan", run.clone())]
        }
        Reason::NotARepair {
            run: plan,
            published,
        }
        | Reason::PlanReplaced { plan, published } => {
            vec![("plan", plan.clone()), ("published", published.clone())]
        }
        Reason::ZoneDataChanged { run, plan, server } => vec![
            ("plan", run.clone()),
            ("plan_zone_data", plan.clone()),
            ("server_zone_data", server.clone()),
        ],
        Reason::NotSupervised {
            supervisor,
            trainee,
            plan,
        } => vec![
            ("supervisor", supervisor.clone()),
            ("trainee", trainee.clone()),
            ("plan", plan.clone()),
        ],
        Reason::TraineeMatched { trainee, run } => {
            vec![("trainee", trainee.clone()), ("run", run.clone())]
        }
        Reason::TakesPart { kind, key, round } => vec![
            ("kind", kind.to_string()),
            ("key", key.clone()),
            ("round", round.clone()),
        ],
        Reason::AlreadyRevoked { kind, key } => {
            vec![("kind", kind.to_string()), ("key", key.clone())]
        }
        Reason::OwnAccess => Vec::new(),
        Reason::PinAgainstForbid {
            trainee,
            target,
            already,
        } => vec![
            ("trainee", trainee.clone()),
            ("target", target.clone()),
            ("already", (*already).to_owned()),
        ],
    }
}

/// Returns when trying again may help, if it may.
fn delay(error: &AppError) -> Option<Duration> {
    match error {
        AppError::Contended => Some(CONTENDED_DELAY),
        AppError::Unavailable(_) => Some(UNAVAILABLE_DELAY),
        AppError::RateLimited { retry_after } => Some(*retry_after),
        AppError::TooManyStreams {
            retry_after_seconds,
            ..
        }
        | AppError::Overloaded {
            retry_after_seconds,
        } => Some(Duration::from_secs(u64::from(*retry_after_seconds))),
        _ => None,
    }
}

/// Logs what lies behind a fault, and who asks for what is hidden; the other
/// errors are the caller's.
fn log(error: &AppError) {
    match error {
        AppError::Hidden { kind, key } => {
            tracing::info!(%kind, key, "asked for a record that is hidden from the caller");
        }
        AppError::Unavailable(source) => {
            tracing::error!(error = %with_causes(source.as_ref()), "something is not available");
        }
        AppError::Internal(source) => {
            tracing::error!(error = %with_causes(source.as_ref()), "a fault of Practicum");
        }
        _ => {}
    }
}

fn add_violations(details: &mut ErrorDetails, violations: &Violations) {
    let fields = violations
        .as_slice()
        .iter()
        .map(|violation| (violation.path.clone(), violation.message.clone()));
    add_fields(details, fields);
}

fn add_mistakes(details: &mut ErrorDetails, errors: &RosterErrors) {
    let fields = errors.as_slice().iter().map(|error| {
        let row = error.row.map(|row| format!(" row {row}"));
        let column = error.column.as_ref().map(|column| format!(", {column}"));
        let (row, column) = (row.unwrap_or_default(), column.unwrap_or_default());
        (format!("{}{row}{column}", error.file), error.to_string())
    });
    add_fields(details, fields);
}

/// Adds broken fields as far as there is room.
fn add_fields(details: &mut ErrorDetails, fields: impl Iterator<Item = (String, String)>) {
    let mut room = VIOLATION_BYTES;
    for (path, description) in fields {
        let (path, description) = (shortened(&path), shortened(&description));
        let Some(left) = room.checked_sub(path.len() + description.len() + 16) else {
            return;
        };
        room = left;
        details.add_bad_request_violation(path, description);
    }
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

#[cfg(test)]
mod tests;
