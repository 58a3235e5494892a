//! What the requests of all services have in common: reading them as a whole,
//! changes that take effect once, and pages.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

use prost::Message;
use sha2::{Digest, Sha256};
use tonic::{Response, Status};
use uuid::Uuid;

use super::admission::Admitted;
use super::convert::fields::Fields;
use super::status;
use crate::app::{Actor, App, AppError, Outcome, RequestOnce};
use crate::domain::{ListOrder, ListRequest, Page, PageRequest, Violations};

/// Time that solvers have to end, and an answer to be made and sent.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// Reads a request.
///
/// # Errors
/// `INVALID_ARGUMENT` with every broken field.
pub(super) fn read<T>(reading: impl FnOnce(&mut Fields<'_>) -> Option<T>) -> Result<T, Status> {
    let mut violations = Violations::default();
    match reading(&mut Fields::new(&mut violations)) {
        Some(value) if violations.is_empty() => Ok(value),
        _ => Err(status::invalid(violations)),
    }
}

/// Opens a request: who sends it, and its message.
///
/// # Errors
/// `UNAUTHENTICATED` when the door let somebody through without a name.
pub(super) fn opened<T>(request: tonic::Request<T>) -> Result<(Actor, T), Status> {
    let (_, extensions, message) = request.into_parts();
    match extensions.get::<Actor>() {
        Some(actor) => Ok((actor.clone(), message)),
        None => Err(status::status(AppError::Unauthenticated)),
    }
}

/// Returns when solvers that look for the answer of a request have to end, so
/// that it comes before its caller is told that the time is over.
pub(super) fn solved_until<T>(request: &tonic::Request<T>) -> Option<Instant> {
    let end = request.extensions().get::<Admitted>()?.until?;
    let left = end.saturating_duration_since(Instant::now());
    end.checked_sub(ANSWER_TIME.min(left / 2))
}

/// Who sends a write, and under which identifier it takes effect once.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    actor: Actor,
    method: &'static str,
    request_id: Option<Uuid>,
    body_sha256: String,
}

/// Reads who sends a write.
pub(super) fn caller(
    actor: Actor,
    method: &'static str,
    request_id: &str,
    request: &impl Message,
    fields: &mut Fields<'_>,
) -> Option<Caller> {
    let caller = caller_before_body(actor, method, request_id, fields)?;
    Some(caller.with_body(|| hexadecimal(&Sha256::digest(request.encode_to_vec()))))
}

/// Reads who sends a write whose body is still to come.
pub(super) fn caller_before_body(
    actor: Actor,
    method: &'static str,
    request_id: &str,
    fields: &mut Fields<'_>,
) -> Option<Caller> {
    let caller = Caller {
        actor,
        method,
        request_id: None,
        body_sha256: String::new(),
    };
    if request_id.is_empty() {
        return Some(caller);
    }
    let Ok(id) = Uuid::try_parse(request_id) else {
        let message = "must be a UUID such as 0198c0de-0000-7000-8000-000000000000, or empty";
        fields.refuse("request_id", "uuid", message);
        return None;
    };
    Some(Caller {
        request_id: Some(id),
        ..caller
    })
}

impl Caller {
    /// Returns the same caller with the hash of the body, by which a repeat is
    /// told from another request under the same identifier.
    pub(super) fn with_body(self, body_sha256: impl FnOnce() -> String) -> Self {
        if self.request_id.is_none() {
            return self;
        }
        Self {
            body_sha256: body_sha256(),
            ..self
        }
    }
}

/// Carries out a change once and answers it. `answer` makes the message of
/// what the use case of the change returns; a repeat of the request gets the
/// message that the first got.
///
/// # Errors
/// Those of the change; `INVALID_ARGUMENT` when the identifier was used for
/// another request.
pub(super) async fn once<T, M, F>(
    app: &App,
    caller: Caller,
    answer: impl Fn(&T) -> M + Send + Sync + 'static,
    change: impl FnOnce(Actor) -> F,
) -> Result<Response<M>, Status>
where
    T: Any + Send,
    M: Message + Default,
    F: Future<Output = Result<T, Status>>,
{
    once_shown(app, caller, answer, |_, _| {}, change).await
}

/// Carries out a change once and answers it, as [`once`] does. `show` adds to
/// the first answer what is shown once and kept nowhere; a repeat gets the
/// answer without it.
///
/// # Errors
/// As [`once`].
pub(super) async fn once_shown<T, M, F>(
    app: &App,
    caller: Caller,
    answer: impl Fn(&T) -> M + Send + Sync + 'static,
    show: impl FnOnce(&T, &mut M),
    change: impl FnOnce(Actor) -> F,
) -> Result<Response<M>, Status>
where
    T: Any + Send,
    M: Message + Default,
    F: Future<Output = Result<T, Status>>,
{
    let answer = Arc::new(answer);
    let encode = {
        let answer = Arc::clone(&answer);
        move |result: &T| answer(result).encode_to_vec()
    };
    let mut actor = caller.actor;
    if let Some(id) = caller.request_id {
        let (method, body) = (caller.method, caller.body_sha256);
        actor = actor.with_request(RequestOnce::new(id, method, body, encode));
    }
    // A use case is large as a future; each caller would hold it otherwise.
    let change = Box::pin(change(actor.clone()));
    let message = match app.once(&actor, change).await? {
        Outcome::Done(result) => {
            let mut message = answer(&result);
            show(&result, &mut message);
            message
        }
        Outcome::DoneBefore(bytes) => M::decode(bytes.as_slice())
            .map_err(|error| status::status(AppError::Internal(Box::new(error))))?,
    };
    Ok(Response::new(message))
}

/// Why a page token is refused that was made for another list.
pub(super) const UNKNOWN_PAGE: &str = "is not a next_page_token of this list";

/// Reads which page of a list is wanted. A token holds only for the list that
/// it was given for, which `scope` names.
pub(super) fn page(
    page_size: i32,
    page_token: &str,
    scope: &str,
    fields: &mut Fields<'_>,
) -> Option<PageRequest> {
    let size = match u32::try_from(page_size) {
        Ok(0) => Some(PageRequest::SIZE_DEFAULT),
        Ok(size) => Some(size.min(PageRequest::SIZE_MAX)),
        Err(_) => {
            fields.refuse("page_size", "range", "must not be negative");
            None
        }
    };
    let after = if page_token.is_empty() {
        Some(None)
    } else {
        let after = open_token(page_token, scope);
        if after.is_none() {
            fields.refuse("page_token", "page_token", UNKNOWN_PAGE);
        }
        after.map(Some)
    };
    Some(PageRequest {
        size: size?,
        after: after?,
    })
}

/// Reads which part of an ordered and filtered list is wanted; `scope` names
/// the list as a whole. Returns it with the scope of its page tokens.
pub(super) fn list<F: Debug>(
    page_size: i32,
    page_token: &str,
    scope: &str,
    (order, filter): (Option<ListOrder>, Option<F>),
    fields: &mut Fields<'_>,
) -> Option<(ListRequest<F>, String)> {
    let scope = format!("{scope} {order:?} {filter:?}");
    let page = page(page_size, page_token, &scope, fields);
    let list = ListRequest {
        page: page?,
        order: order?,
        filter: filter?,
    };
    Some((list, scope))
}

/// Returns the token of the next page; empty when there is none.
pub(super) fn next_token<T>(page: &Page<T>, scope: &str) -> String {
    let token = |after: &String| format!("{}{}", seal(scope), hexadecimal(after.as_bytes()));
    page.next_after.as_ref().map(token).unwrap_or_default()
}

/// Returns a page of a list that is at hand and never changes.
pub(super) fn page_of<T>(items: &[T], request: &PageRequest) -> Option<Page<usize>> {
    let start = match &request.after {
        None => 0,
        Some(after) => after.parse().ok().filter(|start| *start <= items.len())?,
    };
    let size = usize::try_from(request.size).unwrap_or(usize::MAX);
    let end = items.len().min(start.saturating_add(size));
    Some(Page {
        items: (start..end).collect(),
        next_after: (end < items.len()).then(|| end.to_string()),
    })
}

/// Characters of a token that bind it to its list.
const SEAL_LENGTH: usize = 16;

fn seal(scope: &str) -> String {
    let mut seal = hexadecimal(&Sha256::digest(scope.as_bytes()));
    seal.truncate(SEAL_LENGTH);
    seal
}

fn open_token(token: &str, scope: &str) -> Option<String> {
    let after = token.strip_prefix(seal(scope).as_str())?;
    if !after.len().is_multiple_of(2) || !after.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let bytes: Vec<u8> = (0..after.len())
        .step_by(2)
        .map_while(|at| u8::from_str_radix(after.get(at..at + 2)?, 16).ok())
        .collect();
    String::from_utf8(bytes)
        .ok()
        // PostgreSQL takes no NUL, and no key has a control character.
        .filter(|text| !text.is_empty() && !text.contains(char::is_control))
}

/// Returns bytes in lowercase hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_for_its_own_list_and_holds_a_key() {
        let page = Page {
            items: vec![()],
            next_after: Some("t-1".to_owned()),
        };
        let token = next_token(&page, "programs/north/trainees");
        assert_eq!(
            open_token(&token, "programs/north/trainees").as_deref(),
            Some("t-1")
        );
        assert_eq!(open_token(&token, "programs/south/trainees"), None);
        for wrong in ["", "0", "00", "7400", "ff", "zz", "é", "7f"] {
            let token = format!("{}{wrong}", seal("list"));
            assert_eq!(open_token(&token, "list"), None, "{wrong}");
        }
    }
}
